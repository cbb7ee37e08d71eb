"""Migration operation: a table that only some of its plane's processes may touch.

By default every writer group of a plane may read and write all its tables. Where a plane is two processes (lightning:
the executor holds custody, ops does not) each table says who it is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from openagents.planes import PLANES


class OnlyFor(Operation):
    """Leave `table` to the groups `writers`; `readers` may only SELECT; every other writer group of the plane loses it.

    Groups are names of `Plane.writer_groups`; unknown ones raise ValueError when the migration is loaded.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, writers: Sequence[str], readers: Sequence[str] = ()) -> None:
        known = {group for plane in PLANES.values() for group in plane.writer_groups}
        if unknown := {*writers, *readers} - known:
            raise ValueError(f"no writer group of any plane: {sorted(unknown)}")
        self.table = table
        self.writers = tuple(writers)
        self.readers = tuple(readers)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.table, self.writers], {"readers": self.readers})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The model is unchanged: the rights live in the database."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for group in self._others():
            schema_editor.execute(f"REVOKE ALL ON {self.table} FROM {group}")
            if group in self.readers:
                schema_editor.execute(f"GRANT SELECT ON {self.table} TO {group}")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for group in self._others():
            schema_editor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {self.table} TO {group}")

    def _others(self) -> list[str]:
        return [group for group in PLANES[settings.OA_PROCESS.plane].writer_groups if group not in self.writers]

    def describe(self) -> str:
        return f"Leave {self.table} to {', '.join(self.writers)}"
