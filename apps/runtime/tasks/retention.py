"""Retention of the journal."""

from __future__ import annotations

from celery import shared_task

from apps.runtime.services import retention

SCHEDULE = {"runtime.prune_journal": {"task": "runtime.prune_journal", "schedule": 60.0}}


@shared_task(name="runtime.prune_journal")
def prune_journal() -> int:
    """Prune the next portion of topics; returns the rows removed."""
    return retention.prune_round()
