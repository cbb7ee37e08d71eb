"""Exactly once in effect: the answer to a mutation is kept under its key, with the fingerprint of its request.

It never decides what a request means, and never keeps the answer of work that failed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from openagents.db.models import IdempotencyRecord
from openagents.ops import metrics
from openagents.receipts.canonical import canonical_bytes, sha256_hex
from openagents.wire.faults import CONFLICT, Fault

FAILED = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What a mutation answered: HTTP status and body text. `replayed` when it was done before."""

    status: int
    body: str
    replayed: bool = False


def fingerprint(request: Any) -> str:
    """SHA-256 of the canonical form of everything that makes two requests the same."""
    return sha256_hex(canonical_bytes(request))


def lock_key(scope: str, key: str) -> None:
    """Until the transaction ends, one caller at a time works on this key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{scope}\x1f{key}"])


def once(
    scope: str,
    key: str,
    request_fingerprint: str,
    work: Callable[[], Answer],
    *,
    operation: str,
    expires_at: datetime | None = None,
) -> Answer:
    """Run `work` under (scope, key) unless it was done, and keep its answer in the same transaction.

    The same key and fingerprint gives the first answer for ever (or until `expires_at`); another fingerprint raises
    Fault CONFLICT `idempotency_key_conflict`. What `work` raises leaves nothing behind, so a repeat drives it again;
    so does an answer of 500 and above, whose effects commit but which is never replayed.
    """
    plane = settings.OA_PROCESS.plane
    with transaction.atomic():
        lock_key(scope, key)
        known = IdempotencyRecord.objects.filter(scope=scope, key=key).first()
        if known is not None and known.expires_at is not None and known.expires_at <= timezone.now():
            known.delete()
            known = None
        if known is not None:
            if known.fingerprint != request_fingerprint:
                metrics.IDEMPOTENCY.labels(plane, operation, "conflict").inc()
                raise Fault(
                    CONFLICT, "the idempotency key was used for another request", reason_code="idempotency_key_conflict"
                )
            metrics.IDEMPOTENCY.labels(plane, operation, "replay").inc()
            return Answer(known.status, known.body, replayed=True)
        answer = work()
        if answer.status >= FAILED:
            return answer
        IdempotencyRecord.objects.create(
            scope=scope,
            key=key,
            fingerprint=request_fingerprint,
            status=answer.status,
            body=answer.body,
            expires_at=expires_at,
        )
    metrics.IDEMPOTENCY.labels(plane, operation, "first").inc()
    return answer
