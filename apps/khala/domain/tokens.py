"""Connection tokens: two families of HS256 JWT, their claim rules and the fixed order of checks (section 4, A1).

Format and signature are `pyjwt`'s work; the rules after it are here. Whether a `jti` is revoked or used before is
decided by the caller, after `verify`, because both need a store.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import jwt

from apps.khala.domain.access import Principal
from apps.khala.domain.compat import Client, schema_number

TOKEN_BYTES_MAX: Final = 4096
LIFETIME_SECONDS_MAX: Final = 900
SKEW_SECONDS: Final = 30


class Refused(Exception):
    """A token that does not hold. `reason` goes on the wire, `internal` to metrics and audit."""

    def __init__(self, internal: str) -> None:
        super().__init__(internal)
        self.internal = internal
        self.reason = WIRE_REASON.get(internal, internal)


WIRE_REASON: Final[dict[str, str]] = dict.fromkeys(
    (
        "invalid_token_format",
        "unsupported_alg",
        "missing_kid",
        "unknown_kid",
        "invalid_signature",
        "claim_mismatch",
        "invalid_claims",
        "token_not_yet_valid",
        "token_ttl_too_long",
    ),
    "invalid_token",
)
"""Internal reason -> wire reason, where they differ: a forger learns only that the token is not one."""


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of token: who issues it for whom, its keys (current and previous by kid), its claim names."""

    name: str
    issuer: str
    audience: str
    claims_version: str
    keys: Mapping[str, str]
    algorithms: tuple[str, ...] = ("HS256",)
    requires_session: bool = True


