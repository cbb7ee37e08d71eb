"""Projections: what routes say of them, how drift is found, and rebuilds that give the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.domain.owners import Owner
from apps.runtime.domain.projections import PROJECTION_VERSION, RunSummaryValue, apply
from apps.runtime.domain.worker_states import Lane
from apps.runtime.models import (
    ProjectionCheckpoint,
    ProjectionDrift,
    Run,
    RunEvent,
    RunSummary,
    SyncStreamEvent,
    WorkerSummary,
)
from apps.runtime.services import projections, workers
from apps.runtime.services.append import append, append_all
from apps.runtime.services.projection_kinds import RUNS, WORKERS, run_document
from apps.runtime.services.projections import Scope, reproject, reproject_one, verify
from apps.runtime.services.workers import Registration
from apps.runtime.tests import factories as make
from apps.runtime.tests.conftest import Call
from openagents.db.models import AuditEvent
from openagents.embedded.provision import ROOT, clean_environment
from openagents.embedded.testbed import TESTBED
from openagents.ops import faults
from openagents.receipts.canonical import canonical_text
from openagents.receipts.ids import new_id, new_uuid7

PATH = "/internal/v1/projectors"


def rows_of(run_id: UUID) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every column of a run's projection: summary, checkpoint."""
    summary = RunSummary.objects.filter(run_id=run_id).values().get()
    checkpoint = ProjectionCheckpoint.objects.filter(projection_name=RUNS.name, entity_id=str(run_id)).values().get()
    return summary, checkpoint


def checkpoint_of(run_id: UUID) -> Any:
    return ProjectionCheckpoint.objects.filter(projection_name=RUNS.name, entity_id=str(run_id))


def summaries_in_journal(run: Run) -> int:
    return SyncStreamEvent.objects.filter(
        topic=f"user:{run.owner_key[5:]}:runs", doc_key=f"runtime/run_summary:{run.id}"
    ).count()


def drift_of(run: Run) -> list[str]:
    drifted = ProjectionDrift.objects.filter(topic=f"run:{run.id}:events", resolved_at=None)
    return [drift.reason for drift in drifted.order_by("id")]


def busy_run() -> Run:
    run = make.run()
    append(make.request(run.id, make.event(), make.event("run.cancel_requested", {}), make.event("note", {"a": 1})))
    run.refresh_from_db()
    return run


# --- routes ---


def test_summary_and_checkpoint_say_what_the_log_says(call: Call, user_id: str) -> None:
    run = make.run(Owner.user(user_id))
    append(make.request(run.id, make.event("run.finished", {"status": "succeeded"})))
    summary = call("GET", f"{PATH}/run-summary/{run.id}").json()["summary"]
    value = RunSummaryValue(str(run.id), projections.run_summary(run.id).status, 2, 2)
    assert summary == {
        "run_id": str(run.id),
        "status": "succeeded",
        "last_seq": 2,
        "event_count": 2,
        "projection_hash": value.projection_hash,
        "updated_at": summary["updated_at"],
    }
    checkpoint = call("GET", f"{PATH}/checkpoints/{run.id}").json()["checkpoint"]
    assert (checkpoint["topic"], checkpoint["last_seq"], checkpoint["last_event_type"]) == (
        f"run:{run.id}:events",
        2,
        "run.finished",
    )
    for path in (f"{PATH}/run-summary/{run.id}", f"{PATH}/checkpoints/{run.id}"):
        assert call("GET", path, user=None, issuer="khala").status_code == 200
        assert call("GET", path, user="somebody-else").status_code == 403
        assert call("GET", path.replace(str(run.id), str(new_uuid7()))).status_code == 404


def test_drift_is_asked_for_by_topic(call: Call) -> None:
    run = busy_run()
    topic = f"run:{run.id}:events"
    assert call("GET", f"{PATH}/drift", params={"topic": " "}).status_code == 400
    assert call("GET", f"{PATH}/drift", params={"topic": topic}).status_code == 404
    RunSummary.objects.filter(run_id=run.id).update(status="failed")
    answer = call("POST", f"{PATH}/verify", {"scope": {"run_id": str(run.id)}}, issuer="ops", user=None).json()
    assert answer["checked"] == 1
    (drifted,) = answer["drifted"]
    assert drifted["reason"] == "summary_hash_mismatch"
    assert call("GET", f"{PATH}/drift", params={"topic": topic}, user=None).json()["drift"] == drifted
    owner = run.owner_key.removeprefix("user:")
    assert call("GET", f"{PATH}/drift", params={"topic": topic}, user=owner).json()["drift"] == drifted
    assert call("GET", f"{PATH}/drift", params={"topic": topic}).status_code == 403
    worker_id = call("POST", "/internal/v1/workers", {}).json()["worker"]["worker"]["worker_id"]
    WorkerSummary.objects.filter(worker_id=worker_id).update(status="failed")
    call("POST", f"{PATH}/verify", {"scope": {"worker_id": worker_id}}, issuer="ops", user=None)
    lifecycle = {"topic": f"worker:{worker_id}:lifecycle"}
    assert call("GET", f"{PATH}/drift", params=lifecycle).status_code == 200
    assert call("GET", f"{PATH}/drift", params=lifecycle, user="stranger").status_code == 403


