"""Fraud incidents, for operators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.runtime.services import incidents
from openagents.peers.auth import SignedPeer
from openagents.runtime.v1 import marketplace_http_pb2 as pb
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

OPERATORS = SignedPeer(issuers={"ops"})
LIMIT_DEFAULT, LIMIT_MAX = 50, 200

ListOut = schema(pb.FraudIncidentListResponse)

router = Router(tags=["fraud"])


@router.get("/incidents", auth=OPERATORS, response=ListOut, summary="Newest fraud incidents")
def listing(request: HttpRequest, limit: int = LIMIT_DEFAULT) -> HttpResponse:
    if not 1 <= limit <= LIMIT_MAX:
        raise Fault(INVALID_REQUEST, f"limit is 1 to {LIMIT_MAX}", errors={"limit": [f"1 to {LIMIT_MAX}"]})
    return respond(
        ListOut,
        schema="openagents.fraud.incident_list.v1",
        incidents=[incidents.incident_view(found) for found in incidents.newest(limit)],
    )
