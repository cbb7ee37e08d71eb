"""The write mode: who may switch it, what it refuses, and that nothing slips past a freeze."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from apps.runtime.models import OpsSwitch, Run, SyncStreamEvent, SyncTopicSequence, Worker, WorkerLive
from apps.runtime.services import qualification, retention, run_janitor, write_mode
from apps.runtime.services.append import append, append_all
from apps.runtime.services.journal_audit import check_topic
from apps.runtime.tests import factories as make
from apps.runtime.tests.conftest import Call
from apps.runtime.tests.jobs import JOBS
from apps.runtime.tests.market import sandbox_request
from openagents.db.models import AuditEvent
from openagents.receipts.ids import new_id
from openagents.wire.faults import Fault

PATH = "/internal/v1/ops/write-mode"
RUNS = "/internal/v1/runs"


@pytest.fixture(autouse=True)
def active_again() -> Iterator[None]:
    """Whatever a test froze is thawed for the next one."""
    yield
    with transaction.atomic():
        OpsSwitch.objects.all().delete()
    write_mode.forget()


@pytest.fixture
def switch(call: Call) -> Any:
    def ask(mode: str, reason: str = "drill", **options: Any) -> Any:
        return call("POST", PATH, {"mode": mode, "reason": reason}, **{"roles": ("operator",), **options})

    return ask


def test_a_frozen_authority_reads_but_does_not_write(call: Call, switch: Any) -> None:
    run_id = call("POST", RUNS, {}).json()["run"]["id"]
    answer = switch("read_only")
    assert (answer.status_code, answer.json()["mode"]) == (200, "read_only")
    refused = call("POST", RUNS, {})
    assert (refused.status_code, refused.json()["error"]) == (503, "write_path_frozen")
    assert refused.json()["details"] == {"mode": "read_only"}
    assert call("GET", f"{RUNS}/{run_id}").status_code == 200
    assert Client().get("/healthz").json()["authority_write_mode"] == "read_only"
    assert switch("active").status_code == 200
    assert call("POST", RUNS, {}).status_code == 201


def test_the_switch_is_for_operators_with_a_reason_and_changes_something(call: Call, switch: Any) -> None:
    assert switch("read_only", roles=()).json()["reason_code"] == "operator_required"
    assert switch("read_only", user=None).status_code == 403
    assert switch("read_only", issuer="khala").status_code == 403
    assert switch("read_only", reason="  ").status_code == 400
    assert switch("asleep").status_code == 400
    unchanged = switch("active")
    assert (unchanged.status_code, unchanged.json()["reason_code"]) == (409, "write_mode_unchanged")
    assert not OpsSwitch.objects.exists()


def test_a_switch_is_in_the_audit_trail(switch: Any, user_id: str) -> None:
    reason = new_id("why")
    switch("read_only", reason)
    event = AuditEvent.objects.get(event_name="write_mode.changed", attributes__reason=reason)
    assert (event.user_id, event.attributes["before"], event.attributes["after"]) == (user_id, "active", "read_only")


def test_production_needs_two_operators_who_ask_for_the_same(switch: Any, settings: Any) -> None:
    settings.OA = settings.OA.model_copy(update={"oa_env": "prod"})
    first = switch("read_only", user="op-1")
    assert (first.status_code, first.json()["mode"], first.json()["pending_mode"]) == (202, "active", "read_only")
    assert switch("read_only", user="op-1").status_code == 202
    assert switch("shadow_only", user="op-2").status_code == 202
    assert switch("shadow_only", user="op-3").json() == {
        "mode": "shadow_only",
        "pending_mode": None,
        "approved_by": ["op-2", "op-3"],
        "updated_at": OpsSwitch.objects.get(key="write_mode").updated_at.isoformat().replace("+00:00", "Z"),
    }


def test_a_writer_that_does_not_know_yet_is_refused_by_the_journal_itself(switch: Any) -> None:
    run = make.run()
    OpsSwitch.objects.create(
        key="write_mode", value="read_only", reason="x", actor="op", updated_at=run.created_at, approved_by=["op"]
    )
    assert write_mode.current() == "active", "the copy is still the old one"
    with pytest.raises(Fault) as caught:
        append(make.request(run.id))
    assert (caught.value.code, caught.value.details) == ("write_path_frozen", {"mode": "read_only"})
    assert Run.objects.get(id=run.id).latest_seq == 1
    assert write_mode.current() == "read_only", "the refusal made it ask"


def test_a_switch_waits_for_the_writers_in_flight(in_parallel: Any) -> None:
    run = make.run()
    wrote, order = threading.Event(), []

    def work(index: int) -> None:
        if index == 0:
            with transaction.atomic():
                append_all([make.request(run.id)])
                wrote.set()
                with connection.cursor() as cursor:  # until the switch waits for this transaction
                    for _ in range(2000):
                        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                        if cursor.fetchone()[0]:
                            break
                order.append("written")
        else:
            assert wrote.wait(30)
            write_mode.switch("read_only", "drill", "op-1")
            order.append("frozen")

    assert in_parallel(2, work) == [None, None]
    assert order == ["written", "frozen"]
    with pytest.raises(Fault):
        append(make.request(run.id))
    assert Run.objects.get(id=run.id).latest_seq == 2


def test_a_shadow_deployment_applies_mirrored_traffic_and_leaves_no_journal_rows(
    call: Call, switch: Any, user_id: str
) -> None:
    switch("shadow_only")
    assert call("POST", RUNS, {}).status_code == 503
    run = call("POST", RUNS, {}, shadow=True).json()["run"]
    added = call("POST", f"{RUNS}/{run['id']}/events", {"event_type": "note"}, shadow=True)
    assert (added.status_code, added.json()["event"]["seq"]) == (200, 2)
    topic = f"run:{run['id']}:events"
    assert SyncTopicSequence.objects.get(topic=topic).seq == 2
    assert not SyncStreamEvent.objects.filter(topic__in=[topic, f"user:{user_id}:runs"]).exists()
    assert call("POST", f"{RUNS}/{run['id']}/events", {"event_type": "note"}).status_code == 503


def test_a_shadow_deployment_that_becomes_active_goes_on_where_it_is(call: Call, switch: Any, user_id: str) -> None:
    before = call("POST", RUNS, {}).json()["run"]["id"]
    switch("shadow_only")
    run_id = call("POST", RUNS, {}, shadow=True).json()["run"]["id"]
    call("POST", f"{RUNS}/{before}/events", {"event_type": "note"}, shadow=True)
    assert retention.prune_round() == 0
    switch("active")
    for identifier, seq in ((run_id, 2), (before, 3)):
        added = call("POST", f"{RUNS}/{identifier}/events", {"event_type": "note"})
        assert (added.status_code, added.json()["event"]["seq"]) == (200, seq)
        topic = SyncTopicSequence.objects.get(topic=f"run:{identifier}:events")
        assert (topic.floor_seq, topic.seq) == (seq - 1, seq)
        assert check_topic(topic.topic) is None
    assert check_topic(f"user:{user_id}:runs") is None


def test_jobs_rest_while_writing_is_frozen(call: Call, switch: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_janitor, "CANCELING_SECONDS_MAX", -5)
    worker_id = call("POST", "/internal/v1/workers", {}).json()["worker"]["worker"]["worker_id"]
    run_id = call("POST", RUNS, {"worker_id": worker_id}).json()["run"]["id"]
    call("POST", f"{RUNS}/{run_id}/cancel", {})
    WorkerLive.objects.filter(worker_id=worker_id).update(last_heartbeat_at=timezone.now() - timedelta(days=1))
    for mode in ("read_only", "shadow_only"):
        switch(mode)
        for job in JOBS.values():
            job()
        assert Run.objects.get(id=run_id).latest_seq == 2
        switch("active")
    for job in JOBS.values():
        job()
    assert Run.objects.get(id=run_id).status == "canceled"
    assert Worker.objects.get(worker_id=worker_id).status == "failed"


def test_the_switch_also_holds_what_would_leave(call: Call, switch: Any) -> None:
    """The configured mode is active: only the operators' switch says otherwise."""
    switch("shadow_only")
    with write_mode.shadow_work(), pytest.raises(Fault) as probe:
        qualification.qualify(
            {
                "roles": ["provider"],
                "provider_base_url": "https://provider.example",
                "capabilities": ["oa.sandbox_run.v1"],
                "min_price_msats": 1,
            }
        )
    assert probe.value.code == "write_path_frozen"
    sent = call("POST", "/internal/v1/marketplace/dispatch/sandbox-run", {"request": sandbox_request()}, shadow=True)
    assert (sent.status_code, sent.json()["error"]) == (503, "write_path_frozen")


def test_shadow_marks_end_with_their_request(call: Call, switch: Any) -> None:
    call("POST", RUNS, {}, shadow=True)
    assert not write_mode.is_shadow()
    switch("shadow_only")
    with pytest.raises(Fault):
        make.run()
    with pytest.raises(Fault):
        write_mode.check_outbound()
    with write_mode.shadow_work():
        assert make.run().latest_seq == 1
