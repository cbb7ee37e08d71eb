"""`manage.py doctor`: what usually goes wrong on a new machine, each with its fix. Exits 1 when one is needed."""

from __future__ import annotations

import os
import platform
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.management.base import BaseCommand

from openagents.embedded.postgres import EmbeddedPostgres, binaries
from openagents.embedded.provision import ROOT
from openagents.embedded.readiness import ports_in_use
from openagents.embedded.supervision import development_ports
from openagents.planes import PROCESSES

PYTHONS = ((3, 11), (3, 13))
FREE_BYTES_MIN = 2 * 1024**3
FILES_MIN = 4096
FLUSHES = 20
FLUSH_MS_SLOW = 20.0
CLOCK_YEAR_MIN = 2025
MEMORY_BYTES_MIN = 3 * 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """`level`: ok, warn (works, but) or fail. `fix` says what to do."""

    level: str
    said: str
    fix: str = ""


def check_python() -> Finding:
    version = sys.version_info[:2]
    if PYTHONS[0] <= version <= PYTHONS[1]:
        return Finding("ok", f"Python {platform.python_version()}")
    return Finding(
        "fail", f"Python {platform.python_version()}", "use Python 3.11 to 3.13: make up PYTHON=/path/to/python3.11"
    )


def check_ports() -> Finding:
    ports = development_ports(PROCESSES.values())
    taken = ports_in_use(ports)
    if not taken:
        numbers = sorted(ports.values())
        return Finding("ok", f"the {len(numbers)} ports from {numbers[0]} to {numbers[-1]} that it needs are free")
    names = ", ".join(map(str, taken.values()))
    return Finding(
        "warn", f"in use: {names}", "fine if `make up` is running; else stop what listens there (`ss -ltnp`)"
    )


def check_files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= FILES_MIN:
        return Finding("ok", f"{soft} open files allowed")
    return Finding("warn", f"only {soft} open files allowed", f"ulimit -n {min(hard, 65536) if hard > 0 else 65536}")


def check_disk() -> Finding:
    free = shutil.disk_usage(ROOT).free
    said = f"{free / 1024**3:.1f} GiB free"
    if free >= FREE_BYTES_MIN:
        return Finding("ok", said)
    return Finding("fail", said, "free at least 2 GiB beside the checkout")


def check_memory() -> Finding:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    said = f"{total / 1024**3:.1f} GiB of memory"
    if total >= MEMORY_BYTES_MIN:
        return Finding("ok", said)
    return Finding("warn", said, "`make up` runs about twenty processes; 3 GiB are comfortable")


def check_flush() -> Finding:
    """The time of one durable write bounds what an appender alone can do."""
    folder = ROOT / ".oa"
    folder.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        started = time.perf_counter()
        for _ in range(FLUSHES):
            file.write(b"x" * 8192)
            file.flush()
            os.fsync(file.fileno())
        milliseconds = (time.perf_counter() - started) * 1000 / FLUSHES
    said = f"a flush to disk takes {milliseconds:.2f} ms"
    if milliseconds <= FLUSH_MS_SLOW:
        return Finding("ok", said)
    return Finding("warn", said, "every acknowledged mutation waits for one; put the checkout on a faster disk")


def check_clock() -> Finding:
    if time.gmtime().tm_year < CLOCK_YEAR_MIN:
        return Finding(
            "fail",
            f"the clock says {time.strftime('%Y-%m-%d', time.gmtime())}",
            "set the clock; signatures expire after a minute",
        )
    before, wall = time.monotonic(), time.time()
    time.sleep(0.05)
    drift = abs((time.time() - wall) - (time.monotonic() - before))
    if drift > 1:
        return Finding("warn", f"the clock jumped by {drift:.1f} s", "let one service set the clock")
    return Finding("ok", time.strftime("the clock says %Y-%m-%d %H:%M:%S UTC", time.gmtime()))


def check_postgres_program() -> Finding:
    program = binaries() / "postgres"
    if program.exists():
        return Finding("ok", f"PostgreSQL 18 from {program.parent.parent.name}")
    return Finding(
        "fail",
        "the wheel holds no PostgreSQL for this machine",
        "use Linux, macOS or Windows on x86-64 or arm64, or set OA_<PLANE>_DATABASE_URL",
    )


def check_postgres_user() -> Finding:
    if os.geteuid() != 0:
        return Finding("ok", "not root: PostgreSQL runs as you")
    if shutil.which("useradd"):
        return Finding("ok", "root: PostgreSQL runs as the user `pgserver`, made when missing")
    return Finding("fail", "root, and no useradd", "run as an ordinary user: PostgreSQL refuses to run as root")


def check_postgres_settings() -> Finding:
    server = EmbeddedPostgres(ROOT / ".oa" / "postgres")
    if not (server.data / "PG_VERSION").exists():
        return Finding("ok", "no local database yet; `make up` makes one")
    if not server.answers():
        return Finding("ok", "the local database is not running; `make up` starts it")
    with server.connect("postgres") as connection:
        row = connection.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')").fetchone()
    if row == ("on", "on"):
        return Finding("ok", "the local database flushes every commit")
    return Finding(
        "fail", f"fsync, synchronous_commit = {row}", f"remove the overrides from {server.data}/postgresql.conf"
    )


def check_socket() -> Finding:
    folder = EmbeddedPostgres(ROOT / ".oa" / "postgres").sockets
    return Finding("ok", f"database socket in {folder}")


def check_redis() -> Finding:
    if os.environ.get("REDIS_URL"):
        return Finding("ok", "REDIS_URL is set: Redis is used for hints, windows and the broker")
    if shutil.which("redis-server"):
        return Finding("ok", "redis-server found: its tests run too")
    return Finding("ok", "no Redis, and none needed; its tests are skipped (install redis-server to run them)")


CHECKS: dict[str, Callable[[], Finding]] = {
    "python": check_python,
    "memory": check_memory,
    "disk space": check_disk,
    "disk flush": check_flush,
    "open files": check_files,
    "clock": check_clock,
    "ports": check_ports,
    "postgres": check_postgres_program,
    "postgres user": check_postgres_user,
    "postgres socket": check_socket,
    "postgres settings": check_postgres_settings,
    "redis": check_redis,
}


class Command(BaseCommand):
    help = "Check what usually goes wrong on a new machine, and say the fix for each."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        failed = 0
        for name, check in CHECKS.items():
            finding = check()
            style = {"ok": self.style.SUCCESS, "warn": self.style.WARNING, "fail": self.style.ERROR}[finding.level]
            self.stdout.write(f"{style(f'{finding.level:<5}')} {name:<18} {finding.said}")
            if finding.fix:
                self.stdout.write(f"      {'':<18} fix: {finding.fix}")
            failed += finding.level == "fail"
        if failed:
            sys.exit(1)
