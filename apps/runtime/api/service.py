"""Routes about the plane itself, for its peers."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from openagents.peers.auth import SignedPeer
from openagents.runtime.v1 import service_http_pb2 as pb
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

ANY_PEER = SignedPeer(issuers={"control", "ops", "khala", "hydra", "aegis", "lightning", "bridge"})

HealthOut = schema(pb.RuntimeInternalHealthResponse)

router = Router(tags=["service"])


@router.get("/health", auth=ANY_PEER, response=HealthOut, summary="Signed probe")
def health(request: HttpRequest) -> HttpResponse:
    return respond(HealthOut, status="ok", service=settings.OA.runtime_service_name, version=settings.OA.oa_build_id)
