"""`manage.py beat --plane X`: the plane's scheduler."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run the Celery beat of the plane named by --plane."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        bind = os.environ.get(f"OA_{settings.OA_PROCESS.env_name}_BEAT_BIND", "")
        parser.add_argument("--bind", default=bind, help="HOST:PORT of its health, readiness and metrics")

    def handle(self, *, bind: str, **options: Any) -> None:
        process = settings.OA_PROCESS
        from openagents.ops.celery import app  # prepares the process: what must refuse to start refuses here
        from openagents.ops.probe_server import serve_probes

        serve_probes(bind or f"127.0.0.1:{process.beat_port}", f"{process.name}-beat")
        folder = Path(settings.OA.oa_celery_dir or settings.ROOT / ".oa" / "celery")
        folder.mkdir(parents=True, exist_ok=True)
        app.Beat(loglevel="WARNING", schedule=str(folder / f"{process.plane}.beat"), quiet=True).run()
