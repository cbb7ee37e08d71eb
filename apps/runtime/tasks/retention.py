"""Retention of the journal, and of the records beside log and journal."""

from __future__ import annotations

from celery import shared_task

from apps.runtime.services import record_retention, retention

SCHEDULE = {
    "runtime.prune_journal": {"task": "runtime.prune_journal", "schedule": 60.0},
    "runtime.prune_records": {"task": "runtime.prune_records", "schedule": 3600.0},
}


@shared_task(name="runtime.prune_journal")
def prune_journal() -> int:
    """Prune the next portion of topics; returns the rows removed."""
    return retention.prune_round()


@shared_task(name="runtime.prune_records")
def prune_records() -> int:
    """Prune quotes, decisions, dispatches, repaired drift and tallies; returns the rows removed."""
    return sum(record_retention.prune_round().values())
