"""Planes die while writers write and subscribers listen: what was acknowledged reaches everybody, once, in order."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from openagents.embedded.history.recorder import Recorder
from openagents.embedded.history.verdict import Verdict
from openagents.embedded.testbed import TESTBED
from tests.chaos.conftest import OwnServer, bearer_sender, load_on
from tests.chaos.load import Load
from tests.chaos.verdicts import assert_held, finish
from tests.judging import superuser
from tests.runtime_api import RuntimeApi
from tests.subscriber import Subscriber, User, sign_in
from tests.system import System, until

pytestmark = pytest.mark.slow

Subscribe = Callable[..., Subscriber]
Show = Callable[[Verdict], None]


def test_kill_9_of_khala_with_live_subscribers(
    system: System,
    alice: User,
    subscribe: Subscribe,
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
) -> None:
    """One subscriber only loses its connection, the other one is a process that is cut off as well."""
    load = load_on(system, TESTBED.credentials, recorder, alice.user_id)
    with subscribe("steady", load.topic) as steady, subscribe("cut-off", load.topic) as cut_off:
        steady.goes_live()
        cut_off.goes_live()
        with load:
            for _ in range(2):
                load.more(60)
                cut_off.cut_off()
                system["khala"].kill9()
                load.more(30)
                system["khala"].restart()
                cut_off.start()
                steady.reaches(load.topic, steady.applied(load.topic) + 60)
        finish(load, runtime_database, steady, cut_off)
    verdict = assert_held(show, recorder, runtime_database, load)
    assert verdict.reconnects >= 4 and verdict.deliveries >= 2 * verdict.rows


def test_a_subscriber_that_dies_again_and_again_applies_everything_once(
    system: System,
    alice: User,
    subscribe: Subscribe,
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
) -> None:
    """It dies with rows in its hands: what arrived is not yet what took effect."""
    load = load_on(system, TESTBED.credentials, recorder, alice.user_id)
    mortal = subscribe("mortal", load.topic, mortal=True)
    with load:
        for _ in range(6):
            mortal.start()
            until(lambda: not mortal.alive, 30, "the subscriber has died", lambda: str(mortal.links))
    mortal.mortal = False
    with mortal:
        finish(load, runtime_database, mortal)
    verdict = assert_held(show, recorder, runtime_database, load)
    assert verdict.reconnects >= 6 and verdict.duplicates_before_apply > 0


def test_kill_9_of_control_under_its_run_lane(
    system: System,
    alice: User,
    subscribe: Subscribe,
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
) -> None:
    owner = RuntimeApi(system["runtime"].url, TESTBED.credentials, alice.user_id)
    run_id = owner.start_run()
    owner.close()
    load = Load(recorder, run_id, lambda _: bearer_sender(alice, run_id))
    with subscribe("tail", load.topic) as tail:
        tail.goes_live()
        with load:
            for _ in range(3):
                load.more(60)
                system["control"].kill9()
                load.silence(5)
                system["control"].restart()
            load.more(60)
        finish(load, runtime_database, tail)
    assert_held(show, recorder, runtime_database, load)


def test_kill_9_of_everything_at_once(
    system: System,
    alice: User,
    subscribe: Subscribe,
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
) -> None:
    names = ("control", "runtime", "khala")
    load = load_on(system, TESTBED.credentials, recorder, alice.user_id)
    with subscribe("tail", load.topic) as tail:
        tail.goes_live()
        with load:
            for _ in range(2):
                load.more(60)
                for name in names:
                    system[name].kill9()
                load.silence(5)
                system.up(*names)
                tail.reaches(load.topic, tail.applied(load.topic) + 60)
            load.more(60)
        finish(load, runtime_database, tail)
    assert_held(show, recorder, runtime_database, load)


def test_postgres_stops_at_once_under_all_planes(
    own_server: OwnServer, recorder: Recorder, tmp_path: Path, show: Show
) -> None:
    system, server = own_server.system, own_server.server
    system.up("control", "runtime", "khala")
    with superuser(server, "control", "control") as database:
        user = sign_in(system, database, tmp_path / "home", "carol@example.com")
    load = load_on(system, own_server.credentials, recorder, user.user_id)
    tail = Subscriber(user.another_device(tmp_path / "tail"), recorder, "tail", [load.topic])
    with tail:
        tail.goes_live()
        with load:
            for _ in range(2):
                load.more(60)
                server.stop(signal.SIGQUIT)
                load.silence(10)
                server.start()
            load.more(60)
        with superuser(server, "runtime", "runtime") as database:
            finish(load, database, tail)
            assert_held(show, recorder, database, load)
