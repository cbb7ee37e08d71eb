"""Users, sessions, organisations, issued tokens, revocations."""

import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    oa_phase = "expand"
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("device_id", models.TextField()),
                ("client", models.TextField()),
                ("platform", models.TextField()),
                ("app_version", models.TextField(blank=True, default="")),
                ("first_seen_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("last_seen_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("blocked_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "control_device",
            },
        ),
        migrations.CreateModel(
            name="DevOutboxMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.TextField(db_index=True)),
                ("code", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
            ],
            options={
                "db_table": "control_dev_outbox_message",
            },
        ),
        migrations.CreateModel(
            name="Org",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("slug", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("personal", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
            ],
            options={
                "db_table": "control_org",
            },
        ),
        migrations.CreateModel(
            name="AuthChallenge",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("email", models.TextField()),
                ("provider", models.TextField()),
                ("pending_provider_user_id", models.TextField(blank=True, default="")),
                ("code_digest", models.TextField(blank=True, null=True)),
                ("status", models.TextField(default="code_sent")),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("client_ip", models.TextField(blank=True, default="")),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("consumed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "control_auth_challenge",
                "indexes": [
                    models.Index(fields=["email", "status"], name="control_challenge_email"),
                    models.Index(fields=["expires_at"], name="control_challenge_expiry"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["code_sent", "expired", "failed", "throttled", "verified"])),
                        name="control_challenge_status",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Revocation",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                ("user_id", models.TextField()),
                (
                    "session_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "device_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "jtis",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "user_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("memberships", models.JSONField(default=list)),
                ("reason", models.TextField()),
                ("revoked_at", models.DateTimeField()),
                ("request_id", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("delivery_state", models.TextField(default="pending")),
                ("attempts", models.PositiveIntegerField(default=0)),
                (
                    "next_attempt_at",
                    models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow()),
                ),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True, null=True)),
            ],
            options={
                "db_table": "control_revocation",
                "indexes": [models.Index(fields=["delivery_state", "next_attempt_at"], name="control_revocation_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("delivery_state__in", ["pending", "delivered", "dead"])),
                        name="control_revocation_state",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("email", models.TextField(unique=True)),
                ("name", models.TextField()),
                ("name_customized", models.BooleanField(default=False)),
                ("provider_user_id", models.TextField(blank=True, default="")),
                ("provider", models.TextField()),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("updated_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "db_table": "control_user",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("provider_user_id", ""), _negated=True),
                        fields=("provider_user_id",),
                        name="control_user_provider_id",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("email", models.TextField()),
                ("token_name", models.TextField()),
                ("active_org_id", models.TextField()),
                ("access_digest", models.CharField(blank=True, max_length=64, null=True)),
                ("access_expires_at", models.DateTimeField()),
                ("refresh_expires_at", models.DateTimeField(db_index=True)),
                ("status", models.TextField(default="active")),
                ("reauth_required", models.BooleanField(default=False)),
                ("issued_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("last_refreshed_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_reason", models.TextField(blank=True, null=True)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to="control.device"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to="control.user"
                    ),
                ),
            ],
            options={
                "db_table": "control_session",
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.TextField()),
                (
                    "role_scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("default_org", models.BooleanField(default=False)),
                ("status", models.TextField(default="active")),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                (
                    "org",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="control.org"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="control.user"
                    ),
                ),
            ],
            options={
                "db_table": "control_membership",
            },
        ),
        migrations.CreateModel(
            name="IssuedSyncToken",
            fields=[
                ("jti", models.TextField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("session_id", models.TextField()),
                ("device_id", models.TextField()),
                ("org_id", models.TextField()),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                (
                    "topics",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
                ),
                ("issued_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="issued_tokens", to="control.user"
                    ),
                ),
            ],
            options={
                "db_table": "control_issued_sync_token",
            },
        ),
        migrations.AddField(
            model_name="device",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="devices", to="control.user"
            ),
        ),
        migrations.CreateModel(
            name="RefreshToken",
            fields=[
                ("id", models.TextField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("state", models.TextField(default="current")),
                ("created_at", models.DateTimeField(db_default=django.contrib.postgres.functions.TransactionNow())),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("replaced_by", models.TextField(blank=True, null=True)),
                ("client_nonce_digest", models.CharField(blank=True, max_length=64, null=True)),
                ("replay_sealed", models.TextField(blank=True, null=True)),
                ("pair_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="refresh_tokens", to="control.session"
                    ),
                ),
            ],
            options={
                "db_table": "control_refresh_token",
                "indexes": [
                    models.Index(
                        condition=models.Q(("replay_sealed__isnull", False)),
                        fields=["ended_at"],
                        name="control_refresh_sealed",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "current")),
                        fields=("session",),
                        name="control_refresh_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["current", "replay_detected", "rotated", "session_revoked"])),
                        name="control_refresh_state",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["user", "-issued_at"], name="control_session_newest"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("access_digest__isnull", False)),
                fields=("access_digest",),
                name="control_session_access",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "active")),
                fields=("user", "device"),
                name="control_session_live_per_device",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["active", "expired", "reauth_required", "revoked"])),
                name="control_session_status",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("org", "user"), name="control_membership_once"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("default_org", True)), fields=("user",), name="control_membership_one_default"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["admin", "member", "owner", "viewer"])), name="control_membership_role"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["invited", "active", "removed"])), name="control_membership_status"
            ),
        ),
        migrations.AddIndex(
            model_name="issuedsynctoken",
            index=models.Index(fields=["session_id"], name="control_issued_session"),
        ),
        migrations.AddIndex(
            model_name="issuedsynctoken",
            index=models.Index(fields=["user", "expires_at"], name="control_issued_user"),
        ),
        migrations.AddConstraint(
            model_name="issuedsynctoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["sync", "khala"])), name="control_issued_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(fields=("user", "device_id"), name="control_device_of_user"),
        ),
    ]
