"""What Khala forgets of its own tables, and when. Everything in them is disposable; the journal is not its to prune."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import QuerySet

from apps.khala.models import (
    ClientTelemetryRow,
    ConnectionRow,
    DeviceWatermark,
    NodeRow,
    OrderRow,
    RecoveryGrantRow,
    RevocationRow,
    SnapshotRow,
)

AUDIT_KEPT: Final = timedelta(days=90)
CONNECTIONS_KEPT: Final = timedelta(days=90)
WATERMARKS_KEPT: Final = timedelta(days=90)
TELEMETRY_KEPT: Final = timedelta(days=14)
ORDERS_KEPT: Final = timedelta(days=90)
NODES_KEPT: Final = timedelta(days=1)
ROWS_PER_STATEMENT: Final = 5_000
STATEMENTS_MAX: Final = 20
"""Statements per table and round: a backlog is worked off over rounds, not in one that holds everybody up."""


def purge() -> dict[str, int]:
    """Delete what is past its time, in bounded statements; rows by table."""
    now = datetime.now(UTC)
    doomed: dict[str, QuerySet[Any]] = {
        "connections": ConnectionRow.objects.filter(closed_at__lt=now - CONNECTIONS_KEPT),
        "telemetry": ClientTelemetryRow.objects.filter(received_at__lt=now - TELEMETRY_KEPT),
        "snapshots": SnapshotRow.objects.filter(expires_at__lt=now),
        "grants": RecoveryGrantRow.objects.filter(expires_at__lt=now),
        "revocations": RevocationRow.objects.filter(expires_at__lt=now),
        "watermarks": DeviceWatermark.objects.filter(updated_at__lt=now - WATERMARKS_KEPT),
        "nodes": NodeRow.objects.filter(heartbeat_at__lt=now - NODES_KEPT),
        "orders": OrderRow.objects.filter(requested_at__lt=now - ORDERS_KEPT),
    }
    counts = {name: _delete(rows) for name, rows in doomed.items()}
    return counts | {"audit": forget_audit(AUDIT_KEPT)}


def _delete(rows: QuerySet[Any]) -> int:
    removed = 0
    for _ in range(STATEMENTS_MAX):
        keys = list(rows.values_list("pk", flat=True)[:ROWS_PER_STATEMENT])
        if not keys:
            break
        removed += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return removed


def forget_audit(kept: timedelta) -> int:
    """Delete audit rows older than `kept` by the one function that may; it never deletes younger ones than a month."""
    removed = 0
    with connection.cursor() as cursor:
        for _ in range(STATEMENTS_MAX):
            cursor.execute("SELECT khala_forget_audit(%s, %s)", [int(kept.total_seconds()), ROWS_PER_STATEMENT])
            gone = int(cursor.fetchone()[0])
            removed += gone
            if gone < ROWS_PER_STATEMENT:
                break
    return removed
