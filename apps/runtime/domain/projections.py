"""Projections of the log: pure folds, so that a rebuild and the live write are one function.

The database folds the same rules inside the append; the tests hold both against each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from apps.runtime.domain.run_states import TERMINAL_STATUS_NAMES, RunStatus
from openagents.receipts.canonical import canonical_bytes, sha256_hex

PROJECTION_VERSION = 1
RUN_SUMMARY = "run_summary"


@dataclass(frozen=True, slots=True)
class RunSummaryValue:
    """What the log says of a run: its status and how far the log goes."""

    run_id: str
    status: RunStatus = RunStatus.CREATED
    last_seq: int = 0
    event_count: int = 0

    @property
    def projection_hash(self) -> str:
        return run_projection_hash(self.run_id, self.status, self.last_seq, self.event_count)


def run_projection_hash(run_id: str, status: str, last_seq: int, event_count: int) -> str:
    """`sha256:` of the canonical `{run_id, status, last_seq, event_count}`."""
    body = {"run_id": run_id, "status": str(status), "last_seq": last_seq, "event_count": event_count}
    return f"sha256:{sha256_hex(canonical_bytes(body))}"


class SequenceGap(ValueError):
    """The event does not follow the summary; the entity has to be rebuilt from the log."""


def apply(summary: RunSummaryValue, seq: int, event_type: str, payload: Any) -> RunSummaryValue:
    """The summary after one event. An event already folded changes nothing; a later one raises SequenceGap."""
    if seq <= summary.last_seq:
        return summary
    if seq > summary.last_seq + 1:
        raise SequenceGap(f"expected {summary.last_seq + 1}, got {seq}")
    return replace(
        summary,
        status=_status(summary.status, event_type, payload),
        last_seq=seq,
        event_count=summary.event_count + 1,
    )


def _status(current: RunStatus, event_type: str, payload: Any) -> RunStatus:
    match event_type:
        case "run.started":
            return RunStatus.RUNNING
        case "run.cancel_requested":
            return RunStatus.CANCELING
        case "run.finished" if isinstance(payload, Mapping):
            trigger = TERMINAL_STATUS_NAMES[str(payload["status"]).strip().lower()]
            return RunStatus(trigger.value)
        case _:
            return current
