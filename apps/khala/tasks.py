"""Beat jobs of Khala. Any number of workers may run them: what is due is in the tables."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.khala.services import replay_check, retention

SCHEDULE: dict[str, dict[str, Any]] = {
    "khala.purge": {"task": "khala.purge", "schedule": 300.0},
    "khala.verify_replay": {"task": "khala.verify_replay", "schedule": 3600.0},
}


@shared_task(name="khala.purge")
def purge() -> dict[str, int]:
    """Delete rows past their retention."""
    return retention.purge()


@shared_task(name="khala.verify_replay")
def verify_replay() -> dict[str, int]:
    """Fold rows over kept snapshots and compare with fresh ones."""
    return replay_check.verify()
