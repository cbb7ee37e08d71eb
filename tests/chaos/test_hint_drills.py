"""Hints lie, repeat, come late or not at all; clocks are wrong: what is delivered does not depend on any of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from openagents.embedded.history.recorder import Recorder
from openagents.embedded.testbed import TESTBED
from openagents.planes import PROCESSES
from tests.chaos.conftest import load_on
from tests.chaos.verdicts import Show, assert_held, finish
from tests.subscriber import Subscriber, User
from tests.system import System, until

pytestmark = pytest.mark.slow

Subscribe = Callable[..., Subscriber]
Tell = Callable[[str], None]
SKEWED = Path(__file__).parent / "skewed"


@contextmanager
def noise(topic: str) -> Iterator[list[str]]:
    """A neighbour on the hint channel: every hint again, older ones, ones that are not true, and nonsense."""
    url = TESTBED.environment("runtime")[f"OA_{PROCESSES['runtime'].env_name}_DATABASE_URL"]
    sent: list[str] = []
    ending = threading.Event()

    def make() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            number = 0
            while not ending.wait(0.005):
                row = connection.execute("SELECT seq FROM sync_topic_sequences WHERE topic = %s", [topic]).fetchone()
                head = row[0] if row else 0
                number += 1
                for told in (head, head, max(head - number % 50, 0), head + number % 7, 0):
                    connection.execute("SELECT pg_notify('runtime_sync', %s)", [f"{topic}:{told}"])
                    sent.append(f"{told}")
                connection.execute("SELECT pg_notify('runtime_sync', %s)", [f"{topic}:nonsense"])

    thread = threading.Thread(target=make, name="noise")
    thread.start()
    try:
        yield sent
    finally:
        ending.set()
        thread.join(10)


def test_duplicate_stale_and_forged_hints_change_nothing(
    system: System,
    alice: User,
    subscribe: Subscribe,
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
    tell: Tell,
) -> None:
    load = load_on(system, TESTBED.credentials, recorder, alice.user_id)
    with subscribe("tail", load.topic) as tail, noise(load.topic) as sent:
        tail.goes_live()
        with load:
            load.more(200)
        finish(load, runtime_database, tail)
        tell(f"{len(sent)} false or repeated hints during {load.acked} events")
    assert_held(show, recorder, runtime_database, load)


def test_without_any_hint_the_sweep_delivers_within_two_seconds(
    system: System,
    alice: User,
    subscribe: Subscribe,
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
    tell: Tell,
) -> None:
    """The runtime's hint sender is as good as dead: its hints reach nobody outside its own process."""
    system["runtime"].restart(FANOUT_DRIVER="memory")
    try:
        load = load_on(system, TESTBED.credentials, recorder, alice.user_id)
        with subscribe("tail", load.topic) as tail:
            tail.goes_live()
            with load:
                load.more(60)
                late = []
                for _ in range(3):
                    load.more(10)
                    wanted, since = load.acked, time.monotonic()
                    until(lambda wanted=wanted: tail.applied(load.topic) >= wanted, 10, "the sweep delivered")  # type: ignore[misc]
                    late.append(time.monotonic() - since)
            finish(load, runtime_database, tail)
        assert max(late) < 2.5
        tell(f"slowest delivery by the sweep alone: {max(late):.2f} s")
        assert_held(show, recorder, runtime_database, load)
    finally:
        system["runtime"].restart()


def test_a_clock_that_is_wrong_by_less_than_half_a_minute_harms_nobody(
    system: System,
    alice: User,
    subscribe: Subscribe,
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
) -> None:
    """Khala's wall clock is off while it serves; all its timers run on the monotonic one."""
    try:
        for skew in (20, -20):
            system["khala"].stop()
            system["khala"].start(PYTHONPATH=str(SKEWED), SKEWED_SECONDS=str(skew))
            until(lambda: _answers(system), 60, "Khala answers", system["khala"].log_tail)
            load = load_on(system, TESTBED.credentials, recorder, alice.user_id)
            with subscribe(f"tail {skew}", load.topic) as tail:
                tail.goes_live()
                with load:
                    load.more(40)
                finish(load, runtime_database, tail)
            assert_held(show, recorder, runtime_database, load)
    finally:
        system["khala"].restart()


def test_a_clock_that_is_wrong_by_minutes_is_noticed_and_named(
    system: System, dora: User, subscribe: Subscribe
) -> None:
    try:
        system["khala"].stop()
        system["khala"].start(PYTHONPATH=str(SKEWED), SKEWED_SECONDS="600")
        until(lambda: _answers(system), 60, "Khala answers", system["khala"].log_tail)
        ready = httpx.get(f"{system['khala'].url}/readyz", timeout=10, trust_env=False)
        codes = {check["name"]: check["code"] for check in ready.json()["checks"]}
        assert (ready.status_code, codes["clock"]) == (503, "clock_skew")
        tail = subscribe("refused", "run:none:events", user=dora)
        with tail:
            until(lambda: "khala.handshake.denied" in _events(), 20, "the token was refused")
            assert not tail.verified
    finally:
        system["khala"].restart()


def _answers(system: System) -> bool:
    try:
        return httpx.get(f"{system['khala'].url}/healthz", timeout=3, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


def _events() -> set[str]:
    with TESTBED.server.connect(TESTBED.clone("khala")) as database:
        rows = database.execute(
            "SELECT event FROM khala.khala_audit_event WHERE reason_code = 'token_expired'"
        ).fetchall()
    return {row[0] for row in rows}
