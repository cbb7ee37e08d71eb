"""Liveness that nobody reports: beats that grew old, workers that were lost, requests nobody answered.

Several janitors may run: each looks again under the worker's locks before it acts.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain.control_requests import RequestState
from apps.runtime.domain.liveness import HeartbeatState, age_ms
from apps.runtime.domain.worker_states import ENDED, WorkerStatus, label
from apps.runtime.models import WorkerLive, WorkerRequest
from apps.runtime.services import control_requests, worker_log, write_mode
from apps.runtime.services.worker_documents import liveness_of
from openagents.db.retry import retried
from openagents.ops.metrics import LEASE_OPS

PASS_MAX = 500
"""Workers, or requests, that one pass handles; the rest waits for the next."""


def sweep_liveness() -> tuple[int, int]:
    """Announce running workers that became stale and fail those that were lost; returns how many of each.

    Does nothing while writing is frozen, like the other sweeps.
    """
    now = timezone.now()
    if write_mode.current() != "active":
        _gauge(now)
        return 0, 0
    config = settings.OA
    lost_before = now - timedelta(milliseconds=config.runtime_worker_heartbeat_lost_after_ms)
    stale_before = now - timedelta(milliseconds=config.runtime_worker_heartbeat_stale_after_ms)
    running = WorkerLive.objects.filter(worker__status=WorkerStatus.RUNNING)
    lost = _ids(running.filter(last_heartbeat_at__lt=lost_before))
    stale = _ids(running.filter(last_heartbeat_at__lt=stale_before, heartbeat_state=HeartbeatState.FRESH))
    failed = {worker_id for worker_id in lost if fail_lost(worker_id)}
    announced = sum(announce_stale(worker_id) for worker_id in stale if worker_id not in failed)
    _gauge(now)
    return announced, len(failed)


def _ids(found: QuerySet[WorkerLive]) -> list[str]:
    return list(found.order_by("last_heartbeat_at").values_list("worker_id", flat=True)[:PASS_MAX])


@retried
def announce_stale(worker_id: str) -> bool:
    """Tell the topics that a running worker is stale, once."""
    with transaction.atomic():
        change = worker_log.locked(worker_id)
        if change is None or change.status is not WorkerStatus.RUNNING:
            return False
        if change.live.heartbeat_state != HeartbeatState.FRESH:
            return False
        if liveness_of(change.live, change.now).state is not HeartbeatState.STALE:
            return False
        change.write()
    return True


@retried
def fail_lost(worker_id: str) -> bool:
    """Move a running worker that has not beaten for too long to `failed`. Its last beat stays what it was."""
    with transaction.atomic():
        change = worker_log.locked(worker_id)
        if change is None or change.status is not WorkerStatus.RUNNING:
            return False
        age = age_ms(change.live.last_heartbeat_at, change.now)
        if age is None or age <= settings.OA.runtime_worker_heartbeat_lost_after_ms:
            return False
        change.move(WorkerStatus.FAILED, beat=False)
        change.append(label(WorkerStatus.FAILED), {"status": WorkerStatus.FAILED.value, "reason": "heartbeat_lost"})
        change.write()
    LEASE_OPS.labels("runtime", "worker", "expired").inc()
    return True


def sweep_requests() -> int:
    """Fail open requests whose deadline is over; returns how many."""
    if write_mode.current() != "active":
        return 0
    due = WorkerRequest.objects.filter(state=RequestState.OPEN, deadline_at__lte=timezone.now()).order_by("deadline_at")
    pairs = list(due.values_list("worker_id", "request_id")[:PASS_MAX])
    return sum(control_requests.expire(worker_id, request_id) for worker_id, request_id in pairs)


def _gauge(now: datetime) -> None:
    """Workers by liveness, for the operator; ended ones by their status."""
    counted = dict.fromkeys(HeartbeatState, 0)
    by_state = WorkerLive.objects.values_list("worker__status", "heartbeat_state").annotate(count=Count("worker_id"))
    for status, state, count in by_state:
        counted[HeartbeatState(status if status in ENDED else state)] += count
    for state, count in counted.items():
        metrics.WORKER_STATE.labels(state.value).set(count)
