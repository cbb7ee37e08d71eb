"""Tables of the ground, present in every plane's database. Migrated by each plane, written only by that plane."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models


class InternalNonce(models.Model):
    """A value that may be used once inside its scope: nonces of signed calls, `jti`s."""

    scope = models.TextField()
    nonce = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "internal_nonce"
        constraints = [models.UniqueConstraint(fields=["scope", "nonce"], name="internal_nonce_once")]


class RateWindow(models.Model):
    """Accepted hits of one key in its bucket: `hits` holds `[unix second, count]` pairs inside the window."""

    bucket = models.TextField()
    key = models.TextField()
    hits = models.JSONField(default=list)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "rate_window"
        constraints = [models.UniqueConstraint(fields=["bucket", "key"], name="rate_window_key")]


class CacheEntry(models.Model):
    """A value computed once for many readers."""

    key = models.TextField(primary_key=True)
    value = models.JSONField()
    stored_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "cache_entry"


class IdempotencyRecord(models.Model):
    """The answer to a mutation, kept with the fingerprint of the request that caused it."""

    scope = models.TextField()
    key = models.TextField()
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(db_default=TransactionNow())
    expires_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        db_table = "idempotency_record"
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_record_once")]


class AuditEvent(models.Model):
    """Who did what, written in the transaction of the mutation; never changed, never deleted by a service."""

    id = models.UUIDField(primary_key=True)
    event_name = models.TextField()
    request_id = models.TextField()
    outcome = models.TextField()
    occurred_at = models.DateTimeField(db_default=TransactionNow())
    user_id = models.TextField(null=True)
    session_id = models.TextField(null=True)
    org_id = models.TextField(null=True)
    device_id = models.TextField(null=True)
    attributes = models.JSONField(default=dict)

    class Meta:
        db_table = "audit_event"
        indexes = [
            models.Index(fields=["event_name", "occurred_at"], name="audit_event_name"),
            models.Index(fields=["user_id", "occurred_at"], name="audit_event_user"),
        ]

    def __str__(self) -> str:
        return f"{self.event_name} {self.outcome} {self.occurred_at:%Y-%m-%d %H:%M:%S}"


class AppliedMigration(models.Model):
    """One of our migrations that ran here: from which file, by which build, and which builds may serve after it."""

    pk = models.CompositePrimaryKey("app", "name")
    plane = models.TextField()
    app = models.TextField()
    name = models.TextField()
    sha256 = models.CharField(max_length=64)
    phase = models.TextField()
    build_id = models.TextField()
    min_compatible_build_id = models.TextField()
    applied_at = models.DateTimeField()
    duration_ms = models.BigIntegerField()

    class Meta:
        db_table = "oa_migration_ledger"


class Heartbeat(models.Model):
    """The last sign of life of a background process of this plane."""

    name = models.TextField(primary_key=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "heartbeat"

    @classmethod
    def beat(cls, name: str) -> None:
        """Record that `name` is alive now, by the database's clock."""
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, at=TransactionNow())],
            update_conflicts=True,
            update_fields=["at"],
            unique_fields=["name"],
        )
