"""Many callers in one process, as the threads of a server: each keeps its database connection from slice to slice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from tools.bench.figures import Slice

START_SECONDS_MAX = 60.0


class Crowd:
    """`count` threads. `prepare(index)` runs once in each; `work(index)` is one operation, over and over."""

    def __init__(
        self, count: int, work: Callable[[int], object], prepare: Callable[[int], object] | None = None
    ) -> None:
        self._count = count
        self._work = work
        self._prepare = prepare
        self._pool = ThreadPoolExecutor(max_workers=count)
        self._barrier = threading.Barrier(count + 1)
        self._prepared = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()

    def __call__(self, seconds: float) -> Slice:
        """Work for that long; the time counts from the moment all are ready to the end of the last operation."""
        futures = [self._pool.submit(self._one, index, seconds) for index in range(self._count)]
        self._barrier.wait(START_SECONDS_MAX)
        started = time.perf_counter()
        durations = [duration for future in futures for duration in future.result()]
        return Slice(len(durations), time.perf_counter() - started, tuple(durations))

    def _one(self, index: int, seconds: float) -> list[float]:
        if self._prepare is not None and not getattr(self._prepared, "done", False):
            self._prepare(index)
            self._prepared.done = True
        self._barrier.wait(START_SECONDS_MAX)
        durations = []
        begun = now = time.perf_counter()
        while now - begun < seconds:
            self._work(index)
            last, now = now, time.perf_counter()
            durations.append(now - last)
        return durations
