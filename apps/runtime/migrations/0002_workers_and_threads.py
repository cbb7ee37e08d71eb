"""Workers with their live rows, logs and control requests; threads and messages; frames of runs."""

from pathlib import Path

from django.db import migrations, models

from openagents.db.append_only import AppendOnly

FUNCTIONS = (Path(__file__).parent / "sql" / "workers.sql").read_text()

# A beat changes one narrow row; with room in its page and no index on what moves, the update stays in that page.
STORAGE = """
ALTER TABLE worker_live SET (fillfactor = 50);
ALTER TABLE worker_summary SET (fillfactor = 60);
ALTER TABLE thread SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0001_runs_and_journal")]
    operations = [
        migrations.CreateModel(
            name="RunFrame",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "run_id", "frame_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("run_id", models.UUIDField()),
                ("frame_id", models.TextField()),
                ("type", models.TextField()),
                ("payload_text", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("occurred_at", models.DateTimeField(null=True)),
                ("received_seq", models.BigIntegerField()),
                ("consumed_seq", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "run_frame",
                "indexes": [models.Index(fields=["run_id", "received_seq"], name="run_frame_received")],
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("thread_id", models.TextField(db_collation="C", primary_key=True, serialize=False)),
                ("owner_key", models.TextField()),
                ("org_id", models.TextField(null=True)),
                ("title", models.TextField(null=True)),
                ("autopilot_id", models.TextField(null=True)),
                ("message_count", models.BigIntegerField(default=0)),
                ("last_message_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "thread",
            },
        ),
        migrations.CreateModel(
            name="ThreadMessage",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "thread_id", "position", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("thread_id", models.TextField(db_collation="C")),
                ("position", models.BigIntegerField()),
                ("message_id", models.TextField(unique=True)),
                ("role", models.TextField()),
                ("text", models.TextField()),
                ("client_message_id", models.TextField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "thread_message",
            },
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("worker_id", models.TextField(db_collation="C", primary_key=True, serialize=False)),
                ("lane", models.TextField()),
                ("owner_key", models.TextField()),
                ("org_id", models.TextField(null=True)),
                ("workspace_ref", models.TextField(null=True)),
                ("codex_home_ref", models.TextField(null=True)),
                ("adapter", models.TextField(default="in_memory")),
                ("status", models.TextField(default="running")),
                ("metadata", models.JSONField(default=dict)),
                ("lease_epoch", models.BigIntegerField(default=1)),
                ("is_provider", models.BooleanField(default=False)),
                ("qualified", models.BooleanField(default=False)),
                ("qualified_at", models.DateTimeField(null=True)),
                ("failure_strikes", models.IntegerField(default=0)),
                ("success_count", models.IntegerField(default=0)),
                ("quarantined", models.BooleanField(default=False)),
                ("quarantine_reason", models.TextField(null=True)),
                ("quarantined_at", models.DateTimeField(null=True)),
                ("price_integrity_samples", models.IntegerField(default=0)),
                ("price_integrity_violations", models.IntegerField(default=0)),
                ("last_signals", models.JSONField(default=dict)),
                ("started_at", models.DateTimeField()),
                ("stopped_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "worker",
            },
        ),
        migrations.CreateModel(
            name="WorkerEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "worker_id", "seq", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("worker_id", models.TextField(db_collation="C")),
                ("seq", models.BigIntegerField()),
                ("event_type", models.TextField()),
                ("payload_text", models.TextField()),
                ("event_id", models.TextField(null=True)),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "worker_event",
            },
        ),
        migrations.CreateModel(
            name="WorkerRequest",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "worker_id", "request_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("worker_id", models.TextField(db_collation="C")),
                ("request_id", models.TextField()),
                ("method", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("state", models.TextField(default="open")),
                ("http_status", models.IntegerField()),
                ("envelope_text", models.TextField()),
                ("terminal_event_seq", models.BigIntegerField(null=True)),
                ("deadline_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "worker_request",
            },
        ),
        migrations.CreateModel(
            name="WorkerSummary",
            fields=[
                ("worker_id", models.TextField(db_collation="C", primary_key=True, serialize=False)),
                ("status", models.TextField()),
                ("last_seq", models.BigIntegerField()),
                ("event_count", models.BigIntegerField()),
                ("projection_hash", models.TextField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "worker_summary",
                "verbose_name_plural": "worker summaries",
            },
        ),
        migrations.AddIndex(
            model_name="thread",
            index=models.Index(fields=["owner_key", "-updated_at"], name="thread_owner_updated"),
        ),
        migrations.AddConstraint(
            model_name="threadmessage",
            constraint=models.UniqueConstraint(
                condition=models.Q(("client_message_id__isnull", False)),
                fields=("thread_id", "client_message_id"),
                name="thread_message_client",
            ),
        ),
        migrations.CreateModel(
            name="WorkerLive",
            fields=[
                (
                    "worker",
                    models.OneToOneField(
                        on_delete=models.PROTECT,
                        primary_key=True,
                        related_name="live",
                        serialize=False,
                        to="runtime.worker",
                    ),
                ),
                ("latest_seq", models.BigIntegerField(default=0)),
                ("last_heartbeat_at", models.DateTimeField(null=True)),
                ("heartbeat_state", models.TextField(default="fresh")),
                ("open_epoch", models.BigIntegerField(null=True)),
                ("event_at", models.DateTimeField()),
                ("rate_second", models.BigIntegerField(default=0)),
                ("rate_count", models.IntegerField(default=0)),
            ],
            options={
                "db_table": "worker_live",
            },
        ),
        migrations.AddIndex(
            model_name="worker",
            index=models.Index(fields=["owner_key", "lane"], name="worker_owner_lane"),
        ),
        migrations.AddIndex(
            model_name="worker",
            index=models.Index(fields=["org_id"], name="worker_org"),
        ),
        migrations.AddIndex(
            model_name="worker",
            index=models.Index(fields=["status"], name="worker_status"),
        ),
        migrations.AddIndex(
            model_name="worker",
            index=models.Index(condition=models.Q(("is_provider", True)), fields=["worker_id"], name="worker_provider"),
        ),
        migrations.AddConstraint(
            model_name="worker",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["starting", "running", "stopping", "stopped", "failed"])),
                name="worker_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="worker",
            constraint=models.CheckConstraint(
                condition=models.Q(("failure_strikes__gte", 0), ("lease_epoch__gte", 1), ("success_count__gte", 0)),
                name="worker_counts",
            ),
        ),
        migrations.AddConstraint(
            model_name="workerevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("event_id__isnull", False)),
                fields=("worker_id", "event_id"),
                name="worker_event_id",
            ),
        ),
        migrations.AddIndex(
            model_name="workerrequest",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["deadline_at"], name="worker_request_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="workerrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "open"), ("terminal_event_seq__isnull", True)),
                    models.Q(("state__in", ["succeeded", "failed"]), ("terminal_event_seq__isnull", False)),
                    _connector="OR",
                ),
                name="worker_request_terminal",
            ),
        ),
        migrations.AddConstraint(
            model_name="workerrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("terminal_event_seq__isnull", False)),
                fields=("worker_id", "terminal_event_seq"),
                name="worker_request_receipt",
            ),
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTIONS, migrations.RunSQL.noop),
        AppendOnly("worker_event"),
        AppendOnly("thread_message"),
    ]
