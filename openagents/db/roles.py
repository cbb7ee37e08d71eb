"""Databases, roles and grants, as a superuser lays them out. Idempotent; the same statements for development, tests
and servers (`manage.py roles_sql` prints them for a server's superuser).

A login can connect to exactly one plane's database. Migrations run as a login of their own; services cannot change
the schema, and cannot TRUNCATE. Khala's second login may SELECT the three journal tables of the runtime, no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psycopg import sql

from openagents.planes import JOURNAL_GROUP, JOURNAL_LOGIN, PLANES, PROCESSES, Plane, processes_of

SERVICE_SETTINGS = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
}
MONITOR_LOGIN = "oa_monitor"
"""Watches the server: statistics and settings of all databases, seen from `postgres`, and no table of any plane."""
MIGRATE_SETTINGS = {"lock_timeout": "5s", "statement_timeout": "15min", "timezone": "UTC"}
MONITOR_SETTINGS = {"default_transaction_read_only": "on", "statement_timeout": "5s", "timezone": "UTC"}
READER_SETTINGS = {"default_transaction_read_only": "on", "statement_timeout": "2s", "timezone": "UTC"}


LARGE_OBJECT_WRITES = (
    *("lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)", "lo_put(oid, bigint, bytea)"),
    *("lo_unlink(oid)", "lo_open(oid, integer)", "lowrite(integer, bytea)", "lo_truncate(integer, integer)"),
    "lo_truncate64(integer, bigint)",
)
"""Large objects are a store beside all tables that PostgreSQL opens to every login; nobody here uses it."""


def logins() -> list[str]:
    """Every login of the system, in a stable order."""
    return [
        *(process.login for process in PROCESSES.values()),
        *(plane.migrate_login for plane in PLANES.values()),
        JOURNAL_LOGIN,
    ]


def groups() -> list[str]:
    """Every group role, in a stable order."""
    names = []
    for plane in PLANES.values():
        names += [plane.owner_role, *plane.writer_groups, plane.reader_role]
    return [*names, JOURNAL_GROUP]


def _identifier(name: str) -> sql.Identifier:
    return sql.Identifier(name)


def _ensure_role(name: str, attributes: str) -> sql.Composed:
    return sql.SQL(
        "DO $do$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal}) "
        "THEN CREATE ROLE {name}; END IF; END $do$; ALTER ROLE {name} WITH {attributes}"
    ).format(literal=sql.Literal(name), name=_identifier(name), attributes=sql.SQL(attributes))


NOT_SPECIAL = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS INHERIT"


def cluster_statements(passwords: Mapping[str, str]) -> Iterator[sql.Composed]:
    """Roles and memberships, for the whole server. `passwords`: login to password."""
    for group in groups():
        yield _ensure_role(group, f"NOLOGIN {NOT_SPECIAL}")
    for login in logins():
        yield _ensure_role(login, f"LOGIN {NOT_SPECIAL}")
        if login in passwords:
            yield sql.SQL("ALTER ROLE {} PASSWORD {}").format(_identifier(login), sql.Literal(passwords[login]))
    for plane in PLANES.values():
        yield from _memberships(plane)
    yield sql.SQL("GRANT {} TO {}").format(_identifier(JOURNAL_GROUP), _identifier(JOURNAL_LOGIN))
    yield from _settings(JOURNAL_LOGIN, {**READER_SETTINGS, "search_path": "runtime"})
    for database in ("postgres", "template1"):
        yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(_identifier(database))
    yield from _monitor(passwords.get(MONITOR_LOGIN))


def _monitor(password: str | None) -> Iterator[sql.Composed]:
    name = _identifier(MONITOR_LOGIN)
    yield _ensure_role(MONITOR_LOGIN, f"LOGIN {NOT_SPECIAL}")
    if password:
        yield sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(password))
    yield sql.SQL("GRANT pg_monitor TO {}").format(name)
    yield sql.SQL("GRANT CONNECT ON DATABASE postgres TO {}").format(name)
    yield from _settings(MONITOR_LOGIN, MONITOR_SETTINGS)


def _memberships(plane: Plane) -> Iterator[sql.Composed]:
    yield sql.SQL("GRANT {} TO {}").format(_identifier(plane.owner_role), _identifier(plane.migrate_login))
    yield from _settings(plane.migrate_login, {**MIGRATE_SETTINGS, "role": plane.owner_role, "search_path": plane.name})
    for process in processes_of(plane.name):
        yield sql.SQL("GRANT {} TO {}").format(_identifier(process.writer_group), _identifier(process.login))
        yield from _settings(process.login, {**SERVICE_SETTINGS, "search_path": plane.name})


def _settings(login: str, values: Mapping[str, str]) -> Iterator[sql.Composed]:
    for name, value in values.items():
        yield sql.SQL("ALTER ROLE {} SET {} = {}").format(_identifier(login), _identifier(name), sql.Literal(value))


def database_grants(plane: Plane, database: str) -> Iterator[sql.Composed]:
    """Who may connect to `database`; run while connected anywhere. A clone of a template needs them again."""
    yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(_identifier(database))
    members = [plane.owner_role, *plane.writer_groups, plane.reader_role]
    if plane.name == "runtime":
        members.append(JOURNAL_GROUP)
    for group in groups():
        if group not in members:
            yield sql.SQL("REVOKE ALL ON DATABASE {} FROM {}").format(_identifier(database), _identifier(group))
    for group in members:
        yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(_identifier(database), _identifier(group))


def schema_statements(plane: Plane) -> Iterator[sql.Composed]:
    """Schema and default privileges; run while connected to the plane's database as superuser."""
    owner = _identifier(plane.owner_role)
    schema = _identifier(plane.name)
    yield sql.SQL("REVOKE ALL ON SCHEMA public FROM PUBLIC").format()
    for function in LARGE_OBJECT_WRITES:
        yield sql.SQL("REVOKE EXECUTE ON FUNCTION pg_catalog.{} FROM PUBLIC").format(sql.SQL(function))
    yield sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(schema, owner)
    yield sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC").format(owner)
    for group in plane.writer_groups:
        grantee = _identifier(group)
        yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, grantee)
        for what, rights in (
            ("TABLES", "SELECT, INSERT, UPDATE, DELETE"),
            ("SEQUENCES", "USAGE, SELECT"),
            ("FUNCTIONS", "EXECUTE"),
        ):
            yield sql.SQL(
                f"ALTER DEFAULT PRIVILEGES FOR ROLE {{}} IN SCHEMA {{}} GRANT {rights} ON {what} TO {{}}"
            ).format(owner, schema, grantee)
    reader = _identifier(plane.reader_role)
    yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, reader)
    yield sql.SQL("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {} GRANT SELECT ON TABLES TO {}").format(
        owner, schema, reader
    )
    if plane.name == "runtime":
        yield sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, _identifier(JOURNAL_GROUP))


def create_database(plane: Plane, database: str, template: str | None = None) -> Iterator[sql.Composed]:
    """CREATE DATABASE for a plane; must run outside a transaction."""
    clause = sql.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(_identifier(template)) if template else sql.SQL("")
    yield sql.SQL("CREATE DATABASE {} OWNER {}").format(_identifier(database), _identifier(plane.owner_role)) + clause
