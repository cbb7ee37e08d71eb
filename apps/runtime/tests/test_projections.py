"""Projections: what routes say of them, and that what is stored is the pure fold of the log."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.domain.owners import Owner
from apps.runtime.domain.projections import RunSummaryValue, apply
from apps.runtime.domain.worker_states import Lane
from apps.runtime.models import (
    ProjectionCheckpoint,
    Run,
    RunEvent,
    RunSummary,
    SyncStreamEvent,
    WorkerSummary,
)
from apps.runtime.services import projections, workers
from apps.runtime.services.append import append, append_all
from apps.runtime.services.projection_kinds import RUNS, WORKERS
from apps.runtime.services.projections import Scope, reproject, reproject_one, verify
from apps.runtime.services.workers import Registration
from apps.runtime.tests import factories as make
from apps.runtime.tests.conftest import Call
from apps.runtime.tests.projected import busy_run, rows_of
from openagents.receipts.ids import new_id, new_uuid7

PATH = "/internal/v1/projectors"


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
    ours = [str(new.id), str(old.id)]

    def found(**scope: Any) -> list[str]:
        return [key for _kind, key in projections.entities(Scope(**scope))]

    # Other tests turn the clock, so entities of theirs may lie in the future.
    assert [key for key in found(since=before, limit=1000) if key in ours] == ours
    first = found(since=before, limit=1)
    assert len(first) == 1 and first == found(since=before, limit=1000)[:1]
    assert not set(ours) & set(found(since=timezone.now() + timedelta(hours=1)))


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
