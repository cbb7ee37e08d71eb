"""Dispatches that nobody drives any more are ended."""

from __future__ import annotations

import structlog
from celery import shared_task

from apps.runtime.services import dispatch_recovery

SCHEDULE = {"runtime.end_abandoned_dispatches": {"task": "runtime.end_abandoned_dispatches", "schedule": 30.0}}

log = structlog.get_logger("oa.runtime")


@shared_task(name="runtime.end_abandoned_dispatches")
def end_abandoned_dispatches() -> int:
    """End dispatches whose process died; returns how many. Each is a crash that somebody should know of."""
    ended = dispatch_recovery.end_abandoned()
    if ended:
        log.warning("dispatch.abandoned", ended=ended)
    return ended
