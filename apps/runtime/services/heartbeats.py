"""Beats. One that changes nothing is one small statement on one narrow row; one that does is an event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain import worker_metadata
from apps.runtime.domain.liveness import HeartbeatState
from apps.runtime.domain.providers import is_provider
from apps.runtime.domain.worker_states import BEATING, HEARTBEAT
from apps.runtime.models import Worker, WorkerLive
from apps.runtime.services import qualification, workers
from apps.runtime.services.runs import Reader
from apps.runtime.services.worker_documents import announced_state
from openagents.db.retry import retried
from openagents.ops.metrics import LEASE_OPS
from openagents.wire.faults import CONFLICT, Fault

EPOCH_MAX = 2**63 - 1
"""No lease has this epoch; the wire's larger ones are as wrong."""

_RENEWED = LEASE_OPS.labels("runtime", "worker", "renewed")

# The narrow row alone decides whether the beat is welcome (its lease is open) and whether it is news (the announced
# state is fresh, and so is the last beat): a beat that had to wait for another writer judges what that one left.
BEAT = """
WITH beat AS (
  UPDATE worker_live AS l SET last_heartbeat_at = greatest(l.last_heartbeat_at, %(now)s)
    FROM worker AS w
   WHERE l.worker_id = %(worker_id)s AND w.worker_id = l.worker_id
     AND (%(owner)s::text IS NULL OR w.owner_key = %(owner)s)
     AND l.open_epoch = coalesce(%(epoch)s::bigint, l.open_epoch)
     AND l.heartbeat_state = 'fresh' AND l.last_heartbeat_at >= %(fresh_from)s
     AND w.metadata || %(patch)s::jsonb = w.metadata
  RETURNING l.*
)
SELECT w.*, beat.latest_seq AS l_latest_seq, beat.last_heartbeat_at AS l_last_heartbeat_at,
       beat.heartbeat_state AS l_heartbeat_state, beat.open_epoch AS l_open_epoch, beat.event_at AS l_event_at
  FROM worker AS w JOIN beat ON beat.worker_id = w.worker_id
"""


def heartbeat(worker_id: str, reader: Reader, patch: Mapping[str, Any], lease_epoch: int | None) -> WorkerLive:
    """Note that the worker is alive, and merge `patch` into its metadata.

    Raises Fault NOT_FOUND, FORBIDDEN, CONFLICT `worker_not_running` or `lease_lost`, INVALID_REQUEST for the patch.
    """
    if patch:
        workers.check_metadata(patch)
    if lease_epoch is not None:
        lease_epoch = min(lease_epoch, EPOCH_MAX)
    live = _beat(worker_id, reader, patch, lease_epoch)
    if live is not None:
        _RENEWED.inc()
        metrics.WORKER_HEARTBEATS.labels("stored").inc()
        return live
    if patch:
        known = workers.get_worker(worker_id, reader).worker
        qualification.check_change(known.metadata, patch)
    live, changed = _beat_that_matters(worker_id, reader, patch, lease_epoch)
    _RENEWED.inc()
    metrics.WORKER_HEARTBEATS.labels("event" if changed else "stored").inc()
    return live


def _beat(worker_id: str, reader: Reader, patch: Mapping[str, Any], lease_epoch: int | None) -> WorkerLive | None:
    """The beat as one statement; None when it is refused, unknown, or news."""
    now = timezone.now()
    stale_after = timedelta(milliseconds=settings.OA.runtime_worker_heartbeat_stale_after_ms)
    found = Worker.objects.raw(
        BEAT,
        {
            "now": now,
            "worker_id": worker_id,
            "owner": reader.owner.key if reader.owner else None,
            "epoch": lease_epoch,
            "fresh_from": now - stale_after,
            "patch": json.dumps(dict(patch)),
        },
    )
    for worker in found:
        columns = ("latest_seq", "last_heartbeat_at", "heartbeat_state", "open_epoch", "event_at")
        return WorkerLive(worker=worker, **{name: getattr(worker, f"l_{name}") for name in columns})
    return None


@retried
def _beat_that_matters(
    worker_id: str, reader: Reader, patch: Mapping[str, Any], lease_epoch: int | None
) -> tuple[WorkerLive, bool]:
    with transaction.atomic():
        change = workers.locked_for(worker_id, reader)
        worker = change.worker
        if change.status not in BEATING:
            raise Fault(CONFLICT, f"the worker is {change.status}", reason_code="worker_not_running")
        if lease_epoch is not None and lease_epoch != worker.lease_epoch:
            raise Fault(
                CONFLICT,
                "the worker was registered again",
                reason_code="lease_lost",
                details={"lease_epoch": worker.lease_epoch},
            )
        merged = worker_metadata.merged(worker.metadata, patch)
        workers.check_metadata_size(merged)
        before = announced_state(change.live, change.now)
        change.set(metadata=merged, is_provider=is_provider(merged))
        if is_provider(merged) and not worker.qualified and change.columns:
            # `check_change` has judged what made a provider of it.
            change.set(qualified=True, qualified_at=change.now)
        changed = bool(change.columns) or before is not HeartbeatState.FRESH
        change.beat()
        if changed:
            change.append(HEARTBEAT, {"status": change.status.value})
            change.announce = True
        change.write()
    return change.live, changed
