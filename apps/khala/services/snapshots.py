"""Snapshots on demand: topic row and documents of one statement, kept for the cadence so that pages and herds share.

A kept snapshot is served only while a client could resume from it: the freshness rule itself decides that.
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import orjson
import structlog
from django.db import DatabaseError, InterfaceError

from apps.khala.domain import freshness, snapshots
from apps.khala.domain.grammar import Topic
from apps.khala.domain.snapshots import Document, Page
from apps.khala.models import SnapshotRow
from openagents.wire.faults import PAGE_EXPIRED, Fault

if TYPE_CHECKING:
    from apps.khala.services.node import Node

PER_MINUTE: Final = 10
log = structlog.get_logger("oa.khala.snapshots")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All documents of a topic as of one position; `chain` in hex, empty for a topic without a row."""

    topic: str
    as_of_seq: int
    lineage: str
    chain: str
    documents: tuple[Document, ...]
    snapshot_hash: str
    generated_at: datetime

    def page(self, offset: int, limit: int) -> tuple[tuple[Document, ...], str | None]:
        """Documents from `offset` on, and the text of the next page if there is one."""
        end = offset + limit
        more = end < len(self.documents)
        mark = snapshots.mark_of(self.snapshot_hash)
        return self.documents[offset:end], Page(mark, self.as_of_seq, end).text if more else None


class Snapshots:
    """Snapshots of one process; the table shares them between processes."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._making: dict[str, asyncio.Task[Snapshot]] = {}

    async def current(self, topic: Topic) -> Snapshot:
        """A snapshot from which a client can resume now. Raises JournalUnavailable."""
        kept = await self._kept(topic.name)
        if kept is not None and await self._resumable(topic, kept):
            return kept
        return await self._shared(topic)

    async def at(self, topic: Topic, page: Page) -> Snapshot:
        """The snapshot that a page belongs to. Raises Fault PAGE_EXPIRED."""
        kept = await self._kept(topic.name, page.as_of_seq)
        if kept is None or snapshots.mark_of(kept.snapshot_hash) != page.mark:
            raise Fault(PAGE_EXPIRED)
        return kept

    async def _resumable(self, topic: Topic, kept: Snapshot) -> bool:
        budget = topic.topic_class.replay_budget_events
        facts = await self._node.facts(topic.name, kept.as_of_seq, budget)
        chain = bytes.fromhex(kept.chain) if kept.chain else None
        return not freshness.stale_reasons(
            kept.as_of_seq,
            facts.extent,
            budget,
            lineage=kept.lineage,
            chain=chain,
            known_chain=facts.chain_at_cursor,
        )

    async def _shared(self, topic: Topic) -> Snapshot:
        """Built once for everybody who asks meanwhile."""
        task = self._making.get(topic.name)
        if task is None:
            task = self._making[topic.name] = asyncio.create_task(self._make(topic))
            task.add_done_callback(lambda _: self._making.pop(topic.name, None))
        return await asyncio.shield(task)

    async def _make(self, topic: Topic) -> Snapshot:
        read = await self._node.journal.docs(topic.name)
        now = datetime.now(UTC)
        if read is None:
            return Snapshot(topic.name, 0, "", "", (), snapshots.hash_of(()), now)
        documents = tuple(snapshots.in_order(Document(*doc) for doc in read.docs))
        made = Snapshot(
            topic.name,
            read.extent.head,
            read.extent.lineage,
            read.chain.hex(),
            documents,
            snapshots.hash_of(documents),
            read.generated_at,
        )
        try:
            await self._node.database.run(keep, made, topic.topic_class.snapshot_cadence_seconds)
        except (DatabaseError, InterfaceError) as error:
            log.warning("snapshot.not_kept", topic=topic.name, reason=type(error).__name__)
        return made

    async def _kept(self, topic: str, as_of_seq: int | None = None) -> Snapshot | None:
        try:
            return await self._node.database.run(load, topic, as_of_seq)
        except (DatabaseError, InterfaceError) as error:
            log.warning("snapshot.not_loaded", topic=topic, reason=type(error).__name__)
            return None


def keep(made: Snapshot, cadence_seconds: int) -> None:
    """Store for the cadence; one of the same position (a journal restored to an older state) is replaced."""
    now = datetime.now(UTC)
    SnapshotRow.objects.update_or_create(
        topic=made.topic,
        as_of_seq=made.as_of_seq,
        defaults={
            "lineage": made.lineage,
            "chain": made.chain,
            "body": zlib.compress(orjson.dumps([list(doc) for doc in made.documents])),
            "doc_count": len(made.documents),
            "snapshot_hash": made.snapshot_hash,
            "created_at": made.generated_at,
            "expires_at": now + timedelta(seconds=cadence_seconds),
        },
    )


def load(topic: str, as_of_seq: int | None) -> Snapshot | None:
    """The newest kept snapshot, or the one of a position."""
    rows = SnapshotRow.objects.filter(topic=topic, expires_at__gt=datetime.now(UTC))
    if as_of_seq is not None:
        rows = rows.filter(as_of_seq=as_of_seq)
    row = rows.order_by("-created_at").first()
    if row is None:
        return None
    documents = tuple(Document(*doc) for doc in orjson.loads(zlib.decompress(bytes(row.body))))
    return Snapshot(topic, row.as_of_seq, row.lineage, row.chain, documents, row.snapshot_hash, row.created_at)
