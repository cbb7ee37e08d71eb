"""The market: quotes, router decisions, dispatches and their attempts, what was learnt about providers, incidents."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.runtime.models.workers import Worker
from openagents.receipts.ids import new_uuid7


class DispatchStatus(models.TextChoices):
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class AttemptState(models.TextChoices):
    """`pending` is committed before the call; `unknown`: nobody is left who could say what the call did."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Provider(Worker):
    """A worker that offers its work; the same row, for the operator's pages of the market."""

    class Meta:
        proxy = True


class ComputeQuote(models.Model):
    """An all-in price that was given to an owner. Never changed."""

    quote_sha256 = models.CharField(max_length=64, primary_key=True)
    quote_id = models.TextField(unique=True)
    owner_key = models.TextField()
    job_hash = models.CharField(max_length=64)
    provider_worker_id = models.TextField()
    total_price_msats = models.BigIntegerField()
    valid_until = models.DateTimeField()
    quote_text = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "compute_quote"
        indexes = [
            models.Index(fields=["owner_key", "job_hash"], name="compute_quote_owner_job"),
            models.Index(fields=["-created_at"], name="compute_quote_created"),
        ]
        constraints = [models.CheckConstraint(condition=Q(total_price_msats__gte=0), name="compute_quote_price")]

    def __str__(self) -> str:
        return self.quote_id


class RouterDecision(models.Model):
    """Which candidate a run's work was routed to. Never changed; its receipt is an event of the run."""

    decision_id = models.UUIDField(primary_key=True, default=new_uuid7)
    run_id = models.UUIDField()
    key = models.TextField()
    fingerprint = models.CharField(max_length=64)
    decision_sha256 = models.CharField(max_length=64)
    owner_key = models.TextField()
    policy = models.TextField()
    marketplace_id = models.TextField()
    capability = models.TextField()
    decision_text = models.TextField()
    event_seq = models.BigIntegerField()
    decided_at_unix = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "router_decision"
        constraints = [models.UniqueConstraint(fields=["run_id", "key"], name="router_decision_key")]
        indexes = [models.Index(fields=["-created_at"], name="router_decision_created")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.decision_sha256}"


class Dispatch(models.Model):
    """A job given to providers: the intent, and in the end its result."""

    dispatch_id = models.TextField(primary_key=True)
    owner_key = models.TextField()
    idempotency_key = models.TextField(null=True)
    fingerprint = models.CharField(max_length=64)
    capability = models.TextField()
    job_hash = models.CharField(max_length=64)
    run_id = models.UUIDField(null=True)
    status = models.TextField(choices=DispatchStatus.choices, default=DispatchStatus.RUNNING)
    selection_text = models.TextField(null=True)
    response_text = models.TextField(null=True)
    failure = models.TextField(null=True)
    """Why it failed: the reason of its last attempt, `provider_not_found`, `not_sent` or `outcome_unknown`."""
    latency_ms = models.BigIntegerField(null=True)
    fallback_from_provider_id = models.TextField(null=True)
    deadline_at = models.DateTimeField()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dispatch"
        verbose_name_plural = "dispatches"
        constraints = [
            models.UniqueConstraint(
                fields=["owner_key", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="dispatch_key",
            ),
            models.CheckConstraint(
                condition=Q(status="running", finished_at__isnull=True)
                | Q(status__in=["succeeded", "failed"], finished_at__isnull=False),
                name="dispatch_finished",
            ),
        ]
        indexes = [
            models.Index(fields=["owner_key", "capability", "-created_at"], name="dispatch_owner_capability"),
            models.Index(fields=["deadline_at"], condition=Q(status="running"), name="dispatch_running"),
        ]

    def __str__(self) -> str:
        return f"{self.dispatch_id} {self.status}"


class DispatchAttempt(models.Model):
    """One call to one provider, written before it is made."""

    pk = models.CompositePrimaryKey("dispatch_id", "attempt")
    dispatch_id = models.TextField()
    attempt = models.IntegerField()
    worker_id = models.TextField()
    provider_id = models.TextField()
    tier = models.TextField()
    base_url = models.TextField()
    state = models.TextField(choices=AttemptState.choices, default=AttemptState.PENDING)
    reason = models.TextField(null=True)
    sent = models.BooleanField(null=True)
    """Whether the provider may have seen the request; None while that is open."""
    latency_ms = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "dispatch_attempt"
        indexes = [models.Index(fields=["worker_id", "-started_at"], name="dispatch_attempt_worker")]

    def __str__(self) -> str:
        return f"{self.dispatch_id} {self.attempt} {self.state}"


class ProviderSignal(models.Model):
    """A trust signal that has been counted; the unique row is what makes it count once."""

    pk = models.CompositePrimaryKey("worker_id", "signal", "dedupe_key")
    worker_id = models.TextField()
    signal = models.TextField()
    dedupe_key = models.TextField()
    delta_text = models.TextField()
    """Canonical JSON: the record after the signal, and the sample of a price signal."""
    created_at = models.DateTimeField()

    class Meta:
        db_table = "provider_signal"

    def __str__(self) -> str:
        return f"{self.worker_id} {self.signal}"


class FraudIncident(models.Model):
    """Something that looked like fraud. Never changed."""

    incident_id = models.TextField(primary_key=True)
    incident_type = models.TextField()
    severity = models.TextField()
    provider_id = models.TextField(null=True)
    provider_worker_id = models.TextField(null=True)
    job_hash = models.TextField(null=True)
    run_id = models.TextField(null=True)
    quote_sha256 = models.TextField(null=True)
    actions = models.JSONField(default=list)
    evidence_text = models.TextField(default="{}")
    created_at = models.DateTimeField()

    class Meta:
        db_table = "fraud_incident"
        indexes = [
            models.Index(fields=["-created_at", "-incident_id"], name="fraud_incident_created"),
            models.Index(fields=["provider_worker_id"], name="fraud_incident_worker"),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.incident_type}"
