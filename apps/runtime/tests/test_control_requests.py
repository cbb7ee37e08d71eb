"""Control requests: what each method does, and that each request ends in exactly one receipt."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.runtime.models import SyncStreamEvent, Thread, ThreadMessage, WorkerEvent, WorkerRequest
from apps.runtime.services import control_methods, control_requests, worker_janitor
from apps.runtime.tests.conftest import Call
from apps.runtime.tests.test_codex_routes import CODEX, post
from apps.runtime.tests.test_worker_routes import code
from openagents.receipts.ids import new_id


@pytest.fixture
def path(call: Call) -> str:
    return f"{CODEX}/{call('POST', CODEX, {}).json()['data']['workerId']}"


@pytest.fixture
def remote(call: Call) -> str:
    body = {"adapter": "desktop", "metadata": {"session_id": "s1"}}
    return f"{CODEX}/{call('POST', CODEX, body).json()['data']['workerId']}"


def ask(call: Call, path: str, method: str, params: Any = None, request_id: str | None = None, **fields: Any) -> Any:
    sent = {"request_id": request_id or new_id("rq"), "method": method, "params": params or {}, **fields}
    return call("POST", f"{path}/requests", {"request": sent})


def log(path: str) -> list[tuple[str, Any]]:
    events = WorkerEvent.objects.filter(worker_id=path.rpartition("/")[2]).order_by("seq")
    return [(event.event_type, json.loads(event.payload_text)) for event in events]


def receipts(path: str, request_id: str) -> list[str]:
    return [
        kind
        for kind, payload in log(path)
        if kind in ("worker.response", "worker.error") and payload.get("request_id") == request_id
    ]


def test_a_turn_in_a_new_thread_appends_the_message(call: Call, path: str, user_id: str) -> None:
    thread_id = new_id("thread")
    answer = ask(
        call,
        path,
        "Turn/Start ",
        {"threadId": thread_id, "input": [{"type": "text", "text": " hi "}]},
        "r1",
        source="ios",
    )
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["ok"], data["method"], data["idempotent_replay"], data["source"]) == (True, "turn/start", False, "ios")
    assert "status" not in data and "session_id" not in data and "request_version" not in data
    assert data["response"]["thread_id"] == thread_id
    assert data["response"]["turn"]["id"].startswith("turn_")
    assert data["response"]["message"]["text"] == "hi"
    message = ThreadMessage.objects.get(thread_id=thread_id)
    assert (message.position, message.role, message.text) == (1, "user", "hi")
    kinds = [kind for kind, _payload in log(path)]
    assert kinds == ["worker.request.received", "worker.response"]
    assert log(path)[0][1] == {"request_id": "r1", "method": "turn/start", "request_version": "v1"}
    assert SyncStreamEvent.objects.get(topic=f"thread:{thread_id}:messages").kind == "thread.message"
    assert SyncStreamEvent.objects.filter(topic=f"user:{user_id}:threads").count() == 1


def test_every_method_of_the_allowlist(call: Call, path: str) -> None:
    thread_id = ask(call, path, "thread/start").json()["data"]["response"]["thread_id"]
    assert thread_id.startswith("thread_") and len(thread_id) == 39
    told = ask(call, path, "thread/start", {"text": "first"}, thread_id=thread_id).json()["data"]["response"]
    assert told["message"]["text"] == "first"
    assert ask(call, path, "thread/resume", {"thread_id": thread_id}).json()["data"]["response"] == {
        "thread_id": thread_id
    }
    ask(call, path, "turn/start", {"thread_id": thread_id, "prompt": "second"})
    read = ask(call, path, "thread/read", {"thread_id": thread_id}).json()["data"]["response"]
    assert [message["text"] for message in read["messages"]] == ["first", "second"]
    listed = ask(call, path, "thread/list").json()["data"]["response"]["threads"]
    assert [thread["thread_id"] for thread in listed] == [thread_id]
    stopped = ask(call, path, "turn/interrupt", {"thread_id": thread_id, "turn_id": "t9"}).json()["data"]["response"]
    assert stopped == {"thread_id": thread_id, "turn_id": "t9", "status": "interrupted"}


@pytest.mark.parametrize(
    ("method", "params", "status", "reason", "field"),
    [
        ("rm/rf", {}, 400, "unsupported_method", "request.method"),
        ("", {}, 400, "unsupported_method", "request.method"),
        ("turn/start", {"text": "x"}, 400, None, "request.thread_id"),
        ("turn/start", {"thread_id": "t"}, 400, None, "request.params.text"),
        ("turn/start", {"thread_id": "t", "text": "x" * 20_001}, 400, None, "request.params.text"),
        ("turn/start", {"thread_id": "a b", "text": "x"}, 400, None, "request.thread_id"),
        ("thread/resume", {"thread_id": "never-made"}, 404, None, "request.thread_id"),
        ("thread/read", {}, 400, None, "request.thread_id"),
    ],
)
def test_a_refused_request_leaves_its_one_receipt_and_repeats(
    call: Call, path: str, method: str, params: Any, status: int, reason: str | None, field: str
) -> None:
    first = ask(call, path, method, params, "bad")
    assert (first.status_code, first.json().get("reason_code")) == (status, reason)
    details = first.json()["details"]
    assert details["field"] == field and details["idempotent_replay"] is False
    assert details["receipt"]["seq"] == 2 and details["receipt"]["request_id"] == "bad"
    again = ask(call, path, method, params, "bad")
    assert again.status_code == status and again.json()["details"]["idempotent_replay"] is True
    assert [kind for kind, _payload in log(path)] == ["worker.request.received", "worker.error"]


def test_a_foreign_thread_is_forbidden(call: Call, path: str) -> None:
    thread_id = new_id("thread")
    call("POST", "/internal/v1/threads", {"thread_id": thread_id}, user="somebody_else")
    for method in ("thread/resume", "turn/start", "thread/read", "thread/start"):
        answer = ask(call, path, method, {"thread_id": thread_id, "text": "x"})
        assert answer.status_code == 403, method
        assert answer.json()["details"]["receipt"]["code"] == "forbidden"
    assert Thread.objects.get(thread_id=thread_id).message_count == 0


def test_a_repeat_is_told_the_same_even_when_the_worker_has_stopped(call: Call, path: str) -> None:
    first = ask(call, path, "turn/start", {"thread_id": new_id("t"), "text": "x"}, "r1").json()["data"]
    sent = {"thread_id": first["response"]["thread_id"], "text": "x"}
    call("POST", f"{path}/stop", {})
    again = ask(call, path, "turn/start", sent, "r1").json()["data"]
    assert again == {**first, "idempotent_replay": True}
    assert code(ask(call, path, "turn/start", {**sent, "text": "y"}, "r1")) == (409, "request_id_reused")
    assert receipts(path, "r1") == ["worker.response"]


def test_a_worker_that_cannot_run_does_not_consume_the_request(call: Call, path: str) -> None:
    call("POST", f"{path}/stop", {})
    assert code(ask(call, path, "thread/start", {}, "r1")) == (409, "worker_not_runnable")
    call("POST", CODEX, {"worker_id": path.rpartition("/")[2]})
    assert ask(call, path, "thread/start", {}, "r1").status_code == 200


def test_a_blank_request_id_leaves_nothing(call: Call, path: str) -> None:
    for blank in (" ", "x" * 161):
        answer = ask(call, path, "thread/list", {}, blank)
        assert answer.status_code == 400 and answer.json()["details"]["field"] == "request.request_id"
    assert log(path) == []


def test_an_unknown_worker_is_made_and_a_foreign_one_is_not_controlled(call: Call) -> None:
    path = f"{CODEX}/{new_id('w')}"
    assert ask(call, path, "thread/list").status_code == 200
    sent = {"request": {"request_id": "x", "method": "thread/list"}}
    assert call("POST", f"{path}/requests", sent, user="somebody_else").status_code == 403


def test_an_accident_is_one_receipt_and_keeps_nothing_else(
    call: Call, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any) -> Any:
        Thread.objects.create(
            thread_id=thread_id, owner_key="user:x", created_at=timezone.now(), updated_at=timezone.now()
        )
        raise ZeroDivisionError

    thread_id = new_id("thread")
    monkeypatch.setitem(control_methods._METHODS, "thread/list", breaks)
    answer = ask(call, path, "thread/list", {}, "r1")
    assert answer.status_code == 500 and "Zero" not in answer.content.decode()
    assert log(path)[-1][1]["code"] == "internal_error"
    assert not Thread.objects.filter(thread_id=thread_id).exists()
    monkeypatch.undo()
    assert ask(call, path, "thread/list", {}, "r1").status_code == 500
    assert receipts(path, "r1") == ["worker.error"]


def test_a_long_thread_is_read_as_far_as_a_response_may_carry(call: Call, path: str) -> None:
    thread_id = new_id("t")
    for index in range(7):
        ask(call, path, "turn/start", {"thread_id": thread_id, "text": f"{index}" * 19_000})
    read = ask(call, path, "thread/read", {"thread_id": thread_id}).json()["data"]["response"]["messages"]
    assert [message["text"][0] for message in read] == ["2", "3", "4", "5", "6"]


# Remote workers -----------------------------------------------------------------------------------------------------


def turn(call: Call, remote: str, request_id: str, **fields: Any) -> Any:
    return ask(call, remote, "turn/start", {"thread_id": f"t-{request_id}", "text": "go"}, request_id, **fields)


def test_a_remote_turn_stays_open_until_its_worker_answers(call: Call, remote: str) -> None:
    request_id = new_id("rq")
    first = turn(call, remote, request_id)
    assert first.status_code == 202
    data = first.json()["data"]
    assert (data["ok"], data["status"], data["response"]) == (None, "accepted", None)
    kinds = [kind for kind, _payload in log(remote)]
    assert kinds == ["worker.request.received", "worker.request"]
    assert log(remote)[1][1]["request"]["params"]["text"] == "go"
    assert Thread.objects.get(thread_id=f"t-{request_id}").message_count == 1
    assert turn(call, remote, request_id).json()["data"] == {**data, "idempotent_replay": True}

    response = {"request_id": request_id, "method": "turn/start", "ok": True, "response": {"turn": {"id": "t1"}}}
    posted = post(call, remote, "worker.response", response)
    assert posted.status_code == 202
    assert post(call, remote, "worker.response", response).json() == posted.json()
    other = post(call, remote, "worker.response", {**response, "response": {}})
    assert code(other) == (409, "terminal_receipt_exists")
    assert code(post(call, remote, "worker.error", {"request_id": request_id})) == (409, "terminal_receipt_exists")
    done = turn(call, remote, request_id)
    assert done.status_code == 200
    assert (done.json()["data"]["ok"], done.json()["data"]["response"]) == (True, {"turn": {"id": "t1"}})
    assert "status" not in done.json()["data"]
    assert receipts(remote, request_id) == ["worker.response"]


def test_a_remote_failure_is_the_receipt(call: Call, remote: str) -> None:
    request_id = new_id("rq")
    turn(call, remote, request_id)
    error = {"request_id": request_id, "method": "turn/start", "code": "forbidden", "message": "no", "retryable": False}
    assert post(call, remote, "worker.error", error).status_code == 202
    again = turn(call, remote, request_id)
    assert again.status_code == 403 and again.json()["details"]["receipt"]["message"] == "no"


def test_a_receipt_for_an_unknown_request_is_a_plain_event(call: Call, remote: str) -> None:
    assert post(call, remote, "worker.response", {"request_id": "never"}).status_code == 202
    assert post(call, remote, "worker.response", {"request_id": "never"}).json()["data"]["seq"] == 2


def test_threads_of_a_remote_worker_are_still_the_runtimes(call: Call, remote: str) -> None:
    assert ask(call, remote, "thread/start").status_code == 200


def test_the_target_session(call: Call) -> None:
    def made(worker_id: str, metadata: Any) -> str:
        call("POST", CODEX, {"worker_id": worker_id, "adapter": "desktop", "metadata": metadata})
        return f"{CODEX}/{worker_id}"

    none = made(new_id("w"), {})
    assert code(turn(call, none, "a")) == (409, "worker_unavailable")
    assert turn(call, none, "b", session_id="s9").status_code == 202
    shared = made(f"{new_id('w')}:shared", {"sessions": ["s1"]})
    assert turn(call, shared, "c").status_code == 202
    several = made(f"{new_id('w')}:shared", {"sessions": ["s1", {"session_id": "s2"}]})
    refused = turn(call, several, "d")
    assert refused.status_code == 409 and refused.json()["details"]["receipt"]["code"] == "conflict"


def test_a_request_nobody_answers_times_out_once(call: Call, remote: str, in_parallel: Any) -> None:
    request_id, worker_id = new_id("rq"), remote.rpartition("/")[2]
    turn(call, remote, request_id)
    assert not control_requests.expire(worker_id, request_id)
    WorkerRequest.objects.filter(worker_id=worker_id, request_id=request_id).update(
        deadline_at=timezone.now() - timedelta(seconds=1)
    )
    call("POST", f"{remote}/stop", {})
    outcomes = in_parallel(3, lambda _: control_requests.expire(worker_id, request_id))
    assert sorted(outcomes) == [False, False, True]
    assert log(remote)[-1][1]["code"] == "timeout" and log(remote)[-1][1]["retryable"] is True
    late = post(call, remote, "worker.response", {"request_id": request_id, "ok": True})
    assert code(late) == (409, "terminal_receipt_exists")
    assert code(turn(call, remote, request_id)) == (409, "timeout")


def test_the_sweep_finds_what_is_due(call: Call, remote: str) -> None:
    turn(call, remote, "due")
    WorkerRequest.objects.filter(worker_id=remote.rpartition("/")[2]).update(deadline_at=timezone.now())
    assert worker_janitor.sweep_requests() >= 1
    assert receipts(remote, "due") == ["worker.error"]


def test_answer_and_timeout_race_for_one_receipt(call: Call, remote: str, in_parallel: Any) -> None:
    worker_id = remote.rpartition("/")[2]
    for _ in range(4):
        request_id = new_id("rq")
        turn(call, remote, request_id)
        WorkerRequest.objects.filter(worker_id=worker_id, request_id=request_id).update(deadline_at=timezone.now())

        def act(index: int, request_id: str = request_id) -> Any:
            if index == 0:
                return control_requests.expire(worker_id, request_id)
            return post(call, remote, "worker.response", {"request_id": request_id, "n": index % 2}).status_code

        in_parallel(4, act)
        assert len(receipts(remote, request_id)) == 1
        row = WorkerRequest.objects.get(worker_id=worker_id, request_id=request_id)
        assert row.terminal_event_seq is not None


def test_one_request_sent_many_times_at_once_is_executed_once(call: Call, path: str, in_parallel: Any) -> None:
    thread_id = new_id("t")
    answers = in_parallel(
        8, lambda _: ask(call, path, "turn/start", {"thread_id": thread_id, "text": "x"}, "same").json()["data"]
    )
    assert sorted(answer["idempotent_replay"] for answer in answers) == [False] + [True] * 7
    assert len({json.dumps(answer["response"], sort_keys=True) for answer in answers}) == 1
    assert ThreadMessage.objects.filter(thread_id=thread_id).count() == 1
    assert receipts(path, "same") == ["worker.response"]
