"""From a sender to a source over real connections: one contract for the three drivers (khala 16)."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from psycopg.conninfo import make_conninfo

from openagents.db import fanout, hints
from openagents.db.fanout import (
    HintSource,
    MemoryHintSource,
    PostgresHintSource,
    RedisHintSource,
    control_source,
    hint_source,
)
from openagents.db.hints import HintSender, MemoryTransport, PostgresTransport, RedisTransport
from openagents.db.models import CacheEntry
from openagents.db.tests.conftest import RedisServer

PATIENCE = 10.0


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


def own_conninfo(**more: str) -> str:
    """This process's database, as a connection string."""
    database = connection.settings_dict
    names = {"host": "HOST", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return make_conninfo(**{name: database[key] for name, key in names.items()} | more)


@dataclass
class Link:
    """A sender and a source of one driver, and what the source has heard of a topic."""

    sender: HintSender
    source: HintSource
    publish_raw: Callable[[str], Any]
    heard: list[tuple[str, int]] = field(default_factory=list)

    def listener(self, topic: str, head: int) -> None:
        self.heard.append((topic, head))

    def heads(self, topic: str) -> list[int]:
        return [head for name, head in self.heard if name == topic]

    async def run(self, story: Callable[[], Awaitable[None]]) -> None:
        await self.source.start(self.listener)
        try:
            await story()
        finally:
            await self.source.stop()


@pytest.fixture(
    params=[
        "memory",
        "postgres",
        "postgres control",
        pytest.param("redis", marks=pytest.mark.redis),
        pytest.param("redis control", marks=pytest.mark.redis),
    ]
)
def link(request: pytest.FixtureRequest, unique: str) -> Iterator[Link]:
    """Every driver, for hints and for control events: (topic, head) and (kind, number) travel alike."""
    driver, _, control = request.param.partition(" ")
    if driver == "memory":
        bus = MemoryTransport()
        yield Link(HintSender(bus, 0.01, "control"), MemoryHintSource(bus), lambda _payload: None)
    elif driver == "postgres":
        yield postgres_link(unique, hints.CONTROL_CHANNEL if control else hints.CHANNEL)
    else:
        url = request.getfixturevalue("redis_url")
        client = redis.Redis.from_url(url)
        channel = hints.redis_control_channel(unique) if control else None
        transport = RedisTransport(client, unique, channel)
        raw = channel or hints.redis_channel(unique, "raw")
        source = RedisHintSource(url, unique, channel)
        yield Link(HintSender(transport, 0.01, "control"), source, lambda payload: client.publish(raw, payload))


def postgres_link(unique: str, channel: str = hints.CHANNEL) -> Link:
    def notify(payload: str) -> None:
        with psycopg.connect(own_conninfo(), autocommit=True) as raw:
            raw.execute("SELECT pg_notify(%s, %s)", [channel, payload])

    source = PostgresHintSource(own_conninfo(application_name=f"source-{unique}"), channel)
    sender = HintSender(PostgresTransport(hints._connect, channel), 0.01, "control")
    return Link(sender, source, notify)


def test_a_note_arrives_with_its_topic_and_head(link: Link, unique: str) -> None:
    topic = f"run:{unique}:ä:with:colons"

    async def story() -> None:
        assert link.source.healthy
        link.sender.note(topic, 7)
        await until(lambda: link.heads(topic) == [7])

    asyncio.run(link.run(story))
    assert link.source.healthy is False


def test_many_notes_arrive_merged_and_end_at_the_newest(link: Link, unique: str) -> None:
    async def story() -> None:
        for head in range(1, 501):
            link.sender.note(unique, head)
        await until(lambda: link.heads(unique)[-1:] == [500])
        assert len(link.heads(unique)) < 250

    asyncio.run(link.run(story))


def test_a_thousand_notes_in_a_tenth_of_a_second_send_at_most_eleven_hints(link: Link, unique: str) -> None:
    async def story() -> None:
        started = time.monotonic()
        for head in range(1, 1001):
            link.sender.note(unique, head)
        spent = time.monotonic() - started
        await until(lambda: link.heads(unique)[-1:] == [1000])
        assert len(link.heads(unique)) <= 11 + spent / 0.01

    asyncio.run(link.run(story))


def test_hints_and_control_events_do_not_mix(unique: str) -> None:
    hint, event = postgres_link(unique), postgres_link(unique, hints.CONTROL_CHANNEL)

    async def story() -> None:
        await event.source.start(event.listener)
        hint.sender.note(unique, 1)
        event.sender.note(unique, 2)
        await until(lambda: hint.heads(unique) and event.heads(unique))
        await event.source.stop()

    asyncio.run(hint.run(story))
    assert (hint.heads(unique), event.heads(unique)) == ([1], [2])


def test_the_source_calls_in_the_loops_own_thread(link: Link, unique: str) -> None:
    threads: list[threading.Thread] = []

    async def story() -> None:
        await link.source.start(lambda _topic, _head: threads.append(threading.current_thread()))
        link.sender.note(unique, 1)
        await until(lambda: threads)
        await link.source.stop()

    asyncio.run(story())
    assert set(threads) == {threading.current_thread()}


def test_a_reader_woken_by_a_hint_always_finds_its_row(
    link: Link, unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "sender", lambda: link.sender)
    missing: list[int] = []
    with psycopg.connect(own_conninfo(), autocommit=True) as reader:

        def look(topic: str, head: int) -> None:
            if topic == unique:
                row = reader.execute("SELECT 1 FROM cache_entry WHERE key = %s", [f"{topic}:{head}"]).fetchone()
                link.heard.append((topic, head))
                if row is None:
                    missing.append(head)

        def write() -> None:
            try:
                for head in range(1, 61):
                    with transaction.atomic():
                        now = timezone.now()
                        CacheEntry.objects.create(
                            key=f"{unique}:{head}", value=head, stored_at=now, expires_at=now + timedelta(hours=1)
                        )
                        hints.after_commit([(unique, head)])
            finally:
                connection.close()

        async def story() -> None:
            await link.source.start(look)
            await asyncio.to_thread(write)
            await until(lambda: link.heads(unique)[-1:] == [60])
            await link.source.stop()

        asyncio.run(story())
    assert missing == []


def test_a_rolled_back_write_is_never_heard(link: Link, unique: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hints, "sender", lambda: link.sender)

    def write() -> None:
        try:
            with pytest.raises(KeyError), transaction.atomic():
                hints.after_commit([(unique, 1)])
                raise KeyError
            with transaction.atomic():
                hints.after_commit([(unique, 2)])
        finally:
            connection.close()

    async def story() -> None:
        await asyncio.to_thread(write)
        await until(lambda: link.heads(unique) == [2])

    asyncio.run(link.run(story))
    assert link.heads(unique) == [2]


def test_strange_messages_are_skipped_and_the_source_lives_on(link: Link, unique: str) -> None:
    async def story() -> None:
        for payload in ("", "no head", "topic:", "topic:x", "topic:²", "topic:-1", "[]", "null", '{"v":1}', '{"v":2}'):
            link.publish_raw(payload)
        link.sender.note(unique, 1)
        await until(lambda: link.heads(unique) == [1])
        assert link.source.healthy

    asyncio.run(link.run(story))
    assert not any(topic == "topic" for topic, _ in link.heard)


def test_a_stopped_source_hears_nothing_and_can_start_again(link: Link, unique: str) -> None:
    async def story() -> None:
        await link.source.start(link.listener)
        await link.source.stop()
        await link.source.stop()
        link.sender.note(unique, 1)
        await link.source.start(link.listener)
        await until(lambda: link.source.healthy)
        link.sender.note(unique, 2)
        await until(lambda: 2 in link.heads(unique))
        await link.source.stop()

    asyncio.run(story())


@pytest.fixture
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "BACKOFF_SECONDS_MIN", 0.05)


