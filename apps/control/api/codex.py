"""The codex worker lane (3.5.1): workers of interactive sessions, their log and their control requests."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from time import perf_counter
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import ValidationError

from apps.control import metrics
from apps.control.api.forwarded import (
    READ,
    WRITE,
    audit,
    check,
    content,
    enveloped,
    filled,
    given,
    key_of,
    no_worker_id,
    part,
    too_long,
)
from apps.control.api.guards import Bearer, principal_of
from apps.control.domain import handshakes
from apps.control.peers import CODEX_CONTRACT
from apps.control.services.forwarding import forward
from apps.control.services.forwarding import worker_id as worker_id_of
from openagents.control.v1 import http_pb2 as pb
from openagents.peers.calls import PeerAnswer
from openagents.receipts.times import parse_rfc3339
from openagents.wire.bodies import invalid, read_json
from openagents.wire.faults import Fault
from openagents.wire.model import WireModel
from openagents.wire.schema import schema

LANE: Final = "codex"
WORKERS: Final = "/internal/v1/codex/workers"
REF_MAX: Final = 255
ADAPTER_MAX: Final = 120
EVENT_TYPE_MAX: Final = 160
REASON_MAX: Final = 255
METHODS: Final = ("thread/start", "thread/resume", "turn/start", "turn/interrupt", "thread/list", "thread/read")
SOURCES: Final = ("desktop", "ios", "mobile", "web", "cli")
"""Known values of labels; what a client says beside them is counted as `other`."""

Status = Literal["starting", "running", "stopping", "stopped", "failed"]

CreateIn = schema(pb.CodexWorkerCreateHttpRequest, "camel")
EventIn = schema(pb.CodexWorkerEventHttpRequest, "camel", required=("event.event_type",))
BareEventIn = schema(pb.CodexWorkerEventInput, "camel", required=("event_type",))
RequestIn = schema(pb.CodexControlHttpRequest, "camel", required=("request",))
StopIn = schema(pb.CodexWorkerStopHttpRequest, "camel")
WorkersOut = schema(pb.WorkerSnapshotListEnvelope, "camel")
WorkerOut = schema(pb.WorkerSnapshotEnvelope, "camel")
CreateOut = schema(pb.CodexWorkerCreateHttpEnvelope, "camel")
EventOut = schema(pb.CodexWorkerEventEnvelope, "camel")
ReceiptOut = schema(
    pb.CodexControlEnvelope,
    "camel",
    omit_unset=("data.source", "data.request_version", "data.session_id", "data.status"),
)
StopOut = schema(pb.CodexWorkerStopEnvelope, "camel")

router = Router(tags=["codex workers"])


@router.get("/codex/workers", auth=Bearer(READ), response={200: WorkersOut})
def worker_list(
    request: HttpRequest,
    status: Status | None = None,
    workspace_ref: str | None = Query(None, max_length=REF_MAX),
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """The caller's codex workers, the latest change first."""
    params = {"status": status, "workspace_ref": workspace_ref, "limit": limit}
    answer = _forward(request, "GET", WORKERS, params=params)
    return enveloped(WorkersOut, answer.status, part(answer, "data"))


@router.post("/codex/workers", auth=Bearer(WRITE), response={202: CreateOut})
def worker_create(request: HttpRequest, body: Annotated[WireModel, CreateIn]) -> HttpResponse:
    """Make a worker, or reattach one's own."""
    check(
        {
            "worker_id": no_worker_id(body.worker_id),
            "workspace_ref": too_long(body.workspace_ref, REF_MAX),
            "codex_home_ref": too_long(body.codex_home_ref, REF_MAX),
            "adapter": too_long(body.adapter, ADAPTER_MAX),
        }
    )
    named = (body.worker_id or "").strip()
    answer = _forward(request, "POST", WORKERS, content=content(body), keyed=bool(named), subject=named)
    return enveloped(CreateOut, answer.status, part(answer, "data"))


@router.get("/codex/workers/{worker_id}", auth=Bearer(READ), response={200: WorkerOut})
def worker_get(request: HttpRequest, worker_id: str) -> HttpResponse:
    """One codex worker."""
    answer = _about(request, "GET", worker_id, "snapshot")
    return enveloped(WorkerOut, answer.status, part(answer, "data"))


