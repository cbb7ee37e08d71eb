"""Reading the past of a topic for those who replay it: in large pages, the next ones while this one is being sent.

Rows of the past do not change, so a page serves everybody who passes by for a moment; what the topic is now (head,
floor, chain) is never taken from here.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from apps.khala.domain.journal import Page

AHEAD: Final = 2
"""Pages read before they are asked for. With one, database and encoding take turns instead of working side by side."""
PAGES_MAX: Final = AHEAD + 2
"""Of one topic: the memory of a page that was sent is warm when the next one is read into it."""
SHELF_PAGES_MAX: Final = 64
AGE_SECONDS_MAX: Final = 1.0


class Shelf:
    """What all topics of a node together keep of the past: so many pages, for so long. A page may be a megabyte."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[ReadAhead, int], float] = OrderedDict()
        """When each page came, in the loop's time; the oldest first."""
        self._timer: asyncio.TimerHandle | None = None

    @property
    def room(self) -> bool:
        """A page may be read that nobody has asked for yet."""
        return len(self._kept) < SHELF_PAGES_MAX

    def put(self, reader: ReadAhead, after: int) -> None:
        """Take in a page, at the expense of the oldest."""
        loop = asyncio.get_running_loop()
        self.take(reader, after)
        self._kept[reader, after] = loop.time()
        if len(self._kept) > SHELF_PAGES_MAX:
            self._drop_oldest()
        if self._timer is None:
            self._timer = loop.call_later(AGE_SECONDS_MAX, self._age, loop)

    def take(self, reader: ReadAhead, after: int) -> None:
        """Its reader has no use for a page any more."""
        self._kept.pop((reader, after), None)

    def _age(self, loop: asyncio.AbstractEventLoop) -> None:
        while self._kept and next(iter(self._kept.values())) <= loop.time() - AGE_SECONDS_MAX:
            self._drop_oldest()
        self._timer = None
        if self._kept:
            self._timer = loop.call_at(next(iter(self._kept.values())) + AGE_SECONDS_MAX, self._age, loop)

    def _drop_oldest(self) -> None:
        (reader, after), _ = self._kept.popitem(last=False)
        reader.drop(after)


class ReadAhead:
    """Pages of one topic by the position they start after.

    `read(after)` reads one of at most `rows` rows, fewer if they are large; it may raise JournalUnavailable.
    """

    def __init__(self, read: Callable[[int], Coroutine[Any, Any, Page]], rows: int, shelf: Shelf) -> None:
        self._read = read
        self._rows = rows
        self._shelf = shelf
        self._pages: OrderedDict[int, asyncio.Task[Page]] = OrderedDict()

    async def holding(self, after: int, head: int) -> Page:
        """A page with the rows after `after`, perhaps with earlier ones before them. Raises what `read` raises.

        `head`: as far as the topic is known to go.
        """
        task = self._known(after)
        if task is None:
            task = self._start(after)
            if head > after + self._rows:
                self._foresee(after + self._rows)
        page = await asyncio.shield(task)
        self._lead(page)
        return page

    def drop(self, after: int) -> None:
        """The shelf has no room for a page any more. Who waits for it gets it all the same."""
        self._pages.pop(after, None)

    def forget(self) -> list[Awaitable[Any]]:
        """Drop everything; the reads that were still running, cancelled."""
        tasks = [task for task in self._pages.values() if not task.done()]
        for after in list(self._pages):
            self._put_away(after)
        for task in tasks:
            task.cancel()
        return list(tasks)

    def _lead(self, page: Page) -> None:
        """Have what follows a page read. Where a page ends that is being read is a guess, made after full ones only."""
        after, full = page.last, len(page.rows) >= self._rows
        for _ in range(AHEAD if full else 1):
            if after >= page.head or not page.rows:
                return
            task = self._foresee(after)
            if task is None:
                return
            after = task.result().last if _came(task) else after + self._rows

    def _foresee(self, after: int) -> asyncio.Task[Page] | None:
        """The page after `after`, being read now if there is room for it."""
        return self._known(after) or (self._start(after) if self._shelf.room else None)

    def _known(self, after: int) -> asyncio.Task[Page] | None:
        for start, task in self._pages.items():
            if start == after or (start < after and _came(task) and after < task.result().last):
                return task
        return None

    def _start(self, after: int) -> asyncio.Task[Page]:
        task = asyncio.create_task(self._read(after))
        self._pages[after] = task
        self._pages.move_to_end(after)
        self._shelf.put(self, after)
        while len(self._pages) > PAGES_MAX:
            self._put_away(next(iter(self._pages)))
        task.add_done_callback(lambda done: self._done(after, done))
        return task

    def _put_away(self, after: int) -> None:
        self._shelf.take(self, after)
        del self._pages[after]

    def _done(self, after: int, task: asyncio.Task[Page]) -> None:
        """A failed read is not kept: whoever waited for it has the error, the next one asks again."""
        if not _came(task) and self._pages.get(after) is task:
            self._put_away(after)


def _came(task: asyncio.Task[Page]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
