"""The one sender of hints: "topic X has news up to seq H". Wake-ups without content, allowed to get lost.

A hint leaves after the commit, never inside a transaction, in every driver: `NOTIFY` takes a lock of the whole
server at commit, and inside the append transaction it cost two thirds of the appends. The sender merges: the first
hint of a topic leaves at once, then at most one per interval, always with the newest head. Khala's sweep of the
journal finds within a second whatever a full queue, a dead driver or a killed process swallowed.
"""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Protocol

import psycopg
import redis
import structlog
from django.conf import settings
from django.db import connection, transaction

from openagents.ops import metrics

CHANNEL = "runtime_sync"
CONTROL_CHANNEL = "khala_control"
REDIS_SHARDS = 16
TOPICS_WAITING_MAX = 10_000
"""Bound of the queue: distinct topics with an unsent hint. Beyond it new topics are dropped and counted."""
IDLE_SECONDS_MAX = 60.0
"""How long the sender sleeps at most when nothing waits."""
LATE_SECONDS_MAX = 0.001
"""How late a hint may leave rather than wake the sender once more."""
DEAD_DRIVER_SECONDS = 0.25
"""Pause after a failed send; what is noted meanwhile waits, merged."""

Hint = tuple[str, int]
log = structlog.get_logger("oa.hints")


class Transport(Protocol):
    """How hints leave the process."""

    name: str

    def send(self, hints: Iterable[Hint]) -> None:
        """Publish (topic, head) pairs. Raises OSError, psycopg.Error or RedisError; the hints are then lost."""
        ...


class PostgresTransport:
    """`NOTIFY` on an autocommit connection that does nothing else."""

    name = "postgres"

    def __init__(self, connect: Callable[[], psycopg.Connection[Any]], channel: str = CHANNEL) -> None:
        self._connect = connect
        self._channel = channel
        self._connection: psycopg.Connection[Any] | None = None

    def send(self, hints: Iterable[Hint]) -> None:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        payloads = [f"{topic}:{head}" for topic, head in hints]
        try:
            self._connection.execute(
                "SELECT pg_notify(%s, payload) FROM unnest(%s::text[]) AS payload", [self._channel, payloads]
            )
        except psycopg.Error:
            self._connection.close()
            raise


def redis_channel(prefix: str, topic: str) -> str:
    """The shard that carries a topic: CRC-32 of its UTF-8, modulo 16."""
    return f"{prefix}:hint:{zlib.crc32(topic.encode()) % REDIS_SHARDS}"


def redis_control_channel(prefix: str) -> str:
    """The one channel of control events."""
    return f"{prefix}:ctl"


class RedisTransport:
    """`PUBLISH` on sixteen sharded channels, or all on one."""

    name = "redis"

    def __init__(self, client: redis.Redis, prefix: str, channel: str | None = None) -> None:
        self._client = client
        self._prefix = prefix
        self._channel = channel

    def send(self, hints: Iterable[Hint]) -> None:
        now = int(time.time() * 1000)
        with self._client.pipeline(transaction=False) as pipeline:
            for topic, head in hints:
                message = json.dumps({"v": 1, "t": topic, "h": head, "at": now}, separators=(",", ":"))
                pipeline.publish(self._channel or redis_channel(self._prefix, topic), message)
            pipeline.execute()


class MemoryTransport:
    """Direct calls to listeners in this process."""

    name = "memory"

    def __init__(self) -> None:
        self.listeners: list[Callable[[str, int], None]] = []

    def send(self, hints: Iterable[Hint]) -> None:
        for topic, head in hints:
            for listener in list(self.listeners):
                listener(topic, head)


