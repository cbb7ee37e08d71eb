"""Liveness and readiness. `healthz` touches nothing; `readyz` runs the checks below and those a plane registers.

A failing peer never fails readiness: otherwise one plane takes the others down.
"""

from __future__ import annotations

import hmac
import os
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

from openagents.ops import drain, metrics
from openagents.ops.durability import unsafe_settings
from openagents.receipts.redaction import redact

CHECK_TIMEOUT_SECONDS = 0.5
FIRST_LOOK_SECONDS = 5.0
CACHE_SECONDS = 2.0
CLOCK_SKEW_SECONDS_MAX = 2.0
ERROR_TEXT_MAX = 500

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


class _Schema:
    """What the schema check saw last, for the body of `/readyz`."""

    known: frozenset[tuple[str, str]] = frozenset()
    head: str | None = None
    pending: int | None = None
    """None until it was looked at; once 0 it stays so, for nothing takes migrations back under a running build."""
    ahead = 0


_schema_seen = _Schema()


@check("schema")
def _schema() -> Finding:
    from openagents.db import migration_ledger

    if _schema_seen.pending != 0:
        _look_at_migrations()
    if _schema_seen.pending:
        return Finding(False, "schema_behind")
    _schema_seen.ahead, shut_out = migration_ledger.ahead(_schema_seen.known)
    return Finding(not shut_out, "schema_ahead_incompatible" if shut_out else None)


def _look_at_migrations() -> None:
    """Reads every migration file: half a second that only the first looks cost."""
    from django.db.migrations.executor import MigrationExecutor

    from openagents.db import migration_ledger
    from openagents.ops.build import schema_head

    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _schema_seen.known = frozenset(migration_ledger.own(executor.loader))
    _schema_seen.head = schema_head(executor.loader.applied_migrations or ())
    _schema_seen.pending = pending
    metrics.MIGRATIONS_PENDING.labels(settings.OA_PROCESS.plane).set(pending)


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


_errors: dict[str, str] = {}
"""Check to the text of the error it raised the last time, for signed peers."""


def _run(name: str, function: Check) -> dict[str, Any]:
    started = time.perf_counter()
    _errors.pop(name, None)
    try:
        found = function()
    except Exception as error:
        found = Finding(False, type(error).__name__)
        _errors[name] = redact(str(error)[:ERROR_TEXT_MAX])
        connection.close()
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    fails = found.fails and name not in _never_fails
    return {"name": name, "ok": found.ok, "code": found.code, "ms": milliseconds, "fails": fails}


def readiness() -> tuple[int, dict[str, Any]]:
    """HTTP status and body of `/readyz`; the result is reused for two seconds."""
    global _cached
    if drain.asked() and not _draining.is_set():
        begin_drain()
    with _cache_lock:
        if _cached and time.monotonic() - _cached[0] < CACHE_SECONDS:
            return _cached[1], _cached[2]
        patience = {"schema": FIRST_LOOK_SECONDS} if _schema_seen.pending != 0 else {}
        futures = {name: _pool.submit(_run, name, function) for name, function in _checks.items()}
        results: list[dict[str, Any]] = []
        for name in _checks:
            try:
                results.append(futures[name].result(timeout=patience.get(name, CHECK_TIMEOUT_SECONDS)))
            except FutureTimeout:
                late = {"name": name, "ok": False, "code": "timeout", "ms": CHECK_TIMEOUT_SECONDS * 1000}
                results.append({**late, "fails": name not in _never_fails})
        plane = settings.OA_PROCESS.plane
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
            schema={"head": _schema_seen.head, "pending": _schema_seen.pending, "ahead": _schema_seen.ahead},
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
    """The process may receive traffic. `?verbose=1`: what the failing checks are about, for a signed peer only."""
    detailed = request.GET.get("verbose") == "1"
    if detailed:
        from openagents.peers.auth import caller_of
        from openagents.planes import ISSUERS
        from openagents.wire.ninja import error_response, fault_of

        try:
            caller_of(request, ISSUERS)
        except Exception as error:
            return error_response(request, fault_of(error))
    status, body = readiness()
    return JsonResponse({**body, "detail": _detail(body)} if detailed else body, status=status)


def _detail(body: Mapping[str, Any]) -> dict[str, Any]:
    """What only a peer should learn: the errors' texts, and who this process is among its like."""
    return {
        "role": settings.OA_PROCESS.name,
        "pid": os.getpid(),
        "environment": settings.OA.oa_env,
        "errors": {row["name"]: _errors[row["name"]] for row in body["checks"] if row["name"] in _errors},
    }


def metrics_view(request: HttpRequest) -> HttpResponse:
    """Prometheus text exposition; behind a bearer when `OA_METRICS_TOKEN` is set."""
    token = settings.OA.oa_metrics_token
    offered = request.headers.get("authorization", "")
    if token and not hmac.compare_digest(offered.encode(), f"Bearer {token}".encode()):
        return JsonResponse({"error": "unauthorized", "message": "metrics token required"}, status=401)
    return HttpResponse(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")
