"""Operators' routes: the write mode, and the runtime's part of the public statistics."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.runtime.api.principals import operator_of
from apps.runtime.services import statistics, write_mode
from openagents.peers.auth import SignedPeer
from openagents.runtime.v1 import service_http_pb2 as pb
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

# Not a `Writer`: the route that thaws has to work while everything is frozen.
OPERATORS = SignedPeer(issuers={"control", "ops"})
READERS = SignedPeer(issuers={"control", "ops"})

WriteModeIn = schema(pb.RuntimeWriteModeRequest, required=("mode", "reason"))
WriteModeOut = schema(pb.RuntimeWriteModeResponse)
StatsOut = schema(pb.RuntimeStatsResponse)

router = Router(tags=["operations"])


@router.post(
    "/ops/write-mode",
    auth=OPERATORS,
    response={200: WriteModeOut, 202: WriteModeOut},
    summary="Freeze or thaw the authority",
)
def switch_write_mode(request: HttpRequest, body: Annotated[WireModel, WriteModeIn]) -> HttpResponse:
    """Answers when no write of the old mode is in flight any more. In production 202 until a second operator agrees."""
    actor = operator_of(request)
    done = write_mode.switch(body.mode.strip().lower(), body.reason, actor)
    return respond(
        WriteModeOut,
        202 if done.pending else 200,
        mode=done.mode,
        pending_mode=done.pending,
        approved_by=done.approved_by,
        updated_at=done.updated_at,
    )


@router.get("/stats/runtime", auth=READERS, response=StatsOut, summary="Totals for the public statistics")
def stats(request: HttpRequest) -> HttpResponse:
    return respond(StatsOut, **statistics.statistics())
