"""Server-sent events, as a bounded adapter over a log: replay, tail, `[DONE]`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

import structlog
from django.http import StreamingHttpResponse

from apps.runtime.services import streams
from openagents.wire.model import WireModel, to_json

E = TypeVar("E")

KEEPALIVE = b": keepalive\n\n"
DONE = b"data: [DONE]\n\n"
LIMIT = b'event: error\ndata: {"code":"stream_limit","message":"the stream has reached its size","retryable":true}\n\n'
FAILED = b'event: error\ndata: {"code":"internal","message":"the stream broke off","retryable":true}\n\n'

log = structlog.get_logger("oa.runtime.sse")


def event_stream(
    read: Callable[[int], streams.Page[E]],
    cursor: int,
    tail_ms: int,
    *,
    seq_of: Callable[[E], int],
    shown: Callable[[E], WireModel],
) -> StreamingHttpResponse:
    """The stream's response. Raises Fault RATE_LIMITED before the first byte when the process has too many."""
    slot = streams.Slot()
    events = streams.tail(read, cursor, tail_ms, seq_of)
    frames = _frames(events, seq_of, shown)
    response = StreamingHttpResponse(_Released(frames, slot), content_type="text/event-stream; charset=utf-8")
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"
    return response


def _frames(events: Iterator[E | None], seq_of: Callable[[E], int], shown: Callable[[E], WireModel]) -> Iterator[bytes]:
    room = streams.STREAM_BYTES_MAX
    try:
        for event in events:
            if event is None:
                yield KEEPALIVE
                continue
            frame = b"id: %d\nevent: message\ndata: %b\n\n" % (seq_of(event), to_json(shown(event)))
            room -= len(frame)
            if room < 0:
                yield LIMIT
                break
            yield frame
    except Exception:
        # The status line has left; the reader learns of it in the stream, and resumes with its last id.
        log.exception("sse.failed")
        yield FAILED
    yield DONE


class _Released:
    """Gives the slot back when the stream ends or its reader leaves, whichever comes first."""

    def __init__(self, frames: Iterator[bytes], slot: streams.Slot) -> None:
        self._frames = frames
        self._slot = slot

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._frames)

    def close(self) -> None:
        self._slot.release()
