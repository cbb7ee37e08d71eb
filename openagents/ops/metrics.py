"""Metrics every plane exports, and the exposition itself. Names and labels: one catalogue, no ids as labels."""

from __future__ import annotations

import os

from prometheus_client import REGISTRY as PROCESS_REGISTRY
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

LAT = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Latency buckets of interactive work, seconds."""
SLOW = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)
"""Buckets of work that may take minutes, seconds."""
EVENTS = (0, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 5000, 20000)
"""Buckets that count events."""
BYTES = (256, 1024, 4096, 16384, 65536, 262144)
"""Buckets of sizes."""

HTTP_REQUESTS = Counter(
    "oa_http_requests_total",
    "Answered requests; a rise of 5xx is the process's own fault",
    ["plane", "route", "method", "status_class"],
)
HTTP_SECONDS = Histogram("oa_http_request_seconds", "Time to answer", ["plane", "route", "method"], buckets=LAT)
HTTP_IN_FLIGHT = Gauge(
    "oa_http_in_flight",
    "Requests being served; near the thread count means saturation",
    ["plane"],
    multiprocess_mode="livesum",
)
INTERNAL_CALLS = Counter("oa_internal_calls_total", "Calls to peers by outcome", ["plane", "callee", "outcome"])
INTERNAL_SECONDS = Histogram("oa_internal_call_seconds", "Time of calls to peers", ["plane", "callee"], buckets=LAT)
INTERNAL_REJECTED = Counter(
    "oa_internal_auth_rejected_total",
    "Refused signatures; anything but zero is an attack or a broken peer",
    ["plane", "reason"],
)
IDEMPOTENCY = Counter(
    "oa_idempotency_total", "Mutations by first, replay or conflict", ["plane", "operation", "outcome"]
)
DB_RETRIES = Counter(
    "oa_db_retries_total", "Transactions tried again after deadlock or serialization", ["plane", "reason"]
)
DB_TX_SECONDS = Histogram("oa_db_tx_seconds", "Time of transactions, begin to end", ["plane"], buckets=LAT)
DB_POOL_IN_USE = Gauge(
    "oa_db_pool_in_use",
    "Open database connections; one per thread, so a rise towards max_connections is a rise of threads",
    ["plane"],
    multiprocess_mode="livesum",
)
OUTBOX_OPEN = Gauge(
    "oa_outbox_open",
    "Undelivered rows; grows while the receiver is down",
    ["plane", "outbox"],
    multiprocess_mode="mostrecent",
)
OUTBOX_OLDEST_SECONDS = Gauge(
    "oa_outbox_oldest_seconds", "Age of the oldest undelivered row", ["plane", "outbox"], multiprocess_mode="mostrecent"
)
LEASE_OPS = Counter(
    "oa_lease_ops_total",
    "Leases acquired, renewed, stolen (taken after the time of a holder who never gave it back) or expired",
    ["plane", "lease", "result"],
)
TASK_SECONDS = Histogram("oa_task_seconds", "Time of background tasks", ["plane", "task", "outcome"], buckets=SLOW)
QUEUE_DEPTH = Gauge(
    "oa_queue_depth", "Tasks that wait for a worker", ["plane", "queue"], multiprocess_mode="mostrecent"
)
MAINTENANCE_MODE = Gauge(
    "oa_maintenance_mode", "1 while maintenance turns requests away", ["plane"], multiprocess_mode="mostrecent"
)
ROLE_CHECK_OK = Gauge(
    "oa_role_check_ok",
    "1 when this process's login had its own group's rights and no more at the start",
    ["plane"],
    multiprocess_mode="min",
)
SECRETBOX_STALE_ROWS = Gauge(
    "oa_secretbox_stale_rows",
    "Sealed rows that the ring's first key did not seal; an older key may go when this is 0",
    ["plane"],
    multiprocess_mode="mostrecent",
)
SECRETBOX_FAILURES = Counter(
    "oa_secretbox_failures_total",
    "Sealed texts that did not open: a lost key or a changed row, an alarm in any case",
    ["plane"],
)
STORE_DEGRADED = Counter("oa_store_degraded_total", "Uses of a storage seam's fallback", ["plane", "store"])
AUDIT_EVENTS = Counter("oa_audit_events_total", "Audit events written", ["plane", "family", "outcome"])
AUDIT_FAILURES = Counter("oa_audit_write_failures_total", "Audit events that could not be written", ["plane"])
HINTS = Counter(
    "oa_fanout_hints_total",
    "Hints by what became of them; dropped ones are repaired by Khala's sweep",
    ["plane", "driver", "outcome"],
)
READY = Gauge("oa_ready", "1 when the last readiness answer was 200", ["plane"], multiprocess_mode="mostrecent")
READY_CHECK = Gauge("oa_ready_check", "1 when the check passed", ["plane", "check"], multiprocess_mode="mostrecent")
MIGRATIONS_PENDING = Gauge("oa_migrations_pending", "Migrations not applied", ["plane"], multiprocess_mode="mostrecent")
BUILD_INFO = Gauge("oa_build_info", "Always 1", ["plane", "build_id", "build_sha"], multiprocess_mode="mostrecent")


def exposition() -> bytes:
    """All metrics of the process, or of all its workers when `PROMETHEUS_MULTIPROC_DIR` is set."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(PROCESS_REGISTRY)
