"""Threads and messages over HTTP: who may, what repeats, and that positions have no gaps."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from apps.runtime.models import SyncTopicDoc, ThreadMessage
from apps.runtime.tests.conftest import Call
from apps.runtime.tests.test_worker_routes import code, rows
from openagents.receipts.ids import new_id

THREADS = "/internal/v1/threads"


@pytest.fixture
def thread_id() -> str:
    return new_id("t")


def post(call: Call, thread_id: str, text: str, client_message_id: str | None = None, **act: Any) -> Any:
    body = {"text": text, "client_message_id": client_message_id}
    return call("POST", f"{THREADS}/{thread_id}/messages", body, **act)


def test_the_first_message_makes_the_thread(call: Call, thread_id: str, user_id: str) -> None:
    answer = post(call, thread_id, "  hello  ", org="org_t")
    assert answer.status_code == 200
    body = answer.json()
    assert body["accepted"] is True and body["idempotent_replay"] is False
    assert body["thread"] == {
        **body["thread"],
        "thread_id": thread_id,
        "user_id": user_id,
        "org_id": "org_t",
        "message_count": 1,
    }
    message = body["message"]
    assert (message["role"], message["text"], message["thread_id"]) == ("user", "hello", thread_id)
    assert re.fullmatch(r"msg_[0-9a-f]{32}", message["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", message["accepted_at"])
    (row,) = rows(f"thread:{thread_id}:messages")
    assert (row.kind, row.doc_key, row.doc_version) == ("thread.message", f"thread:{thread_id}:message:1", 1)
    doc = SyncTopicDoc.objects.get(topic=f"user:{user_id}:threads", doc_key=f"runtime/thread:{thread_id}")
    assert (doc.doc_version, json.loads(doc.payload)["message_count"]) == (1, 1)


def test_a_client_message_id_makes_a_retry_harmless(call: Call, thread_id: str) -> None:
    first = post(call, thread_id, "a", "c1").json()
    again = post(call, thread_id, " a ", "c1").json()
    assert again["idempotent_replay"] is True and again["message"] == first["message"]
    assert code(post(call, thread_id, "b", "c1")) == (409, "client_message_id_conflict")
    assert post(call, new_id("t"), "b", "c1").json()["idempotent_replay"] is False
    assert len(rows(f"thread:{thread_id}:messages")) == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_001])
def test_a_text_has_its_bounds(call: Call, thread_id: str, text: str) -> None:
    assert post(call, thread_id, text).status_code == 400


def test_a_message_too_large_for_its_topic_is_refused(call: Call, thread_id: str) -> None:
    assert code(post(call, thread_id, "\U0001f600" * 20_000)) == (413, "khala_frame_payload_too_large")
    assert call("GET", f"{THREADS}/{thread_id}/messages").status_code == 404
    assert post(call, thread_id, "é" * 20_000).status_code == 200


def test_concurrent_messages_get_positions_without_gaps(call: Call, thread_id: str, in_parallel: Any) -> None:
    answers = in_parallel(12, lambda index: post(call, thread_id, f"m{index}").status_code)
    assert answers == [200] * 12
    positions = ThreadMessage.objects.filter(thread_id=thread_id).order_by("position")
    assert [message.position for message in positions] == list(range(1, 13))
    assert [row.seq for row in rows(f"thread:{thread_id}:messages")] == list(range(1, 13))


def test_messages_are_read_oldest_first_in_pages(call: Call, thread_id: str) -> None:
    for index in range(5):
        post(call, thread_id, f"m{index}")
    path = f"{THREADS}/{thread_id}/messages"
    first = call("GET", path, params={"limit": 3}).json()["messages"]
    rest = call("GET", path, params={"after": first[-1]["message_id"]}).json()["messages"]
    assert [message["text"] for message in first + rest] == [f"m{index}" for index in range(5)]
    assert [one["text"] for one in call("GET", path, params={"after": "4"}).json()["messages"]] == ["m4"]
    assert call("GET", path, params={"after": "msg_unknown"}).status_code == 400
    assert call("GET", path, params={"limit": 501}).status_code == 400


def test_a_thread_is_created_once(call: Call, thread_id: str) -> None:
    made = call("POST", THREADS, {"thread_id": thread_id, "title": "T", "autopilot_id": "a1"})
    assert made.status_code == 201
    assert call("POST", THREADS, {"thread_id": thread_id}).status_code == 200
    assert call("POST", THREADS, {"thread_id": thread_id, "autopilot_id": "a1"}).status_code == 200
    other = call("POST", THREADS, {"thread_id": thread_id, "autopilot_id": "a2"})
    assert code(other) == (403, "autopilot_mismatch")
    named = call("POST", THREADS, {}).json()["thread"]["thread_id"]
    assert re.fullmatch(r"thread_[0-9a-f]{32}", named)
    for bad in ("x" * 65, "a b", "a:b"):
        assert call("POST", THREADS, {"thread_id": bad}).status_code == 400


def test_threads_are_listed_by_activity_in_the_active_org(call: Call) -> None:
    ids = [new_id("t") for _ in range(3)]
    for one in ids:
        call("POST", THREADS, {"thread_id": one}, org="org_a")
    call("POST", THREADS, {"thread_id": new_id("t")}, org="org_b")
    post(call, ids[0], "again", org="org_a")
    first = call("GET", THREADS, params={"limit": 2}, org="org_a").json()
    rest = call("GET", THREADS, params={"limit": 2, "cursor": first["next_cursor"]}, org="org_a").json()
    assert [thread["thread_id"] for thread in first["threads"] + rest["threads"]] == [ids[0], ids[2], ids[1]]
    assert rest["next_cursor"] is None
    assert len(call("GET", THREADS).json()["threads"]) == 4
    assert call("GET", THREADS, params={"cursor": "nonsense"}).status_code == 400


def test_threads_belong_to_their_owner_and_to_control(call: Call, thread_id: str) -> None:
    post(call, thread_id, "mine")
    path = f"{THREADS}/{thread_id}/messages"
    assert call("GET", path, user="somebody_else").status_code == 403
    assert post(call, thread_id, "theirs", user="somebody_else").status_code == 403
    assert call("POST", THREADS, {"thread_id": thread_id}, user="somebody_else").status_code == 403
    assert call("GET", f"{THREADS}/{new_id('t')}/messages").status_code == 404
    assert call("GET", THREADS, user=None).status_code == 400
    assert code(call("GET", path, issuer="khala")) == (403, "issuer_not_allowed")
