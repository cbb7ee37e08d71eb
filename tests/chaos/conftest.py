"""What drills share: writers against the runtime, a PostgreSQL of their own, and verdicts shown at the end."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from openagents.embedded import credentials as installation
from openagents.embedded.credentials import Credentials
from openagents.embedded.history.recorder import Recorder
from openagents.embedded.postgres import EmbeddedPostgres
from openagents.embedded.provision import migrate, migrate_environment, process_environment, provision
from openagents.embedded.testbed import TESTBED
from openagents.planes import PLANES, PROCESSES
from openagents.sdk.credentials import Session
from tests.chaos.load import Habit, Load, Send
from tests.runtime_api import TIMEOUT_SECONDS, NoAnswer, RuntimeApi, accepted
from tests.subscriber import User
from tests.system import System

StartLoad = Callable[..., Load]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Drills are short by default; these make them longer or others."""
    group = parser.getgroup("drills")
    group.addoption("--recovery-seed", type=int, default=None, help="seed of the recovery harness")
    group.addoption("--recovery-steps", type=int, default=None, help="faults of the recovery harness")
    group.addoption("--storm-clients", type=int, default=None, help="clients of the reconnect storm")
    group.addoption("--revocations", type=int, default=None, help="revocations that are timed")
    group.addoption("--leak-rounds", type=int, default=None, help="rounds of the leak test")


def sender(api: RuntimeApi, run_id: str) -> Send:
    """A writer's attempts through the runtime's own routes: single events and batches."""

    def send(events: list[dict[str, Any]]) -> list[int]:
        if len(events) == 1:
            (event,) = events
            answer = api.append(run_id, event["payload"], event["idempotency_key"], event["event_type"])
            return [int(answer["event"]["seq"])]
        results = api.append_batch(run_id, events)["results"]
        return [int(result["seq"]) for result in sorted(results, key=lambda result: int(result["index"]))]

    return send


def bearer_sender(user: User, run_id: str) -> Send:
    """The same through control's run lane, as the signed-in user."""
    token = asyncio.run(_session(user)).access_token
    http = httpx.Client(base_url=user.config.base_url, timeout=TIMEOUT_SECONDS, trust_env=False)
    http.headers["authorization"] = f"Bearer {token}"

    def send(events: list[dict[str, Any]]) -> list[int]:
        path = f"/api/runtime/runs/{run_id}/events"
        single = len(events) == 1
        try:
            answer = http.post(path if single else f"{path}/batch", json=events[0] if single else {"events": events})
        except httpx.TransportError as error:
            raise NoAnswer(type(error).__name__) from error
        data = accepted(answer).json()["data"]
        if single:
            return [int(data["event"]["seq"])]
        return [int(result["seq"]) for result in sorted(data["results"], key=lambda result: int(result["index"]))]

    return send


async def _session(user: User) -> Session:
    async with user.client() as client:
        return await client.auth.current()


def load_on(system: System, credentials: Credentials, recorder: Recorder, user_id: str) -> Load:
    """Writers on a new run of the user, each with connections of its own."""
    url = system["runtime"].url
    first = RuntimeApi(url, credentials, user_id)
    run_id = first.start_run()
    first.close()

    def send_for(habit: Habit) -> Send:
        return sender(RuntimeApi(url, credentials, user_id), run_id)

    return Load(recorder, run_id, send_for)


@pytest.fixture
def runtime_load(runtime_only: System, recorder: Recorder, user_id: str) -> StartLoad:
    """`runtime_load()`: writers against the runtime that runs alone."""
    runtime_only.up("runtime")
    return lambda: load_on(runtime_only, TESTBED.credentials, recorder, user_id)


class OwnServer:
    """A PostgreSQL that a drill may crash, with planes on it."""

    def __init__(self, server: EmbeddedPostgres, credentials: Credentials, system: System) -> None:
        self.server = server
        self.credentials = credentials
        self.system = system


@pytest.fixture(scope="session")
def own_server() -> Iterator[OwnServer]:
    with tempfile.TemporaryDirectory(prefix="oa-drill-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root the server runs as another user, who must get in
        yield from _served_from(folder)


def _served_from(folder: Path) -> Iterator[OwnServer]:
    credentials = installation.load(folder / "credentials.json")
    server = EmbeddedPostgres(folder / "postgres")
    with server.running():
        provision(server, credentials)
        planes = [PLANES[name] for name in ("control", "runtime", "khala")]
        migrate(planes, lambda plane: migrate_environment(plane, server, credentials), lambda _: None)
        system = System(folder, lambda name: process_environment(PROCESSES[name], server, credentials))
        try:
            yield OwnServer(server, credentials, system)
        finally:
            system.down()
