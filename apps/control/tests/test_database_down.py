"""Without its database control says so, serves what needs none, and lets nobody in from memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection
from prometheus_client import REGISTRY

from apps.control.services import statistics
from apps.control.tests.world import Person, address, call, configure, sign_in


def fail(*_: Any) -> Any:
    raise OperationalError("planted: the server is gone")


@pytest.fixture
def signed_in_before() -> Iterator[Person]:
    person = sign_in()
    statistics.forget()
    with connection.execute_wrapper(fail):
        yield person


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/auth/session", None),
        ("POST", "/api/auth/email", {"email": "a@example.com"}),
        ("POST", "/api/auth/verify", {"code": "123456", "challenge_id": "c"}),
        ("POST", "/api/auth/refresh", {"refresh_token": "oa_rt_x"}),
        ("POST", "/api/sync/token", {}),
        ("GET", "/api/runtime/runs", None),
    ],
)
def test_every_lane_answers_503(signed_in_before: Person, method: str, path: str, body: Any) -> None:
    answer = call(method, path, body, token=signed_in_before.access)
    assert (answer.status, answer.code) == (503, "service_unavailable")


@pytest.mark.parametrize(("path", "status"), [("/", 200), ("/download-desktop", 307), ("/healthz", 200)])
def test_what_needs_no_database_is_served(signed_in_before: Person, path: str, status: int) -> None:
    assert call("GET", path).status == status


def test_the_gate_still_turns_clients_away(settings: Any, signed_in_before: Person) -> None:
    configure(settings, oa_compat_control_enforced=True)
    assert call("POST", "/api/v1/sync/token", {}).status == 426


def test_limits_are_kept_in_memory_and_that_is_counted(signed_in_before: Person) -> None:
    def degraded() -> float:
        return REGISTRY.get_sample_value("oa_control_ratelimit_degraded_total", {"route": "stats"}) or 0.0

    before, ip = degraded(), address()
    answers = [call("GET", "/stats?format=json", ip=ip).code for _ in range(31)]
    assert set(answers[:30]) == {"service_unavailable"} and answers[30] == "rate_limited"
    assert degraded() == before + 31
