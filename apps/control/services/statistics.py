"""The public statistics: one snapshot for everybody (3.10).

It stands in the shared cache, in the StatsSnapshot row (with the last good figures of each source) and in the memory
of every process that showed it. Whoever finds it old and wins the lock renews it; everybody else is shown the one
before meanwhile. While the database is away a process shows what it remembers, marked as stale.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.utils import timezone

from apps.control import metrics
from apps.control.domain import pools
from apps.control.domain import statistics as figures
from apps.control.domain.cells import Cell, availability
from apps.control.models import StatsSnapshot
from apps.control.services.readings import POOL, Reading, pool_ids, read_all
from openagents.db.stores import cache
from openagents.receipts.times import parse_rfc3339, rfc3339
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault

CACHE_KEY: Final = "control:stats:v1"
LOCK: Final = "control:stats"
"""Held by the one who renews, in a transaction: it ends with it. The reads inside are bounded by their own timeouts."""
DATABASE_AWAY: Final = (DatabaseError, InterfaceError)

log = structlog.get_logger("oa.control.stats")

_remembering = threading.Lock()
_remembered: dict[str, Any] | None = None


def snapshot() -> dict[str, Any]:
    """The StatsSnapshot message as JSON values, renewed every `OA_STATS_CACHE_SECONDS`. Never raises for a source.

    Raises Fault DEPENDENCY_UNAVAILABLE when the database is away and there is nothing to show yet.
    """
    known = _remembered
    if known is not None and _is_younger(known, settings.OA.oa_stats_cache_seconds):
        metrics.STATS_CACHE.labels("hit").inc()
        return known
    try:
        found = _shared()
    except DATABASE_AWAY as error:
        log.warning("stats.database_away", reason=type(error).__name__)
        return _without_database()
    _remember(found)
    return found


def forget() -> None:
    """Ask the shared cache again at the next request of this process."""
    global _remembered
    with _remembering:
        _remembered = None


def _shared() -> dict[str, Any]:
    """The renewed snapshot, or the one before while somebody else renews it. Raises what the database raises."""
    with transaction.atomic():
        if _may_renew():
            return _cached()
    previous = _stored().get("snapshot")
    if previous is not None and _is_younger(previous, settings.OA.oa_stats_stale_seconds):
        metrics.STATS_CACHE.labels("previous").inc()
        return dict(previous)
    return _cached()  # nothing worth showing: wait for the other one


def _cached() -> dict[str, Any]:
    computed = False

    def compute() -> dict[str, Any]:
        nonlocal computed
        computed = True
        return _compute()

    found: dict[str, Any] = cache().get_or_compute(CACHE_KEY, settings.OA.oa_stats_cache_seconds, compute)
    metrics.STATS_CACHE.labels("computed" if computed else "hit").inc()
    return found


def _without_database() -> dict[str, Any]:
    known = _remembered
    if known is None:
        try:
            known = cache().get_or_compute(CACHE_KEY, settings.OA.oa_stats_cache_seconds, _nothing)  # Redis may have it
        except Fault:
            metrics.STATS_CACHE.labels("unavailable").inc()
            raise
    metrics.STATS_CACHE.labels("without_database").inc()
    oldest = timezone.now() - timedelta(seconds=settings.OA.oa_stats_stale_seconds)
    return figures.without_source(known, rfc3339(oldest.replace(microsecond=0)))


def _nothing() -> NoReturn:
    raise Fault(DEPENDENCY_UNAVAILABLE)


def _remember(found: dict[str, Any]) -> None:
    """Never an older one in place of a newer one: a loser's answer may come back last."""
    global _remembered
    with _remembering:
        if _remembered is None or found["as_of"] >= _remembered["as_of"]:
            _remembered = found


def _is_younger(found: dict[str, Any], seconds: int) -> bool:
    return parse_rfc3339(found["as_of"]) > timezone.now() - timedelta(seconds=seconds)


def _may_renew() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [LOCK])
        return bool(cursor.fetchone()[0])


def _compute() -> dict[str, Any]:
    now = timezone.now().replace(microsecond=0)
    readings = read_all(now, _stored().get("readings", {}))
    rows = [
        reading.figures if (reading := readings.get(POOL + pool_id)) else pools.row_of(pool_id, {}, None)
        for pool_id in pool_ids()
    ]
    found = {
        "schema": figures.SCHEMA,
        "as_of": rfc3339(now),
        "cache_seconds": settings.OA.oa_stats_cache_seconds,
        "sections": [_section(section, readings) for section in figures.SECTIONS],
        "pools": {
            "columns": list(pools.COLUMNS),
            "rows": [[row[column] for column in pools.COLUMNS] for row in rows],
        },
    }
    _keep(now, readings, found)
    return found


def _section(section: figures.Section, readings: dict[str, Reading]) -> dict[str, Any]:
    reading = readings.get(section.source)
    used = [reading] if reading else []
    sums: dict[str, Cell] = {}
    if any(figure.path.startswith(figures.POOLS) for figure in section.figures):
        found = [reading for name, reading in readings.items() if name.startswith(POOL)]
        used += found
        sums = pools.totals([reading.figures for reading in found]) if found else {}
    rows = []
    for figure in section.figures:
        if figure.path == figures.AVAILABLE:
            cell = availability(reading is not None)
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


def _stored() -> dict[str, Any]:
    """What the row holds: `readings` by source, and the `snapshot` made of them; empty without database or row."""
    try:
        with transaction.atomic():
            row = StatsSnapshot.objects.filter(id=1).first()
    except DATABASE_AWAY:
        return {}
    return {} if row is None else dict(row.body)


def _keep(now: datetime, readings: dict[str, Reading], found: dict[str, Any]) -> None:
    said = {name: {"at": reading.at, "figures": reading.figures} for name, reading in readings.items()}
    body = {"readings": said, "snapshot": found}
    try:
        with transaction.atomic():
            StatsSnapshot.objects.update_or_create(id=1, defaults={"generated_at": now, "body": body})
    except DATABASE_AWAY as error:  # the page is answered all the same
        log.warning("stats.not_kept", reason=type(error).__name__)
