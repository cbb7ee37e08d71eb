"""Paywalls and security state as the control plane holds them, read into values."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from apps.lightning import peers
from apps.lightning.domain.paywalls import Paywall, Policy, Route, Security
from openagents.lightning.v1 import control_plane_pb2 as pb
from openagents.wire.schema import schema

Snapshot = schema(pb.ControlPlaneSnapshotResponse, "camel")
SecurityState = schema(pb.ControlPlaneSecurityStateResponse, "camel")
RoleWritten = schema(pb.SecurityCredentialRoleWriteResponse, "camel")
KNOWN_SECONDS: Final = 60.0
"""How long the last known security state stands in for one that cannot be read; after that, deploys stop."""

_lock = threading.Lock()
_known: tuple[float, Security, Mapping[str, Any]] | None = None


def paywalls() -> list[Paywall]:
    """Active and paused ones. Raises ControlUnavailable, ControlRefused."""
    answer = _tolerated(peers.query("lightning/ops:listPaywallControlPlaneState"))
    return [_paywall(one) for one in Snapshot.model_validate(answer).paywalls]


def security() -> Security:
    """What is stopped; at most a minute old when control is away. Raises ControlUnavailable, ControlRefused."""
    return _security()[0]


def security_document() -> Mapping[str, Any]:
    """The same as control's own message."""
    return _security()[1]


def role_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Status and version of a credential role, from control's answer to a change."""
    role = RoleWritten.model_validate(answer).role
    return {"status": role.status, "version": role.version} if role is not None else {"status": "", "version": 0}


def forget() -> None:
    """The next read asks control, whatever is known."""
    global _known
    with _lock:
        _known = None


def _security() -> tuple[Security, Mapping[str, Any]]:
    global _known
    try:
        document = peers.query("lightning/security:getControlPlaneSecurityState")
    except peers.ControlUnavailable:
        with _lock:
            if _known is not None and time.monotonic() - _known[0] <= KNOWN_SECONDS:
                return _known[1], _known[2]
        raise
    found = _read_security(document)
    with _lock:
        _known = time.monotonic(), found, document
    return found, document


def _read_security(document: Mapping[str, Any]) -> Security:
    state = SecurityState.model_validate(document)
    everything = getattr(state, "global")
    stopped = [one for one in state.owner_controls if one.kill_switch]
    return Security(
        global_pause=bool(everything is not None and everything.global_pause),
        owner_stops=frozenset(one.owner_id for one in stopped),
        global_reason=(everything.deny_reason or "") if everything is not None else "",
        owner_reasons=tuple((one.owner_id, one.deny_reason) for one in stopped if one.deny_reason),
    )


def _tolerated(value: Any, name: str = "") -> Any:
    """The document with unknown values of enumerations as 0: only what such a value decides is refused, later."""
    if isinstance(value, Mapping):
        return {key: _tolerated(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_tolerated(inner, name) for inner in value]
    words = ENUMERATIONS.get(name)
    return 0 if words is not None and isinstance(value, str) and value.lower() not in words else value


def _words(enumeration: Any, prefix: str) -> frozenset[str]:
    names = [name.lower() for name in enumeration.keys()]  # noqa: SIM118 - an enum wrapper is no mapping
    return frozenset({*names, *(name.removeprefix(prefix) for name in names)})


_PRICING = _words(pb.PricingMode, "pricing_mode_")
_PROTOCOL = _words(pb.RouteProtocol, "route_protocol_")
ENUMERATIONS: Final = {"pricingMode": _PRICING, "pricing_mode": _PRICING, "protocol": _PROTOCOL}


def _paywall(one: Any) -> Paywall:
    policy = one.policy
    return Paywall(
        paywall_id=one.paywall_id,
        owner_id=one.owner_id,
        status=one.status,
        policy=Policy(
            pricing_mode=policy.pricing_mode if policy is not None else "",
            fixed_amount_msats=policy.fixed_amount_msats if policy is not None else 0,
            max_per_request_msats=policy.max_per_request_msats if policy is not None else None,
            quota_per_minute=policy.quota_per_minute if policy is not None else None,
            quota_per_day=policy.quota_per_day if policy is not None else None,
            kill_switch=policy.kill_switch if policy is not None else False,
            credential_ttl_seconds=policy.credential_ttl_seconds if policy is not None else None,
        ),
        routes=tuple(
            Route(
                route_id=route.route_id,
                host_pattern=route.host_pattern,
                path_pattern=route.path_pattern,
                upstream_url=route.upstream_url,
                protocol=route.protocol,
                timeout_ms=route.timeout_ms,
                priority=route.priority,
            )
            for route in one.routes
        ),
    )
