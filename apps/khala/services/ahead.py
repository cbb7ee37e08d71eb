"""Reading the past of a topic for those who replay it: in large pages, the next one while this one is being sent.

Rows of the past do not change, so a page serves everybody who passes by for a moment; what the topic is now (head,
floor, chain) is never taken from here.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from apps.khala.domain.journal import Page

PAGES_MAX: Final = 4
AGE_SECONDS_MAX: Final = 1.0


class ReadAhead:
    """Pages by the position they start after. `read(after)` reads one; it may raise JournalUnavailable."""

    def __init__(self, read: Callable[[int], Coroutine[Any, Any, Page]]) -> None:
        self._read = read
        self._pages: OrderedDict[int, tuple[asyncio.Task[Page], float]] = OrderedDict()

    async def holding(self, after: int) -> Page:
        """A page with the rows after `after`, perhaps with earlier ones before them. Raises what `read` raises."""
        task = self._known(after) or self._start(after)
        page = await asyncio.shield(task)
        if page.rows and page.last < page.head:
            self._known(page.last) or self._start(page.last)
        return page

    def forget(self) -> list[Awaitable[Any]]:
        """Drop everything; the reads that were still running, cancelled."""
        tasks = [task for task, _ in self._pages.values() if not task.done()]
        self._pages.clear()
        for task in tasks:
            task.cancel()
        return list(tasks)

    def _known(self, after: int) -> asyncio.Task[Page] | None:
        oldest = time.monotonic() - AGE_SECONDS_MAX
        for start, (task, begun) in self._pages.items():
            if begun < oldest:
                continue
            if start == after or (start < after and task.done() and after < task.result().last):
                return task
        return None

    def _start(self, after: int) -> asyncio.Task[Page]:
        task = asyncio.create_task(self._read(after))
        self._pages[after] = task, time.monotonic()
        self._pages.move_to_end(after)
        while len(self._pages) > PAGES_MAX:
            self._pages.popitem(last=False)
        task.add_done_callback(lambda done: self._done(after, done))
        return task

    def _done(self, after: int, task: asyncio.Task[Page]) -> None:
        """A failed read is not kept: whoever waited for it has the error, the next one asks again."""
        if task.cancelled() or task.exception() is not None:
            kept = self._pages.get(after)
            if kept is not None and kept[0] is task:
                del self._pages[after]
