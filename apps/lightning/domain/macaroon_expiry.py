"""When a node's macaroon ends: the caveat `time-before` that LND bakes into it. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_CAVEAT = re.compile(rb"time-before (\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})")


def expires_at(macaroon_hex: str) -> datetime | None:
    """The earliest end that the macaroon names; None when it names none."""
    try:
        content = bytes.fromhex(macaroon_hex)
    except ValueError:
        return None
    found = [_moment(whole.decode(), zone.decode()) for whole, zone in _CAVEAT.findall(content)]
    return min(found, default=None)


def _moment(whole: str, zone: str) -> datetime:
    return datetime.fromisoformat(whole + ("+00:00" if zone == "Z" else zone)).astimezone(UTC)
