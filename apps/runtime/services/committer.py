"""Group commit: whoever waits while a transaction is under way goes into the next one together.

There is no thread of its own. The first caller leads: it writes from its own thread, at once, so that a lone append
costs nothing more than before. Whoever comes meanwhile queues up and sleeps. A leader writes one group and hands the
lead to the caller that has waited longest; no caller works for others longer than for itself.

A leader that is stuck (a row of its group is locked by somebody's long transaction) is overtaken: after
`PATIENCE_SECONDS` a queued caller takes the lead without it. A group that the database refuses as a whole, because of
one member that nobody can name, is dissolved: every member writes alone, from its own thread, and suffers for nobody.

One committer serves the threads of one process. Processes do not know each other's; they meet in the database, as
single appends do.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from openagents.ops import faults
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault

PATIENCE_SECONDS = 0.1
"""How long a group may take before the callers behind it stop waiting for it. Far above any healthy commit."""
FULL_RETRY_AFTER_MS = 100

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a group and the queue hold at most. One item alone is always admitted, however large."""

    group_events: int = 500
    group_bytes: int = 4 * 1024 * 1024
    queue_events: int = 20_000
    queue_bytes: int = 64 * 1024 * 1024


class _Ticket(Generic[Item, Result]):
    """One caller's place. `leads`, `settled` and `alone` are set by others, before `wake`."""

    __slots__ = ("alone", "error", "events", "item", "leads", "queued", "result", "settled", "size", "sleep")

    def __init__(self, item: Item, events: int, size: int) -> None:
        self.item = item
        self.events = events
        self.size = size
        self.queued = True
        self.leads = False
        self.settled = False
        self.alone = False
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.sleep = threading.Lock()  # a bare lock wakes in a third of the time of an Event
        self.sleep.acquire()

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # awake already, and about to look
            self.sleep.release()


class GroupCommitter(Generic[Item, Result]):
    """Gathers concurrent `submit` calls into calls of `write`, in the order of arrival.

    `write(items)` commits all of them and returns one result for each, or raises; what it raises reaches every member
    of the group. `separable(error)` says that certainly nothing was written and that a single item may be the cause;
    then the group is dissolved instead. `observe(n)` hears of the size of every group, before it is written.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], Sequence[Result]],
        *,
        separable: Callable[[Exception], bool],
        observe: Callable[[int], None],
        bounds: Bounds,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._write = write
        self._separable = separable
        self._observe = observe
        self._bounds = bounds
        self._patience = patience_seconds
        self._mutex = threading.Lock()
        self._queue: deque[_Ticket[Item, Result]] = deque()
        self._queued_events = 0
        self._queued_bytes = 0
        self._in_charge: _Ticket[Item, Result] | None = None
        self._in_charge_since = 0.0

    @property
    def waiting(self) -> int:
        """Callers in the queue."""
        return len(self._queue)

    def submit(self, item: Item, events: int, size: int) -> Result:
        """Write one item of `events` events and `size` bytes, together with whoever waits; returns when it is durable.

        Raises what `write` raises for its group, or Fault DEPENDENCY_UNAVAILABLE when the queue is full.
        """
        ticket: _Ticket[Item, Result] = _Ticket(item, events, size)
        self._enter(ticket)
        while not ticket.settled:
            if ticket.leads:
                ticket.leads = False
                self._lead(ticket)
            else:
                self._sleep(ticket)
        if ticket.alone:
            self._observe(1)
            (result,) = self._write([item])
            return result
        if ticket.error is not None:
            raise ticket.error
        return ticket.result  # type: ignore[return-value]

    def _enter(self, ticket: _Ticket[Item, Result]) -> None:
        with self._mutex:
            full = (
                self._queued_events + ticket.events > self._bounds.queue_events
                or self._queued_bytes + ticket.size > self._bounds.queue_bytes
            )
            if full and self._queue:
                raise Fault(DEPENDENCY_UNAVAILABLE, "too many appends wait", retry_after_ms=FULL_RETRY_AFTER_MS)
            self._queue.append(ticket)
            self._queued_events += ticket.events
            self._queued_bytes += ticket.size
            if self._in_charge is None:
                self._put_in_charge(ticket)

    def _put_in_charge(self, ticket: _Ticket[Item, Result]) -> None:
        self._in_charge = ticket
        self._in_charge_since = time.monotonic()
        ticket.leads = True

    def _sleep(self, ticket: _Ticket[Item, Result]) -> None:
        """Until somebody wakes us, or the leader has had its time and we take its place."""
        if ticket.sleep.acquire(timeout=self._patience):
            return
        with self._mutex:
            if ticket.queued and not ticket.leads and time.monotonic() - self._in_charge_since >= self._patience:
                self._put_in_charge(ticket)

    def _lead(self, leader: _Ticket[Item, Result]) -> None:
        """Write the next group; then hand on the lead and wake the members."""
        with self._mutex:
            group = self._take()
        try:
            if group:
                self._commit(group, leader)
        finally:
            successor = self._hand_on(leader)
            if successor is not None:
                successor.wake()  # first: the next transaction starts while this one's members wake up
            for member in group:
                if not member.settled:  # the leader's thread was interrupted; what became of the group is unknown
                    member.error = RuntimeError("the writer of the group was interrupted")
                    member.settled = True
                if member is not leader:
                    member.wake()

    def _take(self) -> list[_Ticket[Item, Result]]:
        """The oldest callers that fit into a group, at least one. Under the mutex."""
        group: list[_Ticket[Item, Result]] = []
        events = size = 0
        while self._queue:
            head = self._queue[0]
            events += head.events
            size += head.size
            if group and (events > self._bounds.group_events or size > self._bounds.group_bytes):
                break
            self._queue.popleft()
            head.queued = False
            self._queued_events -= head.events
            self._queued_bytes -= head.size
            group.append(head)
        return group

    def _hand_on(self, leader: _Ticket[Item, Result]) -> _Ticket[Item, Result] | None:
        """Put the longest waiting caller in charge. One that was overtaken meanwhile has nothing to hand on."""
        with self._mutex:
            if self._in_charge is not leader:
                return None
            if not self._queue:
                self._in_charge = None
                return None
            self._put_in_charge(self._queue[0])
            return self._queue[0]

    def _commit(self, group: list[_Ticket[Item, Result]], leader: _Ticket[Item, Result]) -> None:
        try:
            self._observe(len(group))
            faults.point("runtime.committer.gathered")
            results = self._write([member.item for member in group])
            faults.point("runtime.committer.committed")
            for member, result in zip(group, results, strict=True):
                member.result = result
        except Exception as error:
            dissolved = len(group) > 1 and self._separable(error)
            for member in group:
                member.alone = dissolved
                member.error = error if member is leader else _twin(error)
        for member in group:
            member.settled = True


def _twin(error: Exception) -> Exception:
    """An equal error for another thread: raising one object in many threads would tangle their tracebacks."""
    twin = error.__class__.__new__(error.__class__, *error.args)
    twin.__dict__.update(error.__dict__)
    twin.__cause__ = error.__cause__
    return twin.with_traceback(error.__traceback__)
