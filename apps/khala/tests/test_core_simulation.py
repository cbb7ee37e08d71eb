"""Random journals, retention, access, disconnects and hints: what a client applied equals the journal."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.limits import Limits
from apps.khala.domain.core.speech import Start, Wanted
from apps.khala.domain.journal import Page
from apps.khala.domain.rates import Rate
from apps.khala.tests.client_model import World, run_topic
from openagents.sync.v1 import sync_pb2 as pb

TOPICS = ("run:r1:events", "run:r2:events", "run:r3:events")
MANY = Rate(1e9, 1e9)
topics = st.sampled_from(TOPICS)


class Delivery(RuleBasedStateMachine):
    """One client over many connections. Answers come late and out of order; hints are lost, doubled or invented."""

    def __init__(self) -> None:
        super().__init__()
        self.here = World(
            {name: run_topic(name.split(":")[1]) for name in TOPICS},
            limits=Limits(window_frames_max=6, batch_rows=4, fair_slice_rows=2, messages=MANY, subscribes=MANY),
            auto_ack=False,
        )
        self.here.hello()
        self.stash: list[Page] = []
        self.lineages = 1

    # The journal

    @rule(name=topics, count=st.integers(1, 30), told=st.booleans())
    def write(self, name: str, count: int, told: bool) -> None:
        topic = self.here.topics[name]
        before = topic.head
        for number in range(count):
            topic.append({"n": before + number})
        if told and name in self.here.watched:
            self.stash.append(topic.page(before))
            self.here.push(name, before)

    @rule(name=topics, share=st.floats(0, 1))
    def prune(self, name: str, share: float) -> None:
        topic = self.here.topics[name]
        topic.prune(topic.floor + int((topic.head - topic.floor) * share))

    @rule(name=topics)
    def rotate(self, name: str) -> None:
        self.lineages += 1
        self.here.topics[name].rotate(f"lin_{self.lineages:02}")

    @rule(name=topics)
    def raise_acl(self, name: str) -> None:
        self.here.topics[name].acl_version += 1

    # The wires

    @rule(name=topics, head=st.integers(0, 2**41))
    def forge_hint(self, name: str, head: int) -> None:
        self.here.feed(ev.Hint(name, head))

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
        self.here.say(speech.ClientBeat(""))
        self.here.tick(seconds)

    # The client

    @rule(name=topics)
    def resume(self, name: str) -> None:
        kept = self.here.state.get(name)
        if kept is None:
            self.here.subscribe(Wanted(name, start=Start.EARLIEST))
        else:
            self.here.subscribe(Wanted(name, cursor=kept.watermark, lineage=kept.lineage or None, chain=kept.chain))

    @rule()
    def acknowledge(self) -> None:
        self.here.ack()

    @rule(name=topics)
    def unsubscribe(self, name: str) -> None:
        self.here.say(speech.Unsubscribe("u", (name,)))

    @rule()
    def cut(self) -> None:
        self.here.feed(ev.Gone(1006))
        self.here.connect()
        self.here.hello()

    # What must hold

    @invariant()
    def never_more_fetches_than_allowed(self) -> None:
        fetches = [question for question in self.here.pending if isinstance(question, ev.Fetch)]
        assert {fetch.ticket for fetch in fetches} == set(self.here.core.delivery.fetches)
        assert len(fetches) <= 2

    @invariant()
    def what_was_applied_is_what_was_written(self) -> None:
        for name, kept in self.here.state.items():
            topic = self.here.topics[name]
            if kept.lineage != topic.lineage:
                continue
            assert kept.mismatches == 0
            assert kept.watermark <= topic.head
            if kept.chain is not None:
                assert kept.chain == topic.chains[kept.watermark]
            written = {row.seq: row.payload for row in topic.rows}
            assert all(written.get(seq, payload) == payload for seq, payload in kept.rows.items())

    def teardown(self) -> None:
        """When everything calms down, every topic that can be followed is followed to its head."""
        here = self.here
        here.feed(ev.Gone(1006))
        here.connect()
        here.hello()
        here.auto_ack = True
        here.feed(ev.Writable(0))
        for name in TOPICS:
            for _ in range(2):
                self.resume(name)
                here.settle()
                result = here.results[-1]
                if result.error == pb.SYNC_ERROR_CODE_STALE_CURSOR:
                    here.state.pop(name, None)
                    continue
                break
            topic, kept = here.topics[name], here.state[name]
            assert (kept.watermark, kept.lineage, kept.mismatches) == (topic.head, topic.lineage, 0), name
            assert kept.chain == topic.chains[topic.head]
            served = {row.seq: row.payload for row in topic.rows}
            assert {seq: row for seq, row in kept.rows.items() if seq > topic.floor} == served


TestDelivery = Delivery.TestCase
TestDelivery.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
