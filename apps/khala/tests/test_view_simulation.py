"""The fan-in view under random workers, writes, retention, cuts and hints: its own worker's rows are never missed."""

from __future__ import annotations

from typing import Any

import orjson
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from apps.khala.domain import grammar
from apps.khala.domain.core import events as ev
from apps.khala.domain.core.limits import Limits
from apps.khala.domain.rates import Rate
from apps.khala.tests.client_model import Applied
from apps.khala.tests.journal_model import ModelTopic
from apps.khala.tests.lane_worlds import ChannelWorld

VIEW, FLEET = grammar.VIEW, "fleet:user:a:workers"
MANY = Rate(1e9, 1e9)
workers = st.integers(0, 4)


class Desktop(ChannelWorld):
    """Holds one cursor, that of its own worker `w0`; keeps what each connection brought per worker."""

    def __post_init__(self) -> None:
        self.own: dict[int, object] = {}
        self.cursor = 0
        self.brought: dict[str, list[int]] = {}
        super().__post_init__()

    def connect(self) -> None:
        self.brought = {}
        super().connect()

    def started(self, name: str, position: int, lineage: str, chain: str | None) -> None:
        self.state.setdefault(name, Applied())

    def apply(self, name: str, seq: int, payload: bytes, digest: bytes) -> None:
        row = orjson.loads(payload)
        self.brought.setdefault(row["workerId"], []).append(seq)
        if row["workerId"] == "w0" and seq > self.cursor:
            self.own[seq] = row["payload"]
            self.cursor = seq


class Fleet(RuleBasedStateMachine):
    """One desktop, five workers."""

    def __init__(self) -> None:
        super().__init__()
        limits = Limits(batch_rows=4, fair_slice_rows=2, messages=MANY, subscribes=MANY)
        first = ModelTopic("worker:w0:events")
        self.here = Desktop({first.name: first}, limits=limits, members={first.name: 0})
        self.floors: dict[str, set[int]] = {}
        self.written: dict[int, object] = {}
        self.join()

    def join(self) -> None:
        self.here.hello()
        self.here.ask(VIEW, resume_after={VIEW: self.here.cursor})

    def topic(self, index: int) -> ModelTopic | None:
        return self.here.topics.get(f"worker:w{index}:events")

    @rule(index=workers)
    def register(self, index: int) -> None:
        name = f"worker:w{index}:events"
        if name not in self.here.topics:
            self.here.topics[name] = ModelTopic(name)
            self.here.members[name] = self.here.clock_ms + 1
            self.here.now += 0.01
            self.here.feed(ev.Hint(FLEET, len(self.here.members)))

    @rule(index=workers, count=st.integers(1, 12), told=st.booleans())
    def write(self, index: int, count: int, told: bool) -> None:
        topic = self.topic(index)
        if topic is None:
            return
        before = topic.head
        for number in range(count):
            topic.append({"n": number})
            if index == 0:
                self.written[topic.head] = {"n": number}
        if told and topic.name in self.here.watched:
            self.here.push(topic.name, before)

    @rule(index=workers, share=st.floats(0, 1))
    def prune(self, index: int, share: float) -> None:
        if (topic := self.topic(index)) is not None:
            topic.prune(topic.floor + int((topic.head - topic.floor) * share))
            self.floors.setdefault(f"w{index}", set()).add(topic.floor)

    @rule(index=workers)
    def raise_acl(self, index: int) -> None:
        if (topic := self.topic(index)) is not None:
            topic.acl_version += 1

    @rule(index=workers, head=st.integers(0, 2**41))
    def forge_hint(self, index: int, head: int) -> None:
        self.here.feed(ev.Hint(f"worker:w{index}:events", head))

    @precondition(lambda self: self.here.pending)
    @rule(indices=st.lists(st.integers(0, 30), min_size=1, max_size=6))
    def answer(self, indices: list[int]) -> None:
        for index in indices:
            if self.here.pending and self.here.closed is None:
                self.here.step(index)

    @precondition(lambda self: self.here.pending)
    @rule(index=st.integers(0, 30))
    def fail(self, index: int) -> None:
        question: Any = self.here.pending.pop(index % len(self.here.pending))
        if not isinstance(question, ev.Introspect | ev.CheckToken):
            self.here.feed(ev.IoFailed(question.ticket))

    @rule(seconds=st.floats(0.05, 20))
    def time_passes(self, seconds: float) -> None:
        self.here.beat()
        self.here.tick(seconds)

    @rule()
    def cut(self) -> None:
        self.here.feed(ev.Gone(1006))
        self.here.connect()
        self.join()

    @rule()
    def again(self) -> None:
        """Reposition on the same connection."""
        self.here.brought = {}
        self.join() if self.here.closed else self.here.ask(VIEW, resume_after={VIEW: self.here.cursor})

    @invariant()
    def its_own_rows_are_what_was_written(self) -> None:
        assert all(self.written[seq] == payload for seq, payload in self.here.own.items())

    @invariant()
    def a_jump_is_only_over_what_is_gone(self) -> None:
        missed = set(range(1, self.here.cursor + 1)) - set(self.here.own)
        gone = max(self.floors.get("w0", {0}))
        assert all(seq <= gone for seq in missed)

    def teardown(self) -> None:
        here = self.here
        self.cut()
        here.settle()
        here.beat()
        here.run_clock(20)
        here.settle()
        assert here.closed is None
        topic = here.topics["worker:w0:events"]
        assert here.cursor == topic.head
        served = {row.seq for row in topic.rows}
        assert served <= set(here.own)
        assert set(here.core.delivery.subs) == set(here.members)
        for sub in here.core.delivery.subs.values():
            assert sub.position == here.topics[sub.canonical].head


TestFleet = Fleet.TestCase
TestFleet.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
