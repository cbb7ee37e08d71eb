"""Every way a connection can end: WebSocket close codes and the word that goes with each (section 15.1)."""

from __future__ import annotations

from enum import IntEnum


class CloseCode(IntEnum):
    """Close codes of this plane. What a client does about each is section 19's table."""

    NORMAL = 1000
    TOO_LARGE = 1009
    INTERNAL = 1011
    RECONNECT = 1012
    OVERLOAD = 1013
    BAD_MESSAGE = 4400
    REAUTH = 4401
    DENIED = 4403
    SILENT = 4408
    SLOW_CONSUMER = 4409
    INCOMPATIBLE = 4426
    RATE_LIMITED = 4429


REASON_BYTES_MAX = 123


def close_reason(word: str) -> str:
    """The word as a close reason; WebSocket allows 123 bytes."""
    return word.encode("utf-8", "replace")[:REASON_BYTES_MAX].decode("utf-8", "ignore")
