"""The receiving side of hints: an asyncio source per driver, one contract.

A source calls `on_hint(topic, head)` in the event loop's thread. It may lose, merge, repeat or reorder hints; it
never raises to its user: a broken driver shows as `healthy == False` and is reconnected with backoff.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol

import psycopg
import redis.asyncio
import structlog
from psycopg.conninfo import conninfo_to_dict
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from openagents.db.hints import (
    CHANNEL,
    CONTROL_CHANNEL,
    CONTROL_MEMORY,
    MEMORY,
    Hint,
    MemoryTransport,
    redis_control_channel,
)
from openagents.db.url import KEEPALIVE

OnHint = Callable[[str, int], None]
Deliver = Callable[[Hint | None], None]

BACKOFF_SECONDS_MIN = 0.25
BACKOFF_SECONDS_MAX = 8.0
CONNECT_SECONDS_MAX = 5
log = structlog.get_logger("oa.fanout")


class HintSource(Protocol):
    """Where a process hears of news."""

    driver: str
    healthy: bool

    async def start(self, on_hint: OnHint) -> None:
        """Begin to listen; returns once listening, once the first attempt has failed, or after a few seconds."""
        ...

    async def stop(self) -> None:
        """Stop listening and release the connection."""
        ...


class MemoryHintSource:
    """Hints of this very process; across processes only the sweep of the journal speaks."""

    driver = "memory"

    def __init__(self, bus: MemoryTransport = MEMORY) -> None:
        self._bus = bus
        self._listener: OnHint | None = None
        self.healthy = False

    async def start(self, on_hint: OnHint) -> None:
        loop = asyncio.get_running_loop()

        def deliver(topic: str, head: int) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has closed: nobody is left to wake
                loop.call_soon_threadsafe(on_hint, topic, head)

        self._listener = deliver
        self._bus.listeners.append(deliver)
        self.healthy = True

    async def stop(self) -> None:
        if self._listener is not None:
            self._bus.listeners.remove(self._listener)
        self._listener = None
        self.healthy = False


class _Reconnecting(ABC):
    """The life of a driver with a connection: listen, and after a failure listen again, later each time."""

    driver = ""

    def __init__(self) -> None:
        self.healthy = False
        self._task: asyncio.Task[None] | None = None

    async def start(self, on_hint: OnHint) -> None:
        first = asyncio.Event()
        self._task = asyncio.create_task(self._run(on_hint, first), name=f"hints-{self.driver}")
        with contextlib.suppress(TimeoutError):  # a server that accepts and then says nothing holds nobody up
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                await first.wait()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._task = None
        self.healthy = False

    async def _run(self, on_hint: OnHint, first: asyncio.Event) -> None:
        delay = BACKOFF_SECONDS_MIN

        def listening() -> None:
            nonlocal delay
            delay = BACKOFF_SECONDS_MIN
            self.healthy = True
            first.set()

        def deliver(hint: Hint | None) -> None:
            if hint is None:
                log.warning("fanout.unreadable", driver=self.driver)
            else:
                on_hint(*hint)

        try:
            while True:
                try:
                    await self._listen(deliver, listening)
                except (OSError, psycopg.Error, RedisError) as error:
                    log.warning("fanout.lost", driver=self.driver, reason=type(error).__name__, retry_seconds=delay)
                except Exception:
                    # Whatever it was (the listener itself, say): a task that died of it would look healthy for ever.
                    log.exception("fanout.failed", driver=self.driver, retry_seconds=delay)
                self.healthy = False
                first.set()
                await asyncio.sleep(delay)
                delay = min(delay * 2, BACKOFF_SECONDS_MAX)
        finally:
            first.set()

    @abstractmethod
    async def _listen(self, deliver: Deliver, listening: Callable[[], None]) -> None:
        """Deliver hints until the connection ends or fails; call `listening` once it hears."""


def _postgres_hint(payload: str) -> Hint | None:
    topic, separator, head = payload.rpartition(":")
    return (topic, int(head)) if separator and head.isascii() and head.isdigit() else None


def _redis_hint(data: str) -> Hint | None:
    try:
        hint = json.loads(data)
        return (str(hint["t"]), int(hint["h"])) if hint["v"] == 1 else None
    except (ValueError, KeyError, TypeError):
        return None


class PostgresHintSource(_Reconnecting):
    """LISTEN on the journal's database (control events: on the plane's own)."""

    driver = "postgres"

    def __init__(self, conninfo: str, channel: str = CHANNEL) -> None:
        super().__init__()
        self._conninfo = conninfo
        self._channel = channel

    async def _listen(self, deliver: Deliver, listening: Callable[[], None]) -> None:
        parameters: dict[str, Any] = {
            **KEEPALIVE,
            "connect_timeout": CONNECT_SECONDS_MAX,
            **conninfo_to_dict(self._conninfo),
        }
        connection = await psycopg.AsyncConnection.connect(**parameters, autocommit=True)
        try:
            await connection.execute(f"LISTEN {self._channel}")
            listening()
            async for notification in connection.notifies():
                deliver(_postgres_hint(notification.payload))
        finally:
            await connection.close()


class RedisHintSource(_Reconnecting):
    """Pattern subscription to the sharded channels, or to one channel."""

    driver = "redis"

    def __init__(self, url: str, prefix: str, channel: str | None = None) -> None:
        super().__init__()
        self._url = url
        self._pattern = channel or f"{prefix}:hint:*"

    async def _listen(self, deliver: Deliver, listening: Callable[[], None]) -> None:
        client = redis.asyncio.Redis.from_url(
            self._url,
            decode_responses=True,
            socket_connect_timeout=CONNECT_SECONDS_MAX,
            socket_keepalive=True,
            retry=Retry(NoBackoff(), 0),  # reconnecting is our business: meanwhile we are not healthy
        )
        try:
            async with client.pubsub() as subscription:
                await subscription.psubscribe(self._pattern)
                async for message in subscription.listen():
                    if message["type"] == "psubscribe":
                        listening()
                    elif message["type"] == "pmessage":
                        deliver(_redis_hint(message["data"]))
        finally:
            await client.aclose()


def hint_source(driver: str, *, journal_conninfo: str, redis_url: str, prefix: str) -> HintSource:
    """The source of the configured driver. Raises SystemExit for an unknown name."""
    if driver == "memory":
        return MemoryHintSource()
    if driver in ("postgres", "postgres_notify"):
        return PostgresHintSource(journal_conninfo)
    if driver == "redis":
        return RedisHintSource(redis_url, prefix)
    raise SystemExit(f"configuration: FANOUT_DRIVER: unknown driver {driver!r}")


def control_source(driver: str, *, conninfo: str, redis_url: str, prefix: str) -> HintSource:
    """Where a process hears control events, (kind, number) pairs. `conninfo`: the plane's own database."""
    if driver == "memory":
        return MemoryHintSource(CONTROL_MEMORY)
    if driver == "redis":
        return RedisHintSource(redis_url, prefix, redis_control_channel(prefix))
    return PostgresHintSource(conninfo, CONTROL_CHANNEL)
