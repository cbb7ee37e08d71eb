"""Projections read, verified against the log, and rebuilt from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain.drift import Reason, judge
from apps.runtime.models import ProjectionCheckpoint, ProjectionDrift, Run, RunSummary, Worker, WorkerSummary
from apps.runtime.services import cursors, journal
from apps.runtime.services.projection_kinds import RUNS, WORKERS, Kind, LogGap, Rebuilt
from openagents.db import audit
from openagents.db.retry import retried
from openagents.ops import faults
from openagents.wire.faults import INVALID_REQUEST, NOT_FOUND, Fault

SCOPE_MAX = 1000
SCOPE_DEFAULT = 200
SAMPLE_ENTITIES = 200


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entities: one run, one worker, or the newest `limit` that changed since a moment."""

    run_id: UUID | None = None
    worker_id: str | None = None
    since: datetime | None = None
    limit: int = SCOPE_DEFAULT


Entity = tuple[Kind, str]


def entities(scope: Scope) -> list[Entity]:
    """What a scope names, newest first. Raises Fault INVALID_REQUEST for a limit, NOT_FOUND for an unknown id."""
    if not 1 <= scope.limit <= SCOPE_MAX:
        raise Fault(INVALID_REQUEST, "the limit is out of range", errors={"limit": [f"1 to {SCOPE_MAX}"]})
    named: list[Entity] = []
    if scope.run_id is not None:
        if not Run.objects.filter(id=scope.run_id).exists():
            raise Fault(NOT_FOUND, "there is no such run")
        named.append((RUNS, str(scope.run_id)))
    if scope.worker_id is not None:
        if not Worker.objects.filter(worker_id=scope.worker_id).exists():
            raise Fault(NOT_FOUND, "there is no such worker")
        named.append((WORKERS, scope.worker_id))
    if named:
        return named
    runs = Run.objects.order_by("-updated_at").values_list("updated_at", "id")
    workers = WorkerSummary.objects.order_by("-updated_at").values_list("updated_at", "worker_id")
    if scope.since is not None:
        runs, workers = runs.filter(updated_at__gte=scope.since), workers.filter(updated_at__gte=scope.since)
    found = [(at, RUNS, str(key)) for at, key in runs[: scope.limit]]
    found += [(at, WORKERS, key) for at, key in workers[: scope.limit]]
    found.sort(key=lambda item: item[0], reverse=True)
    return [(kind, key) for _at, kind, key in found[: scope.limit]]


# --- reading ---


def checkpoint(kind: Kind, entity_id: str) -> ProjectionCheckpoint:
    """How far the projection has read. Raises Fault NOT_FOUND."""
    found = ProjectionCheckpoint.objects.filter(projection_name=kind.name, entity_id=entity_id).first()
    if found is None:
        raise Fault(NOT_FOUND, "there is no checkpoint")
    return found


def run_summary(run_id: UUID) -> RunSummary:
    """The projection of a run. Raises Fault NOT_FOUND."""
    found = RunSummary.objects.filter(run_id=run_id).first()
    if found is None:
        raise Fault(NOT_FOUND, "there is no summary")
    return found


def worker_summary(worker_id: str) -> WorkerSummary:
    """The projection of a worker. Raises Fault NOT_FOUND."""
    found = WorkerSummary.objects.filter(worker_id=worker_id).first()
    if found is None:
        raise Fault(NOT_FOUND, "there is no summary")
    return found


def worker_owner(worker_id: str) -> str | None:
    """The owner key of a worker, None for an unknown one."""
    return Worker.objects.filter(worker_id=worker_id).values_list("owner_key", flat=True).first()


def newest_drift(topic: str) -> ProjectionDrift:
    """The latest drift of a topic, repaired or not. Raises Fault NOT_FOUND."""
    found = ProjectionDrift.objects.filter(topic=topic).order_by("-detected_at", "-id").first()
    if found is None:
        raise Fault(NOT_FOUND, "no drift is known of this topic")
    return found


# --- verifying ---


def verify(scope: Scope) -> tuple[int, list[ProjectionDrift]]:
    """Recompute from the log and record what disagrees. Returns (entities checked, drift found). Raises Fault."""
    found = entities(scope)
    return len(found), verify_all(found)


def verify_all(found: Sequence[Entity]) -> list[ProjectionDrift]:
    """Verify each entity by itself; a drift that is already known and unrepaired is found again, not written again."""
    checks = (verify_one(kind, entity_id) for kind, entity_id in found)
    return [drift for drift in checks if drift is not None]


