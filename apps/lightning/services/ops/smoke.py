"""Smoke flows: the real code end to end, with a summary that is kept (section 21)."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from apps.lightning import peers
from apps.lightning.domain import l402_records
from apps.lightning.domain.paywalls import Paywall, Policy, Route, Security
from apps.lightning.domain.reconciling import EXECUTION_PATH, run_name
from apps.lightning.models import SmokeRun
from apps.lightning.services.ops import compiling, control_state, security, settlements
from apps.lightning.services.ops.security import BadCredential
from apps.lightning.services.ops.smoke_paid import SmokeFailed, ep212_routes, external, reconciled, routes
from openagents.wire.faults import INVALID_REQUEST, NOT_FOUND, Fault

Flow = Callable[[str, str], dict[str, Any]]
MODES: Final = frozenset({"mock", "api", "live"})


def run(name: str, mode: str, request_id: str, artifacts: Path | None = None) -> SmokeRun:
    """Run a flow and keep its summary. Raises Fault NOT_FOUND, INVALID_REQUEST; a flow that fails is a summary."""
    flow = FLOWS.get(name)
    if flow is None:
        raise Fault(NOT_FOUND, "there is no such flow", reason_code="unknown_flow")
    if mode not in MODES:
        raise Fault(INVALID_REQUEST, "the mode is mock, api or live", reason_code="invalid_mode")
    try:
        summary = flow(mode, request_id)
    except (SmokeFailed, peers.ControlUnavailable, peers.ControlRefused) as failed:
        summary = {"ok": False, "error": str(failed) or type(failed).__name__}
    except Fault as fault:
        summary = {"ok": False, "error": f"{fault.code}: {fault.message}"}
    if artifacts is not None:
        write_artifacts(artifacts / name / run_name(request_id), summary)
    return SmokeRun.objects.create(name=name, mode=mode, request_id=request_id, ok=summary["ok"], summary=summary)


def write_artifacts(folder: Path, summary: Mapping[str, Any]) -> None:
    """`events.jsonl` (a line per record) and `summary.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(one, sort_keys=True) for one in summary.get("records", [])]
    (folder / "events.jsonl").write_text("".join(f"{line}\n" for line in lines))
    (folder / "summary.json").write_text(json.dumps(summary, indent=1, sort_keys=True) + "\n")


def example() -> list[Paywall]:
    """Two paywalls of section 15.4's worked example."""

    def one(name: str, price: int, cap: int, path: str, upstream: str, priority: int) -> Paywall:
        return Paywall(
            f"pw_{name}",
            f"owner_{name}",
            "active",
            Policy("fixed", price, cap, quota_per_minute=120, quota_per_day=10_000, credential_ttl_seconds=86_400),
            (Route(f"route_{name}", "openagents.com", path, upstream, "https", 8000, priority),),
        )

    return [
        one("weather", 2500, 5000, "/api/weather/premium", "https://weather.vendor.example.com/v1/premium", 20),
        one("news", 1800, 2000, "/api/news/premium", "https://news.vendor.example.com/v2/premium", 10),
    ]


def _compile(mode: str, request_id: str) -> dict[str, Any]:
    first, second = (compiling.compile_of(found, Security()) for found in (example(), example()[::-1]))
    summary = compiling.summary_of(first, "pending", f"dep_compile_{run_name(request_id)}")
    stable = (first.config_hash, first.route_text) == (second.config_hash, second.route_text)
    return {**_camel(summary), "deterministic": stable, "ok": first.valid and stable}


def _staging(mode: str, request_id: str) -> dict[str, Any]:
    with routes(mode, request_id) as where:
        row = where.run or reconciled(f"{request_id}:staging"[:128])
    return {
        "ok": row.state == "applied" and row.health_ok,
        "requestId": row.request_id,
        "executionPath": EXECUTION_PATH,
        "configHash": row.config_hash,
        "deploymentStatus": row.state,
        "noop": row.noop,
        "healthOk": row.health_ok,
        "challengeOk": row.challenge_ok,
        "proxyOk": row.proxy_ok,
    }


def _settlement(mode: str, request_id: str) -> dict[str, Any]:
    name, now = run_name(request_id), int(time.time() * 1000)
    preimage = hashlib.sha256(f"smoke preimage {request_id}".encode()).hexdigest()
    whose = {"paywallId": "pw_smoke", "ownerId": "owner_smoke", "amountMsats": 2000}
    first, second = f"inv_smoke_{name}_1", f"inv_smoke_{name}_2"
    life = {"kind": "invoice_lifecycle", **whose}
    paid = {
        "kind": "settlement", **whose, "settlementId": f"set_smoke_{name}", "invoiceId": first,
        "paymentHash": hashlib.sha256(bytes.fromhex(preimage)).hexdigest(), "paymentProofType": "lightning_preimage",
        "paymentProofValue": preimage, "requestId": request_id,
    }  # fmt: skip
    summary = settlements.ingest(
        [
            {**life, "invoiceId": first, "status": "open", "occurredAtMs": now},
            {**paid, "occurredAtMs": now + 1},
            {**paid, "occurredAtMs": now + 2},
            {**life, "invoiceId": first, "status": "open", "occurredAtMs": now + 3},
            {**life, "invoiceId": second, "status": "expired", "occurredAtMs": now + 4},
        ]
    )
    late = [one["status"] for one in summary.invoice_transitions if one["invoice_id"] == first][-1:]
    existed = [one["existed"] for one in summary.settlements]
    return {
        "ok": summary.processed == 5 and existed == [False, True] and late == ["settled"],
        "processed": summary.processed,
        "waiting": summary.waiting,
        "rejected": summary.rejected,
        "settlementIds": [one["settlement_id"] for one in summary.settlements],
        "paymentProofRefs": [one["payment_proof_ref"] for one in summary.settlements],
        "correlationRefs": [_camel(one) for one in summary.correlation_refs],
    }


def _security(mode: str, request_id: str) -> dict[str, Any]:
    owner, by = f"owner_smoke_{run_name(request_id)}", "smoke"
    try:
        security.credentials(dict.fromkeys(security.ROLES, ""))
        closed = ""
    except BadCredential as bad:
        closed = bad.code
    try:
        security.set_global_pause(True, "smoke", by)
        paused = security.gate(owner, "")
        security.set_global_pause(False, "", by)
        security.set_owner_kill_switch(owner, True, "smoke", by)
        stopped = security.gate(owner, "")
    finally:
        # Whatever happened in between: a smoke test leaves nothing stopped.
        security.set_global_pause(False, "", by)
        security.set_owner_kill_switch(owner, False, "", by)
    recovered = security.gate(owner, "")
    role = "gateway_invoice"
    rotated, revoked, activated = (
        control_state.role_of(security.change_role(role, act, None, "smoke", by))
        for act in ("rotate", "revoke", "activate")
    )
    found = {
        "failClosed": closed == "missing_credential_role",
        "globalPause": paused is not None and paused[0] == "global_pause_active",
        "ownerKillSwitch": stopped is not None and stopped[0] == "owner_kill_switch_active",
        "recovery": recovered is None,
    }
    lifecycle = {
        "rotatedVersion": rotated["version"],
        "revokedStatus": revoked["status"],
        "activatedStatus": activated["status"],
        "activatedVersion": activated["version"],
    }
    good = (revoked["status"], activated["status"]) == ("revoked", "active")
    snapshot = {"role": role, **activated}
    return {"ok": all(found.values()) and good, **found, "credentialLifecycle": lifecycle, "statusSnapshot": snapshot}


def _observability(mode: str, request_id: str) -> dict[str, Any]:
    paid = ep212_routes(mode, f"{request_id}:obs"[:100])
    missing = l402_records.missing(paid["records"])
    names = ("executionPath", "requestId", "taskId", "paymentProofRef")
    return {
        "ok": paid["ok"] and not missing,
        "requiredFieldKeys": list(l402_records.KEYS),
        "missingFieldKeys": missing,
        "correlation": {name: paid["records"][0][name] for name in names},
        "records": paid["records"],
    }


def _full_flow(mode: str, request_id: str) -> dict[str, Any]:
    stages = {name: FLOWS[name](mode, f"{request_id}:{name}"[:100]) for name in STAGES}
    return _joined(stages)


def _ep212_full_flow(mode: str, request_id: str) -> dict[str, Any]:
    stages = {"ep212-routes": ep212_routes(mode, f"{request_id}:routes"[:100])}
    if mode == "live":
        stages["external"] = external(f"{request_id}:external"[:100])
    return _joined(stages)


def _joined(stages: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    records = [record for stage in stages.values() for record in stage.pop("records", [])]
    passed = sum(bool(stage["ok"]) for stage in stages.values())
    coverage = {"totalChecks": len(stages), "passedChecks": passed, "failedChecks": len(stages) - passed}
    return {"ok": passed == len(stages), "stages": dict(stages), "coverage": coverage, "records": records}


def _camel(found: Mapping[str, Any]) -> dict[str, Any]:
    def name(text: str) -> str:
        head, *rest = text.split("_")
        return head + "".join(word.capitalize() for word in rest)

    return {name(key): value for key, value in found.items()}


STAGES: Final = ("compile", "staging", "settlement", "security", "observability", "ep212-routes")
FLOWS: Final[dict[str, Flow]] = {
    "compile": _compile,
    "staging": _staging,
    "settlement": _settlement,
    "security": _security,
    "observability": _observability,
    "full-flow": _full_flow,
    "ep212-routes": ep212_routes,
    "ep212-full-flow": _ep212_full_flow,
}
DEFAULT_MODE: Final = "mock"


def default_mode() -> str:
    """Mock where nothing is real, else api."""
    return DEFAULT_MODE if settings.OA.simulated else "api"
