"""Does a server hold the role isolation that `openagents.db.roles` lays out? (operations 2, checks R1-R10 and R12)

The catalogue is read as a superuser; R10 tries the forbidden with real logins where their passwords are known. R11,
what a running process is connected to, only that process can say. Everything tried is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from openagents.db.roles import MONITOR_LOGIN, groups, logins
from openagents.planes import JOURNAL_GROUP, JOURNAL_LOGIN, JOURNAL_TABLES, PLANES, PROCESSES, Plane, processes_of

APPEND_ONLY = {"runtime": ("audit_event", "run_event", "sync_stream_events")}
"""Tables that must be append-only; in every other plane the audit trail. Those with the guard's trigger add to it."""
PRUNE_ROLE = "oa_runtime_prune"
"""May delete from the journal, where a server has it (operations 2)."""
FORBIDDEN_EXTENSIONS = ("dblink", "postgres_fdw", "file_fdw", "plpython%")
SHARED_DATABASES = ("postgres", "template1")
MONITOR_GROUPS = frozenset({"pg_monitor", "pg_read_all_settings", "pg_read_all_stats", "pg_stat_scan_tables"})
"""`pg_monitor` and what it consists of: statistics and settings, no rows."""
INSUFFICIENT_PRIVILEGE = "42501"

Rows = list[tuple[Any, ...]]
Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check found. `problems` empty: passed; `skipped`: why it was not made."""

    check: str
    title: str
    problems: tuple[str, ...] = ()
    skipped: str = ""

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass(frozen=True)
class Server:
    """One server to check: a superuser's URL, the planes it holds and what their databases are called there."""

    url: str
    planes: tuple[Plane, ...] = tuple(PLANES.values())
    databases: Mapping[str, str] = field(default_factory=dict)
    passwords: Mapping[str, str] = field(default_factory=dict)

    def database(self, plane: Plane) -> str:
        return self.databases.get(plane.name, plane.database)

    def connect(self, database: str | None = None, **as_login: str) -> Connection:
        """A connection as the URL's user, or as `user=` with `password=`. Raises psycopg.OperationalError."""
        names = {"dbname": database} if database else {}
        return psycopg.connect(make_conninfo(self.url, **names, **as_login), connect_timeout=5)

    def query(self, text: LiteralString, values: Mapping[str, Any] | None = None, database: str | None = None) -> Rows:
        with self.connect(database) as connection:
            return connection.execute(text, values).fetchall()

    def own_groups(self, plane: Plane) -> set[str]:
        """Roles that may hold rights in the plane's database."""
        shared = {JOURNAL_GROUP, PRUNE_ROLE} if plane.name == "runtime" else set()
        return {plane.owner_role, *plane.writer_groups, plane.reader_role, *shared}

    def database_of(self, login: str) -> str:
        """The one database that the login may connect to."""
        if login == MONITOR_LOGIN:
            return SHARED_DATABASES[0]
        if login == JOURNAL_LOGIN:
            return self.database(PLANES["runtime"])
        return self.database(next(plane for plane in PLANES.values() if login in _logins_of(plane)))


def _logins_of(plane: Plane) -> tuple[str, ...]:
    return (*(process.login for process in processes_of(plane.name)), plane.migrate_login)


def _everybody() -> list[str]:
    """Every login that a server knows: those that work, and the one that watches."""
    return [*logins(), MONITOR_LOGIN]


def _groups_of(login: str) -> frozenset[str]:
    """What the login is a member of, itself or through another role."""
    if login == MONITOR_LOGIN:
        return MONITOR_GROUPS
    if login == JOURNAL_LOGIN:
        return frozenset({JOURNAL_GROUP})
    for plane in PLANES.values():
        if login == plane.migrate_login:
            return frozenset({plane.owner_role})
    return frozenset(process.writer_group for process in PROCESSES.values() if process.login == login)


def check_server(server: Server) -> list[Outcome]:
    """Every check, in order. Raises psycopg.Error when the server cannot be asked."""
    return [Outcome(name, title, tuple(look(server))) for name, title, look in CATALOGUE_CHECKS] + [_probes(server)]


