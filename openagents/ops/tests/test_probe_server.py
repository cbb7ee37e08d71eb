"""Celery workers and beats answer probes and scrapes, and nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from celery import Celery
from celery.signals import worker_ready, worker_shutting_down
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from openagents.db.tests.conftest import free_port, wait_until
from openagents.ops import health
from openagents.ops.management.commands import worker
from openagents.ops.probe_server import serve_probes
from openagents.ops.supervised import SUPERVISOR_ENV
from openagents.planes import PROCESSES

ROOT = Path(__file__).resolve().parents[3]
PLANE = "bridge"
"""The plane with the least of its own."""
START_SECONDS_MAX = 60
TOKEN = "scrape-token-0001"
Start = Callable[..., "Role"]


class Role:
    """A worker or a beat as a child process, on this suite's own clone and broker."""

    def __init__(
        self, name: str, plane: str, folder: Path, testbed: Any, arguments: tuple[str, ...], extra: dict[str, str]
    ) -> None:
        self.port = free_port()
        self.log = folder / f"{name}-{self.port}.log"
        environment = {**os.environ, **testbed.environment(plane), "OA_CELERY_DIR": str(folder), **extra}
        if not arguments:
            arguments = ("--bind", f"127.0.0.1:{self.port}")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", name, "--plane", plane, *arguments],
                env={**environment, SUPERVISOR_ENV: str(os.getpid())}, cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=10, trust_env=False, **options)

    def wait(self) -> Role:
        wait_until(self.answers, START_SECONDS_MAX)
        return self

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/healthz").status_code == 200
        except httpx.HTTPError:
            return False

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def starting(folder: Path, testbed: Any) -> Iterator[Start]:
    with ExitStack() as ending:

        def start(name: str, *arguments: str, plane: str = PLANE, **extra: str) -> Role:
            role = Role(name, plane, folder, testbed, arguments, extra)
            ending.callback(role.end)
            return role

        yield start


@pytest.fixture
def start(tmp_path: Path, testbed: Any) -> Iterator[Start]:
    with starting(tmp_path, testbed) as begun:
        yield begun


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("celery")


@pytest.fixture(scope="module")
def roles(folder: Path, testbed: Any) -> Iterator[dict[str, Role]]:
    """A worker with a metrics token, and a beat without one."""
    with starting(folder, testbed) as start:
        begun = {"worker": start("worker", OA_METRICS_TOKEN=TOKEN), "beat": start("beat")}
        yield {name: role.wait() for name, role in begun.items()}


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield f"127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def own_checks(monkeypatch: pytest.MonkeyPatch, fresh_readiness: None) -> None:
    """What a command registers is forgotten with the test."""
    monkeypatch.setattr(health, "_checks", dict(health._checks))
    monkeypatch.setattr(health, "_live_facts", list(health._live_facts))
    monkeypatch.setattr(worker, "_consuming", threading.Event())


