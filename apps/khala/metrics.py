"""Khala's own metrics. Labels are bounded: lane, surface, class, reason, code; never ids or topics."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from openagents.ops.metrics import BYTES, EVENTS, LAT, SLOW

CONNECTIONS = Gauge("oa_khala_connections_active", "Open WebSockets of this process", multiprocess_mode="livesum")
CONNECTS = Counter("oa_khala_connects_total", "Handshakes by outcome", ["lane", "surface", "outcome"])
HANDSHAKE_REJECTED = Counter(
    "oa_khala_handshake_rejected_total", "Denials before accept; rate reasons mean a storm", ["reason"]
)
AUTH = Counter(
    "oa_khala_auth_total", "Token checks; the error share is the first sign of key skew", ["status", "reason"]
)
RECONNECTS = Counter(
    "oa_khala_reconnects_total", "Devices that came back within ten minutes, by why they had left", ["reason"]
)
JOINS = Counter("oa_khala_joins_total", "Topic decisions", ["class", "outcome", "reason"])
REPLAY_LAG = Histogram("oa_khala_replay_lag_events", "Rows behind at a start", ["class"], buckets=EVENTS)
REPLAY_SECONDS = Histogram(
    "oa_khala_replay_duration_seconds", "From start to caught up", ["class", "mode"], buckets=SLOW
)
REPLAY_ROWS = Counter("oa_khala_replay_rows_total", "Rows sent", ["class"])
DELIVERY_SECONDS = Histogram(
    "oa_khala_delivery_latency_seconds", "From the journal's insert time to the socket write", ["class"], buckets=LAT
)
STALE = Counter("oa_khala_stale_cursor_total", "Cursors that could not be resumed", ["class", "reason"])
BOOTSTRAP = Counter("oa_khala_bootstrap_total", "Starts without a cursor", ["class", "cause"])
FRAMES = Counter("oa_khala_frames_total", "Frames sent", ["class", "kind"])
BYTES_SENT = Counter("oa_khala_bytes_total", "Bytes sent", ["class"])
QUEUE_BYTES = Histogram(
    "oa_khala_outbound_queue_bytes", "Bytes not yet taken by the network, sampled each second", ["class"], buckets=BYTES
)
QUEUE_FRAMES = Histogram(
    "oa_khala_outbound_queue_frames",
    "Frames a client has not acknowledged, sampled each second",
    ["class"],
    buckets=EVENTS,
)
DROPPED_FRAMES = Counter(
    "oa_khala_dropped_frames_total", "What was made for a socket and thrown away; clients fetch it again", ["reason"]
)
SLOW_CONSUMERS = Counter("oa_khala_slow_consumer_disconnects_total", "Connections cut as too slow", ["class"])
HEARTBEAT_TIMEOUTS = Counter("oa_khala_heartbeat_timeouts_total", "Connections that fell silent")
EVICTIONS = Counter("oa_khala_evictions_total", "Connections ended because access ended", ["reason"])
REVOCATION_SECONDS = Histogram(
    "oa_khala_revocation_latency_seconds", "From the revocation's storing to the eviction here", buckets=LAT
)
JOURNAL_GAP = Counter("oa_khala_journal_gap_total", "Holes seen in the journal; any is an incident")
PAYLOAD_HASH_MISMATCH = Counter(
    "oa_khala_payload_hash_mismatch_total", "Stored payloads that differ from their hash; any is an incident"
)
CHAIN_MISMATCH = Counter(
    "oa_khala_chain_mismatch_total",
    "Chains that do not follow: journal = stored rows broke, resume = a client holds another history",
    ["class", "source"],
)
FETCH_SECONDS = Histogram("oa_khala_fetch_seconds", "One read of the journal", buckets=LAT)
HINT_LAG_SECONDS = Histogram("oa_khala_hint_lag_seconds", "From a row's insert time to the hint of it", buckets=LAT)
JOURNAL_ROWS = Gauge(
    "oa_khala_journal_rows", "Rows the journal keeps, by class", ["class"], multiprocess_mode="livemostrecent"
)
SWEEP_RECOVERED = Counter("oa_khala_sweep_recovered_total", "News found by the sweep instead of a hint")
DRIVER_UP = Gauge("oa_khala_driver_up", "1 while the hint driver is healthy", multiprocess_mode="min")
DRAIN_CONNECTIONS = Gauge(
    "oa_khala_drain_connections", "Connections still to be closed by a drain", multiprocess_mode="livesum"
)
CONTROL_EVENTS = Counter("oa_khala_control_events_total", "Events heard from other processes", ["kind"])
BUS_UP = Gauge("oa_khala_control_bus_up", "1 while events of other processes are heard", multiprocess_mode="min")
PROBE_AGE_SECONDS = Gauge(
    "oa_khala_probe_age_seconds",
    "Age of the oldest canary row that a delivery path has not brought",
    ["probe"],
    multiprocess_mode="livemax",
)
PROBE_DEAF = Gauge(
    "oa_khala_probe_deaf",
    "1 while a delivery path looks healthy and brings nothing",
    ["probe"],
    multiprocess_mode="livemax",
)
VIEW_CLAMPED = Counter("oa_khala_view_clamped_total", "Positions in a fan-in view that could not be served any more")
REPLAY_VERIFY = Counter(
    "oa_khala_replay_verify_total",
    "Kept snapshots folded forward; any mismatch pages",
    ["class", "outcome"],
)
CLIENT_TELEMETRY = Counter(
    "oa_khala_client_telemetry_total", "Diagnostic events of clients", ["kind", "surface", "app_version", "reason"]
)
CLIENT_TELEMETRY_REJECTED = Counter(
    "oa_khala_client_telemetry_rejected_total", "Diagnostic events that were not taken", ["reason"]
)
TASKS = Gauge("oa_khala_tasks", "Tasks of the event loop; idle connections cost none", multiprocess_mode="livesum")
AUDIT_DROPPED = Counter("oa_khala_audit_dropped_total", "Allow rows dropped because the audit queue was full")

CORE = {
    "joins": JOINS,
    "stale_cursor": STALE,
    "bootstrap": BOOTSTRAP,
    "evictions": EVICTIONS,
    "heartbeat_timeouts": HEARTBEAT_TIMEOUTS,
    "slow_consumer_disconnects": SLOW_CONSUMERS,
    "chain_mismatch": CHAIN_MISMATCH,
    "journal_gap": JOURNAL_GAP,
    "view_clamped": VIEW_CLAMPED,
    "replay_lag_events": REPLAY_LAG,
    "replay_duration_seconds": REPLAY_SECONDS,
}
"""What the core calls by name."""
SURFACES = frozenset({"web", "desktop", "ios", "onyx", "sdk", "operator"})


def record(name: str, labels: tuple[str, ...], value: float) -> None:
    """Count or observe a fact of the core. Raises KeyError for a name that is not in `CORE`."""
    metric = CORE[name]
    child = metric.labels(*labels) if labels else metric
    if isinstance(child, Histogram):
        child.observe(value)
    elif isinstance(child, Counter):
        child.inc(value)


def surface_label(surface: str | None) -> str:
    """The surface as a label: a known one, or `other`."""
    return surface if surface in SURFACES else "other"
