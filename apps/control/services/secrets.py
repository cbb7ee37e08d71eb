"""Bearer secrets: made once, shown once, stored as digests."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import b64encode

from openagents.secretbox.box import SecretBox, SecretUnreadable, purpose
from openagents.secretbox.keyring import KeyRing

ACCESS_PREFIX = "oa_at_"
REFRESH_PREFIX = "oa_rt_"
PERSONAL_PREFIX = "oa_pat_"
SECRET_BYTES = 32

__all__ = [
    "SecretUnreadable",
    "digest",
    "new_access_token",
    "new_personal_token",
    "new_refresh_token",
    "open_pair",
    "seal_pair",
]


def new_access_token() -> str:
    return f"{ACCESS_PREFIX}{secrets.token_hex(SECRET_BYTES)}"


def new_refresh_token() -> str:
    return f"{REFRESH_PREFIX}{secrets.token_hex(SECRET_BYTES)}"


def new_personal_token() -> str:
    return f"{PERSONAL_PREFIX}{secrets.token_hex(SECRET_BYTES)}"


def digest(secret: str) -> str:
    """SHA-256 hex of the whole text."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def seal_pair(parent: str, parent_id: str, child_id: str, access: str, refresh: str) -> str:
    """The pair that replaces `parent`, readable only for who presents `parent` (6.4)."""
    text = json.dumps([access, refresh], separators=(",", ":"))
    return _box(parent).seal(text, purpose("control", "refresh_replay", parent_id, child_id))


def open_pair(parent: str, parent_id: str, child_id: str, sealed: str) -> tuple[str, str]:
    """(access token, refresh token). Raises SecretUnreadable."""
    access, refresh = json.loads(_box(parent).open(sealed, purpose("control", "refresh_replay", parent_id, child_id)))
    return access, refresh


def _box(parent: str) -> SecretBox:
    key = hmac.digest(parent.encode(), b"openagents.refresh_replay.v1", "sha256")
    return SecretBox(KeyRing.from_csv(f"p:{b64encode(key).decode()}"))
