"""Many clients at once: a storm after a crash, one that reads nothing, and whether anything is left behind."""

from __future__ import annotations

import asyncio
import socket as sockets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from openagents.embedded.testbed import TESTBED
from openagents.receipts.ids import new_id
from tests.crowd import Journal, Member, together
from tests.system import System, until

pytestmark = pytest.mark.slow

Tell = Callable[[str], None]
STORM_CLIENTS = 1_000
STORM_SECONDS_MAX = 120.0
KHALA_CONNECTIONS_MAX = 16
"""Four threads of its own, those of the requests, readiness, the listener and the sender of control events."""
JOURNAL_CONNECTIONS_MAX = 8
"""Four readers, the listener for hints, readiness."""
LEAK_ROUNDS = 12
LEAK_MEMBERS = 25
LEAK_BYTES_MAX = 12 * 1024 * 1024
NO_LIMITS = {
    f"KHALA_HANDSHAKE_{who}_{what}": "100000" for who in ("IP", "USER", "DEVICE") for what in ("RATE", "BURST")
}


@pytest.fixture
def journal(runtime_database: psycopg.Connection[Any]) -> Journal:
    return Journal(runtime_database, new_id("org"))


@contextmanager
def khala_with(system: System, **settings: str) -> Iterator[str]:
    """Khala restarted with other settings, and its socket's URL; afterwards as it was."""
    system["khala"].restart(**settings)
    try:
        yield system["khala"].url.replace("http", "ws", 1) + "/khala/v1/ws"
    finally:
        system["khala"].restart()


class Watch:
    """The largest number of connections that Khala held to each of its databases, sampled."""

    def __init__(self) -> None:
        self.most: dict[str, int] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._look, name="connection-watch")

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(10)

    def _look(self) -> None:
        with TESTBED.server.connect("postgres") as database:
            while not self._ending.wait(0.1):
                for name, count in connections_of_khala(database).items():
                    self.most[name] = max(self.most.get(name, 0), count)


def connections_of_khala(database: psycopg.Connection[Any]) -> dict[str, int]:
    """Open connections by login: `khala_svc` to its own database, `khala_reader` to the journal."""
    rows = database.execute(
        "SELECT usename, count(*) FROM pg_stat_activity WHERE usename IN ('khala_svc', 'khala_reader')"
        " AND datname = ANY(%s) GROUP BY 1",
        [[TESTBED.clone("khala"), TESTBED.clone("runtime")]],
    ).fetchall()
    return {row[0]: int(row[1]) for row in rows}


