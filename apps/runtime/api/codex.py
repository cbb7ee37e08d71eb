"""Routes of the codex lane: interactive workers, their events, and the requests that control them."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from apps.runtime import mapping, mapping_workers
from apps.runtime.api.inputs import stream_cursor, waiting_ms
from apps.runtime.api.principals import Writer, owner_of, reader_of
from apps.runtime.api.sse import event_stream
from apps.runtime.api.workers import REF_CHARS_MAX, one_of, registration
from apps.runtime.domain import journal
from apps.runtime.domain.worker_events import EventRefused, posted_event
from apps.runtime.domain.worker_states import Lane, WorkerStatus
from apps.runtime.services import control_requests, streams, worker_events, workers
from openagents.codex.v1 import http_pb2 as pb
from openagents.codex.v1 import workers_pb2
from openagents.peers.auth import SignedPeer
from openagents.receipts.canonical import Unrepresentable
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

WRITERS = Writer(issuers={"control", "ops"})
READERS = SignedPeer(issuers={"control", "ops", "khala", "hydra", "aegis"})

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
SCOPE = "runtime.codex_worker_events"
TOKEN_ROUTE = "/api/sync/token"

ListOut = schema(pb.CodexWorkerListResponse)
ViewOut = schema(pb.CodexWorkerViewResponse)
RegisterIn = schema(pb.CodexWorkerRegisterRequest)
RegisterOut = schema(pb.CodexWorkerRegisterResponse, case="camel")
# Mixed on the wire: the proto spells every name that is not camel case.
StreamOut = schema(pb.CodexStreamBootstrapResponse, case="camel")
EventIn = schema(pb.CodexWorkerEventAppendRequest, required=("event", "event.event_type"))
EventOut = schema(pb.CodexWorkerEventAppendResponse)
EventView = schema(pb.CodexWorkerEventView)
CallIn = schema(pb.CodexControlCallRequest, required=("request",))
CallOut = schema(
    pb.CodexControlCallResponse,
    omit_unset=("data.source", "data.request_version", "data.session_id", "data.status"),
)
StopIn = schema(workers_pb2.CodexWorkerStopRequest)
StopOut = schema(pb.CodexWorkerStopResultResponse)

router = Router(tags=["codex workers"])


@router.get("/workers", auth=READERS, response=ListOut, summary="List codex workers, latest change first")
def listing(
    request: HttpRequest, status: str | None = None, workspace_ref: str | None = None, limit: int | None = None
) -> HttpResponse:
    """The limit is clamped to 1..200."""
    wanted_status = one_of(WorkerStatus, status, "status")
    where = workers.WorkerFilter(owner_of(request), Lane.CODEX, wanted_status, (workspace_ref or "").strip() or None)
    wanted = LIMIT_DEFAULT if limit is None else max(1, min(limit, LIMIT_MAX))
    return respond(ListOut, data=[mapping_workers.codex_view(live) for live in workers.recent_workers(where, wanted)])


@router.post("/workers", auth=WRITERS, response={202: RegisterOut}, summary="Create or reattach a codex worker")
def register(request: HttpRequest, body: Annotated[WireModel, RegisterIn]) -> HttpResponse:
    done = workers.register(registration(request, Lane.CODEX, body))
    return respond(
        RegisterOut,
        202,
        data={
            "worker_id": done.live.worker_id,
            "status": str(done.live.worker.status),
            "latest_seq": done.live.latest_seq,
            "idempotent_replay": done.was_running,
        },
    )


@router.get("/workers/{worker_id}", auth=READERS, response=ViewOut, summary="Read a codex worker")
def read(request: HttpRequest, worker_id: str) -> HttpResponse:
    live = workers.get_worker(workers.valid_id(worker_id), reader_of(request), Lane.CODEX)
    return respond(ViewOut, data=mapping_workers.codex_view(live))


@router.get("/workers/{worker_id}/snapshot", auth=READERS, response=ViewOut, summary="Read a codex worker")
def snapshot(request: HttpRequest, worker_id: str) -> HttpResponse:
    return read(request, worker_id)


@router.get("/workers/{worker_id}/stream", auth=READERS, response=StreamOut, summary="Events behind a cursor")
def stream(
    request: HttpRequest, worker_id: str, cursor: str | None = None, tail_ms: int | None = None
) -> HttpResponseBase:
    """JSON with where to subscribe, or with `Accept: text/event-stream` a bounded stream of the log."""
    live = workers.get_worker(workers.valid_id(worker_id), reader_of(request), Lane.CODEX)
    after = stream_cursor(request, cursor) or 0
    wait_ms = waiting_ms(tail_ms)
    identifier = live.worker_id
    if "text/event-stream" in request.headers.get("accept", ""):
        return event_stream(
            lambda seq: streams.worker_page(identifier, seq),
            streams.check_cursor(after, live.latest_seq),
            wait_ms,
            seq_of=lambda event: event.seq,
            shown=lambda event: EventView(**mapping_workers.event_view(identifier, event)),
        )
    # Without an org the events are in the worker's own topic and nowhere else.
    org_id = live.worker.org_id
    topic = journal.org_worker_events(org_id) if org_id else journal.worker_events(identifier)
    return respond(
        StreamOut,
        data={
            "worker_id": identifier,
            "stream_protocol": "khala_ws",
            "cursor": after,
            "tail_ms": wait_ms,
            "delivery": {
                "transport": "khala_ws",
                "topic": topic,
                "scope": SCOPE,
                "sync_token_route": TOKEN_ROUTE,
            },
            "snapshot": mapping_workers.codex_view(live),
            "events": [
                mapping_workers.event_view(identifier, event) for event in workers.events_after(identifier, after)
            ],
        },
    )


@router.post("/workers/{worker_id}/events", auth=WRITERS, response={202: EventOut}, summary="Append a worker event")
def append_event(request: HttpRequest, worker_id: str, body: Annotated[WireModel, EventIn]) -> HttpResponse:
    """An unknown worker is made first. The same `event_id` gives the stored event."""
    event = body.event
    try:
        posted = posted_event(event.event_type, event.payload or {}, event.event_id)
    except EventRefused as error:
        raise Fault(
            INVALID_REQUEST, str(error), errors={error.where: [str(error)]}, details={"field": error.where}
        ) from None
    except Unrepresentable as error:
        raise Fault(INVALID_REQUEST, str(error), errors={"event.payload": [str(error)]}) from None
    identifier = workers.valid_id(worker_id)
    stored = worker_events.post_event(identifier, posted, reader_of(request))
    return respond(EventOut, 202, data=mapping_workers.event_view(identifier, stored))


@router.post(
    "/workers/{worker_id}/requests",
    auth=WRITERS,
    response={200: CallOut, 202: CallOut},
    summary="Control a worker; ends in exactly one receipt",
)
def control(request: HttpRequest, worker_id: str, body: Annotated[WireModel, CallIn]) -> HttpResponse:
    """202 while a remote worker is at it. A repeat of the request_id is told what became of the first."""
    try:
        call = mapping_workers.read_call(body.request)
        answer = control_requests.process(workers.valid_id(worker_id), call, reader_of(request))
    except Unrepresentable as error:
        raise Fault(INVALID_REQUEST, str(error), errors={"request.params": [str(error)]}) from None
    return respond(CallOut, answer.status, data=answer.data)


@router.post("/workers/{worker_id}/stop", auth=WRITERS, response={202: StopOut}, summary="Stop a codex worker")
def stop(request: HttpRequest, worker_id: str, body: Annotated[WireModel, StopIn]) -> HttpResponse:
    identifier = workers.valid_id(worker_id)
    reason = mapping.optional_text(body.reason, "reason", REF_CHARS_MAX)
    seq, repeated = workers.stop(identifier, reader_of(request), reason)
    return respond(
        StopOut,
        202,
        data={
            "worker_id": identifier,
            "status": WorkerStatus.STOPPED.value,
            "seq": seq,
            "idempotent_replay": repeated,
            "idempotent_replay_camel": repeated,
        },
    )
