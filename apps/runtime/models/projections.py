"""Read models of the log, and what is known about their agreement with it."""

from __future__ import annotations

from django.db import models


class RunSummary(models.Model):
    """The projection of a run: what `RunSummaryValue` says, and since when."""

    run_id = models.UUIDField(primary_key=True)
    status = models.TextField()
    last_seq = models.BigIntegerField()
    event_count = models.BigIntegerField()
    projection_hash = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "run_summary"
        verbose_name_plural = "run summaries"


class ProjectionCheckpoint(models.Model):
    """How far a projection of an entity has read the log."""

    pk = models.CompositePrimaryKey("projection_name", "entity_id")
    projection_name = models.TextField()
    entity_id = models.TextField()
    document_id = models.TextField()
    last_runtime_seq = models.BigIntegerField()
    last_event_type = models.TextField()
    projection_version = models.IntegerField()
    summary_hash = models.TextField()
    last_projected_at = models.DateTimeField()

    class Meta:
        db_table = "projection_checkpoint"


class ProjectionDrift(models.Model):
    """A disagreement between a projection and the log, found by an append or by verification."""

    topic = models.TextField()
    reason = models.TextField()
    expected_next_seq = models.BigIntegerField()
    last_seen_seq = models.BigIntegerField()
    incoming_seq = models.BigIntegerField()
    detected_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "projection_drift"
        indexes = [models.Index(fields=["topic", "-detected_at"], name="projection_drift_topic")]
