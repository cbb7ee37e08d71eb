"""The storage seam: single use, windows, cache. Postgres always; Redis in front of it when `REDIS_URL` is set.

Each store says what it does when its server is down: single use fails closed, windows fail open, caches compute.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache as remember
from typing import Any, Protocol

import orjson
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import JSONField, Value
from django.utils import timezone
from redis.exceptions import RedisError

from openagents.db.local_window import LocalWindow
from openagents.db.models import CacheEntry
from openagents.db.prepared import prepared_cursor
from openagents.db.redis_client import client, prefix
from openagents.ops import metrics

NONCE_KEEP = timedelta(seconds=60)
"""A nonce outlives its token by the largest accepted clock skew, twice."""


DATABASE_DOWN = (DatabaseError, InterfaceError)


class StoreUnavailable(RuntimeError):
    """No store could answer; the caller refuses with 503."""


@dataclass(slots=True)
class Claim:
    """A claim that is made by the statement of its effect (`CLAIMS`), not by a transaction of its own.

    `given`: such a statement has it, and what becomes of the effect becomes of the claim.
    """

    scope: str
    key: str
    expires_at: datetime
    given: bool = False


class SingleUse(Protocol):
    """Values that may be used once inside a scope."""

    def claim(self, scope: str, key: str, expires_at: datetime) -> bool:
        """True the first time, False ever after until `expires_at` (UTC). Raises StoreUnavailable."""
        ...

    def deferred(self, scope: str, key: str, expires_at: datetime) -> Claim | None:
        """The same claim, left for the statement of its effect to make; None where it has to be made at once."""
        ...


class Window(Protocol):
    """Sliding log: at most `limit` accepted hits of a key within the last `seconds`."""

    def hit(self, bucket: str, key: str, limit: int, seconds: int, cost: int = 1) -> int:
        """0 when accepted and recorded, else the seconds to wait (>= 1); a refused hit is not recorded.

        Whole seconds: a hit counts while its second >= now - `seconds` (control 2.3). Never raises: without its
        store it counts in this process alone, and says so in a metric.
        """
        ...


class Cache(Protocol):
    """Values computed once for many readers."""

    def get_or_compute(self, key: str, seconds: int, compute: Callable[[], Any]) -> Any:
        """The stored JSON value younger than `seconds`, else `compute()`, run by one caller at a time.

        Without its store every caller computes, counted in a metric. What `compute` raises is the caller's.
        """
        ...


CLAIM = """
INSERT INTO internal_nonce (scope, nonce, expires_at) VALUES (%s, %s, %s) ON CONFLICT (scope, nonce) DO NOTHING
RETURNING 1
"""
CLAIM_WITHOUT_FLUSH = """
INSERT INTO internal_nonce (scope, nonce, expires_at)
SELECT %s, %s, %s::timestamptz FROM (SELECT set_config('synchronous_commit', 'off', true)) AS commit(mode)
 WHERE commit.mode = 'off'
ON CONFLICT (scope, nonce) DO NOTHING RETURNING 1
"""
CLAIMS = """
claim AS (
    SELECT g, scope, nonce, expires_at
      FROM jsonb_to_recordset(%(claims)s::jsonb) AS c(g int, scope text, nonce text, expires_at timestamptz)
), made AS (
    INSERT INTO internal_nonce (scope, nonce, expires_at)
    SELECT scope, nonce, expires_at FROM claim ORDER BY scope, nonce
    ON CONFLICT (scope, nonce) DO NOTHING RETURNING scope, nonce
), used AS (
    SELECT g FROM claim EXCEPT SELECT min(g) FROM claim JOIN made USING (scope, nonce) GROUP BY scope, nonce
)
"""
"""CTEs that make the claims of `claims_text`: `used` has the number of each that was made before.

Of equal claims in one statement the one with the lowest number is the first. All wait for their rows in one order, so
that two statements do not wait for each other.
"""


def claims_text(claims: Mapping[int, Claim]) -> str:
    """The parameter `claims` of CLAIMS: deferred claims under the numbers by which `used` tells them apart."""
    return orjson.dumps(
        [
            {"g": number, "scope": claim.scope, "nonce": claim.key, "expires_at": claim.expires_at + NONCE_KEEP}
            for number, claim in claims.items()
        ]
    ).decode()


class PostgresSingleUse:
    """A unique row per value.

    A claim that is a transaction of its own does not wait for its flush. Other processes see it at once; only a crash
    of the database server can lose it, and then everything that was committed after it is lost as well, because the
    log is flushed in order: no effect that was acknowledged can be repeated with the value that caused it.
    """

    def claim(self, scope: str, key: str, expires_at: datetime) -> bool:
        values = [scope, key, expires_at + NONCE_KEEP]
        try:
            if not connection.in_atomic_block:
                return self._insert(CLAIM_WITHOUT_FLUSH, values)
            with transaction.atomic():  # a part of the caller's transaction, which is flushed as a whole
                return self._insert(CLAIM, values)
        except DATABASE_DOWN as error:
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()  # outside requests nobody else would
            raise StoreUnavailable("single use") from error

    def deferred(self, scope: str, key: str, expires_at: datetime) -> Claim | None:
        """None inside a transaction: what is claimed there is the caller's to keep or to take back."""
        return None if connection.in_atomic_block else Claim(scope, key, expires_at)

    def _insert(self, statement: str, values: list[Any]) -> bool:
        with prepared_cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone() is not None


