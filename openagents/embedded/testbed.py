"""Databases for one test process: clones of migrated templates on one shared embedded server.

The first test process starts the server, the last one stops it; a lock file counts them, so that suites, xdist
workers and several checkouts' sessions can come and go in any order. Templates are rebuilt only when the migrations
behind them changed. A clone belongs to one process and is dropped at its end.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import psutil
import psycopg
from psycopg import sql

from openagents.db import roles
from openagents.embedded import credentials as installation
from openagents.embedded.credentials import Credentials
from openagents.embedded.postgres import EmbeddedPostgres
from openagents.embedded.provision import (
    ROOT,
    migrate,
    migrate_environment,
    prepare_database,
    process_environment,
)
from openagents.planes import PLANES, PROCESSES, Plane

FOLDER = ROOT / ".oa" / "test"


@contextmanager
def _locked(name: str) -> Iterator[None]:
    with open(FOLDER / name, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digest(plane: Plane) -> str:
    """What the plane's schema is made of: its migrations and their SQL, the ground's, the roles."""
    ground = ("planes.py", "db/roles.py", "db/append_only.py", "db/table_rights.py")
    paths = [ROOT / "openagents" / name for name in ground]
    paths += sorted((ROOT / "openagents/db/migrations").rglob("*.py"))
    paths += sorted((ROOT / "apps" / plane.name / "migrations").rglob("*.*"))
    digest = hashlib.sha256()
    for path in paths:
        if path.suffix != ".pyc" and path.exists():
            digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


class Testbed:
    """The shared server and this process's clones."""

    def __init__(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.server = EmbeddedPostgres(FOLDER / "postgres")
        self.credentials: Credentials
        self.databases: dict[str, str] = {}
        self._presence: IO[str] | None = None

    def open(self) -> None:
        """Make sure that the server runs and counts us as a user."""
        with _locked("server.lock"):
            self.credentials = installation.load(FOLDER / "credentials.json")
            self._presence = open(FOLDER / "users.lock", "w")  # noqa: SIM115 - held until the process ends
            fcntl.flock(self._presence, fcntl.LOCK_SH)
            self.server.start()
            self.server.execute("postgres", roles.cluster_statements(self.credentials.passwords))
            self._drop_orphans()
        atexit.register(self.close)

    def _template(self, plane: Plane) -> str:
        """Name of the plane's migrated template, built when its schema is new. Under the plane's lock."""
        name = f"tpl_{plane.name}_{_digest(plane)}"
        if not self.server.has_database(name):
            draft = f"draft_{plane.name}"
            self._drop(draft)
            self._drop_like(f"tpl_{plane.name}_")
            prepare_database(self.server, plane, draft)
            migrate([plane], lambda p: migrate_environment(p, self.server, self.credentials, draft), lambda _: None)
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(draft), sql.Identifier(name))
            self.server.execute("postgres", [rename])
        return name

    def clone(self, plane_name: str) -> str:
        """A database of this process's own for the plane."""
        if plane_name in self.databases:
            return self.databases[plane_name]
        name = f"t_{plane_name}_{os.getpid()}"
        self._drop(name)
        self.clone_as(PLANES[plane_name], name)
        self.databases[plane_name] = name
        return name

    def clone_as(self, plane: Plane, name: str) -> None:
        """A fresh database of the plane called `name`, for a test that spoils it; whoever makes it drops it."""
        with _locked(f"template-{plane.name}.lock"):  # until cloned: another checkout's session may replace it
            template = self._template(plane)
            self.server.execute("postgres", roles.create_database(plane, name, template))
        self.server.execute("postgres", roles.database_grants(plane, name))

    def environment(self, process_name: str) -> dict[str, str]:
        """The environment of a process on our clones (the databases it needs are cloned when missing)."""
        process = PROCESSES[process_name]
        self.clone(process.plane)
        if process.plane == "khala":
            self.clone("runtime")
        return process_environment(process, self.server, self.credentials, self.databases)

    def close(self) -> None:
        """Drop our clones; stop the server when nobody else uses it."""
        if self._presence is None:
            return
        for name in self.databases.values():
            self._drop(name)
        self.databases.clear()
        with _locked("server.lock"):
            try:
                fcntl.flock(self._presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            finally:
                presence, self._presence = self._presence, None
            self.server.stop()
            presence.close()

    def _drop(self, name: str) -> None:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        try:
            self.server.execute("postgres", [statement])
        except psycopg.OperationalError:
            return  # the server is gone, and with it the need to tidy

    def _drop_orphans(self) -> None:
        """Drop the clones of processes that were killed."""
        with self.server.connect("postgres") as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE datname ~ '^t_[a-z]+_[0-9]+$'").fetchall()
        for (name,) in rows:
            if not psutil.pid_exists(int(name.rpartition("_")[2])):
                self._drop(name)

    def _drop_like(self, prefix: str) -> None:
        with self.server.connect("postgres") as connection:
            rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
            names = [row[0] for row in rows]
        for name in names:
            self._drop(name)


TESTBED = Testbed()


def put_on_plane(process_name: str) -> None:
    """Give this process the databases and credentials of `process_name`, as its environment."""
    TESTBED.open()
    os.environ.update(TESTBED.environment(process_name))
    os.environ.update(OA_ENV="test", FANOUT_DRIVER="postgres", OA_LOG_LEVEL="warning")
    for process in PROCESSES.values():
        # Nobody listens there: a test that calls a peer must bring one, and never reach a system that happens to run.
        os.environ.setdefault(f"OA_{process.env_name}_BASE_URL", "http://127.0.0.1:9")
