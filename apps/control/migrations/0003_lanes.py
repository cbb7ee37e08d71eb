"""Operators' exceptions to routing, autopilot bindings, and leases of running streams."""

import django.contrib.postgres.functions
from django.db import migrations, models


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("control", "0002_identity")]

    operations = [
        migrations.CreateModel(
            name="AutopilotBinding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("autopilot_id", models.TextField()),
                ("driver", models.TextField()),
                ("is_primary", models.BooleanField(default=False)),
            ],
            options={
                "db_table": "control_autopilot_binding",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_primary", True)),
                        fields=("autopilot_id",),
                        name="control_binding_one_primary",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("driver__in", ("control_service", "runtime_service"))),
                        name="control_binding_driver",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RouteSplitOverride",
            fields=[
                ("scope", models.TextField(primary_key=True, serialize=False)),
                ("target", models.TextField()),
                ("updated_by", models.TextField()),
                ("updated_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
            ],
            options={
                "db_table": "control_route_split_override",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("target__in", ["legacy", "rust_shell"])), name="control_route_split_target"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RuntimeDriverOverride",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("scope_type", models.TextField()),
                ("scope_id", models.TextField()),
                ("driver", models.TextField()),
                ("is_active", models.BooleanField(default=True)),
                ("reason", models.TextField(blank=True, null=True)),
                ("meta", models.JSONField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("updated_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
            ],
            options={
                "db_table": "control_runtime_driver_override",
                "indexes": [models.Index(fields=["-updated_at"], name="control_driver_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("scope_type", "scope_id"), name="control_driver_scope"),
                    models.CheckConstraint(
                        condition=models.Q(("driver__in", ("control_service", "runtime_service"))),
                        name="control_driver_name",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scope_type__in", ["user", "autopilot"])), name="control_driver_scope_type"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="StreamLease",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("session_id", models.TextField()),
                ("slot", models.PositiveSmallIntegerField()),
                ("holder", models.TextField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "control_stream_lease",
                "constraints": [models.UniqueConstraint(fields=("session_id", "slot"), name="control_stream_slot")],
            },
        ),
    ]
