"""Paywalls and security state as the control plane holds them, read into values."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any, Final

import structlog

from apps.lightning import peers
from apps.lightning.domain.paywalls import Paywall, Policy, Route, Security
from apps.lightning.mapping_security import security_of
from openagents.lightning.v1 import control_plane_pb2 as pb
from openagents.wire.schema import schema

SECURITY: Final = "lightning/security:getControlPlaneSecurityState"
Snapshot = schema(pb.ControlPlaneSnapshotResponse, "camel")
RoleWritten = schema(pb.SecurityCredentialRoleWriteResponse, "camel")
KNOWN_SECONDS: Final = 60.0
"""How long the last known security state stands in for one that cannot be read; after that, deploys stop."""
ROLE_SECONDS: Final = 1.0
"""How long a job believes that its credential role is not revoked."""

log = structlog.get_logger("oa.lnops")

_lock = threading.Lock()
_known: tuple[float, Security, Mapping[str, Any]] | None = None
_asked_at = float("-inf")
"""When `revoked` asked last, with or without an answer."""


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


def revoked(role: str) -> bool:
    """Whether a credential role is revoked, for the next step of a job that works under it.

    While control is away what it said last holds, however old: a role that nobody is known to have revoked goes on.
    """
    global _asked_at
    with _lock:
        now = time.monotonic()
        latest = max(_asked_at, _known[0] if _known is not None else _asked_at)
        asks = now - latest > ROLE_SECONDS
        if asks:
            _asked_at = now
    if asks:
        try:
            _keep(peers.query_once(SECURITY))
        except (peers.ControlUnavailable, peers.ControlRefused):
            log.warning("control_state.roles_unknown")
    with _lock:
        return _known is not None and role in _known[1].revoked_roles


def role_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Status and version of a credential role, from control's answer to a change."""
    role = RoleWritten.model_validate(answer).role
    return {"status": role.status, "version": role.version} if role is not None else {"status": "", "version": 0}


def forget() -> None:
    """The next read asks control, whatever is known."""
    global _known, _asked_at
    with _lock:
        _known, _asked_at = None, float("-inf")


def _security() -> tuple[Security, Mapping[str, Any]]:
    try:
        document = peers.query(SECURITY)
    except peers.ControlUnavailable:
        with _lock:
            if _known is not None and time.monotonic() - _known[0] <= KNOWN_SECONDS:
                return _known[1], _known[2]
        raise
    return _keep(document), document


def _keep(document: Mapping[str, Any]) -> Security:
    global _known
    found = security_of(document)
    with _lock:
        _known = time.monotonic(), found, document
    return found


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
