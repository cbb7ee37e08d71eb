"""Tables of lightning ops, and of L402 tokens and credentials."""

from typing import ClassVar

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from openagents.db.append_only import AppendOnly
from openagents.db.table_rights import OnlyFor

EXECUTOR = ["oa_lightning_executor_rw"]
OPS = ["oa_lightning_ops_rw"]
OPERATIONS = ["reconcile_step", "ingest_event", "settlement_cursor", "smoke_run", "l402_credential", "l402_spend"]
SERVED = ["compiled_artifact", "compiled_rule", "reconcile_run", "served_config"]
"""What the embedded gateway, a guest in the executor's process, serves from."""
TOKENS = ["l402_token", "l402_use"]


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies: ClassVar = [("lightning", "0002_network")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="CompiledArtifact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("config_hash", models.TextField(unique=True)),
                ("snapshot_hash", models.TextField()),
                ("yaml", models.TextField()),
                ("route_text", models.TextField()),
                ("valid", models.BooleanField()),
                ("diagnostics", models.JSONField(default=list)),
                ("excluded", models.JSONField(default=list)),
                ("rule_count", models.IntegerField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "compiled_artifact",
            },
        ),
        migrations.CreateModel(
            name="SettlementCursor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.TextField(unique=True)),
                ("add_index", models.BigIntegerField(default=0)),
                ("settle_index", models.BigIntegerField(default=0)),
                ("looked_back_at", models.DateTimeField(null=True)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "settlement_cursor",
            },
        ),
        migrations.CreateModel(
            name="IngestEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.TextField()),
                ("external_id", models.TextField()),
                ("state", models.TextField()),
                ("body", models.JSONField()),
                ("body_sha256", models.CharField(max_length=64)),
                ("proof_enc", models.TextField(default="")),
                ("occurred_at_ms", models.BigIntegerField()),
                ("error", models.TextField(default="")),
                ("tries", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "ingest_event",
                "indexes": [models.Index(fields=["state", "created_at"], name="ingest_event_open")],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "external_id", "body_sha256"), name="ingest_event_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["invoice_lifecycle", "settlement"]),
                            ("state__in", ["delivered", "pending", "rejected", "unmatched"]),
                        ),
                        name="ingest_event_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="L402Credential",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.TextField()),
                ("host", models.TextField()),
                ("scope", models.TextField()),
                ("token_enc", models.TextField()),
                ("preimage_enc", models.TextField()),
                ("payment_hash", models.CharField(max_length=64)),
                ("amount_msats", models.BigIntegerField()),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "l402_credential",
                "indexes": [models.Index(fields=["expires_at"], name="l402_credential_expires")],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "host", "scope"), name="l402_credential_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="L402Spend",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", models.TextField()),
                ("host", models.TextField()),
                ("payment_hash", models.CharField(max_length=64, unique=True)),
                ("request_id", models.TextField()),
                ("amount_msats", models.BigIntegerField()),
                ("state", models.TextField()),
                ("spent_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "l402_spend",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(state__in=["moved", "released", "reserved"]), name="l402_spend_sane"
                    )
                ],
                "indexes": [models.Index(fields=["owner", "spent_at"], name="l402_spend_day")],
            },
        ),
        migrations.CreateModel(
            name="L402Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identifier_sha256", models.CharField(max_length=64, unique=True)),
                ("root_key_enc", models.TextField()),
                ("service", models.TextField()),
                ("payment_hash", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "l402_token",
                "indexes": [models.Index(fields=["expires_at"], name="l402_token_expires")],
            },
        ),
        migrations.CreateModel(
            name="L402Use",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", models.TextField()),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "l402_use",
                "indexes": [models.Index(fields=["service", "at"], name="l402_use_recent")],
            },
        ),
        migrations.CreateModel(
            name="ReconcileRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("request_id", models.TextField(unique=True)),
                ("gateway", models.TextField()),
                ("kind", models.TextField(default="reconcile")),
                ("reason", models.TextField(default="")),
                ("started_by", models.TextField()),
                ("state", models.TextField()),
                ("deployment_id", models.TextField(default="")),
                ("config_hash", models.TextField(default="")),
                ("target_hash", models.TextField(default="")),
                ("rule_count", models.IntegerField(default=0)),
                ("valid", models.BooleanField(default=False)),
                ("diagnostics", models.JSONField(default=list)),
                ("previous", models.JSONField(null=True)),
                ("image_digest", models.TextField(default="")),
                ("rolled_back_from", models.TextField(default="")),
                ("health_ok", models.BooleanField(default=False)),
                ("challenge_ok", models.BooleanField(default=False)),
                ("proxy_ok", models.BooleanField(default=False)),
                ("noop", models.BooleanField(default=False)),
                ("failure_code", models.TextField(default="")),
                ("failure_reason", models.TextField(default="")),
                ("lease_expires_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "reconcile_run",
                "indexes": [models.Index(fields=["-created_at"], name="reconcile_run_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "applying",
                                    "checking_challenge",
                                    "checking_health",
                                    "checking_proxy",
                                    "compiling",
                                    "finishing",
                                    "looking_up",
                                    "recording",
                                    "rolling_back",
                                ],
                            )
                        ),
                        fields=("gateway",),
                        name="reconcile_run_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "applied",
                                    "applying",
                                    "checking_challenge",
                                    "checking_health",
                                    "checking_proxy",
                                    "compiling",
                                    "failed",
                                    "finishing",
                                    "looking_up",
                                    "recording",
                                    "rolled_back",
                                    "rolling_back",
                                ],
                            ),
                            ("kind__in", ["reconcile", "rollback"]),
                        ),
                        name="reconcile_run_sane",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SmokeRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField()),
                ("mode", models.TextField()),
                ("request_id", models.TextField()),
                ("ok", models.BooleanField()),
                ("summary", models.JSONField()),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "smoke_run",
                "indexes": [models.Index(fields=["-created_at"], name="smoke_run_newest")],
            },
        ),
        migrations.CreateModel(
            name="CompiledRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.IntegerField()),
                ("service_name", models.TextField()),
                ("paywall_id", models.TextField()),
                ("owner_id", models.TextField()),
                ("route_id", models.TextField()),
                ("host", models.TextField()),
                ("path", models.TextField()),
                ("host_regexp", models.TextField()),
                ("path_regexp", models.TextField()),
                ("upstream_url", models.TextField()),
                ("amount_msats", models.BigIntegerField()),
                ("price_sats", models.BigIntegerField()),
                ("validity_seconds", models.IntegerField()),
                ("quota_per_minute", models.BigIntegerField(null=True)),
                ("quota_per_day", models.BigIntegerField(null=True)),
                (
                    "artifact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rules",
                        to="lightning.compiledartifact",
                    ),
                ),
            ],
            options={
                "db_table": "compiled_rule",
                "indexes": [models.Index(fields=["service_name"], name="compiled_rule_service")],
                "constraints": [models.UniqueConstraint(fields=("artifact", "position"), name="compiled_rule_once")],
            },
        ),
        migrations.CreateModel(
            name="ReconcileStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("n", models.IntegerField()),
                ("name", models.TextField()),
                ("outcome", models.TextField(default="")),
                ("detail", models.TextField(default="")),
                ("started_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="lightning.reconcilerun"
                    ),
                ),
            ],
            options={
                "db_table": "reconcile_step",
                "constraints": [models.UniqueConstraint(fields=("run", "n"), name="reconcile_step_once")],
            },
        ),
        migrations.CreateModel(
            name="ServedConfig",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("gateway", models.TextField(unique=True)),
                ("deployment_id", models.TextField()),
                ("config_hash", models.TextField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={"db_table": "served_config"},
        ),
        *[OnlyFor(table, writers=OPS) for table in OPERATIONS],
        *[OnlyFor(table, writers=OPS, readers=EXECUTOR) for table in SERVED],
        *[OnlyFor(table, writers=EXECUTOR) for table in TOKENS],
        *[AppendOnly(table) for table in ("compiled_artifact", "compiled_rule", "smoke_run")],
    ]
