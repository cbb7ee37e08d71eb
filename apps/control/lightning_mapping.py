"""Wire ⇄ domain for the lightning operations: `openagents.lightning.v1` in JSON, unset optionals left out (3.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from apps.control.models import (
    ControlInvoice,
    ControlSettlement,
    CredentialRole,
    GatewayDeployment,
    GatewayEvent,
    OwnerControl,
    Paywall,
    SecurityGlobal,
)
from openagents.lightning.v1 import control_plane_pb2 as pb
from openagents.wire.schema import schema

PaywallsOut = schema(pb.ControlPlaneSnapshotResponse, "camel", omit_unset=True)
PaywallOut = schema(pb.PaywallWriteResponse, "camel", omit_unset=True)
DeploymentOut = schema(pb.DeploymentIntentWriteResponse, "camel", omit_unset=True)
EventOut = schema(pb.GatewayEventWriteResponse, "camel", omit_unset=True)
InvoiceOut = schema(pb.InvoiceLifecycleWriteResponse, "camel", omit_unset=True)
SettlementOut = schema(pb.SettlementWriteResponse, "camel", omit_unset=True)
GlobalOut = schema(pb.SecurityGlobalWriteResponse, "camel", omit_unset=True, omit_default=("global.deny_reason_code",))
OwnerOut = schema(
    pb.SecurityOwnerControlWriteResponse, "camel", omit_unset=True, omit_default=("owner_control.deny_reason_code",)
)
RoleOut = schema(pb.SecurityCredentialRoleWriteResponse, "camel", omit_unset=True)
SecurityStateOut = schema(
    pb.ControlPlaneSecurityStateResponse,
    "camel",
    omit_unset=True,
    omit_default=("global.deny_reason_code", "owner_controls.deny_reason_code"),
)

GLOBAL_REASON = "global_pause_active"
OWNER_REASON = "owner_kill_switch_active"


def milliseconds(moment: datetime) -> int:
    """Since the epoch, cut to whole ones."""
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def owner_id(user_id: str) -> str:
    return f"owner_{user_id}"


def paywall(row: Paywall, *, kill_switch: bool, timeout_ms: int, priority: int) -> dict[str, Any]:
    """A paywall with its one route; `timeout_ms` and `priority` hold where its metadata names none."""
    known = row.metadata if isinstance(row.metadata, Mapping) else {}
    ids = {"paywall_id": row.id, "owner_id": owner_id(row.owner_user_id)}
    times = {"created_at_ms": milliseconds(row.created_at), "updated_at_ms": milliseconds(row.updated_at)}
    description = known.get("description")
    return {
        **ids,
        **times,
        "name": row.name,
        "description": description if isinstance(description, str) and description.strip() else None,
        "status": row.status,
        "request_id": row.request_id,
        "metadata": row.metadata,
        "policy": {
            **ids,
            **times,
            "pricing_mode": "fixed",
            "fixed_amount_msats": row.price_msats,
            "max_per_request_msats": _number(known.get("maxPerRequestMsats"), 1, 2**63 - 1),
            "allowed_hosts": _texts(known.get("allowedHosts")),
            "blocked_hosts": _texts(known.get("blockedHosts")),
            "quota_per_minute": _number(known.get("quotaPerMinute"), 1),
            "quota_per_day": _number(known.get("quotaPerDay"), 1),
            "kill_switch": kill_switch,
            "credential_ttl_seconds": _number(known.get("credentialTtlSeconds"), 1),
        },
        "routes": [
            {
                **ids,
                **times,
                "route_id": f"route_{row.id}",
                "host_pattern": row.host_regexp,
                "path_pattern": row.path_regexp,
                "upstream_url": row.upstream,
                "protocol": urlsplit(row.upstream).scheme,
                "timeout_ms": _number(known.get("timeoutMs"), 1) or timeout_ms,
                "priority": priority if (own := _number(known.get("priority"), 0)) is None else own,
            }
        ],
    }


def deployment(row: GatewayDeployment) -> dict[str, Any]:
    return {
        "deployment_id": row.id,
        **_plain(row, ("paywall_id", "owner_id", "config_hash", "image_digest", "status", "diagnostics")),
        **_plain(row, ("applied_at_ms", "rolled_back_from", "metadata", "request_id")),
        "created_at_ms": milliseconds(row.created_at),
        "updated_at_ms": milliseconds(row.updated_at),
    }


def event(row: GatewayEvent) -> dict[str, Any]:
    return {
        "event_id": row.id,
        **_plain(row, ("paywall_id", "owner_id", "event_type", "level", "request_id", "metadata")),
        "created_at_ms": milliseconds(row.created_at),
    }


def invoice(row: ControlInvoice) -> dict[str, Any]:
    return {
        "invoice_id": row.id,
        **_plain(row, ("paywall_id", "owner_id", "amount_msats", "status", "payment_hash", "payment_request")),
        **_plain(row, ("payment_proof_ref", "request_id", "settled_at_ms")),
        "created_at_ms": milliseconds(row.created_at),
        "updated_at_ms": milliseconds(row.updated_at),
    }


def settlement(row: ControlSettlement) -> dict[str, Any]:
    return {
        "settlement_id": row.id,
        **_plain(row, ("paywall_id", "owner_id", "invoice_id", "amount_msats", "payment_proof_ref")),
        **_plain(row, ("request_id", "metadata")),
        "created_at_ms": milliseconds(row.created_at),
    }


def security_global(row: SecurityGlobal | None) -> dict[str, Any]:
    """The pause of everything; nothing stored means that nothing is paused."""
    if row is None:
        return {"state_id": "global", "global_pause": False, "updated_at_ms": 0}
    return {
        "state_id": row.id,
        "global_pause": row.global_pause,
        **({"deny_reason_code": GLOBAL_REASON} if row.global_pause else {}),
        **_plain(row, ("deny_reason", "updated_by")),
        "updated_at_ms": milliseconds(row.updated_at),
    }


def owner_control(row: OwnerControl) -> dict[str, Any]:
    return {
        "owner_id": row.owner_id,
        "kill_switch": row.kill_switch,
        **({"deny_reason_code": OWNER_REASON} if row.kill_switch else {}),
        **_plain(row, ("deny_reason", "updated_by")),
        "updated_at_ms": milliseconds(row.updated_at),
    }


def role(row: CredentialRole) -> dict[str, Any]:
    return {
        **_plain(row, ("role", "status", "version", "fingerprint", "note", "last_rotated_at_ms", "revoked_at_ms")),
        "updated_at_ms": milliseconds(row.updated_at),
    }


def security_state(
    pause: SecurityGlobal | None, owners: Iterable[OwnerControl], roles: Iterable[CredentialRole]
) -> dict[str, Any]:
    return {
        "ok": True,
        "global": security_global(pause),
        "owner_controls": [owner_control(row) for row in owners],
        "credential_roles": [role(row) for row in roles],
    }


def _plain(row: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(row, name)) is not None}


def _number(value: Any, low: int, high: int = 2**32 - 1) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else None


def _texts(value: Any) -> list[str]:
    return (
        [entry.strip() for entry in value if isinstance(entry, str) and entry.strip()]
        if isinstance(value, list)
        else []
    )
