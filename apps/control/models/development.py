"""What only development and tests keep."""

from __future__ import annotations

from django.contrib.postgres.functions import TransactionNow
from django.db import models


class DevOutboxMessage(models.Model):
    """A sign-in code that the provider `local` would have mailed."""

    email = models.TextField(db_index=True)
    code = models.TextField()
    created_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "control_dev_outbox_message"

    def __str__(self) -> str:
        return self.email
