"""Roles, the scopes they grant, and who may hold which."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

RUN_EVENTS: Final = "runtime.run_events"
RUN_SUMMARIES: Final = "runtime.run_summaries"
WORKER_EVENTS: Final = "runtime.codex_worker_events"
WORKER_SUMMARIES: Final = "runtime.codex_worker_summaries"
WORKER_LIFECYCLE: Final = "runtime.worker_lifecycle_events"
THREADS: Final = "runtime.threads"
NOTIFICATIONS: Final = "runtime.notifications"
TREASURY: Final = "runtime.treasury"
MARKETPLACE: Final = "runtime.marketplace"
OPERATOR_READ: Final = "ops.read"
SUBSCRIBE: Final = "sync.subscribe"

RANK: Final = {"owner": 4, "admin": 3, "member": 2, "viewer": 1}
ROLES: Final = frozenset(RANK)

_FULL = (
    "runtime.read",
    "runtime.write",
    SUBSCRIBE,
    "policy.evaluate",
    "org.membership.read",
    "org.membership.write",
)
DEFAULT_ROLE_SCOPES: Final[dict[str, tuple[str, ...]]] = {
    "owner": _FULL,
    "admin": _FULL,
    "member": ("runtime.read", SUBSCRIBE, "policy.evaluate", "org.membership.read"),
    "viewer": ("runtime.read", SUBSCRIBE),
}

_OWN_DATA: Final = frozenset(
    {RUN_SUMMARIES, RUN_EVENTS, WORKER_LIFECYCLE, THREADS, NOTIFICATIONS, TREASURY, MARKETPLACE}
)
"""Scopes whose topics and lanes show nothing but what the caller owns."""

_WITH_SUBSCRIBE: Final[dict[str, frozenset[str]]] = {
    "member": _OWN_DATA | {WORKER_SUMMARIES},
    "viewer": frozenset({WORKER_SUMMARIES}),
}


def grants(role: str | None, role_scopes: Collection[str], scope: str, *, operator: bool = False) -> bool:
    """Whether a member with this role and these listed scopes holds `scope`. `role` None: no member at all."""
    if scope.startswith("ops."):
        return operator
    if role is None:
        return False
    if role in ("owner", "admin") or scope in role_scopes:
        return True
    return SUBSCRIBE in role_scopes and scope in _WITH_SUBSCRIBE.get(role, frozenset())


def may_claim_role(own: str | None, claimed: str) -> bool:
    """Whether `claimed` does not exceed the caller's own role."""
    return own is not None and RANK[claimed] <= RANK[own]
