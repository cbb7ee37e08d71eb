from django.db import migrations


class Migration(migrations.Migration):
    oa_phase = "expand"
    dependencies = [("runtime", "0006_marketplace")]
    operations: list[object] = []
