"""Retention of what is neither log nor journal: quotes, decisions, dispatches, repaired drift, tallies.

What a run did stays in its log; these rows are the working papers beside it. Any number of processes may prune at
once: rows that another one holds are left to it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.models import (
    Dispatch,
    DispatchAttempt,
    ProjectionDrift,
    VerificationTally,
)
from apps.runtime.models.marketplace import DispatchStatus
from apps.runtime.services import write_mode
from openagents.db.retry import retried

BATCH_ROWS = 1000
BATCHES_MAX = 20
"""Per table and round; the rest waits for the next round."""

QUOTES = timedelta(days=30)
"""A quote can be accepted for a minute and refunded for an hour."""
DECISIONS = timedelta(days=180)
"""The receipt in the run's log stays; after this a repeated request is decided, and recognised by the log, anew."""
DISPATCHES = timedelta(days=90)
DRIFT = timedelta(days=90)
TALLIES = timedelta(days=8)


def prune_round() -> dict[str, int]:
    """Prune every kind of record; returns the rows removed by table. Does nothing while writing is frozen."""
    if write_mode.current() != "active":
        return {}
    rounds: dict[str, Callable[[], int]] = {
        "compute_quote": lambda: _prune_market("compute_quote", QUOTES),
        "router_decision": lambda: _prune_market("router_decision", DECISIONS),
        "dispatch": _prune_dispatches,
        "projection_drift": _prune_drift,
        "verification_tally": _prune_tallies,
    }
    removed = {table: _until_done(prune) for table, prune in rounds.items()}
    for table, count in removed.items():
        if count:
            metrics.RECORDS_PRUNED.labels(table).inc(count)
    return removed


def _until_done(prune: Callable[[], int]) -> int:
    total = 0
    for _ in range(BATCHES_MAX):
        count = prune()
        total += count
        if count < BATCH_ROWS:
            break
    return total


@retried
def _prune_market(table: str, keep: timedelta) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT runtime_prune_market(%s, %s, %s)", [table, int(keep.total_seconds()), BATCH_ROWS])
        (removed,) = cursor.fetchone()
    return int(removed)


@retried
def _prune_dispatches() -> int:
    """Ended dispatches with their attempts; one that still runs has no age."""
    ended = Dispatch.objects.exclude(status=DispatchStatus.RUNNING).filter(finished_at__lt=timezone.now() - DISPATCHES)
    with transaction.atomic():
        ids = _held(ended, "dispatch_id")
        DispatchAttempt.objects.filter(dispatch_id__in=ids).delete()
        Dispatch.objects.filter(dispatch_id__in=ids).delete()
    return len(ids)


@retried
def _prune_drift() -> int:
    """Drift that was repaired; what is not stays whatever its age."""
    with transaction.atomic():
        ids = _held(ProjectionDrift.objects.filter(resolved_at__lt=timezone.now() - DRIFT), "id")
        ProjectionDrift.objects.filter(id__in=ids).delete()
    return len(ids)


def _prune_tallies() -> int:
    return VerificationTally.objects.filter(hour__lt=timezone.now() - TALLIES).delete()[0]


def _held(rows: QuerySet[Any], key: str) -> list[Any]:
    """Keys of the next batch, locked for this transaction."""
    return list(rows.order_by(key).select_for_update(skip_locked=True).values_list(key, flat=True)[:BATCH_ROWS])
