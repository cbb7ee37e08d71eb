"""Runs, their log and its projections; the journal; the append function."""

from pathlib import Path

from django.db import migrations, models

import apps.runtime.domain.run_states
from openagents.db.append_only import AppendOnly

SQL = Path(__file__).parent / "sql"
JOURNAL = (SQL / "journal.sql").read_text()
APPEND = (SQL / "append.sql").read_text()

# Rows that every append rewrites keep room in their page, so that the update stays in it and touches no index.
STORAGE = """
ALTER TABLE run SET (fillfactor = 60);
ALTER TABLE run_summary SET (fillfactor = 60);
ALTER TABLE projection_checkpoint SET (fillfactor = 60);
ALTER TABLE sync_topic_sequences SET (fillfactor = 50);
ALTER TABLE sync_topic_sequences ADD CONSTRAINT sync_topic_chains
  CHECK (octet_length(chain) = 32 AND octet_length(floor_chain) = 32);
ALTER TABLE sync_stream_events ADD CONSTRAINT sync_stream_chain CHECK (octet_length(chain) = 32);
"""

# Deletion from the journal belongs to a role of its own (retention), not to the service.
JOURNAL_READER = """
GRANT SELECT ON sync_topic_sequences, sync_stream_events, sync_topic_docs TO oa_khala_ro;
"""


class Migration(migrations.Migration):
    oa_phase = "expand"
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ProjectionCheckpoint",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "projection_name", "entity_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("projection_name", models.TextField()),
                ("entity_id", models.TextField()),
                ("document_id", models.TextField()),
                ("last_runtime_seq", models.BigIntegerField()),
                ("last_event_type", models.TextField()),
                ("projection_version", models.IntegerField()),
                ("summary_hash", models.TextField()),
                ("last_projected_at", models.DateTimeField()),
            ],
            options={
                "db_table": "projection_checkpoint",
            },
        ),
        migrations.CreateModel(
            name="RunSummary",
            fields=[
                ("run_id", models.UUIDField(primary_key=True, serialize=False)),
                ("status", models.TextField()),
                ("last_seq", models.BigIntegerField()),
                ("event_count", models.BigIntegerField()),
                ("projection_hash", models.TextField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "run_summary",
                "verbose_name_plural": "run summaries",
            },
        ),
        migrations.CreateModel(
            name="SyncTopicDoc",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "topic", "doc_key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("topic", models.TextField(db_collation="C")),
                ("doc_key", models.TextField(db_collation="C")),
                ("doc_version", models.BigIntegerField()),
                ("payload", models.TextField()),
                ("payload_sha256", models.TextField()),
                ("seq", models.BigIntegerField()),
                ("deleted", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "sync_topic_docs",
            },
        ),
        migrations.CreateModel(
            name="ProjectionDrift",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("topic", models.TextField()),
                ("reason", models.TextField()),
                ("expected_next_seq", models.BigIntegerField()),
                ("last_seen_seq", models.BigIntegerField()),
                ("incoming_seq", models.BigIntegerField()),
                ("detected_at", models.DateTimeField()),
                ("resolved_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "projection_drift",
                "indexes": [models.Index(fields=["topic", "-detected_at"], name="projection_drift_topic")],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("owner_key", models.TextField()),
                ("org_id", models.TextField(null=True)),
                ("visibility", models.TextField(default="owner")),
                ("thread_id", models.TextField(null=True)),
                ("worker_id", models.TextField(null=True)),
                ("status", models.TextField(default=apps.runtime.domain.run_states.RunStatus["CREATED"])),
                ("metadata_text", models.TextField(default="{}")),
                ("latest_seq", models.BigIntegerField(default=0)),
                ("event_count", models.BigIntegerField(default=0)),
                ("cancel_requested", models.BooleanField(default=False)),
                ("terminal_at", models.DateTimeField(null=True)),
                ("terminal_reason_class", models.TextField(null=True)),
                ("terminal_reason", models.TextField(null=True)),
                ("create_key", models.TextField(null=True)),
                ("create_fingerprint", models.CharField(max_length=64)),
                ("rate_second", models.BigIntegerField(default=0)),
                ("rate_count", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "run",
                "indexes": [
                    models.Index(fields=["owner_key", "-created_at", "-id"], name="run_owner_created"),
                    models.Index(fields=["worker_id", "status"], name="run_worker_status"),
                    models.Index(condition=models.Q(("status", "canceling")), fields=["id"], name="run_canceling"),
                    models.Index(
                        condition=models.Q(("terminal_at__isnull", False)),
                        fields=["terminal_at"],
                        name="run_terminal_at",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("create_key__isnull", False)),
                        fields=("owner_key", "create_key"),
                        name="run_create_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("event_count__gte", 0), ("latest_seq__gte", 0)), name="run_counts"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RunEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("run_id", models.UUIDField()),
                ("seq", models.BigIntegerField()),
                ("event_type", models.TextField()),
                ("payload_text", models.TextField()),
                ("payload_sha256", models.CharField(max_length=64)),
                ("fingerprint", models.CharField(max_length=64)),
                ("source", models.TextField()),
                ("idempotency_key", models.TextField(null=True)),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "run_event",
                "indexes": [
                    models.Index(
                        condition=models.Q(("event_type", "payment")), fields=["recorded_at"], name="run_event_payment"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("idempotency_key__isnull", False)),
                        fields=("run_id", "source", "idempotency_key"),
                        name="run_event_key",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncStreamEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "topic", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("topic", models.TextField(db_collation="C")),
                ("seq", models.BigIntegerField()),
                ("kind", models.TextField()),
                ("doc_key", models.TextField()),
                ("doc_version", models.BigIntegerField()),
                ("payload", models.TextField()),
                ("payload_sha256", models.TextField()),
                ("schema_version", models.IntegerField(default=1)),
                ("metadata", models.JSONField(default=dict)),
                ("chain", models.BinaryField()),
                ("inserted_at", models.DateTimeField()),
            ],
            options={
                "db_table": "sync_stream_events",
                "indexes": [models.Index(fields=["inserted_at"], name="sync_stream_inserted")],
            },
        ),
        migrations.CreateModel(
            name="SyncTopicSequence",
            fields=[
                ("topic", models.TextField(db_collation="C", primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
                ("topic_class", models.TextField()),
                ("owner_key", models.TextField()),
                ("org_id", models.TextField(null=True)),
                ("visibility", models.TextField(default="owner")),
                ("acl_version", models.IntegerField(default=1)),
                ("floor_seq", models.BigIntegerField(default=0)),
                ("compaction_seq", models.BigIntegerField(default=0)),
                ("lineage", models.TextField()),
                ("chain", models.BinaryField()),
                ("floor_chain", models.BinaryField()),
                ("seq_offset", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "sync_topic_sequences",
                "indexes": [models.Index(fields=["owner_key", "topic_class"], name="sync_topic_owner")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("seq__gte", models.F("floor_seq"))), name="sync_topic_floor"
                    )
                ],
            },
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(JOURNAL, migrations.RunSQL.noop),
        migrations.RunSQL(APPEND, migrations.RunSQL.noop),
        migrations.RunSQL(JOURNAL_READER, migrations.RunSQL.noop),
        AppendOnly("run_event"),
        AppendOnly("sync_stream_events", allow_delete=True),
    ]
