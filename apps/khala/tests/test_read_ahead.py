"""Pages of the past that many readers share: nobody is ever given one that leaves a row out."""

from __future__ import annotations

import asyncio

from apps.khala.domain.journal import Page
from apps.khala.services.ahead import ReadAhead
from apps.khala.tests.journal_model import ModelTopic

ROWS = 60
PAGE_ROWS = 10


def topic_of(rows: int) -> ModelTopic:
    topic = ModelTopic("run:r1:events")
    for number in range(rows):
        topic.append({"n": number})
    return topic


def test_readers_at_any_position_get_the_rows_behind_it_without_a_hole() -> None:
    """Forwards, backwards and across the edges of pages that others have had read."""
    topic = topic_of(ROWS)

    async def read(after: int) -> Page:
        await asyncio.sleep(0)
        return topic.page(after, PAGE_ROWS)

    async def work() -> None:
        for positions in (range(ROWS), range(ROWS - 1, -1, -1), [25, 4, 34, 35, 36, 24, 5, 0, 59, 44]):
            ahead = ReadAhead(read)
            for after in positions:
                page = await ahead.holding(after)
                served = [row.seq for row in page.rows if row.seq > after]
                assert served == list(range(after + 1, page.last + 1)) and served, f"after {after}"
            await asyncio.gather(*ahead.forget(), return_exceptions=True)

    asyncio.run(work())


def test_readers_at_one_position_at_once_share_a_read() -> None:
    topic, reads = topic_of(PAGE_ROWS), 0

    async def read(after: int) -> Page:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0)
        return topic.page(after, PAGE_ROWS)

    async def work() -> None:
        ahead = ReadAhead(read)
        pages = await asyncio.gather(*(ahead.holding(3) for _ in range(8)))
        assert reads == 1 and all(page is pages[0] for page in pages)

    asyncio.run(work())
