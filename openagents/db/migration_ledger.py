"""The ledger of our migrations in a plane's database: what `migrate` writes, and what `/readyz` compares with.

A migration's file is what a build may rely on, so one that ran and was edited afterwards is refused. Django's own
migrations are Django's business.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from openagents.db.models import AppliedMigration

Key = tuple[str, str]
Phase = Literal["expand", "migrate", "contract"]

ANY_BUILD = "00000000T000000Z"
"""Builds compare as text: every build serves after a migration that names this one."""
OURS = ("openagents.", "apps.")


def phase_of(migration: Migration) -> Phase:
    """What the migration declares as `oa_phase`; the one that needs an approval when it declares nothing."""
    return getattr(migration, "oa_phase", "contract")


def min_compatible_build(migration: Migration) -> str:
    """The oldest build that works with the schema afterwards (`oa_min_compatible_build_id`)."""
    return str(getattr(migration, "oa_min_compatible_build_id", ANY_BUILD))


def file_sha256(migration: Migration) -> str:
    """SHA-256 of the migration's file, lower-case hex."""
    return hashlib.sha256(Path(sys.modules[type(migration).__module__].__file__ or "").read_bytes()).hexdigest()


def own(loader: MigrationLoader) -> dict[Key, Migration]:
    """Our migrations of this plane that the build carries: the ground's and the plane's."""
    found: dict[Key, Migration] = loader.disk_migrations or {}
    return {key: found[key] for key in sorted(found) if type(found[key]).__module__.startswith(OURS)}


@contextmanager
def only_one_runs() -> Iterator[None]:
    """Wait, as long as it takes, until no other `migrate` of this plane runs."""
    name = f"oa:migrate:{settings.OA_PROCESS.plane}"
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        cursor.execute("SET lock_timeout = '5s'")
        cursor.execute("SET statement_timeout = '15min'")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def exists() -> bool:
    """The ledger itself came with a migration."""
    return AppliedMigration._meta.db_table in connection.introspection.table_names()


def changed(migrations: Mapping[Key, Migration]) -> list[Key]:
    """Migrations in the ledger whose file is another one now."""
    rows = AppliedMigration.objects.values_list("app", "name", "sha256") if exists() else []
    known = {(app, name): sha256 for app, name, sha256 in rows}
    return [key for key, migration in migrations.items() if known.get(key, "") not in ("", file_sha256(migration))]


def record(migrations: Mapping[Key, Migration], durations_ms: Mapping[Key, int]) -> int:
    """Write down every applied migration that the ledger lacks; returns how many.

    Those that ran before there was a ledger, or whose run was cut off before this, have the duration 0.
    """
    if not exists():
        return 0
    rows = AppliedMigration.objects.values_list("app", "name")
    applied = MigrationRecorder(connection).applied_migrations()
    missing = [key for key in migrations if key in applied and key not in set(rows)]
    AppliedMigration.objects.bulk_create(
        AppliedMigration(
            plane=settings.OA_PROCESS.plane,
            app=app,
            name=name,
            sha256=file_sha256(migrations[app, name]),
            phase=phase_of(migrations[app, name]),
            build_id=settings.OA.oa_build_id,
            min_compatible_build_id=min_compatible_build(migrations[app, name]),
            applied_at=applied[app, name].applied,
            duration_ms=durations_ms.get((app, name), 0),
        )
        for app, name in missing
    )
    return len(missing)


def ahead(known: Collection[Key]) -> tuple[int, bool]:
    """(migrations that ran here and this build does not carry, whether one of them shuts this build out)."""
    rows = AppliedMigration.objects.values_list("app", "name", "min_compatible_build_id")
    unknown = [minimum for app, name, minimum in rows if (app, name) not in known]
    return len(unknown), any(minimum > settings.OA.oa_build_id for minimum in unknown)
