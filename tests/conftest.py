"""The system under test, shared by a session; every test finds all its processes running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from openagents.embedded.history.recorder import Recorder
from openagents.embedded.history.verdict import Verdict
from openagents.embedded.testbed import TESTBED
from openagents.receipts.ids import new_id
from tests.judging import superuser
from tests.proxy import Proxy
from tests.runtime_api import RuntimeApi
from tests.subscriber import Subscriber, User, sign_in
from tests.system import System

BASE = ("control", "runtime", "khala")


@pytest.fixture(scope="session")
def base_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = System(tmp_path_factory.mktemp("system"), TESTBED.environment)
    try:
        system.up(*BASE)
        yield system
    finally:
        system.down()


@pytest.fixture
def system(base_system: System) -> System:
    """Control, runtime and Khala, ready; what the test before has killed is started again."""
    base_system.up(*BASE)
    return base_system


@pytest.fixture(scope="session")
def runtime_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A runtime alone, for what needs nobody else, on the same database.

    It has several processes: within one, group commit puts all appends in a row, and no race is left to be tested.
    """
    folder = tmp_path_factory.mktemp("runtime")
    system = System(folder, TESTBED.environment, {"runtime": ("--workers", "3", "--threads", "4")})
    try:
        system.up("runtime")
        yield system
    finally:
        system.down()


@pytest.fixture
def runtime_database() -> Iterator[psycopg.Connection[Any]]:
    """The runtime's database as superuser: the judge reads everything."""
    with superuser(TESTBED.server, TESTBED.clone("runtime"), "runtime") as opened:
        yield opened


@pytest.fixture
def user_id() -> str:
    return new_id("user")


@pytest.fixture
def runtime(runtime_only: System, user_id: str) -> Iterator[RuntimeApi]:
    """The runtime's routes on behalf of a user of this test's own."""
    runtime_only.up("runtime")
    api = RuntimeApi(runtime_only["runtime"].url, TESTBED.credentials, user_id)
    yield api
    api.close()


def _signed_in(system: System, folder: Path, name: str) -> User:
    with superuser(TESTBED.server, TESTBED.clone("control"), "control") as database:
        return sign_in(system, database, folder / name, f"{name}@example.com")


@pytest.fixture(scope="session")
def alice(base_system: System, tmp_path_factory: pytest.TempPathFactory) -> User:
    base_system.up("control")
    return _signed_in(base_system, tmp_path_factory.mktemp("homes"), "alice")


@pytest.fixture(scope="session")
def bob(base_system: System, tmp_path_factory: pytest.TempPathFactory) -> User:
    base_system.up("control")
    return _signed_in(base_system, tmp_path_factory.mktemp("homes"), "bob")


@pytest.fixture
def dora(system: System, tmp_path: Path) -> User:
    """Somebody of this test's own, whose session it may end."""
    return _signed_in(system, tmp_path, "dora")


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    opened = Recorder(tmp_path / "history.jsonl")
    yield opened
    opened.close()


@pytest.fixture
def subscribe(alice: User, recorder: Recorder, tmp_path: Path) -> Iterator[Callable[..., Subscriber]]:
    """`subscribe(name, topic…, user=…, mortal=…, through=…)`: a subscriber on a device of its own, not started."""
    made: list[Subscriber] = []

    def make(
        name: str, *topics: str, user: User = alice, mortal: bool = False, through: Proxy | None = None
    ) -> Subscriber:
        url = through.url(user.config.khala_ws_url) if through else None
        subscriber = Subscriber(user.another_device(tmp_path / name, url), recorder, name, topics, mortal=mortal)
        made.append(subscriber)
        return subscriber

    yield make
    for subscriber in made:
        subscriber.cut_off()


_verdicts: list[str] = []
_figures: list[str] = []


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """`tell(text)`: a figure that a drill measured appears at the end of the session."""
    return lambda text: _figures.append(f"{request.node.name}\n    {text}")


@pytest.fixture
def show(request: pytest.FixtureRequest) -> Callable[[Verdict], None]:
    """`show(verdict)`: its numbers appear at the end of the session."""

    def keep(verdict: Verdict) -> None:
        _verdicts.append(f"{request.node.name}\n    {verdict.counts()}\n    {verdict.line()}")

    return keep


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _figures:
        terminalreporter.section("what the drills measured")
        for line in _figures:
            terminalreporter.write_line(line)
    if _verdicts:
        terminalreporter.section("what the log checker says")
        for line in _verdicts:
            terminalreporter.write_line(line)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A test that fails shows what its processes last wrote."""
    report: Any = yield
    if report.failed:
        for name in ("base_system", "runtime_only", "own_server"):
            held = getattr(item, "funcargs", {}).get(name)
            if held is not None:
                report.sections.append((f"logs of {name}", getattr(held, "system", held).log_tails()))
    return report
