"""Replays as they were stored, once per state of a log."""

from __future__ import annotations

from django.db import models


class ReplayArtifact(models.Model):
    """A run's REPLAY.jsonl up to `last_seq`, compressed in chunks. Never changed: later events make another row."""

    artifact_id = models.TextField(primary_key=True)
    run_id = models.UUIDField()
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    event_count = models.BigIntegerField()
    replay_hash = models.TextField()
    storage_ref = models.TextField()
    compression = models.TextField()
    chunk_count = models.IntegerField()
    generated_at = models.DateTimeField()

    class Meta:
        db_table = "replay_artifact"
        constraints = [
            models.UniqueConstraint(fields=["run_id", "replay_hash"], name="replay_artifact_once"),
        ]
        indexes = [models.Index(fields=["run_id", "-last_seq"], name="replay_artifact_run")]

    def __str__(self) -> str:
        return f"{self.artifact_id} {self.run_id} {self.last_seq}"


class ReplayChunk(models.Model):
    """A piece of an artifact's compressed text; pieces join in the order of `position`, from 0."""

    pk = models.CompositePrimaryKey("artifact_id", "position")
    artifact_id = models.TextField()
    position = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "replay_chunk"
