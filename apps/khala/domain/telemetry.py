"""Client telemetry: what is taken, and what of it is kept. Nothing that names a person, an organisation or a topic."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from apps.khala.domain import grammar

SCHEMA: Final = "openagents.sync.client_telemetry.v1"
EVENTS_MAX: Final = 50
BYTES_MAX: Final = 65_536
TEXT_MAX: Final = 200
EVENT_ID_MAX: Final = 128
PAST_MS: Final = 7 * 86_400_000
FUTURE_MS: Final = 300_000
NUMBER_MAX: Final = 2**63 - 1

SURFACES: Final = frozenset({"web", "desktop", "ios", "onyx", "sdk", "operator"})
ARMS: Final[Mapping[str, Mapping[str, type]]] = {
    "reconnect": {"attempt": int, "backoff_ms": int, "resumed": bool, "last_applied_seq": int, "reason_code": str},
    "auth_failure": {"http_status": int, "reason_code": str, "refresh_attempted": bool},
    "replay": {
        "status": str,
        "requested_after_seq": int,
        "oldest_available_seq": int,
        "head_seq": int,
        "catchup_duration_ms": int,
    },
    "delivery_error": {"channel": str, "reason_code": str, "rolling_error_count_5m": int},
    "boot": {"cold": bool, "boot_ms": int, "ws_connect_ms": int, "first_frame_ms": int, "previous_exit": str},
    "crash": {"signature_hash": str, "phase": str, "uptime_ms": int},
}
"""Kind of event -> its fields. A field that is not named here is not kept."""

WORDS: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("replay", "status"): frozenset({"catchup", "live", "stale_cursor", "failed"}),
    ("delivery_error", "channel"): frozenset({"ws", "replay", "projection_apply"}),
    ("boot", "previous_exit"): frozenset({"clean", "crash", "killed", "unknown"}),
}
_REASON: Final = re.compile(r"[a-z0-9_.:-]{0,64}")
_HASH: Final = re.compile(r"sha256:[0-9a-f]{64}")


class Rejected(ValueError):
    """An event that is not taken; the text is the reason on the wire."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it is kept. `reason` is its reason code or status, empty where it has none."""

    event_id: str
    surface: str
    client_build_id: str
    app_version: str
    kind: str
    reason: str
    topic_class: str
    body: dict[str, Any]


def read(raw: object, now_ms: int) -> Event:
    """One event from its JSON form (integers as numbers or decimal text). Raises Rejected."""
    if not isinstance(raw, Mapping):
        raise Rejected("invalid_event")
    if raw.get("schema_version") != SCHEMA:
        raise Rejected("unsupported_schema_version")
    event_id = _text(raw, "event_id")
    if not 1 <= len(event_id) <= EVENT_ID_MAX:
        raise Rejected("invalid_event_id")
    occurred = _number(raw.get("occurred_at_unix_ms"))
    if not now_ms - PAST_MS <= occurred <= now_ms + FUTURE_MS:
        raise Rejected("occurred_at_out_of_range")
    arms = [name for name in ARMS if raw.get(name) is not None]
    if len(arms) != 1:
        raise Rejected("exactly_one_event")
    [kind] = arms
    fields = _fields(kind, raw[kind])
    topic = _text(raw, "topic")
    return Event(
        event_id=event_id,
        surface=_surface(raw.get("surface")),
        client_build_id=_text(raw, "client_build_id"),
        app_version=_text(raw, "app_version"),
        kind=kind,
        reason=str(fields.get("reason_code") or fields.get("status") or ""),
        topic_class=_class(topic) if topic else "",
        body={"occurred_at_unix_ms": occurred, "protocol_version": _text(raw, "protocol_version"), kind: fields},
    )


def scope_hash(pepper: str, principal_key: str) -> str:
    """Keyed hash that stands for a principal; whoever lacks the pepper cannot try out ids."""
    digest = hmac.new(pepper.encode(), b"oa.telemetry.v1|" + principal_key.encode(), hashlib.sha256)
    return f"sha256:{digest.hexdigest()}"


def _surface(value: object) -> str:
    name = str(value or "").removeprefix("CLIENT_SURFACE_").lower()
    if name not in SURFACES:
        raise Rejected("unknown_surface")
    return name


def _class(topic: str) -> str:
    if topic == grammar.VIEW:
        return grammar.VIEW_TOPIC.topic_class.name
    alias = grammar.ALIASES.get(topic)
    parsed = grammar.parse((alias.to_user.format("x") if alias else "") or topic)
    return parsed.topic_class.name if parsed else "fallback"


def _fields(kind: str, raw: object) -> dict[str, Any]:
    if not isinstance(raw, Mapping):
        raise Rejected("invalid_event")
    kept: dict[str, Any] = {}
    for name, expected in ARMS[kind].items():
        value = raw.get(name)
        if value is None:
            continue
        if expected is int:
            value = _number(value)
        elif expected is str:
            value = _text(raw, name)
        elif not isinstance(value, bool):
            raise Rejected("invalid_event")
        kept[name] = value
    _judge(kind, kept)
    return kept


def _judge(kind: str, kept: Mapping[str, Any]) -> None:
    for name, value in kept.items():
        words = WORDS.get((kind, name))
        if words is not None and value not in words:
            raise Rejected(f"invalid_{name}")
    if not _REASON.fullmatch(str(kept.get("reason_code", ""))) or not _REASON.fullmatch(str(kept.get("phase", ""))):
        raise Rejected("invalid_reason_code")
    if kind == "crash" and not _HASH.fullmatch(str(kept.get("signature_hash", ""))):
        raise Rejected("invalid_signature_hash")


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > TEXT_MAX or "\x00" in value:
        raise Rejected(f"invalid_{name}")
    return value


def _number(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= NUMBER_MAX:
        raise Rejected("invalid_number")
    return value
