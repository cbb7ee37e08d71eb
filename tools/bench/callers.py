"""Callers over HTTP/1.1 that cost next to nothing: requests signed beforehand, kept connections, one thread for all.

The load generator shares the cores with what it loads. With a client library and a thread per caller it took as much
processor time as the server; here a request costs it a `send`, a `recv` and a look at the status line.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tools.bench.figures import Slice

ANSWER_SECONDS_MAX = 30.0
SPARE = 1.5
"""How many more requests are made than the last slice used."""
FIRST_PER_SECOND = 200
"""Requests made per caller and second before anything is known about the rate."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Callers:
    """`count` callers, each with one request under way. `make(caller)` is the next request, byte for byte.

    A slice's requests are made before its clock starts. Raises RuntimeError for any answer but 200.
    """

    def __init__(self, port: int, count: int, make: Callable[[int], bytes]) -> None:
        self._callers = [_Caller(port, number, make) for number in range(count)]
        self._per_second = float(FIRST_PER_SECOND)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        for caller in self._callers:
            caller.socket.close()

    def __call__(self, seconds: float) -> Slice:
        """Call for that long; the time counts to the end of the last answer."""
        for caller in self._callers:
            caller.stock_up(round(self._per_second * seconds * SPARE) + 1)
        with selectors.DefaultSelector() as selector:
            for caller in self._callers:
                selector.register(caller.socket, selectors.EVENT_READ, caller)
            durations, took = _call(selector, self._callers, seconds)
        self._per_second = len(durations) / took / len(self._callers)
        return Slice(len(durations), took, tuple(durations))


def _call(selector: selectors.BaseSelector, callers: list[_Caller], seconds: float) -> tuple[list[float], float]:
    durations: list[float] = []
    begun = time.perf_counter()
    for first in callers:
        first.ask()
    under_way = len(callers)
    while under_way:
        ready = selector.select(ANSWER_SECONDS_MAX)
        if not ready:
            raise RuntimeError("no answer")
        for key, _ in ready:
            caller: _Caller = key.data
            if not caller.answered():
                continue
            now = time.perf_counter()
            durations.append(now - caller.asked_at)
            if now - begun < seconds:
                caller.ask()
            else:
                under_way -= 1
    return durations, time.perf_counter() - begun


class _Caller:
    """One connection and the requests that wait to be sent over it."""

    def __init__(self, port: int, number: int, make: Callable[[int], bytes]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS_MAX)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked_at = 0.0
        self._number = number
        self._make = make
        self._stock: deque[bytes] = deque()
        self._received = b""

    def stock_up(self, count: int) -> None:
        """Have at least `count` requests ready. What an earlier slice left over is too old to be sent."""
        self._stock = deque(self._make(self._number) for _ in range(count))

    def ask(self) -> None:
        request = self._stock.popleft() if self._stock else self._make(self._number)
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def answered(self) -> bool:
        """Take in what has arrived; whether the answer is complete."""
        self._received += self.socket.recv(262_144) or self._broken_off()
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator:
            return False
        length = _LENGTH.search(head)
        if length is None:
            raise RuntimeError(f"an answer without a length: {head[:200]!r}")
        if len(body) < int(length[1]):
            return False
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"{head[:60]!r} {body[:500]!r}")
        self._received = b""
        return True

    def _broken_off(self) -> bytes:
        raise RuntimeError(f"the connection broke off after {self._received[:200]!r}")
