"""Paywalls as the control plane tells them: the input of a compile."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Amounts in msat. `credential_ttl_seconds`: how long a paid token is valid."""

    pricing_mode: str
    fixed_amount_msats: int
    max_per_request_msats: int | None = None
    quota_per_minute: int | None = None
    quota_per_day: int | None = None
    kill_switch: bool = False
    credential_ttl_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """`priority`: smaller is matched earlier."""

    route_id: str
    host_pattern: str
    path_pattern: str
    upstream_url: str
    protocol: str
    timeout_ms: int
    priority: int


@dataclass(frozen=True, slots=True)
class Paywall:
    paywall_id: str
    owner_id: str
    status: str
    policy: Policy
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Security:
    """What is stopped at present. `owner_stops`: owners whose kill switch is on; `revoked_roles`: of credentials."""

    global_pause: bool = False
    owner_stops: frozenset[str] = frozenset()
    global_reason: str = ""
    owner_reasons: tuple[tuple[str, str], ...] = ()
    revoked_roles: frozenset[str] = frozenset()


GLOBAL_PAUSE = "global_pause_active"
OWNER_STOP = "owner_kill_switch_active"
PAYWALL_STOP = "paywall_kill_switch_active"
DEFAULT_REASONS = {
    GLOBAL_PAUSE: "Global paywall pause is active",
    OWNER_STOP: "Owner kill switch is active",
    PAYWALL_STOP: "Paywall kill switch is active",
}


def denied(security: Security, owner_id: str, *, paywall_kill_switch: bool = False) -> tuple[str, str] | None:
    """The first gate that is shut (section 18): its code and reason; None when all are open."""
    if security.global_pause:
        return GLOBAL_PAUSE, security.global_reason or DEFAULT_REASONS[GLOBAL_PAUSE]
    if owner_id in security.owner_stops:
        return OWNER_STOP, dict(security.owner_reasons).get(owner_id) or DEFAULT_REASONS[OWNER_STOP]
    if paywall_kill_switch:
        return PAYWALL_STOP, DEFAULT_REASONS[PAYWALL_STOP]
    return None
