"""Who is served next: deficit round robin over the dirty topics of one connection (B4), and over principals (B5)."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class DeficitRoundRobin:
    """Topics in turn, each with a byte quantum per turn. What a topic overdraws it waits for; what it saves it keeps
    for one turn only, so nobody hoards.

    A topic that becomes dirty waits for at most one slice of every other dirty topic.
    """

    quantum: int
    waiting: OrderedDict[str, int] = field(default_factory=OrderedDict)
    """Topic to balance, the next one first."""

    def add(self, topic: str) -> None:
        """The topic has something to send; keeps its place and balance when it already had."""
        self.waiting.setdefault(topic, 0)

    def remove(self, topic: str) -> None:
        """The topic has nothing to send (or is gone): its balance is void."""
        self.waiting.pop(topic, None)

    def __len__(self) -> int:
        return len(self.waiting)

    def __contains__(self, topic: str) -> bool:
        return topic in self.waiting

    def pick(self, ready: Callable[[str], bool]) -> tuple[str, int] | None:
        """The next topic that is ready and not overdrawn, with the bytes it may use; None when none is ready."""
        candidates = [topic for topic in self.waiting if ready(topic)]
        while candidates:
            for topic in candidates:
                balance = min(self.waiting[topic] + self.quantum, self.quantum * 2)
                self.waiting[topic] = balance
                self.waiting.move_to_end(topic)
                if balance > 0:
                    return topic, balance
        return None

    def charge(self, topic: str, size: int) -> None:
        """`size` bytes were sent for the topic."""
        if topic in self.waiting:
            self.waiting[topic] -= size


@dataclass(slots=True)
class FairQueue(Generic[T]):
    """Jobs of many principals, round robin by principal; catch-up jobs yield to live ones 1:3."""

    live_share: int = 3
    _live: OrderedDict[Hashable, deque[T]] = field(default_factory=OrderedDict)
    _replay: OrderedDict[Hashable, deque[T]] = field(default_factory=OrderedDict)
    _live_in_row: int = 0

    def put(self, principal: Hashable, live: bool, job: T) -> None:
        lane = self._live if live else self._replay
        lane.setdefault(principal, deque()).append(job)

    def __bool__(self) -> bool:
        return bool(self._live or self._replay)

    def take(self) -> T:
        """The next job. Raises IndexError when there is none."""
        replay_due = self._live_in_row >= self.live_share
        if self._replay and (replay_due or not self._live):
            self._live_in_row = 0
            return self._pop(self._replay)
        if self._live:
            self._live_in_row += 1
            return self._pop(self._live)
        raise IndexError("no job is waiting")

    @staticmethod
    def _pop(lane: OrderedDict[Hashable, deque[T]]) -> T:
        principal, jobs = lane.popitem(last=False)
        job = jobs.popleft()
        if jobs:
            lane[principal] = jobs
        return job
