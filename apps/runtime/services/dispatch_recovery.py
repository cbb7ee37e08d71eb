"""Dispatches whose process died during a provider's call: what the provider did is unknown, and that is said.

The caller's way out is a new dispatch: providers know the job by its hash, so they do not run it twice.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.models import Dispatch, DispatchAttempt
from apps.runtime.models.marketplace import AttemptState, DispatchStatus
from openagents.db import audit

GRACE = timedelta(seconds=30)
"""Behind its deadline a living process still needs to commit; after this much nobody is left who could."""

BATCH_MAX = 200


def end_abandoned(now: datetime | None = None) -> int:
    """End up to 200 dispatches that nobody drives any more; returns how many. Any number of janitors may run.

    The pending attempt becomes `unknown`, the dispatch `failed` with `outcome_unknown`. No strike: the provider may
    have done its part.
    """
    overdue = (now or timezone.now()) - GRACE
    ended = 0
    while ended < BATCH_MAX and _end_one(overdue):
        ended += 1
    return ended


def _end_one(overdue: datetime) -> bool:
    with transaction.atomic():
        lost = (
            Dispatch.objects.select_for_update(skip_locked=True)
            .filter(status=DispatchStatus.RUNNING, deadline_at__lt=overdue)
            .order_by("deadline_at")
            .first()
        )
        if lost is None:
            return False
        at = timezone.now()
        DispatchAttempt.objects.filter(dispatch_id=lost.dispatch_id, state=AttemptState.PENDING).update(
            state=AttemptState.UNKNOWN, reason="process_lost", finished_at=at
        )
        lost.status, lost.failure, lost.finished_at = DispatchStatus.FAILED, "outcome_unknown", at
        lost.save(update_fields=["status", "failure", "finished_at"])
        audit.record(
            "runtime.dispatch.abandoned",
            outcome="unknown",
            dispatch_id=lost.dispatch_id,
            job_hash=lost.job_hash,
            owner_key=lost.owner_key,
        )
    metrics.DISPATCHES.labels("unknown").inc()
    return True
