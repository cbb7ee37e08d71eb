"""The generic lane over HTTP: registration, leases, beats, transitions, and who may do what."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain.worker_states import TRANSITIONS, WorkerStatus
from apps.runtime.models import (
    ProjectionCheckpoint,
    ProjectionDrift,
    SyncStreamEvent,
    SyncTopicDoc,
    SyncTopicSequence,
    Worker,
    WorkerEvent,
    WorkerLive,
    WorkerSummary,
)
from apps.runtime.services import worker_janitor
from apps.runtime.tests.conftest import Call
from openagents.receipts.ids import new_id

WORKERS = "/internal/v1/workers"


def age(worker_id: str, milliseconds: int) -> None:
    """Let the worker's last beat lie back."""
    WorkerLive.objects.filter(worker_id=worker_id).update(
        last_heartbeat_at=timezone.now() - timedelta(milliseconds=milliseconds)
    )


def code(answer: Any) -> tuple[int, str | None]:
    return answer.status_code, answer.json().get("reason_code")


def rows(topic: str) -> list[SyncStreamEvent]:
    return list(SyncStreamEvent.objects.filter(topic=topic).order_by("seq"))


@pytest.fixture
def worker_id() -> str:
    return new_id("w")


@pytest.fixture
def entry(call: Call, worker_id: str) -> Any:
    answer = call("POST", WORKERS, {"worker_id": worker_id, "metadata": {"a": 1}}, org="org_one")
    assert answer.status_code == 201
    return answer.json()["worker"]


def test_a_new_worker_runs_with_a_lease_and_its_first_event(
    call: Call, entry: Any, worker_id: str, user_id: str
) -> None:
    assert entry["worker"]["status"] == "running"
    assert entry["worker"]["latest_seq"] == 1
    assert entry["worker"]["lane"] == "generic"
    assert entry["worker"]["owner_user_ref"] == f"user:{user_id}"
    assert entry["liveness"]["heartbeat_state"] == "fresh"
    assert entry["lease"]["epoch"] == 1
    event = WorkerEvent.objects.get(worker_id=worker_id, seq=1)
    assert (event.event_type, event.payload_text) == ("worker.started", '{"reason":"register","status":"running"}')


def test_registration_reaches_every_topic_of_the_worker(entry: Any, worker_id: str, user_id: str) -> None:
    assert [(row.seq, row.kind) for row in rows(f"worker:{worker_id}:events")] == [(1, "worker.started")]
    assert [row.kind for row in rows(f"worker:{worker_id}:lifecycle")] == ["worker.running"]
    (fleet,) = rows(f"fleet:user:{user_id}:workers")
    assert fleet.kind == "worker.running"
    document = json.loads(fleet.payload)
    assert document["heartbeat_state"] == "fresh" and document["owner_user_ref"] == f"user:{user_id}"
    doc = SyncTopicDoc.objects.get(topic="org:org_one:workers", doc_key=f"runtime/codex_worker_summary:{worker_id}")
    assert json.loads(doc.payload)["metadata"] == {"a": 1}
    assert not SyncStreamEvent.objects.filter(topic="org:org_one:worker_events", doc_key__contains=worker_id).exists()


def test_the_projection_and_its_checkpoint_are_where_the_log_is(call: Call, entry: Any, worker_id: str) -> None:
    summary = WorkerSummary.objects.get(worker_id=worker_id)
    assert (summary.status, summary.last_seq, summary.event_count) == ("running", 1, 1)
    point = call("GET", f"{WORKERS}/{worker_id}/checkpoint").json()["checkpoint"]
    assert point["topic"] == f"worker:{worker_id}:lifecycle"
    assert (point["last_seq"], point["last_event_type"]) == (1, "worker.started")
    assert ProjectionCheckpoint.objects.get(entity_id=worker_id).summary_hash == summary.projection_hash


def test_registering_again_is_a_new_lease_and_merges_metadata(call: Call, entry: Any, worker_id: str) -> None:
    call("POST", f"{WORKERS}/{worker_id}/status", {"status": "stopped"})
    again = call("POST", WORKERS, {"worker_id": worker_id, "metadata": {"b": 2}, "adapter": "x"}).json()["worker"]
    assert again["lease"]["epoch"] == 2
    assert again["worker"]["status"] == "running" and again["worker"]["stopped_at"] is None
    assert again["worker"]["metadata"] == {"a": 1, "b": 2}
    assert again["worker"]["adapter"] == "x"
    assert [event.event_type for event in WorkerEvent.objects.filter(worker_id=worker_id).order_by("seq")] == [
        "worker.started",
        "worker.stopped",
        "worker.started",
    ]


