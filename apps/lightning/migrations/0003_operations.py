"""Tables of lightning ops."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("lightning", "0002_network")]
    operations: ClassVar = []
