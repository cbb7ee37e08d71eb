"""Runs and their event log."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.runtime.domain.run_states import RunStatus


class Run(models.Model):
    """A unit of execution. Its head (`latest_seq`, status) is moved by the append function alone."""

    id = models.UUIDField(primary_key=True)
    owner_key = models.TextField()
    org_id = models.TextField(null=True)
    visibility = models.TextField(default="owner")
    thread_id = models.TextField(null=True)
    worker_id = models.TextField(null=True)
    status = models.TextField(default=RunStatus.CREATED)
    metadata_text = models.TextField(default="{}")
    """Canonical JSON: jsonb would not keep the text that receipts hash."""
    latest_seq = models.BigIntegerField(default=0)
    event_count = models.BigIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    terminal_at = models.DateTimeField(null=True)
    terminal_reason_class = models.TextField(null=True)
    terminal_reason = models.TextField(null=True)
    create_key = models.TextField(null=True)
    create_fingerprint = models.CharField(max_length=64)
    rate_second = models.BigIntegerField(default=0)
    rate_count = models.IntegerField(default=0)
    """Appends admitted within `rate_second` (unix time): the window of the run's topic, moved with the run's row."""
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "run"
        constraints = [
            models.UniqueConstraint(
                fields=["owner_key", "create_key"], condition=Q(create_key__isnull=False), name="run_create_key"
            ),
            models.CheckConstraint(condition=Q(latest_seq__gte=0, event_count__gte=0), name="run_counts"),
        ]
        indexes = [
            models.Index(fields=["owner_key", "-created_at", "-id"], name="run_owner_created"),
            models.Index(fields=["worker_id", "status"], name="run_worker_status"),
            models.Index(fields=["terminal_at"], condition=Q(terminal_at__isnull=False), name="run_terminal_at"),
            models.Index(fields=["id"], condition=Q(status=RunStatus.CANCELING), name="run_canceling"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.status} {self.latest_seq}"


class RunEvent(models.Model):
    """One fact about a run. Appended by `runtime_append`, never changed."""

    pk = models.CompositePrimaryKey("run_id", "seq")
    run_id = models.UUIDField()
    seq = models.BigIntegerField()
    event_type = models.TextField()
    payload_text = models.TextField()
    payload_sha256 = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    source = models.TextField()
    idempotency_key = models.TextField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "run_event"
        constraints = [
            models.UniqueConstraint(
                fields=["run_id", "source", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="run_event_key",
            )
        ]
        indexes = [
            # The few events that say what money did: the statistics read them without touching the rest.
            models.Index(fields=["recorded_at"], condition=Q(event_type="payment"), name="run_event_payment"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.seq} {self.event_type}"
