"""Without its database control says so, serves what needs none, and lets nobody in from memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection

from apps.control.tests.world import Person, call, configure, sign_in


def fail(*_: Any) -> Any:
    raise OperationalError("planted: the server is gone")


@pytest.fixture
def signed_in_before() -> Iterator[Person]:
    person = sign_in()
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
