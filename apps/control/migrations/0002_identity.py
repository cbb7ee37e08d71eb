"""Personal access tokens, invites, links to the provider's organisations, the maintenance switch."""

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("control", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="revoked_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="MaintenanceSwitch",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("enabled", models.BooleanField()),
                ("reason", models.TextField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("changed_by", models.TextField()),
                ("changed_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
            ],
            options={
                "db_table": "control_maintenance_switch",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="control_maintenance_single")
                ],
            },
        ),
        migrations.CreateModel(
            name="OrgProviderLink",
            fields=[
                ("provider_org_id", models.TextField(primary_key=True, serialize=False)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="provider_links", to="control.org"
                    ),
                ),
            ],
            options={
                "db_table": "control_org_provider_link",
            },
        ),
        migrations.CreateModel(
            name="OrgInvite",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.TextField()),
                ("role", models.TextField()),
                ("invited_by", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("bound_at", models.DateTimeField(blank=True, null=True)),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invites", to="control.org"
                    ),
                ),
            ],
            options={
                "db_table": "control_org_invite",
                "indexes": [
                    models.Index(
                        condition=models.Q(("bound_at__isnull", True)), fields=["email"], name="control_invite_open"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("bound_at__isnull", True)),
                        fields=("org", "email"),
                        name="control_invite_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["admin", "member", "owner", "viewer"])),
                        name="control_invite_role",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonalAccessToken",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                (
                    "abilities",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="personal_access_tokens",
                        to="control.user",
                    ),
                ),
            ],
            options={
                "db_table": "control_personal_access_token",
                "indexes": [models.Index(fields=["user", "-created_at"], name="control_pat_newest")],
            },
        ),
    ]
