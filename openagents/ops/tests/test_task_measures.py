"""Background tasks are timed by name and outcome; queues are counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.conf import settings

from openagents.ops import metrics, task_measures

PLANE = settings.OA_PROCESS.plane


@pytest.fixture
def app(tmp_path: Path) -> Celery:
    made = Celery("measured", broker="filesystem://", set_as_current=False)
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path / "c")}
    made.conf.update(broker_transport_options=folders, task_default_queue="waiting", task_ignore_result=True)
    return made


def timed(task: str, outcome: str) -> float:
    samples: Any = metrics.TASK_SECONDS.labels(PLANE, task, outcome)._child_samples()
    return next(sample.value for sample in samples if sample.name == "_count")


def test_a_task_is_timed_by_what_came_of_it(app: Celery) -> None:
    @app.task(name="measured.works")
    def works() -> int:
        return 1

    @app.task(name="measured.fails")
    def fails() -> None:
        raise ZeroDivisionError

    works.apply()
    fails.apply()
    assert (timed("measured.works", "ok"), timed("measured.works", "failed")) == (1, 0)
    assert (timed("measured.fails", "ok"), timed("measured.fails", "failed")) == (0, 1)


def test_what_waits_is_counted(app: Celery) -> None:
    @app.task(name="measured.waits")
    def waits() -> None:
        raise AssertionError("nobody works here")

    waits.delay()
    waits.delay()
    assert task_measures.measure_queues(app, ["waiting", "nowhere"]) == {"waiting": 2, "nowhere": 0}
    assert metrics.QUEUE_DEPTH.labels(PLANE, "waiting")._value.get() == 2


def test_a_broker_that_is_away_is_no_error() -> None:
    away = Celery("away", broker="redis://127.0.0.1:9/0", set_as_current=False)
    assert task_measures.measure_queues(away, ["waiting"]) == {}
