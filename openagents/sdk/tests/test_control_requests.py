"""The sender's side of a control request: the table of surfaces 6.2, then over a file, a server and a crash."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openagents.sdk import control_requests as steps
from openagents.sdk.client import Client
from openagents.sdk.config import Config
from openagents.sdk.control_requests import ControlRequest, RequestState
from openagents.sdk.errors import SdkError
from openagents.sdk.http import HttpResponse, TransportFailure
from openagents.sdk.lanes.workers import control_request
from openagents.sdk.request_store import RequestStore
from openagents.sdk.tests.scripted_http import Scripted, client_of, ok

Q, R, S, E = RequestState.QUEUED, RequestState.RUNNING, RequestState.SUCCESS, RequestState.ERROR
BODY = control_request("turn/start", {"text": "hi"}, thread_id="t", request_id="req_1")


def held(state: RequestState, code: str = "", *, retryable: bool = False) -> ControlRequest:
    return ControlRequest("w", "req_1", BODY, state, code, retryable, 1, 10 if state is not Q else 0)


def received(ok: bool, *, retryable: bool = False) -> Callable[[ControlRequest], ControlRequest]:
    return lambda request: steps.received(request, ok=ok, now_ms=99, code="conflict", retryable=retryable)


ROWS: list[tuple[ControlRequest, Callable[[ControlRequest], ControlRequest], RequestState, str]] = [
    (held(Q), lambda r: steps.dispatched(r, 5), R, ""),
    (held(R), lambda r: steps.dispatched(r, 5), R, ""),
    (held(Q), lambda r: steps.refused(r, "network", retryable=True), Q, ""),
    (held(R), lambda r: steps.refused(r, "network", retryable=True), Q, ""),
    (held(Q), lambda r: steps.refused(r, "forbidden", retryable=False), E, "forbidden"),
    (held(R), lambda r: steps.refused(r, "forbidden", retryable=False), E, "forbidden"),
    (held(R), received(True), S, ""),
    (held(R), received(False), E, "conflict"),
    (held(R), lambda r: steps.expired(r, 10 + steps.RECEIPT_MS), E, "timeout"),
    (held(R), lambda r: steps.expired(r, 9 + steps.RECEIPT_MS), R, ""),
    (held(E, "timeout"), received(True), S, ""),
    (held(E, "timeout"), received(False), E, "conflict"),
    (held(E, "conflict", retryable=True), lambda r: steps.enqueued(r, "w", BODY, 50), Q, ""),
    (held(E, "conflict"), lambda r: steps.enqueued(r, "w", BODY, 50), E, "conflict"),
    (held(S), lambda r: steps.enqueued(r, "w", BODY, 50), S, ""),
    (held(S), received(False), S, ""),
    (held(E, "conflict"), received(True), E, "conflict"),
    (held(S), lambda r: steps.dispatched(r, 5), S, ""),
    (held(S), lambda r: steps.refused(r, "x", retryable=True), S, ""),
    (held(R), steps.restarted, Q, ""),
    (held(S), steps.restarted, S, ""),
]


@pytest.mark.parametrize(("before", "step", "state", "code"), ROWS)
def test_the_table(
    before: ControlRequest, step: Callable[[ControlRequest], ControlRequest], state: RequestState, code: str
) -> None:
    after = step(before)
    assert (after.state, after.error_code) == (state, code)
    assert after.body == BODY
    if before.sent_at:
        assert after.sent_at == before.sent_at


def test_an_id_with_another_content_is_a_conflict_and_the_time_of_sending_is_no_content() -> None:
    later = {**BODY, "sent_at": "2030-01-01T00:00:00Z"}
    assert steps.enqueued(held(R), "w", later, 50) == held(R)
    with pytest.raises(SdkError) as refused:
        steps.enqueued(held(R), "w", {**BODY, "params": {"text": "ho"}}, 50)
    assert refused.value.code == "request_id_conflict"


def test_requests_of_one_account_are_not_anothers_and_a_file_keeps_them(tmp_path: Path) -> None:
    store = RequestStore(tmp_path / "sync.sqlite3")
    full = replace(held(S), receipt_at=7, response={"a": [1]})
    store.change("n1", "w", "req_1", lambda known: full, receipt_seq=12)
    store.close()
    again = RequestStore(tmp_path / "sync.sqlite3")
    assert again.get("n1", "req_1") == full and again.get("n2", "req_1") is None
    assert again.terminal_seq("n1", "w", "req_1") == 12
    with pytest.raises(RuntimeError):
        again.change("n1", "w", "req_1", _raises)
    assert again.every("n1") == [full]
    again.forget("n1")
    assert again.every("n1") == [] and again.terminal_seq("n1", "w", "req_1") is None


def _raises(known: ControlRequest | None) -> ControlRequest:
    raise RuntimeError("the step failed")


def error(status: int, code: str) -> HttpResponse:
    return HttpResponse(status, json.dumps({"message": "m", "error": {"code": code, "message": "m"}}).encode())


def again(client: Client, tmp_path: Path, http: Scripted) -> Client:
    """Another process on the same profile."""
    config: Config = client.settings
    return Client(config, http=http)


def test_an_answer_at_once_ends_it_and_asking_again_costs_nothing(tmp_path: Path) -> None:
    http = Scripted(ok({"ok": True, "response": {"thread_id": "t"}}))

    async def work() -> None:
        async with client_of(tmp_path, http) as client:
            for _ in range(2):
                done = await client.requests.send("w", BODY)
                assert (done.state, done.response) == (S, {"thread_id": "t"})

    asyncio.run(work())
    assert len(http.requests) == 1


def test_a_crash_between_asking_and_the_answer_is_asked_again_under_the_same_id(tmp_path: Path) -> None:
    lost = [TransportFailure("lost", sent=True)] * 4
    first, second = Scripted(*lost), Scripted(ok({"ok": True, "response": {}, "idempotent_replay": True}))

    async def work() -> None:
        async with client_of(tmp_path, first) as client:
            with pytest.raises(SdkError):
                await client.requests.send("w", BODY)
        async with again(client, tmp_path, second) as client:
            namespace = (await client.auth.current()).namespace
            (queued,) = client.requests.known(namespace)
            assert queued.state is Q
            assert (await client.requests.retry("req_1")).state is S

    asyncio.run(work())
    bodies: list[Any] = [json.loads(request.content or b"") for request in [*first.requests, *second.requests]]
    assert all(body == bodies[0] for body in bodies)
    assert {request.headers["idempotency-key"] for request in second.requests} == {"req_1"}


def test_what_the_server_refuses_for_good_is_an_error_that_stays(tmp_path: Path) -> None:
    http = Scripted(error(422, "invalid_request"))

    async def work() -> None:
        async with client_of(tmp_path, http) as client:
            with pytest.raises(SdkError):
                await client.requests.send("w", BODY)
            again = await client.requests.send("w", BODY)
            assert (again.state, again.error_code) == (E, "invalid_request")

    asyncio.run(work())
    assert len(http.requests) == 1


def test_a_request_a_remote_worker_executes_runs_until_its_receipt(tmp_path: Path) -> None:
    http = Scripted(ok({"ok": None, "status": "accepted"}), error(403, "forbidden"))

    async def work() -> None:
        async with client_of(tmp_path, http) as client:
            running = await client.requests.send("w", BODY)
            assert running.state is R and running.sent_at
            with pytest.raises(SdkError) as missing:
                client.requests.find("another|namespace|x", "req_1")
            assert missing.value.kind == "not_found"
            assert await client.logout() is False

    asyncio.run(work())
    assert RequestStore(tmp_path / "profiles/default/sync.sqlite3").every("user_1|org:x|desktop:test") == []
