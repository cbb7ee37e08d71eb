"""A run with a projection, and everything that is stored of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apps.runtime.models import (
    ProjectionCheckpoint,
    ProjectionDrift,
    Run,
    RunSummary,
    SyncStreamEvent,
)
from apps.runtime.services.append import append
from apps.runtime.services.projection_kinds import RUNS
from apps.runtime.tests import factories as make


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
