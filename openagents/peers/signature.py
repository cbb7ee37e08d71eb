"""The internal signature (runtime spec 2): one function signs, one verifies. Pure: no clock, no I/O, no framework.

Token `v1.{P}.{S}`: P is the unpadded base64url of the claims' JSON text, S that of HMAC-SHA256(secret, ASCII of P).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openagents.peers.keys import Key, KeyRing
from openagents.receipts.strict_json import MalformedJSON, loads

SIGNATURE = "x-oa-runtime-signature"
KEY_ID = "x-oa-runtime-key-id"
BODY_SHA256 = "x-oa-runtime-body-sha256"
USER_ID = "x-oa-user-id"
GUEST_SCOPE = "x-oa-guest-scope"
HEADERS: tuple[str, ...] = (SIGNATURE, KEY_ID, BODY_SHA256, USER_ID, GUEST_SCOPE)
"""Every header that decides about a signed call, lower case."""

TTL_SECONDS_MAX = 300
SKEW_SECONDS_MAX = 30
TOKEN_LENGTH_MAX = 16_384
"""A token is read before it is trusted; real ones are under a kilobyte."""
CLAIMS_DEPTH_MAX = 8

MISSING_SIGNATURE = "missing_signature"
MALFORMED_SIGNATURE = "malformed_signature"
UNKNOWN_KEY = "unknown_key"
BAD_SIGNATURE = "bad_signature"
MISSING_CLAIM = "missing_claim"
TTL_TOO_LONG = "ttl_too_long"
NOT_YET_VALID = "not_yet_valid"
EXPIRED = "expired"
AUDIENCE_MISMATCH = "audience_mismatch"
METHOD_MISMATCH = "method_mismatch"
PATH_MISMATCH = "path_mismatch"
BODY_HASH_MISMATCH = "body_hash_mismatch"
PRINCIPAL_MISMATCH = "principal_mismatch"
NONCE_REPLAYED = "nonce_replayed"
ISSUER_NOT_ALLOWED = "issuer_not_allowed"

REASONS: tuple[str, ...] = (
    MISSING_SIGNATURE,
    MALFORMED_SIGNATURE,
    UNKNOWN_KEY,
    BAD_SIGNATURE,
    MISSING_CLAIM,
    TTL_TOO_LONG,
    NOT_YET_VALID,
    EXPIRED,
    AUDIENCE_MISMATCH,
    METHOD_MISMATCH,
    PATH_MISMATCH,
    BODY_HASH_MISMATCH,
    PRINCIPAL_MISMATCH,
    NONCE_REPLAYED,
    ISSUER_NOT_ALLOWED,
)
"""In the order of the checks. All are 401 but the last, which is 403 and decided per route."""

_TOKEN = re.compile(r"v1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_BARE_CLAIMS = frozenset({"iat", "exp", "nonce"})
_ACT_TEXTS = ("user_id", "org_id", "guest_scope", "session_id", "device_id")
_NONCE_LENGTH_MIN, _NONCE_LENGTH_MAX = 16, 128

Headers = Mapping[str, str] | Iterable[tuple[str, str]]
ClaimNonce = Callable[[str, str, str, datetime], bool]
"""`(kid, aud, nonce, expires_at) -> bool`: False when the nonce was used before."""


class Rejected(Exception):
    """The call is not authentic. `reason_code` is one of REASONS and goes to the caller."""

    def __init__(self, reason_code: str) -> None:
        self.reason_code = reason_code
        super().__init__(reason_code)


@dataclass(frozen=True, slots=True)
class Act:
    """The end user a call is made for. `roles` are those in the active org, plus `operator` for operators."""

    user_id: str | None = None
    org_id: str | None = None
    guest_scope: str | None = None
    session_id: str | None = None
    device_id: str | None = None
    roles: tuple[str, ...] = ()

    def claim(self) -> dict[str, Any]:
        """The JSON object of the claim `act`; what is unset is left out."""
        found: dict[str, Any] = {name: value for name in _ACT_TEXTS if (value := getattr(self, name)) is not None}
        if self.roles:
            found["roles"] = list(self.roles)
        return found


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as proven by the signature. A service's rights come from `iss`; whose data it is, from `act`."""

    iss: str
    kid: str
    act: Act | None = None
    rid: str | None = None
    shadow: bool = False

    @property
    def is_operator(self) -> bool:
        """The operator's own key, or a user whom control calls an operator (README 4.7)."""
        return self.iss == "ops" or (self.act is not None and "operator" in self.act.roles)


