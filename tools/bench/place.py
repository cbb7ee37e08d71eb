"""Where benches run: a PostgreSQL of their own below `.oa/bench`, with default durability, and fresh databases."""

from __future__ import annotations

import os
from typing import Any

import psycopg
from psycopg import sql

from openagents.db import roles
from openagents.embedded import credentials as installation
from openagents.embedded.postgres import EmbeddedPostgres
from openagents.embedded.provision import ROOT, migrate, migrate_environment, prepare_database, process_environment
from openagents.planes import PLANES, PROCESSES

FOLDER = ROOT / ".oa" / "bench"


def template_of(plane: str) -> str:
    """The migrated, empty database that every bench of a plane clones."""
    return f"bench_{plane}"


class Place:
    """A process's handle on the bench server. `process`: as what it runs."""

    def __init__(self, process: str) -> None:
        self.process = PROCESSES[process]
        self.plane = PLANES[self.process.plane]
        self.server = EmbeddedPostgres(FOLDER / "postgres")
        self.credentials = installation.load(FOLDER / "credentials.json")

    def environment(self, database: str, **others: str) -> dict[str, str]:
        """The environment of the process on one of our databases; `others`: plane to database, where it reads more."""
        names = {self.plane.name: database, **others}
        return {
            **process_environment(self.process, self.server, self.credentials, names),
            "OA_ENV": "test",
            "OA_LOG_LEVEL": "warning",
            "FANOUT_DRIVER": "postgres",
            "OA_CELERY_DIR": str(FOLDER / "celery"),
            "KHALA_RUN_EVENTS_PUBLISH_RATE_PER_SECOND": "0",
        }

    def make_template(self) -> None:
        """Migrate the plane's template from nothing."""
        name = template_of(self.plane.name)
        self.drop(name)
        prepare_database(self.server, self.plane, name)
        migrate(
            [self.plane], lambda plane: migrate_environment(plane, self.server, self.credentials, name), lambda _: None
        )

    def clone(self, name: str) -> str:
        """A fresh database of the plane."""
        self.drop(name)
        self.server.execute("postgres", roles.create_database(self.plane, name, template_of(self.plane.name)))
        self.server.execute("postgres", roles.database_grants(self.plane, name))
        return name

    def drop(self, name: str) -> None:
        self.server.execute(
            "postgres", [sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))]
        )

    def superuser(self, database: str) -> psycopg.Connection[Any]:
        """For preparing rows; never for measuring."""
        return self.server.connect(database)

    def settle(self, database: str) -> None:
        """Vacuum, statistics and a checkpoint, so that none of them falls into a measurement."""
        with self.superuser(database) as connection:
            connection.execute("VACUUM (ANALYZE)")
            connection.execute("CHECKPOINT")

    def use(self, database: str) -> None:
        """Point this process's Django at a database; open connections of the calling thread are closed."""
        from django.db import connections

        connections.close_all()
        connections.settings["default"]["NAME"] = database
        connections["default"].settings_dict["NAME"] = database

    def pgbench_environment(self, database: str) -> dict[str, str]:
        """Connection variables of the service's login, for pgbench."""
        login = self.process.login
        return {
            **os.environ,
            "PGHOST": str(self.server.sockets),
            "PGUSER": login,
            "PGPASSWORD": self.credentials.passwords[login],
            "PGDATABASE": database,
        }
