from django.db import migrations, models


class Migration(migrations.Migration):
    oa_phase = "expand"

    dependencies = [
        ("khala", "0002_delivery"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrderRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("node_id", models.TextField()),
                ("kind", models.TextField()),
                ("subject", models.TextField()),
                ("reason", models.TextField()),
                ("actor", models.TextField()),
                ("requested_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(null=True)),
            ],
            options={
                "db_table": "khala_order",
                "indexes": [
                    models.Index(fields=["node_id"], name="khala_order_open", condition=models.Q(done_at__isnull=True)),
                    models.Index(fields=["requested_at"], name="khala_order_age"),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="connectionrow",
            index=models.Index(fields=["opened_at"], name="khala_connection_opened"),
        ),
        migrations.AddIndex(
            model_name="connectionrow",
            index=models.Index(
                fields=["node_id"], name="khala_connection_open", condition=models.Q(closed_at__isnull=True)
            ),
        ),
        migrations.AddIndex(
            model_name="auditrow",
            index=models.Index(fields=["outcome", "at"], name="khala_audit_outcome"),
        ),
    ]
