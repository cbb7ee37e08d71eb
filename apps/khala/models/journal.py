"""The runtime's journal as this plane sees it: unmanaged, on the read-only connection `journal`."""

from __future__ import annotations

from django.db import models


class SyncTopicSequence(models.Model):
    """The row of a topic: head, floors, lineage, chains, and who owns it."""

    reads_journal = True

    topic = models.TextField(primary_key=True)
    seq = models.BigIntegerField()
    topic_class = models.TextField()
    owner_key = models.TextField()
    org_id = models.TextField(null=True)
    visibility = models.TextField()
    acl_version = models.IntegerField()
    floor_seq = models.BigIntegerField()
    compaction_seq = models.BigIntegerField()
    lineage = models.TextField()
    chain = models.BinaryField()
    floor_chain = models.BinaryField()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "sync_topic_sequences"


class SyncStreamEvent(models.Model):
    """One journal row."""

    reads_journal = True

    pk = models.CompositePrimaryKey("topic", "seq")
    topic = models.TextField()
    seq = models.BigIntegerField()
    kind = models.TextField()
    doc_key = models.TextField()
    doc_version = models.BigIntegerField()
    payload = models.TextField(null=True)
    payload_sha256 = models.TextField()
    schema_version = models.IntegerField()
    metadata = models.JSONField()
    chain = models.BinaryField()
    inserted_at = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "sync_stream_events"


class SyncTopicDoc(models.Model):
    """Latest document per key of a snapshot-capable topic."""

    reads_journal = True

    pk = models.CompositePrimaryKey("topic", "doc_key")
    topic = models.TextField()
    doc_key = models.TextField()
    doc_version = models.BigIntegerField()
    payload = models.TextField(null=True)
    payload_sha256 = models.TextField()
    seq = models.BigIntegerField()
    deleted = models.BooleanField()

    class Meta:
        managed = False
        db_table = "sync_topic_docs"
