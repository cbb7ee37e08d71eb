"""Time as the database sees it: caps, windows and leases of several processes must agree (section 25)."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection


def database_now() -> datetime:
    """The server's clock, read now, not at the start of the transaction: locks are waited for in between."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found.astimezone(UTC)


def unix_ms(moment: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def from_ms(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def day_start(moment: datetime) -> datetime:
    """The UTC day that `moment` lies in."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
