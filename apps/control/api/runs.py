"""The run lane (3.5.6): the caller's runs, forwarded to the runtime with the signed principal."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.control.api.forwarded import READ, WRITE, content, enveloped, given, key_of
from apps.control.api.guards import Bearer, principal_of
from apps.control.services import limits
from apps.control.services.forwarding import forward, plain_id
from openagents.control.v1 import http_pb2 as pb
from openagents.peers.calls import PeerAnswer
from openagents.runtime.v1 import run_http_pb2 as runtime_pb
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.schema import schema

LANE = "runs"
RUNS = "/internal/v1/runs"
LIMIT_MAX = 200
EVENTS_LIMIT_MAX = 1000
FRAMES_LIMIT_MAX = 50
BATCH_MAX = 100
KEPT_HEADERS = ("content-type", "etag", "content-disposition", "last-modified", "content-digest", "repr-digest")
KEPT_PREFIX = "x-oa-"
"""Headers of a receipt answer that say what the bytes are."""
OWN_PREFIXES = ("x-oa-runtime-", "x-oa-contract", "x-oa-user-", "x-oa-guest-", "x-oa-compat")

StartIn = schema(pb.RunStartRequest, "camel")
StartOut = schema(runtime_pb.RuntimeRunStartRequest, "camel")
AppendIn = schema(runtime_pb.RuntimeRunEventAppendRequest, "camel", required=("event_type",))
BatchIn = schema(runtime_pb.RuntimeRunEventBatchRequest, "camel", required=("events", "events.event_type"))
CancelIn = schema(runtime_pb.RuntimeRunCancelRequest, "camel")
RunListOut = schema(pb.RunListEnvelope, "camel")
RunOut = schema(pb.RunEnvelope, "camel")
RunEventsOut = schema(pb.RunEventsEnvelope, "camel")
RunFramesOut = schema(pb.RunFramesEnvelope, "camel")
RunEventOut = schema(pb.RunEventEnvelope, "camel")
RunBatchOut = schema(pb.RunBatchEnvelope, "camel")
RunCancelOut = schema(pb.RunCancelEnvelope, "camel")

router = Router(tags=["runs"])


@router.get("/runs", auth=Bearer(READ), response={200: RunListOut})
def run_list(
    request: HttpRequest,
    thread_id: str | None = None,
    worker_id: str | None = None,
    status: str | None = None,
    limit: int = Query(50, ge=1, le=LIMIT_MAX),
    cursor: str | None = None,
) -> HttpResponse:
    """The caller's runs in the active organisation (that of the signed principal), newest first."""
    principal = principal_of(request)
    params = {
        "thread_id": thread_id,
        "worker_id": worker_id,
        "status": status,
        "limit": limit,
        "cursor": cursor,
    }
    return _enveloped(RunListOut, forward(principal, LANE, "GET", RUNS, params=params))


@router.post("/runs", auth=Bearer(WRITE, bucket="runtime.run.start"), response={200: RunOut, 201: RunOut})
def run_start(request: HttpRequest, body: Annotated[WireModel, StartIn]) -> HttpResponse:
    """Start a run of the caller's in the active organisation."""
    principal = principal_of(request)
    key = key_of(request)
    fields = given(body)
    fields["org_id"] = principal.active_org_id
    if key is not None and not body.idempotency_key:
        fields["idempotency_key"] = key
    if body.run_id is not None:
        _check_uuid(body.run_id)
    answer = forward(
        principal,
        LANE,
        "POST",
        RUNS,
        content=content(StartOut(**fields)),
        idempotency_key=key,
        keyed=bool(fields.get("idempotency_key") or body.run_id),
    )
    return _enveloped(RunOut, answer)


@router.get("/runs/{run_id}", auth=Bearer(READ), response={200: RunOut})
def run_get(request: HttpRequest, run_id: str, events: str | None = None) -> HttpResponse:
    """One run; `events=none` leaves its log out."""
    answer = forward(principal_of(request), LANE, "GET", _path(run_id), params={"events": events})
    return _enveloped(RunOut, answer)


@router.get("/runs/{run_id}/events", auth=Bearer(READ), response={200: RunEventsOut})
def run_events(
    request: HttpRequest,
    run_id: str,
    after_seq: int = Query(0, ge=0, lt=2**63),
    limit: int = Query(200, ge=1, le=EVENTS_LIMIT_MAX),
) -> HttpResponse:
    """A page of a run's log, ascending."""
    params = {"after_seq": after_seq, "limit": limit}
    answer = forward(principal_of(request), LANE, "GET", _path(run_id, "events"), params=params)
    return _enveloped(RunEventsOut, answer)


