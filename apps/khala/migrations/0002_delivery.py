from pathlib import Path

from django.db import migrations, models

RETENTION = (Path(__file__).parent / "sql" / "retention_v1.sql").read_text()


class Migration(migrations.Migration):
    oa_phase = "expand"

    dependencies = [
        ("khala", "0001_start"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClientTelemetryRow",
            fields=[
                ("event_id", models.TextField(primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField()),
                ("surface", models.TextField()),
                ("client_build_id", models.TextField()),
                ("app_version", models.TextField()),
                ("kind", models.TextField()),
                ("reason_code", models.TextField()),
                ("topic_class", models.TextField()),
                ("actor_scope_hash", models.TextField()),
                ("body", models.JSONField()),
            ],
            options={
                "db_table": "khala_client_telemetry",
                "indexes": [models.Index(fields=["received_at"], name="khala_client_telemetry_age")],
            },
        ),
        migrations.CreateModel(
            name="DeviceWatermark",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("user_id", models.TextField()),
                ("org_id", models.TextField()),
                ("device_id", models.TextField()),
                ("topic", models.TextField()),
                ("lineage", models.TextField()),
                ("delivered_seq", models.BigIntegerField()),
                ("acked_seq", models.BigIntegerField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "db_table": "khala_device_watermark",
                "indexes": [models.Index(fields=["updated_at"], name="khala_device_watermark_age")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user_id", "org_id", "device_id", "topic"), name="khala_device_watermark_topic"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SnapshotRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("topic", models.TextField()),
                ("as_of_seq", models.BigIntegerField()),
                ("lineage", models.TextField()),
                ("chain", models.TextField()),
                ("body", models.BinaryField()),
                ("doc_count", models.IntegerField()),
                ("snapshot_hash", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "db_table": "khala_snapshot_cache",
                "indexes": [models.Index(fields=["expires_at"], name="khala_snapshot_cache_age")],
                "constraints": [
                    models.UniqueConstraint(fields=("topic", "as_of_seq"), name="khala_snapshot_cache_topic")
                ],
            },
        ),
        migrations.RunSQL(RETENTION, "DROP FUNCTION khala_forget_audit(bigint, int)"),
    ]
