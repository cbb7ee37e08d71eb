"""Smoke flows on demand."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning.api.ops.guards import Scoped
from apps.lightning.domain.credentials import OPS_RUN
from apps.lightning.services.ops import gateway, smoke
from openagents.lightning.v1 import operations_http_pb2 as pb
from openagents.receipts.ids import new_id
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

router = Router(tags=["smoke"])

SmokeIn = schema(pb.SmokeRequest, "camel")
SmokeOut = schema(pb.SmokeSummary, "camel")


@router.post("/smoke/{name}", auth=Scoped(OPS_RUN), response=SmokeOut, summary="Run a smoke flow")
def run(request: HttpRequest, name: str, body: Annotated[WireModel, SmokeIn]) -> HttpResponse:
    """Runs to its end before it answers; a flow that fails is a 200 with `ok` false."""
    request_id = body.request_id.strip() or new_id("smoke")
    if len(request_id) > gateway.REQUEST_ID_CHARS_MAX:
        raise Fault(INVALID_REQUEST, "requestId has at most 128 characters", reason_code="invalid_request_id")
    row = smoke.run(name, body.mode or smoke.default_mode(), request_id)
    return respond(SmokeOut, ok=row.ok, name=row.name, mode=row.mode, request_id=row.request_id, summary=row.summary)
