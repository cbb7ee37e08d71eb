"""Khala's own tables. Losing them costs audit history and replay protection of minutes, never data."""

from __future__ import annotations

from typing import Any

from django.db import models


class RevocationRow(models.Model):
    """Something that no longer holds. The id rises with every change, so that pollers see an extension as news."""

    id: models.BigAutoField[Any, Any] = models.BigAutoField(primary_key=True)
    kind = models.TextField()
    subject = models.TextField()
    user_id = models.TextField(null=True)
    org_id = models.TextField(null=True)
    reason = models.TextField()
    source_seq = models.BigIntegerField(null=True)
    source_request_id = models.TextField(null=True)
    revoked_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "khala_revocation"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject", "user_id", "org_id"], name="khala_revocation_subject", nulls_distinct=False
            )
        ]
        indexes = [models.Index(fields=["expires_at"], name="khala_revocation_expires")]


class FeedCursor(models.Model):
    """How far a feed of another plane was read."""

    name = models.TextField(primary_key=True)
    last_seq = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "khala_feed_cursor"


class ConnectionRow(models.Model):
    """One WebSocket, from accept to close."""

    connection_id = models.TextField(primary_key=True)
    node_id = models.TextField()
    lane = models.TextField()
    principal_key = models.TextField()
    user_id = models.TextField(null=True)
    org_id = models.TextField(null=True)
    device_id = models.TextField(null=True)
    session_id = models.TextField(null=True)
    jti = models.TextField()
    surface = models.TextField(null=True)
    client_build_id = models.TextField(null=True)
    origin = models.TextField(null=True)
    ip_hash = models.TextField()
    opened_at = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    close_code = models.IntegerField(null=True)
    close_reason = models.TextField(null=True)
    frames_out = models.BigIntegerField(default=0)
    bytes_out = models.BigIntegerField(default=0)

    class Meta:
        db_table = "khala_connection"
        indexes = [
            models.Index(fields=["session_id"], name="khala_connection_session"),
            models.Index(fields=["device_id"], name="khala_connection_device"),
            models.Index(fields=["closed_at"], name="khala_connection_closed"),
            models.Index(fields=["opened_at"], name="khala_connection_opened"),
            models.Index(fields=["node_id"], name="khala_connection_open", condition=models.Q(closed_at__isnull=True)),
        ]


class AuditRow(models.Model):
    """One allowed or denied act. Append-only, 90 days."""

    id: models.BigAutoField[Any, Any] = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    event = models.TextField()
    outcome = models.TextField()
    reason_code = models.TextField(null=True)
    principal_key = models.TextField(null=True)
    session_id = models.TextField(null=True)
    device_id = models.TextField(null=True)
    topic = models.TextField(null=True)
    connection_id = models.TextField(null=True)
    request_id = models.TextField(null=True)
    attributes = models.JSONField(default=dict)

    class Meta:
        db_table = "khala_audit_event"
        indexes = [
            models.Index(fields=["at"], name="khala_audit_at"),
            models.Index(fields=["session_id", "at"], name="khala_audit_session"),
            models.Index(fields=["topic", "at"], name="khala_audit_topic"),
            models.Index(fields=["outcome", "at"], name="khala_audit_outcome"),
        ]


class RecoveryGrantRow(models.Model):
    """A stale answer was given for this topic: for a while the principal may start it over."""

    principal_key = models.TextField()
    topic = models.TextField()
    reason_codes = models.JSONField()
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    uses = models.IntegerField(default=0)

    class Meta:
        db_table = "khala_recovery_grant"
        constraints = [models.UniqueConstraint(fields=["principal_key", "topic"], name="khala_recovery_grant_topic")]


class NodeRow(models.Model):
    """One serving process."""

    node_id = models.TextField(primary_key=True)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    state = models.TextField()
    connections = models.IntegerField(default=0)
    stats = models.JSONField(default=dict)

    class Meta:
        db_table = "khala_node"