@router.get("/runs/{run_id}/frames", auth=Bearer(READ), response={200: RunFramesOut})
def run_frames(
    request: HttpRequest,
    run_id: str,
    after_seq: int = Query(0, ge=0, lt=2**63),
    limit: int = Query(20, ge=1, le=FRAMES_LIMIT_MAX),
    state: Literal["all", "pending"] = "all",
) -> HttpResponse:
    """Frames with their payloads, in the order they were received; the log tells of them by id and hash."""
    params = {"after_seq": after_seq, "limit": limit, "state": state}
    answer = forward(principal_of(request), LANE, "GET", _path(run_id, "frames"), params=params)
    return _enveloped(RunFramesOut, answer)


@router.post("/runs/{run_id}/events", auth=Bearer(WRITE, bucket="runtime.run.event"), response={200: RunEventOut})
def run_append(request: HttpRequest, run_id: str, body: Annotated[WireModel, AppendIn]) -> HttpResponse:
    """Append one event."""
    key = key_of(request)
    fields = given(body)
    if key is not None and not body.idempotency_key:
        fields["idempotency_key"] = key
    answer = forward(
        principal_of(request),
        LANE,
        "POST",
        _path(run_id, "events"),
        content=content(AppendIn(**fields)),
        idempotency_key=key,
        keyed=bool(fields.get("idempotency_key")),
    )
    return _enveloped(RunEventOut, answer)


@router.post("/runs/{run_id}/events/batch", auth=Bearer(WRITE), response={200: RunBatchOut})
def run_append_batch(request: HttpRequest, run_id: str, body: Annotated[WireModel, BatchIn]) -> HttpResponse:
    """Append 1 to 100 events, all or nothing."""
    if not 1 <= len(body.events) <= BATCH_MAX:
        raise Fault(INVALID_REQUEST, errors={"events": [f"must be 1 to {BATCH_MAX}"]})
    principal = principal_of(request)
    limits.count("runtime.run.event", principal.user_id, len(body.events))
    answer = forward(
        principal,
        LANE,
        "POST",
        _path(run_id, "events", "batch"),
        content=content(body),
        keyed=all(event.idempotency_key for event in body.events),
    )
    return _enveloped(RunBatchOut, answer)


@router.post("/runs/{run_id}/cancel", auth=Bearer(WRITE), response={200: RunCancelOut, 202: RunCancelOut})
def run_cancel(request: HttpRequest, run_id: str, body: Annotated[WireModel, CancelIn]) -> HttpResponse:
    """Ask a run to stop; asking again changes nothing."""
    answer = forward(principal_of(request), LANE, "POST", _path(run_id, "cancel"), content=content(body), keyed=True)
    return _enveloped(RunCancelOut, answer)


@router.get("/runs/{run_id}/receipt", auth=Bearer(READ))
def run_receipt(request: HttpRequest, run_id: str) -> HttpResponse:
    """The run's receipt, the runtime's bytes."""
    return _unchanged(forward(principal_of(request), LANE, "GET", _path(run_id, "receipt")))


@router.get("/runs/{run_id}/replay", auth=Bearer(READ))
def run_replay(request: HttpRequest, run_id: str, redaction: str | None = None) -> HttpResponse:
    """The run's replay as JSON lines, the runtime's bytes."""
    answer = forward(
        principal_of(request),
        LANE,
        "GET",
        _path(run_id, "replay"),
        params={"redaction": redaction},
        accept="application/x-ndjson, application/json",
    )
    return _unchanged(answer)


@router.get("/runs/{run_id}/replay/artifact", auth=Bearer(READ))
def run_replay_artifact(request: HttpRequest, run_id: str) -> HttpResponse:
    """What the stored replay is, the runtime's bytes."""
    return _unchanged(forward(principal_of(request), LANE, "GET", _path(run_id, "replay", "artifact")))


@router.get("/runs/{run_id}/bundle", auth=Bearer(READ))
def run_bundle(request: HttpRequest, run_id: str) -> HttpResponse:
    """The run's files with their hashes, the runtime's bytes."""
    return _unchanged(forward(principal_of(request), LANE, "GET", _path(run_id, "bundle")))


def _path(run_id: str, *more: str) -> str:
    return "/".join((RUNS, plain_id(run_id), *more))


def _check_uuid(text: str) -> None:
    try:
        UUID(text)
    except ValueError:
        raise Fault(INVALID_REQUEST, errors={"run_id": ["must be a UUID"]}) from None


def _enveloped(model: type[WireModel], answer: PeerAnswer) -> HttpResponse:
    return enveloped(model, answer.status, answer.json)


def _unchanged(answer: PeerAnswer) -> HttpResponse:
    response = HttpResponse(answer.content, status=answer.status)
    del response["Content-Type"]
    for name, value in answer.headers.items():
        lowered = name.lower()
        own = lowered.startswith(OWN_PREFIXES)
        if lowered in KEPT_HEADERS or (lowered.startswith(KEPT_PREFIX) and not own):
            response[lowered] = value
    return response
