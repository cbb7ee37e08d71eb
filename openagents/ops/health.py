"""Liveness and readiness. `healthz` touches nothing; `readyz` runs the checks below and those a plane registers.

A failing peer never fails readiness: otherwise one plane takes the others down.
"""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from openagents.ops import metrics
from openagents.ops.durability import unsafe_settings

CHECK_TIMEOUT_SECONDS = 0.5
CACHE_SECONDS = 2.0
CLOCK_SKEW_SECONDS_MAX = 2.0

_started = time.monotonic()
_draining = threading.Event()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `fails` False: reported as degraded, the process still serves."""

    ok: bool
    code: str | None = None
    fails: bool = True


Check = Callable[[], Finding]
Facts = Callable[[], dict[str, Any]]
ReadyFacts = Callable[[Mapping[str, bool]], dict[str, Any]]

_checks: dict[str, Check] = {}
_never_fails: set[str] = set()
_live_facts: list[Facts] = []
_ready_facts: list[ReadyFacts] = []


def check(name: str, *, fails: bool = True) -> Callable[[Check], Check]:
    """Register a readiness check of a plane. `fails` False: whatever happens to it, it only degrades."""

    def register(function: Check) -> Check:
        _checks[name] = function
        _never_fails.discard(name)
        if not fails:
            _never_fails.add(name)
        return function

    return register


def live_facts(function: Facts) -> Facts:
    """Register what a plane adds to `/healthz`; it must touch no dependency."""
    _live_facts.append(function)
    return function


def ready_facts(function: ReadyFacts) -> ReadyFacts:
    """Register what a plane adds to `/readyz`, from the outcomes of the checks by name."""
    _ready_facts.append(function)
    return function


def begin_drain() -> None:
    """From now on `/readyz` answers 503 `draining`; the stored answer is forgotten."""
    global _cached
    _draining.set()
    with _cache_lock:
        _cached = None


@check("db")
def _db() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding(True)


@check("durability")
def _durability() -> Finding:
    problems = unsafe_settings()
    return Finding(not problems, ",".join(problems) or None, fails=settings.OA.oa_env == "prod")


@check("schema")
def _schema() -> Finding:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    metrics.MIGRATIONS_PENDING.labels(settings.OA_PROCESS.plane).set(pending)
    return Finding(pending == 0, "schema_behind" if pending else None)


@check("clock")
def _clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
        skew = abs(float(cursor.fetchone()[0]) - time.time())
    return Finding(skew <= CLOCK_SKEW_SECONDS_MAX, None if skew <= CLOCK_SKEW_SECONDS_MAX else "clock_skew")


@check("draining")
def _drain() -> Finding:
    return Finding(not _draining.is_set(), "draining" if _draining.is_set() else None)


@check("redis", fails=False)
def _redis() -> Finding:
    if not settings.OA.redis_url:
        return Finding(True)
    from openagents.db.redis_client import ping

    answers = ping()
    return Finding(answers, None if answers else "unreachable")


_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="readiness")
_cache_lock = threading.Lock()
_cached: tuple[float, int, dict[str, Any]] | None = None
_schema_ok = False


def _run(name: str, function: Check) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        found = function()
    except Exception as error:
        found = Finding(False, type(error).__name__)
        connection.close()
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    fails = found.fails and name not in _never_fails
    return {"name": name, "ok": found.ok, "code": found.code, "ms": milliseconds, "fails": fails}


def readiness() -> tuple[int, dict[str, Any]]:
    """HTTP status and body of `/readyz`; the result is reused for two seconds."""
    global _cached, _schema_ok
    with _cache_lock:
        if _cached and time.monotonic() - _cached[0] < CACHE_SECONDS:
            return _cached[1], _cached[2]
        names = [name for name in _checks if not (name == "schema" and _schema_ok)]
        futures = {name: _pool.submit(_run, name, _checks[name]) for name in names}
        results: list[dict[str, Any]] = []
        for name in _checks:
            if name not in futures:
                results.append({"name": name, "ok": True, "code": None, "ms": 0.0, "fails": True})
                continue
            try:
                # The first look at the migration graph reads every migration file; later ones are skipped.
                results.append(futures[name].result(timeout=CHECK_TIMEOUT_SECONDS if name != "schema" else 5))
            except FutureTimeout:
                late = {"name": name, "ok": False, "code": "timeout", "ms": CHECK_TIMEOUT_SECONDS * 1000}
                results.append({**late, "fails": name not in _never_fails})
        plane = settings.OA_PROCESS.plane
        _schema_ok = _schema_ok or any(row["name"] == "schema" and row["ok"] for row in results)
        for row in results:
            metrics.READY_CHECK.labels(plane, row["name"]).set(1 if row["ok"] else 0)
        ready = all(row["ok"] or not row["fails"] for row in results)
        metrics.READY.labels(plane).set(1 if ready else 0)
        body: dict[str, Any] = {"status": "ready" if ready else "not_ready"}
        passed = {row["name"]: row["ok"] for row in results}
        for facts in _ready_facts:
            body.update(facts(passed))
        body.update(
            plane=plane,
            build_id=settings.OA.oa_build_id,
            build_sha=settings.OA.oa_build_sha,
            checks=[{key: row[key] for key in ("name", "ok", "code", "ms")} for row in results],
        )
        status = 200 if ready else 503
        _cached = (time.monotonic(), status, body)
        return status, body


def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive."""
    body: dict[str, Any] = {
        "status": "ok",
        "service": settings.OA_PROCESS.name,
        "version": settings.OA.oa_build_id,
        "uptime_seconds": int(time.monotonic() - _started),
        "plane": settings.OA_PROCESS.plane,
        "build_id": settings.OA.oa_build_id,
        "build_sha": settings.OA.oa_build_sha,
    }
    for facts in _live_facts:
        body.update(facts())
    return JsonResponse(body)


def readyz(request: HttpRequest) -> HttpResponse:
    """The process may receive traffic."""
    status, body = readiness()
    return JsonResponse(body, status=status)


def metrics_view(request: HttpRequest) -> HttpResponse:
    """Prometheus text exposition; behind a bearer when `OA_METRICS_TOKEN` is set."""
    token = settings.OA.oa_metrics_token
    offered = request.headers.get("authorization", "")
    if token and not hmac.compare_digest(offered.encode(), f"Bearer {token}".encode()):
        return JsonResponse({"error": "unauthorized", "message": "metrics token required"}, status=401)
    return HttpResponse(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")
