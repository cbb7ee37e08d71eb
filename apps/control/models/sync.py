"""Tokens minted for Khala, and the revocations that end them there."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q


class IssuedSyncToken(models.Model):
    """A minted sync or khala token; its id is what can be revoked."""

    jti = models.TextField(primary_key=True)
    kind = models.TextField()
    user = models.ForeignKey("control.User", on_delete=models.CASCADE, related_name="issued_tokens")
    session_id = models.TextField()
    device_id = models.TextField()
    org_id = models.TextField()
    scopes = ArrayField(models.TextField(), default=list)
    topics = ArrayField(models.TextField(), default=list)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "control_issued_sync_token"
        indexes = [
            models.Index(fields=["session_id"], name="control_issued_session"),
            models.Index(fields=["user", "expires_at"], name="control_issued_user"),
        ]
        constraints = [models.CheckConstraint(condition=Q(kind__in=["sync", "khala"]), name="control_issued_kind")]

    def __str__(self) -> str:
        return self.jti


class Revocation(models.Model):
    """What Khala must evict. `seq` is gap-free in commit order; the row is both outbox entry and feed entry."""

    seq = models.BigIntegerField(primary_key=True)
    user_id = models.TextField()
    session_ids = ArrayField(models.TextField(), default=list)
    device_ids = ArrayField(models.TextField(), default=list)
    jtis = ArrayField(models.TextField(), default=list)
    user_ids = ArrayField(models.TextField(), default=list)
    memberships = models.JSONField(default=list)
    reason = models.TextField()
    revoked_at = models.DateTimeField()
    request_id = models.TextField()
    created_at = models.DateTimeField(db_default=TransactionNow())
    delivery_state = models.TextField(default="pending")
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=TransactionNow())
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(null=True, blank=True)

    class Meta:
        db_table = "control_revocation"
        indexes = [models.Index(fields=["delivery_state", "next_attempt_at"], name="control_revocation_due")]
        constraints = [
            models.CheckConstraint(
                condition=Q(delivery_state__in=["pending", "delivered", "dead"]), name="control_revocation_state"
            )
        ]

    def __str__(self) -> str:
        return f"revocation {self.seq}"
