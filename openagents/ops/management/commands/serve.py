"""`manage.py serve --plane X`: the production server of the process, granian for HTTP planes, uvicorn for Khala."""

from __future__ import annotations

import os
import sys
import tempfile
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from openagents.ops.durability import NotDurable
from openagents.ops.startup import prepare

IDLE_THREAD_SECONDS = 600
"""How long a thread without work is kept: its database connection ends with it, and with that what it has prepared."""
STOP_SECONDS_MAX = 25
"""How long requests may take to finish once the process was asked to stop, the drain window included."""
WS_MESSAGE_BYTES_MAX = 65_536
BACKPRESSURE = 256
"""Connections a worker holds at once; more wait in the listen queue."""


class Command(BaseCommand):
    help = "Serve the plane named by --plane with its production server."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        name = f"OA_{settings.OA_PROCESS.env_name}_BIND"
        parser.add_argument("--bind", default=os.environ.get(name) or os.environ.get(f"{name}_ADDR", ""))
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument("--threads", type=int, default=settings.OA_PROCESS.threads)

    def handle(self, *, bind: str, workers: int, threads: int, **options: Any) -> None:
        process = settings.OA_PROCESS
        host, _, port = (bind or f"127.0.0.1:{process.port}").rpartition(":")
        try:
            prepare()  # before a port is open: what must refuse to start refuses here, once, not in every worker
        except NotDurable as error:
            raise CommandError(f"the database server does not flush commits: {error}") from None
        connections.close_all()
        server = self._asgi(host, port) if process.server == "asgi" else self._wsgi(host, port, workers, threads)
        if workers > 1:
            os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix=f"oa-{process.name}-metrics-"))
        os.environ["OA_DRAIN_SECONDS"] = str(settings.OA.drain_seconds())
        program = [sys.executable, "-m", "openagents.ops.launch", *server]
        os.execv(program[0], program)

    def _asgi(self, host: str, port: str) -> list[str]:
        return [
            *("uvicorn", settings.ASGI_APPLICATION.rpartition(".")[0] + ":application"),
            *("--host", host, "--port", port, "--ws", settings.ASGI_WEBSOCKETS),
            *("--ws-max-size", str(WS_MESSAGE_BYTES_MAX), "--ws-per-message-deflate", "false"),
            *("--ws-ping-interval", "0"),  # Khala's own heartbeats say more, and both ways
            *("--log-level", "warning", "--no-access-log", "--timeout-graceful-shutdown", str(STOP_SECONDS_MAX)),
        ]

    def _wsgi(self, host: str, port: str, workers: int, threads: int) -> list[str]:
        return [
            *("granian", "--interface", "wsgi", "openagents.ops.wsgi:application"),
            *("--host", host, "--port", port, "--workers", str(workers), "--blocking-threads", str(threads)),
            *("--no-ws", "--log-level", "warning", "--backpressure", str(BACKPRESSURE)),
            *("--blocking-threads-idle-timeout", str(IDLE_THREAD_SECONDS)),
            *("--workers-kill-timeout", str(STOP_SECONDS_MAX - settings.OA.drain_seconds())),
            "--respawn-failed-workers",
        ]
