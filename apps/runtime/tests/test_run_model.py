"""Runs against a reference model: appends, batches, keys, frames, cancels, lost executors, in any order."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from apps.runtime.domain.events import Event, Source, make_event
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.worker_states import Lane
from apps.runtime.models import Run, RunEvent, RunFrame, SyncStreamEvent, SyncTopicSequence, WorkerLive
from apps.runtime.services import frames, projections, run_janitor, runs, workers
from apps.runtime.services.append import Append, append
from apps.runtime.services.journal_audit import check_topic
from apps.runtime.services.projection_kinds import RUNS
from apps.runtime.services.runs import Reader
from apps.runtime.services.workers import Registration
from apps.runtime.tests import factories as make
from openagents.receipts.ids import new_id

KEYS = st.sampled_from([None, None, "k1", "k2"])
SOURCES = st.sampled_from([Source.CLIENT, Source.CLIENT, Source.TREASURY])
FRAME_IDS = st.sampled_from(["f1", "f2", "f3"])
EVENTS = st.sampled_from(
    [
        ("text.delta", {"delta": "x"}),
        ("text.delta", {"delta": "x"}),
        ("note", {"n": 1}),
        ("run.started", {}),
        ("run.cancel_requested", {}),
        ("run.finished", {"status": "succeeded"}),
        ("run.finished", {"status": "failed", "reason": "tests"}),
        ("run.finished", {"status": "cancelled", "reason_class": "tired"}),
    ]
)

# What each word does to a run: states it may be said in, and the state after it.
WORDS = {
    "run.started": ("created running", "running"),
    "run.cancel_requested": ("created running canceling", "canceling"),
    "succeeded": ("created running succeeded", "succeeded"),
    "failed": ("created running canceling failed", "failed"),
    "cancelled": ("created running canceling canceled", "canceled"),
    "canceled": ("created running canceling canceled", "canceled"),
}
ENDED = ("succeeded", "failed", "canceled")

Said = tuple[str, dict[str, Any]]


class Model:
    """What must be true, in as few words as possible."""

    def __init__(self) -> None:
        self.status = "running"
        self.log: list[str] = ["run.started"]
        self.keys: dict[tuple[Source, str], tuple[int, Said]] = {}
        self.frames: dict[str, tuple[int, int]] = {}
        """frame_id to variant and received_seq."""
        self.used: dict[str, int] = {}
        self.asked_to_stop = False
        self.reason: tuple[str, str | None] | None = None
        self.executor_is_lost = False
        self.told_of_loss = False
        self.silent = False

    def refusal(self, said: Said) -> str | None:
        kind, payload = said
        may = WORDS.get(payload["status"] if kind == "run.finished" else kind)
        return "invalid_run_transition" if may and self.status not in may[0].split() else None

    def place(self, said: Said, source: Source = Source.CLIENT, key: str | None = None) -> int:
        kind, payload = said
        self.log.append(kind)
        self.silent = False
        if word := WORDS.get(payload.get("status", "") if kind == "run.finished" else kind):
            self.status = word[1]
        self.asked_to_stop = self.asked_to_stop or kind == "run.cancel_requested"
        if self.status in ENDED and self.reason is None:
            implied = {"succeeded": "completed", "failed": "failed"}.get(self.status)
            implied = implied or ("cancel_requested" if self.asked_to_stop else "canceled")
            self.reason = (payload.get("reason_class") or implied, payload.get("reason"))
        if key:
            self.keys[source, key] = (len(self.log), said)
        return len(self.log)


def event_of(said: Said, key: str | None, source: Source) -> Event:
    return make_event(said[0], said[1], key, source)


class RunMachine(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.model = Model()
        self.owner = Owner.user(new_id("user"))
        self.reader = Reader(self.owner)
        self.worker_id = new_id("w")
        workers.register(Registration(Lane.GENERIC, self.owner, None, self.worker_id))
        self.run_id = make.run(self.owner, worker_id=self.worker_id).id

    @rule(said=EVENTS, key=KEYS, source=SOURCES, off=st.sampled_from([None, None, 0, -1, 5]))
    def one_event(self, said: Said, key: str | None, source: Source, off: int | None) -> None:
        model = self.model
        expected = None if off is None else len(model.log) + off
        request = Append(
            self.run_id,
            source,
            [event_of(said, key, source)],
            owner_key=self.owner.key,
            expected_previous_seq=expected,
        )
        known = model.keys.get((source, key)) if key else None
        if known is not None and known[1] != said:
            return make.assert_refused(lambda: append(request), "idempotency_key_conflict")
        if known is not None:
            (placed,) = append(request)
            assert (placed.seq, placed.replayed) == (known[0], True)
            return None
        if off:
            return make.assert_refused(lambda: append(request), "sequence_conflict")
        if reason := model.refusal(said):
            return make.assert_refused(lambda: append(request), reason)
        (placed,) = append(request)
        assert (placed.seq, placed.replayed) == (model.place(said, source, key), False)
        return None

    @rule(items=st.lists(st.tuples(EVENTS, KEYS), min_size=2, max_size=4))
    def many_events(self, items: list[tuple[Said, str | None]]) -> None:
        """All or nothing; only the model's own walk decides which."""
        trial, outcome, seqs = self._copy(), None, []
        fresh = replays = 0
        for said, key in items:
            known = trial.keys.get((Source.CLIENT, key)) if key else None
            if known is not None and known[1] != said:
                outcome = "idempotency_key_conflict"
            elif (known is not None and fresh) or (known is None and replays):
                outcome = "partial_batch_replay"
            elif known is not None:
                replays += 1
                seqs.append(known[0])
            else:
                outcome = trial.refusal(said)
                if outcome is None:
                    fresh += 1
                    seqs.append(trial.place(said, Source.CLIENT, key))
            if outcome:
                break
        request = Append(self.run_id, Source.CLIENT, [event_of(said, key, Source.CLIENT) for said, key in items])
        if outcome:
            return make.assert_refused(lambda: append(request), outcome)
        assert [placed.seq for placed in append(request)] == seqs
        self.model = trial
        return None

    def _copy(self) -> Model:
        copy = Model()
        copy.__dict__.update(self.model.__dict__)
        copy.log, copy.keys = list(self.model.log), dict(self.model.keys)
        return copy

    @rule()
    def cancel(self) -> None:
        def work() -> tuple[Run, bool]:
            return runs.cancel_run(self.run_id, self.reader, None, None)

        model = self.model
        if model.asked_to_stop:
            assert work()[1] is True
        elif model.status in ENDED:
            make.assert_refused(work, "run_already_terminal")
        else:
            assert work()[1] is False
            model.place(("run.cancel_requested", {}))

    @rule(frame_id=FRAME_IDS, variant=st.integers(0, 1))
    def frame(self, frame_id: str, variant: int) -> None:
        model = self.model
        sent = frames.Frame(frame_id, "user.text", {"variant": variant}, None)

        def work() -> bool:
            return frames.receive_frame(self.run_id, sent, self.reader, None)

        if frame_id in model.frames:
            if model.frames[frame_id][0] != variant:
                return make.assert_refused(work, "frame_conflict")
            assert work() is True
        elif model.status in ENDED:
            make.assert_refused(work, "run_already_terminal")
        else:
            assert work() is False
            model.frames[frame_id] = (variant, model.place(("run.frame_received", {})))
        return None

    @rule(frame_id=FRAME_IDS)
    def frame_is_used(self, frame_id: str) -> None:
        said = ("run.frame_consumed", {"frame_id": frame_id, "frame_type": "user.text"})
        append(Append(self.run_id, Source.CLIENT, [event_of(said, None, Source.CLIENT)]))
        seq = self.model.place(said)
        if frame_id in self.model.frames:
            self.model.used.setdefault(frame_id, seq)

    @rule()
    def the_executor_falls_silent(self) -> None:
        WorkerLive.objects.filter(worker_id=self.worker_id).update(
            last_heartbeat_at=timezone.now() - timedelta(milliseconds=1_300_000)
        )
        self.model.executor_is_lost = True

    @rule()
    def a_quarter_of_an_hour_passes(self) -> None:
        then = timezone.now() - timedelta(seconds=run_janitor.SILENT_SECONDS_MAX + 5)
        Run.objects.filter(id=self.run_id).update(updated_at=then)
        self.model.silent = True

    @rule(late=st.booleans())
    def janitor(self, late: bool) -> None:
        """`late`: ten minutes after everything, so that cancellations are overdue."""
        model = self.model
        if model.status in ("running", "canceling") and model.executor_is_lost and not model.told_of_loss:
            model.told_of_loss = True
            model.place(("run.executor_lost", {}))
        if model.status in ("running", "canceling") and model.told_of_loss and model.silent:
            model.place(("run.finished", {"status": "failed", "reason_class": "executor_lost"}))
        if model.status == "canceling" and late:
            model.place(("run.finished", {"status": "canceled", "reason_class": "cancel_requested"}))
        with patch.object(run_janitor, "CANCELING_SECONDS_MAX", -5 if late else 600):
            run_janitor.sweep_runs()
            before = Run.objects.get(id=self.run_id).latest_seq
            run_janitor.sweep_runs()
        assert Run.objects.get(id=self.run_id).latest_seq == before

    @invariant()
    def one_truth(self) -> None:
        model, run = self.model, Run.objects.get(id=self.run_id)
        assert (run.status, run.latest_seq, run.event_count) == (model.status, len(model.log), len(model.log))
        assert run.cancel_requested is model.asked_to_stop
        assert (run.terminal_at is not None) is (model.reason is not None)
        if model.reason:
            assert (run.terminal_reason_class, run.terminal_reason) == model.reason

    @invariant()
    def the_log_is_what_was_accepted(self) -> None:
        log = RunEvent.objects.filter(run_id=self.run_id).order_by("seq")
        assert [(event.seq, event.event_type) for event in log] == list(enumerate(self.model.log, 1))
        times = [event.recorded_at for event in log]
        assert times == sorted(times)
        for (source, key), (seq, said) in self.model.keys.items():
            event = log[seq - 1]
            assert (event.source, event.idempotency_key) == (source.value, key)
            assert (event.event_type, json.loads(event.payload_text)) == said

    @invariant()
    def frames_are_kept(self) -> None:
        kept = RunFrame.objects.filter(run_id=self.run_id)
        assert {
            one.frame_id: (json.loads(one.payload_text)["variant"], one.received_seq, one.consumed_seq) for one in kept
        } == {key: (*value, self.model.used.get(key)) for key, value in self.model.frames.items()}

    @invariant()
    def projection_and_journal_agree(self) -> None:
        assert projections.verify_one(RUNS, str(self.run_id)) is None
        topic = f"run:{self.run_id}:events"
        rows = SyncStreamEvent.objects.filter(topic=topic).order_by("seq").values_list("seq", "kind")
        assert list(rows) == list(enumerate(self.model.log, 1))
        assert check_topic(topic) is None
        said = SyncStreamEvent.objects.filter(topic=f"{self.owner.key}:runs").order_by("-seq").first()
        assert said is not None and said.doc_version == len(self.model.log)
        told = SyncTopicSequence.objects.filter(topic=f"{self.owner.key}:notifications").first()
        assert (told.seq if told else 0) == (self.model.reason is not None)


RunMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestRuns = RunMachine.TestCase
