"""The codex worker lane: ids with `:` and `@`, bodies as sent, keys from the header, one receipt for every request."""

from __future__ import annotations

from typing import Any

import pytest

from apps.control import metrics
from apps.control.services import limits
from apps.control.tests.world import Double, Person, call, sign_in
from openagents.db.models import AuditEvent

PUBLIC = "/api/runtime/codex/workers"
INTERNAL = "/internal/v1/codex/workers"
WORKER = "desktopw:me@host~1.x"
AT = f"{INTERNAL}/{WORKER}"
ESCAPED = "desktopw%3Ame%40host%7E1.x"
SNAPSHOT = {
    "worker_id": WORKER,
    "status": "running",
    "latest_seq": 3,
    "workspace_ref": None,
    "codex_home_ref": None,
    "adapter": "in_memory",
    "metadata": {"n": 9007199254740993},
    "started_at": "2026-03-01T12:00:00Z",
    "stopped_at": None,
    "last_heartbeat_at": None,
    "heartbeat_age_ms": None,
    "heartbeat_stale_after_ms": 120000,
    "heartbeat_state": "missing",
    "updated_at": "2026-03-01T12:00:00Z",
    "khala_projection": {"status": "in_sync", "lag_events": 0, "last_runtime_seq": 3, "document_id": "d"},
}
EVENT = {
    "worker_id": WORKER,
    "seq": 4,
    "event_type": "worker.event",
    "payload": {"b": 1, "a": [1.5, None, {"z": 9007199254740993}]},
    "occurred_at": "2026-03-01T12:00:00Z",
}
RECEIPT = {
    "worker_id": WORKER,
    "request_id": "r1",
    "ok": True,
    "method": "turn/start",
    "idempotent_replay": False,
    "response": {"thread_id": "t", "turn": {"id": "turn_1"}},
}


def test_workers_are_listed_and_shown(runtime: Double, person: Person) -> None:
    runtime.answer("GET", INTERNAL, 200, {"data": [SNAPSHOT]})
    runtime.answer("GET", f"{AT}/snapshot", 200, {"data": SNAPSHOT})
    (listed,) = person.get(f"{PUBLIC}?status=running&workspace_ref=a%2Fb&limit=5").data
    shown = person.get(f"{PUBLIC}/%20{ESCAPED}").data
    assert listed == shown
    assert shown["metadata"] == SNAPSHOT["metadata"]
    assert shown["khala_projection"] == {
        "status": "in_sync",
        "lag_events": 0,
        "last_runtime_seq": 3,
        "last_projected_at": None,
    }
    assert runtime.at(INTERNAL)[0].target == f"{INTERNAL}?status=running&workspace_ref=a%2Fb&limit=5"
    (request,) = runtime.at(f"{AT}/snapshot")
    assert request.headers["x-oa-contract"].startswith("openagents.codex.v1/")
    assert request.headers["x-oa-user-id"] == person.user_id
    assert runtime.refused == []


@pytest.mark.parametrize(
    ("query", "field"),
    [("status=asleep", "status"), ("limit=0", "limit"), ("workspace_ref=" + "x" * 256, "workspace_ref")],
)
def test_bad_lists_are_refused_here(runtime: Double, person: Person, query: str, field: str) -> None:
    assert person.get(f"{PUBLIC}?{query}").fields == {field}
    assert runtime.received == []


def test_a_worker_is_made(runtime: Double, person: Person) -> None:
    made = {"workerId": WORKER, "status": "running", "latestSeq": 0, "idempotentReplay": False}
    runtime.answer("POST", INTERNAL, 202, {"data": made})
    body = {"worker_id": WORKER, "workspaceRef": "w", "metadata": {"a": None}, "owner_user_id": 5}
    answer = person.post(PUBLIC, body, x_oa_user_id="evil", x_oa_guest_scope="evil")
    assert (answer.status, answer.data) == (202, made)
    (request,) = runtime.at(INTERNAL)
    assert request.json == {"worker_id": WORKER, "workspace_ref": "w", "metadata": {"a": None}}
    assert request.headers["x-oa-user-id"] == person.user_id
    assert "x-oa-guest-scope" not in request.headers


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"worker_id": "x" * 161}, "worker_id"),
        ({"worker_id": "a b"}, "worker_id"),
        ({"worker_id": ".."}, "worker_id"),
        ({"workspace_ref": "x" * 256}, "workspace_ref"),
        ({"codex_home_ref": "x" * 256}, "codex_home_ref"),
        ({"adapter": "x" * 121}, "adapter"),
        ({"metadata": [1]}, "metadata"),
    ],
)
def test_bad_workers_are_refused_here(runtime: Double, person: Person, body: dict[str, Any], field: str) -> None:
    answer = person.post(PUBLIC, body)
    assert (answer.status, answer.fields, runtime.received) == (422, {field}, [])


@pytest.mark.parametrize("worker_id", ["x" * 161, "a%2Fb", "a%20b", "..", "a%25b", "%C3%A4", "a%3Fb", "a%0Ab"])
def test_ids_that_no_worker_can_have(runtime: Double, person: Person, worker_id: str) -> None:
    for path in (worker_id, f"{worker_id}/stream"):
        assert person.get(f"{PUBLIC}/{path}").status == 404
    assert person.post(f"{PUBLIC}/{worker_id}/stop", {}).status == 404
    assert runtime.received == []