@pytest.mark.parametrize("action", ["verify", "reproject"])
def test_only_operators_verify_and_rebuild(call: Call, action: str) -> None:
    run = busy_run()
    body = {"scope": {"run_id": str(run.id)}}
    assert call("POST", f"{PATH}/{action}", body, issuer="control").status_code == 403
    assert call("POST", f"{PATH}/{action}", body, issuer="ops", user=None).status_code == 200
    too_many = {"scope": {"limit": 1001}}
    assert call("POST", f"{PATH}/{action}", too_many, issuer="ops", user=None).status_code == 400
    unknown = {"scope": {"run_id": str(new_uuid7())}}
    assert call("POST", f"{PATH}/{action}", unknown, issuer="ops", user=None).status_code == 404


def test_a_scope_in_time_takes_the_newest_entities() -> None:
    before = timezone.now()
    old, new = busy_run(), busy_run()
    assert [key for _kind, key in projections.entities(Scope(since=before))][:2] == [str(new.id), str(old.id)]
    assert [key for _kind, key in projections.entities(Scope(since=before, limit=1))] == [str(new.id)]
    assert projections.entities(Scope(since=timezone.now() + timedelta(hours=1))) == []


# --- finding drift ---


def spoil_summary(run: Run) -> None:
    RunSummary.objects.filter(run_id=run.id).update(event_count=99)


def spoil_claim(run: Run) -> None:
    RunSummary.objects.filter(run_id=run.id).update(projection_hash="sha256:00")


def lose_summary(run: Run) -> None:
    RunSummary.objects.filter(run_id=run.id).delete()


def set_back(run: Run) -> None:
    checkpoint_of(run.id).update(last_runtime_seq=2)


def lose_everything(run: Run) -> None:
    RunSummary.objects.filter(run_id=run.id).delete()
    checkpoint_of(run.id).delete()


def run_ahead(run: Run) -> None:
    checkpoint_of(run.id).update(last_runtime_seq=100)


def age(run: Run) -> None:
    checkpoint_of(run.id).update(projection_version=PROJECTION_VERSION - 1)


DAMAGE = [
    (spoil_summary, "summary_hash_mismatch"),
    (spoil_claim, "summary_hash_mismatch"),
    (lose_summary, "summary_hash_mismatch"),
    (set_back, "hash_and_lag_drift"),
    (lose_everything, "hash_and_lag_drift"),
    (run_ahead, "checkpoint_ahead"),
    (age, "projection_version_changed"),
]


@pytest.mark.parametrize(("damage", "reason"), DAMAGE, ids=[damage.__name__ for damage, _ in DAMAGE])
def test_damage_is_found_named_once_and_repaired(damage: Callable[[Run], None], reason: str) -> None:
    run = busy_run()
    intact, announced = rows_of(run.id), summaries_in_journal(run)
    damage(run)
    checked, found = verify(Scope(run_id=run.id))
    assert (checked, [drift.reason for drift in found]) == (1, [reason])
    assert [drift.id for drift in verify(Scope(run_id=run.id))[1]] == [drift.id for drift in found]
    assert drift_of(run) == [reason]

    dry = reproject(Scope(run_id=run.id), dry_run=True)
    assert (dry.rebuilt, dry.unchanged, dry.entities) == (1, 0, [str(run.id)])
    assert [drift.reason for drift in verify(Scope(run_id=run.id))[1]] == [reason]

    done = reproject(Scope(run_id=run.id), dry_run=False, actor="operator-1")
    assert (done.rebuilt, done.unchanged) == (1, 0)
    assert rows_of(run.id) == intact
    assert summaries_in_journal(run) == announced + 1
    assert drift_of(run) == []
    assert verify(Scope(run_id=run.id)) == (1, [])
    assert AuditEvent.objects.filter(
        event_name="projection.reprojected", attributes__entity_id=str(run.id), user_id="operator-1"
    ).exists()


def test_an_intact_projection_is_rebuilt_to_the_same_bytes_and_tells_nobody() -> None:
    run = busy_run()
    intact, announced = rows_of(run.id), summaries_in_journal(run)
    done = reproject(Scope(run_id=run.id), dry_run=False)
    assert (done.rebuilt, done.unchanged) == (0, 1)
    assert rows_of(run.id) == intact
    assert summaries_in_journal(run) == announced


