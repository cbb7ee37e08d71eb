"""How long background tasks take, and how many wait. Imported by whatever runs tasks."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from celery import Celery
from celery.signals import task_postrun, task_prerun
from django.conf import settings
from kombu.exceptions import KombuError, OperationalError

from openagents.ops import metrics

ANSWERED = {"SUCCESS": "ok", "RETRY": "retry"}


@task_prerun.connect
def begin(task: Any = None, **_: Any) -> None:
    task.request.oa_began = time.perf_counter()


@task_postrun.connect
def end(task: Any = None, state: str | None = None, **_: Any) -> None:
    began = getattr(task.request, "oa_began", None)
    if began is not None:
        outcome = ANSWERED.get(state or "", "failed")
        seconds = time.perf_counter() - began
        metrics.TASK_SECONDS.labels(settings.OA_PROCESS.plane, task.name, outcome).observe(seconds)


def measure_queues(app: Celery, queues: Iterable[str]) -> dict[str, int]:
    """Set the gauge of each queue's length; a queue that does not exist yet is empty. Empty when the broker is away."""
    depths: dict[str, int] = {}
    try:
        with app.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, timeout=1)
            channel = connection.default_channel
            for queue in queues:
                try:
                    depths[queue] = channel.queue_declare(queue, passive=True).message_count
                except connection.channel_errors:
                    depths[queue] = 0
    except (OSError, KombuError, OperationalError):
        return {}
    for queue, depth in depths.items():
        metrics.QUEUE_DEPTH.labels(settings.OA_PROCESS.plane, queue).set(depth)
    return depths
