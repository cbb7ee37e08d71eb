from django.db import migrations


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0004_workers_and_threads")]
    operations: list[object] = []
