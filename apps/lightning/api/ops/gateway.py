"""The paid gateway: compile, reconcile, roll back, and what was deployed when."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning import mapping_operations as mapping
from apps.lightning import peers
from apps.lightning.api.ops.guards import Scoped, named
from apps.lightning.domain.credentials import OPS_READ, OPS_RUN
from apps.lightning.models import ReconcileRun
from apps.lightning.services.ops import compiling, gateway, reconcile, security
from openagents.lightning.v1 import operations_http_pb2 as pb
from openagents.receipts.ids import new_id
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

router = Router(tags=["gateway"])

CompileIn = schema(pb.CompileRequest, "camel")
CompileOut = schema(pb.CompileSummary, "camel", omit_unset=True)
ReconcileIn = schema(pb.ReconcileRequest, "camel", required=("request_id",))
RollbackIn = schema(pb.RollbackRequest, "camel", required=("request_id", "target_config_hash", "reason"))
RunOut = schema(pb.ReconcileRunView, "camel", omit_unset=True)
RunsOut = schema(pb.DeploymentsResponse, "camel", omit_unset=True)
ArtifactOut = schema(pb.CompiledArtifactView, "camel")


@router.post("/compile", auth=Scoped(OPS_RUN), response=CompileOut, summary="Compile the paywalls as they are now")
def compile_paywalls(request: HttpRequest, body: Annotated[WireModel, CompileIn]) -> HttpResponse:
    """With `persist` the artifact is kept and control hears of the intent."""
    try:
        found = compiling.compile_and_record(body.request_id or new_id("compile"), body.persist)
    except (peers.ControlUnavailable, peers.ControlRefused) as error:
        raise security.fault_of(error) from None
    return respond(CompileOut, **found)


@router.post("/reconcile", auth=Scoped(OPS_RUN), response=RunOut, summary="Bring the gateway to what the paywalls say")
def start_reconcile(request: HttpRequest, body: Annotated[WireModel, ReconcileIn]) -> HttpResponse:
    """Runs to its end before it answers; the same request id answers with the run as it stands."""
    row, fresh = reconcile.start(_request_id(body.request_id), named(request), body.reason)
    return _answer(reconcile.run(row) if fresh else row)


@router.get("/reconcile/{request_id}", auth=Scoped(OPS_READ), response=RunOut, summary="Read a run")
def read_run(request: HttpRequest, request_id: str) -> HttpResponse:
    return _answer(gateway.run_of(request_id))


@router.post("/rollback", auth=Scoped(OPS_RUN), response=RunOut, summary="Deploy a stored artifact again")
def roll_back(request: HttpRequest, body: Annotated[WireModel, RollbackIn]) -> HttpResponse:
    """A run like any other, with a stored artifact instead of a compile."""
    row, fresh = reconcile.start_rollback(
        _request_id(body.request_id), body.target_config_hash.strip(), named(request), body.reason.strip()
    )
    return _answer(reconcile.run(row) if fresh else row)


@router.get("/artifacts/{config_hash}", auth=Scoped(OPS_READ), response=ArtifactOut, summary="Read an artifact")
def read_artifact(request: HttpRequest, config_hash: str) -> HttpResponse:
    row = gateway.artifact_of(config_hash)
    return respond(ArtifactOut, **mapping.artifact(row, row.rules.order_by("position")))


@router.get("/deployments", auth=Scoped(OPS_READ), response=RunsOut, summary="Runs, newest first")
def deployments(request: HttpRequest) -> HttpResponse:
    return respond(RunsOut, runs=[mapping.run_view(row, row.steps.all()) for row in gateway.newest_runs()])


def _answer(row: ReconcileRun) -> HttpResponse:
    return respond(RunOut, **mapping.run_view(row, row.steps.order_by("n")))


def _request_id(text: str) -> str:
    trimmed = cast(Any, text).strip()
    if not 0 < len(trimmed) <= gateway.REQUEST_ID_CHARS_MAX:
        raise Fault(INVALID_REQUEST, "requestId has 1 to 128 characters", reason_code="invalid_request_id")
    return str(trimmed)
