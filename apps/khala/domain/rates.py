"""Token buckets, on a clock that is passed in. Rates per second; a bucket starts full."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` on average, `burst` at once."""

    per_second: float
    burst: float


@dataclass(slots=True)
class Bucket:
    """One bucket. `take` answers 0.0 when admitted, else the seconds until one token is there."""

    rate: Rate
    level: float
    at: float

    @classmethod
    def full(cls, rate: Rate, now: float) -> Bucket:
        return cls(rate, rate.burst, now)

    def take(self, now: float) -> float:
        self.level = min(self.rate.burst, self.level + max(now - self.at, 0.0) * self.rate.per_second)
        self.at = max(now, self.at)
        if self.level >= 1.0:
            self.level -= 1.0
            return 0.0
        return (1.0 - self.level) / self.rate.per_second


@dataclass(slots=True)
class Buckets:
    """A bucket per key, at most `keys_max` of them; the least recently used one is forgotten first (it was full)."""

    rate: Rate
    keys_max: int = 20_000
    _buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    def take(self, key: str, now: float) -> float:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket.full(self.rate, now)
            if len(self._buckets) > self.keys_max:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(key)
        return bucket.take(now)
