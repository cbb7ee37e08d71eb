"""Run routes beside the log: frames in, and the bounded stream out."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Query, Router

from apps.runtime import mapping
from apps.runtime.api.inputs import stream_cursor, waiting_ms, within
from apps.runtime.api.principals import Writer, reader_of
from apps.runtime.api.sse import event_stream
from apps.runtime.services import frames, runs, streams
from apps.runtime.services.append import SEQ_MAX
from openagents.peers.auth import SignedPeer
from openagents.receipts.canonical import Unrepresentable
from openagents.runtime.v1 import run_http_pb2 as pb
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

WRITERS = Writer(issuers={"control", "ops"})
READERS = SignedPeer(issuers={"control", "ops", "khala", "hydra", "aegis"})

FRAME_ID_CHARS_MAX = 160
TYPE_CHARS_MAX = 80

FrameIn = schema(pb.RuntimeRunFrameRequest, required=("frame_id", "type"))
FrameOut = schema(pb.RuntimeRunFrameResponse, case="camel")
FramesQuery = schema(pb.RuntimeRunFramesQuery)
FramesOut = schema(pb.RuntimeRunFramesResponse)
EventView = schema(pb.RuntimeRunEventView)

router = Router(tags=["runs"])


@router.post(
    "/{run_id}/frames", auth=WRITERS, response={202: FrameOut, 200: FrameOut}, summary="Input for a running executor"
)
def receive_frame(request: HttpRequest, run_id: str, body: Annotated[WireModel, FrameIn]) -> HttpResponse:
    """Kept and told to the log together. The same frame_id, type and payload are a repeat."""
    identifier = mapping.parse_run_id(run_id)
    frame = frames.Frame(
        frame_id=_required(body.frame_id, "frame_id", FRAME_ID_CHARS_MAX),
        type=_required(body.type, "type", TYPE_CHARS_MAX),
        payload=body.payload or {},
        occurred_at=body.occurred_at,
    )
    try:
        repeated = frames.receive_frame(identifier, frame, reader_of(request), body.thread_id)
    except Unrepresentable as error:
        raise Fault(INVALID_REQUEST, str(error), errors={"payload": [str(error)]}) from None
    return respond(
        FrameOut,
        200 if repeated else 202,
        run_id=str(identifier),
        frame_id=frame.frame_id,
        status="accepted",
        idempotent_replay=repeated,
    )


@router.get("/{run_id}/frames", auth=READERS, response=FramesOut, summary="Frames with their payloads")
def list_frames(request: HttpRequest, run_id: str, query: Query[FramesQuery]) -> HttpResponse:  # type: ignore[valid-type]
    """In the order they were received. The log tells of a frame by id and hash; its content is read here."""
    asked: Any = query
    identifier = mapping.parse_run_id(run_id)
    page, cursor = frames.frames_after(
        identifier,
        reader_of(request),
        min(asked.after_seq or 0, SEQ_MAX),
        within(asked.limit, "limit", frames.PAGE_DEFAULT, frames.PAGE_MAX),
        pending=_pending(asked.state),
    )
    return respond(
        FramesOut, run_id=str(identifier), frames=[mapping.frame_view(frame) for frame in page], next_after_seq=cursor
    )


@router.get("/{run_id}/stream", auth=READERS, summary="The log as a bounded event stream")
def stream(
    request: HttpRequest,
    run_id: str,
    thread_id: str = "",
    cursor: str | None = None,
    tail_ms: int | None = None,
) -> HttpResponseBase:
    """Without a cursor it starts at the present head. It closes after `tail_ms`, or when the run has ended."""
    run = runs.get_run(mapping.parse_run_id(run_id), reader_of(request))
    runs.check_thread(run, thread_id)
    after = stream_cursor(request, cursor)
    start = run.latest_seq if after is None else streams.check_cursor(after, run.latest_seq)
    return event_stream(
        lambda seq: streams.run_page(run.id, seq),
        start,
        waiting_ms(tail_ms),
        seq_of=lambda event: event.seq,
        shown=lambda event: EventView(**mapping.event_view(event)),
    )


def _pending(state: str | None) -> bool:
    given = (state or "all").strip().lower()
    if given not in ("all", "pending"):
        raise Fault(INVALID_REQUEST, "state is all or pending", errors={"state": ["all or pending"]})
    return given == "pending"


def _required(text: str, name: str, chars_max: int) -> str:
    value = mapping.optional_text(text, name, chars_max)
    if value is None:
        raise Fault(INVALID_REQUEST, f"{name} is required", errors={name: ["is required"]})
    return value
