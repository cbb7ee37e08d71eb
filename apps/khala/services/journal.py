"""Reading the runtime's journal: a few async connections, one statement per read, so that a page is one snapshot.

The login may only SELECT; transactions are read-only and a statement ends after two seconds at the server.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import psycopg
import structlog
from psycopg.types.string import ByteaBinaryLoader

from apps.khala import metrics
from apps.khala.domain import grammar
from apps.khala.domain.access import TopicRow
from apps.khala.domain.freshness import Extent
from apps.khala.domain.journal import Member, Page, Row, TopicFacts
from apps.khala.services.waiting import Connection

CONNECTIONS_MAX: Final = 4
"""One core serves many readers; more connections only move the queue into the database."""
SERVER_OPTIONS: Final = "-c default_transaction_read_only=on -c statement_timeout=2000"
CONNECT_SECONDS: Final = 5
ANSWER_SECONDS: Final = 5.0
"""The server ends a statement before; this is for a server, or a way to it, that is gone without a word."""

log = structlog.get_logger("oa.khala.journal")

_TOPIC: Final = (
    "t.seq, t.floor_seq, t.compaction_seq, t.lineage, t.chain, t.acl_version, t.owner_key, t.org_id, t.visibility"
)

_ROW: Final = """
       e.seq, e.kind, e.doc_key, e.doc_version, e.payload::bpchar, e.payload_sha256, e.chain,
       (date_part('epoch', e.inserted_at) * 1000)::bigint,
       e.payload IS NULL OR e.metadata ->> 'hydration_required' = 'true', coalesce(e.metadata ->> 'hydrate_path', ''),
       coalesce(e.metadata ->> 'tombstone', '') = 'true', coalesce(e.metadata ->> 'occurred_at', '')
"""
"""The fields of `domain.journal.Row` in their order, as the server hands them over for least.

