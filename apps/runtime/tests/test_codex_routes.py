"""The codex lane over HTTP: reattaching, posted events, stopping, the stream's two forms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from apps.runtime.models import SyncStreamEvent, SyncTopicSequence, Worker, WorkerEvent, WorkerLive, WorkerSummary
from apps.runtime.tests.conftest import Call
from apps.runtime.tests.test_worker_routes import age, code, rows
from openagents.receipts.chain import chain_base, chain_fold, digest_of
from openagents.receipts.ids import new_id

CODEX = "/internal/v1/codex/workers"


@pytest.fixture
def worker_id() -> str:
    return f"desktopw:{new_id('w')}"


@pytest.fixture
def path(call: Call, worker_id: str) -> str:
    answer = call("POST", CODEX, {"worker_id": worker_id, "workspace_ref": "ws"}, org="org_codex")
    assert answer.status_code == 202
    return f"{CODEX}/{worker_id}"


def post(call: Call, path: str, event_type: str, payload: Any = None, event_id: str | None = None) -> Any:
    event = {"event_type": event_type, "payload": payload or {}, "event_id": event_id}
    return call("POST", f"{path}/events", {"event": event})


def test_a_new_worker_runs_without_events(call: Call, worker_id: str) -> None:
    answer = call("POST", CODEX, {"worker_id": worker_id})
    assert answer.json()["data"] == {
        "workerId": worker_id,
        "status": "running",
        "latestSeq": 0,
        "idempotentReplay": False,
    }
    assert call("POST", CODEX, {"worker_id": worker_id}).json()["data"]["idempotentReplay"] is True
    assert not WorkerEvent.objects.filter(worker_id=worker_id).exists()
    named = call("POST", CODEX, {}).json()["data"]["workerId"]
    assert named.startswith("codexw_")


def test_reattaching_keeps_what_is_not_given_and_leaves_an_event(call: Call, path: str, worker_id: str) -> None:
    call("POST", f"{path}/stop", {})
    again = call("POST", CODEX, {"worker_id": worker_id, "codex_home_ref": "home"}).json()["data"]
    assert (again["status"], again["latestSeq"], again["idempotentReplay"]) == ("running", 2, False)
    event = WorkerEvent.objects.get(worker_id=worker_id, seq=2)
    assert (event.event_type, json.loads(event.payload_text)) == (
        "worker.started",
        {"status": "running", "reason": "reattach"},
    )
    shown = call("GET", path).json()["data"]
    assert (shown["workspace_ref"], shown["codex_home_ref"], shown["stopped_at"]) == ("ws", "home", None)
    assert call("GET", f"{path}/snapshot").json()["data"]["latest_seq"] == 2


def test_a_posted_event_is_stored_and_delivered_as_it_is(call: Call, path: str, worker_id: str) -> None:
    payload = {"method": "turn/started", "n": 1, "x": [1.5, None], "occurred_at": "2026-01-02T03:04:05.250Z"}
    answer = post(call, path, "worker.event", payload)
    assert answer.status_code == 202
    assert answer.json()["data"] == {
        "worker_id": worker_id,
        "seq": 1,
        "event_type": "worker.event",
        "payload": payload,
        "occurred_at": "2026-01-02T03:04:05.250Z",
    }
    (own,) = rows(f"worker:{worker_id}:events")
    assert json.loads(own.payload) == payload and own.doc_key == f"worker:{worker_id}:event:1"
    shared = SyncStreamEvent.objects.get(topic="org:org_codex:worker_events", doc_key=own.doc_key)
    assert json.loads(shared.payload)["payload"] == payload
    assert len(rows(f"worker:{worker_id}:lifecycle")) == 1


def test_log_projection_and_journal_of_a_worker_say_the_same(call: Call, path: str, worker_id: str) -> None:
    for index in range(5):
        post(call, path, "worker.event", {"n": index})
    call("POST", f"{path}/stop", {"reason": "done"})
    log = list(WorkerEvent.objects.filter(worker_id=worker_id).order_by("seq"))
    topic = SyncTopicSequence.objects.get(topic=f"worker:{worker_id}:events")
    journal = rows(topic.topic)
    assert [(row.seq, row.kind, row.payload) for row in journal] == [
        (event.seq, event.event_type, event.payload_text) for event in log
    ]
    folded = chain_fold(
        chain_base(topic.topic, topic.lineage), [(row.seq, digest_of(row.payload_sha256)) for row in journal]
    )
    assert (topic.seq, bytes(topic.chain)) == (6, folded)
    summary = WorkerSummary.objects.get(worker_id=worker_id)
    assert (summary.status, summary.last_seq, summary.event_count) == ("stopped", 6, 6)


def test_an_event_id_makes_a_retry_harmless(call: Call, path: str) -> None:
    first = post(call, path, "worker.event", {"n": 1}, "e1").json()
    call("POST", f"{path}/stop", {})
    assert post(call, path, "worker.event", {"n": 1}, "e1").json() == first
    assert code(post(call, path, "worker.event", {"n": 2}, "e1")) == (409, "event_id_conflict")


def test_an_unknown_worker_is_made_for_the_caller(call: Call, in_parallel: Any) -> None:
    path = f"{CODEX}/{new_id('w')}"
    answers = in_parallel(4, lambda index: post(call, path, "worker.event", {"n": index}).json()["data"]["seq"])
    assert sorted(answers) == [1, 2, 3, 4]
    shown = call("GET", path).json()["data"]
    assert (shown["status"], shown["adapter"]) == ("running", "in_memory")
    assert post(call, path, "worker.event", {}).status_code == 202
    assert call("POST", f"{path}/events", {"event": {"event_type": "worker.x"}}, user="other").status_code == 403


@pytest.mark.parametrize("event_type", ["event", "worker.", "worker." + "x" * 160, ""])
def test_an_event_type_begins_with_worker(call: Call, path: str, event_type: str) -> None:
    assert post(call, path, event_type).status_code == 400


def test_a_handshake_needs_its_parts(call: Call, path: str) -> None:
    whole = {
        "method": "ios/handshake",
        "source": "autopilot-ios",
        "handshake_id": "h1",
        "device_id": "d1",
        "occurred_at": "2026-01-02T03:04:05Z",
    }
    assert post(call, path, "worker.event", whole).status_code == 202
    for name in ("source", "handshake_id", "device_id", "occurred_at"):
        broken = post(call, path, "worker.event", {**whole, name: " "})
        assert broken.status_code == 400 and broken.json()["details"]["field"] == "event.payload", name
    late = post(call, path, "worker.event", {**whole, "occurred_at": "yesterday"})
    assert late.json()["details"]["field"] == "event.payload.occurred_at"
    ack = {**whole, "method": "desktop/handshake_ack"}
    assert post(call, path, "worker.event", ack).status_code == 400
    assert post(call, path, "worker.event", {**ack, "desktop_session_id": "s"}).status_code == 202


def test_posted_words_about_status_move_the_worker(call: Call, path: str, worker_id: str) -> None:
    age(worker_id, 130_000)
    assert post(call, path, "worker.heartbeat", {"status": "running"}).status_code == 202
    assert call("GET", path).json()["data"]["heartbeat_state"] == "fresh"
    assert len(rows(f"worker:{worker_id}:lifecycle")) == 2
    assert post(call, path, "worker.stopped", {}).status_code == 202
    assert Worker.objects.get(worker_id=worker_id).status == "stopped"
    assert code(post(call, path, "worker.event", {})) == (409, "worker_not_runnable")
    assert WorkerSummary.objects.get(worker_id=worker_id).status == "stopped"


def test_a_stop_is_told_once_and_repeats_after(call: Call, path: str, worker_id: str) -> None:
    post(call, path, "worker.event", {})
    first = call("POST", f"{path}/stop", {"reason": "enough"})
    assert first.status_code == 202
    assert first.json()["data"] == {
        "worker_id": worker_id,
        "status": "stopped",
        "seq": 2,
        "idempotent_replay": False,
        "idempotentReplay": False,
    }
    again = call("POST", f"{path}/stop", {}).json()["data"]
    assert (again["seq"], again["idempotent_replay"], again["idempotentReplay"]) == (2, True, True)
    assert json.loads(WorkerEvent.objects.get(worker_id=worker_id, seq=2).payload_text) == {"reason": "enough"}
    assert call("POST", f"{CODEX}/{new_id('w')}/stop", {}).status_code == 404
    assert call("POST", f"{path}/stop", {}, user="other").status_code == 403


def test_too_large_or_too_many_events_are_refused_before_anything_is_written(
    call: Call, path: str, worker_id: str, settings: Any
) -> None:
    large = post(call, path, "worker.event", {"text": "x" * 131_072})
    assert code(large) == (413, "khala_frame_payload_too_large")
    assert large.json()["details"]["topic_class"] == "codex_worker_events"
    settings.OA = settings.OA.model_copy(update={"khala_codex_worker_events_publish_rate_per_second": 1})
    answers = [post(call, path, "worker.event", {}) for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused and all(1 <= answer.json()["retry_after_ms"] <= 1000 for answer in refused)
    assert WorkerLive.objects.get(worker_id=worker_id).latest_seq == len(answers) - len(refused)


def test_workers_are_listed_by_what_moved_last(call: Call) -> None:
    ids = [call("POST", CODEX, {"workspace_ref": ref}).json()["data"]["workerId"] for ref in ("a", "b", "a")]
    post(call, f"{CODEX}/{ids[0]}", "worker.event", {})
    listed = [one["worker_id"] for one in call("GET", CODEX).json()["data"]]
    assert listed == [ids[0], ids[2], ids[1]]
    assert [one["worker_id"] for one in call("GET", CODEX, params={"workspace_ref": "b"}).json()["data"]] == [ids[1]]
    assert len(call("GET", CODEX, params={"limit": 0}).json()["data"]) == 1
    assert call("GET", CODEX, params={"status": "stopped"}).json()["data"] == []
    assert call("GET", CODEX, params={"status": "flying"}).status_code == 400
    call("POST", "/internal/v1/workers", {})
    assert len(call("GET", CODEX).json()["data"]) == 3


def test_the_stream_says_where_to_subscribe_and_what_is_behind_the_cursor(call: Call, path: str) -> None:
    for index in range(4):
        post(call, path, "worker.event", {"n": index})
    data = call("GET", f"{path}/stream", params={"cursor": 2}).json()["data"]
    assert data["delivery"] == {
        "transport": "khala_ws",
        "topic": "org:org_codex:worker_events",
        "scope": "runtime.codex_worker_events",
        "syncTokenRoute": "/api/sync/token",
    }
    assert (data["stream_protocol"], data["cursor"], data["tail_ms"]) == ("khala_ws", 2, 15_000)
    assert [event["seq"] for event in data["events"]] == [3, 4]
    assert set(data["events"][0]) == {"seq", "event_type", "payload", "occurred_at"}
    assert data["snapshot"]["khala_projection"]["status"] == "in_sync"
    assert call("GET", f"{path}/stream", params={"tail_ms": 120_001}).status_code == 400
    assert call("GET", f"{path}/stream", params={"cursor": 1}, headers={"last-event-id": "2"}).status_code == 400


def test_the_event_stream_of_a_worker_replays_and_closes(call: Call, path: str, worker_id: str) -> None:
    for index in range(3):
        post(call, path, "worker.event", {"n": index})
    answer = call("GET", f"{path}/stream", params={"tail_ms": 1, "cursor": 1}, headers={"accept": "text/event-stream"})
    assert answer["Content-Type"] == "text/event-stream; charset=utf-8"
    assert answer["Cache-Control"] == "no-cache, no-transform" and answer["X-Accel-Buffering"] == "no"
    frames = b"".join(answer.streaming_content).decode().split("\n\n")
    assert frames[-2:] == ["data: [DONE]", ""]
    assert [frame.split("\n")[:2] for frame in frames[:-2]] == [
        ["id: 2", "event: message"],
        ["id: 3", "event: message"],
    ]
    data = json.loads(frames[0].split("\n")[2].removeprefix("data: "))
    assert (data["worker_id"], data["seq"], data["payload"]) == (worker_id, 2, {"n": 1})
