"""The handshake that a phone and a desktop make over a worker's log, as far as its form goes (3.5.1). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from openagents.receipts.times import parse_rfc3339

PEER_FIELD: Final = {"ios/handshake": "device_id", "desktop/handshake_ack": "desktop_session_id"}
_NEEDED: Final = ("source", "method", "handshake_id", "occurred_at")


def complaint(event_type: str, payload: Mapping[str, Any] | None) -> tuple[str, str] | None:
    """(field, what is wrong with it) of an event that claims to be a handshake and is none; None: nothing is wrong."""
    if event_type != "worker.event" or payload is None:
        return None
    peer = PEER_FIELD.get(str(payload.get("method")))
    if peer is None:
        return None
    for name in (*_NEEDED, peer):
        value = payload.get(name)
        if not isinstance(value, str) or not value.strip():
            return "event.payload", f"needs a text in {name}"
    try:
        parse_rfc3339(str(payload["occurred_at"]).strip())
    except ValueError:
        return "event.payload.occurred_at", "must be an RFC 3339 date and time"
    return None