@pytest.mark.parametrize("wrapped", [True, False])
def test_an_event_is_appended_unchanged(runtime: Double, person: Person, wrapped: bool) -> None:
    runtime.answer("POST", f"{AT}/events", 202, {"data": EVENT})
    event = {"event_type": "worker.event", "payload": EVENT["payload"]}
    answer = person.post(f"{PUBLIC}/{WORKER}/events", {"event": event} if wrapped else event, idempotency_key="e1")
    assert (answer.status, answer.data) == (202, EVENT)
    (request,) = runtime.at(f"{AT}/events")
    assert request.json == {"event": {**event, "event_id": "e1"}}
    assert request.headers["idempotency-key"] == "e1"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "event.event_type"),
        ({"event": {}}, "event.event_type"),
        ({"event": {"event_type": "run.started"}}, "event.event_type"),
        ({"event_type": "worker." + "x" * 160}, "event.event_type"),
        ({"event": {"event_type": "worker.event", "payload": {"method": "ios/handshake"}}}, "event.payload"),
    ],
)
def test_bad_events_are_refused_here(runtime: Double, person: Person, body: dict[str, Any], field: str) -> None:
    answer = person.post(f"{PUBLIC}/{WORKER}/events", body)
    assert (answer.status, answer.fields, runtime.received) == (422, {field}, [])


def test_a_request_leaves_its_receipt(runtime: Double, person: Person) -> None:
    runtime.answer("POST", f"{AT}/requests", 200, {"data": RECEIPT})
    request = {"request_id": "r1", "method": "Turn/Start", "params": {"text": "x"}, "sent_at": "2026-03-01T12:00:00Z"}
    answer = person.post(f"{PUBLIC}/{ESCAPED}/requests", {"request": request})
    assert (answer.status, answer.data) == (200, RECEIPT)
    assert runtime.at(f"{AT}/requests")[0].json == {"request": request}
    event = AuditEvent.objects.get(event_name="runtime.codex.control.request.accepted", user_id=person.user_id)
    assert event.attributes == {
        "worker_id": WORKER,
        "control_request_id": "r1",
        "method": "Turn/Start",
        "idempotent_replay": "false",
    }


def test_an_open_request_is_accepted(runtime: Double, person: Person) -> None:
    accepted = {**RECEIPT, "ok": None, "response": None, "status": "accepted", "source": "ios"}
    runtime.answer("POST", f"{AT}/requests", 202, {"data": accepted})
    labels = ("turn/start", "accepted", "ios")
    before = metrics.WORKER_REQUESTS.labels(*labels)._value.get()
    body = {"request": {"method": "turn/start", "source": "ios"}}
    answer = person.post(f"{PUBLIC}/{WORKER}/requests", body, idempotency_key="r1")
    assert (answer.status, answer.data) == (202, accepted)
    assert runtime.at(f"{AT}/requests")[0].json["request"]["request_id"] == "r1"
    assert metrics.WORKER_REQUESTS.labels(*labels)._value.get() == before + 1


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"request"}),
        ({"request": {}}, {"request.request_id", "request.method"}),
        ({"request": {"request_id": " ", "method": "x"}}, {"request.request_id"}),
        ({"request": {"request_id": "r", "method": ""}}, {"request.method"}),
    ],
)
def test_a_request_needs_an_id_and_a_method(
    runtime: Double, person: Person, body: dict[str, Any], fields: set[str]
) -> None:
    answer = person.post(f"{PUBLIC}/{WORKER}/requests", body)
    assert (answer.status, answer.fields, runtime.received) == (422, fields, [])


def test_what_the_runtime_refuses_names_its_field(runtime: Double, person: Person) -> None:
    refusal = {"error": "invalid_request", "message": "no", "details": {"field": "request.method", "receipt": {}}}
    runtime.answer("POST", f"{AT}/requests", 400, refusal)
    answer = person.post(f"{PUBLIC}/{WORKER}/requests", {"request": {"request_id": "r", "method": "rm/rf"}})
    assert (answer.status, answer.fields) == (422, {"request.method"})


def test_stopping_twice_is_one_stop(runtime: Double, person: Person) -> None:
    stopped = {"worker_id": WORKER, "status": "stopped", "seq": 9, "idempotent_replay": True, "idempotentReplay": True}
    runtime.answer("POST", f"{AT}/stop", 202, {"data": stopped})
    answer = person.post(f"{PUBLIC}/{WORKER}/stop", {"reason": "enough"})
    assert (answer.status, answer.data) == (202, stopped)
    assert person.post(f"{PUBLIC}/{WORKER}/stop").status == 202
    assert [request.json for request in runtime.at(f"{AT}/stop")] == [{"reason": "enough"}, {}]
    assert person.post(f"{PUBLIC}/{WORKER}/stop", {"reason": "x" * 256}).fields == {"reason"}


@pytest.mark.parametrize(
    ("bucket", "path", "body"),
    [
        ("runtime.codex.event", "events", {"event_type": "worker.x"}),
        ("runtime.codex.control.request", "requests", {"request": {"request_id": "r", "method": "thread/list"}}),
    ],
)
def test_limits_are_per_user(
    runtime: Double, person: Person, monkeypatch: Any, bucket: str, path: str, body: dict[str, Any]
) -> None:
    monkeypatch.setitem(limits.BUCKETS, bucket, limits.Bucket(1, 60))
    runtime.answer("POST", f"{AT}/{path}", 202, {"data": {**EVENT, **RECEIPT}})
    statuses = [person.post(f"{PUBLIC}/{WORKER}/{path}", body).status for _ in range(2)]
    assert statuses == [202, 429]
    assert sign_in().post(f"{PUBLIC}/{WORKER}/{path}", body).status == 202


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "/w"),
        ("GET", "/w/stream"),
        ("POST", "/w/events"),
        ("POST", "/w/requests"),
        ("POST", "/w/stop"),
    ],
)
def test_nobody_passes_without_a_credential(runtime: Double, method: str, path: str) -> None:
    answer = call(method, PUBLIC + path, {} if method == "POST" else None)
    assert (answer.status, answer.reason, runtime.received) == (401, "missing_credential", [])
