"""Every login connects for real and is refused everything that is not its own (operations 2)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from openagents.db.roles import logins
from openagents.planes import JOURNAL_LOGIN, JOURNAL_TABLES, PLANES, PROCESSES, Process

REFUSED = "42501"
SERVICES = list(PROCESSES.values())
OWN = {process.login: process.plane for process in SERVICES}
OWN |= {plane.migrate_login: plane.name for plane in PLANES.values()} | {JOURNAL_LOGIN: "runtime"}
APPEND_ONLY = [(process, "audit_event") for process in SERVICES]
APPEND_ONLY += [(PROCESSES["runtime"], "run_event"), (PROCESSES["runtime"], "sync_stream_events")]


@contextmanager
def connected(testbed: Any, login: str, database: str) -> Iterator[psycopg.Connection[Any]]:
    url = testbed.server.url(login, testbed.credentials.passwords[login], database)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def assert_refused(connection: psycopg.Connection[Any], statement: Any, *parameters: Any) -> None:
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(statement, *parameters)
    assert caught.value.sqlstate == REFUSED, caught.value


def test_the_suite_knows_every_login() -> None:
    assert set(OWN) == set(logins())


@pytest.mark.parametrize("login", sorted(OWN))
def test_a_login_connects_to_its_own_database_and_no_other(login: str, testbed: Any, databases: dict[str, str]) -> None:
    with connected(testbed, login, databases[OWN[login]]) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (databases[OWN[login]],)
    foreign = [name for plane, name in databases.items() if plane != OWN[login]]
    for database in [*foreign, "postgres", "template1"]:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            connected(testbed, login, database).__enter__()


def test_a_login_without_its_password_is_refused(testbed: Any, databases: dict[str, str]) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(testbed.server.url("control_svc", "wrong", databases["control"]))


@pytest.mark.parametrize("process", SERVICES, ids=lambda process: process.name)
def test_a_service_cannot_change_the_schema_or_become_another(
    process: Process, testbed: Any, databases: dict[str, str]
) -> None:
    plane = PLANES[process.plane]
    with connected(testbed, process.login, databases[plane.name]) as connection:
        for name in (sql.Identifier(plane.name, "mine"), sql.Identifier("public", "mine")):
            assert_refused(connection, sql.SQL("CREATE TABLE {} (x int)").format(name))
        assert_refused(connection, "CREATE TEMPORARY TABLE mine (x int)")
        assert_refused(connection, "CREATE SCHEMA mine")
        assert_refused(connection, "DROP TABLE heartbeat")
        assert_refused(connection, "ALTER TABLE heartbeat ADD COLUMN mine int")
        assert_refused(connection, "TRUNCATE heartbeat")
        assert_refused(connection, "CREATE TRIGGER mine AFTER INSERT ON heartbeat EXECUTE FUNCTION oa_append_only()")
        assert_refused(connection, "SELECT lo_create(0)")
        others = [other for other in PLANES.values() if other.name != plane.name]
        roles = {
            plane.owner_role,
            plane.migrate_login,
            "postgres",
            *(group for o in others for group in o.writer_groups),
        }
        roles |= {other.login for other in SERVICES if other.login != process.login}
        for role in sorted(roles):
            assert_refused(connection, sql.SQL("SET ROLE {}").format(sql.Identifier(role)))


@pytest.mark.parametrize("process", SERVICES, ids=lambda process: process.name)
def test_a_service_writes_rows_with_bounded_waits(process: Process, testbed: Any, databases: dict[str, str]) -> None:
    with connected(testbed, process.login, databases[process.plane]) as connection:
        connection.execute("INSERT INTO heartbeat VALUES (%s, now())", [process.name])
        connection.execute("UPDATE heartbeat SET at = now() WHERE name = %s", [process.name])
        assert connection.execute("DELETE FROM heartbeat WHERE name = %s", [process.name]).rowcount == 1
        shown = [connection.execute(f"SHOW {name}").fetchone() for name in ("statement_timeout", "lock_timeout")]
        assert shown == [("15s",), ("5s",)]
        assert connection.execute("SHOW idle_in_transaction_session_timeout").fetchone() == ("30s",)
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)


@pytest.mark.parametrize(("process", "table"), APPEND_ONLY, ids=lambda value: getattr(value, "name", value))
def test_append_only_tables_refuse_their_service(
    process: Process, table: str, testbed: Any, databases: dict[str, str]
) -> None:
    name = sql.Identifier(table)
    with connected(testbed, process.login, databases[process.plane]) as connection:
        row = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 LIMIT 1", [table]
        ).fetchone()
        assert row is not None
        column = sql.Identifier(row[0])
        assert_refused(connection, sql.SQL("UPDATE {} SET {} = {} WHERE false").format(name, column, column))
        assert_refused(connection, sql.SQL("DELETE FROM {} WHERE false").format(name))
        assert_refused(connection, sql.SQL("TRUNCATE {}").format(name))
        assert connection.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone() is not None


def test_the_journals_reader_reads_three_tables_and_nothing_else(testbed: Any, databases: dict[str, str]) -> None:
    with testbed.server.connect(databases["runtime"]) as superuser:
        rows = superuser.execute(
            "SELECT relname, relkind::text FROM pg_class"
            " WHERE relnamespace = 'runtime'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')"
        ).fetchall()
        functions = superuser.execute(
            "SELECT count(*) FROM pg_proc WHERE pronamespace = 'runtime'::regnamespace"
            " AND has_function_privilege(%s, oid, 'EXECUTE')",
            [JOURNAL_LOGIN],
        ).fetchone()
    tables = {name for name, kind in rows if kind != "S"}
    assert set(JOURNAL_TABLES) < tables
    assert functions == (0,)
    with connected(testbed, JOURNAL_LOGIN, databases["runtime"]) as connection:
        assert connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)
        connection.execute("LISTEN runtime_sync")
        # Whoever holds the login can turn that default off; the rights must hold without it.
        connection.execute("SET default_transaction_read_only = off")
        for table in sorted(tables):
            name = sql.Identifier(table)
            if table in JOURNAL_TABLES:
                connection.execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(name))
            else:
                assert_refused(connection, sql.SQL("SELECT 1 FROM {} LIMIT 1").format(name))
            assert_refused(connection, sql.SQL("INSERT INTO {} DEFAULT VALUES").format(name))
            assert_refused(connection, sql.SQL("DELETE FROM {} WHERE false").format(name))
            assert_refused(connection, sql.SQL("TRUNCATE {}").format(name))
            with connection.transaction(force_rollback=True):
                assert_refused(connection, sql.SQL("LOCK TABLE {} IN SHARE MODE").format(name))
        for (sequence,) in [(name,) for name, kind in rows if kind == "S"]:
            assert_refused(connection, "SELECT nextval(%s)", [f"runtime.{sequence}"])
        assert_refused(connection, "UPDATE sync_topic_sequences SET seq = 0 WHERE false")
        assert_refused(connection, "CREATE TABLE mine (x int)")
        assert_refused(connection, "CREATE TEMPORARY TABLE mine (x int)")
        assert_refused(connection, "SELECT lo_from_bytea(0, 'x')")
        assert_refused(connection, "SET ROLE oa_runtime_rw")


def test_a_migration_login_is_the_owner_of_its_own_plane_only(testbed: Any, databases: dict[str, str]) -> None:
    with connected(testbed, "control_migrate", databases["control"]) as connection:
        assert connection.execute("SELECT current_user::text").fetchone() == ("oa_control_owner",)
        assert_refused(connection, "SET ROLE oa_runtime_owner")
        with pytest.raises(psycopg.Error, match="append-only"):
            connection.execute("TRUNCATE audit_event")