def test_a_beat_of_an_older_lease_is_refused(call: Call, entry: Any, worker_id: str) -> None:
    call("POST", WORKERS, {"worker_id": worker_id})
    assert code(call("POST", f"{WORKERS}/{worker_id}/heartbeat", {"lease_epoch": 1})) == (409, "lease_lost")
    answer = call("POST", f"{WORKERS}/{worker_id}/heartbeat", {"lease_epoch": 2})
    assert answer.status_code == 200 and answer.json()["worker"]["lease"]["epoch"] == 2
    assert call("POST", f"{WORKERS}/{worker_id}/heartbeat", {}).status_code == 200


def test_what_becomes_of_a_workers_lease_is_counted(call: Call, leases: Any, worker_id: str) -> None:
    path = f"{WORKERS}/{worker_id}"
    call("POST", WORKERS, {"worker_id": worker_id})
    assert leases("worker") == {"acquired": 1}
    call("POST", f"{path}/heartbeat", {})  # one statement
    call("POST", f"{path}/heartbeat", {"metadata_patch": {"load": 1}})  # an event
    call("POST", f"{path}/heartbeat", {"lease_epoch": 7})  # refused
    assert leases("worker") == {"acquired": 1, "renewed": 2}
    call("POST", WORKERS, {"worker_id": worker_id})  # the holder starts again within its time
    assert leases("worker") == {"acquired": 2, "renewed": 2}
    age(worker_id, 1_200_500)
    call("POST", WORKERS, {"worker_id": worker_id})  # it fell silent, and nobody has noticed yet
    assert leases("worker") == {"acquired": 2, "renewed": 2, "stolen": 1}
    age(worker_id, 1_200_500)
    assert worker_janitor.fail_lost(worker_id) and not worker_janitor.fail_lost(worker_id)
    call("POST", WORKERS, {"worker_id": worker_id})  # its end was noticed
    assert leases("worker") == {"acquired": 3, "renewed": 2, "stolen": 1, "expired": 1}


def test_a_beat_of_no_possible_lease_is_refused(call: Call, entry: Any, worker_id: str) -> None:
    for epoch in (2**63 - 1, 2**63, 2**64 - 1):
        answer = call("POST", f"{WORKERS}/{worker_id}/heartbeat", {"lease_epoch": epoch})
        assert code(answer) == (409, "lease_lost")


def test_a_beat_that_changes_nothing_moves_the_time_and_nothing_else(call: Call, entry: Any, worker_id: str) -> None:
    age(worker_id, 5000)
    answer = call("POST", f"{WORKERS}/{worker_id}/heartbeat", {"metadata_patch": {"a": 1}}).json()["worker"]
    assert answer["worker"]["latest_seq"] == 1
    assert answer["worker"]["last_heartbeat_at"] > entry["worker"]["last_heartbeat_at"]
    assert answer["worker"]["updated_at"] == answer["worker"]["last_heartbeat_at"]
    assert answer["liveness"]["heartbeat_age_ms"] < 5000
    assert len(rows(f"worker:{worker_id}:lifecycle")) == 1


def test_a_beat_that_changes_metadata_is_an_event(call: Call, entry: Any, worker_id: str) -> None:
    answer = call("POST", f"{WORKERS}/{worker_id}/heartbeat", {"metadata_patch": {"load": 3}}).json()["worker"]
    assert answer["worker"]["latest_seq"] == 2 and answer["worker"]["metadata"] == {"a": 1, "load": 3}
    assert [row.kind for row in rows(f"worker:{worker_id}:events")] == ["worker.started", "worker.heartbeat"]
    assert len(rows(f"worker:{worker_id}:lifecycle")) == 2


def test_a_beat_after_silence_is_an_event_once(call: Call, entry: Any, worker_id: str) -> None:
    age(worker_id, 120_001)
    assert call("GET", f"{WORKERS}/{worker_id}").json()["worker"]["liveness"]["heartbeat_state"] == "stale"
    for _ in range(3):
        answer = call("POST", f"{WORKERS}/{worker_id}/heartbeat", {}).json()["worker"]
    assert answer["worker"]["latest_seq"] == 2
    assert answer["liveness"]["heartbeat_state"] == "fresh"


