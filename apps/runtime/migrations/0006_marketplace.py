from django.db import migrations


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0005_projections_and_retention")]
    operations: list[object] = []
