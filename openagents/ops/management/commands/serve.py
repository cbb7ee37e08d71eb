"""`manage.py serve --plane X`: the production server of the process, granian for HTTP planes, uvicorn for Khala."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Serve the plane named by --plane with its production server."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default=os.environ.get(f"OA_{settings.OA_PROCESS.env_name}_BIND", ""))
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument("--threads", type=int, default=2)

    def handle(self, *, bind: str, workers: int, threads: int, **options: Any) -> None:
        process = settings.OA_PROCESS
        host, _, port = (bind or f"127.0.0.1:{process.port}").rpartition(":")
        if process.server == "asgi":
            self._asgi(host, port)
        else:
            self._wsgi(host, port, workers, threads)

    def _asgi(self, host: str, port: str) -> None:
        program = [sys.executable, "-m", "uvicorn", settings.ASGI_APPLICATION.rpartition(".")[0] + ":application"]
        program += [
            "--host",
            host,
            "--port",
            port,
            "--ws",
            "websockets-sansio",
            "--log-level",
            "warning",
            "--no-access-log",
        ]
        program += ["--ws-max-size", "65536", "--timeout-graceful-shutdown", "27", "--ws-per-message-deflate", "false"]
        os.execv(program[0], program)

    def _wsgi(self, host: str, port: str, workers: int, threads: int) -> None:
        program = [sys.executable, "-m", "granian", "--interface", "wsgi", "openagents.ops.wsgi:application"]
        program += ["--host", host, "--port", port, "--workers", str(workers), "--blocking-threads", str(threads)]
        program += ["--no-ws", "--log-level", "warning", "--workers-kill-timeout", "25", "--respawn-failed-workers"]
        program += ["--backpressure", "256"]
        os.execv(program[0], program)
