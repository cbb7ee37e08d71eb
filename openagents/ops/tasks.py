"""Beat jobs of the ground, run in every plane."""

from __future__ import annotations

from celery import current_app, shared_task
from django.conf import settings

from openagents.db.models import Heartbeat
from openagents.db.purge import purge_expired_rows
from openagents.ops import task_measures


@shared_task(name="ops.heartbeat")
def heartbeat() -> None:
    """Prove that beat, broker and worker of this plane work together."""
    Heartbeat.beat("beat")


@shared_task(name="ops.purge_expired")
def purge_expired() -> int:
    """Remove expired nonces, windows, cache entries and idempotency records; returns the number of rows."""
    return purge_expired_rows()


@shared_task(name="ops.measure_queues")
def measure_queues() -> dict[str, int]:
    """Count what waits in this plane's queues; returns the number by queue."""
    process = settings.OA_PROCESS
    return task_measures.measure_queues(current_app, process.queues or (process.plane,))
