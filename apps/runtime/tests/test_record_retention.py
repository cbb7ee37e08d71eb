"""Working papers leave when they are old, never before, and only through the doors made for that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.utils import DatabaseError, ProgrammingError
from django.utils import timezone

from apps.runtime.models import (
    ComputeQuote,
    Dispatch,
    DispatchAttempt,
    ProjectionDrift,
    RouterDecision,
    VerificationTally,
)
from apps.runtime.services import record_retention, write_mode
from apps.runtime.tasks.retention import prune_records
from openagents.receipts.canonical import sha256_hex
from openagents.receipts.ids import new_id, new_uuid7


def quote(days: int) -> str:
    sha = sha256_hex(new_id("q"))
    ComputeQuote.objects.create(
        quote_sha256=sha,
        quote_id=f"quote_{sha[:16]}",
        owner_key="user:retention",
        job_hash=sha,
        provider_worker_id="w",
        total_price_msats=1,
        valid_until=timezone.now() - timedelta(days=days),
        quote_text="{}",
        created_at=timezone.now() - timedelta(days=days),
    )
    return sha


def decision(days: int) -> Any:
    made = RouterDecision.objects.create(
        run_id=new_uuid7(),
        key=new_id("key"),
        fingerprint="f",
        decision_sha256="d",
        owner_key="user:retention",
        policy="balanced_v1",
        marketplace_id="openagents",
        capability="oa.sandbox_run.v1",
        decision_text="{}",
        event_seq=1,
        decided_at_unix=1,
        created_at=timezone.now() - timedelta(days=days),
    )
    return made.decision_id


def dispatch(days: int, status: str = "succeeded") -> str:
    identifier, then = new_id("dispatch"), timezone.now() - timedelta(days=days)
    Dispatch.objects.create(
        dispatch_id=identifier,
        owner_key="user:retention",
        fingerprint="f",
        capability="oa.sandbox_run.v1",
        job_hash="j",
        status=status,
        deadline_at=then,
        created_at=then,
        finished_at=None if status == "running" else then,
    )
    DispatchAttempt.objects.create(
        dispatch_id=identifier, attempt=1, worker_id="w", provider_id="p", tier="owned", base_url="x", started_at=then
    )
    return identifier


def drift(days: int, *, repaired: bool) -> int:
    then = timezone.now() - timedelta(days=days)
    made = ProjectionDrift.objects.create(
        topic=new_id("topic"),
        reason="sequence_gap",
        expected_next_seq=1,
        last_seen_seq=0,
        incoming_seq=2,
        detected_at=then,
        resolved_at=then if repaired else None,
    )
    return int(made.pk)


def test_what_is_old_leaves_and_what_is_not_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_retention, "BATCH_ROWS", 2)
    old_quotes, young_quote = [quote(31) for _ in range(5)], quote(29)
    old_decision, young_decision = decision(181), decision(179)
    old_dispatch, young_dispatch, running = dispatch(91), dispatch(89), dispatch(400, "running")
    old_drift, open_drift = drift(91, repaired=True), drift(400, repaired=False)
    VerificationTally.objects.create(hour=timezone.now() - timedelta(days=9), kind=new_id("k"), result="ok", count=1)
    removed = record_retention.prune_round()
    assert removed["compute_quote"] >= 5 and removed["verification_tally"] >= 1
    assert not ComputeQuote.objects.filter(quote_sha256__in=old_quotes).exists()
    assert ComputeQuote.objects.filter(quote_sha256=young_quote).exists()
    left = RouterDecision.objects.filter(decision_id__in=[old_decision, young_decision])
    assert [one.decision_id for one in left] == [young_decision]
    ids = [old_dispatch, young_dispatch, running]
    assert {one.dispatch_id for one in Dispatch.objects.filter(dispatch_id__in=ids)} == {young_dispatch, running}
    attempts = DispatchAttempt.objects.filter(dispatch_id__in=ids)
    assert {one.dispatch_id for one in attempts} == {young_dispatch, running}
    assert list(ProjectionDrift.objects.filter(id__in=[old_drift, open_drift]).values_list("id", flat=True)) == [
        open_drift
    ]
    assert prune_records() == 0


def test_two_rounds_at_once_remove_each_row_once(in_parallel: Any) -> None:
    marks = [quote(40) for _ in range(30)] + [quote(1)]
    ids = [dispatch(100) for _ in range(10)]
    record = in_parallel(4, lambda _: record_retention.prune_round())
    assert sum(one["compute_quote"] for one in record) == 30
    assert sum(one["dispatch"] for one in record) == 10
    assert ComputeQuote.objects.filter(quote_sha256__in=marks).count() == 1
    assert not Dispatch.objects.filter(dispatch_id__in=ids).exists()


@pytest.mark.parametrize("table", ["compute_quote", "router_decision"])
def test_the_service_itself_neither_changes_nor_deletes_them(table: str) -> None:
    column = {"compute_quote": "quote_text", "router_decision": "decision_text"}[table]
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = '[]'"):
        with pytest.raises(ProgrammingError, match=r"permission denied|append-only"), connection.cursor() as cursor:
            cursor.execute(statement)


def test_nothing_younger_than_a_week_leaves_whatever_is_asked_for() -> None:
    young = quote(6)
    with connection.cursor() as cursor:
        cursor.execute("SELECT runtime_prune_market('compute_quote', 0, 5000)")
    assert ComputeQuote.objects.filter(quote_sha256=young).exists()
    for table, rows in (("run_event", 10), ("compute_quote", 5001), ("compute_quote", 0)):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT runtime_prune_market(%s, 0, %s)", [table, rows])


def test_a_frozen_authority_prunes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    old = quote(31)
    monkeypatch.setattr(write_mode, "current", lambda: "read_only")
    assert record_retention.prune_round() == {}
    assert ComputeQuote.objects.filter(quote_sha256=old).exists()
