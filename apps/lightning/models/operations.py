"""What lightning ops keeps: compilations, runs of the reconcile, ingested money events, tokens, smoke runs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.lightning.domain.reconciling import OPEN_STATES, State
from apps.lightning.domain.settlement_events import EventState, Kind


class CompiledArtifact(models.Model):
    """One outcome of a compile, by the hash of everything that would be deployed. Never changes."""

    config_hash = models.TextField(unique=True)
    snapshot_hash = models.TextField()
    yaml = models.TextField()
    route_text = models.TextField()
    valid = models.BooleanField()
    diagnostics = models.JSONField(default=list)
    excluded = models.JSONField(default=list)
    rule_count = models.IntegerField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "compiled_artifact"

    def __str__(self) -> str:
        return self.config_hash


class CompiledRule(models.Model):
    """One service of an artifact, in match order; by its name a settlement finds its paywall and owner."""

    artifact = models.ForeignKey(CompiledArtifact, models.CASCADE, related_name="rules")
    position = models.IntegerField()
    service_name = models.TextField()
    paywall_id = models.TextField()
    owner_id = models.TextField()
    route_id = models.TextField()
    host = models.TextField()
    path = models.TextField()
    host_regexp = models.TextField()
    path_regexp = models.TextField()
    upstream_url = models.TextField()
    amount_msats = models.BigIntegerField()
    price_sats = models.BigIntegerField()
    validity_seconds = models.IntegerField()
    quota_per_minute = models.BigIntegerField(null=True)
    quota_per_day = models.BigIntegerField(null=True)

    class Meta:
        db_table = "compiled_rule"
        constraints = [models.UniqueConstraint(fields=["artifact", "position"], name="compiled_rule_once")]
        indexes = [models.Index(fields=["service_name"], name="compiled_rule_service")]

    def __str__(self) -> str:
        return self.service_name


class ReconcileRun(models.Model):
    """One run towards a gateway, at most one open at a time. `target_hash`: a rollback's aim, else empty."""

    request_id = models.TextField(unique=True)
    gateway = models.TextField()
    kind = models.TextField(default="reconcile")
    reason = models.TextField(default="")
    started_by = models.TextField()
    state = models.TextField()
    deployment_id = models.TextField(default="")
    config_hash = models.TextField(default="")
    target_hash = models.TextField(default="")
    rule_count = models.IntegerField(default=0)
    valid = models.BooleanField(default=False)
    diagnostics = models.JSONField(default=list)
    previous = models.JSONField(null=True)
    image_digest = models.TextField(default="")
    rolled_back_from = models.TextField(default="")
    health_ok = models.BooleanField(default=False)
    challenge_ok = models.BooleanField(default=False)
    proxy_ok = models.BooleanField(default=False)
    noop = models.BooleanField(default=False)
    failure_code = models.TextField(default="")
    failure_reason = models.TextField(default="")
    lease_expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reconcile_run"
        constraints = [
            models.UniqueConstraint(
                fields=["gateway"], condition=Q(state__in=sorted(OPEN_STATES)), name="reconcile_run_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(str(state) for state in State)) & Q(kind__in=["reconcile", "rollback"]),
                name="reconcile_run_sane",
            ),
        ]
        indexes = [models.Index(fields=["-created_at"], name="reconcile_run_newest")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.state}"


class ServedConfig(models.Model):
    """What the embedded gateway serves at this moment: one row, switched by one statement."""

    gateway = models.TextField(unique=True)
    deployment_id = models.TextField()
    config_hash = models.TextField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "served_config"

    def __str__(self) -> str:
        return self.config_hash


class ReconcileStep(models.Model):
    """A step of a run: written before its side effect, ended after it."""

    run = models.ForeignKey(ReconcileRun, models.CASCADE, related_name="steps")
    n = models.IntegerField()
    name = models.TextField()
    outcome = models.TextField(default="")
    detail = models.TextField(default="")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "reconcile_step"
        constraints = [models.UniqueConstraint(fields=["run", "n"], name="reconcile_step_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.outcome}".strip()


class IngestEvent(models.Model):
    """A money event on its way to the control plane; `body` without the proof, which is sealed beside it.

    `unmatched`: its service is not known (yet).
    """

    kind = models.TextField()
    external_id = models.TextField()
    state = models.TextField()
    body = models.JSONField()
    body_sha256 = models.CharField(max_length=64)
    proof_enc = models.TextField(default="")
    occurred_at_ms = models.BigIntegerField()
    error = models.TextField(default="")
    tries = models.IntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ingest_event"
        constraints = [
            models.UniqueConstraint(fields=["kind", "external_id", "body_sha256"], name="ingest_event_once"),
            models.CheckConstraint(
                condition=Q(kind__in=sorted(str(kind) for kind in Kind))
                & Q(state__in=sorted(str(state) for state in EventState)),
                name="ingest_event_sane",
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="ingest_event_open")]

    def __str__(self) -> str:
        return f"{self.kind} {self.external_id} {self.state}"


class SettlementCursor(models.Model):
    """Where a feed resumes. Advanced only after the control plane acknowledged."""

    source = models.TextField(unique=True)
    add_index = models.BigIntegerField(default=0)
    settle_index = models.BigIntegerField(default=0)
    looked_back_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "settlement_cursor"

    def __str__(self) -> str:
        return self.source


class SmokeRun(models.Model):
    """One smoke flow that was run, with its summary."""

    name = models.TextField()
    mode = models.TextField()
    request_id = models.TextField()
    ok = models.BooleanField()
    summary = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "smoke_run"
        indexes = [models.Index(fields=["-created_at"], name="smoke_run_newest")]

    def __str__(self) -> str:
        return f"{self.name} {'ok' if self.ok else 'failed'}"