def _r1(server: Server) -> Iterator[str]:
    rows = server.query(
        "SELECT rolname, rolcanlogin, rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
        " FROM pg_roles WHERE rolname = ANY(%(names)s)",
        {"names": [*groups(), *_everybody()]},
    )
    found = {name: (can_login, special) for name, can_login, special in rows}
    for name in (*groups(), *_everybody()):
        if name not in found:
            yield f"{name} does not exist"
            continue
        can_login, special = found[name]
        if can_login != (name in _everybody()):
            yield f"{name} {'can' if can_login else 'cannot'} log in"
        if special:
            yield f"{name} has a special attribute"


def _r2(server: Server) -> Iterator[str]:
    for plane in server.planes:
        name = server.database(plane)
        owner = server.query("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %(name)s", {"name": name})
        if not owner:
            yield f"database {name} does not exist"
            continue
        owned = server.query(
            "SELECT 'schema ' || nspname, pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = %(schema)s"
            " UNION ALL SELECT relname, pg_get_userbyid(relowner) FROM pg_class"
            " WHERE relnamespace = to_regnamespace(%(schema)s) AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')",
            {"schema": plane.name},
            name,
        )
        if not owned:
            yield f"database {name} has no schema {plane.name}"
        for what, who in [("database", owner[0][0]), *owned]:
            if who != plane.owner_role:
                yield f"{name}: {what} belongs to {who}"


def _r3(server: Server) -> Iterator[str]:
    databases = [*(server.database(plane) for plane in server.planes), *SHARED_DATABASES]
    rows = server.query(
        "SELECT rolname, datname, has_database_privilege(pg_roles.oid, pg_database.oid, 'CONNECT')"
        " FROM pg_roles, pg_database WHERE rolname = ANY(%(logins)s) AND datname = ANY(%(databases)s)"
        " ORDER BY 1, 2",
        {"logins": _everybody(), "databases": databases},
    )
    for login, database, may in rows:
        if may != (server.database_of(login) == database):
            yield f"{login} {'may' if may else 'may not'} connect to {database}"


def _r4(server: Server) -> Iterator[str]:
    rows = server.query(
        "WITH RECURSIVE closure AS ("
        " SELECT member AS login, roleid FROM pg_auth_members"
        " UNION SELECT closure.login, above.roleid FROM closure"
        " JOIN pg_auth_members above ON above.member = closure.roleid)"
        " SELECT pg_get_userbyid(login), pg_get_userbyid(roleid) FROM closure"
        " WHERE pg_get_userbyid(login) = ANY(%(logins)s) ORDER BY 1, 2",
        {"logins": _everybody()},
    )
    for login in _everybody():
        of = {group for member, group in rows if member == login}
        if of != _groups_of(login):
            yield f"{login} is a member of {', '.join(sorted(of)) or 'nothing'}"


GRANTS: LiteralString = """
WITH granted AS (
  SELECT 'schema ' || nspname AS what, nspowner AS owner, nspname AS schema, 'n' AS kind,
         aclexplode(coalesce(nspacl, acldefault('n', nspowner))) AS acl FROM pg_namespace
  UNION ALL
  SELECT relname, relowner, relnamespace::regnamespace::text, relkind::text,
         aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner)))
    FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
  UNION ALL
  SELECT relname || '.' || attname, relowner, relnamespace::regnamespace::text, 'c', aclexplode(attacl)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE attacl IS NOT NULL
  UNION ALL
  SELECT 'function ' || proname, proowner, pronamespace::regnamespace::text, 'f',
         aclexplode(coalesce(proacl, acldefault('f', proowner))) FROM pg_proc
)
SELECT what, kind, CASE (acl).grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid((acl).grantee) END,
       (acl).privilege_type
  FROM granted
 WHERE schema NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND schema NOT LIKE 'pg\\_%%'
   AND (acl).grantee <> owner
 ORDER BY 1, 3, 4
"""
"""Every right in a database that is not its owner's: what, kind, to whom, which."""


def _grants(server: Server, plane: Plane) -> Rows:
    return server.query(GRANTS, {}, server.database(plane))


TABLE_KINDS = frozenset("rpvm")
WRITER_TABLE_RIGHTS = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})


def _r5(server: Server) -> Iterator[str]:
    for plane in server.planes:
        name = server.database(plane)
        for what, kind, grantee, right in _grants(server, plane):
            stranger = grantee != "PUBLIC" and grantee not in server.own_groups(plane)
            writes_more = grantee in plane.writer_groups and kind in TABLE_KINDS and right not in WRITER_TABLE_RIGHTS
            reads_more = grantee == plane.reader_role and right not in ("SELECT", "USAGE")
            if stranger or writes_more or reads_more:
                yield f"{name}: {grantee} has {right} on {what}"


