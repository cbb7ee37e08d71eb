"""The network between one client and Khala fails in every way it can; the client ends where everybody else is."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from openagents.embedded.history.recorder import Recorder
from openagents.embedded.testbed import TESTBED
from tests.chaos.conftest import load_on
from tests.chaos.verdicts import Show, assert_held, finish
from tests.proxy import Proxy
from tests.subscriber import Subscriber, User
from tests.system import System

pytestmark = pytest.mark.slow

Subscribe = Callable[..., Subscriber]
Tell = Callable[[str], None]
RECOVERY_SEED = 20261121
RECOVERY_STEPS = 10

FAULTS: dict[str, tuple[Callable[[Proxy], None], bool | None]] = {
    "delayed": (lambda proxy: proxy.slow(0.1), False),
    "cut": (Proxy.cut, True),
    "refused": (Proxy.refuse, True),
    "half-closed": (Proxy.half_close, True),
    "one byte a second": (Proxy.trickle, None),
    "silent, then cut": (Proxy.fall_silent, True),
}
"""Name to (the fault, whether the connection has to be made anew after it; None: the client may give it up)."""


@pytest.mark.parametrize("name", FAULTS)
def test_the_network_of_one_client_fails(
    system: System,
    alice: User,
    subscribe: Subscribe,
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
    name: str,
) -> None:
    misbehave, reconnects = FAULTS[name]
    load = load_on(system, TESTBED.credentials, recorder, alice.user_id)
    with (
        Proxy(system["khala"].port) as proxy,
        subscribe("steady", load.topic) as steady,
        subscribe("unlucky", load.topic, through=proxy) as unlucky,
    ):
        steady.goes_live()
        unlucky.goes_live()
        with load:
            load.more(30)
            misbehave(proxy)
            load.more(60)
            steady.reaches(load.topic, steady.applied(load.topic) + 30)
            if name == "silent, then cut":
                proxy.cut()
            proxy.fair()
            unlucky.reaches(load.topic, steady.applied(load.topic))
        finish(load, runtime_database, steady, unlucky)
        assert reconnects is None or (proxy.accepted > 1) == reconnects
    assert_held(show, recorder, runtime_database, load)


def test_the_recovery_harness(
    system: System,
    alice: User,
    subscribe: Subscribe,
    recorder: Recorder,
    runtime_database: psycopg.Connection[Any],
    show: Show,
    tell: Tell,
    request: pytest.FixtureRequest,
) -> None:
    """Real processes, real clients, a proxy between, random faults; the final state is that of a client never cut off.

    The seed is printed; `--recovery-seed` and `--recovery-steps` choose others.
    """
    seed = int(request.config.getoption("--recovery-seed") or RECOVERY_SEED)
    steps = int(request.config.getoption("--recovery-steps") or RECOVERY_STEPS)
    chance = random.Random(seed)
    load = load_on(system, TESTBED.credentials, recorder, alice.user_id)
    done: list[str] = []
    with Proxy(system["khala"].port) as proxy:
        weathered = subscribe("weathered", load.topic, through=proxy)
        mortal = subscribe("mortal", load.topic, through=proxy)

        def kill_khala() -> None:
            system["khala"].kill9()
            load.more(10)
            system["khala"].restart()

        def restart_client() -> None:
            mortal.cut_off()
            load.more(10)
            mortal.start()

        acts: dict[str, Callable[[], None]] = {
            "cut": proxy.cut,
            "refuse": proxy.refuse,
            "slow": lambda: proxy.slow(0.05),
            "trickle": proxy.trickle,
            "silent": proxy.fall_silent,
            "half-close": proxy.half_close,
            "client": restart_client,
            "kill": kill_khala,
        }
        with weathered, mortal:
            weathered.goes_live()
            mortal.goes_live()
            with load:
                plan = [*acts, *chance.choices(list(acts), k=max(steps - len(acts), 0))][:steps]
                chance.shuffle(plan)
                for name in plan:
                    done.append(name)
                    acts[name]()
                    load.more(chance.randint(5, 40))
                    if name in ("silent", "trickle"):
                        proxy.cut()
                    proxy.fair()
            witness = subscribe("witness", load.topic)
            with witness:
                finish(load, runtime_database, weathered, mortal, witness)
    states = {
        subscriber.name: [seq for _, seq, _ in subscriber.effects()] for subscriber in (weathered, mortal, witness)
    }
    assert states["weathered"] == states["mortal"] == states["witness"]
    tell(f"seed {seed}: {' '.join(done)}; {len(states['witness'])} effects, the same on all three")
    assert_held(show, recorder, runtime_database, load)
