"""What the suites sign with, and a signer that can also sign nonsense."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from openagents.peers.keys import Key, KeyRing
from openagents.peers.signature import BODY_SHA256, KEY_ID, SIGNATURE, Act, Caller, seal, verify

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
ISSUED = int(NOW.timestamp())
KEY = Key("control-1", "control", b"not-a-secret-of-control")
OTHER_KEY = Key("hydra-1", "hydra", b"not-a-secret-of-hydra")
RING = KeyRing([KEY, OTHER_KEY])
BODY = b'{"text":"hello"}'
PATH = "/internal/v1/threads/thread-1/messages?limit=5&after=a%3Ab"
ACT = Act(user_id="u_1", org_id="org_1", session_id="sess_1", device_id="desktop:alpha", roles=("owner",))
ABSENT = object()
"""As the value of a claim or header: left out."""


def claims(**changes: Any) -> dict[str, Any]:
    """The claims of a good call to runtime, changed."""
    good = {
        "iat": ISSUED,
        "exp": ISSUED + 60,
        "nonce": "nonce-0123456789abcdef0123456789abcdef",
        "kid": KEY.kid,
        "iss": KEY.issuer,
        "aud": "runtime",
        "mth": "POST",
        "pth": PATH,
        "bsh": hashlib.sha256(BODY).hexdigest(),
        "act": {"user_id": "u_1", "org_id": "org_1", "roles": ["owner"]},
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not ABSENT}


def headers_of(claims: Mapping[str, Any] | str, secret: bytes = KEY.secret, **changes: Any) -> dict[str, Any]:
    """Headers over whatever claims; `changes` by header name with `_` for `-`."""
    text = claims if isinstance(claims, str) else json.dumps(claims)
    good = {SIGNATURE: seal(text, secret), KEY_ID: KEY.kid, BODY_SHA256: hashlib.sha256(BODY).hexdigest()}
    changed = {**good, **{name.replace("_", "-"): value for name, value in changes.items()}}
    return {name: value for name, value in changed.items() if value is not ABSENT}


class Nonces:
    """Single use in memory."""

    def __init__(self) -> None:
        self.claimed: list[tuple[str, str, str, datetime]] = []

    def __call__(self, kid: str, aud: str, nonce: str, expires_at: datetime) -> bool:
        fresh = all((kid, aud, nonce) != used[:3] for used in self.claimed)
        if fresh:
            self.claimed.append((kid, aud, nonce, expires_at))
        return fresh


def check(headers: Any, **changes: Any) -> Caller:
    """`verify` as runtime calls it for the good call."""
    call: dict[str, Any] = {
        "aud": "runtime",
        "method": "POST",
        "path_with_query": PATH,
        "body": BODY,
        "keys": RING,
        "claim_nonce": Nonces(),
        "now": NOW,
    }
    return verify(headers, **{**call, **changes})
