"""Beat jobs of control. The work and its state are in the services and their tables."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.control.services import integrations, propagation, retention

SCHEDULE: dict[str, dict[str, Any]] = {
    "control.deliver_revocations": {"task": "control.deliver_revocations", "schedule": 2.0, "options": {"expires": 10}},
    "control.wipe_replays": {"task": "control.wipe_replays", "schedule": 60.0},
    "control.expire": {"task": "control.expire", "schedule": 60.0},
    "control.purge": {"task": "control.purge", "schedule": 3600.0},
}


@shared_task(name="control.deliver_revocations")
def deliver_revocations() -> int:
    """Push revocations that Khala has not acknowledged; returns how many it did now."""
    done = propagation.deliver_due()
    retention.measure_outbox()
    return done


@shared_task(name="control.wipe_replays")
def wipe_replays() -> int:
    """Forget sealed refresh answers that may no longer be given."""
    return retention.wipe_replays()


@shared_task(name="control.expire")
def expire() -> int:
    """End sessions and challenges whose time has passed, and take the gauges that only the database knows."""
    integrations.measure_stale()
    return retention.expire()


@shared_task(name="control.purge")
def purge() -> dict[str, int]:
    """Delete rows past their retention."""
    return retention.purge()
