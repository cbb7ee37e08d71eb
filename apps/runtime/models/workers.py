"""Workers: the wide row, the narrow row that moves with every beat and event, the log, the control requests."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.runtime.domain.control_requests import RequestState
from apps.runtime.domain.liveness import HeartbeatState
from apps.runtime.domain.worker_states import WorkerStatus


class Worker(models.Model):
    """A worker of either lane. Rewritten by registration, transitions, metadata and trust; never by a beat."""

    worker_id = models.TextField(primary_key=True, db_collation="C")
    lane = models.TextField()
    owner_key = models.TextField()
    org_id = models.TextField(null=True)
    workspace_ref = models.TextField(null=True)
    codex_home_ref = models.TextField(null=True)
    adapter = models.TextField(default="in_memory")
    status = models.TextField(default=WorkerStatus.RUNNING)
    metadata = models.JSONField(default=dict)
    """What the worker says of itself; keys the runtime owns are columns below and never in here."""
    lease_epoch = models.BigIntegerField(default=1)
    is_provider = models.BooleanField(default=False)
    qualified = models.BooleanField(default=False)
    qualified_at = models.DateTimeField(null=True)
    failure_strikes = models.IntegerField(default=0)
    success_count = models.IntegerField(default=0)
    quarantined = models.BooleanField(default=False)
    quarantine_reason = models.TextField(null=True)
    quarantined_at = models.DateTimeField(null=True)
    price_integrity_samples = models.IntegerField(default=0)
    price_integrity_violations = models.IntegerField(default=0)
    last_signals = models.JSONField(default=dict)
    """The `last_price_*`, `last_violation_*`, `last_failure_*` and `last_success_*` facts, by their full names."""
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    live: WorkerLive

    class Meta:
        db_table = "worker"
        indexes = [
            models.Index(fields=["owner_key", "lane"], name="worker_owner_lane"),
            models.Index(fields=["org_id"], name="worker_org"),
            models.Index(fields=["status"], name="worker_status"),
            models.Index(fields=["worker_id"], condition=Q(is_provider=True), name="worker_provider"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(WorkerStatus)), name="worker_status_known"),
            models.CheckConstraint(
                condition=Q(failure_strikes__gte=0, success_count__gte=0, lease_epoch__gte=1), name="worker_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.worker_id} {self.status}"


class WorkerLive(models.Model):
    """What moves with beats and events. No index but the key, and room in the page: an update stays where it is."""

    worker = models.OneToOneField(Worker, models.PROTECT, primary_key=True, related_name="live")
    latest_seq = models.BigIntegerField(default=0)
    last_heartbeat_at = models.DateTimeField(null=True)
    heartbeat_state = models.TextField(default=HeartbeatState.FRESH)
    """The state that was last announced; moved by beats that change it and by the janitor."""
    open_epoch = models.BigIntegerField(null=True)
    """The lease that may beat; null once the worker ended. Here, so that a beat decides on this row alone."""
    event_at = models.DateTimeField()
    """Time of the newest event, which the next one never precedes."""
    rate_second = models.BigIntegerField(default=0)
    rate_count = models.IntegerField(default=0)

    class Meta:
        db_table = "worker_live"

    def __str__(self) -> str:
        return f"{self.worker_id} {self.latest_seq}"


class WorkerEvent(models.Model):
    """One fact about a worker. Appended, never changed."""

    pk = models.CompositePrimaryKey("worker_id", "seq")
    worker_id = models.TextField(db_collation="C")
    seq = models.BigIntegerField()
    event_type = models.TextField()
    payload_text = models.TextField()
    event_id = models.TextField(null=True)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "worker_event"
        constraints = [
            models.UniqueConstraint(
                fields=["worker_id", "event_id"], condition=Q(event_id__isnull=False), name="worker_event_id"
            )
        ]

    def __str__(self) -> str:
        return f"{self.worker_id} {self.seq} {self.event_type}"


class WorkerRequest(models.Model):
    """A control request and what became of it. Its terminal receipt is one event, named once."""

    pk = models.CompositePrimaryKey("worker_id", "request_id")
    worker_id = models.TextField(db_collation="C")
    request_id = models.TextField()
    method = models.TextField()
    fingerprint = models.CharField(max_length=64)
    state = models.TextField(default=RequestState.OPEN)
    http_status = models.IntegerField()
    envelope_text = models.TextField()
    """What a repeat of the request is told; canonical JSON."""
    terminal_event_seq = models.BigIntegerField(null=True)
    deadline_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "worker_request"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN, terminal_event_seq__isnull=True)
                | Q(state__in=[RequestState.SUCCEEDED, RequestState.FAILED], terminal_event_seq__isnull=False),
                name="worker_request_terminal",
            ),
            models.UniqueConstraint(
                fields=["worker_id", "terminal_event_seq"],
                condition=Q(terminal_event_seq__isnull=False),
                name="worker_request_receipt",
            ),
        ]
        indexes = [
            models.Index(fields=["deadline_at"], condition=Q(state=RequestState.OPEN), name="worker_request_open"),
        ]

    def __str__(self) -> str:
        return f"{self.worker_id} {self.request_id} {self.state}"


class WorkerSummary(models.Model):
    """The projection of a worker's log: what `WorkerSummaryValue` says, and since when."""

    worker_id = models.TextField(primary_key=True, db_collation="C")
    status = models.TextField()
    last_seq = models.BigIntegerField()
    event_count = models.BigIntegerField()
    projection_hash = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "worker_summary"
        verbose_name_plural = "worker summaries"