@pytest.mark.usefixtures("no_backoff")
def test_postgres_reconnects_after_its_connection_was_killed(unique: str, testbed: Any) -> None:
    link = postgres_link(unique)
    health: list[bool] = []

    def kill(what: str) -> None:
        with testbed.server.connect("postgres") as superuser:
            superuser.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {what}")

    async def story() -> None:
        link.sender.note(unique, 1)
        await until(lambda: link.heads(unique) == [1])
        await asyncio.to_thread(kill, f"application_name = 'source-{unique}'")
        await until(lambda: not link.source.healthy)
        health.append(link.source.healthy)
        await until(lambda: link.source.healthy)
        link.sender.note(unique, 2)
        await until(lambda: 2 in link.heads(unique))

    asyncio.run(link.run(story))
    assert health == [False]


@pytest.mark.usefixtures("no_backoff")
def test_the_sender_reconnects_after_its_connection_was_killed(unique: str, testbed: Any) -> None:
    link = postgres_link(unique)
    transport = link.sender._transport
    assert isinstance(transport, PostgresTransport)

    async def story() -> None:
        link.sender.note(unique, 1)
        await until(lambda: link.heads(unique) == [1])
        assert transport._connection is not None
        pid = transport._connection.info.backend_pid
        with testbed.server.connect("postgres") as superuser:
            superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        link.sender.note(unique, 2)  # this one may be lost
        head = 2
        while not any(heard > 2 for heard in link.heads(unique)):
            head += 1
            link.sender.note(unique, head)
            await asyncio.sleep(0.02)

    asyncio.run(asyncio.wait_for(link.run(story), PATIENCE))


