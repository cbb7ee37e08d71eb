"""The gate on migrations lets through what old code does not notice, and names everything else."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

from tools.migration_lint import problems

TABLE = migrations.CreateModel("Made", [("id", models.BigAutoField(primary_key=True))])
INDEX = models.Index(fields=["id"], name="i")
ONCE = models.UniqueConstraint(fields=["id"], name="u")


def nothing(*_: Any) -> None:
    """A data migration's function."""


FILL = migrations.RunPython(nothing)


def check(monkeypatch: pytest.MonkeyPatch, phase: Any, *operations: Any) -> list[str]:
    module = ModuleType("linted_migration")
    module.Migration = type("Migration", (), {"oa_phase": phase, "operations": list(operations)})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "linted_migration", module)
    return list(problems("linted_migration"))


@pytest.mark.parametrize(
    "operations",
    [
        [TABLE, migrations.AddIndex("made", INDEX), migrations.AddConstraint("made", ONCE)],
        [migrations.AddField("old", "a", models.TextField(null=True))],
        [migrations.AddField("old", "a", models.TextField(default=""))],
        [AddIndexConcurrently("old", INDEX)],
        [migrations.RunSQL("CREATE FUNCTION f() RETURNS int AS $$ BEGIN DROP TABLE x; END $$", "DROP TABLE y")],
        [FILL],
    ],
)
def test_what_old_code_does_not_notice(monkeypatch: pytest.MonkeyPatch, operations: list[Any]) -> None:
    assert check(monkeypatch, "expand", *operations) == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("old", "a"),
        migrations.DeleteModel("old"),
        migrations.RenameField("old", "a", "b"),
        migrations.AddIndex("old", INDEX),
        migrations.AddConstraint("old", ONCE),
        migrations.AddField("old", "a", models.TextField()),
        migrations.AddField("old", "a", models.TextField(default=str)),
        migrations.AddField("old", "a", models.TextField(null=True, unique=True)),
        migrations.RunSQL("ALTER TABLE old ALTER COLUMN a SET NOT NULL"),
        migrations.RunSQL(["SELECT 1", ("ALTER TABLE old DROP COLUMN a", [])]),
        migrations.SeparateDatabaseAndState([migrations.RunSQL("DROP TABLE old")]),
    ],
)
def test_what_only_a_contract_may(monkeypatch: pytest.MonkeyPatch, operation: Any) -> None:
    assert len(check(monkeypatch, "expand", operation)) == 1
    assert check(monkeypatch, "contract", operation) == []


def test_schema_and_rows_change_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check(monkeypatch, "expand", TABLE, FILL) == ["fills rows in the migration that changes the schema"]
    assert check(monkeypatch, "migrate", FILL, migrations.RunSQL("UPDATE old SET a = 1")) == []
    assert check(monkeypatch, "migrate", FILL, TABLE) == ["CreateModel in a migration that only fills"]


@pytest.mark.parametrize("phase", [None, "later"])
def test_a_phase_is_declared(monkeypatch: pytest.MonkeyPatch, phase: str | None) -> None:
    assert len(check(monkeypatch, phase, TABLE)) == 1
