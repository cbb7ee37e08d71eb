"""Khala's own database from the event loop: blocking ORM work on a few threads, so that connections are bounded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, ParamSpec, TypeVar

from django.db import close_old_connections, connections

THREADS_MAX: Final = 4

P = ParamSpec("P")
T = TypeVar("T")


class DatabaseThreads:
    """`await run(function, …)` on a thread whose Django connection persists."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=THREADS_MAX, thread_name_prefix="khala-db")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def work() -> T:
            close_old_connections()
            return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def stop(self) -> None:
        """End the threads, each closing its own connection first."""
        together = threading.Barrier(THREADS_MAX)

        def close() -> None:
            together.wait(10)
            connections.close_all()

        for future in [self._pool.submit(close) for _ in range(THREADS_MAX)]:
            future.result(10)
        self._pool.shutdown()
