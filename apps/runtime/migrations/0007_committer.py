"""The append function, second version: its cost does not grow with the log (sql/append_v2.sql says why)."""

from pathlib import Path

from django.db import migrations

APPEND = (Path(__file__).parent / "sql" / "append_v2.sql").read_text()


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0006_marketplace")]
    operations = [migrations.RunSQL(APPEND, migrations.RunSQL.noop)]
