"""`manage.py roles_sql`: the statements that lay out databases, roles and grants, as a psql script for a superuser.

Idempotent. Passwords are not in it: set them with `\\password LOGIN` afterwards.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from psycopg import sql

from openagents.db import roles
from openagents.planes import PLANES


class Command(BaseCommand):
    help = "Print the SQL of databases, roles and grants for `psql -v ON_ERROR_STOP=1` as superuser."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", action="append", choices=PLANES, help="planes this server holds; default: all")

    def handle(self, *, only: list[str] | None, **options: Any) -> None:
        self._say("-- Roles and memberships of the whole system.")
        self._statements(roles.cluster_statements({}))
        for name in only or PLANES:
            plane = PLANES[name]
            self._say(f"\n-- The plane {name}.")
            (create,) = roles.create_database(plane, plane.database)
            wanted = sql.Literal(create.as_string(None))
            exists = sql.SQL("SELECT FROM pg_database WHERE datname = {}").format(sql.Literal(plane.database))
            self._say(f"SELECT {wanted.as_string(None)} WHERE NOT EXISTS ({exists.as_string(None)}) \\gexec")
            self._statements(roles.database_grants(plane, plane.database))
            self._say(f"\\connect {sql.Identifier(plane.database).as_string(None)}")
            self._statements(roles.schema_statements(plane))

    def _statements(self, statements: Any) -> None:
        for statement in statements:
            self._say(f"{statement.as_string(None)};")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
