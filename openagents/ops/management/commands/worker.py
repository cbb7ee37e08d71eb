"""`manage.py worker --plane X`: Celery worker of the plane's queues."""

from __future__ import annotations

import os
import threading
from argparse import ArgumentParser
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.core.management.base import BaseCommand

from openagents.ops import health

_consuming = threading.Event()


class Command(BaseCommand):
    help = "Run the Celery worker of the plane named by --plane."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        bind = os.environ.get(f"OA_{settings.OA_PROCESS.env_name}_WORKER_BIND", "")
        parser.add_argument("--concurrency", type=int, default=2)
        parser.add_argument("--bind", default=bind, help="HOST:PORT of its health, readiness and metrics")

    def handle(self, *, concurrency: int, bind: str, **options: Any) -> None:
        process = settings.OA_PROCESS
        from openagents.ops.celery import app  # prepares the process: what must refuse to start refuses here
        from openagents.ops.probe_server import serve_probes

        health.check("consumer")(consumer)
        worker_ready.connect(say_consuming)
        worker_shutting_down.connect(say_draining)
        serve_probes(bind or f"127.0.0.1:{process.worker_port}", f"{process.name}-worker")
        queues = ",".join(process.queues or (process.plane,))
        # Threads, not forks: the work waits for the database, and a fork would share its connections.
        flags = ["--pool", "threads", "--concurrency", str(concurrency), "--queues", queues, "--loglevel", "warning"]
        flags += ["--without-gossip", "--without-mingle", "--hostname", f"{process.name}@%h"]
        app.worker_main(["--quiet", "worker", *flags])


def consumer() -> health.Finding:
    """Whether it takes tasks from the broker, or did; that a broker went away later is the broker's business."""
    consuming = _consuming.is_set()
    return health.Finding(consuming, None if consuming else "starting")


def say_consuming(**_: Any) -> None:
    _consuming.set()


def say_draining(**_: Any) -> None:
    """`/readyz` says so while begun tasks end. From a thread: we are in a signal handler, which must not wait."""
    threading.Thread(target=health.begin_drain, name="drain", daemon=True).start()
