"""What a process refuses to start with, and that it ends with its supervisor."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from django.conf import settings
from django.core.management import call_command
from psycopg import sql

from openagents.db.tests.conftest import wait_until
from openagents.ops import durability, faults, startup, tasks
from openagents.ops.durability import NotDurable
from openagents.ops.supervised import SUPERVISOR_ENV

ROOT = Path(__file__).resolve().parents[3]
PLANE = "bridge"
FOLLOWER = (
    "import signal, sys, threading; from openagents.ops.supervised import follow_supervisor;"
    "signal.signal(signal.SIGTERM, lambda *_: sys.exit(7)); follow_supervisor(); print('up', flush=True);"
    "threading.Event().wait(60)"
)


def set_env(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    for name, value in values.items():
        monkeypatch.setattr(settings.OA, name, value)


class TestPrepare:
    @pytest.fixture(autouse=True)
    def no_second_setup(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(startup.django, "setup", lambda: None)
        monkeypatch.setattr(faults, "_armed", {})

    @pytest.mark.parametrize("environment", ["staging", "prod"])
    def test_a_server_without_internal_keys_is_refused(self, environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
        set_env(monkeypatch, oa_env=environment, oa_internal_keys="")
        with pytest.raises(SystemExit, match="OA_INTERNAL_KEYS"):
            startup.prepare()

    def test_a_server_with_the_development_secret_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        set_env(monkeypatch, oa_env="prod", oa_internal_keys="k:control:s", oa_django_secret_key=startup_default())
        with pytest.raises(SystemExit, match="OA_DJANGO_SECRET_KEY"):
            startup.prepare()

    def test_a_server_with_armed_faults_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        set_env(
            monkeypatch, oa_env="staging", oa_internal_keys="k:control:s", oa_django_secret_key="x", oa_faults="a=crash"
        )
        with pytest.raises(SystemExit, match="OA_FAULTS"):
            startup.prepare()
        assert faults._armed == {}

    def test_a_wrong_fault_names_its_variable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        set_env(monkeypatch, oa_faults="a=explode")
        with pytest.raises(SystemExit, match=r"OA_FAULTS: .*explode"):
            startup.prepare()

    def test_elsewhere_faults_are_armed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        set_env(monkeypatch, oa_faults="a=error")
        startup.prepare()
        with pytest.raises(faults.InjectedFault):
            faults.point("a")

    def test_commits_that_do_not_last_are_refused_in_production_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(durability, "unsafe_settings", lambda: ["fsync=off"])
        set_env(monkeypatch, oa_env="test")
        startup.prepare()
        set_env(monkeypatch, oa_env="prod", oa_internal_keys="k:control:s", oa_django_secret_key="x")
        with pytest.raises(NotDurable, match="fsync=off"):
            startup.prepare()


def startup_default() -> str:
    from openagents.ops.config import DEVELOPMENT_SECRET

    return DEVELOPMENT_SECRET


def serve(testbed: Any, port: int, **environment: str) -> subprocess.Popen[str]:
    """The plane with the least of its own, on its own clone."""
    return subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--plane", PLANE, "--bind", f"127.0.0.1:{port}"],
        env={**os.environ, **testbed.environment(PLANE), **environment},
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def lazy_commits(testbed: Any) -> Iterator[None]:
    """On this suite's own database, the service's commits are not flushed."""
    names = (sql.Identifier(f"{PLANE}_svc"), sql.Identifier(testbed.clone(PLANE)))
    change = sql.SQL("ALTER ROLE {} IN DATABASE {} SET synchronous_commit = off").format(*names)
    undo = sql.SQL("ALTER ROLE {} IN DATABASE {} RESET synchronous_commit").format(*names)
    testbed.server.execute("postgres", [change])
    yield
    testbed.server.execute("postgres", [undo])


@pytest.mark.usefixtures("lazy_commits")
def test_in_production_a_server_that_does_not_flush_is_refused_with_status_1(testbed: Any, port: int) -> None:
    process = serve(testbed, port, OA_ENV="prod")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "synchronous_commit=off" in said
    assert "Traceback" not in said


@pytest.fixture
def supervisor() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import threading; threading.Event().wait(120)"])
    yield process
    process.kill()
    process.wait()


@pytest.mark.slow
def test_a_web_server_ends_with_its_supervisor_and_a_worker_with_its_server(
    testbed: Any, port: int, supervisor: subprocess.Popen[bytes]
) -> None:
    process = serve(testbed, port, **{SUPERVISOR_ENV: str(supervisor.pid)})
    try:
        wait_until(lambda: process.poll() is not None or _answers(port), 30)
        workers = [child for child in psutil.Process(process.pid).children(recursive=True) if child.is_running()]
        assert workers
        supervisor.send_signal(signal.SIGKILL)
        process.wait(30)
        psutil.wait_procs(workers, 30)
        assert not any(worker.is_running() for worker in workers)
    finally:
        process.kill()


@pytest.mark.slow
def test_a_killed_web_server_leaves_no_worker_on_its_port(testbed: Any, port: int) -> None:
    process = serve(testbed, port)
    wait_until(lambda: process.poll() is not None or _answers(port), 30)
    workers = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    _gone, alive = psutil.wait_procs(workers, 30)
    for worker in alive:
        worker.kill()
    assert alive == []


@pytest.mark.slow
def test_a_web_server_that_was_asked_to_stop_says_so_while_it_serves(testbed: Any, port: int) -> None:
    process = serve(testbed, port, OA_DRAIN_SECONDS="20")
    try:
        wait_until(lambda: process.poll() is not None or _answers(port), 30)
        assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200
        process.send_signal(signal.SIGTERM)
        wait_until(lambda: httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 503, 15)
        body = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).json()
        assert [row["code"] for row in body["checks"] if row["name"] == "draining"] == ["draining"]
        assert _answers(port)
        process.send_signal(signal.SIGTERM)  # enough of it
        assert process.wait(15) == 0
        assert not _answers(port)
    finally:
        process.kill()
        process.wait()


@pytest.mark.slow
def test_the_drain_window_ends_by_itself(testbed: Any, port: int) -> None:
    process = serve(testbed, port, OA_DRAIN_SECONDS="1")
    try:
        wait_until(lambda: process.poll() is not None or _answers(port), 30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


class TestFollowSupervisor:
    def follower(self, supervisor: int) -> subprocess.Popen[str]:
        environment = {**os.environ, SUPERVISOR_ENV: str(supervisor)}
        process = subprocess.Popen(
            [sys.executable, "-c", FOLLOWER], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        return process

    def test_it_ends_by_sigterm_when_the_supervisor_was_killed(self, supervisor: subprocess.Popen[bytes]) -> None:
        child = self.follower(supervisor.pid)
        supervisor.kill()
        supervisor.wait()
        assert child.wait(30) == 7

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a zombie cheaply")
    def test_a_supervisor_nobody_waited_for_is_dead_too(self, supervisor: subprocess.Popen[bytes]) -> None:
        child = self.follower(supervisor.pid)
        supervisor.kill()
        assert child.wait(30) == 7

    def test_without_a_supervisor_it_lives(self) -> None:
        child = self.follower(0)
        assert child.poll() is None
        child.kill()
        child.wait()


def test_beat_jobs_of_the_ground_do_their_work() -> None:
    from openagents.db.models import Heartbeat

    tasks.heartbeat()
    assert Heartbeat.objects.filter(name="beat").exists()
    assert tasks.purge_expired() >= 0


def test_the_config_command_explains_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("config", stdout=StringIO())
    said = capsys.readouterr().out
    assert "OA_ENV" in said
    assert settings.OA.oa_runtime_signing_key
    assert settings.OA.oa_runtime_signing_key not in said
    assert settings.OA.oa_internal_keys not in said


@pytest.mark.parametrize(
    ("given", "bind"),
    [
        ({"OA_CONTROL_BIND": "1.1.1.1:1", "OA_CONTROL_BIND_ADDR": "2.2.2.2:2"}, "1.1.1.1:1"),
        ({"OA_CONTROL_BIND": "", "OA_CONTROL_BIND_ADDR": "2.2.2.2:2"}, "2.2.2.2:2"),
        ({"OA_CONTROL_BIND": ""}, ""),
    ],
)
def test_the_bind_address_has_an_older_name(given: dict[str, str], bind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from openagents.ops.management.commands.serve import Command

    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Command().create_parser("manage.py", "serve").parse_args([]).bind == bind


def test_commands_that_servers_need_import_no_embedded_server() -> None:
    program = (
        "import sys; from openagents.ops.management.commands import role_check, roles_sql;"
        "sys.exit(any(name.startswith(('openagents.embedded', 'pixeltable')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False, timeout=60).returncode == 0
