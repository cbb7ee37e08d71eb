"""Writers under fire: threads that append to one run, record every attempt, and repeat what was not answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from openagents.embedded.history.recorder import Recorder, digest
from tests.judging import run_topic
from tests.runtime_api import NoAnswer, Refused
from tests.system import until

PAUSE_SECONDS = 0.03
"""Between a failure and the next attempt: a dead process is not asked a thousand times a second."""
SETTLE_SECONDS_MAX = 30.0

Send = Callable[[list[dict[str, Any]]], list[int]]
"""One attempt at a batch of events (type, payload, idempotency key); their seqs. Raises NoAnswer or Refused."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a writer writes. `persistent`: repeats with the same keys until there is an answer."""

    name: str
    batch: int = 1
    persistent: bool = True
    keyed: bool = True


HABITS = (
    Habit("patient"),
    Habit("patient-too"),
    Habit("in-batches", batch=4),
    Habit("careless", persistent=False),
    Habit("keyless", persistent=False, keyed=False),
)


class Load:
    """All writers of one run. Use as a context manager: leaving it stops them and settles what can be settled."""

    def __init__(self, recorder: Recorder, run_id: str, send_for: Callable[[Habit], Send]) -> None:
        self.run_id = run_id
        self.topic = run_topic(run_id)
        self.acked = 0
        self.unanswered = 0
        self.surprises: list[str] = []
        self._recorder = recorder
        self._send_for = send_for
        self._stop = threading.Event()
        self._never = threading.Event()
        self._count = threading.Lock()
        self._threads = [threading.Thread(target=self._write, args=(habit,), name=habit.name) for habit in HABITS]
        recorder.system(self.topic, digest({"source": "runtime"}))

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(SETTLE_SECONDS_MAX)
        assert not any(thread.is_alive() for thread in self._threads), "a writer never got its answer"
        assert not self.surprises, self.surprises[:5]

    def more(self, acknowledgements: int, seconds: float = 30.0) -> None:
        """Until that many further events were acknowledged."""
        goal = self.acked + acknowledgements
        until(lambda: self.acked >= goal, seconds, f"{goal} events acknowledged", lambda: f"{self.acked} so far")

    def silence(self, attempts: int, seconds: float = 30.0) -> None:
        """Until that many further attempts went without an answer."""
        goal = self.unanswered + attempts
        until(lambda: self.unanswered >= goal, seconds, f"{goal} attempts unanswered")

    def _write(self, habit: Habit) -> None:
        send = self._send_for(habit)
        number = 0
        while not self._stop.is_set():
            names = [f"{habit.name}-{number + index}" for index in range(habit.batch)]
            number += habit.batch
            self._attempts(habit, send, names)

    def _attempts(self, habit: Habit, send: Send, names: list[str]) -> None:
        """One intended batch, to its answer or, for the careless, to its first silence."""
        events = [
            {"event_type": "text.delta", "payload": {"write": name}, "idempotency_key": name if habit.keyed else None}
            for name in names
        ]
        deadline = time.monotonic() + SETTLE_SECONDS_MAX
        while time.monotonic() < deadline:
            for name in names:
                self._recorder.sent(self.topic, name, digest({"write": name}))
            try:
                seqs = send(events)
            except NoAnswer:
                with self._count:
                    self.unanswered += 1
                self._never.wait(PAUSE_SECONDS)
                if not habit.persistent:
                    break
            except Refused as refusal:
                if refusal.status != 429:
                    self.surprises.append(f"{habit.name}: {refusal}")
                    self._stop.set()
                    break
                self._never.wait(max(refusal.retry_after_ms, 1) / 1000)
            else:
                for name, seq in zip(names, seqs, strict=True):
                    self._recorder.acked(self.topic, name, seq)
                with self._count:
                    self.acked += len(names)
                break
