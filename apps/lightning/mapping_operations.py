"""Domain and rows to the messages of lightning ops' routes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.lightning.domain.reconciling import EXECUTION_PATH, State
from apps.lightning.models import CompiledArtifact, CompiledRule, Receipt, ReconcileRun, ReconcileStep

DEPLOYMENT_STATUS = {State.APPLIED: "applied", State.FAILED: "failed", State.ROLLED_BACK: "rolled_back"}


def run_summary(row: ReconcileRun) -> dict[str, Any]:
    """The summary that operators and smoke flows read."""
    return {
        "request_id": row.request_id,
        "execution_path": EXECUTION_PATH,
        "config_hash": row.config_hash,
        "rule_count": row.rule_count,
        "valid": row.valid,
        "diagnostics": [diagnostic(one) for one in row.diagnostics],
        "deployment_status": DEPLOYMENT_STATUS.get(State(row.state), "pending"),
        "deployment_id": row.deployment_id,
        "failure_code": row.failure_code or None,
        "image_digest": row.image_digest or None,
        "rolled_back_from": row.rolled_back_from or None,
        "health_ok": row.health_ok,
        "challenge_ok": row.challenge_ok,
        "proxy_ok": row.proxy_ok,
    }


def run_view(row: ReconcileRun, steps: Iterable[ReconcileStep]) -> dict[str, Any]:
    return {
        "summary": run_summary(row),
        "state": row.state,
        "kind": row.kind,
        "started_by": row.started_by,
        "reason": row.reason or None,
        "failure_reason": row.failure_reason or None,
        "noop": row.noop,
        "steps": [
            {
                "n": step.n,
                "name": step.name,
                "outcome": step.outcome,
                "detail": step.detail or None,
                "started_at": step.started_at,
                "ended_at": step.ended_at,
            }
            for step in steps
        ],
        "created_at": row.created_at,
        "ended_at": row.ended_at,
    }


def diagnostic(found: dict[str, Any]) -> dict[str, Any]:
    """A stored diagnostic, in the wire's names, as fields of its message."""
    names = {"paywallId": "paywall_id", "routeId": "route_id", "relatedRouteId": "related_route_id"}
    return {names.get(name, name): value for name, value in found.items()}


def artifact(row: CompiledArtifact, rules: Iterable[CompiledRule]) -> dict[str, Any]:
    same = ("config_hash", "snapshot_hash", "yaml", "route_text", "valid", "rule_count", "excluded", "diagnostics")
    return {
        **{name: getattr(row, name) for name in same},
        "rules": [rule(one) for one in rules],
        "created_at": row.created_at,
    }


def rule(row: CompiledRule) -> dict[str, Any]:
    names = (
        "position", "service_name", "paywall_id", "owner_id", "route_id", "host", "path", "upstream_url",
        "amount_msats", "price_sats",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def receipt(row: Receipt) -> dict[str, Any]:
    return {
        "receipt_id": row.receipt_id,
        "kind": row.kind,
        "canonical_json": row.canonical_json,
        "canonical_json_sha256": row.sha256,
        "signature": row.signature,
        "created_at": row.created_at,
    }
