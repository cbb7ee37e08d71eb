"""`manage.py role_check --url URL`: is the role isolation of a server what it must be? Exits 1 when it is not."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandError

from openagents.db.role_check import Outcome, Server, check_server
from openagents.planes import PLANES


class Command(BaseCommand):
    help = "Check databases, roles and rights of a server (R1-R10, R12). Needs a superuser's URL; changes nothing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--url", default=os.environ.get("OA_SUPERUSER_URL", ""), help="or OA_SUPERUSER_URL")
        # `--plane` itself is taken by manage.py: it names the process a command runs as.
        parser.add_argument("--only", action="append", choices=PLANES, help="planes this server holds; default: all")
        parser.add_argument("--database", action="append", default=[], metavar="PLANE=NAME", help="a database's name")
        parser.add_argument("--passwords", default="", metavar="FILE", help="JSON of login to password, for R10")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(
        self, *, url: str, only: list[str] | None, database: list[str], passwords: str, as_json: bool, **options: Any
    ) -> None:
        if not url:
            raise CommandError("--url or OA_SUPERUSER_URL names the server")
        planes = only or list(PLANES)
        server = Server(
            url=url,
            planes=tuple(PLANES[name] for name in planes),
            databases=dict(item.split("=", 1) for item in database),
            passwords=json.loads(Path(passwords).read_text()) if passwords else {},
        )
        try:
            outcomes = check_server(server)
        except psycopg.Error as error:
            raise CommandError(f"the server could not be asked: {type(error).__name__}") from None
        self._print(outcomes, as_json)
        if not all(outcome.ok for outcome in outcomes):
            sys.exit(1)

    def _print(self, outcomes: list[Outcome], as_json: bool) -> None:
        if as_json:
            rows = [
                {"check": row.check, "ok": row.ok, "skipped": row.skipped or None, "problems": list(row.problems)}
                for row in outcomes
            ]
            self.stdout.write(json.dumps({"ok": all(row.ok for row in outcomes), "checks": rows}))
            return
        for row in outcomes:
            verdict = f"skipped ({row.skipped})" if row.skipped else "ok" if row.ok else "FAIL"
            self.stdout.write(f"{row.check:<4} {row.title}: {verdict}")
            for problem in row.problems:
                self.stdout.write(f"       {problem}")
