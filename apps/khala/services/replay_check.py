"""Do snapshots and rows tell the same story? Folding the rows behind a kept snapshot must give a fresh one's hash."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import structlog
from django.conf import settings

from apps.khala import metrics
from apps.khala.domain import grammar, snapshots
from apps.khala.domain.journal import Row
from apps.khala.domain.snapshots import Document
from apps.khala.models import SnapshotRow
from apps.khala.services.journal import Journal, JournalUnavailable
from apps.khala.services.snapshots import Snapshot, load

SAMPLE: Final = 20
ROWS_PER_READ: Final = 500
BYTES_PER_READ: Final = 4_194_304

log = structlog.get_logger("oa.khala.replay_check")


def folded(documents: Iterable[Document], rows: Iterable[Row]) -> list[Document]:
    """The documents after these rows: the newest version of a key counts, a tombstone removes it."""
    state = {doc.doc_key: doc for doc in documents}
    for row in rows:
        known = state.get(row.doc_key)
        if known is not None and row.doc_version < known.doc_version:
            continue
        if row.tombstone:
            state.pop(row.doc_key, None)
            continue
        payload = row.payload.decode() if row.payload is not None else None
        state[row.doc_key] = Document(row.doc_key, row.doc_version, payload, f"sha256:{row.digest.hex()}", row.seq)
    return list(state.values())


def verify() -> dict[str, int]:
    """Check the newest kept snapshots of a few topics; counts by outcome (`match`, `mismatch`, `skipped`)."""
    topics = list(
        SnapshotRow.objects.filter(expires_at__gt=datetime.now(UTC))
        .order_by("topic", "-created_at")
        .distinct("topic")
        .values_list("topic", flat=True)[:SAMPLE]
    )
    kept = [snapshot for topic in topics if (snapshot := load(topic, None)) is not None]
    outcomes = asyncio.run(_verify_all(kept))
    counts: dict[str, int] = {}
    for snapshot, outcome in zip(kept, outcomes, strict=True):
        parsed = grammar.parse(snapshot.topic)
        class_name = parsed.topic_class.name if parsed else "fallback"
        metrics.REPLAY_VERIFY.labels(class_name, outcome).inc()
        counts[outcome] = counts.get(outcome, 0) + 1
        if outcome == "mismatch":
            log.error("replay.mismatch", topic=snapshot.topic, as_of_seq=snapshot.as_of_seq)
    return counts


async def _verify_all(kept: list[Snapshot]) -> list[str]:
    journal = Journal(settings.OA.journal_url(), connections_max=1)
    try:
        return [await _verify(journal, snapshot) for snapshot in kept]
    finally:
        await journal.close()


async def _verify(journal: Journal, old: Snapshot) -> str:
    """Rows are read up to the position of the fresh snapshot, whatever is written meanwhile."""
    try:
        fresh = await journal.docs(old.topic)
        if fresh is None or fresh.extent.lineage != old.lineage or old.as_of_seq < fresh.extent.floor:
            return "skipped"
        rows = await _rows(journal, old.topic, old.as_of_seq, fresh.extent.head)
    except JournalUnavailable:
        return "skipped"
    if rows is None:
        return "skipped"
    expected = snapshots.hash_of(Document(*doc) for doc in fresh.docs)
    return "match" if snapshots.hash_of(folded(old.documents, rows)) == expected else "mismatch"


async def _rows(journal: Journal, topic: str, after: int, until: int) -> list[Row] | None:
    """All rows in (after, until]; None when retention took some of them meanwhile."""
    rows: list[Row] = []
    while after < until:
        page = await journal.page(topic, after, ROWS_PER_READ, BYTES_PER_READ)
        if not page.rows or page.rows[0].seq != after + 1:
            return None
        rows += [row for row in page.rows if row.seq <= until]
        after = page.last
    return rows