SYNC: Final = Family("sync", "https://openagents.com", "openagents-sync", "oa_sync_claims_v1", {})
KHALA: Final = Family(
    "khala", "https://openagents.com", "openagents-khala", "oa_khala_claims_v1", {}, requires_session=False
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a verified token gives: who, until when (unix seconds), and what the client says of itself in it."""

    principal: Principal
    family: str
    kid: str
    jti: str
    subject: str
    issued_at: int
    expires_at: int
    client: Client
    client_name: str = ""


@dataclass(frozen=True, slots=True)
class Verifier:
    """Checks tokens of the given families. `max_age_seconds` bounds the age at a handshake."""

    families: tuple[Family, ...]
    max_age_seconds: int = 300
    require_jti: bool = True
    _by_kid: dict[str, Family] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for family in self.families:
            for kid in family.keys:
                if kid in self._by_kid:
                    raise ValueError(f"two token families share the key id {kid!r}")
                self._by_kid[kid] = family

    def verify(self, token: str, now: int, *, expired_for: int = 0) -> Grant:
        """The grant of a token at unix second `now`. Raises Refused with the first rule that fails.

        `expired_for`: for so many seconds after its end a token still says who somebody was; its age does not matter
        then.
        """
        family, kid, claims = self._open(token)
        _match(family, claims)
        expires_at = _seconds(claims, "exp")
        if expires_at is None:
            raise Refused("invalid_claims")
        if expires_at + expired_for <= now:
            raise Refused("token_expired")
        issued_at = _seconds(claims, "iat")
        if not issued_at:
            raise Refused("missing_iat")
        if not expired_for and now - issued_at > self.max_age_seconds:
            raise Refused("token_too_old")
        jti = _text(claims, "jti")
        if jti is None and self.require_jti:
            raise Refused("missing_jti")
        not_before = issued_at if claims.get("nbf") is None else _seconds(claims, "nbf")
        if not_before is None:
            raise Refused("invalid_claims")
        if max(issued_at, not_before) > now + SKEW_SECONDS:
            raise Refused("token_not_yet_valid")
        if expires_at <= issued_at:
            raise Refused("invalid_claims")
        if expires_at - issued_at > LIFETIME_SECONDS_MAX:
            raise Refused("token_ttl_too_long")
        subject = _text(claims, "sub")
        if subject is None:
            raise Refused("invalid_claims")
        return Grant(
            principal=_principal(family, claims),
            family=family.name,
            kid=kid,
            jti=jti or "",
            subject=subject,
            issued_at=issued_at,
            expires_at=expires_at,
            client=Client(
                _text(claims, "oa_client_build_id") or "",
                _text(claims, "oa_protocol_version") or "",
                schema_number(claims.get("oa_schema_version")),
            ),
            client_name=_text(claims, "oa_client") or "",
        )

    def _open(self, token: str) -> tuple[Family, str, dict[str, Any]]:
        if not token or len(token.encode("utf-8", "replace")) > TOKEN_BYTES_MAX or not _is_compact(token):
            raise Refused("invalid_token_format")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise Refused("invalid_token_format") from None
        allowed = {name for family in self.families for name in family.algorithms}
        if header.get("alg") not in allowed:
            raise Refused("unsupported_alg")
        kid = header.get("kid")
        if not isinstance(kid, str) or not kid:
            raise Refused("missing_kid")
        family = self._by_kid.get(kid)
        if family is None:
            raise Refused("unknown_kid")
        try:
            claims = jwt.decode(
                token,
                family.keys[kid],
                algorithms=list(family.algorithms),
                options={
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "verify_aud": False,
                    "verify_iss": False,
                    "verify_sub": False,
                    "verify_jti": False,
                },
            )
        except jwt.InvalidAlgorithmError:
            raise Refused("unsupported_alg") from None
        except jwt.InvalidSignatureError:
            raise Refused("invalid_signature") from None
        except jwt.InvalidTokenError:
            raise Refused("invalid_token_format") from None
        return family, kid, claims


def _match(family: Family, claims: Mapping[str, Any]) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if (
        claims.get("iss") != family.issuer
        or family.audience not in audiences
        or claims.get("oa_claims_version") != family.claims_version
    ):
        raise Refused("claim_mismatch")


def _principal(family: Family, claims: Mapping[str, Any]) -> Principal:
    user_id = _identity(claims.get("oa_user_id"))
    guest_scope = _text(claims, "oa_guest_scope")
    org_id, session_id, device_id = (_text(claims, f"oa_{name}_id") for name in ("org", "session", "device"))
    if user_id is None and guest_scope is None:
        raise Refused("invalid_claims")
    if family.requires_session and None in (org_id, session_id, device_id):
        raise Refused("invalid_claims")
    own = claims.get("oa_sync_scopes")
    scopes = _words(own if own is not None or family.requires_session else claims.get("scope"))
    if family.requires_session and not scopes:
        raise Refused("invalid_claims")
    surface = _text(claims, "oa_client_surface")
    return Principal(
        user_id=user_id,
        org_id=org_id,
        session_id=session_id,
        device_id=device_id,
        guest_scope=guest_scope,
        surface=surface.lower() if surface else None,
        scopes=frozenset(scopes),
        topics=tuple(_words(claims.get("oa_sync_topics"))),
        ceiling=claims.get("oa_topic_ceiling") is True,
        reduced=org_id is None or session_id is None,
    )


def _seconds(claims: Mapping[str, Any], name: str) -> int | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("invalid_claims")
    return value


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if name == "oa_schema_version" and isinstance(value, int):
        return str(value)
    if not isinstance(value, str):
        raise Refused("invalid_claims")
    return value.strip() or None


def _identity(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return value.strip() or None
    raise Refused("invalid_claims")


def _words(value: object) -> list[str]:
    """An array, or comma or space separated text; trimmed, blanks dropped, first seen order."""
    if value is None:
        return []
    if isinstance(value, str):
        parts: Iterable[object] = re.split(r"[,\s]+", value)
    elif isinstance(value, list):
        parts = value
    else:
        raise Refused("invalid_claims")
    words = []
    for part in parts:
        if not isinstance(part, str):
            raise Refused("invalid_claims")
        words.append(part.strip())
    return list(dict.fromkeys(word for word in words if word))


def _is_compact(token: str) -> bool:
    parts = token.split(".")
    if len(parts) != 3:
        return False
    try:
        for part in parts:
            base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Carrier:
    """Where a request carried its token: the token, or why there is none."""

    token: str = ""
    status: int = 200
    reason: str = ""


BEARER_SUBPROTOCOL: Final = "oa.bearer."


def carried(authorization: str | None, subprotocols: Iterable[str], query_token: str | None = None) -> Carrier:
    """The one token of a request, from header, subprotocol or query. Two different ones: 400 `invalid_request`."""
    found: list[str] = []
    if authorization is not None:
        if not authorization.startswith("Bearer ") or not authorization[7:].strip():
            return Carrier(status=401, reason="invalid_authorization_scheme")
        found.append(authorization[7:].strip())
    found += [name.removeprefix(BEARER_SUBPROTOCOL) for name in subprotocols if name.startswith(BEARER_SUBPROTOCOL)]
    if query_token is not None:
        found.append(query_token.strip())
    if not found:
        return Carrier(status=401, reason="missing_authorization")
    if len(set(found)) > 1:
        return Carrier(status=400, reason="invalid_request")
    if not found[0]:
        return Carrier(status=401, reason="invalid_authorization_scheme")
    return Carrier(token=found[0])


def key_ring(csv: str) -> dict[str, str]:
    """`kid=secret,kid=secret` as a mapping. Raises ValueError naming the position, never the value."""
    keys: dict[str, str] = {}
    for position, part in enumerate(piece.strip() for piece in csv.split(",") if piece.strip()):
        kid, separator, secret = part.partition("=")
        if not separator or not kid.strip() or not secret.strip() or kid.strip() in keys:
            raise ValueError(f"token key {position + 1} is not kid=secret, or repeats a kid")
        keys[kid.strip()] = secret.strip()
    return keys
