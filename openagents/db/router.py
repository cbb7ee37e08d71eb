"""The router refuses everything that crosses planes."""

from __future__ import annotations

from typing import Any

from django.db.models import Model

JOURNAL_ALIAS = "journal"


class CrossPlaneAccess(RuntimeError):
    """A query, relation or migration would leave the process's own database."""


def _belongs_to_journal(model: type[Model]) -> bool:
    return bool(getattr(model, "reads_journal", False))


class PlaneRouter:
    """`default` is the plane's own database and serves everything; only models marked `reads_journal` read `journal`.

    Another plane's models are not installed in the process at all, so the router never meets one; what remains to
    refuse is writing to the journal, relations across the two connections, and migrating anything but `default`.
    """

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return JOURNAL_ALIAS if _belongs_to_journal(model) else "default"

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        if _belongs_to_journal(model):
            raise CrossPlaneAccess(f"{model.__name__} is the runtime's; this plane may only read it")
        return "default"

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        return _belongs_to_journal(type(one)) == _belongs_to_journal(type(other))

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "default"
