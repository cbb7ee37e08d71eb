"""The state machines of sign-in (section 5 of the specification), as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class IllegalTransition(ValueError):
    """The machine has no such transition."""


@dataclass(frozen=True, slots=True)
class Machine:
    """`transitions`: state -> trigger -> next state. A state without transitions is terminal."""

    name: str
    initial: str
    transitions: Mapping[str, Mapping[str, str]]

    @property
    def states(self) -> frozenset[str]:
        reached = {after for row in self.transitions.values() for after in row.values()}
        return frozenset(self.transitions) | reached

    @property
    def terminal(self) -> frozenset[str]:
        return frozenset(state for state in self.states if not self.transitions.get(state))

    def after(self, state: str, trigger: str) -> str:
        """The next state. Raises IllegalTransition."""
        try:
            return self.transitions[state][trigger]
        except KeyError:
            raise IllegalTransition(f"{self.name}: {trigger} in {state}") from None


CHALLENGE = Machine(
    "challenge",
    "code_sent",
    {
        "code_sent": {
            "right_code": "verified",
            "last_wrong_code": "failed",
            "expire": "expired",
            "supersede": "expired",
            "refuse_issue": "throttled",
        },
        "verified": {},
        "failed": {},
        "expired": {},
        "throttled": {},
    },
)

SESSION = Machine(
    "session",
    "active",
    {
        "active": {
            "refresh": "active",
            "revoke": "revoked",
            "expire": "expired",
            "demand_reauth": "reauth_required",
        },
        "reauth_required": {"revoke": "revoked"},
        "revoked": {},
        "expired": {},
    },
)

REFRESH_TOKEN = Machine(
    "refresh_token",
    "current",
    {
        "current": {"rotate": "rotated", "end_session": "session_revoked"},
        "rotated": {"repeat": "rotated", "reuse": "replay_detected"},
        "session_revoked": {"reuse": "replay_detected"},
        "replay_detected": {"reuse": "replay_detected"},
    },
)

LIVE_CHALLENGES_MAX = 3
"""Open challenges per address; an older one is superseded."""

CALLER_REASONS = frozenset({"user_requested", "device_replaced", "security_policy"})
"""Reasons a client may state; `admin_revoked` and `token_replay` are for the server to say."""

REAUTH_REASONS = frozenset({"token_replay", "security_policy"})
"""A session revoked for one of these marks `reauth_required`."""

REFUSAL_BY_SESSION_STATUS = {
    "revoked": "session_revoked",
    "expired": "session_expired",
    "reauth_required": "reauth_required",
}
"""`reason` of the 401 that a session of this status is answered with."""