@router.post(
    "/codex/workers/{worker_id}/events",
    auth=Bearer(WRITE, bucket="runtime.codex.event"),
    response={202: EventOut},
)
def worker_event(request: HttpRequest, worker_id: str, body: Annotated[WireModel, EventIn]) -> HttpResponse:
    """Append an event to a worker's log. A body without `event` is the event."""
    event = body.event if body.event is not None else _bare_event(request)
    event_type = event.event_type.strip()
    kind = None if event_type.startswith("worker.") else "must begin with worker."
    check({"event.event_type": kind or too_long(event_type, EVENT_TYPE_MAX)})
    check(dict([handshakes.complaint(event_type, event.payload) or ("event", None)]))
    key, fields = key_of(request), given(event)
    keyed = filled(fields, "event_id", key)
    answer = _about(
        request, "POST", worker_id, "events", content=content(EventIn(event=fields)), idempotency_key=key, keyed=keyed
    )
    return enveloped(EventOut, answer.status, part(answer, "data"))


@router.post(
    "/codex/workers/{worker_id}/requests",
    auth=Bearer(WRITE, bucket="runtime.codex.control.request"),
    response={200: ReceiptOut, 202: ReceiptOut},
)
def worker_request(request: HttpRequest, worker_id: str, body: Annotated[WireModel, RequestIn]) -> HttpResponse:
    """Ask something of a worker. The runtime judges it, so that a refused request leaves its receipt, too."""
    key, fields = key_of(request), given(body.request)
    filled(fields, "request_id", key)
    check(
        {
            f"request.{name}": None if (fields.get(name) or "").strip() else "is required"
            for name in ("request_id", "method")
        }
    )
    with _Measured(fields) as measured:
        answer = _about(
            request,
            "POST",
            worker_id,
            "requests",
            content=content(RequestIn(request=fields)),
            idempotency_key=key,
            keyed=True,
        )
        measured.outcome = "accepted" if answer.status == 202 else "completed"
    receipt = part(answer, "data")
    response = enveloped(ReceiptOut, answer.status, receipt)
    audit(
        request,
        "runtime.codex.control.request.accepted",
        worker_id=worker_id.strip(),
        control_request_id=fields["request_id"],
        method=fields["method"],
        idempotent_replay=bool(receipt.get("idempotent_replay")),
    )
    return response


@router.post("/codex/workers/{worker_id}/stop", auth=Bearer(WRITE), response={202: StopOut})
def worker_stop(request: HttpRequest, worker_id: str, body: Annotated[WireModel, StopIn]) -> HttpResponse:
    """Stop a worker; once more changes nothing."""
    check({"reason": too_long(body.reason, REASON_MAX)})
    answer = _about(request, "POST", worker_id, "stop", content=content(body), keyed=True)
    return enveloped(StopOut, answer.status, part(answer, "data"))


def _forward(request: HttpRequest, method: str, path: str, **options: Any) -> PeerAnswer:
    return forward(principal_of(request), LANE, method, path, contract=CODEX_CONTRACT, **options)


def _about(request: HttpRequest, method: str, worker_id: str, what: str, **options: Any) -> PeerAnswer:
    name = worker_id_of(worker_id)
    return _forward(request, method, worker_path(name, what), subject=name, **options)


def worker_path(name: str, what: str) -> str:
    """The runtime's address of something of this worker."""
    return f"{WORKERS}/{quote(name, safe='')}/{what}"


def _bare_event(request: HttpRequest) -> WireModel:
    try:
        return BareEventIn.model_validate(read_json(request))
    except ValidationError as error:
        fault = invalid(error.errors())
        named = {f"event.{field}": complaints for field, complaints in (fault.errors or {}).items()}
        raise Fault(fault.kind, errors=named) from None


class _Measured:
    """Counts and times one control request. `outcome` is `refused` until somebody says otherwise."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.outcome = "refused"
        method = str(fields["method"]).strip().lower()
        source = str(fields.get("source") or "").strip().lower()
        self._labels = (
            method if method in METHODS else "other",
            source if source in SOURCES else "other" if source else "none",
        )
        self._sent_at = fields.get("sent_at")

    def __enter__(self) -> _Measured:
        self._started, self._arrived = perf_counter(), datetime.now(UTC)
        return self

    def __exit__(self, *_: object) -> None:
        method, source = self._labels
        labels = (method, self.outcome, source)
        metrics.WORKER_REQUESTS.labels(*labels).inc()
        metrics.WORKER_DISPATCH_SECONDS.labels(*labels).observe(perf_counter() - self._started)
        if isinstance(self._sent_at, str):
            with suppress(ValueError):
                lag = (self._arrived - parse_rfc3339(self._sent_at.strip())).total_seconds()
                metrics.WORKER_DELIVERY_LAG_SECONDS.labels(*labels).observe(max(0.0, lag))
