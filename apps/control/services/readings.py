"""The sources of the public statistics: signed reads that may each fail, and what they said last (3.10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import structlog
from django.conf import settings

from apps.control import metrics, peers
from apps.control.domain import pools
from apps.control.domain import statistics as figures
from apps.control.domain.cells import Cell
from openagents.receipts.times import parse_rfc3339, rfc3339
from openagents.wire.faults import Fault

POOL: Final = "pool:"
AT_ONCE: Final = 16
"""Reads in flight: all of them, so that the snapshot takes no longer than its slowest source."""

log = structlog.get_logger("oa.control.stats")


@dataclass(frozen=True, slots=True)
class Reading:
    """The figures of one source, and when they were read."""

    figures: dict[str, Cell]
    at: str
    stale: bool


def pool_ids() -> list[str]:
    """The configured pools, each once."""
    return list(dict.fromkeys(settings.OA.oa_liquidity_stats_pool_ids))


def read_all(now: datetime, kept: Mapping[str, Any]) -> dict[str, Reading]:
    """All sources at once. One that fails gives its last good figures of `kept` for `OA_STATS_STALE_SECONDS`."""
    work: dict[str, Callable[[], dict[str, Cell]]] = {
        name: _reader(name, process, path) for name, (process, path) in figures.SOURCES.items()
    }
    work |= {POOL + pool_id: _pool_reader(pool_id) for pool_id in pool_ids()}
    with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(work)), thread_name_prefix="stats") as threads:
        started = {name: threads.submit(copy_context().run, _attempt, name, read) for name, read in work.items()}
        answers = {name: future.result() for name, future in started.items()}
    readings: dict[str, Reading] = {}
    oldest = now - timedelta(seconds=settings.OA.oa_stats_stale_seconds)
    for name, answer in answers.items():
        if answer is not None:
            readings[name] = Reading(answer, rfc3339(now), stale=False)
        elif (last := kept.get(name)) is not None and parse_rfc3339(last["at"]) >= oldest:
            readings[name] = Reading(last["figures"], last["at"], stale=True)
    return readings


def _attempt(name: str, read: Callable[[], dict[str, Cell]]) -> dict[str, Cell] | None:
    """Runs in a thread of its own, and touches no database there."""
    outcome = "ok"
    try:
        return read()
    except Fault as fault:
        outcome = fault.code
        return None
    except Exception as error:  # an answer of another shape must not take the page with it
        outcome = type(error).__name__
        return None
    finally:
        metrics.STATS_READS.labels(name.partition(":")[0], "ok" if outcome == "ok" else "failed").inc()
        if outcome != "ok":
            log.warning("stats.source_failed", source=name, reason=outcome)


def _reader(name: str, process: str, path: str) -> Callable[[], dict[str, Cell]]:
    def read() -> dict[str, Cell]:
        return figures.figures_of(name, _answer(process, path))

    return read


def _pool_reader(pool_id: str) -> Callable[[], dict[str, Cell]]:
    base = f"/internal/v1/pools/{quote(pool_id, safe='')}"

    def read() -> dict[str, Cell]:
        status = _answer("hydra", f"{base}/status", missing_ok=True)
        latest = _answer("hydra", f"{base}/snapshots/latest", missing_ok=True) if status else {}
        return pools.row_of(pool_id, status or None, latest or None)

    return read


def _answer(process: str, path: str, *, missing_ok: bool = False) -> dict[str, Any]:
    """The object that was answered; empty for a 404 that counts as an answer. Raises Fault, ValueError."""
    answer = peers.measure_plane(process, path)
    if missing_ok and answer.status == 404:
        return {}
    if not answer.ok or not isinstance(answer.json, dict) or not answer.json:
        raise ValueError(f"status {answer.status}")
    return dict(answer.json)
