"""`manage.py up`: the whole system on this machine, in its production shape, from nothing but this checkout."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from circus.exc import ConflictError
from django.core.management.base import BaseCommand, CommandError

from openagents.embedded import credentials as installation
from openagents.embedded.credentials import Credentials
from openagents.embedded.postgres import EmbeddedPostgres
from openagents.embedded.provision import ROOT, migrate, migrate_environment, process_environment, provision
from openagents.embedded.readiness import NotReady, base_url, ports_in_use, wait_until_ready
from openagents.embedded.supervision import development_ports, endpoint, plane_commands, watcher
from openagents.planes import PLANES, PROCESSES, Plane, Process, processes_of

READY_SECONDS_MAX = 120.0
LOCAL_PROVIDERS = {"RUNTIME_PROVIDER_HOST_ALLOWLIST": "127.0.0.0/8,::1,localhost"}
"""In development a provider is a program on this machine; anywhere else loopback stays out of reach."""


def _not_a_stop_conflict(record: logging.LogRecord) -> bool:
    """circus looks after its watchers once a second and is refused while it stops them; that is no error."""
    return not (record.exc_info and isinstance(record.exc_info[1], ConflictError))


class Command(BaseCommand):
    help = "Start the embedded Postgres, migrate, and run every plane as its own process until Ctrl-C."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", default=str(ROOT / ".oa"), help="where data, sockets and credentials live")

    def handle(self, *, folder: str, **options: Any) -> None:
        if os.environ.get("OA_ENV", "dev") in ("staging", "prod"):
            raise CommandError("`up` is for development; on servers each plane runs with `manage.py serve --plane X`")
        home = Path(folder)
        (home / "run").mkdir(parents=True, exist_ok=True)
        self._lock = self._only_one(home)
        if taken := ports_in_use(development_ports(PROCESSES.values())):
            names = ", ".join(f"{port} ({name})" for name, port in taken.items())
            raise CommandError(f"ports in use: {names}. Stop what listens there, then try again.")
        started = time.monotonic()
        credentials = installation.load(home / "credentials.json")
        server = EmbeddedPostgres(home / "postgres")
        self._prepare(server, credentials)
        self._say(f"databases ready after {time.monotonic() - started:.1f} s; starting {len(PROCESSES)} processes")
        self._run(home, server, credentials)

    def _only_one(self, home: Path) -> IO[str]:
        lock = open(home / "run" / "up.lock", "w")  # noqa: SIM115 - held until the process ends
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError("the system is already running from this checkout") from None
        return lock

    def _prepare(self, server: EmbeddedPostgres, credentials: Credentials) -> None:
        """Databases, roles and migrations. Planes with a database URL of their own are migrated there."""
        self._say(f"PostgreSQL 18 in {server.data}")
        with server.running():
            provision(server, credentials)
            migrate(PLANES.values(), lambda plane: self._migration(plane, server, credentials), self._say)

    def _migration(self, plane: Plane, server: EmbeddedPostgres, credentials: Credentials) -> dict[str, str]:
        """A plane with a server of its own is migrated there: by `OA_<PLANE>_MIGRATE_URL`, else by its own login."""
        environment = migrate_environment(plane, server, credentials)
        name = processes_of(plane.name)[0].env_name
        for candidate in (
            f"OA_{plane.name.upper()}_MIGRATE_URL",
            f"OA_{name}_DATABASE_URL",
            f"OA_{plane.name.upper()}_DATABASE_URL",
        ):
            if url := os.environ.get(candidate):
                return {**environment, f"OA_{name}_DATABASE_URL": url}
        return environment

    def _run(self, home: Path, server: EmbeddedPostgres, credentials: Credentials) -> None:
        from circus import get_arbiter

        keeper = [sys.executable, "-m", "openagents.embedded.keeper", str(server.data)]
        watchers = [watcher("postgres", keeper, {}, 0, sys.stdout) | {"stop_signal": signal.SIGUSR1}]
        for index, (name, command, process) in enumerate(plane_commands(PROCESSES.values()), start=1):
            environment = self._environment(process, home, server, credentials)
            watchers.append(watcher(name, command, environment, index, sys.stdout))
        asyncio.set_event_loop(asyncio.new_event_loop())
        arbiter = get_arbiter(
            watchers,
            controller=endpoint(home / "run"),
            pubsub_endpoint=f"ipc://{home / 'run' / 'events.sock'}",
            loglevel="WARNING",
        )
        logging.getLogger("tornado.application").addFilter(_not_a_stop_conflict)
        threading.Thread(target=self._announce, daemon=True).start()
        try:
            arbiter.start()
        finally:
            server.stop()
            self._say("everything has stopped")

    def _environment(
        self, process: Process, home: Path, server: EmbeddedPostgres, credentials: Credentials
    ) -> dict[str, str]:
        environment = process_environment(process, server, credentials)
        environment["OA_CELERY_DIR"] = str(home / "celery")
        if process.plane == "runtime":
            environment |= LOCAL_PROVIDERS
        # What the caller set for this very process wins: a server's database, Redis, a log level.
        for name, value in os.environ.items():
            own = name.startswith(
                (f"OA_{process.env_name}_", f"OA_{process.plane.upper()}_", f"{process.plane.upper()}_")
            )
            shared = name in ("REDIS_URL", "FANOUT_DRIVER", "OA_LOG_LEVEL", "OA_LOG_FORMAT", "OA_FAULTS")
            if own or shared:
                environment[name] = value
        return environment

    def _announce(self) -> None:
        try:
            wait_until_ready(
                PROCESSES.values(), READY_SECONDS_MAX, lambda name, at: self._say(f"{name} ready after {at:.1f} s")
            )
        except NotReady as error:
            self._say(f"not ready after {READY_SECONDS_MAX:.0f} s: {error}")
            return
        lines = [f"  {process.name:<20} {base_url(process)}" for process in PROCESSES.values()]
        self._say(
            "\n".join(
                [
                    "everything is serving:",
                    *lines,
                    "  workers and beats    health, readiness and metrics: a process's port + 100 and + 200",
                    "  live sync            OA_KHALA_WS_URL=ws://127.0.0.1:8002/khala/v1/ws",
                    "try `make demo` in another terminal; Ctrl-C stops everything.",
                ]
            )
        )

    def _say(self, text: str) -> None:
        self.stdout.write(self.style.SUCCESS(f"up: {text}"))
        self.stdout.flush()
