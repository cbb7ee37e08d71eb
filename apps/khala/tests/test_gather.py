"""Reads of what is new: who asks while one is under way goes with the next; and the statement behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import psycopg
import pytest
from django.conf import settings

from apps.khala.domain.freshness import Extent
from apps.khala.domain.journal import Page
from apps.khala.services.gather import TOGETHER_MAX, Gatherer
from apps.khala.services.journal import Journal, JournalUnavailable, Wish
from apps.khala.tests.conftest import JournalTopic
from openagents.receipts.ids import new_id


class Slow:
    """A journal whose reads last until they are let go."""

    def __init__(self) -> None:
        self.groups: list[list[Wish]] = []
        self.gate = asyncio.Semaphore(0)
        self.failing = False

    async def pages(self, wishes: Sequence[Wish], limit: int, octets: int) -> list[Page]:
        self.groups.append(list(wishes))
        await self.gate.acquire()
        if self.failing:
            raise JournalUnavailable("down")
        return [Page(wish.topic, wish.after, (), Extent(head=wish.after)) for wish in wishes]


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


async def _asked(journal: Slow, groups: int) -> None:
    while len(journal.groups) < groups:
        await asyncio.sleep(0)


def test_who_asks_in_one_turn_or_while_a_read_is_under_way_shares_a_statement() -> None:
    async def work() -> None:
        journal = Slow()
        gatherer = Gatherer(journal, limit=10, octets=1000)
        first = [asyncio.create_task(gatherer.page(name, 1)) for name in "ab"]
        await _asked(journal, 1)
        later = [asyncio.create_task(gatherer.page(name, 2)) for name in "abc"]
        journal.gate.release()
        await _asked(journal, 2)
        journal.gate.release()
        assert [(page.topic, page.after) for page in await asyncio.gather(*first, *later)] == [
            ("a", 1), ("b", 1), ("a", 2), ("b", 2), ("c", 2),
        ]  # fmt: skip
        assert [len(group) for group in journal.groups] == [2, 3]

    run(work)


def test_a_statement_holds_only_so_many_topics() -> None:
    async def work() -> None:
        journal = Slow()
        journal.gate = asyncio.Semaphore(10)
        gatherer = Gatherer(journal, limit=10, octets=1000)
        pages = await asyncio.gather(*(gatherer.page(f"t{number}", number) for number in range(TOGETHER_MAX + 3)))
        assert [page.after for page in pages] == list(range(TOGETHER_MAX + 3))
        assert [len(group) for group in journal.groups] == [TOGETHER_MAX, 3]

    run(work)


def test_a_failed_read_fails_its_group_and_no_other() -> None:
    async def work() -> None:
        journal = Slow()
        journal.failing = True
        gatherer = Gatherer(journal, limit=10, octets=1000)
        failed = [asyncio.create_task(gatherer.page(name, 1)) for name in "ab"]
        await _asked(journal, 1)
        fine = asyncio.create_task(gatherer.page("c", 1))
        journal.gate.release()
        await _asked(journal, 2)
        journal.failing = False
        journal.gate.release()
        outcomes = await asyncio.gather(*failed, fine, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [JournalUnavailable, JournalUnavailable, Page]

    run(work)


def test_one_who_stops_waiting_disturbs_nobody_and_a_stopped_gatherer_lets_everybody_go() -> None:
    async def work() -> None:
        journal = Slow()
        gatherer = Gatherer(journal, limit=10, octets=1000)
        gone, stays = (asyncio.create_task(gatherer.page(name, 1)) for name in "ab")
        await _asked(journal, 1)
        gone.cancel()
        journal.gate.release()
        assert (await stays).topic == "b"
        reading = asyncio.create_task(gatherer.page("c", 1))
        await _asked(journal, 2)
        waiting = asyncio.create_task(gatherer.page("d", 1))
        await asyncio.sleep(0)
        await gatherer.stop()
        outcomes = await asyncio.gather(gone, reading, waiting, return_exceptions=True)
        assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)

    run(work)


@pytest.fixture
def topics(journal_writer: psycopg.Connection[Any]) -> list[JournalTopic]:
    """Two topics with three rows each."""
    made = [JournalTopic(journal_writer, f"run:{new_id('r')}:events", "user:a") for _ in range(2)]
    for topic in made:
        topic.append(*({"n": number, "text": "x" * 500} for number in range(3)))
    return made


def read(*wishes: Wish, limit: int = 10, octets: int = 1 << 20) -> list[Page]:
    async def work() -> list[Page]:
        journal = Journal(settings.OA.journal_url(), connections_max=1)
        try:
            return await journal.pages(wishes, limit, octets)
        finally:
            await journal.close()

    return asyncio.run(work())


def test_pages_come_in_the_order_of_the_wishes_each_from_its_own_position(topics: list[JournalTopic]) -> None:
    one, other = topics
    wishes = [Wish(other.name, 2), Wish("run:nowhere:events", 0), Wish(one.name, 0), Wish(one.name, 3)]
    pages = read(*wishes)
    assert [(page.topic, page.after) for page in pages] == wishes
    assert [[row.seq for row in page.rows] for page in pages] == [[3], [], [1, 2, 3], []]
    assert [page.head for page in pages] == [3, 0, 3, 3]
    assert [page.head_chain for page in pages] == [other.chain, None, one.chain, one.chain]


@pytest.mark.parametrize(("limit", "octets", "rows"), [(2, 1 << 20, 2), (10, 900, 2), (10, 1, 1)])
def test_bounds_hold_for_each_page(topics: list[JournalTopic], limit: int, octets: int, rows: int) -> None:
    pages = read(*(Wish(topic.name, 0) for topic in topics), limit=limit, octets=octets)
    assert [len(page.rows) for page in pages] == [rows, rows]