@pytest.mark.usefixtures("no_backoff")
def test_a_source_that_starts_before_its_server_is_unhealthy_then_heals(unique: str) -> None:
    source = PostgresHintSource(own_conninfo(password="wrong"))

    async def story() -> None:
        await source.start(lambda _topic, _head: None)
        assert source.healthy is False
        source._conninfo = own_conninfo()
        await until(lambda: source.healthy)
        await source.stop()

    asyncio.run(story())


@pytest.mark.usefixtures("no_backoff")
def test_a_listener_that_raises_does_not_leave_a_deaf_source_that_looks_healthy(unique: str) -> None:
    link = postgres_link(unique)
    seen: list[int] = []

    def fragile(_topic: str, head: int) -> None:
        seen.append(head)
        if len(seen) == 1:
            raise ValueError("a bug of the listener")

    async def story() -> None:
        await link.source.start(fragile)
        link.sender.note(unique, 1)
        await until(lambda: not link.source.healthy)
        await until(lambda: link.source.healthy)
        link.sender.note(unique, 2)
        await until(lambda: 2 in seen)
        await link.source.stop()

    asyncio.run(story())


@pytest.mark.redis
@pytest.mark.usefixtures("no_backoff")
def test_redis_reconnects_after_its_server_was_killed(own_redis: RedisServer, unique: str) -> None:
    source = RedisHintSource(own_redis.url, unique)
    client = redis.Redis.from_url(own_redis.url)
    sender = HintSender(RedisTransport(client, unique), 0.01, "control")
    heard: list[int] = []

    async def story() -> None:
        await source.start(lambda _topic, head: heard.append(head))
        assert source.healthy
        own_redis.kill()
        await until(lambda: not source.healthy)
        sender.note("run:1", 1)  # lost
        await asyncio.to_thread(own_redis.start)
        await until(lambda: source.healthy)
        head = 1
        async with asyncio.timeout(PATIENCE):
            while not heard:
                head += 1
                sender.note("run:1", head)
                await asyncio.sleep(0.02)
        await source.stop()

    asyncio.run(story())


def test_a_server_that_accepts_and_says_nothing_holds_nobody_up(unique: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "CONNECT_SECONDS_MAX", 0.2)

    async def story() -> None:
        silent = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        source = RedisHintSource(f"redis://127.0.0.1:{port}/0", unique)
        await asyncio.wait_for(source.start(lambda _topic, _head: None), PATIENCE)
        assert source.healthy is False
        await source.stop()
        silent.close()

    asyncio.run(story())


@pytest.mark.redis
def test_the_message_on_redis_is_the_documented_one(redis_url: str, unique: str) -> None:
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    with client.pubsub() as subscription:
        subscription.subscribe(hints.redis_channel(unique, "run:1"))
        subscription.get_message(timeout=5)
        before = int(time.time() * 1000)
        RedisTransport(client, unique).send([("run:1", 42)])
        message = subscription.get_message(timeout=5)
    assert message is not None
    body = json.loads(message["data"])
    assert list(body) == ["v", "t", "h", "at"]
    assert (body["v"], body["t"], body["h"]) == (1, "run:1", 42)
    assert before <= body["at"] <= time.time() * 1000


def test_backoff_doubles_up_to_its_bound() -> None:
    assert (fanout.BACKOFF_SECONDS_MIN, fanout.BACKOFF_SECONDS_MAX) == (0.25, 8.0)


@pytest.mark.parametrize(
    ("driver", "kind"),
    [
        ("memory", MemoryHintSource),
        ("postgres", PostgresHintSource),
        ("postgres_notify", PostgresHintSource),
        ("redis", RedisHintSource),
    ],
)
def test_each_driver_has_its_source(driver: str, kind: type[HintSource]) -> None:
    source = hint_source(driver, journal_conninfo="", redis_url="redis://127.0.0.1:1", prefix="oa")
    assert type(source) is kind
    assert source.healthy is False


@pytest.mark.parametrize(
    ("driver", "kind"),
    [("memory", MemoryHintSource), ("postgres", PostgresHintSource), ("redis", RedisHintSource)],
)
def test_each_driver_carries_control_events_too(driver: str, kind: type[HintSource]) -> None:
    source = control_source(driver, conninfo="", redis_url="redis://127.0.0.1:1", prefix="oa")
    assert type(source) is kind


def test_an_unknown_driver_is_refused_by_name() -> None:
    with pytest.raises(SystemExit, match=r"FANOUT_DRIVER.*'nats'"):
        hint_source("nats", journal_conninfo="", redis_url="", prefix="oa")
    assert settings.OA.hint_driver() == "postgres"
