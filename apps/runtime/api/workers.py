"""Routes of the generic lane: register, read, beat, move. They see workers of both lanes."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.runtime import mapping, mapping_workers
from apps.runtime.api.inputs import OwnerFields, required_owner, within
from apps.runtime.api.principals import NamesOwner, Writer, caller_of, owner_of, reader_of
from apps.runtime.domain import journal
from apps.runtime.domain.worker_projection import WORKER_SUMMARY
from apps.runtime.domain.worker_states import Lane, WorkerStatus
from apps.runtime.services import heartbeats, workers
from openagents.peers.auth import SignedPeer
from openagents.runtime.v1 import worker_http_pb2 as pb
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

WRITERS = Writer(issuers={"control", "ops"})
READERS = SignedPeer(issuers={"control", "ops", "khala", "hydra", "aegis"})

REF_CHARS_MAX = 255
ADAPTER_CHARS_MAX = 120
STATUS_PREFIX = "runtime_worker_status_"
"""What the proto's names of statuses have in front of ours."""

RegisterIn = schema(pb.RuntimeWorkerRegisterRequest)
HeartbeatIn = schema(pb.RuntimeWorkerHeartbeatRequest)
StatusIn = schema(pb.RuntimeWorkerStatusRequest, required=("status",))
WorkerOut = schema(pb.RuntimeWorkerResponse, omit_unset=("worker.lease",))
WorkersOut = schema(pb.RuntimeWorkerListResponse, omit_unset=("workers.lease",))
CheckpointOut = schema(pb.RuntimeWorkerCheckpointResponse)

router = Router(tags=["workers"])


def registration(request: HttpRequest, lane: Lane, body: Any, names: NamesOwner | None = None) -> workers.Registration:
    """What a body of either lane registers. Raises Fault INVALID_REQUEST."""
    act = caller_of(request).act
    return workers.Registration(
        lane=lane,
        owner=required_owner(request, names),
        org_id=act.org_id if act else None,
        worker_id=workers.valid_id(body.worker_id) if (body.worker_id or "").strip() else None,
        workspace_ref=mapping.optional_text(body.workspace_ref, "workspace_ref", REF_CHARS_MAX),
        codex_home_ref=mapping.optional_text(body.codex_home_ref, "codex_home_ref", REF_CHARS_MAX),
        adapter=mapping.optional_text(body.adapter, "adapter", ADAPTER_CHARS_MAX),
        metadata=body.metadata,
    )


@router.post("", auth=WRITERS, response={201: WorkerOut}, summary="Register a worker")
def register(request: HttpRequest, body: Annotated[WireModel, RegisterIn]) -> HttpResponse:
    """Each registration is a new lease and leaves `worker.started`; an own worker that ended runs again."""
    done = workers.register(registration(request, Lane.GENERIC, body, body))
    return respond(WorkerOut, 201, worker=mapping_workers.worker_entry(done.live, done.lease))


@router.get("", auth=READERS, response=WorkersOut, summary="List workers by id")
def listing(
    request: HttpRequest,
    owner_user_id: int | None = None,
    owner_guest_scope: str | None = None,
    owner_user_ref: str | None = None,
    lane: str | None = None,
    status: str | None = None,
    limit: int | None = None,
    cursor: str | None = None,
) -> HttpResponse:
    where = workers.WorkerFilter(
        owner=owner_of(request, OwnerFields(owner_user_id, owner_guest_scope, owner_user_ref)),
        lane=one_of(Lane, lane, "lane"),
        status=one_of(WorkerStatus, status, "status"),
    )
    page, next_cursor = workers.list_workers(where, within(limit, "limit", workers.LIST_MAX, workers.LIST_MAX), cursor)
    return respond(WorkersOut, workers=[mapping_workers.worker_entry(live) for live in page], next_cursor=next_cursor)


@router.get("/{worker_id}", auth=READERS, response=WorkerOut, summary="Read a worker")
def read(
    request: HttpRequest,
    worker_id: str,
    owner_user_id: int | None = None,
    owner_guest_scope: str | None = None,
    owner_user_ref: str | None = None,
) -> HttpResponse:
    names = OwnerFields(owner_user_id, owner_guest_scope, owner_user_ref)
    live = workers.get_worker(workers.valid_id(worker_id), reader_of(request, names))
    return respond(WorkerOut, worker=mapping_workers.worker_entry(live))


@router.post("/{worker_id}/heartbeat", auth=WRITERS, response=WorkerOut, summary="Say that a worker is alive")
def heartbeat(request: HttpRequest, worker_id: str, body: Annotated[WireModel, HeartbeatIn]) -> HttpResponse:
    """One small write; an event only when the beat changes the heartbeat state or the metadata."""
    live = heartbeats.heartbeat(
        workers.valid_id(worker_id), reader_of(request, body), body.metadata_patch or {}, body.lease_epoch
    )
    return respond(WorkerOut, worker=mapping_workers.worker_entry(live, workers.lease_of(live)))


@router.post("/{worker_id}/status", auth=WRITERS, response=WorkerOut, summary="Move a worker")
def transition(request: HttpRequest, worker_id: str, body: Annotated[WireModel, StatusIn]) -> HttpResponse:
    status = one_of(WorkerStatus, body.status, "status")
    if status is None:
        raise Fault(INVALID_REQUEST, "status is required", errors={"status": ["is required"]})
    live = workers.transition(
        workers.valid_id(worker_id), reader_of(request, body), WorkerStatus(status), (body.reason or "").strip() or None
    )
    return respond(WorkerOut, worker=mapping_workers.worker_entry(live))


@router.get("/{worker_id}/checkpoint", auth=READERS, response=CheckpointOut, summary="How far the projection is")
def checkpoint(request: HttpRequest, worker_id: str) -> HttpResponse:
    live = workers.get_worker(workers.valid_id(worker_id), reader_of(request))
    found = workers.checkpoint(live.worker_id, WORKER_SUMMARY)
    topic = journal.worker_lifecycle(live.worker_id)
    return respond(CheckpointOut, checkpoint=mapping_workers.checkpoint_view(topic, found))


def one_of(kind: Any, value: str | None, name: str) -> Any:
    """A member of the enum by its name, short or the proto's; None for None. Raises Fault INVALID_REQUEST."""
    if value is None:
        return None
    try:
        return kind(value.strip().lower().removeprefix(STATUS_PREFIX))
    except ValueError:
        raise Fault(INVALID_REQUEST, f"unknown {name}", errors={name: [", ".join(kind)]}) from None
