"""The committer by itself: who leads, who waits, what a group holds, who hears of an error."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.services.committer import Bounds, GroupCommitter
from openagents.ops import faults
from openagents.wire.faults import Fault

WAIT_SECONDS_MAX = 20.0
NEVER = 3600.0
ROOMY = Bounds()


class Refused(Exception):
    """What the store of these tests raises for a poisonous item."""


class Store:
    """Doubles every number. `gate`: closed, the next write waits at it. Items below zero refuse the whole write."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.writers: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()

    def write(self, items: Sequence[int]) -> list[int]:
        self.groups.append(list(items))
        self.writers.append(threading.get_ident())
        self.entered.set()
        assert self.gate.wait(WAIT_SECONDS_MAX)
        if min(items) < 0:
            raise Refused(min(items))
        return [2 * item for item in items]


class Scene:
    """A committer on a store, and callers in threads of their own."""

    def __init__(self, bounds: Bounds = ROOMY, patience: float = NEVER) -> None:
        self.store = Store()
        self.sizes: list[int] = []
        self.committer: GroupCommitter[int, int] = GroupCommitter(
            self.store.write,
            separable=lambda error: isinstance(error, Refused),
            observe=self.sizes.append,
            bounds=bounds,
            patience_seconds=patience,
        )
        self.pool = ThreadPoolExecutor(max_workers=80)

    def submit(self, item: int, events: int = 1, size: int = 1) -> Any:
        return self.pool.submit(self.committer.submit, item, events, size)

    def leader_at_the_gate(self, item: int) -> Any:
        """A caller whose write does not return before the gate opens."""
        self.store.gate.clear()
        self.store.entered.clear()
        leader = self.submit(item)
        assert self.store.entered.wait(WAIT_SECONDS_MAX)
        return leader

    def queue(self, *items: int, **weights: int) -> list[Any]:
        """Callers that wait, in this order."""
        callers = []
        for item in items:
            before = self.committer.waiting
            callers.append(self.submit(item, **weights))
            until(lambda before=before: self.committer.waiting > before)
        return callers


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(WAIT_SECONDS_MAX / 0.001)):
        if condition():
            return
        pause.wait(0.001)
    raise AssertionError("the condition did not come true")


def outcome(future: Any) -> Any:
    error = future.exception(WAIT_SECONDS_MAX)
    return error if error is not None else future.result()


def test_a_lone_caller_writes_at_once_from_its_own_thread() -> None:
    scene = Scene()
    assert scene.committer.submit(21, 1, 1) == 42
    assert scene.store.groups == [[21]]
    assert scene.store.writers == [threading.get_ident()]


def test_whoever_waits_goes_into_one_write_in_the_order_of_arrival() -> None:
    scene = Scene()
    leader = scene.leader_at_the_gate(0)
    callers = scene.queue(*range(1, 21))
    scene.store.gate.set()
    assert [outcome(caller) for caller in [leader, *callers]] == [2 * n for n in range(21)]
    assert scene.store.groups == [[0], list(range(1, 21))]
    assert scene.sizes == [1, 20]


def test_nobody_is_answered_before_the_write_of_its_group_returns() -> None:
    scene = Scene()
    leader = scene.leader_at_the_gate(0)
    callers = scene.queue(1, 2, 3)
    proceed = threading.Event()
    write = scene.store.write

    def slow(items: Sequence[int]) -> list[int]:
        scene.store.entered.set()
        assert proceed.wait(WAIT_SECONDS_MAX)
        return write(items)

    scene.committer._write = slow
    scene.store.entered.clear()
    scene.store.gate.set()
    assert outcome(leader) == 0
    assert scene.store.entered.wait(WAIT_SECONDS_MAX)
    answered, _ = wait(callers, timeout=0.2, return_when=FIRST_COMPLETED)
    proceed.set()
    assert not answered
    assert [outcome(caller) for caller in callers] == [2, 4, 6]


def test_a_leader_returns_after_its_own_group_and_the_longest_waiting_caller_leads_the_next() -> None:
    scene = Scene(Bounds(group_events=2))
    leader = scene.leader_at_the_gate(0)
    callers = scene.queue(1, 2, 3, 4, 5)
    scene.store.gate.set()
    assert [outcome(caller) for caller in [leader, *callers]] == [0, 2, 4, 6, 8, 10]
    assert scene.store.groups == [[0], [1, 2], [3, 4], [5]]
    assert len(set(scene.store.writers)) == 4


