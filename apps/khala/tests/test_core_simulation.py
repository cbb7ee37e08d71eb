"""Random journals, retention, access, cuts and hints, on every lane: what a client applied equals the journal."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from apps.khala.domain.core import events as ev
from apps.khala.domain.core.limits import Limits
from apps.khala.domain.core.speech import Start, Wanted
from apps.khala.domain.journal import Page
from apps.khala.domain.rates import Rate
from apps.khala.tests.client_model import World, run_topic
from apps.khala.tests.lane_worlds import ChannelWorld, TopicWorld
from openagents.sync.v1 import sync_pb2 as pb

MANY = Rate(1e9, 1e9)
LIMITS = Limits(window_frames_max=6, batch_rows=4, fair_slice_rows=2, messages=MANY, subscribes=MANY)
names = st.integers(0, 2)
"""Which topic, where a lane has several."""


class Delivery(RuleBasedStateMachine):
    """One client over many connections. Answers come late and out of order; hints are lost, doubled or invented."""

    topics: tuple[str, ...] = ("run:r1:events", "run:r2:events", "run:r3:events")
    world: type[World] = World

    def __init__(self) -> None:
        super().__init__()
        made = {name: run_topic(name.split(":")[1]) for name in self.topics}
        self.here = self.world(made, limits=LIMITS, auto_ack=False)
        self.here.hello()
        self.stash: list[Page] = []
        self.lineages = 1
        self.written: dict[str, dict[int, bytes | None]] = {name: {} for name in self.topics}

    def name_of(self, index: int) -> str:
        return self.topics[index % len(self.topics)]

    # The journal

    @rule(index=names, count=st.integers(1, 30), told=st.booleans())
    def write(self, index: int, count: int, told: bool) -> None:
        name = self.name_of(index)
        topic = self.here.topics[name]
        before = topic.head
        for number in range(count):
            topic.append({"n": before + number})
            self.written[name][topic.head] = topic.rows[-1].payload
        if told and name in self.here.watched:
            self.stash.append(topic.page(before))
            self.here.push(name, before)

    @rule(index=names, share=st.floats(0, 1), compact=st.booleans())
    def prune(self, index: int, share: float, compact: bool) -> None:
        topic = self.here.topics[self.name_of(index)]
        topic.prune(topic.floor + int((topic.head - topic.floor) * share))
        if compact:
            topic.compaction = topic.floor

    @rule(index=names)
    def rotate(self, index: int) -> None:
        self.lineages += 1
        self.here.topics[self.name_of(index)].rotate(f"lin_{self.lineages:02}")

    @rule(index=names)
    def raise_acl(self, index: int) -> None:
        self.here.topics[self.name_of(index)].acl_version += 1

    # The wires

    @rule(index=names, head=st.integers(0, 2**41))
    def forge_hint(self, index: int, head: int) -> None:
        self.here.feed(ev.Hint(self.name_of(index), head))

    @precondition(lambda self: self.stash)
    @rule(data=st.data())
    def repeat_news(self, data: Any) -> None:
        page = data.draw(st.sampled_from(self.stash))
        if page.extent.lineage == self.here.topics[page.topic].lineage:
            self.here.feed(ev.Rows(page))

    @precondition(lambda self: self.here.pending)
    @rule(indices=st.lists(st.integers(0, 30), min_size=1, max_size=5))
    def answer(self, indices: list[int]) -> None:
        for index in indices:
            if self.here.pending and self.here.closed is None:
                self.here.step(index)

    @precondition(lambda self: self.here.pending)
    @rule(index=st.integers(0, 30))
    def fail(self, index: int) -> None:
        question = self.here.pending.pop(index % len(self.here.pending))
        if isinstance(question, ev.Authorize | ev.ReadTopic | ev.Fetch):
            self.here.feed(ev.IoFailed(question.ticket))

    @rule(buffered=st.sampled_from([0, 100_000, 300_000]))
    def transport(self, buffered: int) -> None:
        self.here.feed(ev.Writable(buffered))

    @rule(seconds=st.floats(0.05, 20))
    def time_passes(self, seconds: float) -> None:
        self.here.beat()
        self.here.tick(seconds)

    # The client

    @rule(index=names)
    def resume(self, index: int) -> None:
        self.follow(self.name_of(index))

    def follow(self, name: str) -> None:
        kept = self.here.state.get(name)
        if kept is None:
            self.here.subscribe(Wanted(name, start=Start.EARLIEST))
        else:
            self.here.subscribe(Wanted(name, cursor=kept.watermark, lineage=kept.lineage or None, chain=kept.chain))

    @rule()
    def acknowledge(self) -> None:
        self.here.ack()

    @rule(index=names)
    def unsubscribe(self, index: int) -> None:
        self.here.unsubscribe(self.name_of(index))

    @rule()
    def cut(self) -> None:
        """The connection is lost; the next one is to a server that knows nothing of it."""
        self.here.feed(ev.Gone(1006))
        self.here.connect()
        self.here.hello()

    # What must hold

    @invariant()
    def never_more_fetches_than_allowed(self) -> None:
        if self.here.closed is not None:
            return
        fetches = [question for question in self.here.pending if isinstance(question, ev.Fetch)]
        assert {fetch.ticket for fetch in fetches} == set(self.here.core.delivery.fetches)
        assert len(fetches) <= 2

    @invariant()
    def what_is_watched_is_what_is_held(self) -> None:
        if self.here.closed is None:
            assert self.here.watched == set(self.here.core.delivery.subs)

    @invariant()
    def what_was_applied_is_what_was_written(self) -> None:
        for name, kept in self.here.state.items():
            topic = self.here.topics[name]
            assert all(self.written[name][seq] == payload for seq, payload in kept.rows.items())
            if kept.lineage != topic.lineage:
                continue
            assert kept.mismatches == 0
            assert kept.watermark <= topic.head
            if kept.chain is not None:
                assert kept.chain == topic.chains[kept.watermark]

    def teardown(self) -> None:
        """When everything calms down, every topic that can be followed is followed to its head."""
        here = self.here
        here.auto_ack = True
        self.cut()
        here.feed(ev.Writable(0))
        for name in self.topics:
            self.catch_up(name)
            topic, kept = here.topics[name], here.state[name]
            assert (kept.watermark, kept.mismatches) == (topic.head, 0), name
            assert kept.lineage in ("", topic.lineage)
            assert kept.chain in (None, topic.chains[topic.head])
            served = {row.seq: row.payload for row in topic.rows}
            assert {seq: row for seq, row in kept.rows.items() if seq > topic.floor} == served

    def catch_up(self, name: str) -> None:
        self.follow(name)
        self.here.settle()
        if self.here.results[-1].error == pb.SYNC_ERROR_CODE_STALE_CURSOR:
            self.here.state.pop(name, None)
            self.follow(name)
            self.here.settle()


class ChannelDelivery(Delivery):
    """The same over lane P: requests of several topics that hold together, recovery by cursor 0."""

    world = ChannelWorld

    def follow(self, name: str) -> None:
        self.together([name], zero=True)

    def together(self, wanted: list[str], *, zero: bool) -> None:
        """One request for all; a topic without state is asked for from 0, or without a cursor."""
        topics = []
        for name in wanted:
            kept = self.here.state.get(name)
            if kept is None:
                topics.append(Wanted(name, cursor=0 if zero else None))
            else:
                topics.append(Wanted(name, cursor=kept.watermark, lineage=kept.lineage or None, chain=kept.chain))
        self.here.subscribe(*topics)

    @rule(indices=st.lists(names, min_size=1, max_size=3, unique=True), zero=st.booleans())
    def resume_together(self, indices: list[int], zero: bool) -> None:
        self.together([self.name_of(index) for index in indices], zero=zero)

    @rule(leave=st.booleans())
    def start_over(self, leave: bool) -> None:
        """A second join on the same socket, with or without leaving first."""
        assert isinstance(self.here, ChannelWorld)
        if leave:
            self.here.push_event("phx_leave")
        self.here.hello()

    def catch_up(self, name: str) -> None:
        assert isinstance(self.here, ChannelWorld)
        for _ in range(3):
            self.follow(name)
            self.here.settle()
            if self.here.last_reply["status"] == "ok":
                return


class OneTopicDelivery(Delivery):
    """The same over lane T: no lineage, no chain, a connection per attempt."""

    topics = ("run:r1:events",)
    world = TopicWorld

    def follow(self, name: str) -> None:
        self.here.feed(ev.Gone(1006))
        self.here.connect()
        self.here.hello(start=None if name in self.here.state else Start.EARLIEST)

    def cut(self) -> None:
        self.follow(self.topics[0])

    def catch_up(self, name: str) -> None:
        self.here.settle()
        if self.here.closed is not None:
            self.follow(name)
            self.here.settle()


TestDelivery = Delivery.TestCase
TestChannelDelivery = ChannelDelivery.TestCase
TestOneTopicDelivery = OneTopicDelivery.TestCase
TestDelivery.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)
TestChannelDelivery.settings = settings(max_examples=50, stateful_step_count=40, deadline=None)
TestOneTopicDelivery.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
