"""Workers and control requests against a reference model: whatever the order, one receipt and one truth."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, ClassVar
from unittest.mock import patch

from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from apps.runtime.domain.control_requests import Call
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.trust import Signal
from apps.runtime.domain.worker_events import posted_event
from apps.runtime.domain.worker_projection import WorkerSummaryValue, apply_worker
from apps.runtime.domain.worker_states import Lane, WorkerStatus
from apps.runtime.models import (
    ProjectionCheckpoint,
    SyncStreamEvent,
    Worker,
    WorkerEvent,
    WorkerLive,
    WorkerRequest,
    WorkerSummary,
)
from apps.runtime.services import (
    control_requests,
    heartbeats,
    qualification,
    trust,
    worker_events,
    worker_janitor,
    workers,
)
from apps.runtime.services.runs import Reader
from apps.runtime.services.workers import Registration
from apps.runtime.tests import factories as make
from openagents.receipts.ids import new_id

S = WorkerStatus
REQUEST_IDS = st.sampled_from(["r1", "r2"])
STATUSES = st.sampled_from([*S, S.RUNNING, S.RUNNING, S.RUNNING])


class Model:
    """What must be true, in as few words as possible."""

    LEGAL = {
        S.STARTING: "starting running stopping failed",
        S.RUNNING: "running stopping stopped failed",
        S.STOPPING: "stopping stopped failed",
        S.STOPPED: "starting running stopped",
        S.FAILED: "starting running failed",
    }

    def __init__(self) -> None:
        self.status = S.RUNNING
        self.seq = 0
        self.epoch = 1
        self.age_ms = 0
        self.announced_stale = False
        self.quarantined = False
        self.requests: dict[str, str] = {}
        """request_id to open, or the posted text of its receipt, or `timeout` or `local`."""

    def may(self, status: WorkerStatus) -> bool:
        return status.value in self.LEGAL[self.status].split()

    @property
    def runnable(self) -> bool:
        return self.status in (S.STARTING, S.RUNNING)

    def move(self, status: WorkerStatus) -> None:
        ended = (S.STOPPED, S.FAILED)
        if (status in ended) != (self.status in ended):
            self.alive()
        self.status = status

    def alive(self) -> None:
        self.age_ms, self.announced_stale = 0, False


class WorkerMachine(RuleBasedStateMachine):
    METADATA: ClassVar[dict[str, Any]] = {"session_id": "s"}

    @initialize()
    def register(self) -> None:
        self.model = Model()
        self.reader = Reader(Owner.user(new_id("user")), "org_model")
        self.worker_id = new_id("w")
        self.open("desktop")

    def open(self, adapter: str | None = None) -> None:
        owner = self.reader.owner
        assert owner is not None
        workers.register(
            Registration(Lane.CODEX, owner, "org_model", self.worker_id, adapter=adapter, metadata=self.METADATA)
        )

    @rule()
    def register_again(self) -> None:
        model = self.model
        if model.quarantined:
            return make.assert_refused(self.open, "provider_quarantined")
        if not model.may(S.RUNNING):
            return make.assert_refused(self.open, "invalid_worker_transition")
        self.open()
        model.seq += model.status is not S.RUNNING
        model.move(S.RUNNING)
        model.alive()
        model.epoch += 1
        return None

    @rule(status=STATUSES)
    def transition(self, status: WorkerStatus) -> None:
        def work() -> None:
            workers.transition(self.worker_id, self.reader, status, None)

        if self.model.quarantined and status is not S.FAILED:
            return make.assert_refused(work, "provider_quarantined")
        if not self.model.may(status):
            return make.assert_refused(work, "invalid_worker_transition")
        work()
        self.model.seq += 1
        self.model.move(status)
        return None

    @rule()
    def stop(self) -> None:
        if self.model.status is S.STOPPED:
            assert workers.stop(self.worker_id, self.reader, None)[1] is True
        elif self.model.may(S.STOPPED):
            self.model.seq += 1
            assert workers.stop(self.worker_id, self.reader, None) == (self.model.seq, False)
            self.model.move(S.STOPPED)
        else:
            reason = "provider_quarantined" if self.model.quarantined else "invalid_worker_transition"
            make.assert_refused(lambda: workers.stop(self.worker_id, self.reader, None), reason)

    @rule(lag=st.integers(0, 1), said=st.sampled_from([{}, {"load": 1}, {"load": 2}]))
    def beat(self, lag: int, said: dict[str, int]) -> None:
        model, before = self.model, Worker.objects.get(worker_id=self.worker_id).metadata

        def work() -> WorkerLive:
            return heartbeats.heartbeat(self.worker_id, self.reader, said, model.epoch - lag)

        if model.status in (S.STOPPED, S.FAILED):
            return make.assert_refused(work, "worker_not_running")
        if lag:
            return make.assert_refused(work, "lease_lost")
        shown = work()
        model.seq += bool({**before, **said} != before or model.age_ms > 120_000)
        model.alive()
        assert shown.latest_seq == model.seq
        return None

    @rule(age_ms=st.sampled_from([60_000, 150_000, 150_000, 1_300_000]))
    def time_passes(self, age_ms: int) -> None:
        WorkerLive.objects.filter(worker_id=self.worker_id).update(
            last_heartbeat_at=timezone.now() - timedelta(milliseconds=age_ms)
        )
        self.model.age_ms = age_ms
        self.model.announced_stale = self.model.announced_stale and age_ms > 120_000

    @rule(age_ms=st.sampled_from([0, 150_000]))
    def janitor_after(self, age_ms: int) -> None:
        if age_ms:
            self.time_passes(age_ms)
        self.janitor()

    @rule()
    def janitor(self) -> None:
        model = self.model
        lost = model.status is S.RUNNING and model.age_ms > 1_200_000
        assert worker_janitor.fail_lost(self.worker_id) is lost
        if lost:
            model.seq += 1
            model.status = S.FAILED
        worker_janitor.announce_stale(self.worker_id)
        assert worker_janitor.announce_stale(self.worker_id) is False

    @rule(request_id=REQUEST_IDS)
    def remote_turn(self, request_id: str) -> None:
        model, known = self.model, self.model.requests.get(request_id)
        call = Call(
            f"{request_id}", "turn/start", {"thread_id": self.worker_id, "text": "x"}, sent={"method": "turn/start"}
        )

        def work() -> control_requests.Answer:
            return control_requests.process(self.worker_id, call, self.reader)

        if known is None and not model.runnable:
            return make.assert_refused(work, "worker_not_runnable")
        if known == "timeout":
            return make.assert_refused(work, "timeout")
        answer = work()
        assert answer.data["idempotent_replay"] is (known is not None)
        if known is None:
            model.requests[request_id] = "open"
            model.seq += 2
        assert answer.data["ok"] is (None if model.requests[request_id] == "open" else True)
        return None

    @rule()
    def local_refusal(self) -> None:
        request_id = f"bad-{len(self.model.requests)}"

        def work() -> None:
            control_requests.process(self.worker_id, Call(request_id, "no/such"), self.reader)

        if not self.model.runnable:
            return make.assert_refused(work, "worker_not_runnable")
        make.assert_refused(work, "unsupported_method")
        make.assert_refused(work, "unsupported_method")
        self.model.requests[request_id] = "local"
        self.model.seq += 2
        return None

    @rule(request_id=REQUEST_IDS, variant=st.integers(0, 1))
    def worker_answers(self, request_id: str, variant: int) -> None:
        model, known = self.model, self.model.requests.get(request_id)
        payload = {"request_id": request_id, "ok": True, "response": {"variant": variant}}
        event = posted_event("worker.response", payload, None)

        def work() -> worker_events.Stored:
            return worker_events.post_event(self.worker_id, event, self.reader)

        if known not in (None, "open"):
            if known == event.payload_text:
                assert work().replayed
                return None
            return make.assert_refused(work, "terminal_receipt_exists")
        if not model.runnable:
            return make.assert_refused(work, "worker_not_runnable")
        assert not work().replayed
        model.seq += 1
        if known == "open":
            model.requests[request_id] = event.payload_text
        return None

    @precondition(lambda self: "open" in self.model.requests.values())
    @rule(request_id=REQUEST_IDS)
    def deadline_passes(self, request_id: str) -> None:
        WorkerRequest.objects.filter(worker_id=self.worker_id, request_id=request_id, state="open").update(
            deadline_at=timezone.now()
        )
        was_open = self.model.requests.get(request_id) == "open"
        assert control_requests.expire(self.worker_id, request_id) is was_open
        if was_open:
            self.model.requests[request_id] = "timeout"
            self.model.seq += 1

    @invariant()
    def one_truth(self) -> None:
        live = WorkerLive.objects.select_related("worker").get(worker_id=self.worker_id)
        assert (live.worker.status, live.latest_seq) == (self.model.status, self.model.seq)
        assert live.worker.lease_epoch == self.model.epoch
        ended = self.model.status in (S.STOPPED, S.FAILED)
        assert live.open_epoch == (None if ended else self.model.epoch)
        assert (live.worker.stopped_at is not None) is ended

    @invariant()
    def log_projection_and_journal_agree(self) -> None:
        log = list(WorkerEvent.objects.filter(worker_id=self.worker_id).order_by("seq"))
        folded = WorkerSummaryValue(self.worker_id)
        for event in log:
            folded = apply_worker(folded, event.seq, event.event_type, json.loads(event.payload_text))
        stored = WorkerSummary.objects.get(worker_id=self.worker_id)
        assert (stored.status, stored.last_seq, stored.event_count, stored.projection_hash) == (
            folded.status,
            folded.last_seq,
            folded.event_count,
            folded.projection_hash,
        )
        rows = SyncStreamEvent.objects.filter(topic=f"worker:{self.worker_id}:events").order_by("seq")
        assert [(row.seq, row.payload) for row in rows] == [(event.seq, event.payload_text) for event in log]
        if log:
            point = ProjectionCheckpoint.objects.get(entity_id=self.worker_id)
            assert (point.last_runtime_seq, point.summary_hash) == (folded.last_seq, folded.projection_hash)

    @invariant()
    def at_most_one_receipt(self) -> None:
        receipts: dict[str, int] = {}
        known = WorkerRequest.objects.filter(worker_id=self.worker_id)
        for event in WorkerEvent.objects.filter(
            worker_id=self.worker_id, event_type__in=["worker.response", "worker.error"]
        ):
            request_id = json.loads(event.payload_text)["request_id"]
            first = next((one for one in known if one.request_id == request_id), None)
            if first is not None and event.recorded_at >= first.created_at:
                receipts[request_id] = receipts.get(request_id, 0) + 1
        for request in known:
            is_open = self.model.requests[request.request_id] == "open"
            assert (request.terminal_event_seq is None) is is_open
            assert receipts.get(request.request_id, 0) == (0 if is_open else 1)


WorkerMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestWorkers = WorkerMachine.TestCase


class ProviderMachine(WorkerMachine):
    """The same worker as a provider: strikes, quarantine and release come in between."""

    METADATA: ClassVar[dict[str, Any]] = {
        "session_id": "s",
        "roles": ["provider"],
        "provider_base_url": "https://provider.example",
        "capabilities": ["oa.sandbox_run.v1"],
        "min_price_msats": 1,
    }

    def __init__(self) -> None:
        super().__init__()
        self.strikes = self.successes = 0
        self.seen: set[tuple[Signal, str]] = set()
        self.reachable = patch.object(qualification, "_probe")
        self.reachable.start()

    def teardown(self) -> None:
        self.reachable.stop()

    @rule(
        signal=st.sampled_from([Signal.VERIFICATION_VIOLATION, Signal.PROVIDER_FAILURE, Signal.SUCCESS]),
        job=st.sampled_from("abcdefgh"),
    )
    def signal(self, signal: Signal, job: str) -> None:
        with transaction.atomic():
            counted = trust.record(self.worker_id, signal, f"{self.worker_id}:{job}", trust.Occasion(job_hash=job))
        assert counted is ((signal, job) not in self.seen)
        self.seen.add((signal, job))
        if not counted:
            return
        if signal is Signal.SUCCESS:
            self.successes += 1
            return
        self.strikes += 1
        if self.strikes >= (3 if signal is Signal.VERIFICATION_VIOLATION else 5):
            self.shut_out()

    def shut_out(self) -> None:
        model = self.model
        if model.quarantined:
            return
        model.quarantined = True
        if model.status is not S.FAILED:
            model.seq += 1
            model.move(S.FAILED)

    @rule(action=st.sampled_from(list(trust.Action)))
    def operator(self, action: trust.Action) -> None:
        trust.act(self.worker_id, action, "because")
        if action is trust.Action.QUARANTINE:
            self.shut_out()
        elif action is trust.Action.RELEASE:
            self.model.quarantined = False
        else:
            self.strikes = 0

    @invariant()
    def trust_is_what_was_counted(self) -> None:
        worker = Worker.objects.get(worker_id=self.worker_id)
        assert (worker.failure_strikes, worker.success_count) == (self.strikes, self.successes)
        assert worker.quarantined is self.model.quarantined
        assert (worker.quarantine_reason is not None) is self.model.quarantined
        assert worker.is_provider and worker.qualified
        assert not worker.quarantined or worker.status == S.FAILED


ProviderMachine.TestCase.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
TestProviders = ProviderMachine.TestCase
