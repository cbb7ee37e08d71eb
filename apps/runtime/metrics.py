"""The runtime's own gauges and counters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import Counter, Histogram

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
JOURNAL_APPEND = Counter("oa_runtime_journal_append_total", "Rows written by services", ["topic_class"])
JOURNAL_REJECTED = Counter("oa_runtime_journal_rejected_total", "Rows the journal refused", ["topic_class", "reason"])
RECEIPTS = Counter("oa_runtime_receipts_total", "Receipts built", ["class", "outcome"])
WRITE_FROZEN = Counter("oa_runtime_write_frozen_total", "Mutations refused because writing is frozen")
CHAIN_VERIFY = Counter(
    "oa_runtime_journal_chain_verify_total",
    "Topics whose rows were folded again; any mismatch is lost or changed data",
    ["result"],
)
RUN_TRANSITIONS = Counter("oa_runtime_run_transition_total", "Runs by the state they reached", ["to"])


def count_append(outcome: Outcome) -> None:
    """Count one append request by its result."""
    if isinstance(outcome, list):
        EVENT_APPEND.labels("replay" if outcome and outcome[0].replayed else "ok").inc()
        return
    if outcome.reason_code == "khala_publish_rate_limited":
        JOURNAL_REJECTED.labels("run_events", outcome.reason_code).inc()
    EVENT_APPEND.labels("conflict" if outcome.kind.status == 409 else "rejected").inc()
