"""When a revocation is pushed again, and when it is given up (11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

BACKOFF_SECONDS_MAX: Final = 60
GIVE_UP_AFTER: Final = timedelta(hours=24)


def backoff(attempts: int) -> timedelta:
    """Pause after the given number of failed attempts: 1, 2, 4 … 60 s."""
    return timedelta(seconds=min(BACKOFF_SECONDS_MAX, 2 ** min(max(attempts, 1) - 1, 6)))
