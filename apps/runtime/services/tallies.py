"""Hourly counts of verifications, for the public statistics: a counter of a process forgets."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from apps.runtime.models import VerificationTally


def count(kind: str, result: str, number: int = 1) -> None:
    """Add to the present hour."""
    if number == 0:
        return
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO verification_tally AS t (hour, kind, result, count) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (hour, kind, result) DO UPDATE SET count = t.count + excluded.count",
            [hour, kind, result, number],
        )


def last_day(kind: str, now: datetime) -> dict[str, int]:
    """Counts of the last 24 hours by result; the oldest hour counts whole."""
    rows = VerificationTally.objects.filter(kind=kind, hour__gt=now - timedelta(hours=25))
    return dict(rows.values_list("result").annotate(total=Sum("count")).values_list("result", "total"))
