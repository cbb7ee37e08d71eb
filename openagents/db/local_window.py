"""A sliding log in process memory: what is left of a window when its store is down."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque

KEYS_MAX = 10_000
"""Bound on remembered keys; the least recently used is forgotten, which only ever admits more."""


class LocalWindow:
    """Same answers as the stored windows, for this process alone."""

    def __init__(self) -> None:
        self._log: OrderedDict[tuple[str, str], deque[tuple[int, int]]] = OrderedDict()
        self._lock = threading.Lock()

    def hit(self, bucket: str, key: str, limit: int, seconds: int, cost: int = 1) -> int:
        """0 when accepted and recorded, else the seconds to wait."""
        now = int(time.time())
        with self._lock:
            entries = self._log.setdefault((bucket, key), deque())
            self._log.move_to_end((bucket, key))
            if len(self._log) > KEYS_MAX:
                self._log.popitem(last=False)
            while entries and entries[0][0] < now - seconds:
                entries.popleft()
            if sum(count for _, count in entries) + cost > limit:
                oldest = entries[0][0] if entries else now
                return max(1, oldest + seconds - now)
            entries.append((now, cost))
            return 0
