"""Reading what is new: whoever asks while a read is under way goes with the next one, whatever the topic.

The way of the runtime's group commit, downward: under load one statement serves all topics that moved, and their
pages arrive in one turn of the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from apps.khala.domain.journal import Page
from apps.khala.services.journal import JournalUnavailable, Wish

TOGETHER_MAX: Final = 64
"""Topics of one statement."""


class Pages(Protocol):
    """What a gatherer needs of the journal. Raises JournalUnavailable."""

    async def pages(self, wishes: Sequence[Wish], limit: int, octets: int) -> list[Page]: ...


class Gatherer:
    """Groups reads of one size: at most `limit` rows and about `octets` bytes for each topic."""

    def __init__(self, journal: Pages, *, limit: int, octets: int) -> None:
        self._journal = journal
        self._limit = limit
        self._octets = octets
        self._waiting: list[tuple[Wish, asyncio.Future[Page]]] = []
        self._reading: asyncio.Task[None] | None = None

    async def page(self, topic: str, after: int) -> Page:
        """The page, read after this call. Raises JournalUnavailable."""
        future: asyncio.Future[Page] = asyncio.get_running_loop().create_future()
        self._waiting.append((Wish(topic, after), future))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), name="journal-gatherer")
        return await future

    async def stop(self) -> None:
        """End the running read; those who wait are cancelled."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        for _, future in self._waiting:
            future.cancel()

    async def _read(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:TOGETHER_MAX], self._waiting[TOGETHER_MAX:]
            try:
                pages = await self._journal.pages([wish for wish, _ in group], self._limit, self._octets)
            except JournalUnavailable as error:
                for _, future in group:
                    if not future.done():
                        future.set_exception(JournalUnavailable(str(error)))
            except BaseException:
                for _, future in group:
                    future.cancel()
                raise
            else:
                for (_, future), page in zip(group, pages, strict=True):
                    if not future.done():
                        future.set_result(page)
