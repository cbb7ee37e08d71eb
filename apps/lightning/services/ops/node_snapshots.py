"""Looking at every node: a snapshot each time, what is wrong and for how long, and a backup when channels changed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.lightning import metrics
from apps.lightning.domain import macaroon_expiry, node_views
from apps.lightning.domain.node_channels import SeenChannel
from apps.lightning.domain.node_views import Condition, Health
from apps.lightning.gateways.nodes import NodeDoor
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.models import Node, NodeCondition, NodeSnapshot
from apps.lightning.services.ops import channel_backups, nodes

log = structlog.get_logger("oa.lightning.nodes")

KEPT = timedelta(days=30)
PRUNED_AT_ONCE_MAX = 10_000
MACAROON_NOTICE = timedelta(days=7)
ERROR_CHARS_MAX = 300


def look_at_all() -> dict[str, bool]:
    """A snapshot of every enabled node; by node id whether it answered."""
    nodes.ensure_configured()
    answered = {node.node_id: look_at(node) is not None for node in Node.objects.filter(enabled=True)}
    _tell_sums()
    return answered


def look_at(node: Node) -> NodeSnapshot | None:
    """Ask one node and keep what it says; None when it did not answer, which is kept as well."""
    now = timezone.now()
    try:
        way = nodes.door(node)
        snapshot, wrong = _ask(node, way, now)
    except GatewayError as error:
        _unreachable(node, now, f"{error.code}: {error.reason}"[:ERROR_CHARS_MAX])
        return None
    before = nodes.newest(node)
    due = node.backup_due or before is None or _points(before) != _points(snapshot)
    with transaction.atomic():
        snapshot.save(force_insert=True)
        Node.objects.filter(pk=node.pk).update(last_error="", failing_since=None, seen_at=now, backup_due=due)
        _note(node, wrong, now)
    metrics.NODE_UP.labels(node.node_id).set(1)
    metrics.NODE_SYNCED.labels(node.node_id).set(int(snapshot.synced))
    if due:
        channel_backups.take(node, way)
    return snapshot


def prune(now: datetime | None = None) -> int:
    """Forget snapshots older than thirty days, a bounded number at a time; returns how many."""
    limit = (now or timezone.now()) - KEPT
    old = NodeSnapshot.objects.filter(taken_at__lt=limit).order_by("taken_at").values("pk")[:PRUNED_AT_ONCE_MAX]
    return NodeSnapshot.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]


def _ask(node: Node, way: NodeDoor, now: datetime) -> tuple[NodeSnapshot, list[Condition]]:
    info, balances, pending = way.info(), way.node_balances(), way.pending()
    channels = [
        SeenChannel(
            one.channel_point,
            one.channel_id,
            one.peer_id,
            one.active,
            one.capacity_sats,
            one.local_sats,
            one.remote_sats,
        )
        for one in sorted(way.channels(), key=lambda one: one.channel_point)
    ]
    config = settings.OA
    health = Health(
        synced=info.synced,
        confirmed_sats=balances.onchain_confirmed_sats,
        reserve_sats=config.oa_lightning_ops_onchain_reserve_sats,
        pending_close=len(pending.closing),
        forced_close=pending.forced,
        outbound_share_min=config.oa_lightning_ops_outbound_share_min,
        outbound_share_max=config.oa_lightning_ops_outbound_share_max,
    )
    wrong = node_views.conditions(channels, health) + _macaroon(way, now)
    snapshot = NodeSnapshot(
        node=node,
        taken_at=now,
        identity_pubkey=info.identity_pubkey,
        block_height=info.block_height,
        synced=info.synced,
        onchain_confirmed_sats=balances.onchain_confirmed_sats,
        onchain_unconfirmed_sats=balances.onchain_unconfirmed_sats,
        pending_open=len(pending.opening),
        pending_close=len(pending.closing),
        channels=[channel.keep() for channel in channels],
    )
    return snapshot, wrong


def _macaroon(way: NodeDoor, now: datetime) -> list[Condition]:
    """LND's macaroons may end; others have none."""
    expires = macaroon_expiry.expires_at(getattr(way, "macaroon_hex", ""))
    if expires is None or expires - now > MACAROON_NOTICE:
        return []
    return [Condition(node_views.MACAROON_EXPIRES, detail=f"{expires:%Y-%m-%dT%H:%M:%SZ}")]


