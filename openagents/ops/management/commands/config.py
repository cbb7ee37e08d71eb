"""`manage.py config --plane X`: every configuration value, where it comes from and what it means."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from openagents.ops.config import explain


class Command(BaseCommand):
    help = "Explain every configuration value of the plane named by --plane; secrets show as set or unset."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        from rich.console import Console
        from rich.table import Table

        table = Table("variable", "value", "source", "meaning", title=f"configuration of {settings.OA_PROCESS.name}")
        for row in explain(settings.OA):
            table.add_row(*row)
        Console().print(table)
