"""The UI message form on the worker stream, and the old chat routes that ask for a turn and stream it."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from apps.control.domain.ui_stream import MODEL_DEFAULT
from apps.control.services import limits
from apps.control.tests.test_worker_stream import DONE, INTERNAL, PUBLIC, WORKER, frame, plays, query
from apps.control.tests.world import Double, Person, call, configure

SHARED = "/internal/v1/codex/workers/desktopw:shared"


def notify(seq: int, method: str, **params: Any) -> bytes:
    return frame(seq, {"method": method, "params": params})


def a_turn(thread: str = "thread-1", turn: str = "turn-1", first: int = 1) -> bytes:
    about = {"thread_id": thread, "turn_id": turn}
    return (
        notify(first, "thread/started", thread_id=thread)
        + notify(first + 1, "turn/started", **about)
        + notify(first + 2, "item/started", item_id="item-1", item_kind="agent_message", **about)
        + notify(first + 3, "item/agentMessage/delta", item_id="item-1", delta="Hi", **about)
        + notify(first + 4, "turn/completed", status="completed", **about)
    )


def parts(content: bytes) -> list[Any]:
    found = [line.removeprefix(b"data: ") for line in content.split(b"\n\n") if line.startswith(b"data: ")]
    assert found[-1] == b"[DONE]"
    return [json.loads(line) for line in found[:-1]]


def test_the_worked_example_over_the_wire(runtime: Double, person: Person) -> None:
    plays(runtime, a_turn() + notify(6, "turn/started", thread_id="thread-1", turn_id="turn-2"))
    answer = person.get(f"{PUBLIC}?format=vercel&tail_ms=1")
    assert answer.status == 200
    assert len(answer.content) == 424
    digest = "84bd89f3efaa75ffa63a1896586e45ee5f54a1e687ba2c9bda8bc52fe37bf2f5"
    assert hashlib.sha256(answer.content).hexdigest() == digest
    assert answer.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"


@pytest.mark.parametrize(
    "log", [b"", notify(1, "turn/started", thread_id="t", turn_id="u"), notify(1, "turn/completed", turn_id="u")]
)
def test_what_cannot_be_told_at_all_is_refused(runtime: Double, person: Person, log: bytes) -> None:
    plays(runtime, log)
    answer = person.get(f"{PUBLIC}?format=vercel&tail_ms=1")
    assert (answer.status, answer.code, answer.reason) == (422, "invalid_request", "invalid_event_payload")


def test_what_breaks_later_ends_in_an_error(runtime: Double, person: Person) -> None:
    plays(runtime, notify(1, "thread/started", thread_id="t") + notify(2, "turn/completed", turn_id="u"))
    told = parts(person.get(f"{PUBLIC}?format=vercel&tail_ms=1").content)
    assert [part["type"] for part in told] == ["start", "error"]
    assert told[1]["code"] == "adapter_mapping_error"


def test_a_turn_that_does_not_end_in_time_says_so(runtime: Double, person: Person) -> None:
    plays(runtime, notify(1, "thread/started", thread_id="t"))
    told = parts(person.get(f"{PUBLIC}?format=vercel&tail_ms=1").content)
    assert [part["type"] for part in told] == ["start", "error"]


@pytest.fixture
def aliases(settings: Any) -> None:
    configure(settings, oa_compat_chat_aliases_enabled=True)


def worker_of(runtime: Double, path: str, latest: int = 10) -> None:
    runtime.answer("GET", f"{path}/snapshot", 200, {"data": {"latest_seq": latest}})
    receipt = {"ok": True, "response": {"turn": {"id": "turn-1"}}}
    runtime.answer("POST", f"{path}/requests", 200, {"data": receipt})


def streams(runtime: Double, path: str, content: bytes) -> None:
    runtime.answer("GET", f"{path}/stream", 200, content + DONE, content_type="text/event-stream")


@pytest.mark.parametrize("path", ["/api/chat/stream", "/api/chats/t/stream"])
def test_by_default_the_routes_do_not_exist(person: Person, path: str) -> None:
    assert person.post(path, {"text": "x"}).status == 404
    assert call("POST", path, {"text": "x"}).status == 404


def test_a_turn_is_asked_for_and_streamed(runtime: Double, person: Person, aliases: None) -> None:
    worker_of(runtime, SHARED)
    streams(runtime, SHARED, a_turn("thread-1", first=11))
    body = {"messages": [{"role": "user", "content": [{"type": "text", "text": " say hi "}]}]}
    answer = person.post("/api/chats/thread-1/stream", body)
    assert answer.status == 200
    digest = "84bd89f3efaa75ffa63a1896586e45ee5f54a1e687ba2c9bda8bc52fe37bf2f5"
    assert hashlib.sha256(answer.content).hexdigest() == digest
    assert answer.headers["x-vercel-ai-ui-message-stream"] == "v1"
    assert answer.headers["sunset"] == "Tue, 30 Jun 2026 00:00:00 GMT"
    (asked,) = runtime.at(f"{SHARED}/requests")
    request = asked.json["request"]
    assert request["method"] == "turn/start"
    assert request["params"] == {"thread_id": "thread-1", "text": " say hi "}
    assert request["request_id"].startswith("chat_")
    assert query(runtime.at(f"{SHARED}/stream")[0])["cursor"] == "10"


def test_a_new_thread_gets_a_name_and_only_its_own_turn(runtime: Double, person: Person, aliases: None) -> None:
    path = f"/internal/v1/codex/workers/{WORKER}"
    runtime.answer("POST", f"{path}/requests", 202, {"data": {"ok": None}})

    def log(request: Any) -> Any:
        thread = runtime.at(f"{path}/requests")[0].json["request"]["thread_id"]
        content = (
            notify(1, "turn/started", thread_id="another", turn_id="x")
            + notify(2, "item/agentMessage/delta", thread_id="another", turn_id="x", item_id="i", delta="no")
            + notify(3, "turn/started", thread_id=thread, turn_id="mine")
            + notify(4, "item/agentMessage/delta", thread_id=thread, turn_id="old", item_id="o", delta="no")
            + notify(5, "item/agentMessage/delta", thread_id=thread, turn_id="mine", item_id="i", delta="yes")
            + notify(6, "turn/completed", thread_id=thread, turn_id="mine", status="completed")
        )
        return 200, {"content-type": "text/event-stream"}, content + DONE

    runtime.reply("GET", f"{path}/stream", log)
    answer = person.post("/api/chat/stream", {"message": "hi", "workerId": WORKER}, idempotency_key="req-1")
    told = parts(answer.content)
    thread = told[0]["threadId"]
    assert thread.startswith("thread_")
    assert len(thread) == len("thread_") + 32
    assert told == [
        {"type": "start", "threadId": thread, "source": "codex"},
        {"type": "start-step", "threadId": thread, "turnId": "mine", "model": MODEL_DEFAULT},
        {"type": "text-start", "id": "i", "turnId": ""},
        {"type": "text-delta", "id": "i", "channel": "assistant", "delta": "yes"},
        {"type": "finish-step", "turnId": "mine", "status": "completed"},
        {"type": "finish", "status": "completed"},
    ]
    assert runtime.at(f"{path}/requests")[0].json["request"]["request_id"] == "req-1"


def test_a_worker_that_refuses_ends_the_stream(runtime: Double, person: Person, aliases: None) -> None:
    worker_of(runtime, SHARED)
    failed = {"request_id": "req-1", "code": "worker_unavailable", "message": "m", "retryable": True}
    streams(runtime, SHARED, frame(11, failed, "worker.error"))
    answer = person.post("/api/chat/stream", {"text": "hi"}, idempotency_key="req-1")
    assert parts(answer.content) == [
        {"type": "error", "code": "worker_unavailable", "message": "m", "retryable": True},
        {"type": "finish", "status": "error"},
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "messages"),
        ({"text": "x" * 20_001}, "messages"),
        ({"text": "x", "worker_id": "a b"}, "worker_id"),
        ({"text": "x", "thread_id": "a/b"}, "thread_id"),
        ({"text": 5}, "text"),
    ],
)
def test_bad_turns_are_refused_here(
    runtime: Double, person: Person, aliases: None, body: dict[str, Any], field: str
) -> None:
    answer = person.post("/api/chat/stream", body)
    assert (answer.status, answer.fields, runtime.received) == (422, {field}, [])


def test_what_the_runtime_refuses_is_an_ordinary_answer(runtime: Double, person: Person, aliases: None) -> None:
    worker_of(runtime, SHARED)
    runtime.answer("POST", f"{SHARED}/requests", 409, {"error": "conflict", "reason_code": "worker_not_runnable"})
    answer = person.post("/api/chat/stream", {"text": "hi"})
    assert (answer.status, answer.code, answer.reason) == (409, "conflict", "worker_not_runnable")


def test_turns_are_limited_and_gated(
    runtime: Double, person: Person, aliases: None, monkeypatch: Any, settings: Any
) -> None:
    monkeypatch.setitem(limits.BUCKETS, "runtime.codex.control.request", limits.Bucket(1, 60))
    statuses = [person.post("/api/chat/stream", {}).status for _ in range(2)]
    assert statuses == [422, 429]
    configure(settings, oa_compat_sse_enabled=False)
    monkeypatch.setitem(limits.BUCKETS, "runtime.codex.control.request", limits.Bucket(100, 60))
    assert person.post("/api/chat/stream", {"text": "x"}).status == 406
    configure(settings, oa_compat_control_enforced=True)
    assert call("POST", "/api/chats/t/stream", {"text": "x"}).status == 426


def test_the_log_is_read_where_it_lies(runtime: Double, person: Person) -> None:
    plays(runtime, a_turn())
    person.get(f"{PUBLIC}?format=vercel&tail_ms=1&cursor=0")
    assert query(runtime.at(INTERNAL)[0])["cursor"] == "0"
