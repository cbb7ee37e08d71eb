"""Pushing recorded revocations to Khala: at once where an answer waits for it, else soon, else by the worker.

A row is leased by moving its next attempt into the future, so that no transaction is open during the call and two
senders never push the same row at the same moment. Khala ignores what it has seen, by `seq`.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

import structlog
from django.db import DatabaseError, connections
from django.db.models import F

from apps.control import metrics, peers
from apps.control.domain.delivery import GIVE_UP_AFTER, backoff
from apps.control.models import Revocation
from apps.control.services import trail
from apps.control.services.clock import database_now
from openagents.ops.metrics import LEASE_OPS

Propagation = Literal["delivered", "pending", "not_configured"]

BATCH = 100
WAITING_MAX = 64
"""Pushes that may wait for the one background sender; beyond it they are left to the worker."""
LEASE = timedelta(seconds=5)

log = structlog.get_logger("oa.control.propagation")
_waiting = threading.BoundedSemaphore(WAITING_MAX)


def deliver(seq: int | None) -> Propagation:
    """Push one row now. `None`: there was nothing to push."""
    if seq is None:
        return "delivered"
    now = database_now()
    row = _lease(seq, now)
    if row is None:
        delivered = Revocation.objects.filter(seq=seq, delivery_state="delivered").exists()
        return "delivered" if delivered else "pending"
    try:
        answer = peers.push_revocation(row)
    except peers.NotConfigured:
        _postpone(row, now, "not_configured")
        return "not_configured"
    except peers.PeerUnavailable as error:
        _postpone(row, now, error.reason)
        return "pending"
    if not answer.ok:
        _postpone(row, now, f"status_{answer.status}")
        return "pending"
    finished = database_now()
    Revocation.objects.filter(seq=row.seq).update(delivery_state="delivered", delivered_at=finished, last_error=None)
    metrics.PROPAGATION_SECONDS.observe(max(0.0, (finished - row.created_at).total_seconds()))
    _note(row, "completed", "success")
    return "delivered"


def deliver_due(limit: int = BATCH) -> int:
    """Push every row whose time has come, oldest first; returns how many were delivered."""
    due = Revocation.objects.filter(delivery_state="pending", next_attempt_at__lte=database_now())
    numbers = list(due.order_by("seq").values_list("seq", flat=True)[:limit])
    done = 0
    for seq in numbers:
        outcome = deliver(seq)
        done += outcome == "delivered"
        if outcome != "delivered":
            break  # Khala is away: the other rows would only wait for the same timeout
    return done


def soon(seq: int) -> None:
    """Push from the background sender. Never blocks, never raises: the row is there for the worker."""
    if not _waiting.acquire(blocking=False):
        return
    try:
        _sender().submit(_push, seq)
    except RuntimeError:  # the interpreter is going down
        _waiting.release()


def _push(seq: int) -> None:
    try:
        deliver(seq)
    except DatabaseError as error:
        log.warning("propagation.database", reason=type(error).__name__)
    finally:
        _waiting.release()
        connections.close_all()


@cache
def _sender() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="revocations")


def _lease(seq: int, now: datetime) -> Revocation | None:
    taken = Revocation.objects.filter(seq=seq, delivery_state="pending", next_attempt_at__lte=now).update(
        attempts=F("attempts") + 1, next_attempt_at=now + LEASE
    )
    if not taken:
        return None
    LEASE_OPS.labels("control", "revocation", "acquired").inc()
    return Revocation.objects.get(seq=seq)


def _postpone(row: Revocation, now: datetime, error: str) -> None:
    dead = now - row.created_at >= GIVE_UP_AFTER
    Revocation.objects.filter(seq=row.seq).update(
        delivery_state="dead" if dead else "pending",
        next_attempt_at=now + backoff(row.attempts),
        last_error=error,
    )
    if dead:
        log.error("propagation.dead", seq=row.seq, reason=error)
        _note(row, "failed", "failure")
    elif row.attempts == 1:
        _note(row, "skipped" if error == "not_configured" else "failed", "failure")


def _note(row: Revocation, what: str, outcome: trail.Outcome) -> None:
    trail.note(
        f"auth.sessions.revocation.propagation.{what}",
        outcome,
        user_id=row.user_id,
        reason=row.reason,
        session_count=len(row.session_ids),
        device_count=len(row.device_ids),
        attempts=row.attempts,
    )
