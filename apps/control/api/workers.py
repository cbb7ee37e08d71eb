"""The generic worker lane (3.5.1): registration, leases, liveness. A worker authenticates as its owner."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.control.api.forwarded import READ, WRITE, check, content, enveloped, given, no_worker_id, part, too_long
from apps.control.api.guards import Bearer, principal_of
from apps.control.services.forwarding import forward
from apps.control.services.forwarding import worker_id as worker_id_of
from openagents.control.v1 import http_pb2 as pb
from openagents.peers.calls import PeerAnswer
from openagents.runtime.v1 import worker_http_pb2 as runtime_pb
from openagents.wire.model import WireModel
from openagents.wire.schema import schema

LANE: Final = "workers"
WORKERS: Final = "/internal/v1/workers"
LIST_MAX: Final = 200
REF_MAX: Final = 255
ADAPTER_MAX: Final = 120
REASON_MAX: Final = 255
STATUSES: Final = ("starting", "running", "stopping", "stopped", "failed")

RegisterIn = schema(pb.WorkerRegisterRequest, "camel")
RegisterSent = schema(runtime_pb.RuntimeWorkerRegisterRequest, "camel")
HeartbeatIn = schema(pb.WorkerHeartbeatRequest, "camel")
HeartbeatSent = schema(runtime_pb.RuntimeWorkerHeartbeatRequest, "camel")
StatusIn = schema(pb.WorkerStatusRequest, "camel", required=("status",))
WorkersOut = schema(pb.RuntimeWorkerListEnvelope, "camel", omit_unset=("data.lease",))
WorkerOut = schema(pb.RuntimeWorkerEnvelope, "camel", omit_unset=("data.lease",))

router = Router(tags=["workers"])


@router.get("/workers", auth=Bearer(READ), response={200: WorkersOut})
def worker_list(request: HttpRequest) -> HttpResponse:
    """The caller's workers of both lanes, by id; of very many the first 200."""
    answer = forward(principal_of(request), LANE, "GET", WORKERS, params={"limit": LIST_MAX})
    return enveloped(WorkersOut, answer.status, part(answer, "workers"))


@router.post("/workers", auth=Bearer(WRITE), response={200: WorkerOut})
def worker_register(request: HttpRequest, body: Annotated[WireModel, RegisterIn]) -> HttpResponse:
    """Register a worker, or take an own one over with a new lease."""
    check(
        {
            "workerId": no_worker_id(body.worker_id),
            "workspaceRef": too_long(body.workspace_ref, REF_MAX),
            "codexHomeRef": too_long(body.codex_home_ref, REF_MAX),
            "adapter": too_long(body.adapter, ADAPTER_MAX),
        }
    )
    named = (body.worker_id or "").strip()
    answer = forward(
        principal_of(request),
        LANE,
        "POST",
        WORKERS,
        content=content(RegisterSent(**given(body))),
        keyed=bool(named),
        subject=named,
    )
    return _worker(answer)


@router.get("/workers/{worker_id}", auth=Bearer(READ), response={200: WorkerOut})
def worker_get(request: HttpRequest, worker_id: str) -> HttpResponse:
    """One worker with its liveness."""
    return _worker(_about(request, "GET", worker_id))


@router.post("/workers/{worker_id}/heartbeat", auth=Bearer(WRITE), response={200: WorkerOut})
def worker_heartbeat(request: HttpRequest, worker_id: str, body: Annotated[WireModel, HeartbeatIn]) -> HttpResponse:
    """Say that a worker lives; a metadata patch is merged shallowly."""
    sent = content(HeartbeatSent(**given(body)))
    return _worker(_about(request, "POST", worker_id, "/heartbeat", content=sent, keyed=True))


@router.post("/workers/{worker_id}/status", auth=Bearer(WRITE), response={200: WorkerOut})
def worker_status(request: HttpRequest, worker_id: str, body: Annotated[WireModel, StatusIn]) -> HttpResponse:
    """Move a worker to another status."""
    check(
        {
            "status": None if body.status in STATUSES else f"must be one of {', '.join(STATUSES)}",
            "reason": too_long(body.reason, REASON_MAX),
        }
    )
    return _worker(_about(request, "POST", worker_id, "/status", content=content(body)))


def _about(request: HttpRequest, method: str, worker_id: str, what: str = "", **options: Any) -> PeerAnswer:
    name = worker_id_of(worker_id)
    path = f"{WORKERS}/{quote(name, safe='')}{what}"
    return forward(principal_of(request), LANE, method, path, subject=name, **options)


def _worker(answer: PeerAnswer) -> HttpResponse:
    """200 also where the runtime says 201: this lane does not tell a first registration from another."""
    return enveloped(WorkerOut, 200, part(answer, "worker"))
