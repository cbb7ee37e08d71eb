"""Secrets of users for the services their agents talk to."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

from apps.control.models.identity import User


class IntegrationSecret(models.Model):
    """One sealed secret of one integration; opened only for the runtime, and only while active."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="integration_secrets")
    provider = models.TextField()
    integration_id = models.TextField()
    status = models.TextField(default="active")
    sealed = models.TextField()
    """Blank once revoked: a revoked secret is gone, not merely refused."""
    key_id = models.TextField()
    fingerprint = models.CharField(max_length=64)
    """SHA-256 of purpose and secret: tells two values of one integration apart, and matches no other row."""
    last4 = models.TextField()
    created_at = models.DateTimeField(db_default=TransactionNow())
    updated_at = models.DateTimeField(db_default=TransactionNow())
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "control_integration_secret"
        constraints = [
            models.UniqueConstraint(fields=["user", "provider", "integration_id"], name="control_integration_once"),
            models.CheckConstraint(condition=Q(status__in=["active", "revoked"]), name="control_integration_status"),
            models.CheckConstraint(
                condition=Q(status="revoked", sealed="", revoked_at__isnull=False)
                | (Q(status="active", revoked_at__isnull=True) & ~Q(sealed="")),
                name="control_integration_revoked_is_gone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.integration_id}"
