"""Mirrored reads: the same GET to the other deployment, in the background, compared and forgotten (6.2).

Nothing here touches the answer, the database or a write. When the mirrors cannot keep up, copies are dropped.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any

import structlog
from django.conf import settings

from apps.control import metrics, peers
from openagents.peers.calls import TOO_LARGE, PeerAnswer, PeerUnavailable
from openagents.peers.signature import Act
from openagents.wire.faults import Fault

log = structlog.get_logger("oa.control.shadow")

THREADS = 2
WAITING_MAX = 32
"""Copies that may wait in a process; at 1.5 s each for the slowest, a minute's work at most."""

_waiting = threading.BoundedSemaphore(WAITING_MAX)


def mirror(
    lane: str,
    path: str,
    params: Mapping[str, Any] | None,
    act: Act,
    headers: Mapping[str, str],
    answer: PeerAnswer,
) -> None:
    """Copy a read whose answer is known to the shadow deployment. Returns at once; never raises."""
    if not _waiting.acquire(blocking=False):
        metrics.SHADOW_DIFF.labels("dropped").inc()
        return
    seen = (answer.status, hashlib.sha256(answer.content).digest())
    try:
        future = _pool().submit(_compare, lane, path, params, act, headers, seen)
    except RuntimeError:  # the interpreter is shutting down
        _waiting.release()
        return
    future.add_done_callback(_done)


def _compare(
    lane: str,
    path: str,
    params: Mapping[str, Any] | None,
    act: Act,
    headers: Mapping[str, str],
    seen: tuple[int, bytes],
) -> str:
    config = settings.OA
    try:
        other = peers.mirror_to_runtime(
            path,
            act,
            base_url=config.runtime_base_url("runtime_service"),
            params=params,
            headers=headers,
            bytes_max=config.oa_runtime_shadow_max_capture_bytes,
        )
    except PeerUnavailable as error:
        return "too_large" if error.reason == TOO_LARGE else "unavailable"
    except Fault:
        return "unavailable"
    if other.status != seen[0]:
        log.warning("shadow.differs", lane=lane, status=seen[0], shadow_status=other.status)
        return "status"
    if hashlib.sha256(other.content).digest() != seen[1]:
        log.warning("shadow.differs", lane=lane, status=seen[0], shadow_bytes=len(other.content))
        return "body"
    return "same"


def _done(future: Future[str]) -> None:
    _waiting.release()
    error = future.exception()
    if error is not None:
        log.error("shadow.failed", exc_info=error)
    metrics.SHADOW_DIFF.labels("failed" if error is not None else future.result()).inc()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="shadow")


if hasattr(os, "register_at_fork"):  # threads do not survive a fork
    os.register_at_fork(after_in_child=_pool.cache_clear)