def _unreachable(node: Node, now: datetime, why: str) -> None:
    metrics.NODE_UP.labels(node.node_id).set(0)
    log.warning("node_unreachable", node=node.node_id, error=why)
    with transaction.atomic():
        Node.objects.filter(pk=node.pk, failing_since__isnull=True).update(failing_since=now)
        Node.objects.filter(pk=node.pk).update(last_error=why)
        _note(node, [Condition(node_views.UNREACHABLE, detail=why)], now, only=node_views.UNREACHABLE)


def _note(node: Node, wrong: list[Condition], now: datetime, only: str | None = None) -> None:
    """Keep what is wrong with its beginning, forget what no longer is, and alert once it lasted long enough.

    `only`: nothing else could be looked at, so that other conditions stay as they are.
    """
    held = NodeCondition.objects.select_for_update().filter(node=node)
    known = {(one.kind, one.subject): one for one in (held.filter(kind=only) if only else held)}
    for one in wrong:
        row = known.pop((one.kind, one.subject), None)
        if row is None:
            row = NodeCondition.objects.create(
                node=node, kind=one.kind, subject=one.subject, detail=one.detail, since=now
            )
        elif row.detail != one.detail:
            row.detail = one.detail
            row.save(update_fields=["detail"])
        if row.alerted_at is None and now - row.since >= _patience(one.kind):
            row.alerted_at = now
            row.save(update_fields=["alerted_at"])
            log.error("node_alert", node=node.node_id, kind=one.kind, subject=one.subject, detail=one.detail)
            metrics.NODE_ALERTS.labels(node.node_id, one.kind).inc()
    for row in known.values():
        if row.alerted_at is not None:
            log.info("node_alert_over", node=node.node_id, kind=row.kind, subject=row.subject)
        row.delete()


def _patience(kind: str) -> timedelta:
    """How long something may be wrong before somebody is told; what is not named here is told at once."""
    config = settings.OA
    seconds = {
        node_views.UNREACHABLE: config.oa_lightning_ops_node_unreachable_secs,
        node_views.NOT_SYNCED: config.oa_lightning_ops_node_unsynced_secs,
        node_views.CHANNEL_INACTIVE: config.oa_lightning_ops_channel_inactive_secs,
        node_views.UNBALANCED: config.oa_lightning_ops_channel_unbalanced_secs,
    }
    return timedelta(seconds=seconds.get(kind, 0))


def _points(snapshot: NodeSnapshot) -> set[str]:
    return {str(channel["channel_point"]) for channel in snapshot.channels}


def _tell_sums() -> None:
    """Gauges over the newest snapshots of all nodes."""
    states: Counter[str] = Counter()
    sats: Counter[str] = Counter()
    for one in nodes.listing():
        if one.snapshot is None:
            continue
        channels = [SeenChannel.read(kept) for kept in one.snapshot.channels]
        active = sum(channel.active for channel in channels)
        states["active"] += active
        states["inactive"] += len(channels) - active
        states["pending_open"] += one.snapshot.pending_open
        states["pending_close"] += one.snapshot.pending_close
        sums = node_views.totals(channels)
        sats["outbound"] += sums.outbound_sats
        sats["inbound"] += sums.inbound_sats
    for state in ("active", "inactive", "pending_open", "pending_close"):
        metrics.NODE_CHANNELS.labels(state).set(states[state])
    for direction in ("outbound", "inbound"):
        metrics.NODE_CHANNEL_SATS.labels(direction).set(sats[direction])
