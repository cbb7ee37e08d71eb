"""What is written about connections: audit, connection rows, recovery grants. Queued and bounded, denials at once.

Writing must never slow delivery: rows wait in memory (at most `QUEUE_MAX`) and are flushed every quarter second. When
the queue is full only rows about allowed subscriptions are dropped, and counted.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from django.db import DatabaseError, InterfaceError, transaction

from apps.khala import metrics
from apps.khala.models import AuditRow, ConnectionRow, RecoveryGrantRow
from apps.khala.services.database import DatabaseThreads

QUEUE_MAX: Final = 10_000
FLUSH_SECONDS: Final = 0.25
BATCH_MAX: Final = 500
DROPPABLE: Final = "khala.subscribe.allowed"

log = structlog.get_logger("oa.khala.recorder")
Record = AuditRow | ConnectionRow | RecoveryGrantRow


class Recorder:
    """The process's one writer of records."""

    def __init__(self, database: DatabaseThreads, *, grant_seconds: int = 600) -> None:
        self._database = database
        self._grant = timedelta(seconds=grant_seconds)
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

    def grant(self, principal_key: str, topic: str, reasons: tuple[str, ...]) -> None:
        """Queue the right to start a topic over."""
        now = datetime.now(UTC)
        self.note(
            RecoveryGrantRow(
                principal_key=principal_key,
                topic=topic,
                reason_codes=list(reasons),
                issued_at=now,
                expires_at=now + self._grant,
            )
        )

    async def write_now(self, *records: Record) -> None:
        """Write before anything is answered. Raises DatabaseError or InterfaceError."""
        await self._database.run(_write, list(records))

    async def flush(self) -> None:
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
            await asyncio.sleep(FLUSH_SECONDS)
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
        grants = {(row.principal_key, row.topic): row for row in records if isinstance(row, RecoveryGrantRow)}
        RecoveryGrantRow.objects.bulk_create(
            grants.values(),
            update_conflicts=True,
            unique_fields=["principal_key", "topic"],
            update_fields=["reason_codes", "issued_at", "expires_at", "uses"],
        )


def audit_row(event: str, outcome: str, reason: str = "", topic: str = "", **fields: Any) -> AuditRow:
    """An audit row of now; `fields` are columns."""
    return AuditRow(
        at=datetime.now(UTC), event=event, outcome=outcome, reason_code=reason or None, topic=topic or None, **fields
    )
