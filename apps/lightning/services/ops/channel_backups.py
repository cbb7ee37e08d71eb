"""Backups of a node's channels: what recovers their funds after a loss. Sealed, one for each change."""

from __future__ import annotations

import base64
import hashlib

import structlog
from django.conf import settings
from django.db import transaction

from apps.lightning.gateways import kek
from apps.lightning.gateways.nodes import NodeDoor
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.models import ChannelBackup, Node
from openagents.db import audit
from openagents.secretbox.box import SecretBox, SecretUnreadable

log = structlog.get_logger("oa.lightning.nodes")

KEPT = 100
"""Backups of a node; the newest alone recovers everything, the others are for a doubt about it."""


def take(node: Node, way: NodeDoor) -> ChannelBackup | None:
    """Store what the node would need, unless it is stored. None: the node gave none, or there is no key to seal it.

    A backup never stops what it follows: failing is logged, and the next look at the node tries again.
    """
    box = _box()
    if not box.ready:
        log.error("channel_backup_unsealed", node=node.node_id)
        return None
    try:
        content = way.backup()
    except GatewayError as error:
        log.warning("channel_backup_failed", node=node.node_id, error=error.reason)
        return None
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        row, made = ChannelBackup.objects.get_or_create(node=node, sha256=digest)
        if made:
            row.sealed = box.seal_bytes(content, purpose(row))
            row.save(update_fields=["sealed"])
            stale = ChannelBackup.objects.filter(node=node).order_by("-id").values_list("pk", flat=True)[KEPT:]
            ChannelBackup.objects.filter(pk__in=list(stale)).delete()
        Node.objects.filter(pk=node.pk).update(backup_due=False)
    return row


def newest(node_id: str) -> ChannelBackup | None:
    return ChannelBackup.objects.filter(node__node_id=node_id).order_by("-id").first()


def opened(row: ChannelBackup) -> str:
    """The backup in base64, for the operator who restores; audited. Raises SecretUnreadable, NoKeyRing."""
    content = _box().open_bytes(row.sealed, purpose(row))
    audit.record("lightning.node.backup_opened", node_id=row.node.node_id, sha256=row.sha256)
    return base64.b64encode(content).decode("ascii")


def rewrap() -> tuple[int, int]:
    """Bring every backup under the ring's first key; (changed, unreadable). Raises NoKeyRing."""
    box, changed, unreadable = _box(), 0, 0
    for key in list(ChannelBackup.objects.values_list("pk", flat=True)):
        with transaction.atomic():
            row = ChannelBackup.objects.select_for_update().filter(pk=key).first()
            if row is None or not box.is_stale(row.sealed):
                continue
            try:
                row.sealed = box.rewrap(row.sealed, purpose(row))
            except SecretUnreadable:
                log.error("channel_backup_unreadable", backup=row.pk)
                unreadable += 1
                continue
            row.save(update_fields=["sealed"])
            changed += 1
    return changed, unreadable


def stale_rows() -> int:
    """Backups that another key than the ring's first sealed; without a ring that is all."""
    box = _box()
    rows = ChannelBackup.objects.exclude(sealed="")
    return (rows.exclude(sealed__startswith=box.current_prefix) if box.ready else rows).count()


def _box() -> SecretBox:
    """A box that refuses everything when the ring cannot be had."""
    try:
        return SecretBox.from_csv(kek.ring(settings.OA))
    except kek.RingUnavailable:
        return SecretBox(None)


def purpose(row: ChannelBackup) -> str:
    return f"oa.lightning.channel_backup.sealed.v1|{row.pk}"
