"""The tail of one topic over a journal that lags, breaks and is restored; and the sweep."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from apps.khala.domain.access import TopicRow
from apps.khala.domain.core.events import Hint, Rows
from apps.khala.domain.journal import Page, Row
from apps.khala.services.ahead import Shelf
from apps.khala.services.gather import Gatherer
from apps.khala.services.hub import Hub
from apps.khala.services.journal import Head, JournalUnavailable, Wish
from apps.khala.services.tail import TopicTail
from apps.khala.tests.client_model import run_topic
from apps.khala.tests.journal_model import ModelTopic
from openagents.db.fanout import MemoryHintSource
from openagents.db.hints import MemoryTransport

RUN = "run:r1:events"


class FakeJournal:
    """Reads a model topic as of `shown` rows, counts reads, fails on demand."""

    def __init__(self, topic: ModelTopic) -> None:
        self.topic = topic
        self.reads = 0
        self.failures = 0
        self.stale_reads = 0

    async def pages(self, wishes: Sequence[Wish], limit: int, octets: int) -> list[Page]:
        return [await self.page(wish.topic, wish.after, limit, octets) for wish in wishes]

    async def page(self, name: str, after: int, limit: int, octets: int) -> Page:
        await asyncio.sleep(0)
        self.reads += 1
        if self.failures:
            self.failures -= 1
            raise JournalUnavailable("down")
        if self.stale_reads:
            self.stale_reads -= 1
            return self._behind(after)
        return self.topic.page(after, limit, octets)

    def _behind(self, after: int) -> Page:
        head = self.topic.head - 1
        rows = tuple(row for row in self.topic.page(after).rows if row.seq <= head)
        extent = replace(self.topic.extent, head=head)
        return Page(self.topic.name, after, rows, extent, self.topic.chains[head])

    async def heads(self, names: list[str]) -> dict[str, Head]:
        row = Head(self.topic.extent, self.topic.chains[self.topic.head], self.topic.acl_version, TopicRow("user:a"))
        return {name: row for name in names if name == self.topic.name}


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


def _tail(journal: FakeJournal, rows_max: int = 512) -> tuple[TopicTail, list[Page]]:
    news: list[Page] = []
    gatherer = Gatherer(journal, limit=rows_max, octets=1 << 20)
    tail = TopicTail(RUN, journal, gatherer.page, news.append, Shelf(), rows_max=rows_max, octets_max=1 << 20)  # type: ignore[arg-type]
    tail.known(journal.topic.facts(None, 100))
    return tail, news


async def _settled(tail: TopicTail) -> None:
    while tail._advancing is not None and not tail._advancing.done():
        await asyncio.wait([tail._advancing])


def test_many_hints_make_one_read_and_every_row_is_told_once() -> None:
    async def work() -> None:
        topic = run_topic(rows=3)
        journal = FakeJournal(topic)
        tail, news = _tail(journal)
        topic.append({"n": 4})
        topic.append({"n": 5})
        for head in (4, 5, 5, 4):
            tail.hint(head)
        await _settled(tail)
        assert journal.reads == 1
        assert [row.seq for page in news for row in page.rows] == [4, 5]
        tail.hint(5)
        assert journal.reads == 1

    run(work)


def test_a_replica_behind_the_hint_is_asked_again() -> None:
    async def work() -> None:
        topic = run_topic(rows=1)
        journal = FakeJournal(topic)
        tail, news = _tail(journal)
        topic.append({"n": 2})
        journal.stale_reads = 2
        tail.hint(2)
        page = await tail.page(1, 10, 1000)
        assert [row.seq for row in page.rows] == [2] and journal.reads == 3
        assert [row.seq for told in news for row in told.rows] == [2]

    run(work)


def test_a_forged_hint_ends_in_what_is_there() -> None:
    async def work() -> None:
        tail, news = _tail(FakeJournal(run_topic(rows=2)))
        tail.hint(10**12)
        await _settled(tail)
        assert news == [] and tail.at_hand(2, 10, 1000) is not None

    run(work)


def test_a_journal_that_fails_once_is_asked_again() -> None:
    async def work() -> None:
        topic = run_topic(rows=1)
        journal = FakeJournal(topic)
        tail, news = _tail(journal)
        topic.append({"n": 2})
        journal.failures = 1
        tail.hint(2)
        await _settled(tail)
        assert [row.seq for page in news for row in page.rows] == [2]

    run(work)


def test_equal_reads_behind_the_ring_share_one_statement() -> None:
    async def work() -> None:
        journal = FakeJournal(run_topic(rows=50))
        tail, _ = _tail(journal)
        pages = await asyncio.gather(*(tail.page(10, 5, 10_000) for _ in range(20)))
        assert journal.reads == 1
        assert all(page == pages[0] and page.memo is pages[0].memo for page in pages), "one encoding serves all"

    run(work)


def test_the_ring_forgets_its_oldest_rows_and_answers_without_a_read() -> None:
    async def work() -> None:
        topic = run_topic()
        journal = FakeJournal(topic)
        tail, _ = _tail(journal, rows_max=4)
        for number in range(6):
            topic.append({"n": number})
            tail.hint(topic.head)
            await _settled(tail)
        reads = journal.reads
        at_hand = tail.at_hand(2, 10, 10_000)
        assert at_hand is not None and [row.seq for row in at_hand.rows] == [3, 4, 5, 6]
        assert tail.at_hand(1, 10, 10_000) is None and journal.reads == reads

    run(work)


@pytest.mark.parametrize("broken", ["chain", "payload"])
def test_broken_rows_are_counted_and_a_false_payload_is_not_delivered(broken: str) -> None:
    async def work() -> None:
        topic = run_topic(rows=1)
        journal = FakeJournal(topic)
        tail, news = _tail(journal)
        topic.append({"n": 2})
        change: dict[str, Any] = {"chain": b"\x07" * 32} if broken == "chain" else {"payload": b'{"n":3}'}
        seq, kind, key, version, payload, digest, chain, *rest = topic.rows[-1].record
        chain, payload = change.get("chain", chain), change.get("payload", payload)
        topic.rows[-1] = Row((seq, kind, key, version, payload, digest, chain, *rest))  # type: ignore[arg-type]
        before = _counted(broken)
        tail.hint(2)
        await _settled(tail)
        [row] = news[0].rows
        assert _counted(broken) == before + 1
        assert (row.payload is None and row.hydration_required) == (broken == "payload")

    run(work)


def _counted(broken: str) -> float:
    if broken == "chain":
        labels = {"class": "run_events", "source": "journal"}
        return REGISTRY.get_sample_value("oa_khala_chain_mismatch_total", labels) or 0.0
    return REGISTRY.get_sample_value("oa_khala_payload_hash_mismatch_total") or 0.0


class Watcher:
    def __init__(self) -> None:
        self.heard: list[Rows | Hint] = []

    def feed(self, event: Rows | Hint) -> None:
        self.heard.append(event)


def _hub(topic: ModelTopic) -> tuple[Hub, Watcher]:
    source = MemoryHintSource(MemoryTransport())
    journal: Any = FakeJournal(topic)
    hub = Hub(journal, source, ring_rows=512, ring_bytes=1 << 20, sweep=60, sweep_degraded=60)
    watcher = Watcher()
    hub.watch(RUN, watcher)
    hub.tails[RUN].known(topic.facts(None, 100))
    return hub, watcher


def test_the_sweep_finds_rows_access_changes_and_a_restored_journal() -> None:
    async def work() -> None:
        topic = run_topic(rows=2)
        hub, watcher = _hub(topic)
        await hub.sweep()
        assert watcher.heard == []
        topic.append({"n": 3})
        await hub.sweep()
        await _settled(hub.tails[RUN])
        assert [row.seq for event in watcher.heard if isinstance(event, Rows) for row in event.page.rows] == [3]
        topic.acl_version = 2
        await hub.sweep()
        assert isinstance(watcher.heard[-1], Rows) and watcher.heard[-1].page.acl_version == 2
        restored = run_topic(rows=1)
        restored.append({"other": True})
        restored.append({"history": True})
        hub.journal.topic = restored  # type: ignore[attr-defined]
        await hub.sweep()
        assert hub.tails[RUN].head_chain == restored.chains[3] and not hub.tails[RUN].rows

    run(work)


def test_news_too_large_for_one_slice_is_only_announced() -> None:
    async def work() -> None:
        topic = run_topic(rows=1)
        hub, watcher = _hub(topic)
        for number in range(300):
            topic.append({"n": number})
        hub.hint(RUN, topic.head)
        await _settled(hub.tails[RUN])
        assert watcher.heard == [Hint(RUN, 301)]

    run(work)


def test_the_last_watcher_takes_the_tail_along() -> None:
    async def work() -> None:
        hub, watcher = _hub(run_topic())
        hub.unwatch(RUN, watcher)
        assert hub.tails == {} and hub.watchers == {}
        hub.hint(RUN, 5)

    run(work)
