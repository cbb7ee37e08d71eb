"""Delivery figures of this process for the public statistics page, over sliding windows."""

from __future__ import annotations

import time
from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from typing import Any, Final

from apps.khala.domain.core.events import Metric

WINDOW_SECONDS: Final = 600.0
SAMPLES_MAX: Final = 1_000
CAUSES_KEPT: Final = 32
STALE_TOPICS_MAX: Final = 1_000


class Stats:
    """Events of the last ten minutes, bounded; and their summary, mergeable over processes."""

    def __init__(self) -> None:
        self._connects: deque[float] = deque(maxlen=SAMPLES_MAX)
        self._stale: deque[float] = deque(maxlen=SAMPLES_MAX)
        self._slow: deque[float] = deque(maxlen=SAMPLES_MAX)
        self._lags: deque[tuple[float, float]] = deque(maxlen=SAMPLES_MAX)
        self._durations: deque[tuple[float, float]] = deque(maxlen=SAMPLES_MAX)

        self._causes: deque[str] = deque(maxlen=CAUSES_KEPT)
        self._stale_topics: OrderedDict[str, Counter[str]] = OrderedDict()
        self._last_stale: dict[str, str] = {}

    def connected(self) -> None:
        self._connects.append(time.monotonic())

    def disconnected(self, cause: str) -> None:
        self._causes.append(cause)

    @property
    def disconnect_causes(self) -> list[str]:
        """Why the newest ended connections ended, oldest first."""
        return list(self._causes)

    def stale_cursor(self, topic: str = "", reasons: Iterable[str] = ()) -> None:
        """A cursor could not be resumed."""
        self._stale.append(time.monotonic())
        for reason in reasons:
            self._stale_topics.setdefault(topic, Counter())[reason] += 1
            self._last_stale[topic] = reason
        if len(self._stale_topics) > STALE_TOPICS_MAX:
            forgotten, _ = self._stale_topics.popitem(last=False)
            self._last_stale.pop(forgotten, None)

    def stale_of(self, topic: str) -> Counter[str]:
        """How often each reason was given for a topic in this process."""
        return self._stale_topics.get(topic, Counter())

    def last_stale_of(self, topic: str) -> str | None:
        return self._last_stale.get(topic)

    def observe(self, metric: Metric) -> None:
        now = time.monotonic()
        if metric.name == "replay_lag_events":
            self._lags.append((now, metric.value))
        elif metric.name == "replay_duration_seconds":
            self._durations.append((now, metric.value))
        elif metric.name == "slow_consumer_disconnects":
            self._slow.append(now)

    def summary(self) -> dict[str, Any]:
        """Counts and samples of the window."""
        now = time.monotonic()
        since = now - WINDOW_SECONDS
        return {
            "connects_1m": sum(at > now - 60 for at in self._connects),
            "stale_10m": sum(at > since for at in self._stale),
            "slow_10m": sum(at > since for at in self._slow),
            "lag_p95": percentile_95(value for at, value in self._lags if at > since),
            "duration_p95": percentile_95(value for at, value in self._durations if at > since),
        }


def merged(connections: int, summaries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The `stats` of the metrics route over all processes; a percentile is the worst of theirs."""
    rows = list(summaries)

    def total(name: str) -> int:
        return int(sum(row.get(name, 0) for row in rows))

    def worst(name: str) -> float:
        return float(max((row.get(name, 0) for row in rows), default=0.0))

    return {
        "khala_connections": connections,
        "reconnects_per_min": float(total("connects_1m")),
        "replay_lag_p95_events": worst("lag_p95"),
        "replay_duration_p95_s": round(worst("duration_p95"), 3),
        "stale_cursors_10m": total("stale_10m"),
        "slow_consumer_disconnects_10m": total("slow_10m"),
    }


def percentile_95(values: Iterable[float]) -> float:
    """Nearest-rank 95th percentile, 0.0 without values."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))] if ranked else 0.0
