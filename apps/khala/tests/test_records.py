"""Grants, device watermarks and what is forgotten: Khala's own tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection

from apps.khala.domain.core.events import SaveWatermark
from apps.khala.models import AuditRow, ClientTelemetryRow, DeviceWatermark, RecoveryGrantRow
from apps.khala.services import grants, recorder, retention, watermarks
from apps.khala.services.grants import Use
from apps.khala.tests.conftest import JournalTopic, Native, User, until
from openagents.receipts.ids import new_id


def _grant(key: str, topic: str, *, seconds: float = 600, age: float = 0) -> None:
    at = datetime.now(UTC) - timedelta(seconds=age)
    row = RecoveryGrantRow(
        principal_key=key, topic=topic, reason_codes=["x"], issued_at=at, expires_at=at + timedelta(seconds=seconds)
    )
    recorder._write([row])


def test_a_grant_is_good_for_five_starts_and_then_for_a_wait() -> None:
    key = new_id("principal")
    assert grants.use(key, "t", 5) == Use()
    _grant(key, "t")
    assert [grants.use(key, "t", 5).granted for _ in range(5)] == [True] * 5
    refused = grants.use(key, "t", 5)
    assert not refused.granted and 590 <= refused.wait_seconds <= 600
    assert grants.use(key, "other", 5) == Use()


def test_a_grant_that_is_issued_again_keeps_its_uses_until_it_has_ended() -> None:
    key = new_id("principal")
    _grant(key, "t")
    for _ in range(5):
        grants.use(key, "t", 5)
    _grant(key, "t")
    assert not grants.use(key, "t", 5).granted
    RecoveryGrantRow.objects.filter(principal_key=key).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert grants.use(key, "t", 5) == Use()
    _grant(key, "t")
    assert grants.use(key, "t", 5).granted


@pytest.mark.parametrize(
    ("saves", "kept"),
    [
        ([("l1", 5, 3)], ("l1", 5, 3)),
        ([("l1", 5, 3), ("l1", 9, 4)], ("l1", 9, 4)),
        ([("l1", 9, 4), ("l1", 5, 5)], ("l1", 9, 5)),
        ([("l1", 9, 4), ("l2", 2, 1)], ("l2", 2, 1)),
    ],
)
def test_a_watermark_moves_forward_within_its_lineage(
    saves: list[tuple[str, int, int]], kept: tuple[str, int, int]
) -> None:
    user, topic = new_id("user"), "run:r:events"
    for lineage, delivered, acked in saves:
        watermarks.store([((user, "o", "d", topic), SaveWatermark(topic, lineage, delivered, acked))])
    row = DeviceWatermark.objects.get(user_id=user)
    assert (row.lineage, row.delivered_seq, row.acked_seq) == kept


def test_what_was_delivered_and_acknowledged_is_on_record_after_the_close(
    native: Any, user: User, run_topic: JournalTopic
) -> None:
    run_topic.append({"n": 1}, {"n": 2}, {"n": 3})
    client: Native = native(user)
    client.subscribe(run_topic.name)
    client.rows(run_topic.name, 3)
    client.ack(run_topic.name, 2)
    client.ack(run_topic.name, 2**50)
    client.socket.close()
    row = until(lambda: DeviceWatermark.objects.filter(topic=run_topic.name, acked_seq=3).first())
    assert (row.user_id, row.org_id, row.device_id) == (user.user_id, user.org_id, user.device_id)
    assert (row.lineage, row.delivered_seq) == (run_topic.lineage, 3)


def test_the_positions_of_all_who_are_connected_are_kept_up(native: Any, user: User, run_topic: JournalTopic) -> None:
    run_topic.append({"n": 1})
    devices = {new_id("dev") for _ in range(5)}
    clients = [native(replace(user, device_id=device_id)) for device_id in devices]
    for client in clients:
        client.subscribe(run_topic.name)
        client.rows(run_topic.name, 1)

    def kept() -> set[str]:
        rows = DeviceWatermark.objects.filter(topic=run_topic.name, delivered_seq=1)
        return set(rows.values_list("device_id", flat=True))

    until(lambda: kept() == devices, 20)


def test_what_is_past_its_time_is_deleted_and_the_rest_stays() -> None:
    now = datetime.now(UTC)
    names = {days: new_id("evt") for days in (1, 15)}
    ClientTelemetryRow.objects.bulk_create(
        ClientTelemetryRow(
            event_id=name,
            received_at=now - timedelta(days=days),
            surface="sdk",
            client_build_id="",
            app_version="",
            kind="boot",
            reason_code="",
            topic_class="",
            actor_scope_hash="",
            body={},
        )
        for days, name in names.items()
    )
    key = new_id("principal")
    _grant(key, "old", age=700)
    _grant(key, "new")
    counts = retention.purge()
    assert counts["telemetry"] >= 1 and counts["grants"] >= 1
    assert list(ClientTelemetryRow.objects.filter(pk__in=names.values()).values_list("pk", flat=True)) == [names[1]]
    assert list(RecoveryGrantRow.objects.filter(principal_key=key).values_list("topic", flat=True)) == ["new"]


def test_audit_is_deleted_by_its_function_alone_and_never_young(journal_writer: psycopg.Connection[Any]) -> None:
    now = datetime.now(UTC)
    session = new_id("sess")
    for days in (1, 29, 31, 91):
        AuditRow.objects.create(at=now - timedelta(days=days), event="e", outcome="deny", session_id=session)
    retention.forget_audit(timedelta(seconds=1))
    left = [(now - at).days for at in AuditRow.objects.filter(session_id=session).values_list("at", flat=True)]
    assert sorted(left) == [1, 29]
    with pytest.raises(ProgrammingError):
        AuditRow.objects.filter(session_id=session).delete()
    with connection.cursor() as cursor, pytest.raises(Exception, match="1 to 5000"):
        cursor.execute("SELECT khala_forget_audit(1, 100000)")
