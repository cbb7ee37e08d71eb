"""The newest rows of one watched topic, read once for everybody who watches it (R4).

A ring of rows that follow each other without a hole, filled by single-flight reads; checked on entry: the payload
against its hash (R8), the chain against its predecessor (R10). Rows of the past are not hashed again for everybody who
replays them: their clients check them.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

import structlog

from apps.khala import metrics
from apps.khala.domain import grammar
from apps.khala.domain.freshness import Extent
from apps.khala.domain.journal import Page, Row, TopicFacts
from apps.khala.services.ahead import ReadAhead, Shelf
from apps.khala.services.journal import Head, Journal, JournalUnavailable
from openagents.receipts.chain import chain_next

PAST_ROWS: Final = 1000
PAST_BYTES: Final = 524_288
"""Size of one read of the past: several slices, so that a read's fixed cost is shared by many rows."""
RETRY_SECONDS: Final = (0.02, 0.05, 0.1, 0.25)
"""After a read that shows less than a hint promised (a replica behind): then the sweep takes over."""

log = structlog.get_logger("oa.khala.tail")


class TopicTail:
    """Ring and extent of one topic.

    `read_new(topic, after)` gives the next page of at most the ring's size, `on_news` gets every page that continues
    the ring, in order.
    """

    def __init__(
        self,
        topic: str,
        journal: Journal,
        read_new: Callable[[str, int], Awaitable[Page]],
        on_news: Callable[[Page], None],
        shelf: Shelf,
        *,
        rows_max: int,
        octets_max: int,
    ) -> None:
        self.topic = topic
        self.journal = journal
        self.read_new = read_new
        self.on_news = on_news
        self.rows_max = rows_max
        self.octets_max = octets_max
        self.rows: deque[Row] = deque()
        self.octets = 0
        self.primed = False
        self.extent = Extent()
        self.head_chain: bytes | None = None
        self.acl_version = 0
        self.promised = 0
        self.told_rows = 0
        self._hinted: tuple[int, float] | None = None
        self._advancing: asyncio.Task[None] | None = None
        self._past = ReadAhead(self._read_past, PAST_ROWS, shelf)
        parsed = grammar.parse(topic)
        self.class_name = parsed.topic_class.name if parsed else "fallback"

    # Being told

    def hint(self, head: int) -> None:
        """Somebody says that the topic has reached `head`; it is believed only as a reason to look."""
        if head > self.extent.head or not self.primed:
            self.promised = max(self.promised, head)
            self.look()

    def heard(self, head: int) -> None:
        """A hint of a driver; unlike those of the sweep it is timed."""
        if self._hinted is None and self.primed and head > self.extent.head:
            self._hinted = (head, time.time())
        self.hint(head)

    def told(self, page: Page) -> None:
        """Count rows that went out, and how long after its insert the hint of one of them came."""
        self.told_rows += len(page.rows)
        if self._hinted is not None and page.rows and page.last >= self._hinted[0]:
            (head, at), self._hinted = self._hinted, None
            if (index := head - page.rows[0].seq) >= 0:
                metrics.HINT_LAG_SECONDS.observe(max(at - page.rows[index].published_ms / 1000, 0.0))

    def look(self) -> None:
        """Read what is new, unless that is already going on."""
        if self._advancing is None or self._advancing.done():
            self._advancing = asyncio.create_task(self._advance(), name=f"tail:{self.topic}")

    def swept(self, head: Head | None) -> bool:
        """The sweep read the topic row. True when it shows something that was not known."""
        if head is None:
            if self.primed and self.extent.head:
                self._forget()
                self.on_news(self._empty())
            return False
        if not self.primed:
            self._adopt(head.extent, head.chain, head.acl_version)
            return False
        restored = head.extent.head < self.extent.head and not self._busy
        other = head.extent.head == self.extent.head and head.chain != self.head_chain
        if head.extent.lineage != self.extent.lineage or restored or other:
            self._forget()
            self._adopt(head.extent, head.chain, head.acl_version)
            self.on_news(self._empty())
            return True
        if head.extent.head > self.extent.head:
            self.hint(head.extent.head)
            return True
        changed = (head.acl_version, head.extent) != (self.acl_version, self.extent)
        if changed and head.extent.head == self.extent.head:
            self._adopt(head.extent, head.chain, head.acl_version)
            self.on_news(self._empty())
        return False

    def known(self, facts: TopicFacts) -> None:
        """A start read the topic row: what the ring does not know yet is worth a look."""
        if facts.extent.lineage != self.extent.lineage and self.primed and facts.extent.lineage:
            self._forget()
        if not self.primed:
            self._adopt(facts.extent, facts.head_chain, facts.acl_version)
        elif facts.extent.head > self.extent.head:
            self.hint(facts.extent.head)

    # Being asked

    def at_hand(self, after: int, limit: int, octets: int) -> Page | None:
        """The page if the ring can answer now, else None."""
        if not self.primed or self.promised > self.extent.head:
            return None
        if after >= self.extent.head:
            return Page(self.topic, after, (), self.extent, self.head_chain, self.acl_version)
        if not self.rows or after + 1 < self.rows[0].seq:
            return None
        skip = after + 1 - self.rows[0].seq
        rows = tuple(self.rows[index] for index in range(skip, min(skip + limit, len(self.rows))))
        page = Page(self.topic, after, rows, self.extent, self.head_chain, self.acl_version)
        return replace(page, rows=page.part(after, limit, octets), memo={})

    async def page(self, after: int, limit: int, octets: int) -> Page:
        """The page from the ring, after catching up if need be, or from the past. Raises JournalUnavailable."""
        if self.promised > self.extent.head and self._advancing is not None:
            await asyncio.shield(self._advancing)
        at_hand = self.at_hand(after, limit, octets)
        if at_hand is not None:
            return at_hand
        past = await self._past.holding(after, self.extent.head)
        if self.primed and past.extent.lineage != self.extent.lineage:
            self._past.forget()
            past = await self._past.holding(after, self.extent.head)
        # The rows may have been read a moment ago; where the topic stands, the ring knows better.
        newer = self.primed and past.extent.lineage == self.extent.lineage
        now = (self.extent, self.head_chain, self.acl_version) if newer else _standing(past)

        # All who ask for this part share its encoding; the part itself is not kept, it would keep the whole alive.
        memo = past.once((after, limit, octets, now), dict)
        return Page(self.topic, after, past.part(after, limit, octets), *now, memo, past)

    async def _read_past(self, after: int) -> Page:
        return await self.journal.page(self.topic, after, PAST_ROWS, PAST_BYTES)

    # Catching up

    async def _advance(self) -> None:
        waits = iter(RETRY_SECONDS)
        while True:
            asked = self.promised
            try:
                await self._read_new()
            except JournalUnavailable:
                log.warning("tail.unreadable", topic=self.topic)
            if self.extent.head >= self.promised:
                return
            if self.promised > asked:
                continue
            wait = next(waits, None)
            if wait is None:
                # What was promised is not there; should it come after all, the sweep will find it.
                self.promised = self.extent.head
                return
            await asyncio.sleep(wait)

    async def _read_new(self) -> None:
        while True:
            after = self.extent.head if self.primed else max(self.promised - 1, 0)
            page = await self.read_new(self.topic, after)
            other_lineage = bool(self.extent.lineage) and page.extent.lineage != self.extent.lineage
            pruned_past_us = bool(page.rows) and page.rows[0].seq != after + 1
            if self.primed and (other_lineage or pruned_past_us or page.extent.head < self.extent.head):
                self._forget()
            known = (self.extent, self.acl_version)
            fresh = self._enter(page)
            # A page that was cut short is a view of the topic a moment ago: its head is its last row.
            extent = replace(page.extent, head=page.last) if page.rows else page.extent
            self._adopt(extent, fresh.head_chain, page.acl_version)
            if page.rows or (self.extent, self.acl_version) != known:
                self.on_news(replace(fresh, extent=extent))
            if page.last >= page.extent.head or not page.rows:
                return

    def _enter(self, page: Page) -> Page:
        """The page with its rows checked, and the rows in the ring."""
        before = self.head_chain if self.primed and page.rows and self.extent.head + 1 == page.rows[0].seq else None
        rows = []
        for row in page.rows:
            checked = self._checked(row, before)
            before = row.chain
            rows.append(checked)
            self.rows.append(checked)
            self.octets += checked.size
        while self.rows and (len(self.rows) > self.rows_max or self.octets > self.octets_max):
            self.octets -= self.rows.popleft().size
        chain = rows[-1].chain if rows else page.head_chain
        return Page(page.topic, page.after, tuple(rows), page.extent, chain, page.acl_version)

    def _checked(self, row: Row, before: bytes | None) -> Row:
        if before is not None and chain_next(before, row.seq, row.digest) != row.chain:
            metrics.CHAIN_MISMATCH.labels(self.class_name, "journal").inc()
            log.error("journal.chain_break", topic=self.topic, seq=row.seq)
        return self._intact(row)

    def _intact(self, row: Row) -> Row:
        """The row, without its payload if that is not what its hash says (R8)."""
        if row.intact:
            return row
        metrics.PAYLOAD_HASH_MISMATCH.inc()
        log.error("journal.payload_mismatch", topic=self.topic, seq=row.seq)
        return row.with_payload(None)

    # State

    @property
    def _busy(self) -> bool:
        return self._advancing is not None and not self._advancing.done()

    def _adopt(self, extent: Extent, chain: bytes | None, acl_version: int) -> None:
        self.extent, self.head_chain, self.acl_version, self.primed = extent, chain, acl_version, True

    def _forget(self) -> None:
        self.rows.clear()
        self.octets = 0
        self.primed = False
        self.promised = 0
        self.extent, self.head_chain, self.acl_version = Extent(), None, 0

    def _empty(self) -> Page:
        return Page(self.topic, self.extent.head, (), self.extent, self.head_chain, self.acl_version)

    def release(self) -> list[Awaitable[Any]]:
        """Stop reading; the cancelled tasks, to be awaited."""
        running = self._past.forget()
        if self._advancing is not None and not self._advancing.done():
            self._advancing.cancel()
            running.append(self._advancing)
        return running


def _standing(page: Page) -> tuple[Extent, bytes | None, int]:
    return page.extent, page.head_chain, page.acl_version
