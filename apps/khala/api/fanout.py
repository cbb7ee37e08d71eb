"""`GET /internal/v1/khala/fanout/metrics`: replay windows and delivery figures; `POST …/drain`: leave gracefully."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from apps.khala.models import NodeRow
from apps.khala.services.stats import merged
from apps.khala.services.thread import on_node
from openagents.peers.auth import SignedPeer
from openagents.sync.v1 import http_pb2 as pb
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

router = Router(tags=["operations"])
MetricsOut = schema(pb.FanoutMetricsResponse)
DrainIn = schema(pb.KhalaDrainRequest)
DrainOut = schema(pb.KhalaDrainResponse)
NODE_ALIVE: Final = timedelta(seconds=30)


@router.get(
    "/internal/v1/khala/fanout/metrics",
    response={200: MetricsOut},
    auth=SignedPeer({"ops", "runtime", "control"}),
)
def metrics(request: HttpRequest, topic_limit: Annotated[int, Query(ge=1, le=200)] = 20) -> HttpResponse:
    """Windows of the topics this process watches, and the figures of all processes."""
    alive = list(NodeRow.objects.filter(heartbeat_at__gt=timezone.now() - NODE_ALIVE))
    driver = settings.OA.hint_driver()
    nothing: list[dict[str, Any]] = []
    windows = on_node(lambda node: node.topic_windows(topic_limit), default=nothing)
    return respond(
        MetricsOut,
        driver="postgres_notify" if driver == "postgres" else driver,
        delivery_metrics={},
        topic_windows=windows,
        stats=merged(sum(row.connections for row in alive), [row.stats for row in alive]),
    )


@router.post("/internal/v1/khala/drain", response={202: DrainOut}, auth=SignedPeer({"ops"}))
def drain(request: HttpRequest, body: Annotated[WireModel, DrainIn]) -> HttpResponse:
    """Begin to drain this process; a second call answers the same drain."""
    answer = on_node(lambda node: (node.drain(body.window_ms), len(node.sessions)), default=None)
    if answer is None:
        raise Fault(DEPENDENCY_UNAVAILABLE, "the node has not started")
    drain_id, connections = answer
    return respond(DrainOut, 202, drain_id=drain_id, connections=connections)