@pytest.mark.parametrize("name", ["worker", "beat"])
class TestRoutes:
    def test_it_lives_and_says_who_it_is(self, roles: dict[str, Role], name: str) -> None:
        body = roles[name].get("/healthz").json()
        assert (body["status"], body["service"], body["plane"]) == ("ok", f"{PLANE}-{name}", PLANE)

    def test_it_is_ready_by_the_checks_of_a_web_process(self, roles: dict[str, Role], name: str) -> None:
        wait_until(lambda: roles[name].get("/readyz").status_code == 200, START_SECONDS_MAX)
        answer = roles[name].get("/readyz", headers={"x-request-id": "req-probe-1"})
        assert answer.json()["status"] == "ready"
        assert {"db", "durability", "schema", "clock", "draining"} <= {row["name"] for row in answer.json()["checks"]}
        assert answer.headers["x-request-id"] == "req-probe-1"

    @pytest.mark.parametrize("path", ["/internal/v1/ops/build", "/readyz?verbose=1"])
    def test_what_only_peers_may_see_needs_a_signature(self, roles: dict[str, Role], name: str, path: str) -> None:
        assert roles[name].get(path).status_code == 401

    @pytest.mark.parametrize("path", ["/", "/admin/", "/openapi.json", "/internal/v1/nothing"])
    def test_nothing_else_is_served(self, roles: dict[str, Role], name: str, path: str) -> None:
        answer = roles[name].get(path)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")

    def test_a_body_that_nobody_reads_does_not_cost_the_answer(self, roles: dict[str, Role], name: str) -> None:
        url = f"http://127.0.0.1:{roles[name].port}/internal/v1/runs"
        answers = [httpx.post(url, content=b"x" * 500_000, timeout=10, trust_env=False) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [404, 404, 404]

    def test_a_silent_connection_holds_nobody_up(self, roles: dict[str, Role], name: str) -> None:
        with socket.create_connection(("127.0.0.1", roles[name].port), timeout=10):
            assert roles[name].get("/healthz").status_code == 200


class TestMetrics:
    def authorized(self, role: Role) -> str:
        answer = role.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == 200
        return answer.text

    def test_a_token_is_demanded_where_one_is_set(self, roles: dict[str, Role]) -> None:
        assert roles["worker"].get("/metrics").status_code == 401
        assert roles["worker"].get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 401
        assert roles["beat"].get("/metrics").status_code == 200

    def test_what_the_worker_did_is_measured_where_it_did_it(self, roles: dict[str, Role], folder: Path) -> None:
        broker = Celery("asking", broker="filesystem://", set_as_current=False)
        messages = str(folder / PLANE)
        options = {"data_folder_in": messages, "data_folder_out": messages, "control_folder": f"{messages}/control"}
        broker.conf.update(broker_transport_options=options, task_ignore_result=True)
        for task in ("ops.heartbeat", "ops.measure_queues"):
            broker.send_task(task, queue=PROCESSES[PLANE].queues[0])

        def counted(task: str) -> bool:
            series = f'oa_task_seconds_count{{outcome="ok",plane="{PLANE}",task="{task}"}}'
            lines = self.authorized(roles["worker"]).splitlines()
            return any(line.startswith(series) and float(line.rpartition(" ")[2]) >= 1 for line in lines)

        wait_until(lambda: counted("ops.heartbeat") and counted("ops.measure_queues"), START_SECONDS_MAX)
        said = self.authorized(roles["worker"])
        assert f'oa_queue_depth{{plane="{PLANE}",queue="{PROCESSES[PLANE].queues[0]}"}} 0.0' in said
        assert "oa_build_info" in said


class TestAddress:
    @pytest.mark.parametrize("name", ["worker", "beat"])
    def test_a_taken_port_is_refused_by_name(self, start: Start, taken: str, name: str) -> None:
        role = start(name, "--bind", taken)
        assert role.process.wait(START_SECONDS_MAX) == 1
        said = role.log.read_text()
        assert f"cannot listen on {taken}: Address already in use" in said
        assert "Traceback" not in said

    @pytest.mark.parametrize("name", ["worker", "beat"])
    def test_the_environment_names_it_and_the_flag_wins(
        self, start: Start, taken: str, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(f"OA_BRIDGE_{name.upper()}_BIND", "not an address")
        role = start(name, "--concurrency=1") if name == "worker" else start(name, "--verbosity=1")
        assert role.process.wait(START_SECONDS_MAX) == 1
        assert "HOST:PORT, not 'not an address'" in role.log.read_text()
        role = start(name, "--bind", taken)
        assert role.process.wait(START_SECONDS_MAX) == 1
        assert taken in role.log.read_text()

    @pytest.mark.usefixtures("own_checks")
    def test_without_either_it_is_the_development_port(self, monkeypatch: pytest.MonkeyPatch) -> None:
        binds: list[tuple[str, str]] = []

        def refuse(bind: str, service: str) -> None:
            binds.append((bind, service))
            raise CommandError("enough")

        monkeypatch.setattr("openagents.ops.probe_server.serve_probes", refuse)
        for name in ("worker", "beat"):
            with pytest.raises(CommandError):
                call_command(name)
        assert binds == [("127.0.0.1:8100", "control-worker"), ("127.0.0.1:8200", "control-beat")]

    @pytest.mark.parametrize("bind", ["", "8100", ":8100", "host:", "h:0", "h:65536", "h:-1", "h:8²", "h:http", "[]:1"])
    def test_what_is_no_address_is_refused(self, bind: str) -> None:
        with pytest.raises(CommandError, match="HOST:PORT"):
            serve_probes(bind, "nobody")

    def test_a_foreign_address_is_refused(self) -> None:
        with pytest.raises(CommandError, match=r"cannot listen on 192\.0\.2\.1:9000"):
            serve_probes("192.0.2.1:9000", "nobody")


@pytest.mark.usefixtures("own_checks")
def test_a_worker_is_ready_from_its_first_consumer_until_it_is_asked_to_stop(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openagents.ops.celery import app

    def failing() -> dict[str, str]:
        monkeypatch.setattr(health, "_cached", None)
        return {row["name"]: row["code"] for row in client.get("/readyz").json()["checks"] if not row["ok"]}

    seen: list[dict[str, str]] = []

    def run(arguments: list[str]) -> None:
        seen.append(failing())
        worker_ready.send(sender="consumer")
        seen.append(failing())
        worker_shutting_down.send(sender="worker@here", sig="SIGTERM", how="Warm", exitcode=0)
        wait_until(lambda: bool(failing()), 10)
        seen.append(failing())

    monkeypatch.setattr(app, "worker_main", run)
    call_command("worker", bind=f"127.0.0.1:{free_port()}")
    assert seen == [{"consumer": "starting"}, {}, {"draining": "draining"}]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plane", "route"),
    [
        ("control", "/api/me"),
        ("runtime", "/internal/v1/runs"),
        ("khala", "/internal/v1/khala/connections"),
        ("lightning-ops", "/deployments"),
    ],
)
def test_a_worker_is_ready_and_serves_no_route_of_its_plane(start: Start, plane: str, route: str) -> None:
    role = start("worker", plane=plane).wait()
    wait_until(lambda: role.get("/readyz").status_code == 200, START_SECONDS_MAX)
    assert role.get("/healthz").json()["service"] == f"{plane}-worker"
    assert "oa_build_info" in role.get("/metrics").text
    assert role.get(route).status_code == 404
    role.process.terminate()
    assert role.process.wait(START_SECONDS_MAX) == 0
