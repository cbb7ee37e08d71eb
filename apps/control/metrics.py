"""Gauges and counters of control. Labels never carry ids, addresses, raw paths or topics."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from openagents.ops.metrics import LAT

AUTH = Counter(
    "oa_control_auth_total",
    "Steps of sign-in by outcome; a rising share of failed verifies is guessing or a broken provider",
    ["step", "outcome", "reason"],
)
FORWARDED = Counter(
    "oa_control_forwarded_total", "Requests passed on to the runtime by what became of them", ["lane", "outcome"]
)
SESSIONS_ACTIVE = Gauge(
    "oa_control_sessions_active", "Live sessions, counted by the sweeper", multiprocess_mode="mostrecent"
)
REFRESH_REUSE = Counter(
    "oa_control_refresh_reuse_total", "Families ended because a spent token came back: a theft or a bug"
)
SYNC_TOKENS = Counter("oa_control_sync_tokens_total", "Minted and refused tokens", ["kind", "outcome", "reason"])
PROPAGATION_SECONDS = Histogram(
    "oa_control_revocation_propagation_seconds", "From commit of a revocation to Khala's acknowledgement", buckets=LAT
)
COMPAT_REJECTED = Counter("oa_control_compat_rejected_total", "Clients turned away by the window", ["surface", "code"])
CLIENT_BUILDS = Counter(
    "oa_control_client_builds",
    "Requests by the day of the client's build: how far upgrades have come",
    ["build_day", "surface"],
)
RATE_LIMITED = Counter("oa_control_rate_limited_total", "Refusals by bucket", ["route"])
OUTBOX_OPEN = Gauge(
    "oa_outbox_open",
    "Undelivered rows; grows while the receiver is down",
    ["plane", "outbox"],
    multiprocess_mode="mostrecent",
)
OUTBOX_OLDEST_SECONDS = Gauge(
    "oa_outbox_oldest_seconds", "Age of the oldest undelivered row", ["plane", "outbox"], multiprocess_mode="mostrecent"
)
