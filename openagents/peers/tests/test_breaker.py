"""The breaker's state table, cell by cell, on a clock of our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from openagents.peers.breaker import FAILURES_MAX, OPEN_SECONDS, Breaker, Permit, State


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def granted(breaker: Breaker) -> Permit:
    permit = breaker.permit()
    assert permit is not None
    return permit


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        granted(breaker).failure()


def closed(clock: Clock) -> Breaker:
    return Breaker(clock)


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    fail(breaker, FAILURES_MAX)
    return breaker


def test_the_numbers_are_ten_failures_and_five_seconds() -> None:
    assert (FAILURES_MAX, OPEN_SECONDS) == (10, 5.0)


def test_closed_opens_at_the_tenth_failure_in_a_row() -> None:
    clock = Clock()
    breaker = closed(clock)
    fail(breaker, 9)
    assert breaker.state is State.CLOSED and breaker.remaining_ms() == 0
    granted(breaker).failure()
    assert breaker.state is State.OPEN and breaker.remaining_ms() == 5000
    assert breaker.permit() is None


def test_a_success_starts_the_count_again_and_a_release_does_not() -> None:
    breaker = closed(Clock())
    fail(breaker, 9)
    granted(breaker).success()
    fail(breaker, 9)
    granted(breaker).release()
    assert breaker.state is State.CLOSED
    granted(breaker).failure()
    assert breaker.state is State.OPEN


@pytest.mark.parametrize("waited", [0, 1, 4.999])
def test_open_refuses_until_its_time_is_over(waited: float) -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.seconds += waited
    assert breaker.permit() is None
    assert breaker.remaining_ms() >= 1


def test_open_then_allows_one_probe_only() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.seconds += 5
    probe = granted(breaker)
    assert probe.probe and breaker.state is State.PROBING
    assert breaker.permit() is None and breaker.remaining_ms() == 1


@pytest.mark.parametrize(
    ("ending", "state", "next_call"),
    [
        (Permit.success, State.CLOSED, "call"),
        (Permit.failure, State.OPEN, "refused"),
        (Permit.release, State.OPEN, "probe"),
    ],
)
def test_a_probe_decides(ending: Callable[[Permit], None], state: State, next_call: str) -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.seconds += 5
    ending(granted(breaker))
    assert breaker.state is state
    permit = breaker.permit()
    assert next_call == ("refused" if permit is None else "probe" if permit.probe else "call")


def test_after_a_failed_probe_the_full_time_runs_again() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.seconds += 7
    granted(breaker).failure()
    assert breaker.remaining_ms() == 5000
    clock.seconds += 5
    assert granted(breaker).probe


def test_after_a_good_probe_ten_failures_are_needed_again() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.seconds += 5
    granted(breaker).success()
    fail(breaker, 9)
    assert breaker.state is State.CLOSED


@pytest.mark.parametrize("ending", [Permit.success, Permit.failure, Permit.release])
def test_a_call_from_before_the_opening_no_longer_counts(ending: Callable[[Permit], None]) -> None:
    clock = Clock()
    breaker = closed(clock)
    old = granted(breaker)
    fail(breaker, FAILURES_MAX)
    clock.seconds += 5
    granted(breaker)
    ending(old)
    assert breaker.state is State.PROBING


def test_a_permit_ends_once() -> None:
    breaker = closed(Clock())
    permit = granted(breaker)
    for _ in range(FAILURES_MAX):
        permit.failure()
    assert breaker.state is State.CLOSED
