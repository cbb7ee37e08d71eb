"""The runtime's own gauges and counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter, Gauge, Histogram

from openagents.ops.metrics import LAT

if TYPE_CHECKING:
    from apps.runtime.services.append import Outcome

EVENT_APPEND = Counter(
    "oa_runtime_event_append_total",
    "Append requests by result; conflicts are clients racing, rejected are bugs",
    ["result"],
)
EVENT_APPEND_SECONDS = Histogram(
    "oa_runtime_event_append_seconds", "Time of an append until it is durable", buckets=LAT
)
APPEND_GROUP = Histogram(
    "oa_runtime_append_group_size",
    "Appends that shared a transaction; the larger, the busier the process",
    buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
)
APPEND_GROUP_DISSOLVED = Counter(
    "oa_runtime_append_group_dissolved_total",
    "Groups the database refused as a whole, so that every member wrote alone; a rise is a bug or an attack",
)
JOURNAL_APPEND = Counter("oa_runtime_journal_append_total", "Rows written by services", ["topic_class"])
JOURNAL_REJECTED = Counter("oa_runtime_journal_rejected_total", "Rows the journal refused", ["topic_class", "reason"])
RECEIPTS = Counter("oa_runtime_receipts_total", "Receipts built", ["class", "outcome"])
WRITE_FROZEN = Counter("oa_runtime_write_frozen_total", "Mutations refused because writing is frozen")
CHAIN_VERIFY = Counter(
    "oa_runtime_journal_chain_verify_total",
    "Topics whose rows were folded again; any mismatch is lost or changed data",
    ["result"],
)
PROJECTION_DRIFT = Counter(
    "oa_runtime_projection_drift_total",
    "Projections that disagreed with their log, by why; anything but zero wants a look and a reproject",
    ["projection", "reason"],
)
PROJECTION_WRITES = Counter(
    "oa_runtime_projection_write_total",
    "Projections rebuilt from the log, by what came of it",
    ["projection", "result"],
)
REPLAY_VERIFY = Counter(
    "oa_runtime_replay_verify_total", "Stored replays made again from the log; a mismatch is changed data", ["result"]
)
JOURNAL_PRUNED = Counter("oa_runtime_journal_pruned_total", "Rows that retention removed", ["topic_class"])
RECORDS_PRUNED = Counter("oa_runtime_records_pruned_total", "Working papers that retention removed", ["table"])
COMMS_EVENTS = Counter("oa_runtime_comms_delivery_total", "Delivery reports by what they said", ["state", "outcome"])
RUN_TRANSITIONS = Counter("oa_runtime_run_transition_total", "Runs by the state they reached", ["to"])

DISPATCHES = Counter(
    "oa_runtime_dispatch_total",
    "Dispatched jobs by how they ended; unknown means a process died during a provider's call",
    ["outcome"],
)
PROVIDER_QUARANTINE = Counter("oa_runtime_provider_quarantine_total", "Providers shut out, by why", ["reason"])
FRAUD_INCIDENTS = Counter("oa_runtime_fraud_incident_total", "Fraud incidents recorded", ["type"])
WORKER_HEARTBEATS = Counter(
    "oa_runtime_worker_heartbeats_total",
    "Beats: stored ones moved a timestamp, events changed something",
    ["effect"],
)
WORKER_STATE = Gauge(
    "oa_runtime_worker_heartbeat_state",
    "Workers by how alive they are; stale ones have stopped beating",
    ["state"],
    multiprocess_mode="mostrecent",
)
WORKER_REQUESTS = Counter(
    "oa_runtime_worker_request_total", "Control requests by how they ended", ["method", "outcome"]
)
WORKER_REQUEST_SECONDS = Histogram(
    "oa_runtime_worker_request_seconds", "From admission to the terminal receipt", ["method"], buckets=LAT
)
JOURNAL_SEQ_MISMATCH = Counter(
    "oa_runtime_journal_seq_mismatch_total", "Writes undone because topic and log disagree; anything but zero is a bug"
)
MIRROR_INTENTS = Counter(
    "oa_mirror_intent_total",
    "Posts to the Bridge by what came of them; failed ones were refused",
    ["schema", "outcome"],
)
MIRROR_OPEN = Gauge("oa_mirror_intent_open", "Facts that wait for the Bridge", multiprocess_mode="mostrecent")
MIRROR_OLDEST = Gauge(
    "oa_mirror_intent_oldest_seconds", "Age of the oldest fact that waits", multiprocess_mode="mostrecent"
)
SSE_STREAMS = Gauge("oa_runtime_sse_streams", "Event streams being served", multiprocess_mode="livesum")


def count_append(outcome: Outcome) -> None:
    """Count one append request by its result."""
    if isinstance(outcome, list):
        EVENT_APPEND.labels("replay" if outcome and outcome[0].replayed else "ok").inc()
        return
    if outcome.reason_code == "khala_publish_rate_limited":
        JOURNAL_REJECTED.labels("run_events", outcome.reason_code).inc()
    EVENT_APPEND.labels("conflict" if outcome.kind.status == 409 else "rejected").inc()
