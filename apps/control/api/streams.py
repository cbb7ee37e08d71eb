"""Worker streams (3.6): JSON bootstrap, bounded SSE, and the UI message form with its old chat routes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from contextvars import Context, copy_context
from typing import Annotated, Any, Final, Literal

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router

from apps.control import mapping, metrics
from apps.control.api.codex import worker_path
from apps.control.api.forwarded import READ, WRITE, check, enveloped, key_of, part
from apps.control.api.guards import Bearer, principal_of
from apps.control.domain import chat_input, sse, ui_stream
from apps.control.peers import CODEX_CONTRACT
from apps.control.services import chat_turns, stream_leases
from apps.control.services.authentication import Principal
from apps.control.services.forwarding import forward, plain_id
from apps.control.services.forwarding import worker_id as worker_id_of
from apps.control.services.settings_view import compat_window
from apps.control.services.worker_stream import GRACE_SECONDS, LANE, Interrupted, WorkerStream, count_error
from openagents.control.v1 import http_pb2 as pb
from openagents.wire.bodies import read_json
from openagents.wire.faults import INVALID_REQUEST, NOT_ACCEPTABLE, NOT_FOUND, Fault
from openagents.wire.model import WireModel
from openagents.wire.schema import schema

TAIL_MS_MAX: Final = 120_000
CURSOR_MAX: Final = 2**64 - 1
LEASE_SLACK_SECONDS: Final = 10.0
UI_HEADER: Final = "x-vercel-ai-ui-message-stream"

Parts = Callable[[ui_stream.UIStream, dict[str, Any]], Iterable[ui_stream.Part]]

STREAMED: Final = {
    "responses": {
        200: {
            "description": "Server-sent events, `data: [DONE]` last.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        }
    }
}

BootstrapOut = schema(pb.StreamBootstrapEnvelope, "camel")
ChatIn = schema(pb.ChatStreamRequest, "camel")

router = Router(tags=["worker streams"])
chat_router = Router(tags=["chat stream aliases"])


@router.get(
    "/codex/workers/{worker_id}/stream", auth=Bearer(READ), response={200: BootstrapOut}, openapi_extra=STREAMED
)
def worker_stream(
    request: HttpRequest,
    worker_id: str,
    cursor: int | None = Query(None, ge=0, le=CURSOR_MAX),
    tail_ms: int = Query(15_000, ge=1, le=TAIL_MS_MAX),
    form: Literal["vercel"] | None = Query(None, alias="format"),
) -> HttpResponseBase:
    """Snapshot and events after the cursor; with `Accept: text/event-stream` the events as they come, for a while."""
    name, principal = worker_id_of(worker_id), principal_of(request)
    after = _cursor(request, cursor)
    if form is None and "text/event-stream" not in request.headers.get("accept", "").lower():
        params = {"cursor": after, "tail_ms": tail_ms}
        path = worker_path(name, "stream")
        answer = forward(principal, LANE, "GET", path, params=params, subject=name, contract=CODEX_CONTRACT)
        return enveloped(BootstrapOut, answer.status, part(answer, "data"))
    _check_acceptable()
    stream = WorkerStream(principal, name, after, tail_ms / 1000)
    if form is None:
        return _streamed(request, stream.tail_seconds, lambda: _plain(stream))
    parts = _as_ui_stream(stream, ui_stream.UIStream(), ui_stream.UIStream.feed)
    return _streamed(request, stream.tail_seconds, lambda: parts, ui=True)


class AliasBearer(Bearer):
    """Where the old chat routes are off, they do not exist, whoever asks."""

    def __call__(self, request: HttpRequest) -> Principal:
        if not settings.OA.oa_compat_chat_aliases_enabled:
            raise Fault(NOT_FOUND)
        return super().__call__(request)


AliasBearer.__name__ = Bearer.__name__  # one security scheme in the OpenAPI document

CHAT = AliasBearer(WRITE, bucket="runtime.codex.control.request")


@chat_router.post("/chat/stream", auth=CHAT, openapi_extra=STREAMED)
def chat_stream(request: HttpRequest, body: Annotated[WireModel, ChatIn]) -> HttpResponseBase:
    """One turn on a thread that the body names, or on a new one."""
    return _turn(request, None)


@chat_router.post("/chats/{conversation_id}/stream", auth=CHAT, openapi_extra=STREAMED)
def conversation_stream(
    request: HttpRequest, conversation_id: str, body: Annotated[WireModel, ChatIn]
) -> HttpResponseBase:
    """One turn on this thread."""
    return _turn(request, plain_id(conversation_id))


def _turn(request: HttpRequest, conversation_id: str | None) -> HttpResponseBase:
    _check_acceptable()
    principal, key = principal_of(request), key_of(request)
    said = chat_input.read(read_json(request), conversation_id)

    def parts() -> Iterator[bytes]:
        turn = chat_turns.start(principal, said, key)
        stream = chat_turns.stream_of(principal, turn)
        events = chat_turns.TurnEvents(turn)
        yield from _as_ui_stream(stream, ui_stream.UIStream(turn.thread_id), events.parts)

    return _streamed(request, chat_turns.TURN_SECONDS, parts, ui=True)


def _check_acceptable() -> None:
    if not settings.OA.oa_compat_sse_enabled:
        raise Fault(NOT_ACCEPTABLE)


def _cursor(request: HttpRequest, stated: int | None) -> int:
    header = request.headers.get("last-event-id", "").strip()
    if not header:
        return stated or 0
    digits = header.isascii() and header.isdigit() and len(header) <= len(str(CURSOR_MAX))
    resumed = int(header) if digits else CURSOR_MAX + 1
    check({"last-event-id": None if resumed <= CURSOR_MAX else "must be an unsigned 64-bit number"})
    check({"cursor": None if stated in (None, resumed) else "differs from Last-Event-ID"})
    return resumed


def _plain(stream: WorkerStream) -> Iterator[bytes]:
    """The runtime's frames unchanged. The first chunk is empty: all refusals have been given by then."""
    stream.open()
    yield b""
    try:
        with closing(stream.frames()) as frames:
            for frame in frames:
                yield stream.count(sse.KEEPALIVE if frame is None else frame.raw)
    except Interrupted as error:
        count_error(error.code)
        yield sse.event_frame("error", _error_data(error))
    yield sse.DONE


