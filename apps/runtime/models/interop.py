"""What is to be mirrored by the Bridge: an outbox that is filled with the mutation and emptied by a task."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class MirrorIntent(models.Model):
    """One public fact on its way to the Bridge. Written in the transaction of the fact itself.

    `open` until the Bridge has answered: `closed` when it took the fact, `failed` when it refused it for good.
    """

    id = models.BigAutoField(primary_key=True)
    schema = models.TextField()
    object_id = models.TextField()
    object_sha256 = models.CharField(max_length=64)
    occurred_at_unix = models.BigIntegerField()
    payload_text = models.TextField()
    """JSON, with keys in the order in which the class hashes them."""
    state = models.TextField(default="open")
    attempts = models.IntegerField(default=0)
    last_code = models.TextField(default="")
    """What the last attempt came to: the Bridge's state or refusal, or why there was no answer."""
    opened_at = models.DateTimeField()
    next_attempt_at = models.DateTimeField()
    """When it may be posted; while somebody posts it, when somebody else may try."""
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mirror_intent"
        constraints = [
            models.UniqueConstraint(fields=["schema", "object_id", "object_sha256"], name="mirror_intent_once"),
            models.CheckConstraint(condition=Q(state__in=["open", "closed", "failed"]), name="mirror_intent_state"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="mirror_intent_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="mirror_intent_state_id"),
            models.Index(fields=["schema", "object_id"], condition=Q(state="open"), name="mirror_intent_open"),
        ]

    def __str__(self) -> str:
        return f"{self.schema} {self.object_id} {self.state}"
