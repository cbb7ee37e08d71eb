"""The outbox of what the Bridge mirrors."""

from django.db import migrations, models


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0004_market")]
    operations = [
        migrations.CreateModel(
            name="MirrorIntent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("schema", models.TextField()),
                ("object_id", models.TextField()),
                ("object_sha256", models.CharField(max_length=64)),
                ("occurred_at_unix", models.BigIntegerField()),
                ("payload_text", models.TextField()),
                ("state", models.TextField(default="open")),
                ("attempts", models.IntegerField(default=0)),
                ("last_code", models.TextField(default="")),
                ("opened_at", models.DateTimeField()),
                ("next_attempt_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "mirror_intent",
                "indexes": [
                    models.Index(fields=["state", "id"], name="mirror_intent_state_id"),
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["schema", "object_id"],
                        name="mirror_intent_open",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("schema", "object_id", "object_sha256"), name="mirror_intent_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["open", "closed", "failed"])), name="mirror_intent_state"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="mirror_intent_closed",
                    ),
                ],
            },
        ),
    ]
