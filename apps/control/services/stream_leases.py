"""How many streams run at once: few per session, everywhere; and few per process, which serves other things, too."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from apps.control import metrics
from apps.control.models import StreamLease
from openagents.ops.metrics import LEASE_OPS
from openagents.wire.faults import RATE_LIMITED, Fault

log = structlog.get_logger("oa.control.streams")

PER_SESSION_MAX: Final = 4
RETRY_MS: Final = 1000
STREAM_LIMIT: Final = "stream_limit"

_TAKE = """
INSERT INTO control_stream_lease AS held (session_id, slot, holder, expires_at)
SELECT %(session)s, place, %(holder)s, clock_timestamp() + %(lease)s
  FROM generate_series(1, %(places)s) place
 WHERE NOT EXISTS (SELECT FROM control_stream_lease taken
                    WHERE taken.session_id = %(session)s AND taken.slot = place
                      AND taken.expires_at > clock_timestamp())
 ORDER BY place LIMIT 1
ON CONFLICT (session_id, slot) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
 WHERE held.expires_at <= clock_timestamp()
RETURNING slot, xmax <> 0
"""
"""The first place that is free or whose holder died. No row: there is none, or somebody took it this very moment.

The second column says whether a row was there: only the update of a conflict leaves `xmax` set.
"""


class _Running:
    """Streams of this process."""

    def __init__(self) -> None:
        self.count = 0
        self.lock = threading.Lock()

    def enter(self, limit: int) -> bool:
        with self.lock:
            if self.count >= limit:
                return False
            self.count += 1
        metrics.SSE_STREAMS.inc()
        return True

    def leave(self) -> None:
        with self.lock:
            self.count -= 1
        metrics.SSE_STREAMS.dec()


_running = _Running()


@contextmanager
def held(session_id: str, seconds: float) -> Iterator[None]:
    """A place among the session's and the process's streams for at most `seconds`.

    Raises Fault RATE_LIMITED (`stream_limit`) when there is none. A place that a crash left behind is free again after
    its time.
    """
    if not _running.enter(settings.OA.oa_compat_sse_streams_max):
        raise _full()
    try:
        holder = secrets.token_hex(8)
        slot = _take(session_id, holder, seconds)
        try:
            yield
        finally:
            _release(session_id, slot, holder)
    finally:
        _running.leave()


def _take(session_id: str, holder: str, seconds: float) -> int:
    given: dict[str, Any] = {
        "session": session_id,
        "holder": holder,
        "lease": timedelta(seconds=seconds),
        "places": PER_SESSION_MAX,
    }
    for _ in range(PER_SESSION_MAX):  # each time we lose a race, a place has gone to somebody else
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, given)
            row = cursor.fetchone()
        if row is not None:
            slot, was_held = row
            LEASE_OPS.labels("control", "stream", "stolen" if was_held else "acquired").inc()
            return int(slot)
    raise _full()


def _release(session_id: str, slot: int, holder: str) -> None:
    try:
        StreamLease.objects.filter(session_id=session_id, slot=slot, holder=holder).delete()
    except DatabaseError as error:
        log.warning("streams.lease_left", reason=type(error).__name__)
    finally:
        connection.close()


def _full() -> Fault:
    metrics.SSE_ERRORS.labels(STREAM_LIMIT).inc()
    return Fault(RATE_LIMITED, "Too many streams are open.", reason_code=STREAM_LIMIT, retry_after_ms=RETRY_MS)
