"""What an operator wants to see of one node: connections, throughput and lag per topic, who is slow. Plain values."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from apps.khala import metrics
from apps.khala.domain.core.subscription import Subscription

if TYPE_CHECKING:
    from apps.khala.services.node import Node
    from apps.khala.services.session import Session

TOPICS_SHOWN: Final = 50
SLOW_SHOWN: Final = 20
SAMPLED_PER_SECOND: Final = 200
COUNTED_TOGETHER: Final = 100
"""Sessions looked at in one turn of the event loop, so that live rows do not wait for all of them."""
NO_TOPIC: Final = "connection"


class Live:
    """Figures of one node, taken in its event loop."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._next = 0
        self._told: dict[str, int] = {}
        self._taken_at = time.monotonic()

    def sample_queues(self) -> None:
        """Observe the backlog of a slice of the sessions; the slices take turns, so the cost is bounded."""
        sessions = list(self._node.sessions.values())
        start = self._next if self._next < len(sessions) else 0
        for session in sessions[start : start + SAMPLED_PER_SECOND]:
            name = _class_of(session)
            metrics.QUEUE_BYTES.labels(name).observe(session.door.buffered())
            metrics.QUEUE_FRAMES.labels(name).observe(unacknowledged(session))
        self._next = start + SAMPLED_PER_SECOND
        metrics.TASKS.set(len(asyncio.all_tasks()))

    async def figures(self) -> dict[str, Any]:
        """JSON of the moment. Rates are per second since the last call."""
        node = self._node
        seconds = max(time.monotonic() - self._taken_at, 0.001)
        self._taken_at = time.monotonic()
        lags: dict[str, int] = {}
        slow: list[dict[str, Any]] = []
        lanes: Counter[str] = Counter()
        for number, session in enumerate(list(node.sessions.values()), 1):
            if number % COUNTED_TOGETHER == 0:
                await asyncio.sleep(0)
            lanes[str(session.row.lane)] += 1
            strikes = session.core.delivery.pressure.strikes
            for sub in session.core.delivery.subs.values():
                lags[sub.canonical] = max(lags.get(sub.canonical, 0), sub.lag)
                if strikes or sub.lag > node.limits.strike_lag:
                    slow.append(_slow(session, sub, strikes))
        told = {topic: tail.told_rows for topic, tail in node.hub.tails.items()}
        topics = [
            {
                "topic": topic,
                "class": tail.class_name,
                "watchers": len(node.hub.watchers.get(topic, ())),
                "head": tail.extent.head,
                "rows_per_s": round((told[topic] - self._told.get(topic, 0)) / seconds, 1),
                "lag": lags.get(topic, 0),
            }
            for topic, tail in node.hub.tails.items()
        ]
        self._told = told
        return {
            "driver": node.hub.source.driver,
            "driver_up": node.hub.source.healthy,
            "deaf": node.probes.deaf,
            "lanes": dict(lanes),
            "topics_watched": len(topics),
            "topics": sorted(topics, key=_busiest)[:TOPICS_SHOWN],
            "slow": sorted(slow, key=lambda row: (-row["strikes"], -row["lag"]))[:SLOW_SHOWN],
        }


def positions(session: Session) -> list[dict[str, Any]]:
    """Where a live connection stands in each of its topics."""
    subs: Iterable[Subscription] = session.core.delivery.subs.values()
    return [{"topic": sub.canonical, "state": sub.state.name, "position": sub.position, "lag": sub.lag} for sub in subs]


def unacknowledged(session: Session) -> int:
    """Frames on their way, on a lane whose client acknowledges."""
    window = session.core.delivery.pressure.window
    return window.frames if window is not None else 0


def _class_of(session: Session) -> str:
    sub = next(iter(session.core.delivery.subs.values()), None)
    return sub.topic.topic_class.name if sub is not None else NO_TOPIC


def _slow(session: Session, sub: Subscription, strikes: int) -> dict[str, Any]:
    return {
        "connection_id": session.connection_id,
        "principal_key": session.core.principal.principal_key,
        "topic": sub.canonical,
        "lag": sub.lag,
        "strikes": strikes,
        "buffered": session.door.buffered(),
        "unacknowledged": unacknowledged(session),
    }


def _busiest(row: dict[str, Any]) -> tuple[float, int, str]:
    return (-row["rows_per_s"], -row["lag"], row["topic"])
