"""Beat jobs in many processes at once: whoever comes first does the work, and it is done once."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.runtime.domain.control_requests import Call
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.worker_states import Lane
from apps.runtime.models import (
    ReplayArtifact,
    Run,
    RunEvent,
    Worker,
    WorkerEvent,
    WorkerLive,
    WorkerRequest,
)
from apps.runtime.services import control_requests, journal_audit, projections, run_janitor, workers
from apps.runtime.services.append import append
from apps.runtime.services.projection_kinds import RUNS, WORKERS
from apps.runtime.services.runs import Reader
from apps.runtime.services.workers import Registration
from apps.runtime.tests import factories as make
from apps.runtime.tests.jobs import JOBS
from openagents.receipts.ids import new_id
from openagents.wire.faults import Fault

PROCESSES = 4
OF_EACH = 6


def lost_worker(owner: Owner) -> str:
    worker_id = new_id("w")
    workers.register(Registration(Lane.GENERIC, owner, None, worker_id))
    Run.objects.filter(id=make.run(owner, worker_id=worker_id).id).update(updated_at=timezone.now())
    WorkerLive.objects.filter(worker_id=worker_id).update(last_heartbeat_at=timezone.now() - timedelta(hours=1))
    return worker_id


def overdue_request(owner: Owner) -> str:
    worker_id = new_id("w")
    workers.register(Registration(Lane.CODEX, owner, None, worker_id, adapter="desktop", metadata={"session_id": "s"}))
    sent = {"thread_id": worker_id, "text": "x"}
    control_requests.process(worker_id, Call("r1", "turn/start", sent, sent={"method": "turn/start"}), Reader(owner))
    WorkerRequest.objects.filter(worker_id=worker_id).update(deadline_at=timezone.now() - timedelta(seconds=1))
    return worker_id


def canceling_run(owner: Owner) -> Run:
    run = make.run(owner)
    append(make.request(run.id, make.event("run.cancel_requested", {})))
    return run


def ended_run(owner: Owner) -> Run:
    run = make.run(owner)
    append(make.request(run.id, make.event("run.finished", {"status": "succeeded"})))
    return run


def test_every_job_in_many_processes_at_once_does_its_work_once(in_parallel: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(run_janitor, "CANCELING_SECONDS_MAX", -5)
    owner = make.owner()
    lost = [lost_worker(owner) for _ in range(OF_EACH)]
    asked = [overdue_request(owner) for _ in range(OF_EACH)]
    canceling = [canceling_run(owner) for _ in range(OF_EACH)]
    ended = [ended_run(owner) for _ in range(OF_EACH)]
    names = [name for name in JOBS if name != "runtime.canary"] * PROCESSES
    for _ in range(3):  # a worker that is failed now leaves its runs to the next round
        outcomes = in_parallel(len(names), lambda index: JOBS[names[index]]())
        errors = [(names[index], one) for index, one in enumerate(outcomes) if isinstance(one, Exception)]
        assert errors == []

    for worker_id in lost:
        assert Worker.objects.get(worker_id=worker_id).status == "failed"
        kinds = Counter(WorkerEvent.objects.filter(worker_id=worker_id).values_list("event_type", flat=True))
        assert kinds == {"worker.started": 1, "worker.failed": 1}
        run = Run.objects.get(worker_id=worker_id)
        kinds = Counter(RunEvent.objects.filter(run_id=run.id).values_list("event_type", flat=True))
        assert kinds == {"run.started": 1, "run.executor_lost": 1}
    for worker_id in asked:
        errors_told = WorkerEvent.objects.filter(worker_id=worker_id, event_type="worker.error")
        assert errors_told.count() == 1
        assert WorkerRequest.objects.get(worker_id=worker_id).terminal_event_seq == errors_told.get().seq
    for run in canceling:
        kinds = Counter(RunEvent.objects.filter(run_id=run.id).values_list("event_type", flat=True))
        assert kinds == {"run.started": 1, "run.cancel_requested": 1, "run.finished": 1}
        assert Run.objects.get(id=run.id).status == "canceled"
    for run in [*ended, *canceling]:
        assert ReplayArtifact.objects.filter(run_id=run.id).count() == 1

    runs = Run.objects.filter(owner_key=owner.key)
    everything = [(RUNS, str(run.id)) for run in runs] + [(WORKERS, worker_id) for worker_id in lost + asked]
    assert projections.verify_all(everything) == []
    topics = [kind.topic(entity_id) for kind, entity_id in everything] + [f"{owner.key}:runs"]
    assert [found for found in journal_audit.check_topics(topics) if found] == []


@pytest.mark.parametrize("name", sorted(JOBS))
def test_a_job_that_finds_nothing_to_do_does_nothing(name: str) -> None:
    JOBS[name]()
    before = RunEvent.objects.count(), WorkerEvent.objects.count()
    JOBS[name]()
    assert (RunEvent.objects.count(), WorkerEvent.objects.count()) == before


def test_a_beat_an_answer_and_the_jobs_at_once_end_in_one_truth(in_parallel: Any) -> None:
    """A worker comes back at the very moment at which it is given up."""
    owner = make.owner()
    for _ in range(5):
        worker_id = lost_worker(owner)

        def act(index: int, worker_id: str = worker_id) -> Any:
            if index % 2:
                return JOBS["runtime.sweep_workers"]()
            try:
                return workers.transition(worker_id, Reader(owner), workers.WorkerStatus.STOPPED, None).latest_seq
            except Fault as refused:
                return refused.reason_code

        outcomes = in_parallel(4, act)
        assert not [one for one in outcomes if isinstance(one, Exception)]
        status = Worker.objects.get(worker_id=worker_id).status
        kinds = Counter(WorkerEvent.objects.filter(worker_id=worker_id).values_list("event_type", flat=True))
        assert kinds["worker.failed"] + min(kinds["worker.stopped"], 1) == 1, kinds
        assert status == ("failed" if kinds["worker.failed"] else "stopped")
        assert projections.verify_one(WORKERS, worker_id) is None
