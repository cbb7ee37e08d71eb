"""Tables of the simulated Lightning network, and of nodes and channels."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    dependencies: ClassVar = [("lightning", "0001_executor")]
    operations: ClassVar = []
