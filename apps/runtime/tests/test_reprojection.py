"""Projections that are damaged, found out and rebuilt to the same bytes, also through faults and races."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from apps.runtime.domain.projections import PROJECTION_VERSION
from apps.runtime.models import (
    Run,
    RunEvent,
    RunSummary,
    SyncStreamEvent,
)
from apps.runtime.services import projections
from apps.runtime.services.append import append
from apps.runtime.services.projection_kinds import RUNS, run_document
from apps.runtime.services.projections import Scope, reproject, reproject_one, verify
from apps.runtime.tests import factories as make
from apps.runtime.tests.projected import busy_run, checkpoint_of, drift_of, rows_of, summaries_in_journal
from openagents.db.models import AuditEvent
from openagents.embedded.provision import ROOT, clean_environment
from openagents.embedded.testbed import TESTBED
from openagents.ops import faults
from openagents.receipts.canonical import canonical_text


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
