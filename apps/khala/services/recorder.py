"""What is written about connections: audit, connection rows, grants, telemetry. Queued and bounded, denials at once.

Writing must never slow delivery: rows wait in memory (at most `QUEUE_MAX`) and are flushed every quarter second. When
the queue is full only rows about allowed subscriptions are dropped, and counted.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction

from apps.khala import metrics
from apps.khala.models import AuditRow, ClientTelemetryRow, ConnectionRow, RecoveryGrantRow
from apps.khala.services.database import DatabaseThreads

QUEUE_MAX: Final = 10_000
FLUSH_SECONDS: Final = 0.25
BATCH_MAX: Final = 500
DROPPABLE: Final = "khala.subscribe.allowed"

log = structlog.get_logger("oa.khala.recorder")
Record = AuditRow | ConnectionRow | RecoveryGrantRow | ClientTelemetryRow

GRANT: Final = """
INSERT INTO khala_recovery_grant (principal_key, topic, reason_codes, issued_at, expires_at, uses)
VALUES (%s, %s, %s::jsonb, %s, %s, 0)
ON CONFLICT ON CONSTRAINT khala_recovery_grant_topic DO UPDATE SET
    reason_codes = excluded.reason_codes, issued_at = excluded.issued_at, expires_at = excluded.expires_at,
    uses = CASE WHEN khala_recovery_grant.expires_at > excluded.issued_at THEN khala_recovery_grant.uses ELSE 0 END
"""
"""A grant that still holds is prolonged and keeps its uses: who is stale again and again has no more starts for it."""


class Recorder:
    """The process's one writer of records."""

    def __init__(self, database: DatabaseThreads) -> None:
        self._database = database
        self._urgent = asyncio.Event()
        self._flushing = asyncio.Lock()
        self._queue: deque[Record] = deque()
        self._flusher: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._flusher = asyncio.create_task(self._flush_for_ever(), name="khala-recorder")

    async def stop(self) -> None:
        if self._flusher is not None:
            self._flusher.cancel()
            await asyncio.gather(self._flusher, return_exceptions=True)
        await self.flush()

    def note(self, record: Record) -> None:
        """Queue a row."""
        if len(self._queue) >= QUEUE_MAX:
            if isinstance(record, AuditRow) and record.event == DROPPABLE:
                metrics.AUDIT_DROPPED.inc()
                return
            victim = next((row for row in self._queue if isinstance(row, AuditRow) and row.event == DROPPABLE), None)
            if victim is not None:
                self._queue.remove(victim)
                metrics.AUDIT_DROPPED.inc()
        self._queue.append(record)

    def hasten(self) -> None:
        """Write what is queued without waiting for the next turn."""
        self._urgent.set()

    async def write_now(self, *records: Record) -> None:
        """Write before anything is answered. Raises DatabaseError or InterfaceError."""
        await self._database.run(_write, list(records))

    async def write_or_queue(self, *records: Record) -> None:
        """Write before anything is answered; while the database is away, as soon as it is back."""
        try:
            await self.write_now(*records)
        except (DatabaseError, InterfaceError):
            for record in records:
                self.note(record)

    async def flush(self) -> None:
        """Everything noted before this call is written when it returns, unless the database is away."""
        async with self._flushing:
            await self._flush()

    async def _flush(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), BATCH_MAX))]
            try:
                await self._database.run(_write, batch)
            except (DatabaseError, InterfaceError) as error:
                log.warning("recorder.unwritable", reason=type(error).__name__, rows=len(batch))
                self._queue.extendleft(reversed(batch))
                return

    async def _flush_for_ever(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_SECONDS):
                    await self._urgent.wait()
            self._urgent.clear()
            await self.flush()


def _write(records: list[Record]) -> None:
    with transaction.atomic():
        AuditRow.objects.bulk_create([row for row in records if isinstance(row, AuditRow)])
        rows = {row.connection_id: row for row in records if isinstance(row, ConnectionRow)}
        ConnectionRow.objects.bulk_create(
            rows.values(),
            update_conflicts=True,
            unique_fields=["connection_id"],
            update_fields=["joined_at", "closed_at", "close_code", "close_reason", "frames_out", "bytes_out"],
        )
        telemetry = [row for row in records if isinstance(row, ClientTelemetryRow)]
        ClientTelemetryRow.objects.bulk_create(telemetry, ignore_conflicts=True)
        grants = {(row.principal_key, row.topic): row for row in records if isinstance(row, RecoveryGrantRow)}
        with connection.cursor() as cursor:
            for key, row in sorted(grants.items()):
                cursor.execute(GRANT, [*key, json.dumps(row.reason_codes), row.issued_at, row.expires_at])


def audit_row(event: str, outcome: str, reason: str = "", topic: str = "", **fields: Any) -> AuditRow:
    """An audit row of now; `fields` are columns."""
    return AuditRow(
        at=datetime.now(UTC), event=event, outcome=outcome, reason_code=reason or None, topic=topic or None, **fields
    )
