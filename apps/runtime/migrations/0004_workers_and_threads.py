from django.db import migrations


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0003_journal_json")]
    operations: list[object] = []