def seal(claims_text: str, secret: bytes) -> str:
    """The token over a claims text, byte for byte as given."""
    payload = _encode(claims_text.encode())
    return f"v1.{payload}.{_mac(secret, payload)}"


def sign(
    key: Key,
    *,
    aud: str,
    method: str,
    path_with_query: str,
    body: bytes,
    act: Act | None = None,
    ttl: int = 60,
    now: datetime | None = None,
    nonce: str | None = None,
    rid: str | None = None,
    shadow: bool = False,
) -> dict[str, str]:
    """The signature headers of one attempt of one call; a nonce serves once, so every attempt is signed anew.

    `path_with_query` is the request target exactly as it goes over the wire. `ttl` is 1 to 300 seconds, else
    ValueError.
    """
    if not 1 <= ttl <= TTL_SECONDS_MAX:
        raise ValueError(f"ttl must be 1 to {TTL_SECONDS_MAX} seconds")
    issued = int((now or datetime.now(UTC)).timestamp())
    body_sha256 = hashlib.sha256(body).hexdigest()
    claims: dict[str, Any] = {
        "iat": issued,
        "exp": issued + ttl,
        "nonce": nonce or new_nonce(),
        "kid": key.kid,
        "iss": key.issuer,
        "aud": aud,
        "mth": method,
        "pth": path_with_query,
        "bsh": body_sha256,
    }
    if act is not None:
        claims["act"] = act.claim()
    if rid:
        claims["rid"] = rid
    if shadow:
        claims["shadow"] = True
    text = json.dumps(claims, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    return {SIGNATURE: seal(text, key.secret), KEY_ID: key.kid, BODY_SHA256: body_sha256}


def new_nonce(prefix: str = "nonce-") -> str:
    return f"{prefix}{secrets.token_hex(16)}"


def verify(
    headers: Headers,
    *,
    aud: str,
    method: str,
    path_with_query: str,
    body: bytes | Callable[[], bytes],
    keys: KeyRing,
    claim_nonce: ClaimNonce,
    now: datetime,
    allow_minimal: bool = False,
    ttl_max: int = TTL_SECONDS_MAX,
    skew_max: int = SKEW_SECONDS_MAX,
) -> Caller:
    """The caller, when every check passes. Raises Rejected with the reason of the first check that fails.

    `body` may be a function: it is then read only after the token has proven genuine. The nonce is claimed last, so
    a refused call spends none; what `claim_nonce` raises passes through. `allow_minimal` (development and tests only)
    also takes a token that carries nothing but `iat`, `exp` and `nonce`, its key named and its body bound by the
    companion headers.
    """
    sent = _fold(headers)
    payload, mac, claims = _open(sent.get(SIGNATURE))
    minimal = allow_minimal and claims.keys() <= _BARE_CLAIMS
    key = _key(claims, sent.get(KEY_ID), keys, minimal)
    if not hmac.compare_digest(mac, _mac(key.secret, payload)):
        raise Rejected(BAD_SIGNATURE)
    act = _check_claims(claims, minimal)
    expires = _check_times(claims, now.timestamp(), ttl_max, skew_max)
    if not minimal:
        _check(claims["aud"] == aud, AUDIENCE_MISMATCH)
        _check(claims["mth"] == method, METHOD_MISMATCH)
        _check(claims["pth"] == path_with_query, PATH_MISMATCH)
    _check_body(claims.get("bsh"), sent.get(BODY_SHA256), body() if callable(body) else body)
    _check_principal(act, sent)
    _check(claim_nonce(key.kid, aud, claims["nonce"], expires), NONCE_REPLAYED)
    return Caller(iss=key.issuer, kid=key.kid, act=act, rid=claims.get("rid"), shadow=claims.get("shadow") is True)


def _check(passed: bool, reason_code: str) -> None:
    if not passed:
        raise Rejected(reason_code)


def _fold(headers: Headers) -> dict[str, str]:
    """Lower-case names; values of a repeated name joined with a comma, as WSGI servers do, so that none hides."""
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    folded: dict[str, str] = {}
    for name, value in pairs:
        lowered = name.lower()
        if lowered in HEADERS:
            folded[lowered] = f"{folded[lowered]},{value}" if lowered in folded else value
    return folded


def _open(token: str | None) -> tuple[str, str, dict[str, Any]]:
    if not token:
        raise Rejected(MISSING_SIGNATURE)
    match = _TOKEN.fullmatch(token) if len(token) <= TOKEN_LENGTH_MAX else None
    if match is None:
        raise Rejected(MALFORMED_SIGNATURE)
    payload, mac = match.groups()
    try:
        claims = loads(_decode(payload), max_depth=CLAIMS_DEPTH_MAX)
    except (binascii.Error, MalformedJSON):
        raise Rejected(MALFORMED_SIGNATURE) from None
    if not isinstance(claims, dict):
        raise Rejected(MALFORMED_SIGNATURE)
    return payload, mac, claims


def _key(claims: dict[str, Any], header_kid: str | None, keys: KeyRing, minimal: bool) -> Key:
    """The key that the token names. A key is registered for one issuer: for another one it does not exist."""
    kid = header_kid if minimal else claims.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None or header_kid not in (None, kid) or claims.get("iss", key.issuer) != key.issuer:
        raise Rejected(UNKNOWN_KEY)
    return key


def _check_claims(claims: dict[str, Any], minimal: bool) -> Act | None:
    """Every claim there and of its type; optional ones may also be null."""
    nonce = claims.get("nonce")
    _check(type(claims.get("iat")) is int and type(claims.get("exp")) is int, MISSING_CLAIM)
    _check(isinstance(nonce, str) and _NONCE_LENGTH_MIN <= len(nonce) <= _NONCE_LENGTH_MAX, MISSING_CLAIM)
    if minimal:
        return None
    for name in ("iss", "aud", "mth", "pth"):
        _check(isinstance(claims.get(name), str), MISSING_CLAIM)
    _check(isinstance(claims.get("bsh"), str) and _SHA256.fullmatch(claims["bsh"]) is not None, MISSING_CLAIM)
    _check(claims.get("rid") is None or isinstance(claims["rid"], str), MISSING_CLAIM)
    _check(claims.get("shadow") is None or isinstance(claims["shadow"], bool), MISSING_CLAIM)
    return _act(claims.get("act"))


def _act(claim: Any) -> Act | None:
    if claim is None:
        return None
    _check(isinstance(claim, dict), MISSING_CLAIM)
    texts = {name: claim.get(name) for name in _ACT_TEXTS}
    # An empty identity would own the data of everybody who forgot to name one.
    _check(all(text is None or (isinstance(text, str) and text) for text in texts.values()), MISSING_CLAIM)
    roles = claim.get("roles") or []
    _check(isinstance(roles, list) and all(isinstance(role, str) for role in roles), MISSING_CLAIM)
    return Act(**texts, roles=tuple(roles))


def _check_times(claims: dict[str, Any], now: float, ttl_max: int, skew_max: int) -> datetime:
    issued, expires = claims["iat"], claims["exp"]
    # A lifetime that is not positive breaks the same rule as one that is too long.
    _check(0 < expires - issued <= ttl_max, TTL_TOO_LONG)
    _check(issued <= now + skew_max, NOT_YET_VALID)
    _check(now <= expires + skew_max, EXPIRED)
    return datetime.fromtimestamp(expires, UTC)


def _check_body(claimed: str | None, header: str | None, body: bytes) -> None:
    """The claim binds the body, the header must agree; a token without the claim needs the header."""
    actual = hashlib.sha256(body).hexdigest()
    expected = header if claimed is None else claimed
    _check(expected == actual and header in (None, actual), BODY_HASH_MISMATCH)


def _check_principal(act: Act | None, sent: dict[str, str]) -> None:
    user_id, guest_scope = (act.user_id, act.guest_scope) if act is not None else (None, None)
    _check(sent.get(USER_ID, user_id) == user_id, PRINCIPAL_MISMATCH)
    _check(sent.get(GUEST_SCOPE, guest_scope) == guest_scope, PRINCIPAL_MISMATCH)


def _mac(secret: bytes, payload: str) -> str:
    return _encode(hmac.digest(secret, payload.encode("ascii"), "sha256"))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
