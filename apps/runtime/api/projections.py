"""Projection routes: checkpoints, summaries and drift to read; verification and rebuilds for operators."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.runtime import mapping, mapping_projections
from apps.runtime.api.principals import Writer, caller_of, reader_of
from apps.runtime.services import projections, runs
from apps.runtime.services.projection_kinds import RUNS
from openagents.peers.auth import SignedPeer
from openagents.runtime.v1 import projection_http_pb2 as pb
from openagents.wire.faults import FORBIDDEN, INVALID_REQUEST, NOT_FOUND, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

READERS = SignedPeer(issuers={"control", "ops", "khala", "hydra", "aegis"})
OPERATORS = Writer(issuers={"ops"})

CheckpointOut = schema(pb.RuntimeCheckpointResponse)
RunSummaryOut = schema(pb.RuntimeRunSummaryResponse)
WorkerSummaryOut = schema(pb.RuntimeWorkerSummaryResponse)
DriftOut = schema(pb.RuntimeDriftResponse)
VerifyIn = schema(pb.RuntimeProjectionVerifyRequest)
VerifyOut = schema(pb.RuntimeProjectionVerifyResponse)
ReprojectIn = schema(pb.RuntimeReprojectRequest)
ReprojectOut = schema(pb.RuntimeReprojectResponse)

router = Router(tags=["projections"])


@router.get("/checkpoints/{run_id}", auth=READERS, response=CheckpointOut, summary="How far a run's projection is")
def checkpoint(request: HttpRequest, run_id: str) -> HttpResponse:
    run = runs.get_run(mapping.parse_run_id(run_id), reader_of(request))
    found = projections.checkpoint(RUNS, str(run.id))
    return respond(CheckpointOut, checkpoint=mapping_projections.checkpoint_view(RUNS.topic(str(run.id)), found))


@router.get("/run-summary/{run_id}", auth=READERS, response=RunSummaryOut, summary="The projection of a run")
def run_summary(request: HttpRequest, run_id: str) -> HttpResponse:
    run = runs.get_run(mapping.parse_run_id(run_id), reader_of(request))
    return respond(RunSummaryOut, summary=mapping_projections.run_summary_view(projections.run_summary(run.id)))


@router.get(
    "/worker-summary/{worker_id}", auth=READERS, response=WorkerSummaryOut, summary="The projection of a worker"
)
def worker_summary(request: HttpRequest, worker_id: str) -> HttpResponse:
    owner = projections.worker_owner(worker_id)
    if owner is None:
        raise Fault(NOT_FOUND, "there is no such worker")
    reader = reader_of(request)
    if reader.owner is not None and reader.owner.key != owner:
        raise Fault(FORBIDDEN, "the worker belongs to somebody else")
    summary = projections.worker_summary(worker_id)
    return respond(WorkerSummaryOut, summary=mapping_projections.worker_summary_view(summary))


@router.get("/drift", auth=READERS, response=DriftOut, summary="The latest drift of a checkpoint's topic")
def drift(request: HttpRequest, topic: str = "") -> HttpResponse:
    if not topic.strip():
        raise Fault(INVALID_REQUEST, "topic is required", errors={"topic": ["required"]})
    found = projections.newest_drift(topic.strip())
    _check_reader(request, found.topic)
    return respond(DriftOut, drift=mapping_projections.drift_view(found))


@router.post("/verify", auth=OPERATORS, response=VerifyOut, summary="Compare projections with the log")
def verify(request: HttpRequest, body: Annotated[WireModel, VerifyIn]) -> HttpResponse:
    """Recomputes from the log, on a snapshot, and records what disagrees; changes no projection."""
    checked, drifted = projections.verify(_scope(body))
    return respond(VerifyOut, checked=checked, drifted=[mapping_projections.drift_view(item) for item in drifted])


@router.post("/reproject", auth=OPERATORS, response=ReprojectOut, summary="Rebuild projections from the log")
def reproject(request: HttpRequest, body: Annotated[WireModel, ReprojectIn]) -> HttpResponse:
    """One transaction per entity. With `dry_run` nothing is written; the counts say what would change."""
    act = caller_of(request).act
    done = projections.reproject(_scope(body), dry_run=bool(body.dry_run), actor=act.user_id if act else None)
    return respond(ReprojectOut, rebuilt=done.rebuilt, unchanged=done.unchanged, entities=done.entities)


def _check_reader(request: HttpRequest, topic: str) -> None:
    """A drift says how much somebody's run or worker did; calls for somebody else do not read it. Raises Fault."""
    reader = reader_of(request)
    kind, _, rest = topic.partition(":")
    identifier = rest.rpartition(":")[0]
    if kind == "run":
        runs.get_run(mapping.parse_run_id(identifier), reader)
    elif reader.owner is not None and reader.owner.key != projections.worker_owner(identifier):
        raise Fault(FORBIDDEN, "the worker belongs to somebody else")


def _scope(body: Any) -> projections.Scope:
    scope = body.scope
    if scope is None:
        return projections.Scope()
    return projections.Scope(
        run_id=mapping.parse_run_id(scope.run_id) if scope.run_id else None,
        worker_id=mapping.optional_text(scope.worker_id, "worker_id", 160),
        since=scope.since,
        limit=projections.SCOPE_DEFAULT if scope.limit is None else scope.limit,
    )
