"""Conversation threads, their messages, and the input frames of runs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Thread(models.Model):
    """A conversation of one owner. Its row lock numbers the messages."""

    thread_id = models.TextField(primary_key=True, db_collation="C")
    owner_key = models.TextField()
    org_id = models.TextField(null=True)
    title = models.TextField(null=True)
    autopilot_id = models.TextField(null=True)
    message_count = models.BigIntegerField(default=0)
    last_message_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "thread"
        indexes = [models.Index(fields=["owner_key", "-updated_at"], name="thread_owner_updated")]

    def __str__(self) -> str:
        return f"{self.thread_id} {self.message_count}"


class ThreadMessage(models.Model):
    """One message. Positions of a thread are 1..n without gaps."""

    pk = models.CompositePrimaryKey("thread_id", "position")
    thread_id = models.TextField(db_collation="C")
    position = models.BigIntegerField()
    message_id = models.TextField(unique=True)
    role = models.TextField()
    text = models.TextField()
    client_message_id = models.TextField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "thread_message"
        constraints = [
            models.UniqueConstraint(
                fields=["thread_id", "client_message_id"],
                condition=Q(client_message_id__isnull=False),
                name="thread_message_client",
            )
        ]

    def __str__(self) -> str:
        return f"{self.thread_id} {self.position} {self.role}"


class RunFrame(models.Model):
    """Input for a running executor. `consumed_seq` is the event that says it was used."""

    pk = models.CompositePrimaryKey("run_id", "frame_id")
    run_id = models.UUIDField()
    frame_id = models.TextField()
    type = models.TextField()
    payload_text = models.TextField()
    fingerprint = models.CharField(max_length=64)
    occurred_at = models.DateTimeField(null=True)
    received_seq = models.BigIntegerField()
    consumed_seq = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "run_frame"
        indexes = [models.Index(fields=["run_id", "received_seq"], name="run_frame_received")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.frame_id}"