@pytest.mark.parametrize("ended", ["stopped", "failed"])
def test_an_ended_worker_does_not_beat(call: Call, entry: Any, worker_id: str, ended: str) -> None:
    stopped = call("POST", f"{WORKERS}/{worker_id}/status", {"status": ended}).json()["worker"]
    assert stopped["worker"]["stopped_at"] is not None and stopped["liveness"]["heartbeat_state"] == ended
    assert code(call("POST", f"{WORKERS}/{worker_id}/heartbeat", {})) == (409, "worker_not_running")


@pytest.mark.parametrize(
    "key", ["qualified", "failure_strikes", "tier", "last_price_variance_bps", "price_integrity_x"]
)
def test_what_the_runtime_knows_of_a_worker_the_worker_cannot_say(
    call: Call, entry: Any, worker_id: str, key: str
) -> None:
    patch = {"metadata_patch": {key: 0}}
    assert code(call("POST", f"{WORKERS}/{worker_id}/heartbeat", patch)) == (400, "protected_metadata_key")
    assert code(call("POST", WORKERS, {"metadata": {key: 0}})) == (400, "protected_metadata_key")


def test_too_much_metadata_is_refused(call: Call, entry: Any, worker_id: str) -> None:
    assert call("POST", WORKERS, {"metadata": {"x": "y" * 65_536}}).status_code == 413
    call("POST", f"{WORKERS}/{worker_id}/heartbeat", {"metadata_patch": {"x": "y" * 40_000}})
    grown = call("POST", f"{WORKERS}/{worker_id}/heartbeat", {"metadata_patch": {"z": "y" * 40_000}})
    assert grown.status_code == 413
    assert "z" not in Worker.objects.get(worker_id=worker_id).metadata


MATRIX = {
    # from: which of starting running stopping stopped failed may follow
    "starting": "+++-+",
    "running": "-++++",
    "stopping": "--+++",
    "stopped": "++-+-",
    "failed": "++--+",
}
NAMES = list(MATRIX)
WAYS = {
    "starting": ["stopped", "starting"],
    "running": [],
    "stopping": ["stopping"],
    "stopped": ["stopped"],
    "failed": ["failed"],
}


def test_the_table_is_the_specified_matrix() -> None:
    for before, cells in MATRIX.items():
        for after, cell in zip(NAMES, cells, strict=True):
            assert (WorkerStatus(after) in TRANSITIONS[WorkerStatus(before)]) == (cell == "+"), (before, after)


@pytest.mark.parametrize("before", NAMES)
def test_each_status_leads_where_the_matrix_says(call: Call, before: str) -> None:
    for after, cell in zip(NAMES, MATRIX[before], strict=True):
        worker_id = call("POST", WORKERS, {}).json()["worker"]["worker"]["worker_id"]
        for step in WAYS[before]:
            assert call("POST", f"{WORKERS}/{worker_id}/status", {"status": step}).status_code == 200
        seq = WorkerLive.objects.get(worker_id=worker_id).latest_seq
        answer = call("POST", f"{WORKERS}/{worker_id}/status", {"status": after, "reason": "test"})
        if cell == "-":
            assert code(answer) == (400, "invalid_worker_transition"), (before, after)
            assert WorkerLive.objects.get(worker_id=worker_id).latest_seq == seq
            continue
        assert answer.status_code == 200, (before, after)
        assert answer.json()["worker"]["worker"]["status"] == after
        event = WorkerEvent.objects.get(worker_id=worker_id, seq=seq + 1)
        assert event.event_type == f"worker.{after}"
        assert json.loads(event.payload_text) == {"status": after, "reason": "test"}
        assert WorkerSummary.objects.get(worker_id=worker_id).status == after


def test_a_quarantined_provider_stays_failed(call: Call, entry: Any, worker_id: str) -> None:
    call("POST", f"{WORKERS}/{worker_id}/status", {"status": "failed"})
    Worker.objects.filter(worker_id=worker_id).update(quarantined=True)
    moved = call("POST", f"{WORKERS}/{worker_id}/status", {"status": "running"})
    assert code(moved) == (409, "provider_quarantined")
    assert code(call("POST", WORKERS, {"worker_id": worker_id})) == (409, "provider_quarantined")


