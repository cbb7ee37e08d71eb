"""Stops and credentials: written through to the control plane, which keeps them, and followed by a reconcile (18)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from apps.lightning import metrics, peers
from apps.lightning.domain import paywalls
from apps.lightning.services.ops import control_state
from openagents.db import audit
from openagents.wire.faults import BAD_GATEWAY, CONFLICT, DEPENDENCY_UNAVAILABLE, INVALID_REQUEST, Fault

ROLES: Final = ("gateway_invoice", "settlement_read", "operator_admin")
ACTS: Final = {
    "rotate": "lightning/security:rotateCredentialRole",
    "activate": "lightning/security:activateCredentialRole",
    "revoke": "lightning/security:revokeCredentialRole",
}
CREDENTIAL_CHARS_MIN: Final = 16


class BadCredential(ValueError):
    """`missing_credential_role` or `invalid_credential_role`, with the role and the variable."""

    def __init__(self, code: str, role: str, field: str) -> None:
        super().__init__(f"{code}: {role} ({field})")
        self.code = code
        self.role = role
        self.field = field


def state() -> Mapping[str, Any]:
    """Control's own message. Raises Fault DEPENDENCY_UNAVAILABLE."""
    try:
        return control_state.security_document()
    except (peers.ControlUnavailable, peers.ControlRefused) as error:
        raise fault_of(error) from None


def gate(owner_id: str, paywall_id: str) -> tuple[str, str] | None:
    """The code and reason of what stops a paywall, or None. Raises Fault DEPENDENCY_UNAVAILABLE."""
    try:
        security = control_state.security()
        stopped = False
        if paywall_id and paywalls.denied(security, owner_id) is None:
            known = {one.paywall_id: one for one in control_state.paywalls()}
            stopped = paywall_id in known and known[paywall_id].policy.kill_switch
    except (peers.ControlUnavailable, peers.ControlRefused) as error:
        raise fault_of(error) from None
    return paywalls.denied(security, owner_id, paywall_kill_switch=stopped)


def set_global_pause(active: bool, reason: str, by: str) -> Mapping[str, Any]:
    """Raises Fault DEPENDENCY_UNAVAILABLE, INVALID_REQUEST, CONFLICT."""
    answer = _write(
        "lightning/security:setGlobalPause", "global_pause", by, active=active, reason=reason or None, updatedBy=by
    )
    metrics.PAUSE.labels("global").set(1 if active else 0)
    return answer


def set_owner_kill_switch(owner_id: str, active: bool, reason: str, by: str) -> Mapping[str, Any]:
    """Raises as `set_global_pause`."""
    return _write(
        "lightning/security:setOwnerKillSwitch", "owner_kill_switch", by,
        ownerId=owner_id, active=active, reason=reason or None, updatedBy=by,
    )  # fmt: skip


def change_role(role: str, act: str, fingerprint: str | None, note: str, by: str) -> Mapping[str, Any]:
    """Raises as `set_global_pause`."""
    if role not in ROLES or act not in ACTS:
        raise Fault(INVALID_REQUEST, "there is no such role or act", reason_code="invalid_role")
    extra = {"fingerprint": fingerprint} if act != "revoke" else {}
    return _write(ACTS[act], "credential_role", by, role=role, note=note or None, act=act, **extra)


def _write(function: str, what: str, by: str, *, act: str = "", **args: Any) -> Mapping[str, Any]:
    try:
        answer = peers.mutation(function, **args)
    except (peers.ControlUnavailable, peers.ControlRefused) as error:
        raise fault_of(error) from None
    control_state.forget()
    with transaction.atomic():
        shown = {name: args[name] for name in ("active", "ownerId", "role", "reason") if args.get(name) is not None}
        audit.record(f"lightning.security.{what}", by=by, act=act or None, **shown)
    return answer


def fault_of(error: peers.ControlUnavailable | peers.ControlRefused) -> Fault:
    """How a caller hears of control's answer."""
    if isinstance(error, peers.ControlUnavailable):
        return Fault(DEPENDENCY_UNAVAILABLE, "the control plane does not answer", reason_code="control_unavailable")
    if error.status == 409:
        return Fault(CONFLICT, error.message or error.code, reason_code=error.message or error.code)
    if error.status == 422:
        return Fault(INVALID_REQUEST, error.message or error.code, reason_code=error.message or error.code)
    return Fault(BAD_GATEWAY, "the control plane refused the call", reason_code=error.code)


def credentials(values: Mapping[str, str] | None = None) -> dict[str, str]:
    """The credential of every role, by default as configured; all or nothing.

    Raises BadCredential for the first that is not right.
    """
    found = {}
    for role in ROLES:
        field = f"OA_LIGHTNING_OPS_CRED_{role.upper()}"
        given = getattr(settings.OA, field.lower()) if values is None else values.get(role, "")
        value = str(given).strip("\r\n")
        if not value.strip():
            raise BadCredential("missing_credential_role", role, field)
        if len(value) < CREDENTIAL_CHARS_MIN or any(character.isspace() for character in value):
            raise BadCredential("invalid_credential_role", role, field)
        found[role] = value
    return found
