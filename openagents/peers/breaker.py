"""The circuit breaker in front of one peer: after enough failures in a row, stop asking for a while, then ask once.

    state      | call wanted                 | success | failure                      | neither
    closed     | go                          | closed  | count; at the limit: open    | closed
    open       | refused; after `open`: probe| -       | -                            | -
    probing    | refused                     | closed  | open, for the full time again| open, probe allowed at once

Calls that began before the circuit opened may end while it is open or probing; they no longer count.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import Enum

FAILURES_MAX = 10
OPEN_SECONDS = 5.0


class State(Enum):
    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class Permit:
    """Leave to make one call; exactly one of its three endings counts, later ones do nothing."""

    __slots__ = ("_breaker", "_ended", "_epoch", "probe")

    def __init__(self, breaker: Breaker, epoch: int, probe: bool) -> None:
        self._breaker = breaker
        self._epoch = epoch
        self._ended = False
        self.probe = probe

    def success(self) -> None:
        """The peer answered, whatever it said."""
        self._end(Breaker._succeeded)

    def failure(self) -> None:
        """The peer could not be reached, or did not answer in time."""
        self._end(Breaker._failed)

    def release(self) -> None:
        """Nothing was learned about the peer: the call was cancelled, or broke on our side."""
        self._end(Breaker._released)

    def _end(self, ending: Callable[[Breaker], None]) -> None:
        if self._ended:
            return
        self._ended = True
        with self._breaker._lock:
            if self._epoch == self._breaker._epoch:
                ending(self._breaker)


class Breaker:
    """Shared by all threads that call one peer. `clock` gives monotonic seconds."""

    def __init__(
        self, clock: Callable[[], float], *, failures_max: int = FAILURES_MAX, open_seconds: float = OPEN_SECONDS
    ) -> None:
        self._clock = clock
        self._failures_max = failures_max
        self._open_seconds = open_seconds
        self._lock = threading.Lock()
        self._state = State.CLOSED
        self._failures = 0
        self._opened_at = 0.0
        self._epoch = 0
        """Counts state changes; a call reports only to the state it began in."""

    @property
    def state(self) -> State:
        return self._state

    def permit(self) -> Permit | None:
        """Leave to call now, or None."""
        with self._lock:
            if self._state is State.OPEN and self._clock() - self._opened_at >= self._open_seconds:
                self._enter(State.PROBING)
                return Permit(self, self._epoch, probe=True)
            if self._state is State.CLOSED:
                return Permit(self, self._epoch, probe=False)
            return None

    def remaining_ms(self) -> int:
        """Until a probe may be made, at least 1 while the circuit is not closed; 0 when it is."""
        with self._lock:
            if self._state is State.CLOSED:
                return 0
            return max(1, int((self._opened_at + self._open_seconds - self._clock()) * 1000))

    def _enter(self, state: State) -> None:
        self._state = state
        self._epoch += 1

    def _succeeded(self) -> None:
        self._failures = 0
        if self._state is State.PROBING:
            self._enter(State.CLOSED)

    def _failed(self) -> None:
        self._failures += 1
        if self._state is State.PROBING or self._failures >= self._failures_max:
            self._opened_at = self._clock()
            self._enter(State.OPEN)

    def _released(self) -> None:
        if self._state is State.PROBING:
            self._enter(State.OPEN)
