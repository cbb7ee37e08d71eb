"""Appends in threads of their own, and a leader that is held up so that the others queue behind it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, connections

from apps.runtime.models import Run
from apps.runtime.services.append import append, committer
from apps.runtime.tests import factories as make
from openagents.embedded.testbed import TESTBED

WAIT_SECONDS_MAX = 30.0


def until(condition: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(WAIT_SECONDS_MAX / 0.002)):
        if condition():
            return
        pause.wait(0.002)
    raise AssertionError("the condition did not come true")


class Appenders:
    """Calls in threads of their own. `statements` holds (thread, SQL) of everything they sent."""

    def __init__(self, count: int) -> None:
        self.pool = ThreadPoolExecutor(max_workers=count)
        self.statements: list[tuple[int, str]] = []

    def _record(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements.append((threading.get_ident(), sql))
        return execute(sql, params, many, context)

    def start(self, work: Callable[[], Any]) -> Future[Any]:
        def call() -> Any:
            try:
                with connection.execute_wrapper(self._record):
                    return work()
            finally:
                connections.close_all()

        return self.pool.submit(call)

    def queued(self, work: Callable[[], Any]) -> Future[Any]:
        """Start a call and return when it waits in the committer's queue."""
        before = committer().waiting
        future = self.start(work)
        until(lambda: committer().waiting > before)
        return future


def outcome(future: Future[Any]) -> Any:
    error = future.exception(WAIT_SECONDS_MAX)
    return error if error is not None else future.result()


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Another connection holds the run's row."""
    with psycopg.connect(TESTBED.environment("runtime")["OA_RUNTIME_DATABASE_URL"]) as other:
        other.execute("SELECT 1 FROM run WHERE id = %s FOR UPDATE", [run.id])
        yield
        other.rollback()


@contextmanager
def leader_waiting(appenders: Appenders, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Inside, an append of another thread has the lead and waits for a lock; everybody else queues."""
    monkeypatch.setattr(committer(), "_patience", 3600.0)
    run = make.run()
    with locked(run):
        sent = len(appenders.statements)
        leader = appenders.start(lambda: append(make.request(run.id)))
        until(lambda: len(appenders.statements) > sent)
        yield
    assert [placed.seq for placed in leader.result(WAIT_SECONDS_MAX)] == [2]
