"""Public statistics, integration secrets of users, and the control-plane records of lightning."""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

from openagents.db.append_only import AppendOnly


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("control", "0003_lanes")]

    operations = [
        migrations.CreateModel(
            name="OwnerControl",
            fields=[
                ("owner_id", models.TextField(primary_key=True, serialize=False)),
                ("kill_switch", models.BooleanField(default=False)),
                ("deny_reason", models.TextField(blank=True, null=True)),
                ("updated_by", models.TextField(blank=True, null=True)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "control_owner_control",
            },
        ),
        migrations.CreateModel(
            name="ControlInvoice",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("paywall_id", models.TextField()),
                ("owner_id", models.TextField()),
                ("amount_msats", models.BigIntegerField()),
                ("status", models.TextField()),
                ("payment_hash", models.TextField(blank=True, null=True)),
                ("payment_request", models.TextField(blank=True, null=True)),
                ("payment_proof_ref", models.TextField(blank=True, null=True)),
                ("request_id", models.TextField(blank=True, null=True)),
                ("settled_at_ms", models.BigIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "control_invoice",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["canceled", "expired", "open", "settled"])),
                        name="control_invoice_status",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_msats__gt", 0)), name="control_invoice_amount"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ControlSettlement",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("paywall_id", models.TextField()),
                ("owner_id", models.TextField()),
                ("invoice_id", models.TextField(blank=True, null=True)),
                ("amount_msats", models.BigIntegerField()),
                ("payment_proof_ref", models.TextField()),
                ("request_id", models.TextField(blank=True, null=True)),
                ("metadata", models.JSONField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "control_settlement",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_msats__gt", 0)), name="control_settlement_amount"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CredentialRole",
            fields=[
                ("role", models.TextField(primary_key=True, serialize=False)),
                ("status", models.TextField()),
                ("version", models.PositiveIntegerField(default=1)),
                ("fingerprint", models.TextField(blank=True, null=True)),
                ("note", models.TextField(blank=True, null=True)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("last_rotated_at_ms", models.BigIntegerField(blank=True, null=True)),
                ("revoked_at_ms", models.BigIntegerField(blank=True, null=True)),
            ],
            options={
                "db_table": "control_credential_role",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["gateway_invoice", "operator_admin", "settlement_read"])),
                        name="control_credential_role_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "revoked", "rotating"])),
                        name="control_credential_role_status",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GatewayDeployment",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("paywall_id", models.TextField(blank=True, null=True)),
                ("owner_id", models.TextField(blank=True, null=True)),
                ("config_hash", models.TextField()),
                ("image_digest", models.TextField(blank=True, null=True)),
                ("status", models.TextField()),
                ("diagnostics", models.JSONField(blank=True, null=True)),
                ("applied_at_ms", models.BigIntegerField(blank=True, null=True)),
                ("rolled_back_from", models.TextField(blank=True, null=True)),
                ("metadata", models.JSONField(blank=True, null=True)),
                ("request_id", models.TextField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "control_gateway_deployment",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("request_id__isnull", False)),
                        fields=("request_id",),
                        name="control_deployment_request",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["applied", "failed", "pending", "rolled_back"])),
                        name="control_deployment_status",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GatewayEvent",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("paywall_id", models.TextField()),
                ("owner_id", models.TextField()),
                ("event_type", models.TextField()),
                ("level", models.TextField()),
                ("request_id", models.TextField(blank=True, null=True)),
                ("metadata", models.JSONField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "control_gateway_event",
                "indexes": [models.Index(fields=["paywall_id", "created_at"], name="control_gateway_event_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["error", "info", "warn"])), name="control_gateway_event_level"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Paywall",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("owner_user_id", models.TextField(db_index=True)),
                ("name", models.TextField()),
                ("host_regexp", models.TextField()),
                ("path_regexp", models.TextField()),
                ("price_msats", models.BigIntegerField()),
                ("upstream", models.TextField()),
                ("status", models.TextField(default="active")),
                ("metadata", models.JSONField(blank=True, null=True)),
                ("request_id", models.TextField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True),
                ),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "control_paywall",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "archived", "paused"])),
                        name="control_paywall_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_msats__gte", 1), ("price_msats__lte", 1000000000000)),
                        name="control_paywall_price",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SecurityGlobal",
            fields=[
                ("id", models.TextField(default="global", primary_key=True, serialize=False)),
                ("global_pause", models.BooleanField(default=False)),
                ("deny_reason", models.TextField(blank=True, null=True)),
                ("updated_by", models.TextField(blank=True, null=True)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "control_security_global",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", "global")), name="control_security_single")
                ],
            },
        ),
        migrations.CreateModel(
            name="StatsSnapshot",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("generated_at", models.DateTimeField()),
                ("body", models.JSONField()),
            ],
            options={
                "db_table": "control_stats_snapshot",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="control_stats_single")],
            },
        ),
        migrations.CreateModel(
            name="IntegrationSecret",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.TextField()),
                ("integration_id", models.TextField()),
                ("status", models.TextField(default="active")),
                ("sealed", models.TextField()),
                ("key_id", models.TextField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("last4", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("updated_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="integration_secrets",
                        to="control.user",
                    ),
                ),
            ],
            options={
                "db_table": "control_integration_secret",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "provider", "integration_id"), name="control_integration_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["active", "revoked"])), name="control_integration_status"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("revoked_at__isnull", False), ("sealed", ""), ("status", "revoked")),
                            models.Q(
                                ("revoked_at__isnull", True),
                                ("status", "active"),
                                models.Q(("sealed", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="control_integration_revoked_is_gone",
                    ),
                ],
            },
        ),
        AppendOnly("control_gateway_event"),
        AppendOnly("control_settlement"),
    ]