class RedisSingleUse:
    """`SET NX` with an expiry; Postgres when Redis does not answer."""

    def __init__(self, fallback: SingleUse) -> None:
        self.fallback = fallback

    def claim(self, scope: str, key: str, expires_at: datetime) -> bool:
        keep = max(1, int((expires_at + NONCE_KEEP - timezone.now()).total_seconds()))
        try:
            return bool(client().set(f"{prefix()}:once:{scope}:{key}", "1", nx=True, ex=keep))
        except RedisError:
            metrics.STORE_DEGRADED.labels(settings.OA_PROCESS.plane, "single_use").inc()
            return self.fallback.claim(scope, key, expires_at)

    def deferred(self, scope: str, key: str, expires_at: datetime) -> None:
        """None: Redis takes part in no transaction."""


class PostgresWindow:
    """One row per key under its row lock, decided by the SQL function `oa_window_hit`."""

    def __init__(self) -> None:
        self.local = LocalWindow()

    def hit(self, bucket: str, key: str, limit: int, seconds: int, cost: int = 1) -> int:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT oa_window_hit(%s, %s, %s, %s, %s)", [bucket, key, limit, seconds, cost])
                return int(cursor.fetchone()[0])
        except DATABASE_DOWN:
            metrics.STORE_DEGRADED.labels(settings.OA_PROCESS.plane, "window").inc()
            return self.local.hit(bucket, key, limit, seconds, cost)


WINDOW_SCRIPT = """
local now = tonumber(redis.call('TIME')[1])
local limit, seconds, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local count, oldest = 0, nil
local log = redis.call('HGETALL', KEYS[1])
for i = 1, #log, 2 do
  local second, hits = tonumber(log[i]), tonumber(log[i + 1])
  if second < now - seconds then
    redis.call('HDEL', KEYS[1], log[i])
  else
    count = count + hits
    if oldest == nil or second < oldest then oldest = second end
  end
end
if count + cost > limit then
  return math.max(1, (oldest or now) + seconds - now)
end
redis.call('HINCRBY', KEYS[1], tostring(now), cost)
redis.call('EXPIRE', KEYS[1], seconds + 1)
return 0
"""


class RedisWindow:
    """The same log in a hash, decided by one script."""

    def __init__(self) -> None:
        self.local = LocalWindow()

    def hit(self, bucket: str, key: str, limit: int, seconds: int, cost: int = 1) -> int:
        try:
            script = client().register_script(WINDOW_SCRIPT)
            return int(script(keys=[f"{prefix()}:window:{bucket}:{key}"], args=[limit, seconds, cost]))
        except RedisError:
            metrics.STORE_DEGRADED.labels(settings.OA_PROCESS.plane, "window").inc()
            return self.local.hit(bucket, key, limit, seconds, cost)


class _Computation:
    """`compute` under a store that may fail before or after it: run once, its failure kept apart from the store's."""

    def __init__(self, compute: Callable[[], Any]) -> None:
        self._compute = compute
        self.done = False
        self.value: Any = None
        self.error: Exception | None = None

    def run(self) -> Any:
        """Compute now. Raises what `compute` raises."""
        try:
            self.value = self._compute()
        except Exception as error:
            self.error = error
            raise
        self.done = True
        return self.value

    def without_store(self) -> Any:
        """The value although the store failed with the exception being handled, which is re-raised if it was ours."""
        if self.error is not None:
            raise self.error
        metrics.STORE_DEGRADED.labels(settings.OA_PROCESS.plane, "cache").inc()
        return self.value if self.done else self.run()


class PostgresCache:
    """A row per key; an advisory lock lets one caller compute while the others wait for its result."""

    def get_or_compute(self, key: str, seconds: int, compute: Callable[[], Any]) -> Any:
        computation = _Computation(compute)
        try:
            if (found := self._fresh(key)) is not None:
                return found.value
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"cache:{key}"])
                if (found := self._fresh(key)) is not None:
                    return found.value
                value = computation.run()
                now = timezone.now()
                CacheEntry.objects.update_or_create(
                    key=key,
                    defaults={
                        "value": Value(value, JSONField()),  # None is a value too: JSON null, not SQL NULL
                        "stored_at": now,
                        "expires_at": now + timedelta(seconds=seconds),
                    },
                )
                return value
        except DATABASE_DOWN:
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()  # outside requests nobody else would
            return computation.without_store()

    def _fresh(self, key: str) -> CacheEntry | None:
        return CacheEntry.objects.filter(key=key, expires_at__gt=timezone.now()).first()


class RedisCache:
    """A key per value, a lock per key."""

    def get_or_compute(self, key: str, seconds: int, compute: Callable[[], Any]) -> Any:
        name = f"{prefix()}:cache:{key}"
        computation = _Computation(compute)
        try:
            if (stored := client().get(name)) is not None:
                return json.loads(stored)
            with client().lock(f"{name}:lock", timeout=30, blocking_timeout=30):
                if (stored := client().get(name)) is not None:
                    return json.loads(stored)
                value = computation.run()
                client().set(name, json.dumps(value), ex=seconds)
                return value
        except RedisError:
            return computation.without_store()


@remember
def single_use() -> SingleUse:
    """The process's single-use store."""
    return RedisSingleUse(PostgresSingleUse()) if settings.OA.redis_url else PostgresSingleUse()


@remember
def window() -> Window:
    """The process's window store."""
    return RedisWindow() if settings.OA.redis_url else PostgresWindow()


@remember
def cache() -> Cache:
    """The process's cache."""
    return RedisCache() if settings.OA.redis_url else PostgresCache()
