"""Removal of rows whose time is over."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from openagents.db.models import CacheEntry, IdempotencyRecord, InternalNonce, RateWindow

ROWS_PER_STATEMENT = 5000


def purge_expired_rows() -> int:
    """Delete what has expired, in bounded statements; returns the number of rows."""
    removed = 0
    expired = Q(expires_at__lt=timezone.now())
    for model in (InternalNonce, RateWindow, CacheEntry, IdempotencyRecord):
        while True:
            keys: list[Any] = list(model.objects.filter(expired).values_list("pk", flat=True)[:ROWS_PER_STATEMENT])
            if not keys:
                break
            removed += model.objects.filter(pk__in=keys).delete()[0]
    return removed
