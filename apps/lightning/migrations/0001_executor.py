"""Tables of the wallet executor."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = []
    operations: ClassVar = []
