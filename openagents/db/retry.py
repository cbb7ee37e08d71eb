"""Transactions that lost against another one are tried again, a few times, and then given up with a clear answer."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import psycopg.errors
from django.conf import settings
from django.db import connection
from django.db.utils import OperationalError

from openagents.ops import metrics
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault

ATTEMPTS_MAX = 3
PAUSE_SECONDS_MAX = 0.05
RETRYABLE = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure, psycopg.errors.LockNotAvailable)

P = ParamSpec("P")
T = TypeVar("T")


def retried(function: Callable[P, T]) -> Callable[P, T]:
    """Run a function that is one whole transaction up to three times on deadlock, serialization or lock timeout.

    Then raises Fault DEPENDENCY_UNAVAILABLE. Inside an outer transaction it never repeats: that one is spoilt.
    """

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            nested = connection.in_atomic_block
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                cause = error.__cause__
                if nested or not isinstance(cause, RETRYABLE):
                    raise
                metrics.DB_RETRIES.labels(settings.OA_PROCESS.plane, type(cause).__name__).inc()
                if attempt == ATTEMPTS_MAX:
                    raise Fault(DEPENDENCY_UNAVAILABLE, "the database is too busy", retry_after_ms=1000) from error
                time.sleep(random.uniform(0, PAUSE_SECONDS_MAX))
        raise AssertionError("unreachable: the last attempt returns or raises")

    return run
