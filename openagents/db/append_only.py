"""Migration operation: a table that is only ever appended to, whoever asks."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from openagents.planes import PLANES

GUARD = """
CREATE OR REPLACE FUNCTION oa_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
"""


class AppendOnly(Operation):
    """Take UPDATE, DELETE and TRUNCATE on `table` from the plane's writers; triggers refuse them to everybody else.

    `allow_delete` leaves deletion to the roles that hold the right (retention jobs with a role of their own).
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, table: str, allow_delete: bool = False) -> None:
        self.table = table
        self.allow_delete = allow_delete

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (type(self).__name__, [self.table], {"allow_delete": self.allow_delete})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The model is unchanged: the guard lives in the database."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        events = "UPDATE" if self.allow_delete else "UPDATE OR DELETE"
        groups = ", ".join(PLANES[settings.OA_PROCESS.plane].writer_groups)
        schema_editor.execute(GUARD, params=None)
        schema_editor.execute(
            f"CREATE TRIGGER {self.table}_append_only BEFORE {events} ON {self.table} "
            "FOR EACH ROW EXECUTE FUNCTION oa_append_only()"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {self.table}_never_emptied BEFORE TRUNCATE ON {self.table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION oa_append_only()"
        )
        schema_editor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {self.table} FROM {groups}")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        groups = ", ".join(PLANES[settings.OA_PROCESS.plane].writer_groups)
        schema_editor.execute(f"DROP TRIGGER {self.table}_append_only ON {self.table}")
        schema_editor.execute(f"DROP TRIGGER {self.table}_never_emptied ON {self.table}")
        schema_editor.execute(f"GRANT UPDATE, DELETE ON {self.table} TO {groups}")

    def describe(self) -> str:
        return f"Make {self.table} append-only"