@pytest.mark.parametrize("bounds", [Bounds(group_events=10), Bounds(group_bytes=10)])
def test_a_group_ends_before_its_bound_but_a_larger_item_still_goes_alone(bounds: Bounds) -> None:
    scene = Scene(bounds)
    leader = scene.leader_at_the_gate(0)
    callers = [scene.queue(item, events=weight, size=weight)[0] for item, weight in ((1, 4), (2, 6), (3, 1), (4, 40))]
    scene.store.gate.set()
    assert [outcome(caller) for caller in [leader, *callers]] == [0, 2, 4, 6, 8]
    assert scene.store.groups == [[0], [1, 2], [3], [4]]


@pytest.mark.parametrize("bounds", [Bounds(queue_events=3), Bounds(queue_bytes=3)])
def test_a_full_queue_refuses_newcomers_and_nobody_else(bounds: Bounds) -> None:
    scene = Scene(bounds)
    leader = scene.leader_at_the_gate(0)
    callers = scene.queue(1, 2, 3)
    refused = outcome(scene.submit(4))
    assert isinstance(refused, Fault)
    assert (refused.code, refused.retry_after_ms) == ("dependency_unavailable", 100)
    scene.store.gate.set()
    assert [outcome(caller) for caller in [leader, *callers]] == [0, 2, 4, 6]
    assert scene.committer.submit(5, 1, 1) == 10


def test_an_item_larger_than_the_queue_is_admitted_when_nobody_waits() -> None:
    scene = Scene(Bounds(queue_events=3, queue_bytes=3))
    assert scene.committer.submit(1, 10, 10) == 2


def test_a_poisonous_item_fails_alone() -> None:
    scene = Scene()
    leader = scene.leader_at_the_gate(0)
    callers = scene.queue(1, 2, -3, 4)
    scene.store.gate.set()
    assert outcome(leader) == 0
    results = [outcome(caller) for caller in callers]
    assert [result for result in results if not isinstance(result, Refused)] == [2, 4, 8]
    assert results[2].args == (-3,)
    assert scene.store.groups[:2] == [[0], [1, 2, -3, 4]]
    assert sorted(scene.store.groups[2:]) == [[-3], [1], [2], [4]]
    assert len(set(scene.store.writers[2:])) == 4


def test_a_lone_poisonous_item_is_not_written_twice() -> None:
    scene = Scene()
    with pytest.raises(Refused):
        scene.committer.submit(-1, 1, 1)
    assert scene.store.groups == [[-1]]


@pytest.mark.parametrize(
    ("point", "spec"), [("runtime.committer.gathered", "error"), ("runtime.committer.committed", "error@2")]
)
def test_any_other_error_reaches_every_member_as_an_object_of_its_own(point: str, spec: str) -> None:
    scene = Scene()
    leader = scene.leader_at_the_gate(0)  # which is past the first point, and will be the first to pass the second
    callers = scene.queue(1, 2, 3)
    with faults.arm(point, spec):
        scene.store.gate.set()
        results = [outcome(caller) for caller in callers]
    assert outcome(leader) == 0
    assert all(isinstance(result, faults.InjectedFault) for result in results)
    assert [result.args for result in results] == [(point,)] * 3
    assert len({id(result) for result in results}) == 3
    assert scene.committer.submit(4, 1, 1) == 8


def test_a_refusal_that_is_an_error_keeps_its_content_for_every_member() -> None:
    from openagents.wire.faults import DEPENDENCY_UNAVAILABLE

    scene = Scene()

    def down(items: Sequence[int]) -> list[int]:
        scene.store.write(items)
        raise Fault(DEPENDENCY_UNAVAILABLE, "no database", retry_after_ms=1000)

    committer: GroupCommitter[int, int] = GroupCommitter(
        down, separable=lambda _: False, observe=lambda _: None, bounds=ROOMY, patience_seconds=NEVER
    )
    scene.committer = committer
    leader = scene.leader_at_the_gate(0)
    callers = scene.queue(1, 2)
    scene.store.gate.set()
    for caller in [leader, *callers]:
        fault = outcome(caller)
        assert isinstance(fault, Fault)
        assert (fault.code, fault.message, fault.retry_after_ms) == ("dependency_unavailable", "no database", 1000)


