"""Delivery probes: a canary topic that the runtime writes every few seconds, awaited at the end of every delivery path.

A connection that looks healthy and hears nothing cannot be seen from inside it. So the node holds what each path has
brought against what the journal has: the hint driver, the tail that live connections are fed from, and real clients of
its own address, one per lane. A path that lacks a row which is older than the limit is deaf: a metric, a log error, a
degraded readiness finding. A deaf hint driver is also worked around at once (fast sweep) and listened to anew.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import structlog

from apps.khala import metrics
from apps.khala.domain.core.events import Hint, Rows
from apps.khala.services.journal import JournalUnavailable
from apps.khala.services.probe_clients import CANARY, Client, clients

if TYPE_CHECKING:
    from apps.khala.services.node import Node

READ_ROWS: Final = 200
READ_BYTES: Final = 65_536
RELISTEN_SECONDS: Final = 10.0
RELISTEN_SECONDS_MAX: Final = 3.0
CLIENT_PAUSE_SECONDS: Final = 2.0
HINTS: Final = "hints"
TAIL: Final = "tail"

log = structlog.get_logger("oa.khala.probes")


@dataclass(slots=True)
class Path:
    """One delivery path: the highest canary row it brought, and since when it lacks one (unix seconds, 0: nothing)."""

    name: str
    brought: int = 0
    lacks_since: float = 0.0
    deaf: bool = False

    def bring(self, seq: int) -> None:
        self.brought = max(self.brought, seq)


@dataclass(slots=True)
class _Truth:
    """Canary rows that some path may still lack: seq to unix seconds of its insertion."""

    head: int = 0
    rows: dict[int, float] = field(default_factory=dict)


class Probes:
    """The probes of one node. It is a watcher of the canary topic like any session."""

    def __init__(self, node: Node, *, interval: float, limit: float, base_url: str) -> None:
        self._node = node
        self._interval = interval
        self._limit = limit
        self._clients: list[Client] = clients(node.config, node.node_id, base_url)
        self._truth = _Truth()
        self._tasks: list[asyncio.Task[None]] = []
        self._relistened_at = 0.0
        self.paths = {name: Path(name) for name in (HINTS, TAIL, *(client.name for client in self._clients))}

    @property
    def deaf(self) -> list[str]:
        """Names of the paths that bring nothing."""
        return [path.name for path in self.paths.values() if path.deaf]

    def start(self) -> None:
        self._tasks.append(asyncio.create_task(self._repeat(), name="khala-probes"))

    def end(self) -> None:
        """Let go of every path; the probes' own connections close by and by."""
        for task in self._tasks:
            task.cancel()

    async def stop(self) -> None:
        self.end()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def feed(self, event: Rows | Hint) -> None:
        """News of the canary topic, as every watcher of the hub gets them."""
        self.paths[TAIL].bring(event.page.last if isinstance(event, Rows) else event.head)

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(self._interval)
            try:
                await self.look()
            except JournalUnavailable:
                continue  # then nothing is delivered by anybody, and readiness says so
            except Exception:
                log.exception("probes.failed")

    async def look(self) -> None:
        """Hold every path against the journal. Raises JournalUnavailable."""
        truth = self._truth
        page = await self._node.journal.page(CANARY, truth.head, READ_ROWS, READ_BYTES)
        if page.head == 0:
            return  # nobody writes canaries here
        if not truth.head:
            await self._begin()
            return
        for row in page.rows:
            truth.rows[row.seq] = row.published_ms / 1000
            truth.head = row.seq
        if page.head > truth.head and not page.rows:
            truth.head = page.head  # a new lineage: its numbers begin far above
        self._judge()
        self._node.hub.deaf = self.paths[HINTS].deaf
        if self.paths[HINTS].deaf:
            await self._listen_anew()

    async def _begin(self) -> None:
        """Begin to listen, then read where the topic stands, as every subscription does: from there on all counts."""
        hub = self._node.hub
        hub.watch(CANARY, self)
        hub.on_hint = self._hinted
        facts = await self._node.journal.facts(CANARY, None, 0)
        hub.tails[CANARY].known(facts)
        self._truth.head = facts.extent.head
        for path in self.paths.values():
            path.bring(facts.extent.head)
        for client in self._clients:
            path = self.paths[client.name]
            self._tasks.append(asyncio.create_task(_follow(client.follow, path), name=f"probe-{client.name}"))

    def _hinted(self, topic: str, head: int) -> None:
        if topic == CANARY:
            self.paths[HINTS].bring(head)

    def _judge(self) -> None:
        now = time.time()
        for path in self.paths.values():
            path.lacks_since = min((at for seq, at in self._truth.rows.items() if seq > path.brought), default=0.0)
            age = max(now - path.lacks_since, 0.0) if path.lacks_since else 0.0
            was, path.deaf = path.deaf, age > self._limit
            metrics.PROBE_AGE_SECONDS.labels(path.name).set(age)
            metrics.PROBE_DEAF.labels(path.name).set(1 if path.deaf else 0)
            if path.deaf and not was:
                log.error("probe.deaf", probe=path.name, seconds=round(age, 1))
            elif was and not path.deaf:
                log.warning("probe.hears_again", probe=path.name)
        done = min(path.brought for path in self.paths.values())
        self._truth.rows = {seq: at for seq, at in list(self._truth.rows.items())[-READ_ROWS:] if seq > done}

    async def _listen_anew(self) -> None:
        """A driver that has connected and hears nothing is as good as lost."""
        if time.monotonic() - self._relistened_at < RELISTEN_SECONDS:
            return
        self._relistened_at = time.monotonic()
        source = self._node.hub.source
        await source.stop()
        try:
            async with asyncio.timeout(RELISTEN_SECONDS_MAX):
                await source.start(self._node.hub.hint)
        except TimeoutError:
            log.warning("probe.driver_silent", driver=source.driver)  # it goes on trying by itself


async def _follow(follow: Callable[[int, Callable[[int], None]], Awaitable[None]], path: Path) -> None:
    """Be a client of one lane for ever, each time from where the last one got to."""
    while True:
        try:
            await follow(path.brought, path.bring)
        except Exception as error:  # whatever keeps a client from hearing shows as the age of what it lacks
            log.info("probe.client_lost", probe=path.name, reason=type(error).__name__)
        await asyncio.sleep(CLIENT_PAUSE_SECONDS)