def test_a_topic_that_is_not_where_the_log_is_stops_the_write(call: Call, entry: Any, worker_id: str) -> None:
    counted = metrics.JOURNAL_SEQ_MISMATCH._value.get()
    SyncTopicSequence.objects.filter(topic=f"worker:{worker_id}:events").update(seq=7)
    answer = call("POST", f"{WORKERS}/{worker_id}/status", {"status": "stopping"})
    assert answer.status_code == 500
    assert metrics.JOURNAL_SEQ_MISMATCH._value.get() == counted + 1
    assert WorkerLive.objects.get(worker_id=worker_id).latest_seq == 1
    assert Worker.objects.get(worker_id=worker_id).status == "running"


@pytest.mark.parametrize(("was", "reason"), [(9, "checkpoint_ahead"), (0, "sequence_gap")])
def test_a_checkpoint_that_is_not_where_the_log_is_is_repaired_and_reported(
    call: Call, entry: Any, worker_id: str, was: int, reason: str
) -> None:
    ProjectionCheckpoint.objects.filter(entity_id=worker_id).update(last_runtime_seq=was)
    call("POST", f"{WORKERS}/{worker_id}/status", {"status": "stopping"})
    drift = ProjectionDrift.objects.get(topic=f"worker:{worker_id}:lifecycle")
    assert (drift.reason, drift.expected_next_seq, drift.incoming_seq) == (reason, was + 1, 2)
    assert ProjectionCheckpoint.objects.get(entity_id=worker_id).last_runtime_seq == 2


def test_the_log_of_a_worker_is_append_only(call: Call, entry: Any, worker_id: str) -> None:
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
        WorkerEvent.objects.filter(worker_id=worker_id).update(event_type="x")
    with pytest.raises(DatabaseError, match=r"append-only|permission denied"):
        WorkerEvent.objects.filter(worker_id=worker_id).delete()


@pytest.mark.parametrize("mode", ["read_only", "shadow_only"])
def test_a_frozen_write_path_refuses_workers_and_threads(
    call: Call, entry: Any, worker_id: str, settings: Any, mode: str
) -> None:
    settings.OA = settings.OA.model_copy(update={"runtime_authority_write_mode": mode})
    codex = "/internal/v1/codex/workers"
    routes: list[tuple[str, Any]] = [
        (WORKERS, {}),
        (f"{WORKERS}/{worker_id}/heartbeat", {}),
        (f"{WORKERS}/{worker_id}/status", {"status": "stopped"}),
        (codex, {}),
        (f"{codex}/x/events", {"event": {"event_type": "worker.event"}}),
        (f"{codex}/x/requests", {"request": {"request_id": "r", "method": "thread/list"}}),
        (f"{codex}/x/stop", {}),
        ("/internal/v1/threads", {}),
        ("/internal/v1/threads/x/messages", {"text": "x"}),
    ]
    for path, body in routes:
        answer = call("POST", path, body)
        assert (answer.status_code, answer.json()["error"]) == (503, "write_path_frozen"), path
    assert call("GET", f"{WORKERS}/{worker_id}").status_code == 200


def test_strangers_and_unknown_ids(call: Call, entry: Any, worker_id: str) -> None:
    routes: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("GET", "/checkpoint", None),
        ("POST", "/heartbeat", {}),
        ("POST", "/status", {"status": "running"}),
    ]
    for method, rest, body in routes:
        assert call(method, f"{WORKERS}/{new_id('w')}{rest}", body).status_code == 404, rest
        assert call(method, f"{WORKERS}/{worker_id}{rest}", body, user="user_other").status_code == 403, rest
        assert call(method, f"{WORKERS}/a%20b{rest}", body).status_code == 400, rest
    assert call("POST", WORKERS, {"worker_id": worker_id}, user="user_other").status_code == 403
    codex = call("POST", "/internal/v1/codex/workers", {"worker_id": worker_id})
    assert code(codex) == (409, "lane_mismatch")
    assert call("GET", f"/internal/v1/codex/workers/{worker_id}").status_code == 404


def test_the_older_owner_fields_name_the_owner_of_a_service_call(call: Call) -> None:
    made = call("POST", WORKERS, {"owner_user_id": 77}, user=None).json()["worker"]["worker"]
    assert made["owner"] == {"user_id": 77, "guest_scope": None}
    path = f"{WORKERS}/{made['worker_id']}"
    assert call("GET", path, user=None, params={"owner_user_id": 78}).status_code == 403
    assert call("GET", path, user=None, params={"owner_user_id": 77}).status_code == 200
    guest = call("POST", WORKERS, {"owner_guest_scope": "g1"}, user=None).json()["worker"]["worker"]
    assert guest["owner"] == {"user_id": None, "guest_scope": "g1"}
    assert [row.kind for row in rows("fleet:guest:g1:workers")][-1:] == ["worker.running"]
    assert call("POST", WORKERS, {}, user=None).status_code == 400
    assert code(call("POST", WORKERS, {"owner_user_id": 77})) == (403, "principal_mismatch")


