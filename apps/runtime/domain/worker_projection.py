"""The projection of a worker's log: a pure fold, shared by the live write and every rebuild."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from apps.runtime.domain.projections import SequenceGap
from apps.runtime.domain.worker_states import WorkerStatus, status_moved_to
from openagents.receipts.canonical import canonical_bytes, sha256_hex

WORKER_SUMMARY = "codex_worker_summary"


def document_id(worker_id: str) -> str:
    """Id of the summary document, in journal rows and checkpoints."""
    return f"runtime/codex_worker_summary:{worker_id}"


@dataclass(frozen=True, slots=True)
class WorkerSummaryValue:
    """What the log says of a worker. A worker without events is running: that is how each one begins."""

    worker_id: str
    status: WorkerStatus = WorkerStatus.RUNNING
    last_seq: int = 0
    event_count: int = 0

    @property
    def projection_hash(self) -> str:
        """`sha256:` of the canonical `{worker_id, status, last_seq, event_count}`."""
        body = {
            "worker_id": self.worker_id,
            "status": self.status.value,
            "last_seq": self.last_seq,
            "event_count": self.event_count,
        }
        return f"sha256:{sha256_hex(canonical_bytes(body))}"


def apply_worker(summary: WorkerSummaryValue, seq: int, event_type: str, payload: Any) -> WorkerSummaryValue:
    """The summary after one event. An event already folded changes nothing; a later one raises SequenceGap."""
    if seq <= summary.last_seq:
        return summary
    if seq > summary.last_seq + 1:
        raise SequenceGap(f"expected {summary.last_seq + 1}, got {seq}")
    return replace(
        summary,
        status=status_moved_to(event_type, payload) or summary.status,
        last_seq=seq,
        event_count=summary.event_count + 1,
    )
