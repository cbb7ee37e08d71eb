"""The market: quotes, router decisions, dispatches, trust signals, incidents."""

from pathlib import Path

from django.db import migrations, models

import openagents.receipts.ids
from openagents.db.append_only import AppendOnly

RETENTION = (Path(__file__).parent / "sql" / "market_retention.sql").read_text()


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0003_records_and_retention")]

    operations = [
        migrations.CreateModel(
            name="ProviderSignal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "worker_id",
                        "signal",
                        "dedupe_key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("worker_id", models.TextField()),
                ("signal", models.TextField()),
                ("dedupe_key", models.TextField()),
                ("delta_text", models.TextField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "provider_signal",
            },
        ),
        migrations.CreateModel(
            name="Provider",
            fields=[],
            options={
                "proxy": True,
                "indexes": [],
                "constraints": [],
            },
            bases=("runtime.worker",),
        ),
        migrations.CreateModel(
            name="ComputeQuote",
            fields=[
                ("quote_sha256", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("quote_id", models.TextField(unique=True)),
                ("owner_key", models.TextField()),
                ("job_hash", models.CharField(max_length=64)),
                ("provider_worker_id", models.TextField()),
                ("total_price_msats", models.BigIntegerField()),
                ("valid_until", models.DateTimeField()),
                ("quote_text", models.TextField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "compute_quote",
                "indexes": [
                    models.Index(fields=["owner_key", "job_hash"], name="compute_quote_owner_job"),
                    models.Index(fields=["-created_at"], name="compute_quote_created"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("total_price_msats__gte", 0)), name="compute_quote_price"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispatch",
            fields=[
                ("dispatch_id", models.TextField(primary_key=True, serialize=False)),
                ("owner_key", models.TextField()),
                ("idempotency_key", models.TextField(null=True)),
                ("fingerprint", models.CharField(max_length=64)),
                ("capability", models.TextField()),
                ("job_hash", models.CharField(max_length=64)),
                ("run_id", models.UUIDField(null=True)),
                (
                    "status",
                    models.TextField(
                        choices=[("running", "Running"), ("succeeded", "Succeeded"), ("failed", "Failed")],
                        default="running",
                    ),
                ),
                ("selection_text", models.TextField(null=True)),
                ("response_text", models.TextField(null=True)),
                ("failure", models.TextField(null=True)),
                ("latency_ms", models.BigIntegerField(null=True)),
                ("fallback_from_provider_id", models.TextField(null=True)),
                ("deadline_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "dispatch",
                "verbose_name_plural": "dispatches",
                "indexes": [
                    models.Index(fields=["owner_key", "capability", "-created_at"], name="dispatch_owner_capability"),
                    models.Index(
                        condition=models.Q(("status", "running")), fields=["deadline_at"], name="dispatch_running"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("idempotency_key__isnull", False)),
                        fields=("owner_key", "idempotency_key"),
                        name="dispatch_key",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status", "running")),
                            models.Q(("finished_at__isnull", False), ("status__in", ["succeeded", "failed"])),
                            _connector="OR",
                        ),
                        name="dispatch_finished",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DispatchAttempt",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "dispatch_id", "attempt", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("dispatch_id", models.TextField()),
                ("attempt", models.IntegerField()),
                ("worker_id", models.TextField()),
                ("provider_id", models.TextField()),
                ("tier", models.TextField()),
                ("base_url", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("pending", "Pending"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("unknown", "Unknown"),
                        ],
                        default="pending",
                    ),
                ),
                ("reason", models.TextField(null=True)),
                ("sent", models.BooleanField(null=True)),
                ("latency_ms", models.BigIntegerField(null=True)),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "dispatch_attempt",
                "indexes": [models.Index(fields=["worker_id", "-started_at"], name="dispatch_attempt_worker")],
            },
        ),
        migrations.CreateModel(
            name="FraudIncident",
            fields=[
                ("incident_id", models.TextField(primary_key=True, serialize=False)),
                ("incident_type", models.TextField()),
                ("severity", models.TextField()),
                ("provider_id", models.TextField(null=True)),
                ("provider_worker_id", models.TextField(null=True)),
                ("job_hash", models.TextField(null=True)),
                ("run_id", models.TextField(null=True)),
                ("quote_sha256", models.TextField(null=True)),
                ("actions", models.JSONField(default=list)),
                ("evidence_text", models.TextField(default="{}")),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "fraud_incident",
                "indexes": [
                    models.Index(fields=["-created_at", "-incident_id"], name="fraud_incident_created"),
                    models.Index(fields=["provider_worker_id"], name="fraud_incident_worker"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RouterDecision",
            fields=[
                (
                    "decision_id",
                    models.UUIDField(default=openagents.receipts.ids.new_uuid7, primary_key=True, serialize=False),
                ),
                ("run_id", models.UUIDField()),
                ("key", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("decision_sha256", models.CharField(max_length=64)),
                ("owner_key", models.TextField()),
                ("policy", models.TextField()),
                ("marketplace_id", models.TextField()),
                ("capability", models.TextField()),
                ("decision_text", models.TextField()),
                ("event_seq", models.BigIntegerField()),
                ("decided_at_unix", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "router_decision",
                "indexes": [models.Index(fields=["-created_at"], name="router_decision_created")],
                "constraints": [models.UniqueConstraint(fields=("run_id", "key"), name="router_decision_key")],
            },
        ),
        migrations.RunSQL(RETENTION, "DROP FUNCTION runtime_prune_market(text, bigint, int)"),
        AppendOnly("compute_quote", allow_delete=True),
        AppendOnly("router_decision", allow_delete=True),
        AppendOnly("provider_signal"),
        AppendOnly("fraud_incident"),
    ]
