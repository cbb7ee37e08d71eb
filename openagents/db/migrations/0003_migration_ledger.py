"""Which migrations ran here, from which file, by which build."""

from django.db import migrations, models

from openagents.db.append_only import AppendOnly
from openagents.db.table_rights import OnlyFor
from openagents.planes import PLANES

SERVICES = [group for plane in PLANES.values() for group in plane.writer_groups]


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("ground", "0002_window_and_guards")]
    operations = [
        migrations.CreateModel(
            name="AppliedMigration",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "app", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("plane", models.TextField()),
                ("app", models.TextField()),
                ("name", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("phase", models.TextField()),
                ("build_id", models.TextField()),
                ("min_compatible_build_id", models.TextField()),
                ("applied_at", models.DateTimeField()),
                ("duration_ms", models.BigIntegerField()),
            ],
            options={
                "db_table": "oa_migration_ledger",
            },
        ),
        AppendOnly("oa_migration_ledger"),
        # Only the migration login writes it: a service that could would hide what its build does not know.
        OnlyFor("oa_migration_ledger", writers=[], readers=SERVICES),
    ]
