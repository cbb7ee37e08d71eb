"""The Celery application of a plane's workers and beat. Celery only wakes work up; the work's state is in tables.

`apps.<plane>.tasks`, a module or a package, holds the tasks and may hold `SCHEDULE`, a beat schedule; the entries of
`GROUND_SCHEDULE` run in each plane.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings

from openagents.ops.startup import prepare

prepare()

GROUND_SCHEDULE: dict[str, dict[str, Any]] = {
    "ops.heartbeat": {"task": "ops.heartbeat", "schedule": 30.0},
    "ops.measure_queues": {"task": "ops.measure_queues", "schedule": 30.0},
    "ops.purge_expired": {"task": "ops.purge_expired", "schedule": 300.0},
}


def _broker(config: Any) -> dict[str, Any]:
    if config.redis_url:
        return {"broker_url": config.redis_url}
    folder = Path(config.oa_celery_dir or settings.ROOT / ".oa" / "celery") / settings.OA_PROCESS.plane
    folder.mkdir(parents=True, exist_ok=True)
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    return {"broker_url": "filesystem://", "broker_transport_options": options}


def _schedule() -> dict[str, dict[str, Any]]:
    schedule = dict(GROUND_SCHEDULE)
    name = f"apps.{settings.OA_PROCESS.plane}.tasks"
    if importlib.util.find_spec(name):
        schedule.update(getattr(importlib.import_module(name), "SCHEDULE", {}))
    queue = (settings.OA_PROCESS.queues or (settings.OA_PROCESS.plane,))[0]
    return {
        key: {**entry, "options": {"queue": queue, "expires": 60, **entry.get("options", {})}}
        for key, entry in schedule.items()
    }


app = Celery(f"openagents.{settings.OA_PROCESS.plane}")
app.conf.update(
    **_broker(settings.OA),
    task_ignore_result=True,
    task_acks_late=True,
    worker_hijack_root_logger=False,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    task_default_queue=(settings.OA_PROCESS.queues or (settings.OA_PROCESS.plane,))[0],
    timezone="UTC",
)
app.autodiscover_tasks(["openagents.ops", settings.INSTALLED_APPS[-1]], force=True)
app.conf.beat_schedule = _schedule()
