"""Claims of sync and khala tokens, and when minting is possible at all (3.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from apps.control.domain.topics import Grant

Kind = Literal["sync", "khala"]
KEY_BYTES_MIN_PRODUCTION = 32


@dataclass(frozen=True, slots=True)
class Mint:
    """How one family of tokens is made. `keys`: secret by kid, the first signs. Times to live in seconds."""

    kind: Kind
    enabled: bool
    keys: Mapping[str, str]
    issuer: str
    audience: str
    claims_version: str
    ttl: int
    ttl_min: int
    ttl_max: int
    allowed_scopes: Sequence[str]
    default_scopes: Sequence[str]
    subject_prefix: str = "user"

    def fault(self, *, production: bool) -> str | None:
        """Why nothing can be minted, or None."""
        kid, secret = next(iter(self.keys.items()), ("", ""))
        if not self.enabled:
            return "disabled"
        if not secret:
            return "no_signing_key"
        if production and len(secret.encode()) < KEY_BYTES_MIN_PRODUCTION:
            return "weak_signing_key"
        if not all(text.strip() for text in (kid, self.issuer, self.audience, self.claims_version)):
            return "blank_setting"
        if self.ttl_min == 0 or self.ttl_max == 0 or self.ttl_max < self.ttl_min:
            return "bad_ttl_bounds"
        return None

    @property
    def signing_key(self) -> tuple[str, str]:
        """(kid, secret) of the key that signs."""
        return next(iter(self.keys.items()))


@dataclass(frozen=True, slots=True)
class Holder:
    """For whom a token is minted."""

    user_id: str
    org_id: str
    session_id: str
    device_id: str
    surface: str


def claims(
    mint: Mint,
    holder: Holder,
    *,
    jti: str,
    issued_at: int,
    ttl: int,
    scopes: Sequence[str],
    grants: Sequence[Grant],
    ceiling: bool,
    scope: Sequence[str] = (),
    workspace_id: str | None = None,
    role: str | None = None,
) -> dict[str, Any]:
    """The claim set, names in order.

    `ceiling`: the request named topics, so Khala refuses every other. `scope` is khala's own list.
    """
    found: dict[str, Any] = {
        "iss": mint.issuer,
        "aud": mint.audience,
        "sub": f"{mint.subject_prefix}:{holder.user_id}",
        "iat": issued_at,
        "nbf": issued_at,
        "exp": issued_at + ttl,
        "jti": jti,
        "oa_user_id": holder.user_id,
        "oa_org_id": holder.org_id,
        "oa_session_id": holder.session_id,
        "oa_device_id": holder.device_id,
        "oa_sync_scopes": list(scopes),
        "oa_sync_topics": [grant.topic for grant in grants],
        "oa_client_surface": holder.surface,
        "oa_claims_version": mint.claims_version,
    }
    if ceiling:
        found["oa_topic_ceiling"] = True
    if scope:
        found["scope"] = list(scope)
    if workspace_id:
        found["oa_workspace_id"] = workspace_id
    if role:
        found["oa_role"] = role
    return dict(sorted(found.items()))


def issue_second(now: datetime, revoked_until: datetime | None) -> int:
    """`iat` in whole seconds: now, but after the second in which Khala was told to drop tokens like this one.

    A revocation that names a device or a membership holds against every token with `iat` up to its second; a sign-in
    (or a new role) in that same second must not be caught by it. Khala takes an `iat` up to 30 s ahead.
    """
    second = int(now.timestamp())
    return second if revoked_until is None else max(second, int(revoked_until.timestamp()) + 1)
