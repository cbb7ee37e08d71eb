"""Replay artifacts, delivery events, switches; retention and lineage of topics; the write gate of the journal."""

from pathlib import Path

import django.contrib.postgres.fields
from django.db import migrations, models

from openagents.db.append_only import AppendOnly

SQL = Path(__file__).parent / "sql"
RETENTION = (SQL / "retention.sql").read_text()
WRITE_GATE = (SQL / "write_gate.sql").read_text()


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0002_workers_and_threads")]
    operations = [
        migrations.CreateModel(
            name="CommsDeliveryEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "provider", "event_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("provider", models.TextField()),
                ("event_id", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("state", models.TextField()),
                ("payload_text", models.TextField()),
                ("message_id", models.TextField(null=True)),
                ("integration_id", models.TextField(null=True)),
                ("recipient_sha256", models.CharField(max_length=64, null=True)),
                ("recipient_masked", models.TextField(null=True)),
                ("reason", models.TextField(null=True)),
                ("owner_key", models.TextField(null=True)),
                ("occurred_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "db_table": "comms_delivery_event",
            },
        ),
        migrations.CreateModel(
            name="JobCursor",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("position", models.TextField(default="")),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "job_cursor",
            },
        ),
        migrations.CreateModel(
            name="OpsSwitch",
            fields=[
                ("key", models.TextField(primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("reason", models.TextField()),
                ("actor", models.TextField()),
                (
                    "approved_by",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("updated_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "ops_switch",
                "verbose_name_plural": "ops switches",
            },
        ),
        migrations.CreateModel(
            name="ReplayArtifact",
            fields=[
                ("artifact_id", models.TextField(primary_key=True, serialize=False)),
                ("run_id", models.UUIDField()),
                ("first_seq", models.BigIntegerField()),
                ("last_seq", models.BigIntegerField()),
                ("event_count", models.BigIntegerField()),
                ("replay_hash", models.TextField()),
                ("storage_ref", models.TextField()),
                ("compression", models.TextField()),
                ("chunk_count", models.IntegerField()),
                ("generated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "replay_artifact",
            },
        ),
        migrations.CreateModel(
            name="ReplayChunk",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "artifact_id", "position", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("artifact_id", models.TextField()),
                ("position", models.IntegerField()),
                ("content", models.BinaryField()),
            ],
            options={
                "db_table": "replay_chunk",
            },
        ),
        migrations.CreateModel(
            name="VerificationTally",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "hour", "kind", "result", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hour", models.DateTimeField()),
                ("kind", models.TextField()),
                ("result", models.TextField()),
                ("count", models.BigIntegerField(default=0)),
            ],
            options={
                "db_table": "verification_tally",
            },
        ),
        migrations.AddIndex(
            model_name="commsdeliveryevent",
            index=models.Index(
                condition=models.Q(("owner_key__isnull", False)),
                fields=["integration_id", "-received_at"],
                name="comms_delivery_integration",
            ),
        ),
        migrations.AddIndex(
            model_name="replayartifact",
            index=models.Index(fields=["run_id", "-last_seq"], name="replay_artifact_run"),
        ),
        migrations.AddConstraint(
            model_name="replayartifact",
            constraint=models.UniqueConstraint(fields=("run_id", "replay_hash"), name="replay_artifact_once"),
        ),
        migrations.RunSQL(RETENTION, migrations.RunSQL.noop),
        migrations.RunSQL(WRITE_GATE, migrations.RunSQL.noop),
        AppendOnly("replay_artifact"),
        AppendOnly("replay_chunk"),
        AppendOnly("comms_delivery_event"),
    ]
