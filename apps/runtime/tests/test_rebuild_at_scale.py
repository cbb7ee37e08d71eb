"""Every projection dropped and rebuilt from a long log: the same summaries, hashes and documents, byte for byte."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from apps.runtime.domain.owners import Owner
from apps.runtime.domain.worker_states import Lane, WorkerStatus
from apps.runtime.models import (
    ProjectionCheckpoint,
    RunEvent,
    RunSummary,
    SyncTopicDoc,
    WorkerSummary,
)
from apps.runtime.services import workers
from apps.runtime.services.append import append, append_all
from apps.runtime.services.projection_kinds import RUNS, WORKERS
from apps.runtime.services.projections import Scope, reproject, reproject_one
from apps.runtime.services.runs import Reader
from apps.runtime.services.workers import Registration
from apps.runtime.tests import factories as make
from openagents.receipts.ids import new_id


def everything_of(owner: Owner, ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """All projection rows of the owner's runs and workers, and the documents that clients hold of them."""
    topics = SyncTopicDoc.objects.filter(topic__contains=owner.key).order_by("topic", "doc_key")
    checkpoints = ProjectionCheckpoint.objects.filter(entity_id__in=ids).order_by("projection_name", "entity_id")
    runs = [value for value in ids if not value.startswith("w_")]
    return {
        "runs": list(RunSummary.objects.filter(run_id__in=runs).order_by("run_id").values()),
        "workers": list(WorkerSummary.objects.filter(worker_id__in=ids).order_by("worker_id").values()),
        "checkpoints": list(checkpoints.values()),
        "documents": list(topics.filter(topic__endswith=":runs").values("topic", "doc_key", "doc_version", "payload")),
    }


def drop(ids: list[str]) -> None:
    """Summaries and checkpoints, gone."""
    RunSummary.objects.filter(run_id__in=[value for value in ids if not value.startswith("w_")]).delete()
    WorkerSummary.objects.filter(worker_id__in=ids).delete()
    ProjectionCheckpoint.objects.filter(entity_id__in=ids).delete()


@pytest.mark.slow
def test_a_hundred_thousand_events_rebuild_to_the_same_bytes_in_time() -> None:
    run = make.run()
    batch = [make.event("text.delta", {"delta": "x" * 40}) for _ in range(1000)]
    for _ in range(100):
        (outcome,) = append_all([make.request(run.id, *batch)])
        assert isinstance(outcome, list), outcome
    append(make.request(run.id, make.event("run.finished", {"status": "succeeded"})))
    intact = everything_of(Owner(run.owner_key), [str(run.id)])
    (summary,) = intact["runs"]
    assert summary["event_count"] == 100_002
    drop([str(run.id)])
    rebuilding = time.monotonic()
    assert reproject(Scope(run_id=run.id), dry_run=False).rebuilt == 1
    assert time.monotonic() - rebuilding < 10
    assert everything_of(Owner(run.owner_key), [str(run.id)]) == intact
    with connection.cursor() as cursor:
        cursor.execute("SELECT runtime_run_hash(%s, 'succeeded', 100002, 100002)", [run.id])
        assert cursor.fetchone()[0] == summary["projection_hash"]


MIXED: list[tuple[str, Any]] = [
    ("text.delta", {"delta": "x" * 40}),
    ("tool", {"tool": "sh", "params_hash": "a", "output_hash": "b", "latency_ms": 1}),
    ("verification", {"command": "make", "exit_code": 0}),
    ("run.started", {}),
    ("note", {"é": [1, 2.5, None]}),
]


@pytest.mark.slow
def test_every_projection_dropped_and_rebuilt_from_a_hundred_thousand_events_is_the_same_bytes() -> None:
    began, owner, chance = timezone.now(), make.owner(), random.Random(20261121)
    runs = [make.run(owner) for _ in range(40)]
    for run in runs:
        for _ in range(5):
            batch = [make.event(*chance.choice(MIXED)) for _ in range(500)]
            append_all([make.request(run.id, *batch)])
        for name, payload in chance.sample(
            [("run.cancel_requested", {}), ("run.finished", {"status": "failed"}), ("late", {})], chance.randint(0, 3)
        ):
            append_all([make.request(run.id, make.event(name, payload))])  # an illegal one is refused
    ids = [str(run.id) for run in runs]
    for index in range(10):
        worker_id = new_id("w")
        workers.register(Registration(Lane.GENERIC, owner, None, worker_id))
        for status in ("running", "stopping", "stopped", "running", "failed")[:index]:
            workers.transition(worker_id, Reader(owner), WorkerStatus(status), None)
        ids.append(worker_id)
    assert RunEvent.objects.filter(run_id__in=ids[:40]).count() >= 100_000
    intact = everything_of(owner, ids)
    assert (len(intact["runs"]), len(intact["workers"]), len(intact["checkpoints"])) == (40, 10, 50)
    assert len({row["status"] for row in intact["runs"]}) >= 3

    drop(ids)
    for kind, key in [(RUNS, key) for key in ids[:40]] + [(WORKERS, key) for key in ids[40:]]:
        assert reproject_one(kind, key, dry_run=False) is True

    assert everything_of(owner, ids) == intact
    assert reproject(Scope(since=began, limit=1000), dry_run=True).rebuilt == 0
