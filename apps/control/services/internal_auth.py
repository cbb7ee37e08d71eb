"""The five-header signature of the runtime's fetches of secrets: its checks in their fixed order (7.3)."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from django.conf import settings

from apps.control.services import trail
from openagents.db.stores import StoreUnavailable, single_use
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault, Kind

SCOPE: Final = "control-secrets"
NONCE_SLACK_SECONDS: Final = 5
NONCE_MAX: Final = 256
KEY_ID, TIMESTAMP, NONCE, BODY_HASH, SIGNATURE = (
    f"x-oa-internal-{name}" for name in ("key-id", "timestamp", "nonce", "body-sha256", "signature")
)

MISCONFIGURED: Final = Kind("internal_auth_misconfigured", 500, "This lane is not configured.", False)
INVALID_KEY_ID: Final = Kind("invalid_key_id", 401, "The key id is not known.", False)
MISSING_HEADERS: Final = Kind("missing_auth_headers", 401, "A header of the signature is missing.", False)
INVALID_TIMESTAMP: Final = Kind("invalid_timestamp", 401, "The time is not a number of seconds.", False)
SIGNATURE_EXPIRED: Final = Kind("signature_expired", 401, "The signature's time has passed.", False)
BODY_HASH_MISMATCH: Final = Kind("body_hash_mismatch", 401, "The body is not the signed one.", False)
INVALID_SIGNATURE: Final = Kind("invalid_signature", 401, "The signature is not right.", False)
NONCE_REPLAY: Final = Kind("nonce_replay", 401, "The nonce has been used.", False)

_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


def check(headers: Mapping[str, str], body: bytes, path: str) -> None:
    """Pass, or raise the Fault of the first check that fails; a store that cannot say is DEPENDENCY_UNAVAILABLE.

    A refusal is audited with `path`.
    """
    try:
        _check(headers, body)
    except Fault as fault:
        trail.note("runtime.internal.auth.rejected", "rejected", path=path, error_code=fault.code)
        raise


def _check(headers: Mapping[str, str], body: bytes) -> None:
    config = settings.OA
    secret = config.oa_runtime_internal_shared_secret.encode()
    if not secret:
        raise Fault(MISCONFIGURED)
    key_id = headers.get(KEY_ID, "").strip()
    if not _same(key_id, config.oa_runtime_internal_key_id):
        raise Fault(INVALID_KEY_ID)
    timestamp, nonce, digest, signature = (
        headers.get(name, "").strip() for name in (TIMESTAMP, NONCE, BODY_HASH, SIGNATURE)
    )
    if not (timestamp and nonce and digest and signature):
        raise Fault(MISSING_HEADERS)
    if not _SECONDS.fullmatch(timestamp):
        raise Fault(INVALID_TIMESTAMP)
    ttl = config.oa_runtime_internal_signature_ttl_seconds
    if abs(time.time() - int(timestamp)) > ttl:
        raise Fault(SIGNATURE_EXPIRED)
    if not _same(digest, hashlib.sha256(body).hexdigest()):
        raise Fault(BODY_HASH_MISMATCH)
    if len(nonce) > NONCE_MAX or not _same(signature, signature_of(secret, timestamp, nonce, digest)):
        raise Fault(INVALID_SIGNATURE)
    expires = datetime.fromtimestamp(int(timestamp) + ttl + NONCE_SLACK_SECONDS, UTC)
    try:
        fresh = single_use().claim(f"{SCOPE}:{key_id}", nonce, expires)
    except StoreUnavailable:
        raise Fault(DEPENDENCY_UNAVAILABLE) from None
    if not fresh:
        raise Fault(NONCE_REPLAY)


def signature_of(secret: bytes, timestamp: str, nonce: str, body_sha256: str) -> str:
    """Hex HMAC-SHA256 over time, nonce and body hash, one per line."""
    return hmac.digest(secret, f"{timestamp}\n{nonce}\n{body_sha256}".encode(), "sha256").hex()


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
