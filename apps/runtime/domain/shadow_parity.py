"""Shadow parity: do two deployments say the same of a run? A comparison of their answers, and a gate on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openagents.receipts import strict_json
from openagents.receipts.replay import LINE_DEPTH_MAX, replay_hash, split_lines

REPORT_SCHEMA = "openagents.runtime.shadow_parity.v1"

CRITICAL = ("run_id", "session_id", "trajectory_hash", "summary_status", "summary_last_seq", "checkpoint_last_seq")
WARNING = (
    "replay_hash",
    "replay_runtime_event_count",
    "receipt_event_count",
    "receipt_last_seq",
    "summary_event_count",
    "summary_projection_hash",
    "checkpoint_last_event_type",
)


class UnusableSide(ValueError):
    """One side's documents are not the bodies of the four routes."""


@dataclass(frozen=True, slots=True)
class Side:
    """The four bodies of one deployment, parsed; the replay as text."""

    run_id: str
    receipt: Mapping[str, Any]
    replay: str
    summary: Mapping[str, Any]
    checkpoint: Mapping[str, Any]

    def facts(self) -> dict[str, str]:
        """Every compared field as text. Raises UnusableSide."""
        try:
            summary, checkpoint = self.summary["summary"], self.checkpoint["checkpoint"]
            lines = [strict_json.loads(line, max_depth=LINE_DEPTH_MAX) for line in split_lines(self.replay)]
            facts = {
                "run_id": self.run_id,
                "session_id": self.receipt["session_id"],
                "trajectory_hash": self.receipt["trajectory_hash"],
                "summary_status": summary["status"],
                "summary_last_seq": summary["last_seq"],
                "checkpoint_last_seq": checkpoint["last_seq"],
                "replay_hash": replay_hash(self.replay),
                "replay_runtime_event_count": sum(line["event"] == "RuntimeEvent" for line in lines),
                "receipt_event_count": self.receipt["event_count"],
                "receipt_last_seq": self.receipt["last_seq"],
                "summary_event_count": summary["event_count"],
                "summary_projection_hash": summary["projection_hash"],
                "checkpoint_last_event_type": checkpoint["last_event_type"],
            }
        except (KeyError, TypeError, strict_json.MalformedJSON) as error:
            raise UnusableSide(f"{type(error).__name__}: {error}") from None
        return {name: str(value) for name, value in facts.items()}


def compare(
    baseline: Side, candidate: Side, generated_at: str, *, max_warnings: int, block_on_critical: bool
) -> dict[str, Any]:
    """The report. The gate blocks on critical differences if asked to, and on more warnings than allowed."""
    ours, theirs = baseline.facts(), candidate.facts()
    diffs = [
        {
            "severity": severity,
            "field": field,
            "baseline": ours[field],
            "candidate": theirs[field],
            "message": f"{field} differs",
        }
        for severity, fields in (("critical", CRITICAL), ("warning", WARNING))
        for field in fields
        if ours[field] != theirs[field]
    ]
    critical = sum(diff["severity"] == "critical" for diff in diffs)
    warning = len(diffs) - critical
    return {
        "schema": REPORT_SCHEMA,
        "generated_at": generated_at,
        "baseline_run_id": baseline.run_id,
        "candidate_run_id": candidate.run_id,
        "diffs": diffs,
        "totals": {"critical": critical, "warning": warning},
        "gate": _gate(critical, warning, max_warnings, block_on_critical),
    }


def _gate(critical: int, warning: int, max_warnings: int, block_on_critical: bool) -> dict[str, str]:
    if block_on_critical and critical > 0:
        return {"decision": "block", "reason": f"{critical} critical differences"}
    if warning > max_warnings:
        return {"decision": "block", "reason": f"{warning} warnings, {max_warnings} allowed"}
    return {"decision": "allow", "reason": "within the allowed differences"}
