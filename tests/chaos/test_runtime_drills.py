"""The runtime dies under concurrent appends; afterwards nothing acknowledged is missing and nothing is there twice."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from openagents.embedded.history.recorder import Recorder
from openagents.embedded.history.verdict import Verdict
from tests.chaos.conftest import OwnServer, StartLoad, load_on
from tests.judging import Database, disagreements, judge, superuser
from tests.system import System

pytestmark = pytest.mark.slow


def assert_held(show: Callable[[Verdict], None], recorder: Recorder, database: Database, load: Any) -> Verdict:
    verdict = judge(recorder, database, [load.topic])
    show(verdict)
    assert verdict.ok, verdict.report()
    assert disagreements(database, load.run_id) == []
    return verdict


def test_kill_9_of_the_runtime_under_concurrent_appends(
    runtime_load: StartLoad,
    runtime_only: System,
    runtime_database: psycopg.Connection[Any],
    recorder: Recorder,
    show: Callable[[Verdict], None],
) -> None:
    with runtime_load() as load:
        for _ in range(3):
            load.more(80)
            runtime_only["runtime"].kill9()
            load.silence(1)
            runtime_only["runtime"].restart()
        load.more(80)
    verdict = assert_held(show, recorder, runtime_database, load)
    assert verdict.acked >= 320 and load.unanswered >= 3


@pytest.mark.parametrize(
    "fault",
    [
        "runtime.append.before_write=error@40",
        "runtime.append.after_write=error@40",
        "runtime.append.before_write=crash@40",
        "runtime.append.after_write=crash@40",
        "runtime.committer.gathered=crash@40",
        "runtime.committer.committed=crash@40",
    ],
)
def test_a_fault_beside_the_write_loses_and_repeats_nothing(
    fault: str,
    runtime_load: StartLoad,
    runtime_only: System,
    runtime_database: psycopg.Connection[Any],
    recorder: Recorder,
    show: Callable[[Verdict], None],
) -> None:
    served = runtime_only["runtime"]
    served.restart(OA_FAULTS=fault)
    with runtime_load() as load:
        load.more(30)
        load.silence(15)
        served.kill9()
        served.restart()
        load.more(50)
    assert_held(show, recorder, runtime_database, load)


def test_postgres_stops_at_once_under_concurrent_appends(
    own_server: OwnServer, recorder: Recorder, user_id: str, show: Callable[[Verdict], None]
) -> None:
    system, server = own_server.system, own_server.server
    system.up("runtime")
    with load_on(system, own_server.credentials, recorder, user_id) as load:
        for _ in range(2):
            load.more(80)
            server.stop(signal.SIGQUIT)
            load.silence(10)
            server.start()
        load.more(80)
        with superuser(server, "runtime", "runtime") as database:
            assert database.execute("SHOW fsync").fetchone() == ("on",)
    with superuser(server, "runtime", "runtime") as database:
        assert_held(show, recorder, database, load)