def _r6(server: Server) -> Iterator[str]:
    for plane in server.planes:
        for what, _kind, grantee, right in _grants(server, plane):
            if grantee == "PUBLIC":
                yield f"{server.database(plane)}: PUBLIC has {right} on {what}"


def append_only_tables(server: Server, plane: Plane) -> tuple[set[str], set[str]]:
    """(tables that must be append-only, tables whose guard is in place)."""
    rows = server.query(
        "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid"
        " WHERE proname = 'oa_append_only' AND tgenabled <> 'D' AND tgtype & 1 = 1",
        {},
        server.database(plane),
    )
    guarded = {name for (name,) in rows}
    return guarded | set(APPEND_ONLY.get(plane.name, ("audit_event",))), guarded


def _r7(server: Server) -> Iterator[str]:
    for plane in server.planes:
        name = server.database(plane)
        required, guarded = append_only_tables(server, plane)
        for table in sorted(required - guarded):
            yield f"{name}: {table} has no append-only guard"
        reads = set()
        for what, _kind, grantee, right in _grants(server, plane):
            table = what.split(".")[0]
            if grantee in plane.writer_groups and table in required and right in ("UPDATE", "DELETE", "TRUNCATE"):
                yield f"{name}: {grantee} has {right} on the append-only {what}"
            if grantee == JOURNAL_GROUP:
                reads.add((what, right))
        if plane.name == "runtime":
            expected = {("schema runtime", "USAGE"), *((table, "SELECT") for table in JOURNAL_TABLES)}
            for what, right in sorted(reads ^ expected):
                yield f"{name}: {JOURNAL_GROUP} {'has' if (what, right) in reads else 'lacks'} {right} on {what}"


def _r8(server: Server) -> Iterator[str]:
    for plane in server.planes:
        rows = server.query(
            "SELECT 'extension ' || extname FROM pg_extension WHERE extname LIKE ANY(%(names)s)"
            " UNION ALL SELECT 'foreign server ' || srvname FROM pg_foreign_server",
            {"names": list(FORBIDDEN_EXTENSIONS)},
            server.database(plane),
        )
        for (what,) in rows:
            yield f"{server.database(plane)}: {what}"
    rows = server.query(
        "SELECT pg_get_userbyid(member), pg_get_userbyid(roleid) FROM pg_auth_members"
        " WHERE starts_with(pg_get_userbyid(roleid)::text, 'pg_') AND pg_get_userbyid(member) = ANY(%(names)s)",
        {"names": [*groups(), *_everybody()]},
    )
    for member, predefined in rows:
        if member == MONITOR_LOGIN and predefined in MONITOR_GROUPS:
            continue
        yield f"{member} is a member of {predefined}"


def _r9(server: Server) -> Iterator[str]:
    for plane in server.planes:
        rows = server.query(
            "SELECT defaclobjtype::text, defaclnamespace = 0, pg_get_userbyid((acl).grantee), (acl).privilege_type"
            " FROM (SELECT *, aclexplode(defaclacl) AS acl FROM pg_default_acl"
            "        WHERE pg_get_userbyid(defaclrole) = %(owner)s) AS defaults",
            {"owner": plane.owner_role},
            server.database(plane),
        )
        found = {(kind, grantee, right) for kind, _everywhere, grantee, right in rows}
        expected = {("r", plane.reader_role, "SELECT")}
        for group in plane.writer_groups:
            expected |= {("r", group, right) for right in WRITER_TABLE_RIGHTS} | {("f", group, "EXECUTE")}
            expected |= {("S", group, right) for right in ("USAGE", "SELECT")}
        for kind, grantee, right in sorted(expected - found):
            yield f"{server.database(plane)}: by default {grantee} does not get {right} on new objects of kind {kind}"
        if not any(kind == "f" and everywhere for kind, everywhere, _grantee, _right in rows):
            yield f"{server.database(plane)}: by default PUBLIC may execute new functions"


