"""Pages of the past that many readers share: nobody is ever given one that leaves a row out."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from apps.khala.domain.core.lane_n import LaneN
from apps.khala.domain.core.speech import Batch
from apps.khala.domain.journal import Page, Row
from apps.khala.services.ahead import AHEAD, SHELF_PAGES_MAX, ReadAhead, Shelf
from apps.khala.tests.journal_model import ModelTopic

ROWS = 60
PAGE_ROWS = 10


class Fresh(Row):
    """A row that can be told from all others."""


def topic_of(rows: int) -> ModelTopic:
    topic = ModelTopic("run:r1:events")
    for number in range(rows):
        topic.append({"n": number})
    return topic


def noted(topic: ModelTopic, rows: int = PAGE_ROWS) -> tuple[list[int], Callable[[int], Coroutine[Any, Any, Page]]]:
    """A read of the topic, and the positions that it was asked for, in order."""
    begun: list[int] = []

    async def read(after: int) -> Page:
        begun.append(after)
        await asyncio.sleep(0)
        return topic.page(after, rows)

    return begun, read


def test_readers_at_any_position_get_the_rows_behind_it_without_a_hole() -> None:
    """Forwards, backwards and across the edges of pages that others have had read."""
    _, read = noted(topic_of(ROWS))

    async def work() -> None:
        for positions in (range(ROWS), range(ROWS - 1, -1, -1), [25, 4, 34, 35, 36, 24, 5, 0, 59, 44]):
            ahead = ReadAhead(read, PAGE_ROWS, Shelf())
            for after in positions:
                page = await ahead.holding(after, ROWS)
                served = [row.seq for row in page.rows if row.seq > after]
                assert served == list(range(after + 1, page.last + 1)) and served, f"after {after}"
            await asyncio.gather(*ahead.forget(), return_exceptions=True)

    asyncio.run(work())


def test_readers_at_one_position_at_once_share_a_read() -> None:
    begun, read = noted(topic_of(PAGE_ROWS))

    async def work() -> None:
        ahead = ReadAhead(read, PAGE_ROWS, Shelf())
        pages = await asyncio.gather(*(ahead.holding(3, PAGE_ROWS) for _ in range(8)))
        assert len(begun) == 1 and all(page is pages[0] for page in pages)

    asyncio.run(work())


def test_reading_runs_ahead_of_a_reader_by_so_many_pages_and_no_further() -> None:
    begun, read = noted(topic_of(ROWS))

    async def work() -> None:
        ahead = ReadAhead(read, PAGE_ROWS, Shelf())
        await ahead.holding(0, ROWS)
        await _quiet()
        assert begun == [PAGE_ROWS * number for number in range(AHEAD + 1)]
        await ahead.holding(PAGE_ROWS, ROWS)
        await _quiet()
        assert len(begun) == AHEAD + 2
        await ahead.holding(ROWS - 1, ROWS)
        await _quiet()
        assert max(begun) < ROWS, "nothing is read behind the head"

    asyncio.run(work())


def test_a_full_shelf_reads_only_what_is_asked_for_and_drops_the_oldest() -> None:
    begun, read = noted(topic_of(ROWS))

    async def work() -> None:
        shelf = Shelf()
        others = [ReadAhead(read, PAGE_ROWS, shelf) for _ in range(SHELF_PAGES_MAX)]
        for other in others:
            await other.holding(ROWS - 1, ROWS)
        assert not shelf.room
        begun.clear()
        ahead = ReadAhead(read, PAGE_ROWS, shelf)
        await ahead.holding(0, ROWS)
        await _quiet()
        assert begun == [0]
        await others[0].holding(ROWS - 1, ROWS)
        assert begun == [0, ROWS - 1], "its page made way"
        await others[-1].holding(ROWS - 1, ROWS)
        assert begun == [0, ROWS - 1]

    asyncio.run(work())


def test_a_long_replay_keeps_reading_ahead() -> None:
    """What a topic has put away itself takes no room on the shelf."""
    topic = topic_of(SHELF_PAGES_MAX * 2)
    begun, read = noted(topic, rows=1)

    async def work() -> None:
        ahead = ReadAhead(read, 1, Shelf())
        for after in range(topic.head - AHEAD - 1):
            await ahead.holding(after, topic.head)
            await _quiet()
            assert after + AHEAD in begun

    asyncio.run(work())


def test_pages_nobody_comes_for_are_forgotten_and_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.khala.services.ahead.AGE_SECONDS_MAX", 0.01)
    topic = topic_of(ROWS)

    async def read(after: int) -> Page:
        page = topic.page(after, PAGE_ROWS)
        return Page(page.topic, page.after, tuple(Fresh(row.record) for row in page.rows), page.extent)

    async def work() -> None:
        ahead = ReadAhead(read, PAGE_ROWS, Shelf())
        page = await ahead.holding(0, ROWS)
        part = Page(page.topic, 2, page.part(2, 3, 1 << 20), page.extent, memo=page.once("a part", dict), whole=page)
        LaneN(text=False).encode_batch(Batch(page.topic, part, complete=False, anchor=False))
        del page, part
        gc.disable()  # what only the collector could free would stay for long
        try:
            async with asyncio.timeout(10):
                while any(type(thing) is Fresh for thing in gc.get_objects()):
                    await asyncio.sleep(0.005)
        finally:
            gc.enable()

    asyncio.run(work())


async def _quiet() -> None:
    for _ in range(10):
        await asyncio.sleep(0)