def test_the_rebuilt_document_is_the_appends_document_byte_for_byte() -> None:
    run = make.run(thread_id='quote " é \x1f', worker_id="w-1")
    append(make.request(run.id, make.event("run.finished", {"status": "failed", "reason": "exit\n1"})))
    run.refresh_from_db()
    newest = SyncStreamEvent.objects.filter(topic=f"user:{run.owner_key[5:]}:runs").order_by("-seq").first()
    assert newest is not None
    assert canonical_text(run_document(run, RUNS.fold(str(run.id)))) == newest.payload


def test_a_log_with_a_gap_is_reported_and_nothing_is_rebuilt_from_it() -> None:
    run = busy_run()
    intact = rows_of(run.id)
    RunEvent.objects.create(
        run_id=run.id,
        seq=run.latest_seq + 5,
        event_type="note",
        payload_text="{}",
        payload_sha256="0" * 64,
        fingerprint="0" * 64,
        source="client",
        recorded_at=timezone.now(),
    )
    (drift,) = verify(Scope(run_id=run.id))[1]
    assert (drift.reason, drift.expected_next_seq, drift.last_seen_seq, drift.incoming_seq) == (
        "sequence_gap",
        run.latest_seq + 1,
        run.latest_seq,
        run.latest_seq + 5,
    )
    done = reproject(Scope(run_id=run.id), dry_run=False)
    assert (done.rebuilt, done.unchanged) == (0, 0)
    assert rows_of(run.id) == intact
    assert drift_of(run) == ["sequence_gap"]


def test_an_append_repairs_a_lagging_checkpoint_and_keeps_the_fact() -> None:
    run = busy_run()
    set_back(run)
    append(make.request(run.id))
    assert projections.newest_drift(f"run:{run.id}:events").reason == "sequence_gap"
    assert verify(Scope(run_id=run.id)) == (1, [])


def test_what_an_append_repaired_is_closed_by_the_next_verification() -> None:
    run = busy_run()
    checkpoint_of(run.id).update(last_runtime_seq=1)
    assert [drift.reason for drift in verify(Scope(run_id=run.id))[1]] == ["hash_and_lag_drift"]
    append(make.request(run.id))
    assert drift_of(run) == ["hash_and_lag_drift"]
    assert verify(Scope(run_id=run.id)) == (1, [])
    assert drift_of(run) == []


def test_the_sample_comes_to_every_entity_and_begins_again(monkeypatch: Any) -> None:
    run = busy_run()
    monkeypatch.setattr(projections, "SAMPLE_ENTITIES", 40)
    total = Run.objects.count() // 20 + 3
    seen = {key for _ in range(total) for _kind, key in projections.sample()}
    assert str(run.id) in seen


# --- faults and races ---


@pytest.mark.parametrize("point", ["runtime.reproject.deleted", "runtime.reproject.announced"])
def test_a_rebuild_that_fails_half_way_leaves_everything_as_it_was(point: str) -> None:
    run = busy_run()
    spoil_summary(run)
    before, announced = rows_of(run.id), summaries_in_journal(run)
    with faults.arm(point, "error"), pytest.raises(faults.InjectedFault):
        reproject(Scope(run_id=run.id), dry_run=False)
    assert rows_of(run.id) == before
    assert summaries_in_journal(run) == announced
    assert reproject(Scope(run_id=run.id), dry_run=False).rebuilt == 1


CRASHING = """
import sys, uuid, django
django.setup()
from apps.runtime.services.projections import Scope, reproject
reproject(Scope(run_id=uuid.UUID(sys.argv[1])), dry_run=False)
"""


def test_a_process_killed_half_way_through_a_rebuild_leaves_everything_as_it_was() -> None:
    run = busy_run()
    spoil_summary(run)
    before = rows_of(run.id)
    environment = {
        **clean_environment(),
        **TESTBED.environment("runtime"),
        "OA_ENV": "test",
        "OA_FAULTS": "runtime.reproject.deleted=crash",
        "PYTHONPATH": str(ROOT),
    }
    code = "from openagents.ops import faults; import os; faults.load(os.environ['OA_FAULTS'])\n" + CRASHING
    died = subprocess.run(
        [sys.executable, "-c", code, str(run.id)], env=environment, cwd=ROOT, capture_output=True, check=False
    )
    assert died.returncode == 137, died.stderr.decode()[-2000:]
    assert rows_of(run.id) == before
    assert reproject(Scope(run_id=run.id), dry_run=False).rebuilt == 1
    assert verify(Scope(run_id=run.id)) == (1, [])


