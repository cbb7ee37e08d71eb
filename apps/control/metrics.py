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
RATELIMIT_DEGRADED = Counter(
    "oa_control_ratelimit_degraded_total",
    "Decisions made in this process's memory because the store was away: the limit holds per process only",
    ["route"],
)
ROUTE_SPLIT = Counter("oa_control_route_split_total", "Route split decisions", ["domain", "target"])
RUNTIME_ROUTING = Counter(
    "oa_control_runtime_routing_total",
    "Calls by the deployment they went to, where there is more than one",
    ["domain", "driver"],
)
SHADOW_DIFF = Counter(
    "oa_control_shadow_diff_total",
    "Mirrored reads by how the other deployment's answer compared; anything but same is a reason to look",
    ["result"],
)
WORKER_REQUESTS = Counter(
    "oa_control_worker_requests_total", "Control requests passed on to workers", ["method", "outcome", "source"]
)
WORKER_DISPATCH_SECONDS = Histogram(
    "oa_control_worker_request_dispatch_seconds",
    "From a control request's arrival to the runtime's answer",
    ["method", "outcome", "source"],
    buckets=LAT,
)
WORKER_DELIVERY_LAG_SECONDS = Histogram(
    "oa_control_worker_request_delivery_lag_seconds",
    "From the moment a client stamped its control request to its arrival; includes the difference of the clocks",
    ["method", "outcome", "source"],
    buckets=LAT,
)
SSE_STREAMS = Gauge("oa_control_sse_streams", "Streams being served", multiprocess_mode="livesum")
SSE_ERRORS = Counter("oa_control_sse_errors_total", "Streams that ended in an error", ["code"])
UI_STREAM_IGNORED = Counter("oa_control_ui_stream_ignored_total", "Events that the UI message stream has no part for")
STATS_READS = Counter(
    "oa_control_stats_reads_total",
    "Reads for the public statistics by source; failures show as stale",
    ["source", "outcome"],
)
STATS_CACHE = Counter(
    "oa_control_stats_cache_total",
    "Requests for the public statistics by what was shown: hit, computed, previous (somebody else renewed it), "
    "without_database (remembered, marked stale) or unavailable",
    ["outcome"],
)
SECRET_FETCHES = Counter(
    "oa_control_integration_secret_fetch_total",
    "Secrets asked for by the runtime; unreadable is an alarm: a lost key or a changed row",
    ["provider", "outcome"],
)
MAIL_WEBHOOKS = Counter(
    "oa_control_mail_webhooks_total", "Events of mail providers by what became of them", ["provider", "outcome"]
)
LIGHTNING_OPERATIONS = Counter(
    "oa_control_lightning_operations_total", "Control-plane operations of lightning", ["function", "outcome"]
)
