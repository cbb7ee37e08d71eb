"""`manage.py migrate --plane X`: one at a time, with a ledger, and contract migrations only with an approval.

A `contract` migration on a database that is already in use asks every process of the plane for its build first, by
`/readyz` at the plane's base URLs or at those of `--running`.
"""

from __future__ import annotations

import time
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor

from openagents.db import migration_ledger
from openagents.planes import processes_of

ASK_SECONDS_MAX = 5.0


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--allow-contract", default="", metavar="APPROVAL", help="id of the approval")
        parser.add_argument(
            "--running", action="append", metavar="URL", help="a process that serves; default: the plane's base URLs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._durations_ms: dict[migration_ledger.Key, int] = {}
        if options["plan"] or options["check_unapplied"]:
            super().handle(*args, **options)
            return
        with migration_ledger.only_one_runs():
            executor = MigrationExecutor(connection)
            ours = migration_ledger.own(executor.loader)
            if edited := migration_ledger.changed(ours):
                names = ", ".join(".".join(key) for key in edited)
                raise CommandError(f"migration_checksum_mismatch: {names} ran here from another file")
            self._refuse_contract(executor, ours, options["allow_contract"], options["running"])
            try:
                super().handle(*args, **options)
            finally:
                migration_ledger.record(ours, self._durations_ms)

    def _refuse_contract(
        self,
        executor: MigrationExecutor,
        ours: dict[migration_ledger.Key, Migration],
        approval: str,
        running: list[str] | None,
    ) -> None:
        applied = executor.loader.applied_migrations or {}
        if applied.keys().isdisjoint(ours):
            return  # nobody uses this database yet
        plan = [ours[key] for key in ours if key not in applied]
        contracts = [migration for migration in plan if migration_ledger.phase_of(migration) == "contract"]
        if not contracts:
            return
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration in contracts)
        if not approval:
            raise CommandError(f"contract_not_approved: {names} needs --allow-contract APPROVAL")
        needed = max(migration_ledger.min_compatible_build(migration) for migration in contracts)
        processes = processes_of(settings.OA_PROCESS.plane)
        for url in running or [settings.OA.base_url(process.name) for process in processes]:
            if (build := _build_at(url)) < needed:
                raise CommandError(f"contract_too_early: {url} runs build {build}, {names} needs {needed} everywhere")
        self.stdout.write(f"contract migrations {names}: approved by {approval}")

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        if action == "apply_start":
            self._began = time.monotonic()
        elif action == "apply_success":
            took = time.monotonic() - self._began
            self._durations_ms[migration.app_label, migration.name] = round(took * 1000)
        super().migration_progress_callback(action, migration, fake)


def _build_at(url: str) -> str:
    """The build that answers there. Raises CommandError when nobody says."""
    try:
        return str(httpx.get(f"{url.rstrip('/')}/readyz", timeout=ASK_SECONDS_MAX).json()["build_id"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"contract_too_early: {url} does not say its build: {type(error).__name__}") from None
