"""How far each device was sent and has acknowledged each topic: for lag views and support, never for a resume."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, connection

from apps.khala.domain.access import Principal
from apps.khala.domain.core.events import SaveWatermark
from apps.khala.services.database import DatabaseThreads

ROWS_PER_STATEMENT: Final = 1_000
WAITING_MAX: Final = 50_000
"""More topics than this in five seconds are not remembered; they will move again."""

UPSERT: Final = """
INSERT INTO khala_device_watermark
    (user_id, org_id, device_id, topic, lineage, delivered_seq, acked_seq, updated_at)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[],
                     %s::timestamptz[])
ON CONFLICT ON CONSTRAINT khala_device_watermark_topic DO UPDATE SET
    lineage = excluded.lineage,
    delivered_seq = CASE WHEN khala_device_watermark.lineage = excluded.lineage
        THEN greatest(khala_device_watermark.delivered_seq, excluded.delivered_seq) ELSE excluded.delivered_seq END,
    acked_seq = CASE WHEN khala_device_watermark.lineage = excluded.lineage
        THEN greatest(khala_device_watermark.acked_seq, excluded.acked_seq) ELSE excluded.acked_seq END,
    updated_at = excluded.updated_at
"""

Key = tuple[str, str, str, str]
log = structlog.get_logger("oa.khala.watermarks")


class Watermarks:
    """Positions waiting to be written, coalesced per device and topic."""

    def __init__(self, database: DatabaseThreads) -> None:
        self._database = database
        self._waiting: dict[Key, SaveWatermark] = {}

    def note(self, principal: Principal, at: SaveWatermark) -> None:
        key = (principal.user_id or "", principal.org_id or "", principal.device_id or "", at.topic)
        if key in self._waiting or len(self._waiting) < WAITING_MAX:
            known = self._waiting.get(key)
            self._waiting[key] = at if known is None else _later(known, at)

    async def flush(self) -> None:
        """Write what waits; when the database is away it is kept and written later."""
        waiting, self._waiting = self._waiting, {}
        rows = list(waiting.items())
        for first in range(0, len(rows), ROWS_PER_STATEMENT):
            try:
                await self._database.run(store, rows[first : first + ROWS_PER_STATEMENT])
            except (DatabaseError, InterfaceError) as error:
                log.warning("watermarks.unwritable", reason=type(error).__name__)
                self._waiting = dict(rows[first:]) | self._waiting
                return


def _later(known: SaveWatermark, at: SaveWatermark) -> SaveWatermark:
    """Two connections of one device: the further one counts, unless the topic was numbered anew."""
    if known.lineage != at.lineage:
        return at
    return SaveWatermark(at.topic, at.lineage, max(known.delivered, at.delivered), max(known.acked, at.acked))


def store(rows: Iterable[tuple[Key, SaveWatermark]]) -> None:
    """Rows only move forward within one lineage. In key order, so that processes cannot deadlock."""
    now = datetime.now(UTC)
    table = [(*key, at.lineage, at.delivered, at.acked, now) for key, at in sorted(rows, key=lambda row: row[0])]
    with connection.cursor() as cursor:
        cursor.execute(UPSERT, [list(column) for column in zip(*table, strict=True)])