def test_workers_are_listed_by_id_in_pages(call: Call) -> None:
    mark = new_id("w")
    for index in (2, 0, 1):
        call("POST", WORKERS, {"worker_id": f"{mark}.{index}"})
    first = call("GET", WORKERS, params={"limit": 2, "lane": "generic"}).json()
    rest = call("GET", WORKERS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    listed = [one["worker"]["worker_id"] for one in first["workers"] + rest["workers"]]
    assert listed == [f"{mark}.{index}" for index in range(3)] and rest["next_cursor"] is None
    assert call("GET", WORKERS, params={"status": "stopped"}).json()["workers"] == []
    assert call("GET", WORKERS, params={"status": "flying"}).status_code == 400
    assert call("GET", WORKERS, params={"limit": 201}).status_code == 400


def test_the_janitor_announces_a_stale_worker_once_without_an_event(call: Call, entry: Any, worker_id: str) -> None:
    assert not worker_janitor.announce_stale(worker_id)
    age(worker_id, 120_500)
    assert worker_janitor.announce_stale(worker_id)
    assert not worker_janitor.announce_stale(worker_id)
    lifecycle = rows(f"worker:{worker_id}:lifecycle")
    assert [json.loads(row.payload)["heartbeat_state"] for row in lifecycle] == ["fresh", "stale"]
    assert WorkerLive.objects.get(worker_id=worker_id).latest_seq == 1


def test_the_janitor_fails_a_lost_worker_whatever_pass_it_is_in(
    call: Call, entry: Any, worker_id: str, in_parallel: Any
) -> None:
    age(worker_id, 1_200_500)
    assert sorted(in_parallel(4, lambda _: worker_janitor.fail_lost(worker_id))) == [False, False, False, True]
    shown = call("GET", f"{WORKERS}/{worker_id}").json()["worker"]
    assert shown["worker"]["status"] == "failed" and shown["worker"]["stopped_at"] is not None
    event = WorkerEvent.objects.get(worker_id=worker_id, seq=2)
    assert json.loads(event.payload_text) == {"status": "failed", "reason": "heartbeat_lost"}
    assert code(call("POST", f"{WORKERS}/{worker_id}/heartbeat", {})) == (409, "worker_not_running")


def test_a_pass_of_the_janitor_finds_the_silent(call: Call, entry: Any, worker_id: str) -> None:
    other = call("POST", WORKERS, {}).json()["worker"]["worker"]["worker_id"]
    age(worker_id, 121_000)
    age(other, 1_201_000)
    while worker_janitor.sweep_liveness() != (0, 0):
        continue  # a pass is bounded, and workers of other tests have fallen silent as well
    assert WorkerLive.objects.get(worker_id=worker_id).heartbeat_state == "stale"
    assert Worker.objects.get(worker_id=other).status == "failed"


def test_a_beat_and_the_janitor_never_contradict_each_other(call: Call, in_parallel: Any) -> None:
    for _ in range(4):
        worker_id = call("POST", WORKERS, {}).json()["worker"]["worker"]["worker_id"]
        age(worker_id, 1_300_000)
        outcomes = in_parallel(
            2,
            lambda index, worker_id=worker_id: (
                worker_janitor.fail_lost(worker_id)
                if index
                else call("POST", f"{WORKERS}/{worker_id}/heartbeat", {}).status_code
            ),
        )
        status = Worker.objects.get(worker_id=worker_id).status
        assert (outcomes, status) in (([200, False], "running"), ([409, True], "failed"))


def test_concurrent_registrations_of_one_id_are_leases_in_a_row(call: Call, in_parallel: Any) -> None:
    worker_id = new_id("w")
    answers = in_parallel(6, lambda _: call("POST", WORKERS, {"worker_id": worker_id}).json()["worker"])
    assert sorted(answer["lease"]["epoch"] for answer in answers) == [1, 2, 3, 4, 5, 6]
    assert WorkerLive.objects.get(worker_id=worker_id).latest_seq == 6
