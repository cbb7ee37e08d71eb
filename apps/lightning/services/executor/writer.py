"""Exactly one process writes: whoever holds the advisory lock `oa:executor:writer` (section 1).

Its thread recovers payments, follows incoming ones, compares ledger and node, and delivers the outbox. A standby
answers reads and takes over when the lock falls free, as it does when its holder dies.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from django.db import close_old_connections, connection, connections

from apps.lightning import metrics
from apps.lightning.services.executor import policy
from apps.lightning.services.executor.refusals import NOT_ACTIVE_WRITER
from openagents.ops import faults
from openagents.ops.metrics import LEASE_OPS
from openagents.wire.faults import Fault

log = structlog.get_logger("oa.executor")

LOCK = "oa:executor:writer"
TICK_SECONDS = 0.5


class Writer:
    """The lock and the thread behind it; one per process."""

    def __init__(self) -> None:
        self._held: psycopg.Connection | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._guard = threading.Lock()

    @property
    def active(self) -> bool:
        return self._held is not None

    def acquire(self) -> bool:
        """Take the lock if it is free. It lives with a connection of its own, so it dies with the process."""
        with self._guard:
            if self._held is not None:
                return True
            opened = psycopg.connect(**_parameters(), autocommit=True)
            try:
                row = opened.execute(
                    "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"{LOCK}:{policy.wallet_id()}"]
                ).fetchone()
            except psycopg.Error:
                opened.close()
                raise
            if row is None or not row[0]:
                opened.close()
                return False
            self._held = opened
            metrics.ACTIVE_WRITER.set(1)
            LEASE_OPS.labels("lightning", "writer", "acquired").inc()
            log.info("writer_active")
            return True

    def check(self) -> bool:
        """Whether the lock is still ours: its connection answers."""
        with self._guard:
            if self._held is None:
                return False
            try:
                self._held.execute("SELECT 1")
            except psycopg.Error:
                log.error("writer_lost")
                LEASE_OPS.labels("lightning", "writer", "expired").inc()
                self._drop()
                return False
            return True

    def release(self) -> None:
        with self._guard:
            self._drop()

    def _drop(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
            metrics.ACTIVE_WRITER.set(0)

    def start(self, chores: Callable[[], list[Chore]]) -> None:
        """Run the thread that keeps the lock and does the chores."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, args=(chores,), name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and give the lock back."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)
        self.release()

    def _run(self, chores: Callable[[], list[Chore]]) -> None:
        mine: list[Chore] = []
        while not self._stop.is_set():
            try:
                close_old_connections()
                if not self.check() and self.acquire():
                    mine = chores()  # all due at once: a new writer begins by recovering
                if self.active:
                    for chore in mine:
                        chore.run_if_due()
            except Exception as error:
                log.warning("writer_disturbed", error=type(error).__name__)
                connections.close_all()
            self._stop.wait(TICK_SECONDS)
        connections.close_all()


class Chore:
    """Something the writer does every so many seconds; a failure is logged and the next turn comes all the same."""

    def __init__(self, name: str, seconds: float, work: Callable[[], object]) -> None:
        self.name, self.seconds, self._work = name, seconds, work
        self._due = 0.0

    def run_if_due(self) -> None:
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self.seconds
        try:
            faults.point(f"executor.chore.{self.name}")
            self._work()
        except Exception as error:
            log.error("chore_failed", chore=self.name, error=type(error).__name__, exc_info=error)
            connections.close_all()


def _parameters() -> dict[str, Any]:
    found = connection.get_connection_params()
    return {name: found[name] for name in ("host", "port", "user", "password", "dbname") if name in found}


WRITER = Writer()


def is_active() -> bool:
    """Whether this process may write."""
    return WRITER.active


def require() -> None:
    """Raises Fault `not_active_writer`: a standby has no effects."""
    if not WRITER.active:
        raise Fault(NOT_ACTIVE_WRITER, retry_after_ms=1000)
