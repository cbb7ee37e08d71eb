"""A database connection that waits for its answers cheaply.

psycopg registers a socket with the event loop anew for each piece of an answer, and switches tasks for it; an answer of
two hundred kilobytes comes in two dozen pieces. Here the socket stays registered while a statement runs, and the pieces
are taken in by the loop's own callback.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, TypeVar

import psycopg
from psycopg.abc import PQGen

RV = TypeVar("RV")
READ: Final = 1
WRITE: Final = 2
"""Bits of what psycopg's generators wait for, and of what is ready (`psycopg.waiting.Wait` and `Ready`)."""
LOOK_SECONDS: Final = 0.25
"""uvloop tells of a socket in error once, and forgets it; if there was a last message to be read then, nobody would
hear of the end. Hence the socket is registered anew this often."""


class Connection(psycopg.AsyncConnection[Any]):
    """As its base. A wait that is cancelled leaves the statement running: the connection must then be closed."""

    async def wait(self, gen: PQGen[RV], interval: float = 0.0, timeout: float | None = None) -> RV:
        if timeout is not None:
            return await super().wait(gen, timeout=timeout)
        wait = _Wait(gen, self.pgconn.socket)
        try:
            outcome: RV = await wait.outcome
            return outcome
        finally:
            wait.end()


class _Wait:
    """One generator, driven by the readiness of its socket."""

    __slots__ = ("_fileno", "_gen", "_listening", "_looking", "_loop", "outcome")

    def __init__(self, gen: PQGen[Any], fileno: int) -> None:
        self._gen = gen
        self._fileno = fileno
        self._listening = 0
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Any] = self._loop.create_future()
        self._looking = self._loop.call_later(LOOK_SECONDS, self._look)
        self._step(None)

    def end(self) -> None:
        self._looking.cancel()
        self._listen(0)

    def _look(self) -> None:
        waited_for = self._listening
        try:
            self._listen(0)
            self._listen(waited_for)
        except OSError as error:
            if not self.outcome.done():
                self.outcome.set_exception(error)
        else:
            self._looking = self._loop.call_later(LOOK_SECONDS, self._look)

    def _listen(self, state: int) -> None:
        """Be called when the socket can be read or written, and for nothing else."""
        changed = state ^ self._listening
        if changed & READ:
            if state & READ:
                self._loop.add_reader(self._fileno, self._step, READ)
            else:
                self._loop.remove_reader(self._fileno)
        if changed & WRITE:
            if state & WRITE:
                self._loop.add_writer(self._fileno, self._step, WRITE)
            else:
                self._loop.remove_writer(self._fileno)
        self._listening = state

    def _step(self, ready: int | None) -> None:
        if self.outcome.done():
            return
        try:
            self._listen(int(self._gen.send(ready)))  # type: ignore[arg-type]
        except StopIteration as end:
            self.outcome.set_result(end.value)
        except Exception as error:
            self.outcome.set_exception(error)
