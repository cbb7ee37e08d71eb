"""`manage.py beat --plane X`: the plane's scheduler."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run the Celery beat of the plane named by --plane."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        from openagents.ops.celery import app

        folder = Path(settings.OA.oa_celery_dir or settings.ROOT / ".oa" / "celery")
        folder.mkdir(parents=True, exist_ok=True)
        app.Beat(loglevel="WARNING", schedule=str(folder / f"{settings.OA_PROCESS.plane}.beat"), quiet=True).run()