class HintSender:
    """One thread per process. `note` never blocks and never raises."""

    def __init__(self, transport: Transport, interval_seconds: float, plane: str) -> None:
        self._transport = transport
        self._interval = interval_seconds
        self._plane = plane
        self._waiting: dict[str, int] = {}
        self._sent_at: dict[str, float] = {}
        self._wakes_at = 0.0
        """Until when the thread sleeps unless woken; 0 while it is awake and will look by itself."""
        self._wake = threading.Condition()
        self._pause = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, topic: str, head: int) -> None:
        """`topic` has committed rows up to `head`."""
        with self._wake:
            known = self._waiting.get(topic)
            if known is None and len(self._waiting) >= TOPICS_WAITING_MAX:
                self._count("dropped")
                return
            if known is not None:
                self._count("merged")
            self._waiting[topic] = max(known or 0, head)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="hint-sender", daemon=True)
                self._thread.start()
            sent_at = self._sent_at.get(topic)
            if (0.0 if sent_at is None else sent_at + self._interval) + LATE_SECONDS_MAX < self._wakes_at:
                self._wake.notify()  # else it wakes early enough; woken for nothing it would only slow its callers

    def _run(self) -> None:
        while True:
            with self._wake:
                now = time.monotonic()
                due, wait = self._take_due(now)
                if not due:
                    self._wakes_at = now + wait
                    self._wake.wait(wait)
                    self._wakes_at = 0.0
                    continue
            try:
                self._transport.send(due)
                self._count("sent", len(due))
            except (OSError, psycopg.Error, redis.RedisError) as error:
                self._count("dropped", len(due))
                log.warning("hints.dropped", driver=self._transport.name, reason=type(error).__name__, topics=len(due))
                self._pause.wait(DEAD_DRIVER_SECONDS)  # not `_wake`: every note would end that pause

    def _take_due(self, now: float) -> tuple[list[Hint], float]:
        """Hints whose interval is over, and how long until the next one is. Called under the lock."""
        due: list[Hint] = []
        wait = IDLE_SECONDS_MAX
        for topic, head in list(self._waiting.items()):
            sent_at = self._sent_at.get(topic)
            remaining = 0.0 if sent_at is None else sent_at + self._interval - now
            if remaining <= 0:
                due.append((topic, head))
                del self._waiting[topic]
                self._sent_at[topic] = now
            else:
                wait = min(wait, remaining)
        if len(self._sent_at) > TOPICS_WAITING_MAX:
            self._sent_at = {topic: at for topic, at in self._sent_at.items() if now - at < self._interval}
        return due, wait

    def _count(self, outcome: str, amount: int = 1) -> None:
        metrics.HINTS.labels(self._plane, self._transport.name, outcome).inc(amount)


MEMORY = MemoryTransport()
"""The in-process bus of the `memory` driver."""


def own_parameters() -> dict[str, Any]:
    """libpq parameters of the process's own database."""
    return {
        key: value
        for key, value in connection.get_connection_params().items()
        if key not in ("cursor_factory", "context", "prepare_threshold")
    }


def _connect() -> psycopg.Connection[Any]:
    return psycopg.connect(**own_parameters(), autocommit=True)


@cache
def sender() -> HintSender:
    """The process's sender, with the configured driver."""
    driver = settings.OA.hint_driver()
    transport: Transport
    if driver == "memory":
        transport = MEMORY
    elif driver == "redis":
        from openagents.db.redis_client import client

        transport = RedisTransport(client(), settings.OA.fanout_prefix)
    elif driver == "postgres":
        transport = PostgresTransport(_connect)
    else:
        raise SystemExit(f"configuration: FANOUT_DRIVER: unknown driver {driver!r}")
    return HintSender(transport, settings.OA.fanout_hint_interval_ms / 1000, settings.OA_PROCESS.plane)


CONTROL_MEMORY = MemoryTransport()
"""The in-process bus of control events."""


@cache
def control_sender() -> HintSender:
    """The process's sender of control events, (kind, number) pairs, with the configured driver.

    Events are hints too: the newest number of a kind says all, and what is lost is repaired by whoever listens.
    """
    driver = settings.OA.hint_driver()
    transport: Transport
    if driver == "memory":
        transport = CONTROL_MEMORY
    elif driver == "redis":
        from openagents.db.redis_client import client

        prefix = settings.OA.fanout_prefix
        transport = RedisTransport(client(), prefix, redis_control_channel(prefix))
    else:
        transport = PostgresTransport(_connect, CONTROL_CHANNEL)
    return HintSender(transport, settings.OA.fanout_hint_interval_ms / 1000, settings.OA_PROCESS.plane)


def after_commit(hints: Iterable[Hint]) -> None:
    """Note each (topic, head) once the current transaction has committed; a rolled-back one sends nothing.

    What is committed stays answered as committed: a failure here is logged, never raised.
    """
    noted = list(hints)

    def note() -> None:
        for topic, head in noted:
            sender().note(topic, head)

    if noted:
        transaction.on_commit(note, robust=True)