def test_rebuilds_and_appends_at_once_end_in_agreement(in_parallel: Any) -> None:
    run = make.run()

    def work(index: int) -> Any:
        if index % 3:
            return [append(make.request(run.id))[0].seq for _ in range(5)]
        return [reproject_one(RUNS, str(run.id), dry_run=False) for _ in range(3)]

    results = in_parallel(9, work)
    assert not [result for result in results if isinstance(result, Exception)]
    assert all(changed is False for result in results[::3] for changed in result)
    assert verify(Scope(run_id=run.id)) == (1, [])
    assert Run.objects.get(id=run.id).latest_seq == 31


# --- equality with the pure fold ---

EVENTS = st.lists(
    st.sampled_from(
        [
            ("run.started", {}),
            ("run.cancel_requested", {"reason": "x"}),
            ("run.finished", {"status": "succeeded"}),
            ("run.finished", {"status": " Failed "}),
            ("run.finished", {"status": "cancelled"}),
            ("text.delta", {"status": "failed"}),
            ("note", [1, None]),
        ]
    ),
    max_size=12,
)


@given(EVENTS)
def test_whatever_is_appended_the_stored_summary_is_the_pure_fold(sequence: list[tuple[str, Any]]) -> None:
    run = make.run()
    append_all([make.request(run.id, make.event(name, payload)) for name, payload in sequence])
    value = RunSummaryValue(str(run.id))
    last = None
    for last in RunEvent.objects.filter(run_id=run.id).order_by("seq"):
        value = apply(value, last.seq, last.event_type, json.loads(last.payload_text))
    summary, checkpoint = rows_of(run.id)
    assert last is not None
    assert summary == {
        "run_id": run.id,
        "status": str(value.status),
        "last_seq": value.last_seq,
        "event_count": value.event_count,
        "projection_hash": value.projection_hash,
        "updated_at": last.recorded_at,
    }
    assert (checkpoint["last_runtime_seq"], checkpoint["last_event_type"]) == (last.seq, last.event_type)
    assert Run.objects.get(id=run.id).status == str(value.status)
    assert reproject_one(RUNS, str(run.id), dry_run=False) is False
    assert rows_of(run.id) == (summary, checkpoint)


# --- workers ---


def test_a_workers_projection_is_served_verified_and_rebuilt_alike(call: Call, user_id: str) -> None:
    body = {"adapter": "in_memory"}
    worker_id = call("POST", "/internal/v1/workers", body).json()["worker"]["worker"]["worker_id"]
    call("POST", f"/internal/v1/workers/{worker_id}/status", {"status": "stopping", "reason": "done"})
    call("POST", f"/internal/v1/workers/{worker_id}/status", {"status": "stopped"})
    path = f"{PATH}/worker-summary/{worker_id}"
    summary = call("GET", path).json()["summary"]
    assert (summary["status"], summary["last_seq"], summary["event_count"]) == ("stopped", 3, 3)
    assert call("GET", path, user="stranger").status_code == 403
    assert call("GET", f"{PATH}/worker-summary/nobody").status_code == 404

    scope = Scope(worker_id=worker_id)
    assert verify(scope) == (1, [])
    intact = worker_rows(worker_id)
    assert reproject(scope, dry_run=False).unchanged == 1
    assert worker_rows(worker_id) == intact

    WorkerSummary.objects.filter(worker_id=worker_id).update(status="failed")
    assert [drift.reason for drift in verify(scope)[1]] == ["summary_hash_mismatch"]
    topic = f"worker:{worker_id}:lifecycle"
    assert call("GET", f"{PATH}/drift", params={"topic": topic}).status_code == 200
    announced = SyncStreamEvent.objects.filter(topic=topic).count()
    assert reproject(scope, dry_run=False).rebuilt == 1
    assert worker_rows(worker_id) == intact
    assert SyncStreamEvent.objects.filter(topic=topic).count() == announced + 1
    assert verify(scope) == (1, [])


def worker_rows(worker_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    checkpoint = ProjectionCheckpoint.objects.filter(projection_name=WORKERS.name, entity_id=worker_id)
    return WorkerSummary.objects.filter(worker_id=worker_id).values().get(), checkpoint.values().get()


def test_a_worker_without_events_is_in_order() -> None:
    worker_id = new_id("w")
    registration = Registration(lane=Lane.CODEX, owner=make.owner(), org_id=None, worker_id=worker_id)
    workers.register(registration)
    scope = Scope(worker_id=worker_id)
    assert verify(scope) == (1, [])
    done = reproject(scope, dry_run=False)
    assert (done.rebuilt, done.unchanged) == (0, 1)
