"""The journal's connection: answers in many pieces, errors, and a wait that is given up."""

from __future__ import annotations

import asyncio
import select
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import uvloop
from django.conf import settings

from apps.khala.services import journal
from apps.khala.services.waiting import Connection

LARGE = "SELECT n, repeat('x', 1000) FROM generate_series(1, 3000) n"


async def _connected() -> Connection:
    return await Connection.connect(settings.OA.journal_url(), autocommit=True)


async def _asleep(other: Connection, pid: int) -> None:
    """Until the statement of the connection with that pid sleeps in the server."""
    asked = "SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = %s"
    async with asyncio.timeout(10):
        while await (await other.execute(asked, [pid])).fetchone() != (True,):
            await asyncio.sleep(0.005)


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Callable[[Coroutine[Any, Any, None]], None]:
    """Both event loops that Khala runs under."""
    chosen: Callable[[Coroutine[Any, Any, None]], None] = request.param
    return chosen


def test_an_answer_in_many_pieces_is_whole_and_the_loop_goes_on_meanwhile(run: Any) -> None:
    async def work() -> None:
        turns = 0

        async def turn() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        turning = asyncio.create_task(turn())
        async with await _connected() as connection:
            for _ in range(3):
                rows = await (await connection.execute(LARGE)).fetchall()
                assert [row[0] for row in rows] == list(range(1, 3001))
        turning.cancel()
        assert turns > 10

    run(work())


def test_a_refused_statement_raises_and_the_connection_goes_on(run: Any) -> None:
    async def work() -> None:
        async with await _connected() as connection:
            with pytest.raises(psycopg.errors.DivisionByZero):
                await connection.execute("SELECT 1 / 0")
            assert await (await connection.execute("SELECT 1")).fetchone() == (1,)

    run(work())


def test_a_question_larger_than_the_socket_takes_is_written_whole(run: Any) -> None:
    async def work() -> None:
        async with await _connected() as connection:
            text = "x" * 4_000_000
            cursor = await connection.execute("SELECT length(%s)", [text])
            assert await cursor.fetchone() == (len(text),)

    run(work())


def test_a_wait_that_is_cancelled_leaves_nothing_registered(run: Any) -> None:
    async def work() -> None:
        connection = await _connected()
        asking = asyncio.create_task(connection.execute("SELECT pg_sleep(30)"))
        async with await _connected() as other:
            await _asleep(other, connection.info.backend_pid)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not asyncio.get_running_loop().remove_reader(connection.fileno())
        await connection.close()

    run(work())


def test_a_connection_that_the_server_ends_raises(run: Any) -> None:
    async def work() -> None:
        connection = await _connected()
        pid = connection.info.backend_pid
        asking = asyncio.create_task(connection.execute("SELECT pg_sleep(30)"))
        async with await _connected() as other:
            await _asleep(other, pid)
            ended = await other.execute("SELECT pg_terminate_backend(%s)", [pid])
            assert await ended.fetchone() == (True,)
        with pytest.raises(psycopg.OperationalError):
            await asking
        assert connection.closed

    run(work())


NOTICE = b"SWARNING\0C57P01\0Mthe server stops at once\0\0"
GREETING = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"
"""AuthenticationOk and ReadyForQuery, in the messages of PostgreSQL's protocol."""


@contextmanager
def _server(at: Path, then: Callable[[socket.socket], object]) -> Iterator[str]:
    """A server's conninfo: it greets its only client and leaves the first question unread; then it does `then`."""

    def serve() -> None:
        client, _ = listening.accept()
        with client:
            client.recv(4096)
            client.sendall(GREETING)
            select.select([client], [], [])
            then(client)

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(at / ".s.PGSQL.5432"))
        listening.listen()
        server = threading.Thread(target=serve)
        server.start()
        yield f"host={at} port=5432 user=any sslmode=disable gssencmode=disable"
        server.join()


def test_a_server_that_stops_at_once_with_a_question_unread_raises(run: Any, tmp_path: Path) -> None:
    """As PostgreSQL on SIGQUIT: a warning, and then the end. uvloop tells of a socket in error once only."""

    async def work(conninfo: str) -> None:
        connection = await Connection.connect(conninfo, autocommit=True)
        with pytest.raises(psycopg.OperationalError):
            async with asyncio.timeout(5):
                await connection.execute("SELECT 1")
        assert connection.closed

    def warn(client: socket.socket) -> None:
        client.sendall(b"N" + (4 + len(NOTICE)).to_bytes(4, "big") + NOTICE)

    with _server(tmp_path, warn) as conninfo:
        run(work(conninfo))


def test_a_server_that_is_silent_is_given_up(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "ANSWER_SECONDS", 0.2)
    given_up = threading.Event()

    async def work(conninfo: str) -> None:
        reader = journal.Journal(conninfo, connections_max=1)
        with pytest.raises(journal.JournalUnavailable):
            await reader.heads(["run:1:events"])
        given_up.set()
        await reader.close()

    with _server(tmp_path, lambda _: given_up.wait(20)) as conninfo:
        run(work(conninfo))
    assert given_up.is_set()
