"""The public statistics: one snapshot for everybody, made of signed reads that may each fail (3.10).

A source that fails keeps its last good figures for a while; what they were stands in the newest StatsSnapshot row.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone

from apps.control import metrics, peers
from apps.control.domain import statistics as figures
from apps.control.models import StatsSnapshot
from openagents.db.stores import cache
from openagents.receipts.times import parse_rfc3339, rfc3339
from openagents.wire.faults import Fault

CACHE_KEY: Final = "control:stats:v1"
POOL: Final = "pool:"
AT_ONCE: Final = 16
"""Reads in flight: all of them, so that the snapshot takes no longer than its slowest source."""

log = structlog.get_logger("oa.control.stats")


@dataclass(frozen=True, slots=True)
class Reading:
    """The figures of one source, and when they were read."""

    figures: dict[str, figures.Cell]
    at: str
    stale: bool


def snapshot() -> dict[str, Any]:
    """The StatsSnapshot message as JSON values, at most `OA_STATS_CACHE_SECONDS` old. Never raises for a source."""
    seconds = settings.OA.oa_stats_cache_seconds
    found: dict[str, Any] = cache().get_or_compute(CACHE_KEY, seconds, lambda: _compute(seconds))
    return found


def _compute(seconds: int) -> dict[str, Any]:
    now = timezone.now().replace(microsecond=0)
    readings = _read_all(now)
    pools = [
        reading.figures if (reading := readings.get(POOL + pool_id)) else figures.pool_row(pool_id, {}, None)
        for pool_id in _pool_ids()
    ]
    return {
        "schema": figures.SCHEMA,
        "as_of": rfc3339(now),
        "cache_seconds": seconds,
        "sections": [_section(section, readings) for section in figures.SECTIONS],
        "pools": {
            "columns": list(figures.POOL_COLUMNS),
            "rows": [[row[column] for column in figures.POOL_COLUMNS] for row in pools],
        },
    }


def _section(section: figures.Section, readings: dict[str, Reading]) -> dict[str, Any]:
    reading = readings.get(section.source)
    used = [reading] if reading else []
    sums: dict[str, figures.Cell] = {}
    if any(figure.path.startswith(figures.POOLS) for figure in section.figures):
        pools = [found for name, found in readings.items() if name.startswith(POOL)]
        used += pools
        sums = figures.totals([found.figures for found in pools]) if pools else {}
    rows = []
    for figure in section.figures:
        if figure.path == figures.AVAILABLE:
            cell = figures.availability(reading is not None)
        elif figure.path.startswith(figures.POOLS):
            cell = sums.get(figure.key)
        else:
            cell = reading.figures.get(f"{section.id}.{figure.key}") if reading else None
        rows.append([figure.key, figure.label, cell, figure.unit])
    return {
        "id": section.id,
        "title": section.title,
        "available": bool(used),
        "stale": any(found.stale for found in used),
        "as_of": min((found.at for found in used), default=None),
        "columns": list(figures.COLUMNS),
        "rows": rows,
    }


def _pool_ids() -> list[str]:
    return list(dict.fromkeys(settings.OA.oa_liquidity_stats_pool_ids))


def _read_all(now: datetime) -> dict[str, Reading]:
    work: dict[str, Callable[[], dict[str, figures.Cell]]] = {
        name: _reader(name, process, path) for name, (process, path) in figures.SOURCES.items()
    }
    work |= {POOL + pool_id: _pool_reader(pool_id) for pool_id in _pool_ids()}
    with ThreadPoolExecutor(max_workers=min(AT_ONCE, len(work)), thread_name_prefix="stats") as threads:
        started = {name: threads.submit(copy_context().run, _attempt, name, read) for name, read in work.items()}
        answers = {name: future.result() for name, future in started.items()}
    kept = _last_good()
    readings: dict[str, Reading] = {}
    oldest = now - timedelta(seconds=settings.OA.oa_stats_stale_seconds)
    for name, answer in answers.items():
        if answer is not None:
            readings[name] = Reading(answer, rfc3339(now), stale=False)
        elif (last := kept.get(name)) is not None and parse_rfc3339(last["at"]) >= oldest:
            readings[name] = Reading(last["figures"], last["at"], stale=True)
    _keep(now, readings)
    return readings


def _attempt(name: str, read: Callable[[], dict[str, figures.Cell]]) -> dict[str, figures.Cell] | None:
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


def _reader(name: str, process: str, path: str) -> Callable[[], dict[str, figures.Cell]]:
    def read() -> dict[str, figures.Cell]:
        return figures.figures_of(name, _answer(process, path))

    return read


def _pool_reader(pool_id: str) -> Callable[[], dict[str, figures.Cell]]:
    base = f"/internal/v1/pools/{quote(pool_id, safe='')}"

    def read() -> dict[str, figures.Cell]:
        status = _answer("hydra", f"{base}/status", missing_ok=True)
        latest = _answer("hydra", f"{base}/snapshots/latest", missing_ok=True) if status else {}
        return figures.pool_row(pool_id, status or None, latest or None)

    return read


def _answer(process: str, path: str, *, missing_ok: bool = False) -> dict[str, Any]:
    """The object that was answered; empty for a 404 that counts as an answer. Raises Fault, ValueError."""
    answer = peers.measure_plane(process, path)
    if missing_ok and answer.status == 404:
        return {}
    if not answer.ok or not isinstance(answer.json, dict) or not answer.json:
        raise ValueError(f"status {answer.status}")
    return dict(answer.json)


def _last_good() -> dict[str, Any]:
    try:
        with transaction.atomic():
            row = StatsSnapshot.objects.filter(id=1).first()
    except (DatabaseError, InterfaceError):
        return {}
    return {} if row is None else dict(row.body)


def _keep(now: datetime, readings: dict[str, Reading]) -> None:
    body = {name: {"at": reading.at, "figures": reading.figures} for name, reading in readings.items()}
    try:
        with transaction.atomic():
            StatsSnapshot.objects.update_or_create(id=1, defaults={"generated_at": now, "body": body})
    except (DatabaseError, InterfaceError) as error:  # the page is answered all the same
        log.warning("stats.not_kept", reason=type(error).__name__)