The payload is a bpchar because, of all texts, only that is loaded as the bytes it was stored as (`_connect`).
"""

READ_PAGES: Final = f"""
SELECT {_ROW}, CASE WHEN e.octets_before IS NULL THEN ROW(w.number, {_TOPIC}) END
FROM unnest(%(topics)s::text[], %(afters)s::bigint[]) WITH ORDINALITY w(topic, after, number)
CROSS JOIN LATERAL (SELECT * FROM sync_topic_sequences s WHERE s.topic = w.topic LIMIT 1) t
LEFT JOIN LATERAL (
    SELECT * FROM (
        SELECT r.*, sum(coalesce(octet_length(r.payload), 0) + 256)
                    OVER (ORDER BY r.seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS octets_before
        FROM (
            SELECT seq, kind, doc_key, doc_version, payload, payload_sha256, metadata, chain, inserted_at
            FROM sync_stream_events WHERE topic = w.topic AND seq > w.after ORDER BY seq LIMIT %(limit)s
        ) r
    ) bounded WHERE octets_before IS NULL OR octets_before < %(octets)s
) e ON true
ORDER BY w.number, e.seq
"""

"""Behind the fields of a row: the number of the wish and the topic row, with the first row of each wish only."""

READ_FACTS: Final = f"""
SELECT {_TOPIC}, t.floor_chain,
       (SELECT chain FROM sync_stream_events e WHERE e.topic = t.topic AND e.seq = %(cursor)s) AS cursor_chain,
       (SELECT chain FROM sync_stream_events e WHERE e.topic = t.topic
          AND e.seq = greatest(t.floor_seq, t.compaction_seq, t.seq - %(budget)s)) AS start_chain
FROM sync_topic_sequences t WHERE t.topic = %(topic)s
"""

READ_HEADS: Final = f"SELECT t.topic, {_TOPIC} FROM sync_topic_sequences t WHERE t.topic = ANY(%(topics)s)"

COUNT_ROWS: Final = (
    "SELECT topic_class, sum(seq - greatest(floor_seq, compaction_seq))::bigint FROM sync_topic_sequences GROUP BY 1"
)

READ_MEMBERS: Final = f"""
SELECT t.topic, {_TOPIC}, (extract(epoch FROM t.created_at) * 1000)::bigint,
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint
FROM sync_topic_sequences t
WHERE t.owner_key = %(owner)s AND t.topic_class = 'codex_worker_events' AND t.topic LIKE 'worker:%%:events'
  AND (t.org_id IS NULL OR t.org_id = ANY(%(orgs)s))
ORDER BY t.updated_at DESC, t.topic LIMIT %(limit)s
"""

READ_CLOCK: Final = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"

READ_DOCS: Final = f"""
SELECT {_TOPIC}, clock_timestamp(), d.doc_key, d.doc_version, d.payload, d.payload_sha256, d.seq
FROM sync_topic_sequences t
LEFT JOIN sync_topic_docs d ON d.topic = t.topic AND NOT d.deleted
WHERE t.topic = %(topic)s
ORDER BY d.doc_key COLLATE "C"
"""

HEADS_PER_STATEMENT: Final = 500


class JournalUnavailable(RuntimeError):
    """The journal did not answer; the cause is chained."""


@dataclass(frozen=True, slots=True)
class Head:
    """A topic row as the sweep and the access check read it."""

    extent: Extent
    chain: bytes
    acl_version: int
    ownership: TopicRow


class Doc(NamedTuple):
    """The latest document under a key. `payload` is canonical JSON text, None for a pointer."""

    doc_key: str
    doc_version: int
    payload: str | None
    payload_sha256: str
    seq: int


@dataclass(frozen=True, slots=True)
class Docs:
    """All documents of a topic, by key in byte order, with the extent and chain they belong to."""

    extent: Extent
    chain: bytes
    generated_at: datetime
    docs: tuple[Doc, ...]


class Wish(NamedTuple):
    """Rows of `topic` after `after`."""

    topic: str
    after: int


class Journal:
    """A small pool of connections to one server. Every method raises JournalUnavailable when it cannot answer."""

    def __init__(self, conninfo: str, *, connections_max: int = CONNECTIONS_MAX) -> None:
        self._conninfo = conninfo
        self._idle: asyncio.LifoQueue[Connection | None] = asyncio.LifoQueue()
        for _ in range(connections_max):
            self._idle.put_nowait(None)
        self._size = connections_max
        self.answered_at = time.monotonic()

    async def page(self, topic: str, after: int, limit: int, octets: int) -> Page:
        """Rows after `after`, at most `limit` and about `octets` bytes, and the topic of the same snapshot."""
        [page] = await self.pages([Wish(topic, after)], limit, octets)
        return page

    async def pages(self, wishes: Sequence[Wish], limit: int, octets: int) -> list[Page]:
        """A page for each wish, in their order, all of one snapshot; each at most `limit` rows and `octets` bytes."""
        topics, afters = [wish.topic for wish in wishes], [wish.after for wish in wishes]
        parameters = {"topics": topics, "afters": afters, "limit": limit, "octets": octets}
        records = await self._read(READ_PAGES, parameters)
        begins = [index for index, record in enumerate(records) if record[-1] is not None]
        parts = [records[begin:end] for begin, end in zip(begins, [*begins[1:], None], strict=False)]
        found = {part[0][-1][0]: part for part in parts}
        return [_page(wish, found.get(number, ())) for number, wish in enumerate(wishes, 1)]

    async def facts(self, topic: str, cursor: int | None, budget: int) -> TopicFacts:
        """What a start needs to know, with the chains at the cursor and at the bootstrap position."""
        records = await self._read(READ_FACTS, {"topic": topic, "cursor": cursor, "budget": budget})
        if not records:
            return TopicFacts()
        record = records[0]
        head = _head(record)
        extent = head.extent
        known = {extent.retention_floor: bytes(record[9]), extent.head: head.chain}
        start = max(extent.floor, extent.head - budget, 0)
        at_cursor = None
        if cursor is not None and extent.floor <= cursor <= extent.head:
            at_cursor = known.get(cursor) or _bytes(record[10])
        at_start = known.get(start) or _bytes(record[11])
        return TopicFacts(extent, head.acl_version, head.chain, at_cursor, at_start)

    async def heads(self, topics: Sequence[str]) -> dict[str, Head]:
        """Topic rows by name; topics without a row are absent."""
        found: dict[str, Head] = {}
        for first in range(0, len(topics), HEADS_PER_STATEMENT):
            part = list(topics[first : first + HEADS_PER_STATEMENT])
            for record in await self._read(READ_HEADS, {"topics": part}):
                found[record[0]] = _head(record[1:])
        return found

    async def rows_by_class(self) -> dict[str, int]:
        """How many rows the journal keeps, from the topic rows' own numbers."""
        return {str(name): int(rows) for name, rows in await self._read(COUNT_ROWS, {})}

    async def members(self, owner_key: str, orgs: Sequence[str], limit: int) -> tuple[tuple[Member, ...], int]:
        """Worker event topics of an owner, most recently written first, and the journal's clock in unix ms."""
        parameters = {"owner": owner_key, "orgs": list(orgs), "limit": limit}
        records = await self._read(READ_MEMBERS, parameters)
        found = []
        for name, *record, created_ms, _ in records:
            head, topic = _head(record), grammar.parse(name)
            if topic is not None:
                facts = TopicFacts(head.extent, head.acl_version, head.chain)
                found.append(Member(topic, facts, head.ownership.org_id, created_ms))
        [(read_ms,)] = [records[0][-1:]] if records else await self._read(READ_CLOCK, {})
        return tuple(found), read_ms

    async def docs(self, topic: str) -> Docs | None:
        """The latest documents of a topic and its row, of one snapshot; None for a topic without a row."""
        records = await self._read(READ_DOCS, {"topic": topic})
        if not records:
            return None
        head, generated_at = _head(records[0]), records[0][9]
        rows = tuple(Doc(key, *rest) for key, *rest in (record[10:] for record in records) if key is not None)
        return Docs(head.extent, head.chain, generated_at, rows)

    async def close(self) -> None:
        for _ in range(self._size):
            connection = await self._idle.get()
            if connection is not None:
                await connection.close()

    async def _read(self, statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        started = time.monotonic()
        try:
            async with self._connection() as connection:
                async with asyncio.timeout(ANSWER_SECONDS):
                    cursor = connection.cursor(binary=True)
                    await cursor.execute(statement, parameters)
                    records = await cursor.fetchall()
        except (psycopg.Error, OSError) as error:
            log.warning("journal.unavailable", reason=type(error).__name__)
            raise JournalUnavailable(type(error).__name__) from error
        self.answered_at = time.monotonic()
        metrics.FETCH_SECONDS.observe(self.answered_at - started)
        return records

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        connection = await self._idle.get()
        try:
            if connection is None or connection.closed:
                connection = None
                connection = await self._connect()
            yield connection
        except BaseException:
            # Whatever interrupted a read, a statement may still run on it: the next reader gets a fresh one.
            if connection is not None:
                await connection.close()
                connection = None
            raise
        finally:
            self._idle.put_nowait(connection)

    async def _connect(self) -> Connection:
        connection = await Connection.connect(
            self._conninfo, autocommit=True, connect_timeout=CONNECT_SECONDS, options=self._options()
        )
        connection.adapters.register_loader("bpchar", ByteaBinaryLoader)
        return connection

    def _options(self) -> str:
        given = psycopg.conninfo.conninfo_to_dict(self._conninfo).get("options")
        return f"{given} {SERVER_OPTIONS}" if given else SERVER_OPTIONS


def _page(wish: Wish, records: Sequence[tuple[Any, ...]]) -> Page:
    if not records:
        return Page(wish.topic, wish.after, (), Extent())
    head = _head(records[0][-1][1:])
    rows = tuple([Row(record[:-1]) for record in records if record[0] is not None])
    return Page(wish.topic, wish.after, rows, head.extent, head.chain, head.acl_version)


def _head(record: Sequence[Any]) -> Head:
    seq, floor, compaction, lineage, chain, acl_version, owner_key, org_id, visibility = record[:9]
    return Head(
        Extent(seq, floor, compaction, lineage),
        bytes(chain),
        acl_version,
        TopicRow(owner_key, org_id, visibility, acl_version),
    )


def _bytes(value: Any) -> bytes | None:
    return bytes(value) if value is not None else None
