"""Retries, the audit trail, append-only tables and the purge, against the real database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import structlog
from django.db import DatabaseError, connection, transaction
from django.db.utils import OperationalError
from django.utils import timezone

from openagents.db import audit, retry
from openagents.db.append_only import AppendOnly
from openagents.db.models import AuditEvent, CacheEntry, Heartbeat, IdempotencyRecord, InternalNonce, RateWindow
from openagents.db.purge import purge_expired_rows
from openagents.db.retry import retried
from openagents.db.tests.conftest import count_of
from openagents.ops import context, metrics
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault

InParallel = Callable[..., list[Any]]


def beat(name: str) -> None:
    Heartbeat.objects.create(name=name, at=timezone.now())


def touch(name: str) -> None:
    Heartbeat.objects.filter(name=name).update(at=timezone.now())


class TestRetried:
    def test_a_real_deadlock_is_tried_again_and_both_succeed(self, unique: str, in_parallel: InParallel) -> None:
        beat(f"{unique}-0")
        beat(f"{unique}-1")
        both_hold_one = threading.Barrier(2)
        attempts = [0, 0]
        before = count_of(metrics.DB_RETRIES, "control", "DeadlockDetected")

        def work(index: int) -> str:
            @retried
            def cross() -> str:
                attempts[index] += 1
                with transaction.atomic():
                    touch(f"{unique}-{index}")
                    if attempts[index] == 1:
                        both_hold_one.wait(10)
                    touch(f"{unique}-{1 - index}")
                return "done"

            return cross()

        assert in_parallel(2, work) == ["done", "done"]
        assert sorted(attempts) == [1, 2]
        assert count_of(metrics.DB_RETRIES, "control", "DeadlockDetected") == before + 1

    def test_a_lock_that_is_never_free_ends_in_a_clear_fault(self, unique: str) -> None:
        beat(unique)
        attempts: list[int] = []

        @retried
        def wait_for_it() -> None:
            attempts.append(1)
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '20ms'")
                touch(unique)

        parameters = connection.get_connection_params()
        parameters = {key: parameters[key] for key in ("host", "user", "password", "dbname")}
        with psycopg.connect(**parameters) as holder:
            holder.execute("UPDATE heartbeat SET at = now() WHERE name = %s", [unique])
            with pytest.raises(Fault) as caught:
                wait_for_it()
            holder.rollback()
        assert caught.value.kind == DEPENDENCY_UNAVAILABLE
        assert caught.value.retry_after_ms == 1000
        assert len(attempts) == retry.ATTEMPTS_MAX

    def test_inside_an_outer_transaction_it_never_repeats(self) -> None:
        attempts: list[int] = []

        @retried
        def spoilt() -> None:
            attempts.append(1)
            raise OperationalError from psycopg.errors.DeadlockDetected()

        with pytest.raises(OperationalError), transaction.atomic():
            spoilt()
        assert attempts == [1]

    def test_other_errors_pass_at_once(self) -> None:
        attempts: list[int] = []

        @retried
        def slow() -> None:
            attempts.append(1)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '10ms'")
                cursor.execute("SELECT pg_sleep(5)")

        with pytest.raises(OperationalError):
            slow()
        assert attempts == [1]

    def test_it_passes_arguments_results_and_names(self) -> None:
        @retried
        def add(one: int, *, other: int) -> int:
            return one + other

        assert add(1, other=2) == 3
        assert add.__name__ == "add"


class TestAudit:
    def test_a_row_holds_who_did_what_in_which_request_without_secrets(self, unique: str) -> None:
        token = context.request_id.set("req-audit-1")
        with structlog.testing.capture_logs() as lines:
            audit.record(
                "auth.verify",
                outcome="denied",
                user_id=unique,
                org_id="org",
                session_id="session",
                device_id="device",
                access_token="oa_at_secret",
                note="Bearer abcdefgh12345678",
                email="ada@example.test",
                event="an attribute may be called event",
                reason="expired",
            )
        context.request_id.reset(token)
        row = AuditEvent.objects.get(user_id=unique)
        assert (row.event_name, row.outcome, row.request_id) == ("auth.verify", "denied", "req-audit-1")
        assert (row.org_id, row.session_id, row.device_id) == ("org", "session", "device")
        assert row.attributes == {
            "access_token": "[REDACTED]",
            "note": "Bearer [REDACTED]",
            "email": "a***@example.test",
            "event": "an attribute may be called event",
            "reason": "expired",
        }
        assert abs(timezone.now() - row.occurred_at) < timedelta(seconds=60)
        assert [line["event"] for line in lines] == ["auth.verify"]
        assert lines[0]["attributes"] == row.attributes

    def test_it_is_part_of_the_callers_transaction(self, unique: str) -> None:
        before = count_of(metrics.AUDIT_EVENTS, "control", "auth", "ok")
        with structlog.testing.capture_logs() as lines, pytest.raises(KeyError), transaction.atomic():
            audit.record("auth.verify", user_id=unique)
            raise KeyError
        assert not AuditEvent.objects.filter(user_id=unique).exists()
        assert lines == []
        assert count_of(metrics.AUDIT_EVENTS, "control", "auth", "ok") == before
        with transaction.atomic():
            audit.record("auth.verify", user_id=unique)
        assert AuditEvent.objects.filter(user_id=unique).count() == 1
        assert count_of(metrics.AUDIT_EVENTS, "control", "auth", "ok") == before + 1

    def test_a_trail_that_cannot_be_written_fails_the_mutation_and_is_counted(
        self, unique: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = metrics.AUDIT_FAILURES.labels("control")._value.get()

        def refuse(**_values: Any) -> None:
            raise DatabaseError("no space")

        monkeypatch.setattr(AuditEvent.objects, "create", refuse)
        with pytest.raises(DatabaseError), transaction.atomic():
            beat(unique)
            audit.record("auth.verify", user_id=unique)
        assert not Heartbeat.objects.filter(name=unique).exists()
        assert metrics.AUDIT_FAILURES.labels("control")._value.get() == before + 1

    def test_the_service_cannot_rewrite_it(self, unique: str) -> None:
        audit.record("auth.verify", user_id=unique)
        rows = AuditEvent.objects.filter(user_id=unique)
        for forbidden in (lambda: rows.update(outcome="ok"), rows.delete):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                forbidden()
        assert rows.count() == 1


class TestAppendOnly:
    """Run as the plane's owner on a table of the test's own: the trigger must refuse even the owner."""

    @pytest.fixture
    def owner(self, testbed: Any, databases: dict[str, str]) -> Any:
        login = "control_migrate"
        url = testbed.server.url(login, testbed.credentials.passwords[login], databases["control"])
        with psycopg.connect(url, autocommit=True) as opened:
            yield opened

    def apply(self, owner: Any, operation: AppendOnly, *, backwards: bool = False) -> None:
        class Editor:
            def execute(self, statement: str, params: Any = None) -> None:
                owner.execute(statement)

        run = operation.database_backwards if backwards else operation.database_forwards
        run("ground", Editor(), None, None)  # type: ignore[arg-type]

    @pytest.mark.parametrize("allow_delete", [False, True])
    def test_it_guards_and_lets_go(self, owner: Any, unique: str, allow_delete: bool) -> None:
        table = f"log_{unique}"
        owner.execute(f"CREATE TABLE {table} (x int)")
        owner.execute(f"INSERT INTO {table} VALUES (1)")
        operation = AppendOnly(table, allow_delete=allow_delete)
        self.apply(owner, operation)
        owner.execute(f"INSERT INTO {table} VALUES (2)")
        for statement in (f"UPDATE {table} SET x = 3", f"TRUNCATE {table}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                owner.execute(statement)
        if allow_delete:
            owner.execute(f"DELETE FROM {table} WHERE x = 2")
        else:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                owner.execute(f"DELETE FROM {table}")
        assert self.rights(owner, table) == ["INSERT", "SELECT"]
        self.apply(owner, operation, backwards=True)
        owner.execute(f"UPDATE {table} SET x = 3")
        assert self.rights(owner, table) == ["DELETE", "INSERT", "SELECT", "UPDATE"]
        owner.execute(f"DROP TABLE {table}")

    def rights(self, owner: Any, table: str) -> list[str]:
        rows = owner.execute(
            "SELECT (acl).privilege_type FROM (SELECT aclexplode(relacl) AS acl FROM pg_class WHERE relname = %s) AS t"
            " WHERE (acl).grantee = 'oa_control_rw'::regrole ORDER BY 1",
            [table],
        )
        return [right for (right,) in rows]

    def test_a_migration_writes_it_down_completely(self) -> None:
        operation = AppendOnly("t", allow_delete=True)
        name, arguments, options = operation.deconstruct()
        assert name == "AppendOnly"
        assert AppendOnly(*arguments, **options).deconstruct() == operation.deconstruct()
        assert operation.describe() == "Make t append-only"


def test_the_purge_takes_what_is_over_and_nothing_else(unique: str) -> None:
    past, future = timezone.now() - timedelta(seconds=1), timezone.now() + timedelta(hours=1)
    for key, at in ((f"{unique}-old", past), (f"{unique}-new", future)):
        InternalNonce.objects.create(scope="purge", nonce=key, expires_at=at)
        RateWindow.objects.create(bucket="purge", key=key, hits=[], expires_at=at)
        CacheEntry.objects.create(key=key, value=1, stored_at=past, expires_at=at)
        IdempotencyRecord.objects.create(scope="purge", key=key, fingerprint="f", status=200, body="", expires_at=at)
    IdempotencyRecord.objects.create(scope="purge", key=f"{unique}-for-ever", fingerprint="f", status=200, body="")
    assert purge_expired_rows() >= 4
    keys = [
        InternalNonce.objects.filter(nonce__startswith=unique).values_list("nonce", flat=True),
        RateWindow.objects.filter(key__startswith=unique).values_list("key", flat=True),
        CacheEntry.objects.filter(key__startswith=unique).values_list("key", flat=True),
        IdempotencyRecord.objects.filter(key__startswith=unique).order_by("key").values_list("key", flat=True),
    ]
    assert [list(found) for found in keys[:3]] == [[f"{unique}-new"]] * 3
    assert list(keys[3]) == [f"{unique}-for-ever", f"{unique}-new"]


def test_the_purge_works_in_bounded_statements(unique: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openagents.db.purge.ROWS_PER_STATEMENT", 3)
    past = timezone.now() - timedelta(seconds=1)
    InternalNonce.objects.bulk_create(
        InternalNonce(scope=unique, nonce=str(index), expires_at=past) for index in range(10)
    )
    assert purge_expired_rows() >= 10
    assert not InternalNonce.objects.filter(scope=unique).exists()


def test_a_heartbeat_is_one_row_by_the_databases_clock(unique: str) -> None:
    Heartbeat.beat(unique)
    first = Heartbeat.objects.get(name=unique).at
    Heartbeat.beat(unique)
    assert Heartbeat.objects.get(name=unique).at > first
    assert abs(timezone.now() - first) < timedelta(seconds=60)
