"""The embedded server: start, adopt, stop, crash, restart, and a keeper that takes it along."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from openagents.db.tests.conftest import wait_until
from openagents.db.url import database_settings
from openagents.embedded.postgres import EmbeddedPostgres, ServerFailed
from openagents.ops.supervised import SUPERVISOR_ENV

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[3]


def write(server: EmbeddedPostgres, value: int) -> None:
    with server.connect("postgres") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (x int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])


def read(server: EmbeddedPostgres) -> list[int]:
    with server.connect("postgres") as connection:
        return [x for (x,) in connection.execute("SELECT x FROM kept ORDER BY x").fetchall()]


def test_it_starts_keeps_data_over_stops_and_crashes_and_is_adopted(server: EmbeddedPostgres) -> None:
    assert server.answers() is False
    server.start()
    write(server, 1)
    with server.connect("postgres") as connection:
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
        (version,) = connection.execute("SELECT current_setting('server_version_num')::int").fetchone() or (0,)
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
    assert shown == [("on",), ("on",)]
    assert version // 10000 == 18

    adopting = EmbeddedPostgres(server.data)
    adopting.start()
    assert adopting._process is None
    write(adopting, 2)
    adopting.stop()  # whoever started it
    assert server.answers() is False
    server.stop()

    with server.running():
        assert read(server) == [1, 2]
        write(server, 3)
        server.stop(signal.SIGQUIT)  # a crash without the power cut
        assert server.answers() is False
        server.start()
        assert read(server) == [1, 2, 3]
    assert server.answers() is False


def test_a_password_is_needed_by_everybody_but_the_superuser_and_nobody_else_reaches_the_socket(
    server: EmbeddedPostgres,
) -> None:
    with server.running():
        with server.connect("postgres") as connection:
            connection.execute("CREATE ROLE someone LOGIN PASSWORD 'it''s @ p/w:d?'")
        url = server.url("someone", "it's @ p/w:d?", "postgres")
        psycopg.connect(url).close()
        assert database_settings(url)["HOST"] == str(server.sockets)
        assert database_settings(url)["PASSWORD"] == "it's @ p/w:d?"
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.url("someone", "wrong", "postgres"))
        assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700


def test_a_folder_that_holds_something_else_is_left_alone(server: EmbeddedPostgres) -> None:
    server.data.mkdir()
    (server.data / "thesis.txt").write_text("years of work")
    with pytest.raises(ServerFailed, match="neither empty"):
        server.start()
    assert (server.data / "thesis.txt").read_text() == "years of work"


def test_an_interrupted_initdb_is_done_again(server: EmbeddedPostgres) -> None:
    draft = server.data.with_name("postgres.draft")
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")
    with server.running():
        write(server, 1)
    assert not draft.exists()


def test_a_server_that_cannot_start_says_why(server: EmbeddedPostgres) -> None:
    server.initialise()
    (server.data / "global" / "pg_control").unlink()
    with pytest.raises(ServerFailed, match="pg_control"):
        server.start()


def test_a_stranger_with_the_old_process_number_is_not_the_server(server: EmbeddedPostgres) -> None:
    server.initialise()
    with subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait(60)"]) as stranger:
        (server.data / "postmaster.pid").write_text(f"{stranger.pid}\n{server.data}\n")
        server.stop()
        assert stranger.poll() is None
        stranger.kill()
    (server.data / "postmaster.pid").unlink()


@pytest.fixture
def supervisor() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait(120)"])
    yield process
    process.kill()
    process.wait()


def keeper(server: EmbeddedPostgres, supervisor: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "openagents.embedded.keeper", str(server.data)],
        env={**os.environ, SUPERVISOR_ENV: str(supervisor)}, cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


class TestKeeper:
    def test_it_ends_the_server_when_its_supervisor_was_killed(
        self, server: EmbeddedPostgres, supervisor: subprocess.Popen[bytes]
    ) -> None:
        process = keeper(server, supervisor.pid)
        write(server, 1)
        supervisor.kill()
        supervisor.wait()
        assert process.wait(30) == 0
        assert server.answers() is False
        assert server._postmaster() is None
        with server.running():
            assert read(server) == [1]

    def test_it_ends_the_server_when_told_to(self, server: EmbeddedPostgres) -> None:
        process = keeper(server, 0)
        process.terminate()
        assert process.wait(30) == 0
        assert server.answers() is False

    def test_it_ends_with_an_error_when_the_server_ends_by_itself(self, server: EmbeddedPostgres) -> None:
        process = keeper(server, 0)
        server.stop()
        assert process.wait(30) == 1

    def test_after_its_own_death_the_next_one_takes_the_server_over(self, server: EmbeddedPostgres) -> None:
        first = keeper(server, 0)
        first.kill()
        first.wait()
        wait_until(server.answers)
        second = keeper(server, 0)
        second.terminate()
        assert second.wait(30) == 0
        assert server.answers() is False
