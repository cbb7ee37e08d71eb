"""The thread lane: what goes to the runtime, what comes back, and what is refused on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.control.services import limits
from apps.control.tests.world import Double, Person, sign_in
from openagents.db.models import AuditEvent

THREADS = "/internal/v1/threads"
THREAD = {
    "thread_id": "t1",
    "user_id": "u",
    "org_id": "o",
    "created_at": "2026-03-01T12:00:00Z",
    "updated_at": "2026-03-01T12:00:00Z",
    "message_count": 1,
    "last_message_at": None,
    "unknown": 1,
}
POSTED = {
    "accepted": True,
    "thread": THREAD,
    "message": {
        "id": "msg_1",
        "thread_id": "t1",
        "role": "user",
        "text": "hello",
        "accepted_at": "2026-03-01T12:00:00.120Z",
    },
    "idempotent_replay": False,
}


def test_threads_are_listed(runtime: Double, person: Person) -> None:
    runtime.answer("GET", THREADS, 200, {"threads": [THREAD], "next_cursor": "c2"})
    data = person.get("/api/runtime/threads?limit=2&cursor=c1&org_id=org:evil").data
    assert (data["next_cursor"], data["threads"][0]["thread_id"]) == ("c2", "t1")
    assert data["threads"][0]["last_message_at"] is None
    assert "unknown" not in data["threads"][0]
    (request,) = runtime.at(THREADS)
    assert request.target == f"{THREADS}?limit=2&cursor=c1"
    assert (request.act.user_id, request.act.org_id) == (person.user_id, person.org_id)


def test_messages_are_read(runtime: Double, person: Person) -> None:
    message = {"message_id": "m", "thread_id": "t1", "role": "user", "text": "hi", "created_at": "2026-03-01T12:00:00Z"}
    runtime.answer("GET", f"{THREADS}/t1/messages", 200, {"thread_id": "t1", "messages": [message]})
    assert person.get("/api/runtime/threads/%20t1%20/messages?after=m0").data == {
        "thread_id": "t1",
        "messages": [message],
    }
    assert runtime.at(f"{THREADS}/t1/messages")[0].target == f"{THREADS}/t1/messages?limit=200&after=m0"


@pytest.mark.parametrize("query", ["limit=0", "limit=201"])
def test_bad_pages_are_refused_here(runtime: Double, person: Person, query: str) -> None:
    assert person.get(f"/api/runtime/threads?{query}").fields == {"limit"}
    assert person.get("/api/runtime/threads/t1/messages?limit=501").fields == {"limit"}
    assert runtime.received == []


@pytest.mark.parametrize(
    ("body", "headers", "sent"),
    [
        ({"text": "hello"}, {}, {"text": "hello"}),
        ({"text": "hello", "client_message_id": "c"}, {"idempotency_key": "h"}, {"client_message_id": "c"}),
        ({"text": "hello", "message_id": "m"}, {"idempotency_key": "h"}, {"client_message_id": "m"}),
        ({"text": "hello"}, {"idempotency_key": "h"}, {"client_message_id": "h"}),
        ({"text": "hello", "clientMessageId": "c", "message_id": "m"}, {}, {"client_message_id": "c"}),
    ],
)
def test_a_message_is_posted(
    runtime: Double, person: Person, body: dict[str, str], headers: dict[str, str], sent: dict[str, str]
) -> None:
    runtime.answer("POST", f"{THREADS}/t1/messages", 200, POSTED)
    answer = person.post("/api/runtime/threads/t1/messages", body, **headers)
    assert answer.status == 200
    assert answer.data["message"]["accepted_at"] == "2026-03-01T12:00:00.120Z"
    (request,) = runtime.at(f"{THREADS}/t1/messages")
    assert request.json == {"text": "hello", **sent}
    event = AuditEvent.objects.get(event_name="runtime.thread.message.accepted", user_id=person.user_id)
    assert event.attributes == {"thread_id": "t1", "message_id": "msg_1"}


@pytest.mark.parametrize("text", [None, "", " \n ", "x" * 20_001, 5])
def test_a_text_has_its_bounds(runtime: Double, person: Person, text: Any) -> None:
    answer = person.post("/api/runtime/threads/t1/messages", {"text": text})
    assert (answer.status, answer.fields) == (422, {"text"})
    assert runtime.received == []


def test_only_a_keyed_message_is_sent_again(runtime: Double, person: Person, capsys: Any) -> None:
    seen: list[int] = []

    def breaks_once(request: Any) -> tuple[int, dict[str, str], bytes]:
        seen.append(1)
        if len(seen) == 1:
            raise ConnectionAbortedError("planted")
        return 200, {"content-type": "application/json"}, json.dumps(POSTED).encode()

    runtime.reply("POST", f"{THREADS}/t1/messages", breaks_once)
    assert person.post("/api/runtime/threads/t1/messages", {"text": "a"}).status == 503
    seen.clear()
    assert person.post("/api/runtime/threads/t1/messages", {"text": "a"}, idempotency_key="k").status == 200
    assert len(seen) == 2
    capsys.readouterr()  # the planted failure prints a trace in the double's thread


def test_messages_are_limited_per_user(runtime: Double, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setitem(limits.BUCKETS, "runtime.thread.message", limits.Bucket(1, 60))
    runtime.answer("POST", f"{THREADS}/t1/messages", 200, POSTED)
    statuses = [person.post("/api/runtime/threads/t1/messages", {"text": "a"}).status for _ in range(2)]
    assert statuses == [200, 429]
    assert sign_in().post("/api/runtime/threads/t1/messages", {"text": "a"}).status == 200


@pytest.mark.parametrize("thread_id", ["a:b", "a@b", "x" * 65, "..", "%2e%2e", "a%00b"])
def test_ids_that_no_thread_can_have(runtime: Double, person: Person, thread_id: str) -> None:
    assert person.get(f"/api/runtime/threads/{thread_id}/messages").status == 404
    assert person.post(f"/api/runtime/threads/{thread_id}/messages", {"text": "a"}).status == 404
    assert runtime.received == []
