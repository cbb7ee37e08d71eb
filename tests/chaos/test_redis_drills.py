"""Redis carries the hints, the windows and the single use of tokens; it dies, comes back empty, or goes deaf."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis

from openagents.db.hints import RedisTransport
from openagents.embedded.history.recorder import Recorder
from openagents.embedded.testbed import TESTBED
from tests.chaos.conftest import load_on
from tests.chaos.verdicts import Show, assert_held, finish
from tests.crowd import Journal
from tests.judging import superuser
from tests.proxy import Proxy
from tests.subscriber import Subscriber, User, sign_in
from tests.system import System, free_port, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.redis,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="needs a redis-server to kill"),
]

Tell = Callable[[str], None]
CANARY = "ops:canary:summary"


class Redis:
    """A redis-server of ours that keeps nothing: whenever it starts, it is empty."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(
            ["redis-server", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(self.answers, 10, "Redis answers")

    def answers(self) -> bool:
        try:
            return bool(self.client().ping())
        except redis.RedisError:
            return False

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(f"redis://127.0.0.1:{self.port}/0", decode_responses=True)

    def kill9(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Fleet:
    """Control, runtime and Khala on Redis, which they reach through a proxy; and somebody who has signed in."""

    def __init__(self, system: System, server: Redis, proxy: Proxy, user: User) -> None:
        self.system = system
        self.redis = server
        self.proxy = proxy
        self.user = user


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("redis-fleet")
    server = Redis(folder)
    server.start()
    with Proxy(server.port) as proxy:
        extra = {"REDIS_URL": f"redis://127.0.0.1:{proxy.port}/0", "FANOUT_DRIVER": "redis", "FANOUT_PREFIX": "drill"}
        system = System(folder, TESTBED.environment, extra=extra)
        try:
            system.up("control", "runtime", "khala")
            with superuser(TESTBED.server, TESTBED.clone("control"), "control") as database:
                user = sign_in(system, database, folder / "home", "redis@example.com")
            yield Fleet(system, server, proxy, user)
        finally:
            system.down()
            server.kill9()


@pytest.fixture
def tail(fleet: Fleet, recorder: Recorder, tmp_path: Path) -> Callable[[str], Subscriber]:
    fleet.system.up("control", "runtime", "khala")
    return lambda topic: Subscriber(fleet.user.another_device(tmp_path / "tail"), recorder, "tail", [topic])


def test_kill_9_of_redis_and_an_empty_one_in_its_place(
    fleet: Fleet,
    tail: Callable[[str], Subscriber],
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
    tell: Tell,
) -> None:
    load = load_on(fleet.system, TESTBED.credentials, recorder, fleet.user.user_id)
    with tail(load.topic) as subscriber:
        subscriber.goes_live()
        with load:
            load.more(60)
            fleet.redis.kill9()
            load.more(60)
            wanted, since = load.acked, time.monotonic()
            subscriber.reaches(load.topic, wanted)
            without = time.monotonic() - since
            fleet.redis.start()
            load.more(60)
            until(lambda: _listeners(fleet.redis) > 0, 20, "Khala listens on the new Redis")
            load.more(60)
        finish(load, runtime_database, subscriber)
    tell(f"caught up within {without:.2f} s while there was no Redis")
    assert_held(show, recorder, runtime_database, load)


def test_a_deaf_redis_connection_is_found_by_the_probes(
    fleet: Fleet,
    tail: Callable[[str], Subscriber],
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
    tell: Tell,
) -> None:
    """Khala's connection to Redis stays open and nothing comes through it any more: nobody but a probe can know.

    Only Khala's is deaf: runtime and control reach Redis directly, so every hint is sent, and none arrives.
    """
    direct = f"redis://127.0.0.1:{fleet.redis.port}/0"
    fleet.system["runtime"].restart(REDIS_URL=direct)
    fleet.system["control"].restart(REDIS_URL=direct)
    fleet.system["khala"].restart(KHALA_PROBE_INTERVAL_MS="100", KHALA_PROBE_LIMIT_MS="2000")
    canary = Journal(runtime_database, "ops", CANARY, "operator")
    sender = RedisTransport(fleet.redis.client(), "drill")
    load = load_on(fleet.system, TESTBED.credentials, recorder, fleet.user.user_id)

    def beat() -> None:
        sender.send([(CANARY, canary.append(1))])

    def finding() -> str:
        beat()
        ready = httpx.get(f"{fleet.system['khala'].url}/readyz", timeout=10, trust_env=False)
        assert ready.status_code == 200, "a deaf driver only degrades"
        return str({check["name"]: check["code"] or "" for check in ready.json()["checks"]}["delivery"])

    with tail(load.topic) as subscriber:
        subscriber.goes_live()
        with load:
            until(lambda: not finding() and _gauge(fleet, 'oa_khala_probe_deaf{probe="hints"}') == 0, 20, "probes hear")
            fleet.proxy.fall_silent()
            since = time.monotonic()
            until(lambda: "hints" in finding(), 30, "the probes found it", fleet.system["khala"].log_tail)
            found = time.monotonic() - since
            assert _gauge(fleet, 'oa_khala_probe_deaf{probe="hints"}') == 1
            wanted, since = load.acked, time.monotonic()
            subscriber.reaches(load.topic, wanted, 10)
            late = time.monotonic() - since
            fleet.proxy.fair()
            until(lambda: not finding(), 30, "the driver hears again", fleet.system["khala"].log_tail)
            healed = time.monotonic() - since
        finish(load, runtime_database, subscriber)
    tell(
        f"deaf connection named after {found:.1f} s, delivery meanwhile {late:.2f} s late,"
        f" heard again {healed:.1f} s after the network did"
    )
    assert_held(show, recorder, runtime_database, load)


def _gauge(fleet: Fleet, series: str) -> float:
    text = httpx.get(f"{fleet.system['khala'].url}/metrics", timeout=10, trust_env=False).text
    found = [float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(series)]
    return found[0] if found else -1.0


def _listeners(server: Redis) -> int:
    return int(server.client().execute_command("PUBSUB", "NUMPAT") or 0)
