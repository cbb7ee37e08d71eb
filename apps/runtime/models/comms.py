"""What became of sent mail, as the mail providers told it."""

from __future__ import annotations

from django.db import models


class CommsDeliveryEvent(models.Model):
    """One report of a provider. Appended once per (provider, event_id); the recipient is kept hashed and masked."""

    pk = models.CompositePrimaryKey("provider", "event_id")
    provider = models.TextField()
    event_id = models.TextField()
    fingerprint = models.CharField(max_length=64)
    state = models.TextField()
    payload_text = models.TextField()
    """Canonical JSON, with the secrets and addresses in it masked."""
    message_id = models.TextField(null=True)
    integration_id = models.TextField(null=True)
    recipient_sha256 = models.CharField(max_length=64, null=True)
    recipient_masked = models.TextField(null=True)
    reason = models.TextField(null=True)
    owner_key = models.TextField(null=True)
    """Whom it concerns, when that is known."""
    occurred_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "comms_delivery_event"
        indexes = [
            models.Index(
                fields=["integration_id", "-received_at"],
                condition=models.Q(owner_key__isnull=False),
                name="comms_delivery_integration",
            )
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.event_id} {self.state}"