def _r12(server: Server) -> Iterator[str]:
    ((fsync, synchronous_commit),) = server.query(
        "SELECT current_setting('fsync'), boot.setting FROM pg_settings boot WHERE name = 'synchronous_commit'"
    )
    if fsync != "on":
        yield f"fsync={fsync}"
    if synchronous_commit == "off":
        yield "synchronous_commit=off"
    rows = server.query(
        "SELECT coalesce(pg_roles.rolname, 'every role'), coalesce(datname, 'every database'), setting"
        " FROM pg_db_role_setting LEFT JOIN pg_roles ON pg_roles.oid = setrole"
        " LEFT JOIN pg_database ON pg_database.oid = setdatabase, unnest(setconfig) AS setting"
        " WHERE setting = 'synchronous_commit=off' AND (setrole = 0 OR pg_roles.rolname = ANY(%(roles)s))"
        " AND (setdatabase = 0 OR datname = ANY(%(databases)s))",
        {"roles": [*groups(), *_everybody()], "databases": [server.database(plane) for plane in server.planes]},
    )
    for role, database, setting in rows:
        yield f"{role} in {database}: {setting}"


CATALOGUE_CHECKS: tuple[tuple[str, str, Callable[[Server], Iterator[str]]], ...] = (
    ("R1", "roles exist, log in or not as they should, and are nothing special", _r1),
    ("R2", "databases, schemas and tables belong to their owner role", _r2),
    ("R3", "each login connects to its own database only", _r3),
    ("R4", "each login is a member of its own group only", _r4),
    ("R5", "no other plane's role has rights, and no role more than its kind", _r5),
    ("R6", "PUBLIC has no rights", _r6),
    ("R7", "append-only tables are; the journal's reader reads three tables", _r7),
    ("R8", "no way out of the database", _r8),
    ("R9", "default privileges are in place", _r9),
    ("R12", "commits are flushed for every login", _r12),
)


def _probes(server: Server) -> Outcome:
    title = "real logins are refused what they must not do"
    if not server.passwords:
        return Outcome("R10", title, skipped="no passwords given")
    problems: list[str] = []
    for plane in server.planes:
        for process in processes_of(plane.name):
            password = server.passwords.get(process.login)
            if password is None:
                problems.append(f"{process.login}: no password given")
            else:
                problems += _probe(server, plane, process.login, password)
    return Outcome("R10", title, tuple(problems))


def _probe(server: Server, plane: Plane, login: str, password: str) -> Iterator[str]:
    try:
        connection = server.connect(server.database(plane), user=login, password=password)
    except psycopg.OperationalError as error:
        yield f"{login} cannot log in to its own database: {str(error).strip().splitlines()[-1]}"
        return
    with connection:
        for what, statement in _forbidden(server, plane):
            try:
                connection.execute(statement)
                yield f"{login} could {what}"
            except psycopg.Error as error:
                if error.sqlstate != INSUFFICIENT_PRIVILEGE:
                    yield f"{login} failed to {what} for another reason: {error.sqlstate}"
            connection.rollback()
    for database in (*(server.database(other) for other in server.planes if other != plane), *SHARED_DATABASES):
        try:
            server.connect(database, user=login, password=password).close()
            yield f"{login} could connect to {database}"
        except psycopg.OperationalError as error:
            if "permission denied for database" not in str(error):
                yield f"{login} was kept out of {database} for another reason"


def _forbidden(server: Server, plane: Plane) -> Iterator[tuple[str, sql.Composed]]:
    table = sql.Identifier(plane.name, "oa_role_probe")
    yield "create a table", sql.SQL("CREATE TABLE {} (x int)").format(table)
    for role in (plane.owner_role, *(other.writer_groups[0] for other in server.planes if other != plane)):
        yield f"become {role}", sql.SQL("SET ROLE {}").format(sql.Identifier(role))
    for name in sorted(append_only_tables(server, plane)[0]):
        guarded = sql.Identifier(plane.name, name)
        yield f"delete from {name}", sql.SQL("DELETE FROM {} WHERE false").format(guarded)
        yield f"truncate {name}", sql.SQL("TRUNCATE {}").format(guarded)
        yield (
            f"update {name}",
            sql.SQL("UPDATE {} SET {} = NULL WHERE false").format(guarded, _any_column(server, plane, name)),
        )


def _any_column(server: Server, plane: Plane, table: str) -> sql.Identifier:
    rows = server.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%(table)s) AND attnum > 0 LIMIT 1",
        {"table": f"{plane.name}.{table}"},
        server.database(plane),
    )
    return sql.Identifier(rows[0][0] if rows else "missing")
