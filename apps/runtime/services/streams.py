"""Bounded reading of a log behind a cursor, for adapters that stream. Writes nothing and keeps nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from django.conf import settings

from apps.runtime import metrics
from apps.runtime.domain.run_states import TERMINAL
from apps.runtime.models import Run, RunEvent, WorkerEvent
from apps.runtime.services import runs, workers
from openagents.wire.faults import INVALID_REQUEST, RATE_LIMITED, Fault

TAIL_MS = range(1, 120_001)
TAIL_MS_DEFAULT = 15_000
POLL_SECONDS = 0.25
KEEPALIVE_SECONDS = 10.0
PAGE_EVENTS_MAX = 500
STREAM_BYTES_MAX = 8 * 1024 * 1024

E = TypeVar("E")

_open = 0
_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class Page(Generic[E]):
    """Events behind the cursor, ascending; `ended`: nothing more is expected behind them."""

    events: Sequence[E]
    ended: bool


class Slot:
    """One of the process's streams, until it is released; releasing twice is harmless."""

    def __init__(self) -> None:
        """Raises Fault RATE_LIMITED `stream_limit` when all are taken."""
        global _open
        with _guard:
            if _open >= settings.OA.runtime_sse_streams_max:
                raise Fault(RATE_LIMITED, "too many event streams", reason_code="stream_limit", retry_after_ms=1000)
            _open += 1
        self._held = True
        metrics.SSE_STREAMS.inc()

    def release(self) -> None:
        global _open
        with _guard:
            if not self._held:
                return
            self._held = False
            _open -= 1
        metrics.SSE_STREAMS.dec()


def check_cursor(cursor: int, head: int) -> int:
    """The cursor, when the log reaches it. Raises Fault INVALID_REQUEST `cursor_ahead_of_head`."""
    if cursor > head:
        raise Fault(
            INVALID_REQUEST,
            "the cursor is ahead of the log",
            reason_code="cursor_ahead_of_head",
            details={"cursor": cursor, "head": head},
        )
    return cursor


def run_page(run_id: UUID, after_seq: int) -> Page[RunEvent]:
    """The next events of a run; it has ended once its head is read and its state is terminal."""
    run = Run.objects.get(id=run_id)
    events = runs.events_after(run, after_seq, PAGE_EVENTS_MAX)
    last = events[-1].seq if events else after_seq
    return Page(events, run.status in TERMINAL and last >= run.latest_seq)


def worker_page(worker_id: str, after_seq: int) -> Page[WorkerEvent]:
    """The next events of a worker, which never ends: it may come back."""
    return Page(workers.events_after(worker_id, after_seq, PAGE_EVENTS_MAX), False)


def tail(
    read: Callable[[int], Page[E]],
    cursor: int,
    tail_ms: int,
    seq_of: Callable[[E], int],
    *,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[E | None]:
    """Events behind the cursor, then new ones until `tail_ms` are over or the log has ended.

    None stands for "still here", every ten seconds of silence. The deadline is hard: new events do not move it.
    """
    deadline = clock() + tail_ms / 1000
    silent_since = clock()
    while True:
        page = read(cursor)
        for event in page.events:
            cursor = seq_of(event)
            yield event
        if page.events:
            silent_since = clock()
        if page.ended:
            return
        now = clock()
        if now >= deadline:
            return
        if now - silent_since >= KEEPALIVE_SECONDS:
            silent_since = now
            yield None
        if len(page.events) < PAGE_EVENTS_MAX:
            wait(min(POLL_SECONDS, deadline - now))
