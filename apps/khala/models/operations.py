"""What an operator asks of a node: written down first, so that the node does it even if it did not hear at once."""

from __future__ import annotations

from typing import Any

from django.db import models


class OrderRow(models.Model):
    """One order to one node. `kind`: `close` (subject: a connection id) or `drain` (subject: empty)."""

    id: models.BigAutoField[Any, Any] = models.BigAutoField(primary_key=True)
    node_id = models.TextField()
    kind = models.TextField()
    subject = models.TextField()
    reason = models.TextField()
    actor = models.TextField()
    requested_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    outcome = models.TextField(null=True)

    class Meta:
        db_table = "khala_order"
        indexes = [
            models.Index(fields=["node_id"], name="khala_order_open", condition=models.Q(done_at__isnull=True)),
            models.Index(fields=["requested_at"], name="khala_order_age"),
        ]
