"""Events that codex workers post: which shapes are taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from openagents.receipts.canonical import canonical_text
from openagents.receipts.times import parse_rfc3339

EVENT_TYPE_CHARS_MAX = 160
EVENT_ID_CHARS_MAX = 160
PREFIX = "worker."
_HANDSHAKES = {"ios/handshake": "device_id", "desktop/handshake_ack": "desktop_session_id"}
"""Handshake method to the id that only it carries."""


class EventRefused(ValueError):
    """The event cannot be stored; `where` is the field to blame."""

    def __init__(self, message: str, where: str) -> None:
        super().__init__(message)
        self.where = where


@dataclass(frozen=True, slots=True)
class PostedEvent:
    """An event ready for the log. The payload text is canonical, stored and delivered as it is."""

    event_type: str
    payload: Mapping[str, Any]
    payload_text: str
    event_id: str | None
    occurred_at: datetime | None
    """The worker's own time, when it gave a readable one."""

    @property
    def request_id(self) -> str | None:
        """The control request it speaks of, if any."""
        value = self.payload.get("request_id")
        return value.strip() or None if isinstance(value, str) else None


def posted_event(event_type: str, payload: Mapping[str, Any], event_id: str | None) -> PostedEvent:
    """Check one posted event. Raises EventRefused, or Unrepresentable for values JSON cannot hold."""
    name = event_type.strip()
    if not name.startswith(PREFIX) or len(name) <= len(PREFIX) or len(name) > EVENT_TYPE_CHARS_MAX:
        raise EventRefused(
            f"event_type begins with {PREFIX} and has at most {EVENT_TYPE_CHARS_MAX} characters", "event.event_type"
        )
    identifier = (event_id or "").strip() or None
    if identifier is not None and len(identifier) > EVENT_ID_CHARS_MAX:
        raise EventRefused(f"event_id has at most {EVENT_ID_CHARS_MAX} characters", "event.event_id")
    if name == "worker.event" and payload.get("method") in _HANDSHAKES:
        _check_handshake(payload, _HANDSHAKES[payload["method"]])
    return PostedEvent(name, payload, canonical_text(dict(payload)), identifier, _moment(payload.get("occurred_at")))


def _check_handshake(payload: Mapping[str, Any], own_id: str) -> None:
    for name in ("source", "method", "handshake_id", "occurred_at", own_id):
        value = payload.get(name)
        if not isinstance(value, str) or not value.strip():
            raise EventRefused(f"a handshake needs {name}", "event.payload")
    if _moment(payload["occurred_at"]) is None:
        raise EventRefused("occurred_at is not an RFC 3339 time", "event.payload.occurred_at")


def _moment(value: Any) -> datetime | None:
    try:
        return parse_rfc3339(value) if isinstance(value, str) else None
    except ValueError:
        return None