def test_a_crowd_reconnects_at_once(
    system: System, journal: Journal, tell: Tell, request: pytest.FixtureRequest
) -> None:
    """Killed under a thousand clients: all come back through the limits, and nobody misses or repeats anything."""
    clients = int(request.config.getoption("--storm-clients") or STORM_CLIENTS)
    with khala_with(system, **NO_LIMITS, KHALA_CONNECTIONS_ORG_MAX="10000") as url:
        crowd = [Member(url, TESTBED.credentials, journal.org_id, journal.topic) for _ in range(clients)]

        async def storm() -> tuple[float, float]:
            await together(crowd, await asyncio.to_thread(journal.append, 20), STORM_SECONDS_MAX)
            listening = [asyncio.ensure_future(member.listen()) for member in crowd]
            await asyncio.to_thread(system["khala"].kill9)
            await asyncio.gather(*listening)
            await asyncio.to_thread(journal.append, 20)
            for member in crowd:
                member.live_at = 0.0
            await asyncio.to_thread(lambda: system["khala"].restart(**NO_LIMITS, KHALA_CONNECTIONS_ORG_MAX="10000"))
            ready = time.monotonic()
            await together(crowd, journal.head, STORM_SECONDS_MAX)
            half = sorted(member.live_at for member in crowd)[clients // 2] - ready
            last = max(member.live_at for member in crowd) - ready
            await asyncio.gather(*(member.leave() for member in crowd))
            return half, last

        with Watch() as watch:
            half, last = asyncio.run(storm())
    assert {member.watermark for member in crowd} == {40}
    assert sum(member.gaps + member.duplicates for member in crowd) == 0
    assert all(member.connects == 2 for member in crowd)
    assert watch.most["khala_svc"] <= KHALA_CONNECTIONS_MAX, watch.most
    assert watch.most["khala_reader"] <= JOURNAL_CONNECTIONS_MAX, watch.most
    tell(
        f"{clients} clients live again: half after {half:.1f} s, all after {last:.1f} s;"
        f" {sum(member.refused for member in crowd)} handshakes told to wait;"
        f" at most {watch.most['khala_svc']} connections to Khala's database and {watch.most['khala_reader']} to the"
        " journal"
    )


def test_a_consumer_that_reads_nothing_is_cut_and_costs_nothing(system: System, journal: Journal, tell: Tell) -> None:
    with khala_with(system, **NO_LIMITS, KHALA_SLOW_CONSUMER_WS_STRIKES="3") as url:
        process = psutil.Process(system["khala"].pid)
        reader, idle, deaf = (Member(url, TESTBED.credentials, journal.org_id, journal.topic) for _ in range(3))
        idle.acknowledges = False

        async def flood() -> tuple[float, int]:
            await asyncio.to_thread(journal.append, 1)
            for member in (reader, idle, deaf):
                await member.open()
            assert deaf.socket is not None
            deaf.socket.transport.pause_reading()
            raw: sockets.socket = deaf.socket.transport.get_extra_info("socket")
            raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
            idling = asyncio.ensure_future(idle.listen())
            before = process.memory_info().rss
            slowest = 0.0
            for _ in range(60):
                head = await asyncio.to_thread(journal.append, 50, 2_000)
                since = time.monotonic()
                await reader.listen(head)
                slowest = max(slowest, time.monotonic() - since)
            grown = process.memory_info().rss - before
            async with asyncio.timeout(30):
                await idling
            await reader.leave()
            return slowest, grown

        slowest, grown = asyncio.run(flood())
        until(lambda: _close_code(deaf) == 4409, 30, "the consumer that reads nothing was cut", lambda: "")
    assert (idle.close_code, idle.ended) == (4409, "slow_consumer") or idle.close_code == 4409
    assert reader.watermark == journal.head and reader.gaps == 0 and reader.duplicates == 0
    assert grown < 48 * 1024 * 1024
    tell(
        f"{journal.head} events past two clients that read nothing: slowest batch of the reader"
        f" {slowest * 1000:.0f} ms, memory +{grown / 1e6:.1f} MB, both cut with 4409"
    )


def _close_code(member: Member) -> int | None:
    with TESTBED.server.connect(TESTBED.clone("khala")) as database:
        row = database.execute(
            "SELECT close_code FROM khala.khala_connection WHERE session_id = %s", [member.session_id]
        ).fetchone()
    return int(row[0]) if row and row[0] is not None else None


def test_nothing_grows_when_clients_come_and_go(
    system: System, journal: Journal, tell: Tell, request: pytest.FixtureRequest
) -> None:
    """Connect, replay, leave or vanish, again and again: memory, tasks, descriptors and connections stay flat."""
    rounds = int(request.config.getoption("--leak-rounds") or LEAK_ROUNDS)
    journal.append(400, 500)
    with khala_with(system, **NO_LIMITS, KHALA_HANDSHAKE_RATE="100000", KHALA_HANDSHAKE_BURST="100000") as url:
        process = psutil.Process(system["khala"].pid)
        idle = until_sampled(system)

        async def round_of(number: int) -> None:
            crowd = [Member(url, TESTBED.credentials, journal.org_id, journal.topic) for _ in range(LEAK_MEMBERS)]
            await together(crowd, journal.head, 60)
            for index, member in enumerate(crowd):
                if (index + number) % 2:
                    member.vanish()
                else:
                    await member.leave()

        taken = []
        for number in range(rounds):
            asyncio.run(round_of(number))
            until(lambda: _gauge(system, "oa_khala_connections_active") == 0, 20, "everybody is gone")
            taken.append(_held(system, process))
        until(lambda: _gauge(system, "oa_khala_tasks") <= idle + 2, 20, "no task is left of a connection")
    early, late = taken[rounds // 2], taken[-1]
    assert late["memory"] - early["memory"] < LEAK_BYTES_MAX, taken
    assert late["descriptors"] <= early["descriptors"] + 2, taken
    assert late["threads"] <= early["threads"] + 1, taken
    assert late["connections"] <= early["connections"] + 1, taken
    per_client = (late["memory"] - early["memory"]) / max((rounds - rounds // 2 - 1) * LEAK_MEMBERS, 1)
    tell(
        f"{rounds * LEAK_MEMBERS} clients: memory {early['memory'] / 1e6:.1f} -> {late['memory'] / 1e6:.1f} MB"
        f" ({per_client:.0f} bytes a client), descriptors {late['descriptors']}, tasks of an idle server {idle:.0f},"
        f" threads {late['threads']}, database connections {late['connections']}"
    )


def until_sampled(system: System) -> float:
    """The number of tasks of a Khala that serves nobody."""
    until(lambda: _gauge(system, "oa_khala_tasks") > 0, 20, "tasks were counted")
    return _gauge(system, "oa_khala_tasks")


def _held(system: System, process: psutil.Process) -> dict[str, int]:
    with TESTBED.server.connect("postgres") as database:
        connections = sum(connections_of_khala(database).values())
    return {
        "memory": process.memory_info().rss,
        "descriptors": process.num_fds(),
        "threads": process.num_threads(),
        "connections": connections,
    }


def _gauge(system: System, name: str) -> float:
    text = httpx.get(f"{system['khala'].url}/metrics", timeout=10, trust_env=False).text
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines() if line.startswith(name))
