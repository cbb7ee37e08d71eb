"""What becomes of a presented refresh token: one decision over facts read under the lock (6.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Literal

Device = Literal["unnamed", "same", "other"]


class Decision(Enum):
    """The outcomes. Only ROTATE mints, only REPLAY and EXPIRE change anything besides."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    REPLAY = "replay"
    WRONG_DEVICE = "wrong_device"
    EXPIRE = "expire"
    SESSION_REVOKED = "session_revoked"
    SESSION_EXPIRED = "session_expired"
    REAUTH_REQUIRED = "reauth_required"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the token, its session and the request.

    `since_rotation`: database time since the token was rotated, None for one that was not. `is_predecessor`: the
    token's replacement is the session's current one. `device`: the device the request names, against the session's.
    `nonce_matches`: the request carries the non-blank nonce of the request that rotated the token.
    `child_unused`: neither half of the replacing pair has been presented yet.
    """

    token_state: str
    session_status: str
    refresh_expired: bool
    device: Device
    since_rotation: timedelta | None = None
    is_predecessor: bool = False
    nonce_matches: bool = False
    child_unused: bool = False


_REFUSALS = {
    "revoked": Decision.SESSION_REVOKED,
    "expired": Decision.SESSION_EXPIRED,
    "reauth_required": Decision.REAUTH_REQUIRED,
}


def is_benign(facts: Facts, grace: timedelta) -> bool:
    """Whether a rotated token is a lost answer or a second process of the same client, not a thief."""
    return (
        facts.token_state == "rotated"
        and facts.session_status == "active"
        and facts.is_predecessor
        and facts.since_rotation is not None
        and timedelta(0) < grace
        and facts.since_rotation <= grace
        and facts.device == "same"
        and (facts.nonce_matches or facts.child_unused)
    )


def decide(facts: Facts, grace: timedelta) -> Decision:
    """The one outcome, in the order of the specification. `grace` zero: every second use is a replay."""
    if facts.token_state != "current":
        return Decision.REPEAT if is_benign(facts, grace) else Decision.REPLAY
    if facts.device == "other":
        return Decision.WRONG_DEVICE
    if facts.session_status != "active":
        return _REFUSALS[facts.session_status]
    if facts.refresh_expired:
        return Decision.EXPIRE
    return Decision.ROTATE
