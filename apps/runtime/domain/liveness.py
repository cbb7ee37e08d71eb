"""How alive a worker is: a pure reading of its status and its last beat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.runtime.domain.worker_states import ENDED, WorkerStatus


class HeartbeatState(StrEnum):
    STOPPED = "stopped"
    FAILED = "failed"
    MISSING = "missing"
    STALE = "stale"
    FRESH = "fresh"


@dataclass(frozen=True, slots=True)
class Liveness:
    """`age_ms` is None for a worker that never beat, and never negative."""

    state: HeartbeatState
    age_ms: int | None


def liveness(status: WorkerStatus, last_beat: datetime | None, now: datetime, stale_after_ms: int) -> Liveness:
    """The state by status first, then by the age of the last beat; exactly at the threshold is still fresh."""
    age = age_ms(last_beat, now)
    if status in ENDED:
        return Liveness(HeartbeatState(status.value), age)
    if age is None:
        return Liveness(HeartbeatState.MISSING, None)
    return Liveness(HeartbeatState.STALE if age > stale_after_ms else HeartbeatState.FRESH, age)


def age_ms(last_beat: datetime | None, now: datetime) -> int | None:
    """Whole milliseconds since the beat, 0 when clocks disagree."""
    if last_beat is None:
        return None
    return max(0, int((now - last_beat).total_seconds() * 1000))
