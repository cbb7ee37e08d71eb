"""Probes hold what every delivery path brought against the journal; a path that brings nothing is named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apps.khala import metrics
from apps.khala.services import node, readiness
from apps.khala.services.node import Node
from apps.khala.services.probe_clients import CANARY
from apps.khala.services.probes import HINTS, TAIL, Probes
from apps.khala.tests.conftest import JournalTopic, Serving, until

LANES = {"lane_n", "lane_p", "lane_t", "poll"}


@contextmanager
def probing(serving: Serving, limit: float) -> Iterator[Probes]:
    """The server's node probing itself, in place of its own probes."""
    running = node.running()
    assert running is not None

    async def begin() -> Probes:
        await running.probes.stop()
        running.probes = Probes(running, interval=0.05, limit=limit, base_url=serving.http)
        running.probes.start()
        return running.probes

    async def end() -> None:
        await running.probes.stop()
        running.hub.unwatch(CANARY, running.probes)
        running.hub.deaf, running.hub.on_hint = False, None

    probes = asyncio.run_coroutine_threadsafe(begin(), running.loop).result(10)
    until(lambda: probes.paths[TAIL].brought)
    try:
        yield probes
    finally:
        asyncio.run_coroutine_threadsafe(end(), running.loop).result(10)


def test_every_path_brings_the_canary(serving: Serving, canary: JournalTopic) -> None:
    with probing(serving, limit=30.0) as probes:
        canary.append({"at": 1})
        assert set(probes.paths) == {HINTS, TAIL, *LANES}
        until(lambda: {path.brought for path in probes.paths.values()} == {canary.head}, 20)
        until(lambda: {path.lacks_since for path in probes.paths.values()} == {0.0})
        assert probes.deaf == [] and readiness.delivery().ok
        assert _deaf_metric("lane_n") == 0


def test_a_deaf_driver_is_named_worked_around_and_listened_to_anew(serving: Serving, canary: JournalTopic) -> None:
    """Rows without hints: the driver's connection stands, and nothing comes through it."""
    running = node.running()
    assert running is not None
    with probing(serving, limit=0.3) as probes, _counting_starts(running) as starts:
        canary.append({"at": 2}, hint=False)
        until(lambda: HINTS in probes.deaf and not readiness.delivery().ok)
        until(lambda: running.hub.deaf and _deaf_metric(HINTS) == 1)
        until(lambda: probes.paths[TAIL].brought == canary.head)
        until(lambda: starts() > 0)

        def heard() -> bool:
            canary.append({"at": 3})  # again and again, as the runtime does: one may fall into the new beginning
            return HINTS not in probes.deaf and not running.hub.deaf

        until(heard, 20)
        assert running.hub.source.healthy


@contextmanager
def _counting_starts(running: Node) -> Iterator[Callable[[], int]]:
    count = 0
    source = running.hub.source
    original = source.start

    async def start(on_hint: Callable[[str, int], None]) -> None:
        nonlocal count
        count += 1
        await original(on_hint)

    source.start = start  # type: ignore[method-assign]
    try:
        yield lambda: count
    finally:
        source.start = original  # type: ignore[method-assign]


def _deaf_metric(name: str) -> float:
    return float(metrics.PROBE_DEAF.labels(name)._value.get())