def _as_ui_stream(stream: WorkerStream, ui: ui_stream.UIStream, parts: Parts) -> Iterator[bytes]:
    """The events as parts of a UI message. Raises Fault INVALID_REQUEST if not even the first one can be told."""
    begun = False
    stream.open()
    try:
        with closing(stream.frames()) as frames:
            for frame in frames:
                if frame is None:
                    begun = True
                    yield stream.count(sse.KEEPALIVE)
                    continue
                for found in parts(ui, frame.json()):
                    begun = True
                    yield stream.count(sse.data_frame(found))
                if ui.finished:
                    break
        if not ui.finished:
            raise ui_stream.OutOfOrder("the events end before the turn does")
    except (ui_stream.OutOfOrder, sse.Garbled) as error:
        if not begun:
            raise Fault(INVALID_REQUEST, str(error), reason_code="invalid_event_payload") from error
        count_error("adapter_mapping_error")
        yield sse.data_frame(ui_stream.mapping_error(str(error)))
    except Interrupted as error:
        count_error(error.code)
        yield sse.data_frame({"type": "error", **_error_data(error)})
    finally:
        metrics.UI_STREAM_IGNORED.inc(ui.ignored)
    yield sse.DONE


def _error_data(error: Interrupted) -> dict[str, Any]:
    return mapping.stream_error(error.code, error.message, error.retryable, error.reauth)


def _streamed(
    request: HttpRequest, seconds: float, chunks: Callable[[], Iterator[bytes]], *, ui: bool = False
) -> StreamingHttpResponse:
    """The response, once its first chunk is there: what raises before, is an ordinary refusal."""

    principal = principal_of(request)

    def leased() -> Generator[bytes]:
        with stream_leases.held(principal.session_id, seconds + GRACE_SECONDS + LEASE_SLACK_SECONDS):
            yield from chunks()

    body = leased()
    response = StreamingHttpResponse(_Body(next(body), body, copy_context()))
    response["Content-Type"] = "text/event-stream; charset=utf-8"
    response["Cache-Control"] = "no-cache, no-transform"
    response["X-Accel-Buffering"] = "no"
    response["x-oa-protocol-version"] = compat_window().protocol_version
    if not str(request.META.get("SERVER_SOFTWARE", "")).startswith("WSGIServer"):
        response["Connection"] = "keep-alive"  # Django's development server takes no header about the connection
    if ui:
        response[UI_HEADER] = "v1"
    return response


class _Body:
    """Chunks of a response that has begun. The server iterates it outside of the request's context, so that goes along.

    Closing it ends the generator, and so the lease, also when the server never asked for a chunk.
    """

    def __init__(self, first: bytes, rest: Generator[bytes], context: Context) -> None:
        self._first: bytes | None = first or None
        self._rest = rest
        self._context = context

    def __iter__(self) -> _Body:
        return self

    def __next__(self) -> bytes:
        if self._first is not None:
            first, self._first = self._first, None
            return first
        return self._context.run(next, self._rest)

    def close(self) -> None:
        self._context.run(self._rest.close)
