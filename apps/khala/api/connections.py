"""Open connections for operators: list them over all processes, close one. A close is an order to the owning node."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from apps.khala.models import ConnectionRow
from apps.khala.services import orders
from apps.khala.services.live import positions
from apps.khala.services.node import Node
from apps.khala.services.thread import on_node
from openagents.peers.auth import SignedPeer
from openagents.sync.v1 import http_pb2 as pb
from openagents.wire.faults import NOT_FOUND, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

router = Router(tags=["operations"])
ConnectionsOut = schema(pb.KhalaConnectionsResponse)
CloseIn = schema(pb.KhalaConnectionCloseRequest)
CloseOut = schema(pb.KhalaConnectionCloseResponse)
OPERATORS = SignedPeer({"ops"})
REASON_LENGTH_MAX = 120

Id = Annotated[str, Field(min_length=1, max_length=255, pattern="^[!-~]+$")]
Positions = dict[str, list[dict[str, Any]]]


class Filters(Schema):
    """Which connections. `cursor` is the `next_cursor` of the page before."""

    user_id: Id | None = None
    session_id: Id | None = None
    topic: Id | None = None
    limit: Annotated[int, Query(ge=1, le=500)] = 100
    cursor: Id | None = None


@router.get("/internal/v1/khala/connections", response={200: ConnectionsOut}, auth=OPERATORS)
def connections(request: HttpRequest, filters: Query[Filters]) -> HttpResponse:
    """Open connections, newest first. Positions, and the filter by topic, know only those of this process."""
    nothing: Positions = {}
    live = on_node(_live, default=nothing)
    found = list(_chosen(filters, live)[: filters.limit + 1])
    page, more = found[: filters.limit], len(found) > filters.limit
    return respond(
        ConnectionsOut,
        connections=[_described(row, live.get(row.connection_id)) for row in page],
        next_cursor=page[-1].connection_id if more else None,
    )


@router.post("/internal/v1/khala/connections/{connection_id}/close", response={202: CloseOut}, auth=OPERATORS)
def close(
    request: HttpRequest, connection_id: Annotated[Id, Path()], body: Annotated[WireModel, CloseIn]
) -> HttpResponse:
    """Order the close: a reconnect hint, then 1012. 404 when no node holds such a connection."""
    reason = (body.reason or "").strip()[:REASON_LENGTH_MAX] or "operator"
    if not orders.close_connection(connection_id, reason, "ops"):
        raise Fault(NOT_FOUND, "no such open connection")
    return respond(CloseOut, 202, connection_id=connection_id, reason=reason)


def _live(node: Node) -> Positions:
    return {connection_id: positions(session) for connection_id, session in node.sessions.items()}


def _chosen(filters: Filters, live: Positions) -> QuerySet[ConnectionRow]:
    rows = ConnectionRow.objects.filter(closed_at__isnull=True).order_by("-connection_id")
    if filters.user_id:
        rows = rows.filter(user_id=filters.user_id)
    if filters.session_id:
        rows = rows.filter(session_id=filters.session_id)
    if filters.topic:
        holding = [key for key, held in live.items() if any(row["topic"] == filters.topic for row in held)]
        rows = rows.filter(connection_id__in=holding)
    if filters.cursor:
        rows = rows.filter(connection_id__lt=filters.cursor)  # ids are made of time: newest first
    return rows


def _described(row: ConnectionRow, held: list[dict[str, Any]] | None) -> dict[str, Any]:
    fields = (
        "connection_id", "node_id", "lane", "principal_key", "user_id", "org_id", "device_id", "session_id",
        "surface", "client_build_id", "opened_at", "joined_at",
    )  # fmt: skip
    described = {name: getattr(row, name) for name in fields}
    return described | {"live": held is not None, "positions": held or []}
