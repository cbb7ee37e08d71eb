"""`manage.py worker --plane X`: Celery worker of the plane's queues."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run the Celery worker of the plane named by --plane."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2)

    def handle(self, *, concurrency: int, **options: Any) -> None:
        from openagents.ops.celery import app

        queues = ",".join(settings.OA_PROCESS.queues or (settings.OA_PROCESS.plane,))
        # Threads, not forks: the work waits for the database, and a fork would share its connections.
        flags = ["--pool", "threads", "--concurrency", str(concurrency), "--queues", queues, "--loglevel", "warning"]
        flags += ["--without-gossip", "--without-mingle", "--hostname", f"{settings.OA_PROCESS.name}@%h"]
        app.worker_main(["--quiet", "worker", *flags])
