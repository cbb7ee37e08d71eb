"""Rate limits (2.3). Keys are validated principals or addresses, never what a caller merely presents."""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from apps.control import metrics
from openagents.db.local_window import LocalWindow
from openagents.db.stores import PostgresWindow, RedisWindow, Window, window
from openagents.wire.faults import RATE_LIMITED, Fault


class Bucket(NamedTuple):
    """At most `limit` accepted hits in any `seconds`."""

    limit: int
    seconds: int


BUCKETS: Final[dict[str, Bucket]] = {
    "auth.email": Bucket(30, 60),
    "auth.email.address": Bucket(30, 600),
    "auth.verify": Bucket(10, 60),
    "auth.refresh": Bucket(60, 60),
    "token.mint": Bucket(120, 60),
    "runtime.run.start": Bucket(60, 60),
    "runtime.run.event": Bucket(6000, 60),
    "stats": Bucket(30, 60),
    "runtime.secret.fetch": Bucket(20, 60),
    "webhooks.mail": Bucket(600, 60),
    "ops.secret.failure": Bucket(10, 60),
    "runtime.thread.message": Bucket(60, 60),
    "runtime.codex.control.request": Bucket(60, 60),
    "runtime.codex.event": Bucket(6000, 60),
    "runtime.treasury": Bucket(60, 60),
    "runtime.marketplace": Bucket(60, 60),
}


def count(bucket: str, key: str, cost: int = 1) -> None:
    """Record `cost` hits of `key`. Raises Fault(RATE_LIMITED) with the seconds to wait; then nothing is recorded."""
    rule = BUCKETS[bucket]
    wait = _window().hit(bucket, key, rule.limit, rule.seconds, cost)
    if wait:
        metrics.RATE_LIMITED.labels(bucket).inc()
        raise Fault(RATE_LIMITED, retry_after_ms=wait * 1000)


class _Degraded(LocalWindow):
    """What a window falls back to when its store is away; says so per bucket."""

    def hit(self, bucket: str, key: str, limit: int, seconds: int, cost: int = 1) -> int:
        metrics.RATELIMIT_DEGRADED.labels(bucket).inc()
        return super().hit(bucket, key, limit, seconds, cost)


@cache
def _window() -> Window:
    """The process's window; all windows of control are rate limits, so its fallback is theirs."""
    found = window()
    if isinstance(found, PostgresWindow | RedisWindow):
        found.local = _Degraded()
    return found
