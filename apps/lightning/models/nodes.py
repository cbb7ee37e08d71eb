"""Nodes, what was seen of them, and what is done with their channels. Lightning ops alone touches these."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.lightning.domain.channel_operations import STORED, Kind


class Node(models.Model):
    """A node as configuration: where it is and what it is for. Its secrets are references, never values."""

    node_id = models.TextField(unique=True, db_collation="C")
    backend = models.TextField()
    purpose = models.TextField()
    endpoint = models.TextField(default="")
    credential_refs = models.JSONField(default=dict)
    """Names of the variables or files that hold `macaroon` and `tls_cert`."""
    enabled = models.BooleanField(default=True)
    last_error = models.TextField(default="")
    failing_since = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    backup_due = models.BooleanField(default=True)
    """Its channels changed, and the backup of the change is not stored yet."""
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "node"
        constraints = [
            models.CheckConstraint(
                condition=Q(backend__in=["simulated", "lnd"], purpose__in=["executor", "gateway", "liquidity"]),
                name="node_sane",
            )
        ]

    def __str__(self) -> str:
        return self.node_id


class NodeSnapshot(models.Model):
    """What a node said of itself at one moment. Kept thirty days."""

    node = models.ForeignKey(Node, models.CASCADE, related_name="snapshots")
    taken_at = models.DateTimeField()
    identity_pubkey = models.TextField()
    block_height = models.BigIntegerField()
    synced = models.BooleanField()
    onchain_confirmed_sats = models.BigIntegerField()
    onchain_unconfirmed_sats = models.BigIntegerField()
    pending_open = models.IntegerField()
    pending_close = models.IntegerField()
    channels = models.JSONField(default=list)

    class Meta:
        db_table = "node_snapshot"
        indexes = [
            models.Index(fields=["node", "-taken_at"], name="node_snapshot_newest"),
            models.Index(fields=["taken_at"], name="node_snapshot_taken"),
        ]

    def __str__(self) -> str:
        return f"{self.node_id} {self.taken_at:%Y-%m-%dT%H:%M:%SZ}"


class NodeCondition(models.Model):
    """Something that is wrong with a node at present, since when, and whether it was reported."""

    node = models.ForeignKey(Node, models.CASCADE, related_name="conditions")
    kind = models.TextField()
    subject = models.TextField(default="")
    detail = models.TextField(default="")
    since = models.DateTimeField()
    alerted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "node_condition"
        constraints = [models.UniqueConstraint(fields=["node", "kind", "subject"], name="node_condition_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}".strip()


class ChannelOperation(models.Model):
    """One thing done with a node's channels: what was asked, who agreed, how far it is."""

    op_id = models.TextField(unique=True)
    node = models.ForeignKey(Node, models.PROTECT, related_name="operations")
    kind = models.TextField()
    params = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    state = models.TextField()
    requested_by = models.TextField()
    approved_by = models.JSONField(default=list)
    approvals_needed = models.IntegerField()
    evidence = models.JSONField(null=True)
    reason = models.TextField(default="")
    amount_sats = models.BigIntegerField(default=0)
    """Of an opening: what the funding limits count."""
    peer_id = models.TextField(default="")
    txid = models.TextField(default="")
    output_index = models.IntegerField(null=True)
    error = models.TextField(default="")
    not_found = models.IntegerField(default=0)
    """How often a crashed submission was looked for without being found."""
    lease_expires_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "channel_operation"
        indexes = [
            models.Index(
                fields=["next_check_at"],
                condition=Q(state__in=["approved", "submitting", "pending_chain"]),
                name="channel_operation_open",
            ),
            models.Index(fields=["node", "kind", "created_at"], name="channel_operation_funding"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=sorted(str(state) for state in STORED), kind__in=sorted(str(kind) for kind in Kind)
                ),
                name="channel_operation_sane",
            )
        ]

    def __str__(self) -> str:
        return f"{self.op_id} {self.state}"


class ChannelBackup(models.Model):
    """A node's channels as they would have to be recovered; sealed, one row for each change."""

    node = models.ForeignKey(Node, models.CASCADE, related_name="backups")
    sha256 = models.CharField(max_length=64)
    sealed = models.TextField(default="")
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "channel_backup"
        constraints = [models.UniqueConstraint(fields=["node", "sha256"], name="channel_backup_once")]

    def __str__(self) -> str:
        return f"{self.node_id} {self.taken_at:%Y-%m-%dT%H:%M:%SZ}"
