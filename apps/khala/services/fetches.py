"""Fetches of one process in fair order: bounded at once, round robin by principal, replays behind live (B5)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from apps.khala.domain.core.fairness import FairQueue

IN_FLIGHT_MAX: Final = 64

Job = Callable[[], Awaitable[None]]


class FetchGate:
    """Runs jobs as tasks. A job must not raise."""

    def __init__(self, in_flight_max: int = IN_FLIGHT_MAX) -> None:
        self._waiting: FairQueue[Job] = FairQueue()
        self._free = in_flight_max
        self._running: set[asyncio.Task[None]] = set()

    def put(self, principal: str, live: bool, job: Job) -> None:
        self._waiting.put(principal, live, job)
        self._start()

    def _start(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            task = asyncio.ensure_future(self._run(self._waiting.take()))
            self._running.add(task)
            task.add_done_callback(self._done)

    async def _run(self, job: Job) -> None:
        await job()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free += 1
        self._start()

    async def stop(self) -> None:
        self._waiting = FairQueue()
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
