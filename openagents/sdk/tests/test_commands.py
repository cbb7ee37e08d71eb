"""Intents to HTTP, and the bus: retries, one key, one refresh (surfaces 3)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from openagents.sdk import commands
from openagents.sdk.commands import Command
from openagents.sdk.credentials import Session
from openagents.sdk.errors import SdkError
from openagents.sdk.http import CommandBus, Dispatch, HttpResponse, TransportFailure
from openagents.sdk.tests.scripted_http import Scripted

REFUSED = json.dumps({"message": "m", "error": {"code": "unauthorized", "message": "m"}}).encode()


class SignedIn:
    device_id = "desktop:1"

    def __init__(self) -> None:
        self.renewals = 0

    async def current(self) -> Session:
        return Session("b", "t0", "r0", "", "", "u", "o", "e", "s", "d", "n")

    async def renewed(self, stale: Session) -> Session:
        self.renewals += 1
        return Session("b", f"t{self.renewals}", "r", "", "", "u", "o", "e", "s", "d", "n")


class Run:
    def __init__(self, *answers: HttpResponse | Exception) -> None:
        self.transport = Scripted(*answers)
        self.waits: list[float] = []
        self.dispatches: list[Dispatch] = []
        self.credentials = SignedIn()
        self.now = 0.0

    def __call__(self, command: Command) -> HttpResponse:
        async def wait(seconds: float) -> None:
            self.waits.append(seconds)
            self.now += seconds

        bus = CommandBus(
            "http://c",
            self.transport,
            clock=lambda: self.now,
            wait=wait,
            uniform=lambda: 1.0,
            observe=self.dispatches.append,
        )
        return asyncio.run(bus.dispatch(command, self.credentials))


def ok(body: Any = None) -> HttpResponse:
    return HttpResponse(200, json.dumps(body or {}).encode())


def test_a_call_carries_identity_key_and_handshake() -> None:
    run = Run(ok())
    run(commands.start_run(metadata={"ä": 1}, idempotency_key="k1"))
    (request,) = run.transport.requests
    assert (request.method, request.url) == ("POST", "http://c/api/runtime/runs")
    assert request.headers["authorization"] == "Bearer t0"
    assert request.headers["idempotency-key"] == "k1"
    assert request.headers["x-client"] == "autopilot-desktop"
    assert request.headers["x-oa-protocol-version"] == "openagents.control.v1"
    assert request.headers["x-request-id"].startswith("req_")
    assert json.loads(request.content or b"") == {"metadata": {"ä": 1}, "idempotency_key": "k1"}


def test_an_ambiguous_failure_repeats_the_same_bytes_under_the_same_key_and_request_id() -> None:
    run = Run(TransportFailure("lost", sent=True), HttpResponse(503, b""), ok({"x": 1}))
    assert run(commands.append_run_event("r1", "text.delta", {"delta": "hi"})).json() == {"x": 1}
    first, *others = run.transport.requests
    for other in others:
        assert other.content == first.content
        assert other.headers["idempotency-key"] == first.headers["idempotency-key"]
        assert other.headers["x-request-id"] == first.headers["x-request-id"]
    assert run.waits == [0.25, 0.5]


def test_four_attempts_are_the_most() -> None:
    run = Run(*[HttpResponse(500, b"")] * 5)
    with pytest.raises(SdkError) as error:
        run(commands.me())
    assert error.value.kind == "service_unavailable"
    assert len(run.transport.requests) == 4
    assert [dispatch.error_kind for dispatch in run.dispatches] == ["service_unavailable"]


def test_the_server_may_ask_for_a_longer_wait() -> None:
    run = Run(HttpResponse(429, b"", {"retry-after": "7"}), ok())
    run(commands.me())
    assert run.waits == [7.0]


def test_maintenance_is_asked_again_after_fifteen_seconds_within_the_budget() -> None:
    body = json.dumps({"message": "m", "error": {"code": "maintenance", "message": "m"}}).encode()
    run = Run(*[HttpResponse(503, body)] * 3)
    with pytest.raises(SdkError):
        run(commands.me())
    assert run.waits == [15.0]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 410, 422, 426])
def test_what_the_server_decided_is_not_repeated(status: int) -> None:
    run = Run(HttpResponse(status, b"{}"))
    with pytest.raises(SdkError):
        run(commands.me())
    assert run.waits == []


def test_a_code_is_never_submitted_twice() -> None:
    run = Run(TransportFailure("lost", sent=True))
    with pytest.raises(SdkError):
        run(commands.verify_auth_code("123456", challenge_id="c", device_id="d"))
    assert len(run.transport.requests) == 1


def test_one_401_refreshes_once_and_a_second_one_is_final() -> None:
    run = Run(HttpResponse(401, REFUSED), ok())
    run(commands.me())
    assert [request.headers["authorization"] for request in run.transport.requests] == ["Bearer t0", "Bearer t1"]
    run = Run(HttpResponse(401, REFUSED), HttpResponse(401, REFUSED))
    with pytest.raises(SdkError) as error:
        run(commands.me())
    assert (error.value.kind, run.credentials.renewals) == ("unauthorized", 1)


@pytest.mark.parametrize(
    ("command", "method", "target"),
    [
        (commands.get_run("desktopw:shared", events="none"), "GET", "/api/runtime/runs/desktopw%3Ashared?events=none"),
        (commands.list_run_events("r", after_seq=3, limit=9), "GET", "/api/runtime/runs/r/events?after_seq=3&limit=9"),
        (commands.list_run_frames("r"), "GET", "/api/runtime/runs/r/frames?after_seq=0&limit=20"),
        (
            commands.list_run_frames("r", after_seq=3, limit=5, pending=True),
            "GET",
            "/api/runtime/runs/r/frames?after_seq=3&limit=5&state=pending",
        ),
        (commands.cancel_run("r/../x"), "POST", "/api/runtime/runs/r%2F..%2Fx/cancel"),
        (commands.get_run_replay("r", redacted=True), "GET", "/api/runtime/runs/r/replay?redaction=published"),
        (commands.get_run_bundle("r"), "GET", "/api/runtime/runs/r/bundle"),
        (commands.list_runs(status="running"), "GET", "/api/runtime/runs?status=running"),
        (commands.start_auth_challenge(" A@B.c "), "POST", "/api/auth/email"),
    ],
)
def test_targets(command: Command, method: str, target: str) -> None:
    assert (command.mapping.method, command.target) == (method, target)


@pytest.mark.parametrize(
    "make",
    [
        lambda: commands.get_run("  "),
        lambda: commands.get_run(".."),
        lambda: commands.get_run("r", events="some"),
        lambda: commands.append_run_events("r", []),
        lambda: commands.append_run_events("r", [{}] * 101),
        commands.revoke_sessions,
        lambda: commands.revoke_sessions(session_id="s", revoke_all=True),
        lambda: commands.request_sync_token(scopes=[], device_id="d", ttl_seconds=30),
    ],
)
def test_usage_errors_are_found_before_anything_is_sent(make: Callable[[], Command]) -> None:
    with pytest.raises(SdkError) as error:
        make()
    assert error.value.kind == "validation"


def test_every_event_of_a_batch_has_a_key() -> None:
    command = commands.append_run_events("r", [{"event_type": "a"}, {"event_type": "b", "idempotency_key": "mine"}])
    assert command.body is not None
    keys = [event["idempotency_key"] for event in command.body["events"]]
    assert keys[0].startswith("evt_") and keys[1] == "mine"


def test_an_unknown_intent_is_unsupported() -> None:
    with pytest.raises(SdkError) as error:
        Command("fly").mapping  # noqa: B018
    assert error.value.kind == "unsupported"
