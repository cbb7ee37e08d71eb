"""Runs whose executor is gone, or never came to cancel. The janitor's memory is the log: keys make it repeatable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.runtime.domain.events import Source, make_event
from apps.runtime.domain.run_states import TERMINAL
from apps.runtime.models import Run, RunEvent
from apps.runtime.services import write_mode
from apps.runtime.services.append import Append, append
from openagents.db.retry import retried

SILENT_SECONDS_MAX = 900
"""How long a run may say nothing after its executor was lost."""
CANCELING_SECONDS_MAX = 600
PASS_MAX = 500

# Runs in motion whose worker failed, or is running and has not beaten for too long.
ORPHANS = """
SELECT r.id, w.worker_id, w.lease_epoch, w.status = 'failed'
  FROM worker AS w
  JOIN worker_live AS l ON l.worker_id = w.worker_id
  JOIN run AS r ON r.worker_id = w.worker_id AND r.status IN ('running', 'canceling')
 WHERE (w.status = 'failed' OR w.status = 'running' AND l.last_heartbeat_at < %(lost_before)s)
   AND NOT EXISTS (SELECT 1 FROM run_event AS e WHERE e.run_id = r.id AND e.source = 'system'
                     AND e.idempotency_key = 'executor_lost:' || w.lease_epoch)
 ORDER BY r.id LIMIT %(limit)s
"""

# Runs in motion that said nothing since the newest word that their executor is lost, or since what came after it.
SILENT = """
SELECT r.id, lost.key
  FROM run AS r
  JOIN worker AS w ON w.worker_id = r.worker_id
  JOIN LATERAL (SELECT (array_agg(e.idempotency_key ORDER BY e.seq DESC))[1] AS key FROM run_event AS e
                 WHERE e.run_id = r.id AND e.source = 'system' AND starts_with(e.idempotency_key, 'executor_lost:'))
       AS lost ON lost.key IS NOT NULL
 WHERE r.status IN ('running', 'canceling') AND r.updated_at < %(silent_before)s
 ORDER BY r.id LIMIT %(limit)s
"""

# Runs that were asked to stop and are still at it.
CANCELING = """
SELECT r.id FROM run AS r
 WHERE r.status = 'canceling'
   AND (SELECT min(e.recorded_at) FROM run_event AS e
         WHERE e.run_id = r.id AND e.event_type = 'run.cancel_requested') < %(canceling_before)s
 ORDER BY r.id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one pass did."""

    lost: int
    failed: int
    canceled: int


def sweep_runs() -> Swept:
    """One pass over runs without an executor and cancellations without an end; none while writing is frozen."""
    if write_mode.current() != "active":
        return Swept(0, 0, 0)
    now = timezone.now()
    lost = sum(
        _tell(run_id, f"executor_lost:{epoch}", worker_id, "worker_failed" if has_failed else "heartbeat_lost")
        for run_id, worker_id, epoch, has_failed in _find(ORPHANS, lost_before=now - _lost_after())
    )
    silent_before = now - timedelta(seconds=SILENT_SECONDS_MAX)
    failed = sum(
        _finish(
            run_id,
            "failed",
            "executor_lost",
            f"executor_lost_final:{key.partition(':')[2]}",
            still=lambda run: run.updated_at < silent_before,
        )
        for run_id, key in _find(SILENT, silent_before=silent_before)
    )
    overdue = _find(CANCELING, canceling_before=now - timedelta(seconds=CANCELING_SECONDS_MAX))
    canceled = sum(_finish(run_id, "canceled", "cancel_requested", "cancel_timeout") for (run_id,) in overdue)
    return Swept(lost, failed, canceled)


def _lost_after() -> timedelta:
    return timedelta(milliseconds=settings.OA.runtime_worker_heartbeat_lost_after_ms)


def _find(query: str, **moments: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {**moments, "limit": PASS_MAX})
        return list(cursor.fetchall())


def _tell(run_id: UUID, key: str, worker_id: str, reason: str) -> bool:
    return _append_once(
        run_id,
        "run.executor_lost",
        key,
        lambda run: {"lease_owner": worker_id, "observed_progress_seq": run.latest_seq, "reason": reason},
    )


def _finish(
    run_id: UUID, status: str, reason_class: str, key: str, still: Callable[[Run], bool] = lambda run: True
) -> bool:
    payload = {"status": status, "reason_class": reason_class}
    return _append_once(run_id, "run.finished", key, lambda run: payload, still)


@retried
def _append_once(
    run_id: UUID,
    event_type: str,
    key: str,
    payload: Callable[[Run], dict[str, Any]],
    still: Callable[[Run], bool] = lambda run: True,
) -> bool:
    """Append under the key, if it is not there, the run goes on and `still` holds; looked at under the run's lock."""
    with transaction.atomic():
        run = Run.objects.select_for_update(no_key=True).get(id=run_id)
        known = RunEvent.objects.filter(run_id=run_id, source=Source.SYSTEM.value, idempotency_key=key)
        if run.status in TERMINAL or not still(run) or known.exists():
            return False
        append(Append(run_id, Source.SYSTEM, [make_event(event_type, payload(run), key, Source.SYSTEM)]))
    return True
