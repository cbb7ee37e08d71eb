"""What a process does again and again beside serving; a duty that fails is logged and comes again."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog
from django.db import DatabaseError, InterfaceError

from apps.khala.domain import backoff
from apps.khala.services.journal import JournalUnavailable
from openagents.peers.calls import PeerUnavailable

Duty = Callable[[], Awaitable[None]]

log = structlog.get_logger("oa.khala.node")


class Duties:
    """Duties by name, each a task of its own; one never runs twice at a time."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._wakes: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def begin(self, name: str, seconds: float, duty: Duty, *, at_once: bool = False) -> None:
        """Do `duty` every `seconds`, and before that once more `at_once`."""
        self._tasks.append(asyncio.create_task(self._repeat(name, seconds, duty, at_once), name=f"khala-{name}"))

    def hasten(self, name: str) -> None:
        """Do a duty now, and once more if it is being done."""
        self._wakes[name].set()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, name: str, seconds: float, duty: Duty, at_once: bool) -> None:
        wake = self._wakes[name]
        if at_once:
            await guarded(name, duty)
        # Duties of one interval keep apart from each other, so that live rows meet one of them at most.
        wait = seconds * backoff.unit(name)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await wake.wait()
            wait = seconds
            wake.clear()
            await guarded(name, duty)


async def guarded(name: str, duty: Duty) -> None:
    """Do it once; what fails is logged, not raised."""
    try:
        await duty()
    except (DatabaseError, InterfaceError, PeerUnavailable, JournalUnavailable) as error:
        log.warning("duty.failed", duty=name, reason=type(error).__name__)
    except Exception:
        log.exception("duty.failed", duty=name)