@retried
def verify_one(kind: Kind, entity_id: str) -> ProjectionDrift | None:
    """Compare one entity with its log, on one snapshot, so that appends go on meanwhile.

    An entity in order closes what was known of it: an append may have repaired it since.
    """
    with transaction.atomic():
        _one_snapshot()
        stored = kind.stored(entity_id)
        try:
            log = kind.fold(entity_id)
        except LogGap as gap:
            return _record(kind, entity_id, Reason.SEQUENCE_GAP, gap.last_seq, gap.incoming_seq)
        reason = judge(log.folded, stored)
        if reason is None:
            _resolve(kind, entity_id)
            return None
        return _record(kind, entity_id, reason, stored.checkpoint_seq, log.value.last_seq)


def _one_snapshot() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _record(kind: Kind, entity_id: str, reason: Reason, last_seen: int, incoming: int) -> ProjectionDrift:
    topic = kind.topic(entity_id)
    known = ProjectionDrift.objects.filter(topic=topic, reason=reason, resolved_at=None).first()
    if known is not None:
        return known
    metrics.PROJECTION_DRIFT.labels(kind.name, reason).inc()
    return ProjectionDrift.objects.create(
        topic=topic,
        reason=reason,
        expected_next_seq=last_seen + 1,
        last_seen_seq=last_seen,
        incoming_seq=incoming,
        detected_at=timezone.now(),
    )


def _resolve(kind: Kind, entity_id: str) -> None:
    ProjectionDrift.objects.filter(topic=kind.topic(entity_id), resolved_at=None).update(resolved_at=timezone.now())


def sample() -> list[Entity]:
    """The next portion of all entities, runs and workers alike: every one comes up again and again."""
    half = SAMPLE_ENTITIES // 2
    workers = cursors.next_portion(
        "verify_projections.workers",
        half,
        _workers_after,
        str,
    )
    runs = cursors.next_portion("verify_projections.runs", SAMPLE_ENTITIES - len(workers), _runs_after, str)
    return [(WORKERS, worker_id) for worker_id in workers] + [(RUNS, str(run_id)) for run_id in runs]


def _workers_after(position: str, count: int) -> Sequence[str]:
    workers = Worker.objects.filter(worker_id__gt=position).order_by("worker_id")
    return list(workers.values_list("worker_id", flat=True)[:count])


def _runs_after(position: str, count: int) -> Sequence[UUID]:
    runs = Run.objects.order_by("id").values_list("id", flat=True)
    return list((runs.filter(id__gt=UUID(position)) if position else runs)[:count])


# --- rebuilding ---


@dataclass(frozen=True, slots=True)
class Reprojection:
    """`rebuilt` differed from what was stored, `unchanged` did not; `entities` are the ids looked at."""

    rebuilt: int
    unchanged: int
    entities: list[str]


def reproject(scope: Scope, *, dry_run: bool, actor: str | None = None) -> Reprojection:
    """Rebuild summaries and checkpoints from the log, one transaction per entity. Raises Fault.

    `dry_run` only counts what would change. An entity whose log has a gap cannot be rebuilt: it stays as it is and
    its drift is recorded. Journal rows are appended only where a summary changed.
    """
    found = entities(scope)
    changed = [reproject_one(kind, entity_id, dry_run=dry_run, actor=actor) for kind, entity_id in found]
    return Reprojection(changed.count(True), changed.count(False), [entity_id for _kind, entity_id in found])


@retried
def reproject_one(kind: Kind, entity_id: str, *, dry_run: bool, actor: str | None = None) -> bool | None:
    """Rebuild one entity; whether it changed, None when its log does not allow it. All or nothing."""
    with transaction.atomic():
        if not kind.lock(entity_id):
            return None
        stored = kind.stored(entity_id)
        try:
            log = kind.fold(entity_id)
        except LogGap as gap:
            if not dry_run:
                _record(kind, entity_id, Reason.SEQUENCE_GAP, gap.last_seq, gap.incoming_seq)
            metrics.PROJECTION_WRITES.labels(kind.name, "gap").inc()
            return None
        reason = judge(log.folded, stored)
        if not dry_run:
            _replace(kind, entity_id, log, reason, actor)
    if not dry_run:
        metrics.PROJECTION_WRITES.labels(kind.name, "rebuilt" if reason else "unchanged").inc()
    return reason is not None


def _replace(kind: Kind, entity_id: str, log: Rebuilt, reason: Reason | None, actor: str | None) -> None:
    kind.delete(entity_id)
    faults.point("runtime.reproject.deleted")
    kind.insert(entity_id, log)
    _resolve(kind, entity_id)
    if reason is None:
        return
    audit.record(
        "projection.reprojected", user_id=actor, projection=kind.name, entity_id=entity_id, reason=reason.value
    )
    journal.write(kind.announce(entity_id, log))
    faults.point("runtime.reproject.announced")
