"""The janitors of workers, control requests and runs."""

from __future__ import annotations

import structlog
from celery import shared_task

from apps.runtime.services import run_janitor, worker_janitor

SCHEDULE = {
    "runtime.sweep_workers": {"task": "runtime.sweep_workers", "schedule": 15.0},
    "runtime.sweep_requests": {"task": "runtime.sweep_requests", "schedule": 5.0},
    "runtime.sweep_runs": {"task": "runtime.sweep_runs", "schedule": 30.0},
}

log = structlog.get_logger("oa.runtime")


@shared_task(name="runtime.sweep_workers")
def sweep_workers() -> int:
    """Announce stale workers and fail lost ones; returns how many changed."""
    stale, lost = worker_janitor.sweep_liveness()
    if lost:
        log.warning("workers.lost", lost=lost, stale=stale)
    return stale + lost


@shared_task(name="runtime.sweep_requests")
def sweep_requests() -> int:
    """Fail control requests that no worker answered in time; returns how many."""
    return worker_janitor.sweep_requests()


@shared_task(name="runtime.sweep_runs")
def sweep_runs() -> int:
    """End runs without an executor and cancellations without an end; returns how many were touched."""
    swept = run_janitor.sweep_runs()
    if swept.lost or swept.failed:
        log.warning("runs.executor_lost", lost=swept.lost, failed=swept.failed)
    return swept.lost + swept.failed + swept.canceled
