"""The functions of the lightning control-plane lane by their names, and who may call them (3.8)."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from apps.control import lightning_mapping as mapping
from apps.control import metrics
from apps.control.domain.lightning import Arguments, Refused
from apps.control.services import lightning_money as money
from apps.control.services import lightning_state as state
from apps.control.services import trail
from openagents.wire.faults import CONFLICT, Fault, Kind
from openagents.wire.model import WireModel

INVALID_ARGUMENTS: Final = Kind("invalid_arguments", 422, "The arguments are not valid.", False)
UNCONFIGURED: Final = Kind("ops_secret_unconfigured", 500, "No secret is configured.", False)
INVALID_SECRET: Final = Kind("invalid_ops_secret", 401, "The credential is not right.", False)
UNSUPPORTED: Final = Kind("unsupported_function", 404, "There is no such function here.", False)
UNAVAILABLE: Final = Kind("service_unavailable", 503, "The service is unavailable.", True)
NAME_MAX: Final = 180
AUDITED: Final = ("paywallId", "ownerId", "ownerUserId", "deploymentId", "invoiceId", "settlementId", "role", "active")
AUDIT_TEXT_MAX: Final = 160

Work = Callable[[Arguments], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Function:
    lane: str
    """`query` or `mutation`."""
    work: Work
    answer: type[WireModel]


FUNCTIONS: Final[dict[str, Function]] = {
    "lightning/ops:listPaywallControlPlaneState": Function("query", state.list_paywalls, mapping.PaywallsOut),
    "lightning/security:getControlPlaneSecurityState": Function(
        "query", state.security_state, mapping.SecurityStateOut
    ),
    "lightning/ops:recordGatewayCompileIntent": Function("mutation", state.record_deployment, mapping.DeploymentOut),
    "lightning/ops:recordGatewayDeploymentEvent": Function("mutation", state.record_event, mapping.EventOut),
    "lightning/ops:upsertPaywall": Function("mutation", state.upsert_paywall, mapping.PaywallOut),
    "lightning/ops:setPaywallStatus": Function("mutation", state.set_paywall_status, mapping.PaywallOut),
    "lightning/settlements:ingestInvoiceLifecycle": Function("mutation", money.ingest_invoice, mapping.InvoiceOut),
    "lightning/settlements:ingestSettlement": Function("mutation", money.ingest_settlement, mapping.SettlementOut),
    "lightning/security:setGlobalPause": Function("mutation", state.set_global_pause, mapping.GlobalOut),
    "lightning/security:setOwnerKillSwitch": Function("mutation", state.set_owner_kill_switch, mapping.OwnerOut),
    "lightning/security:rotateCredentialRole": Function("mutation", state.rotate_role, mapping.RoleOut),
    "lightning/security:activateCredentialRole": Function("mutation", state.activate_role, mapping.RoleOut),
    "lightning/security:revokeCredentialRole": Function("mutation", state.revoke_role, mapping.RoleOut),
}


def read_call(body: Any) -> tuple[str, dict[str, Any], str | None]:
    """(function name, arguments without the secret, the secret). Raises Fault INVALID_ARGUMENTS."""
    if not isinstance(body, dict):
        raise Fault(INVALID_ARGUMENTS, "invalid_payload")
    name, args = body.get("functionName"), body.get("args")
    if not isinstance(name, str) or not name.strip():
        raise Fault(INVALID_ARGUMENTS, "missing_functionName")
    if len(name.strip()) > NAME_MAX:
        raise Fault(INVALID_ARGUMENTS, "invalid_functionName")
    if not isinstance(args, dict):
        raise Fault(INVALID_ARGUMENTS, "missing_args")
    secret = args.get("secret")
    rest = {field: value for field, value in args.items() if field != "secret"}
    stated = secret.strip() if isinstance(secret, str) else ("" if secret is None else "\0")
    return name.strip(), rest, stated or None


def secret_matches(*stated: str | None, signed: bool) -> bool:
    """Whether every secret that is present is the right one, and there is a credential at all.

    Raises Fault UNCONFIGURED without a signature and without a configured secret.
    """
    wanted = settings.OA.oa_lightning_ops_secret
    if not wanted and not signed:
        raise Fault(UNCONFIGURED)
    present = [text for text in stated if text]
    right = [bool(wanted) and hmac.compare_digest(text.encode(), wanted.encode()) for text in present]
    return all(right) and (signed or bool(present))


def refuse(reason: str) -> Fault:
    """Audit a refused credential; the fault to raise."""
    trail.note("lightning.ops.auth.rejected", "rejected", reason=reason)
    return Fault(INVALID_SECRET, "invalid_ops_secret")


def run(lane: str, name: str, args: Mapping[str, Any]) -> tuple[type[WireModel], dict[str, Any]]:
    """The answer of one function and its message.

    Raises Fault UNSUPPORTED, INVALID_ARGUMENTS, CONFLICT (each with the text of 3.8), UNAVAILABLE.
    """
    function = FUNCTIONS.get(name)
    if function is None or function.lane != lane:
        raise Fault(UNSUPPORTED, "unsupported_function")
    outcome = "failed"
    try:
        with transaction.atomic():
            found = function.work(Arguments(args))
            if lane == "mutation":
                trail.note("lightning.ops.mutation", function=name, changed=_changed(found), **_ids(args))
        outcome = "ok"
    except Refused as problem:
        outcome = "refused"
        raise Fault(CONFLICT if problem.conflict else INVALID_ARGUMENTS, problem.message) from None
    except (OperationalError, InterfaceError):
        raise Fault(UNAVAILABLE) from None
    finally:
        metrics.LIGHTNING_OPERATIONS.labels(name, outcome).inc()
    return function.answer, found


def _changed(found: Mapping[str, Any]) -> bool:
    return bool(found.get("changed", not found.get("existed", False)))


def _ids(args: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(args[name])[:AUDIT_TEXT_MAX] for name in AUDITED if isinstance(args.get(name), str | bool | int)}
