"""The journal of topics that Khala reads: numbers, rows, latest documents. Only this plane writes it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class SyncTopicSequence(models.Model):
    """A topic: its head, its floor, its chain, and who may see it. Its row lock orders the writers."""

    topic = models.TextField(primary_key=True, db_collation="C")
    seq = models.BigIntegerField(default=0)
    topic_class = models.TextField()
    owner_key = models.TextField()
    org_id = models.TextField(null=True)
    visibility = models.TextField(default="owner")
    acl_version = models.IntegerField(default=1)
    floor_seq = models.BigIntegerField(default=0)
    compaction_seq = models.BigIntegerField(default=0)
    lineage = models.TextField()
    chain = models.BinaryField()
    floor_chain = models.BinaryField()
    seq_offset = models.BigIntegerField(default=0)
    """What rotations of the lineage added to `seq`, so that seq - offset still is the event's own number."""
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "sync_topic_sequences"
        indexes = [models.Index(fields=["owner_key", "topic_class"], name="sync_topic_owner")]
        constraints = [
            models.CheckConstraint(condition=Q(seq__gte=models.F("floor_seq")), name="sync_topic_floor"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.seq}"


class SyncStreamEvent(models.Model):
    """One row of a topic. Appended, and later pruned from the floor up; never changed."""

    pk = models.CompositePrimaryKey("topic", "seq")
    topic = models.TextField(db_collation="C")
    seq = models.BigIntegerField()
    kind = models.TextField()
    doc_key = models.TextField()
    doc_version = models.BigIntegerField()
    payload = models.TextField()
    payload_sha256 = models.TextField()
    schema_version = models.IntegerField(default=1)
    metadata = models.JSONField(default=dict)
    chain = models.BinaryField()
    inserted_at = models.DateTimeField()

    class Meta:
        db_table = "sync_stream_events"
        indexes = [models.Index(fields=["inserted_at"], name="sync_stream_inserted")]


class SyncTopicDoc(models.Model):
    """The latest document per key of a topic that has snapshots, exact at the topic's head."""

    pk = models.CompositePrimaryKey("topic", "doc_key")
    topic = models.TextField(db_collation="C")
    doc_key = models.TextField(db_collation="C")
    doc_version = models.BigIntegerField()
    payload = models.TextField()
    payload_sha256 = models.TextField()
    seq = models.BigIntegerField()
    deleted = models.BooleanField(default=False)

    class Meta:
        db_table = "sync_topic_docs"
