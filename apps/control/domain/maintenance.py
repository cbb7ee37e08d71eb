"""Maintenance mode: which paths stay open, and the cookie that a bypass leaves (2.5)."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Final

BYPASS_PARAMETER: Final = "maintenance_bypass"
_COOKIE = re.compile(r"([0-9]{1,12})\.([A-Za-z0-9_-]{43})", re.ASCII)


def stays_open(path: str, allowed: Sequence[str]) -> bool:
    """Whether an entry names this path exactly, or by prefix if it ends in `*`."""
    return any(path.startswith(entry[:-1]) if entry.endswith("*") else path == entry for entry in allowed)


def is_token(offered: str, token: str) -> bool:
    """Whether `offered` is the configured token; without one nothing is."""
    return bool(token) and hmac.compare_digest(offered.encode("utf-8", "surrogatepass"), token.encode())


def cookie(token: str, expires: int) -> str:
    """`<expires>.<signature>`; `expires` in epoch seconds."""
    return f"{expires}.{_signature(token, str(expires))}"


def is_cookie(offered: str, token: str, now: int) -> bool:
    """Whether the cookie was made with this token and has not expired."""
    found = _COOKIE.fullmatch(offered)
    if not token or found is None:
        return False
    expires, signature = found.groups()
    return hmac.compare_digest(signature, _signature(token, expires)) and int(expires) > now


def _signature(token: str, expires: str) -> str:
    digest = hmac.digest(token.encode(), expires.encode("ascii"), hashlib.sha256)
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
