"""`manage.py migrate`: one at a time, a ledger, no edited files, no contract without an approval."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.utils import ProgrammingError
from psycopg import sql

from openagents.db import migration_ledger
from openagents.db.models import AppliedMigration
from openagents.db.tests.conftest import wait_until
from openagents.embedded.provision import clean_environment, migrate_environment
from openagents.ops.management.commands import migrate
from openagents.planes import PLANES

ROOT = Path(__file__).resolve().parents[3]
PLANE = PLANES["bridge"]
LOCK = "SELECT pg_advisory_lock(hashtext('oa:migrate:bridge'))"


@pytest.fixture
def scratch(testbed: Any) -> Iterator[str]:
    name = f"scratch_ledger_{uuid.uuid4().hex[:12]}"
    testbed.clone_as(PLANE, name)
    yield name
    testbed.server.execute("postgres", [sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))])


def start(testbed: Any, database: str, *arguments: str) -> subprocess.Popen[str]:
    environment = migrate_environment(PLANE, testbed.server, testbed.credentials, database)
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate", "--no-input", *arguments],
        env={**clean_environment(), **environment, "PATH": os.environ["PATH"]},
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def edit_the_ledger(testbed: Any, database: str, change: str) -> None:
    """As nobody but a superuser could: without the guard."""
    with testbed.server.connect(database) as opened:
        opened.execute("SET session_replication_role = replica")
        opened.execute(f"{change} WHERE app = 'ground' AND name = '0002_window_and_guards'")


def test_every_migration_of_ours_is_in_it_with_its_file_and_phase() -> None:
    ours = migration_ledger.own(MigrationLoader(connection))
    rows = {(row.app, row.name): row for row in AppliedMigration.objects.all()}
    assert rows.keys() == ours.keys()
    assert {app for app, _ in rows} == {"ground", settings.OA_PROCESS.plane}
    for key, row in rows.items():
        assert (row.sha256, row.phase) == (
            migration_ledger.file_sha256(ours[key]),
            migration_ledger.phase_of(ours[key]),
        )
        assert (row.plane, row.min_compatible_build_id) == (settings.OA_PROCESS.plane, migration_ledger.ANY_BUILD)
    assert any(row.duration_ms > 0 for row in rows.values())


def test_a_service_reads_it_and_cannot_write_it() -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        AppliedMigration.objects.filter(app="ground").update(sha256="0")
    row = AppliedMigration.objects.first()
    assert row is not None
    with pytest.raises(ProgrammingError, match="permission denied"):
        AppliedMigration.objects.create(**{**_fields(row), "name": "9999_forged"})


def _fields(row: AppliedMigration) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if field.name != "pk"}


def test_an_edited_file_is_refused_and_a_lost_row_written_again(testbed: Any, scratch: str) -> None:
    edit_the_ledger(testbed, scratch, "UPDATE bridge.oa_migration_ledger SET sha256 = 'another'")
    process = start(testbed, scratch)
    said, _ = process.communicate(timeout=120)
    assert process.returncode != 0
    assert "migration_checksum_mismatch: ground.0002_window_and_guards" in said
    edit_the_ledger(testbed, scratch, "DELETE FROM bridge.oa_migration_ledger")
    process = start(testbed, scratch)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    with testbed.server.connect(scratch) as opened:
        rows = opened.execute(
            "SELECT name, duration_ms FROM bridge.oa_migration_ledger WHERE app = 'ground'"
        ).fetchall()
    assert ("0002_window_and_guards", 0) in rows


def test_a_second_run_waits_for_the_first(testbed: Any, scratch: str) -> None:
    with testbed.server.connect(scratch) as first:
        first.execute(LOCK)
        process = start(testbed, scratch, "-v", "0")
        wait_until(lambda: _waiting(first), 60)
        assert process.poll() is None
        first.execute("SELECT pg_advisory_unlock_all()")
        assert process.wait(120) == 0


def _waiting(opened: psycopg.Connection[Any]) -> bool:
    text = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database ="
    (row,) = opened.execute(f"{text} (SELECT oid FROM pg_database WHERE datname = current_database())").fetchall()  # type: ignore[arg-type]
    return bool(row[0])


class TestContract:
    OURS = {
        ("bridge", "0001_old"): SimpleNamespace(app_label="bridge", name="0001_old", oa_phase="expand"),
        ("bridge", "0002_drop"): SimpleNamespace(
            app_label="bridge", name="0002_drop", oa_phase="contract", oa_min_compatible_build_id="20260301T120000Z"
        ),
    }

    @pytest.fixture
    def builds(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        """URL to the build that answers there."""
        known: dict[str, str] = {}

        def get(url: str, **_: Any) -> httpx.Response:
            build = known.get(url.removesuffix("/readyz"))
            if build is None:
                raise httpx.ConnectError("nobody there")
            return httpx.Response(503, json={"build_id": build})

        monkeypatch.setattr(migrate.httpx, "get", get)
        return known

    def refuse(self, approval: str, *running: str, applied: tuple[str, ...] = ("0001_old",)) -> None:
        history = {("bridge", name): None for name in applied}
        executor: Any = SimpleNamespace(loader=SimpleNamespace(applied_migrations=history))
        migrate.Command()._refuse_contract(executor, self.OURS, approval, list(running))  # type: ignore[arg-type]

    def test_it_needs_an_approval(self) -> None:
        with pytest.raises(CommandError, match=r"contract_not_approved: bridge\.0002_drop"):
            self.refuse("", "http://a")

    @pytest.mark.parametrize("applied", [(), ("0001_old", "0002_drop")])
    def test_but_not_in_an_empty_database_nor_twice(self, applied: tuple[str, ...]) -> None:
        self.refuse("", "http://a", applied=applied)

    def test_every_running_build_must_bear_it(self, builds: dict[str, str]) -> None:
        builds.update({"http://a": "20260301T120000Z", "http://b": "20260301T115959Z"})
        self.refuse("chg-1", "http://a")
        with pytest.raises(CommandError, match="contract_too_early: http://b runs build 20260301T115959Z"):
            self.refuse("chg-1", "http://a", "http://b")

    @pytest.mark.usefixtures("builds")
    def test_whoever_does_not_answer_might_be_old(self) -> None:
        with pytest.raises(CommandError, match="http://c does not say its build"):
            self.refuse("chg-1", "http://c")

    def test_what_declares_nothing_is_taken_for_one(self) -> None:
        undeclared: Any = SimpleNamespace()
        assert migration_ledger.phase_of(undeclared) == "contract"


def test_what_this_build_does_not_carry_is_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {(row.app, row.name) for row in AppliedMigration.objects.all()}
    assert migration_ledger.ahead(known) == (0, False)
    fewer = known - {("ground", "0003_migration_ledger")}
    assert migration_ledger.ahead(fewer) == (1, False)
    monkeypatch.setattr(settings.OA, "oa_build_id", "")
    assert migration_ledger.ahead(fewer) == (1, True)
