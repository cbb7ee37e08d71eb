"""`manage.py role_check` is green on what `roles` lays out, and red for every way of breaking it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from psycopg import sql

from openagents.db.role_check import Server, check_server
from openagents.planes import PLANES

CONTROL = (PLANES["control"],)


def superuser_url(testbed: Any, database: str = "postgres") -> str:
    return f"postgresql://postgres@/{database}?host={testbed.server.sockets}"


@pytest.fixture
def server(testbed: Any, databases: dict[str, str]) -> Server:
    return Server(url=superuser_url(testbed), databases=databases)


@pytest.fixture
def scratch(testbed: Any) -> Iterator[Callable[[str], Server]]:
    """`scratch(plane)`: a check of a clone that the test may damage."""
    made: list[str] = []

    def clone(plane: str) -> Server:
        name = f"scratch_{plane}_{uuid.uuid4().hex[:12]}"
        testbed.clone_as(PLANES[plane], name)
        made.append(name)
        return Server(url=superuser_url(testbed), planes=(PLANES[plane],), databases={plane: name})

    yield clone
    for name in made:
        drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
        testbed.server.execute("postgres", [drop])


def failed(server: Server) -> dict[str, tuple[str, ...]]:
    return {outcome.check: outcome.problems for outcome in check_server(server) if not outcome.ok}


def test_what_roles_lays_out_passes_every_check(testbed: Any, server: Server) -> None:
    complete = Server(server.url, databases=server.databases, passwords=testbed.credentials.passwords)
    outcomes = check_server(complete)
    assert {outcome.check: outcome.problems for outcome in outcomes if outcome.problems} == {}
    assert [outcome.check for outcome in outcomes] == [
        "R1",
        "R2",
        "R3",
        "R4",
        "R5",
        "R6",
        "R7",
        "R8",
        "R9",
        "R12",
        "R10",
    ]
    assert not any(outcome.skipped for outcome in outcomes)


DAMAGES = [
    ("control", "CREATE SCHEMA stray; CREATE TABLE control.stray (x int)", {"R2"}),
    ("control", "GRANT CONNECT ON DATABASE {database} TO oa_runtime_rw", {"R3"}),
    ("control", "REVOKE CONNECT ON DATABASE {database} FROM oa_control_rw", {"R3"}),
    ("control", "GRANT CONNECT ON DATABASE {database} TO PUBLIC", {"R3"}),
    ("control", "GRANT SELECT ON heartbeat TO oa_runtime_rw", {"R5"}),
    ("control", "GRANT SELECT ON heartbeat TO oa_monitor", {"R5"}),
    ("control", "GRANT CONNECT ON DATABASE {database} TO oa_monitor", {"R3"}),
    ("control", "GRANT SELECT (name) ON heartbeat TO oa_runtime_rw", {"R5"}),
    ("control", "GRANT TRUNCATE ON heartbeat TO oa_control_rw", {"R5"}),
    ("control", "GRANT REFERENCES ON heartbeat TO oa_control_rw", {"R5"}),
    ("control", "GRANT INSERT ON heartbeat TO oa_control_ro", {"R5"}),
    ("control", "GRANT SELECT ON heartbeat TO PUBLIC", {"R6"}),
    ("control", "GRANT USAGE ON SCHEMA public TO PUBLIC", {"R6"}),
    ("control", "GRANT EXECUTE ON FUNCTION oa_append_only() TO PUBLIC", {"R6"}),
    ("control", "GRANT USAGE ON SEQUENCE internal_nonce_id_seq TO PUBLIC", {"R6"}),
    ("control", "GRANT DELETE ON audit_event TO oa_control_rw", {"R7"}),
    ("control", "GRANT UPDATE (outcome) ON audit_event TO oa_control_rw", {"R7"}),
    ("control", "DROP TRIGGER audit_event_append_only ON audit_event", {"R7"}),
    ("control", "ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only", {"R7"}),
    ("runtime", "GRANT SELECT ON run TO oa_khala_ro", {"R7"}),
    ("runtime", "GRANT INSERT ON sync_topic_docs TO oa_khala_ro", {"R7"}),
    ("runtime", "REVOKE SELECT ON sync_topic_docs FROM oa_khala_ro", {"R7"}),
    ("runtime", "GRANT SELECT ON run TO khala_reader", {"R5"}),
    ("control", "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER elsewhere FOREIGN DATA WRAPPER w", {"R8"}),
    (
        "control",
        "ALTER DEFAULT PRIVILEGES FOR ROLE oa_control_owner IN SCHEMA control"
        " REVOKE INSERT ON TABLES FROM oa_control_rw",
        {"R9"},
    ),
    ("control", "ALTER DEFAULT PRIVILEGES FOR ROLE oa_control_owner GRANT EXECUTE ON FUNCTIONS TO PUBLIC", {"R9"}),
    ("control", "ALTER ROLE control_svc IN DATABASE {database} SET synchronous_commit = off", {"R12"}),
    ("control", "ALTER DATABASE {database} SET synchronous_commit = off", {"R12"}),
]


@pytest.mark.parametrize(("plane", "damage", "red"), DAMAGES, ids=[damage[:60] for _, damage, _ in DAMAGES])
def test_each_damage_turns_its_check_red(
    plane: str, damage: str, red: set[str], scratch: Callable[[str], Server], testbed: Any
) -> None:
    server = scratch(plane)
    database = server.databases[plane]
    with testbed.server.connect(database) as connection:
        connection.execute(f"SET search_path = {plane}")
        for statement in damage.format(database=database).split("; "):
            connection.execute(statement)
    assert set(failed(server)) == red


def test_probes_report_what_a_login_could_do(scratch: Callable[[str], Server], testbed: Any) -> None:
    plain = scratch("control")
    database = plain.databases["control"]
    with testbed.server.connect(database) as connection:
        connection.execute("GRANT CREATE ON SCHEMA control TO oa_control_rw")
        connection.execute("GRANT UPDATE ON control.audit_event TO oa_control_rw")
    server = Server(plain.url, CONTROL, plain.databases, testbed.credentials.passwords)
    problems = failed(server)["R10"]
    assert set(problems) == {"control_svc could create a table", "control_svc could update audit_event"}
    with testbed.server.connect(database) as connection:
        assert connection.execute("SELECT to_regclass('control.oa_role_probe')").fetchone() == (None,)


def test_a_wrong_password_proves_nothing(server: Server) -> None:
    wrong = Server(server.url, CONTROL, server.databases, {"control_svc": "wrong"})
    assert any("password authentication failed" in problem for problem in failed(wrong)["R10"])


def test_a_server_without_the_planes_database_cannot_be_checked(server: Server) -> None:
    missing = Server(server.url, CONTROL, {"control": "no_such_database"})
    with pytest.raises(psycopg.OperationalError, match="no_such_database"):
        check_server(missing)


def run(*arguments: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("role_check", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_command_says_it_in_words_and_json_and_exits(
    server: Server, scratch: Callable[[str], Server], testbed: Any, tmp_path: Path
) -> None:
    secrets = tmp_path / "passwords.json"
    secrets.write_text(json.dumps(testbed.credentials.passwords))
    names = [f"--database={plane}={name}" for plane, name in server.databases.items()]
    status, text = run("--url", server.url, *names, "--passwords", str(secrets))
    assert (status, text.count(": ok\n")) == (0, 11)
    broken = scratch("control")
    with testbed.server.connect(broken.databases["control"]) as connection:
        connection.execute("GRANT SELECT ON control.heartbeat TO PUBLIC")
    arguments = ["--url", broken.url, "--only", "control", f"--database=control={broken.databases['control']}"]
    status, text = run(*arguments, "--json")
    answer = json.loads(text)
    assert (status, answer["ok"]) == (1, False)
    assert [row["check"] for row in answer["checks"] if not row["ok"]] == ["R6"]
    assert [row["skipped"] for row in answer["checks"] if row["check"] == "R10"] == ["no passwords given"]


def test_the_monitor_sees_statistics_and_no_table(testbed: Any, server: Server) -> None:
    with testbed.server.connect("postgres") as opened:
        opened.execute("SET ROLE oa_monitor")
        row = opened.execute("SELECT count(*) FROM pg_stat_activity WHERE query IS NOT NULL").fetchone()
        assert row is not None and row[0] > 0
        opened.execute("SHOW data_directory")
    with (
        testbed.server.connect(server.databases["control"]) as opened,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        opened.execute("SET ROLE oa_monitor")
        opened.execute("SELECT FROM control.heartbeat")


def test_the_printed_sql_lays_out_an_empty_server(testbed: Any) -> None:
    out = StringIO()
    call_command("roles_sql", stdout=out)
    script = out.getvalue()
    assert "PASSWORD" not in script
    for plane in PLANES.values():
        assert f'\\connect "{plane.database}"' in script
        assert f'CREATE DATABASE "{plane.database}" OWNER "{plane.owner_role}"' in script
    assert script.count("\\gexec") == len(PLANES)
