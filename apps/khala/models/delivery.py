"""What delivery keeps beside the journal: reported positions, client telemetry, recent snapshots. All disposable."""

from __future__ import annotations

from typing import Any

from django.db import models


class DeviceWatermark(models.Model):
    """How far one device was sent and has acknowledged a topic. For lag views and support, never for a resume.

    Missing parts of a principal are empty text. Rows only move forward within one lineage.
    """

    id: models.BigAutoField[Any, Any] = models.BigAutoField(primary_key=True)
    user_id = models.TextField()
    org_id = models.TextField()
    device_id = models.TextField()
    topic = models.TextField()
    lineage = models.TextField()
    delivered_seq = models.BigIntegerField()
    acked_seq = models.BigIntegerField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "khala_device_watermark"
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "org_id", "device_id", "topic"], name="khala_device_watermark_topic"
            )
        ]
        indexes = [models.Index(fields=["updated_at"], name="khala_device_watermark_age")]


class ClientTelemetryRow(models.Model):
    """One diagnostic event of a client, without anything that names a person, an organisation or a topic. 14 days."""

    event_id = models.TextField(primary_key=True)
    received_at = models.DateTimeField()
    surface = models.TextField()
    client_build_id = models.TextField()
    app_version = models.TextField()
    kind = models.TextField()
    reason_code = models.TextField()
    topic_class = models.TextField()
    actor_scope_hash = models.TextField()
    body = models.JSONField()

    class Meta:
        db_table = "khala_client_telemetry"
        indexes = [models.Index(fields=["received_at"], name="khala_client_telemetry_age")]


class SnapshotRow(models.Model):
    """One snapshot of a topic, kept for its cadence so that pages and herds read the same artefact."""

    id: models.BigAutoField[Any, Any] = models.BigAutoField(primary_key=True)
    topic = models.TextField()
    as_of_seq = models.BigIntegerField()
    lineage = models.TextField()
    chain = models.TextField()
    body = models.BinaryField()
    doc_count = models.IntegerField()
    snapshot_hash = models.TextField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "khala_snapshot_cache"
        constraints = [models.UniqueConstraint(fields=["topic", "as_of_seq"], name="khala_snapshot_cache_topic")]
        indexes = [models.Index(fields=["expires_at"], name="khala_snapshot_cache_age")]
