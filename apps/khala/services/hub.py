"""Who listens to what in this process: one tail per watched topic, every watcher told directly, without a task."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

import structlog

from apps.khala import metrics
from apps.khala.domain import grammar
from apps.khala.domain.core.events import Hint, Rows, Take, takes_nothing
from apps.khala.domain.core.speech import Encoded
from apps.khala.domain.journal import News, Page, news
from apps.khala.services.ahead import Shelf
from apps.khala.services.gather import Gatherer
from apps.khala.services.journal import Journal, JournalUnavailable
from apps.khala.services.tail import TopicTail
from openagents.db.fanout import HintSource

NEWS_ROWS_MAX = 200
NEWS_BYTES_MAX = 65_536
"""News larger than one slice is announced as a hint: the connections then fetch it in turns, as they have room."""


log = structlog.get_logger("oa.khala.hub")


class Listener(NamedTuple):
    """How news go straight: `take` says what of them, `write` writes it."""

    take: Take
    write: Callable[[Sequence[Encoded]], None]


def _writes_nothing(messages: Sequence[Encoded]) -> None:
    raise AssertionError("nothing was taken")


NOT_STRAIGHT: Final = Listener(takes_nothing, _writes_nothing)


class Watcher(Protocol):
    """What the hub needs of a session."""

    def feed(self, event: Rows | Hint) -> None: ...


class Hub:
    """Tails by topic, watchers by tail; the sweep that makes lost hints harmless (R6)."""

    def __init__(
        self,
        journal: Journal,
        source: HintSource,
        *,
        ring_rows: int,
        ring_bytes: int,
        sweep: float,
        sweep_degraded: float,
    ) -> None:
        self.journal = journal
        self.source = source
        self.ring_rows = ring_rows
        self.ring_bytes = ring_bytes
        self._shelf = Shelf()
        self.gatherer = Gatherer(journal, limit=ring_rows, octets=ring_bytes)
        self.sweep_seconds = sweep
        self.sweep_degraded_seconds = sweep_degraded
        self.tails: dict[str, TopicTail] = {}
        self.watchers: dict[str, dict[Watcher, Listener]] = {}
        self.on_hint: Callable[[str, int], None] | None = None
        """Told of every hint of the driver, watched topic or not (the probes)."""
        self.on_spread: Callable[[str, list[int]], None] = lambda class_name, tally: None
        """Told how many messages, bytes and rows were written straight, by topic class."""
        self.deaf = False
        """The driver seems to be there, and a probe hears nothing through it."""
        self._sweeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.source.start(self.hint)
        self._sweeper = asyncio.create_task(self._sweep_for_ever(), name="journal-sweep")

    async def stop(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        await self.source.stop()
        for topic in list(self.tails):
            await asyncio.gather(*self.tails.pop(topic).release(), return_exceptions=True)
        self.watchers.clear()
        await self.gatherer.stop()

    def watch(self, topic: str, watcher: Watcher, listener: Listener = NOT_STRAIGHT) -> None:
        """Tell `watcher` of the topic's news; what its `listener` takes of them is written straight."""
        if topic not in self.tails:
            self.tails[topic] = TopicTail(
                topic,
                self.journal,
                self.gatherer.page,
                self._told(topic),
                self._shelf,
                rows_max=self.ring_rows,
                octets_max=self.ring_bytes,
            )
            self.watchers[topic] = {}
        self.watchers[topic][watcher] = listener

    def unwatch(self, topic: str, watcher: Watcher) -> None:
        watchers = self.watchers.get(topic)
        if watchers is None:
            return
        watchers.pop(watcher, None)
        if not watchers:
            del self.watchers[topic]
            self.tails.pop(topic).release()

    def hint(self, topic: str, head: int) -> None:
        """A driver says that `topic` reached `head`."""
        if self.on_hint is not None:
            self.on_hint(topic, head)
        if (tail := self.tails.get(topic)) is not None:
            tail.heard(head)

    def _told(self, topic: str) -> Callable[[Page], None]:
        parsed = grammar.parse(topic)
        class_name = parsed.topic_class.name if parsed else "fallback"
        latency = metrics.DELIVERY_SECONDS.labels(class_name)

        def tell(page: Page) -> None:
            whole = len(page.rows) <= NEWS_ROWS_MAX and page.size <= NEWS_BYTES_MAX
            fresh = news(page) if whole else None
            if fresh is not None:
                self._spread(fresh, class_name)
            else:
                event = Rows(page) if whole else Hint(topic, page.head)
                for watcher in list(self.watchers.get(topic, ())):
                    watcher.feed(event)
            if page.rows:
                if (tail := self.tails.get(topic)) is not None:
                    tail.told(page)
                late = time.time() - page.rows[0].published_ms / 1000
                latency.observe(max(late, 0.0))

        return tell

    def _spread(self, fresh: News, class_name: str) -> None:
        """The hottest loop of the process."""
        taken: Counter[tuple[Encoded, ...]] = Counter()
        same: tuple[Encoded, ...] = ()
        times = 0
        for watcher, (take, write) in list(self.watchers.get(fresh.topic, {}).items()):
            try:
                messages = take(fresh)
            except Exception:
                log.exception("straight.failed", topic=fresh.topic)
                messages = None  # the ordinary way knows how to end a connection
            if messages is None:
                watcher.feed(Rows(fresh.page))
                continue
            write(messages)
            if messages is not same:  # all of one form take the same
                taken[same] += times
                same, times = messages, 0
            times += 1
        taken[same] += times
        frames = sum(len(messages) * count for messages, count in taken.items())
        octets = sum(message.size * count for messages, count in taken.items() for message in messages)
        self.on_spread(class_name, [frames, octets, frames * len(fresh.page.rows)])

    # The sweep

    async def _sweep_for_ever(self) -> None:
        while True:
            hears = self.source.healthy and not self.deaf
            await asyncio.sleep(self.sweep_seconds if hears else self.sweep_degraded_seconds)
            metrics.DRIVER_UP.set(1 if self.source.healthy and not self.deaf else 0)
            try:
                await self.sweep()
            except JournalUnavailable:
                continue

    async def sweep(self) -> None:
        """Read the heads of all watched topics. Raises JournalUnavailable."""
        topics = list(self.tails)
        heads = await self.journal.heads(topics)
        for topic in topics:
            tail = self.tails.get(topic)
            if tail is not None and tail.swept(heads.get(topic)):
                metrics.SWEEP_RECOVERED.inc()
