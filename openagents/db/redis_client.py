"""The process's one Redis connection pool. Only used when `REDIS_URL` is set; nothing in it must survive."""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

TIMEOUT_SECONDS = 1.0


@cache
def client() -> redis.Redis:
    """Client of `REDIS_URL`, shared by all threads."""
    return redis.Redis.from_url(
        settings.OA.redis_url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        # Never repeated, whatever redis-py's default becomes: a repeated claim whose first answer was lost would refuse
        # its own first use, and a dead server would make every store slow instead of letting it fall back.
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )


def prefix() -> str:
    """Prefix of this plane's keys: planes may share a server, never a key."""
    return f"{settings.OA.fanout_prefix}:{settings.OA_PROCESS.plane}"


def ping() -> bool:
    """Whether Redis answers within the time limit."""
    try:
        return bool(client().ping())
    except RedisError:
        return False
