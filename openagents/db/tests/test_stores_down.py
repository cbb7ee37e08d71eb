"""Stores whose server is gone: single use fails closed, windows fail open, caches compute; each says so in a metric."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, OperationalError, connection

from openagents.db import redis_client, stores
from openagents.db.models import InternalNonce
from openagents.db.tests.conftest import RedisServer, count_of
from openagents.ops.metrics import STORE_DEGRADED


def degraded(store: str) -> float:
    return count_of(STORE_DEGRADED, "control", store)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=60)


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This thread's connection finds no server."""
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    yield
    connection.close()


@pytest.fixture
def cut(testbed: Any) -> Callable[[], None]:
    """`cut()`: the server ends this thread's connection, which does not know yet."""

    def kill() -> None:
        connection.ensure_connection()
        pid = connection.connection.info.backend_pid
        with testbed.server.connect("postgres") as superuser:
            superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    return kill


@pytest.mark.usefixtures("no_database")
class TestWithoutPostgres:
    def test_single_use_fails_closed(self, unique: str) -> None:
        with pytest.raises(stores.StoreUnavailable):
            stores.PostgresSingleUse().claim("down", unique, soon())

    def test_a_window_fails_open_into_process_memory(self, unique: str) -> None:
        before, window = degraded("window"), stores.PostgresWindow()
        assert [window.hit("down", unique, 2, 60) for _ in range(2)] == [0, 0]
        assert window.hit("down", unique, 2, 60) > 0
        assert degraded("window") == before + 3

    def test_a_cache_computes(self, unique: str) -> None:
        before = degraded("cache")
        assert stores.PostgresCache().get_or_compute(unique, 60, lambda: "computed") == "computed"
        assert degraded("cache") == before + 1


class TestAfterACutConnection:
    """The first use may fail as above; the next one has a new connection, also where no request ends to renew it."""

    def test_single_use(self, cut: Callable[[], None], unique: str) -> None:
        cut()
        with pytest.raises(stores.StoreUnavailable):
            stores.PostgresSingleUse().claim("cut", unique, soon())
        assert stores.PostgresSingleUse().claim("cut", unique, soon()) is True

    def test_window(self, cut: Callable[[], None], unique: str) -> None:
        window = stores.PostgresWindow()
        cut()
        window.hit("cut", unique, 5, 60)
        before = degraded("window")
        window.hit("cut", unique, 5, 60)
        assert degraded("window") == before

    def test_cache(self, cut: Callable[[], None], unique: str) -> None:
        cache = stores.PostgresCache()
        cut()
        assert cache.get_or_compute(unique, 60, lambda: 1) == 1
        before = degraded("cache")
        assert cache.get_or_compute(unique, 60, lambda: 2) == 2
        assert cache.get_or_compute(unique, 60, lambda: 3) == 2
        assert degraded("cache") == before


def test_a_database_error_of_compute_is_not_the_stores(unique: str) -> None:
    calls: list[int] = []

    def compute() -> None:
        calls.append(1)
        raise OperationalError("of the caller's own query")

    before = degraded("cache")
    with pytest.raises(OperationalError, match="own query"):
        stores.PostgresCache().get_or_compute(unique, 60, compute)
    assert (calls, degraded("cache")) == ([1], before)


def test_a_value_that_cannot_be_stored_is_still_the_answer_and_computed_once(
    unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise DatabaseError("disk full")

    calls: list[int] = []
    monkeypatch.setattr(stores.CacheEntry.objects, "update_or_create", refuse)
    assert stores.PostgresCache().get_or_compute(unique, 60, lambda: calls.append(1) or "value") == "value"
    assert calls == [1]


@pytest.mark.redis
class TestWithoutRedis:
    @pytest.fixture(autouse=True)
    def dead(self, use_redis: Callable[[str], None], own_redis: RedisServer) -> Iterator[None]:
        """A Redis that was there once, and a clock on the test: falling back must not take seconds."""
        use_redis(own_redis.url)
        assert redis_client.ping()
        own_redis.kill()
        started = time.monotonic()
        yield
        assert time.monotonic() - started < 2

    def test_single_use_falls_back_to_postgres(self, unique: str) -> None:
        before = degraded("single_use")
        assert stores.single_use().claim("down", unique, soon()) is True
        assert stores.single_use().claim("down", unique, soon()) is False
        assert degraded("single_use") == before + 2
        assert InternalNonce.objects.filter(scope="down", nonce=unique).exists()

    @pytest.mark.usefixtures("no_database")
    def test_without_both_single_use_fails_closed(self, unique: str) -> None:
        with pytest.raises(stores.StoreUnavailable):
            stores.single_use().claim("down", unique, soon())

    def test_a_window_fails_open_into_process_memory(self, unique: str) -> None:
        before = degraded("window")
        assert stores.window().hit("down", unique, 1, 60) == 0
        assert stores.window().hit("down", unique, 1, 60) > 0
        assert degraded("window") == before + 2

    def test_a_cache_computes(self, unique: str) -> None:
        before = degraded("cache")
        assert stores.cache().get_or_compute(unique, 60, lambda: "computed") == "computed"
        assert degraded("cache") == before + 1

    def test_ping_says_no(self) -> None:
        assert redis_client.ping() is False


@pytest.mark.redis
def test_redis_is_used_again_when_it_is_back(
    use_redis: Callable[[str], None], own_redis: RedisServer, unique: str
) -> None:
    use_redis(own_redis.url)
    own_redis.kill()
    stores.single_use().claim("back", unique, soon())
    own_redis.start()
    before = degraded("single_use")
    assert stores.single_use().claim("back", f"{unique}x", soon()) is True
    assert degraded("single_use") == before


@pytest.mark.redis
def test_a_lost_answer_does_not_refuse_the_first_use(
    use_redis: Callable[[str], None], redis_url: str, unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis has stored the claim, its answer got lost: the caller is still the first."""
    use_redis(redis_url)
    client = redis_client.client()
    parse, lost = client.connection_pool.connection_class.read_response, []

    def lose_one(self: Any, *args: Any, **kwargs: Any) -> Any:
        answer = parse(self, *args, **kwargs)
        if not lost and answer in (b"OK", "OK", True):
            stored = client.connection_pool.connection_kwargs  # the handshake's answers come before any SET
            if unique.encode() in sent[-1] and stored:
                lost.append(1)
                self.disconnect()
                raise redis_client.redis.ConnectionError("connection reset")
        return answer

    sent: list[bytes] = [b""]
    send = client.connection_pool.connection_class.send_packed_command

    def record(self: Any, command: Any, check_health: bool = True) -> Any:
        sent.append(command if isinstance(command, bytes) else b"".join(command))
        return send(self, command, check_health)

    monkeypatch.setattr(client.connection_pool.connection_class, "read_response", lose_one)
    monkeypatch.setattr(client.connection_pool.connection_class, "send_packed_command", record)
    assert stores.single_use().claim("lost", unique, soon()) is True
    assert lost == [1]


def test_the_process_uses_postgres_without_a_redis_url() -> None:
    assert settings.OA.redis_url == ""
    assert isinstance(stores.window(), stores.PostgresWindow)
