"""Who polls, how often, and how far behind: the consumers of the message route (section 9, T1 to T3). Times in ms."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Final

from apps.khala.domain import backoff
from apps.khala.domain.access import Principal


@dataclass(frozen=True, slots=True)
class Rules:
    """Bounds of the message route, with the specification's defaults."""

    interval_ms: int = 250
    lag_max: int = 300
    strikes_max: int = 3
    rows_max: int = 200
    queue_max: int = 200
    fair_rows: int = 50
    consumers_max: int = 4_096
    base_ms: int = 400
    jitter_ms: int = 250


FAIR_FROM_TOPICS: Final = 2
"""Who already follows so many topics gets small pages, so that it serves them in turns."""


@dataclass(slots=True)
class Consumer:
    """One principal on one topic. `after_seq` is None before its first page."""

    polled_at: float
    after_seq: int | None = None
    strikes: int = 0


@dataclass(frozen=True, slots=True)
class Portion:
    """How many rows a poll gets."""

    applied: int
    capped: bool
    fair: bool


@dataclass(slots=True)
class Consumers:
    """The consumers of one process; the one that polled longest ago is forgotten first."""

    rules: Rules = field(default_factory=Rules)
    _known: OrderedDict[tuple[str, str], Consumer] = field(default_factory=OrderedDict)
    _topics: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self._known)

    def topics(self, principal: Principal) -> int:
        """Topics that the principal follows."""
        return self._topics[principal.principal_key]

    def knock(self, principal: Principal, topic: str, cursor: int, now_ms: float) -> int:
        """0 when the poll may go on, else the milliseconds to wait; either way the mark moves (T1)."""
        key = (principal.principal_key, topic)
        known = self._known.get(key)
        if known is None:
            self._known[key] = Consumer(now_ms)
            self._topics[key[0]] += 1
            if len(self._known) > self.rules.consumers_max:
                self._forgotten(self._known.popitem(last=False)[0])
            return 0
        elapsed, known.polled_at = now_ms - known.polled_at, now_ms
        self._known.move_to_end(key)
        if elapsed >= self.rules.interval_ms:
            return 0
        jitter = backoff.jitter_ms(principal.consumer_key(topic), cursor, self.rules.jitter_ms)
        return max(int(self.rules.interval_ms - elapsed) + jitter, 1)

    def strike(self, principal: Principal, topic: str, cursor: int, lag: int) -> int:
        """Strikes after this poll (T2): only who stays behind and does not move collects them."""
        consumer = self._known.get((principal.principal_key, topic))
        if consumer is None:
            return 0
        moved = consumer.after_seq is not None and cursor > consumer.after_seq
        if lag > self.rules.lag_max and not moved:
            consumer.strikes += 1
        else:
            consumer.strikes = 0
        consumer.after_seq = cursor
        return consumer.strikes

    def forget(self, principal: Principal, topic: str) -> None:
        key = (principal.principal_key, topic)
        if self._known.pop(key, None) is not None:
            self._forgotten(key)

    def _forgotten(self, key: tuple[str, str]) -> None:
        self._topics[key[0]] -= 1
        if self._topics[key[0]] <= 0:
            del self._topics[key[0]]

    def portion(self, requested: int, topics_before: int) -> Portion:
        """`topics_before`: what the principal followed before this call."""
        applied = min(requested, self.rules.rows_max, self.rules.queue_max)
        fair = topics_before >= FAIR_FROM_TOPICS and applied > self.rules.fair_rows
        if fair:
            applied = self.rules.fair_rows
        return Portion(applied, requested > applied, fair)

    def reconnect_ms(self, principal: Principal, topic: str, cursor: int) -> int:
        return backoff.reconnect_ms(principal.consumer_key(topic), cursor, self.rules.base_ms, self.rules.jitter_ms)
