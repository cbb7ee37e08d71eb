"""The fan-out as peers and operators see it: drivers, replay windows, delivery figures; and draining a process."""

from __future__ import annotations

from typing import Annotated, Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from apps.khala.models import NodeRow
from apps.khala.services.node import Node
from apps.khala.services.orders import NODE_ALIVE
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
HooksOut = schema(pb.FanoutHooksResponse)
HOOK_WINDOWS: Final = 20
BACKENDS: Final = ("nats", "redis", "postgres_notify")
NOTES: Final = {
    "active": "hints and control events travel through it",
    "available": "configured, not in use",
    "not_configured": "not configured here",
}


Seen = tuple[dict[str, Any], list[dict[str, Any]]]
NOTHING: Seen = ({}, [])


def _seen(node: Node, windows: int) -> Seen:
    """Delivery metrics and topic windows of this process."""
    delivery: dict[str, Any] = {"recent_disconnect_causes": node.stats.disconnect_causes, **node.poller.figures()}
    return delivery, node.topic_windows(windows)


def _driver() -> str:
    driver: str = settings.OA.hint_driver()
    return "postgres_notify" if driver == "postgres" else driver


def _hook(backend: str) -> dict[str, str]:
    if backend == _driver():
        status = "active"
    elif backend == "postgres_notify" or (backend == "redis" and settings.OA.redis_url):
        status = "available"
    else:
        status = "not_configured"
    return {"backend": backend, "status": status, "note": NOTES[status]}


@router.get("/internal/v1/khala/fanout/hooks", response={200: HooksOut}, auth=SignedPeer({"ops", "runtime"}))
def hooks(request: HttpRequest) -> HttpResponse:
    """The drivers that exist and which one is in use; the windows of this process's largest topics."""
    delivery, windows = on_node(lambda node: _seen(node, HOOK_WINDOWS), default=NOTHING)
    return respond(
        HooksOut,
        driver=_driver(),
        hooks=[_hook(backend) for backend in BACKENDS],
        delivery_metrics=delivery,
        topic_windows=windows,
    )


@router.get(
    "/internal/v1/khala/fanout/metrics",
    response={200: MetricsOut},
    auth=SignedPeer({"ops", "runtime", "control"}),
)
def metrics(request: HttpRequest, topic_limit: Annotated[int, Query(ge=1, le=200)] = 20) -> HttpResponse:
    """Windows of the topics this process watches, and the figures of all processes."""
    alive = list(NodeRow.objects.filter(heartbeat_at__gt=timezone.now() - NODE_ALIVE))
    delivery, windows = on_node(lambda node: _seen(node, topic_limit), default=NOTHING)
    return respond(
        MetricsOut,
        driver=_driver(),
        delivery_metrics=delivery,
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
