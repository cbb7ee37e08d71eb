"""Lane P, upward: a channel frame `[join_ref, ref, topic, event, payload]` as what the client said (section 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson

from apps.khala.domain import grammar
from apps.khala.domain.compat import schema_number
from apps.khala.domain.core import speech
from apps.khala.domain.core.lane import Unreadable
from apps.khala.domain.core.speech import ClientSpeech, Start, Wanted
from openagents.receipts import strict_json

CHANNEL: Final = "sync:v1"
FRAMEWORK: Final = "phoenix"
REF_MAX: Final = 64
DEPTH_MAX: Final = 16
FRAMES: Final = frozenset({"batch", "khala", "both"})
_HEX: Final = frozenset("0123456789abcdef")


class Shape(ValueError):
    """A part of a request that is not of its form; the text is the reason on the wire."""


def heard(message: str | bytes) -> ClientSpeech:
    """The speech of one frame. Its `request_id` is the beginning of the reply: refs and channel as JSON.

    Raises Unreadable for what is no frame of five.
    """
    try:
        frame = strict_json.loads(message, max_depth=DEPTH_MAX)
    except (strict_json.MalformedJSON, RecursionError) as error:
        raise Unreadable(type(error).__name__) from None
    if not isinstance(frame, list) or len(frame) != 5:
        raise Unreadable("not a frame of five")
    join_ref, ref, channel, event, payload = frame
    if not _is_ref(join_ref) or not _is_ref(ref) or not isinstance(channel, str) or not isinstance(event, str):
        raise Unreadable("not a frame of five")
    address = orjson.dumps([join_ref, ref, channel])[1:-1].decode()
    body = payload if isinstance(payload, Mapping) else {}
    if channel == FRAMEWORK and event == "heartbeat":
        return speech.Ping(address)
    if channel != CHANNEL:
        return speech.Malformed(address, "bad_topic", "unmatched topic")
    understand = EVENTS.get(event)
    return understand(address, body) if understand else speech.Malformed(address, "unknown_event", "unknown event")


def channel_of(address: str) -> str:
    """The join ref by which pushes are known: that of the join, or its ref when it had none."""
    join_ref, ref, _ = orjson.loads(f"[{address}]")
    return join_ref if join_ref is not None else ref or ""


def _is_ref(value: object) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= REF_MAX)


def _join(address: str, body: Mapping[str, Any]) -> ClientSpeech:
    frames = body.get("frames")
    return speech.Hello(
        address,
        client=_text(body.get("client")),
        client_build_id=_text(body.get("client_build_id")),
        protocol_version=_text(body.get("protocol_version")),
        schema_version=schema_number(body.get("schema_version")),
        device_id=_text(body.get("device_id")),
        frames=frames if isinstance(frames, str) and frames in FRAMES else "batch",
        chain=body.get("chain") is True,
    )


def _subscribe(address: str, body: Mapping[str, Any]) -> ClientSpeech:
    names = _names(body.get("topics"))
    flaw = ""
    cursors: dict[str, int] = {}
    chains: dict[str, bytes] = {}
    try:
        cursors = _cursors(body.get("resume_after"), names)
        chains = _chains(body.get("chains"), cursors)
    except Shape as shape:
        flaw = str(shape)
    lineages = body.get("lineage")
    lineages = lineages if isinstance(lineages, Mapping) else {}
    wanted = tuple(_wanted(name, cursors.get(name), lineages.get(name), chains.get(name)) for name in names)
    return speech.Subscribe(address, wanted, _batch_rows(body.get("replay_batch_size")), atomic=True, flaw=flaw)


def _wanted(name: str, cursor: int | None, lineage: object, chain: bytes | None) -> Wanted:
    """Cursor 0 may mean "I have reset": whether it does is decided by a recovery grant."""
    start = Start.RECOVERY if cursor == 0 else None
    return Wanted(name, cursor, lineage if isinstance(lineage, str) and lineage else None, chain, start)


def _names(value: object) -> list[str]:
    names = [item.strip() for item in value if isinstance(item, str)] if isinstance(value, list) else []
    return list(dict.fromkeys(name for name in names if name))


def _cursors(value: object, names: list[str]) -> dict[str, int]:
    """Of a map, or of a list of `{topic, watermark}`; topics that are not asked for are ignored. Raises Shape."""
    pairs: list[tuple[object, object]]
    if value is None:
        return {}
    if isinstance(value, Mapping):
        pairs = list(value.items())
    elif isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
        pairs = [(item.get("topic"), item.get("watermark")) for item in value]
    else:
        raise Shape("invalid_resume_after")
    cursors = {}
    for topic, watermark in pairs:
        name = topic.strip() if isinstance(topic, str) else ""
        if name not in names:
            continue
        if isinstance(watermark, bool) or not isinstance(watermark, int) or not 0 <= watermark <= grammar.INTEGER_MAX:
            raise Shape("invalid_resume_after")
        cursors[name] = watermark
    return cursors


def _chains(value: object, cursors: Mapping[str, int]) -> dict[str, bytes]:
    """Chains at the given cursors; one without a cursor is ignored. Raises Shape."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise Shape("invalid_resume_after")
    chains = {}
    for topic, text in value.items():
        name = topic.strip()
        if name not in cursors:
            continue
        if not isinstance(text, str) or len(text) != 64 or not set(text) <= _HEX:
            raise Shape("invalid_resume_after")
        chains[name] = bytes.fromhex(text)
    return chains


def _batch_rows(value: object) -> int:
    """Rows of a batch; 0 stands for the default."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def _unsubscribe(address: str, body: Mapping[str, Any]) -> ClientSpeech:
    return speech.Unsubscribe(address, tuple(_names(body.get("topics"))))


def _beat(address: str, body: Mapping[str, Any]) -> ClientSpeech:
    applied = []
    stated = body.get("applied")
    for item in stated if isinstance(stated, list) else ():
        if isinstance(item, Mapping) and isinstance(item.get("topic"), str):
            watermark = item.get("watermark")
            if isinstance(watermark, int) and not isinstance(watermark, bool) and watermark >= 0:
                applied.append((item["topic"].strip(), watermark))
    return speech.ClientBeat(address, tuple(applied))


def _leave(address: str, body: Mapping[str, Any]) -> ClientSpeech:
    return speech.Leave(address)


def _text(value: object) -> str:
    return value.strip()[:200] if isinstance(value, str) else ""


EVENTS: Final[Mapping[str, Callable[[str, Mapping[str, Any]], ClientSpeech]]] = {
    "phx_join": _join,
    "phx_leave": _leave,
    "sync:subscribe": _subscribe,
    "sync:unsubscribe": _unsubscribe,
    "sync:heartbeat": _beat,
}