def test_an_interrupted_leader_leaves_nobody_asleep() -> None:
    scene = Scene()

    def interrupted(items: Sequence[int]) -> list[int]:
        results = scene.store.write(items)
        if 1 in items:
            raise KeyboardInterrupt
        return results

    scene.committer = GroupCommitter(
        interrupted, separable=lambda _: False, observe=lambda _: None, bounds=ROOMY, patience_seconds=NEVER
    )
    leader = scene.leader_at_the_gate(0)
    callers = scene.queue(1, 2)
    scene.store.gate.set()
    assert outcome(leader) == 0
    assert isinstance(outcome(callers[0]), KeyboardInterrupt)
    assert isinstance(outcome(callers[1]), RuntimeError)
    assert scene.committer.submit(3, 1, 1) == 6


def test_a_stuck_leader_is_overtaken() -> None:
    scene = Scene(patience=0.01)
    free = threading.Event()

    def write(items: Sequence[int]) -> list[int]:
        if 0 in items:
            scene.store.entered.set()
            assert free.wait(WAIT_SECONDS_MAX)
        return [2 * item for item in items]

    scene.committer = GroupCommitter(
        write, separable=lambda _: False, observe=lambda _: None, bounds=ROOMY, patience_seconds=0.01
    )
    stuck = scene.submit(0)
    assert scene.store.entered.wait(WAIT_SECONDS_MAX)
    assert [outcome(caller) for caller in [scene.submit(n) for n in range(1, 20)]] == [2 * n for n in range(1, 20)]
    assert not stuck.done()
    free.set()
    assert outcome(stuck) == 0
    assert scene.committer.submit(3, 1, 1) == 6


def test_sixty_four_threads_of_many_calls_all_get_their_own_answer_from_fewer_writes() -> None:
    scene = Scene()

    def caller(index: int) -> list[int]:
        return [scene.committer.submit(index * 1000 + n, 1, 1) for n in range(25)]

    answers = list(scene.pool.map(caller, range(64)))
    assert answers == [[2 * (index * 1000 + n) for n in range(25)] for index in range(64)]
    written = [item for group in scene.store.groups for item in group]
    assert sorted(written) == sorted(index * 1000 + n for index in range(64) for n in range(25))
    assert len(scene.store.groups) <= len(written)
    for index in range(64):  # nobody overtakes itself
        own = [item for item in written if item // 1000 == index]
        assert own == sorted(own)


@given(
    st.lists(st.tuples(st.integers(-2, 50), st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=12),
    st.integers(1, 8),
    st.integers(1, 8),
)
def test_every_caller_gets_its_own_outcome_once_and_every_group_keeps_its_bounds(
    callers: list[tuple[int, int, int]], group_events: int, group_bytes: int
) -> None:
    scene = Scene(Bounds(group_events=group_events, group_bytes=group_bytes))
    weights = {(item, events, size): (events, size) for item, events, size in callers}
    seen: list[list[Any]] = []

    def write(items: Sequence[Any]) -> list[int]:
        seen.append(list(items))
        scene.store.write([0])
        if any(item[0] < 0 for item in items):
            raise Refused
        return [2 * item[0] for item in items]

    committer: GroupCommitter[Any, int] = GroupCommitter(
        write,
        separable=lambda error: isinstance(error, Refused),
        observe=lambda _: None,
        bounds=scene.committer._bounds,
    )
    scene.store.gate.clear()
    leader = scene.pool.submit(committer.submit, (0, 0, 0), 1, 1)
    assert scene.store.entered.wait(WAIT_SECONDS_MAX)
    futures = [scene.pool.submit(committer.submit, caller, caller[1], caller[2]) for caller in callers]
    scene.store.gate.set()
    assert outcome(leader) == 0
    for caller, future in zip(callers, futures, strict=True):
        result = outcome(future)
        assert isinstance(result, Refused) if caller[0] < 0 else result == 2 * caller[0]
    for group in seen:
        if len(group) > 1:
            assert sum(weights.get(item, (1, 1))[0] for item in group) <= group_events
            assert sum(weights.get(item, (1, 1))[1] for item in group) <= group_bytes
    scene.pool.shutdown()
