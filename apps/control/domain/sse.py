"""Server-sent events as bytes: frames written, and frames of a peer's stream read as they arrive. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

KEEPALIVE: Final = b": keepalive\n\n"
DONE: Final = b"data: [DONE]\n\n"
DONE_DATA: Final = "[DONE]"
FRAME_BYTES_MAX: Final = 1024 * 1024
"""Far above the largest worker event (128 KiB); a peer that sends more without a blank line is broken."""


class Garbled(ValueError):
    """The peer's stream is not what it should be."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One event of a stream. `raw` is its bytes with the blank line behind it."""

    raw: bytes
    id: str | None
    event: str
    data: str

    @property
    def seq(self) -> int | None:
        """The id as a log position; None for a frame that has none."""
        if self.id is None or not (self.id.isascii() and self.id.isdigit()) or len(self.id) > 20:
            return None
        return int(self.id)

    def json(self) -> dict[str, Any]:
        """The data as an object. Raises Garbled."""
        try:
            found = json.loads(self.data)
        except ValueError as error:
            raise Garbled("data is not JSON") from error
        if not isinstance(found, dict):
            raise Garbled("data is not an object")
        return found


class Reader:
    """Chunks in, whole frames out; comments are dropped."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[Frame]:
        """The frames that this chunk completes. Raises Garbled."""
        self._rest += chunk
        *blocks, self._rest = self._rest.replace(b"\r\n", b"\n").split(b"\n\n")
        if len(self._rest) > FRAME_BYTES_MAX:
            raise Garbled("a frame does not end")
        for block in blocks:
            frame = _frame(block)
            if frame is not None:
                yield frame


def data_frame(value: Any) -> bytes:
    """A frame of JSON data alone: keys sorted, compact, in UTF-8."""
    return f"data: {_json(value, sort_keys=True)}\n\n".encode("utf-8", "replace")


def event_frame(event: str, value: Any) -> bytes:
    """A named frame, keys in the order given."""
    return f"event: {event}\ndata: {_json(value, sort_keys=False)}\n\n".encode("utf-8", "replace")


def _json(value: Any, *, sort_keys: bool) -> str:
    return json.dumps(value, sort_keys=sort_keys, separators=(",", ":"), ensure_ascii=False)


def _frame(block: bytes) -> Frame | None:
    identifier, event, data = None, "message", []
    try:
        lines = block.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise Garbled("not UTF-8") from error
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match name:
            case "id":
                identifier = value
            case "event":
                event = value
            case "data":
                data.append(value)
    if not data:
        return None
    return Frame(block.lstrip(b"\n") + b"\n\n", identifier, event, "\n".join(data))
