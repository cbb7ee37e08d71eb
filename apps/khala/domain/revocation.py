"""What a revocation ends (section 5): a pure match between one revocation and one connection's newest token."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from apps.khala.domain.access import Principal

KINDS: Final = ("session", "device", "user", "jti", "kid", "membership")


class Effect(Enum):
    """What happens to a live connection."""

    NONE = "none"
    EVICT = "evict"
    END_ORG = "end_org"
    """Only the subscriptions that were admitted through the organisation end."""


@dataclass(frozen=True, slots=True)
class Revocation:
    """One revoked thing. `revoked_at` in unix seconds, `subject` its id (for a membership: the user id)."""

    kind: str
    subject: str
    user_id: str | None
    org_id: str | None
    reason: str
    revoked_at: float
    id: int = 0
    stored_at: float = 0.0

    @property
    def began(self) -> float:
        """The best known moment of the revocation, unix seconds.

        `revoked_at` comes in whole seconds; within that second the storing here is the better witness.
        """
        return self.stored_at if 0 <= self.stored_at - self.revoked_at < 1 else self.revoked_at


@dataclass(frozen=True, slots=True)
class Holder:
    """What of a token a revocation can match. `issued_at` is that of the newest token of a live connection."""

    principal: Principal
    jti: str
    kid: str
    issued_at: int


def effect(revocation: Revocation, holder: Holder) -> Effect:
    """Session, jti and kid match by id alone. The others also need the same user and a token from before."""
    principal = holder.principal
    before = holder.issued_at <= revocation.revoked_at
    match revocation.kind:
        case "session":
            hit = principal.session_id == revocation.subject
        case "jti":
            hit = holder.jti == revocation.subject
        case "kid":
            hit = holder.kid == revocation.subject
        case "device":
            # Fallback device ids are shared between users, and the next login on a device must work.
            same_user = revocation.user_id is not None and principal.user_id == revocation.user_id
            hit = same_user and principal.device_id == revocation.subject and before
        case "user":
            hit = principal.user_id == revocation.subject and before
        case "membership":
            if principal.user_id != revocation.user_id or not before:
                return Effect.NONE
            return Effect.EVICT if principal.org_id == revocation.org_id else Effect.END_ORG
        case _:
            return Effect.NONE
    return Effect.EVICT if hit else Effect.NONE


DENIES_HANDSHAKE: Final = frozenset({"jti", "kid"})
"""Kinds that refuse a later handshake with 401; the others are answered after accept with `reauth_required`."""
