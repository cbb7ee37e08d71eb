"""What a fleet's beats cost: one narrow update each, in the page, and nothing else anywhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from apps.runtime.domain.owners import Owner
from apps.runtime.domain.worker_states import Lane
from apps.runtime.models import Worker, WorkerEvent, WorkerLive
from apps.runtime.services import heartbeats, workers
from apps.runtime.services.runs import Reader
from apps.runtime.services.workers import Registration
from apps.runtime.tests.conftest import Call
from openagents.receipts.ids import new_id

FLEET = 500


def counts(mark: str) -> tuple[int, ...]:
    """Rows of the log, the journal and the projection that mention the fleet."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT count(*) FROM worker_event WHERE worker_id LIKE %(m)s),
                      (SELECT count(*) FROM sync_stream_events WHERE doc_key LIKE %(m)s),
                      (SELECT coalesce(sum(seq), 0) FROM sync_topic_sequences WHERE topic LIKE %(m)s),
                      (SELECT count(*) FROM audit_event)""",
            {"m": f"%{mark}%"},
        )
        return tuple(cursor.fetchone())


def versions(mark: str, table: str) -> dict[str, tuple[Any, Any]]:
    """Each row's version (xmin) and place (ctid)."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT worker_id, xmin::text, ctid::text FROM {table} WHERE worker_id LIKE %s", [f"{mark}%"])
        return {row[0]: row[1:] for row in cursor.fetchall()}


@pytest.fixture(scope="module")
def fleet() -> tuple[Reader, str, list[str]]:
    owner, mark = Owner.user(new_id("user")), new_id("fleet")
    ids = [f"{mark}.{index:03}" for index in range(FLEET)]
    for worker_id in ids:
        metadata = {"roles": ["worker"], "notes": "n" * 2000}
        workers.register(Registration(Lane.GENERIC, owner, None, worker_id, metadata=metadata))
    return Reader(owner), mark, ids


def test_five_hundred_beats_write_no_event_no_journal_row_and_no_wide_row(
    fleet: tuple[Reader, str, list[str]],
) -> None:
    reader, mark, ids = fleet
    before, wide, live = counts(mark), versions(mark, "worker"), versions(mark, "worker_live")
    summaries = versions(mark, "worker_summary")
    beats = dict(
        WorkerLive.objects.filter(worker__worker_id__startswith=mark).values_list("worker_id", "last_heartbeat_at")
    )
    for worker_id in ids:
        heartbeats.heartbeat(worker_id, reader, {"roles": ["worker"]}, 1)
    assert counts(mark) == before
    assert versions(mark, "worker") == wide
    assert versions(mark, "worker_summary") == summaries
    assert WorkerEvent.objects.filter(worker_id__startswith=mark).count() == FLEET
    after = dict(
        WorkerLive.objects.filter(worker__worker_id__startswith=mark).values_list("worker_id", "last_heartbeat_at")
    )
    assert all(after[worker_id] > beats[worker_id] for worker_id in ids)
    assert versions(mark, "worker_live") != live


def writes() -> dict[str, int]:
    """Rows that each table's inserts, updates and deletes have touched, as the server counts them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables")
        return dict(cursor.fetchall())


def test_the_beats_of_a_fleet_over_http_touch_one_table(call: Call, user_id: str) -> None:
    """By the server's own count: the live rows, and the nonces of the signed calls. The rest of the plane is still."""
    mark = new_id("fleet")
    ids = [f"{mark}.{index:03}" for index in range(FLEET)]
    for worker_id in ids:
        workers.register(Registration(Lane.GENERIC, Owner.user(user_id), "org_fleet", worker_id, metadata={"a": 1}))
    before = writes()
    for worker_id in ids:
        assert call("POST", f"/internal/v1/workers/{worker_id}/heartbeat", {"lease_epoch": 1}).status_code == 200
    after = writes()
    moved = {table: after[table] - before.get(table, 0) for table in after if after[table] != before.get(table, 0)}
    assert moved.pop("internal_nonce", FLEET) <= FLEET + 1
    assert moved == {"worker_live": FLEET}


def test_a_beat_is_one_statement(fleet: tuple[Reader, str, list[str]], django_assert_num_queries: Any) -> None:
    reader, _mark, ids = fleet
    with django_assert_num_queries(1):
        shown = heartbeats.heartbeat(ids[0], reader, {}, None)
    assert shown.worker == Worker.objects.get(worker_id=ids[0])


def test_beats_stay_in_their_page(fleet: tuple[Reader, str, list[str]]) -> None:
    reader, _mark, ids = fleet
    for _ in range(3):
        for worker_id in ids[:100]:
            heartbeats.heartbeat(worker_id, reader, {}, None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
    with connection.cursor() as cursor:
        cursor.execute("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'worker_live'")
        updated, in_page = cursor.fetchone()
    assert updated >= 300
    assert in_page >= 0.9 * updated
