"""Orders of operators: stored first, then carried out by the node that holds the connection, heard of or polled."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from apps.khala.models import AuditRow, ConnectionRow, NodeRow, OrderRow
from apps.khala.services.control_bus import ORDER, announce

CLOSE: Final = "close"
DRAIN: Final = "drain"
NODE_ALIVE: Final = timedelta(seconds=30)
"""A node that has not beaten for this long is gone."""
DONE: Final = "done"
GONE: Final = "gone"


def close_connection(connection_id: str, reason: str, actor: str) -> bool:
    """Order the connection's node to close it. False when there is no such open connection."""
    row = ConnectionRow.objects.filter(connection_id=connection_id, closed_at__isnull=True).first()
    if row is None or not _alive(row.node_id):
        return False
    _place(row.node_id, CLOSE, connection_id, reason, actor)
    return True


def drain_node(node_id: str, reason: str, actor: str) -> bool:
    """Order a node to drain. False when it does not live."""
    if not _alive(node_id):
        return False
    _place(node_id, DRAIN, "", reason, actor)
    return True


def _alive(node_id: str) -> bool:
    return NodeRow.objects.filter(node_id=node_id, heartbeat_at__gt=timezone.now() - NODE_ALIVE).exists()


def _place(node_id: str, kind: str, subject: str, reason: str, actor: str) -> None:
    with transaction.atomic():
        order = OrderRow.objects.create(
            node_id=node_id, kind=kind, subject=subject, reason=reason, actor=actor, requested_at=timezone.now()
        )
        if kind == CLOSE:
            AuditRow.objects.create(
                at=timezone.now(),
                event="khala.operator.closed",
                outcome="allow",
                reason_code=reason or None,
                connection_id=subject,
                attributes={"actor": actor},
            )
    announce(ORDER, order.id)


def open_orders(node_id: str) -> list[OrderRow]:
    """What the node has not done yet, oldest first."""
    return list(OrderRow.objects.filter(node_id=node_id, done_at__isnull=True).order_by("id"))


def finish(order: OrderRow, outcome: str) -> None:
    """The order is carried out (`done`), or its subject was `gone`."""
    OrderRow.objects.filter(id=order.id).update(done_at=timezone.now(), outcome=outcome)
