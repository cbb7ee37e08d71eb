"""Nodes and channel operations as the wire says them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.lightning.domain import node_views
from apps.lightning.domain.channel_operations import Check, State
from apps.lightning.domain.node_channels import SeenChannel
from apps.lightning.models import ChannelOperation, Node, NodeSnapshot


def node_entry(node: Node, snapshot: NodeSnapshot | None) -> dict[str, Any]:
    """One of `GET /nodes`."""
    return {
        "node_id": node.node_id,
        "backend": node.backend,
        "purpose": node.purpose,
        "enabled": node.enabled,
        "synced_to_chain": bool(snapshot and snapshot.synced),
        "block_height": snapshot.block_height if snapshot else None,
        "last_error": node.last_error or None,
        "as_of": snapshot.taken_at if snapshot else None,
    }


def balances(node: Node, snapshot: NodeSnapshot) -> dict[str, Any]:
    """`openagents.lightning.node_balances.v1`."""
    totals = node_views.totals(_channels(snapshot))
    return {
        "schema": node_views.BALANCES_SCHEMA,
        "backend": node.backend,
        "onchain_sats": snapshot.onchain_confirmed_sats,
        "channel_total_sats": totals.total_sats,
        "channel_outbound_sats": totals.outbound_sats,
        "channel_inbound_sats": totals.inbound_sats,
        "as_of": snapshot.taken_at,
    }


def channel_health(node: Node, snapshot: NodeSnapshot) -> dict[str, Any]:
    """`openagents.lightning.channel_health.v1`."""
    channels = _channels(snapshot)
    return {
        "schema": node_views.HEALTH_SCHEMA,
        "backend": node.backend,
        "channel_count": len(channels),
        "connected_channel_count": sum(channel.active for channel in channels),
        "as_of": snapshot.taken_at,
    }


def channels(node: Node, snapshot: NodeSnapshot) -> dict[str, Any]:
    """`openagents.lightning.node_channels.v1`."""
    return {
        "schema": node_views.CHANNELS_SCHEMA,
        "backend": node.backend,
        "channels": [channel.keep() for channel in _channels(snapshot)],
        "as_of": snapshot.taken_at,
    }


def operation(row: ChannelOperation, checks: Iterable[Check] = ()) -> dict[str, Any]:
    """An operation; a dry run has checks and no times."""
    stored = row.state != State.DRY_RUN
    return {
        "op_id": row.op_id,
        "node_id": row.node.node_id,
        "kind": row.kind,
        "params": row.params,
        "state": row.state,
        "requested_by": row.requested_by,
        "approved_by": row.approved_by,
        "txid": row.txid or None,
        "error": row.error or None,
        "created_at": row.created_at if stored else None,
        "updated_at": row.updated_at if stored else None,
        "checks": [
            {"name": check.name, "ok": check.ok, "detail": check.detail, "reason_code": check.reason_code or None}
            for check in checks
        ],
    }


def _channels(snapshot: NodeSnapshot) -> list[SeenChannel]:
    return [SeenChannel.read(kept) for kept in snapshot.channels]
