"""What a migration may do beside running old code: `expand` only adds, `migrate` only fills, `contract` may all.

Read from the operations themselves; a table that the same migration makes is nobody's yet, and free.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

PHASES = frozenset({"expand", "migrate", "contract"})
TAKES_AWAY = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
    migrations.AlterUniqueTogether,
)
BODY = re.compile(r"\$(\w*)\$.*?\$\1\$", re.DOTALL)
"""A function's text: it runs later, not in the migration."""
SQL_TAKES_AWAY = re.compile(
    r"\bDROP\s+(?:TABLE|COLUMN)\b|\bRENAME\s+(?:TO|COLUMN)\b|\bALTER\s+COLUMN\s+\S+\s+(?:SET\s+DATA\s+)?TYPE\b"
    r"|\bSET\s+NOT\s+NULL\b",
    re.IGNORECASE,
)


def problems(module: str) -> Iterator[str]:
    """What the migration in `module` must not do in the phase that it declares."""
    migration: Any = importlib.import_module(module).Migration
    phase = getattr(migration, "oa_phase", None)
    if phase not in PHASES:
        yield f"oa_phase is {phase!r}, not one of {', '.join(sorted(PHASES))}"
        return
    operations = list(_flat(migration.operations))
    fills = [item for item in operations if isinstance(item, migrations.RunPython)]
    if phase == "migrate":
        for item in operations:
            if not isinstance(item, migrations.RunPython | migrations.RunSQL):
                yield f"{type(item).__name__} in a migration that only fills"
    elif phase == "expand":
        if fills and len(fills) < len(operations):
            yield "fills rows in the migration that changes the schema"
        made = {item.name.lower() for item in operations if isinstance(item, migrations.CreateModel)}
        for item in operations:
            yield from _expands(item, made)


def _flat(operations: Sequence[Operation]) -> Iterator[Operation]:
    for item in operations:
        if isinstance(item, migrations.SeparateDatabaseAndState):
            yield from _flat(item.database_operations)
        else:
            yield item


def _expands(item: Any, made: set[str]) -> Iterator[str]:
    if isinstance(item, migrations.RunSQL):
        if found := SQL_TAKES_AWAY.search(BODY.sub("", _text(item.sql))):
            yield f"SQL: {found.group(0)}"
        return
    table = str(getattr(item, "model_name", None) or getattr(item, "name", "")).lower()
    if table in made:
        return
    if isinstance(item, TAKES_AWAY):
        yield f"{type(item).__name__} of {table}"
    elif type(item) is migrations.AddIndex:
        yield f"AddIndex on {table} locks it: AddIndexConcurrently"
    elif type(item) is migrations.AddConstraint:
        yield f"AddConstraint on {table} scans it: not valid first, or a unique index made concurrently"
    elif isinstance(item, migrations.AddField):
        field = item.field
        constant = field.has_default() and not callable(field.default)
        if not (field.null or field.many_to_many or constant or field.db_default is not models.NOT_PROVIDED):
            yield f"AddField {table}.{item.name} is neither nullable nor has it a constant default"
        if field.unique:
            yield f"AddField {table}.{item.name} is unique without a concurrent index"


def _text(statements: Any) -> str:
    if isinstance(statements, str):
        return statements
    return ";\n".join(item if isinstance(item, str) else str(item[0]) for item in statements)
