"""Concurrent appends share transactions, and nobody can tell but by the number of statements."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from prometheus_client import REGISTRY

from apps.runtime.models import Run, SyncStreamEvent, SyncTopicSequence
from apps.runtime.services.append import append, committer
from apps.runtime.tests import factories as make
from apps.runtime.tests.appenders import Appenders, leader_waiting, locked, outcome, until
from apps.runtime.tests.test_append import assert_agrees, log_of, refusal
from openagents.embedded.provision import ROOT, clean_environment
from openagents.embedded.testbed import TESTBED
from openagents.ops import context, faults
from openagents.receipts.ids import new_uuid7
from openagents.wire.faults import Fault


def test_appends_that_wait_are_one_statement(monkeypatch: pytest.MonkeyPatch) -> None:
    appenders = Appenders(33)
    runs = [make.run() for _ in range(8)]
    groups = REGISTRY.get_sample_value("oa_runtime_append_group_size_count") or 0.0
    appends = REGISTRY.get_sample_value("oa_runtime_append_group_size_sum") or 0.0
    with leader_waiting(appenders, monkeypatch):
        waiting = [appenders.queued(lambda run=runs[n % 8]: append(make.request(run.id))) for n in range(32)]
        assert len(appenders.statements) == 1
    results = [outcome(future)[0].seq for future in waiting]
    assert len(appenders.statements) == 2
    assert results == [2 + n // 8 for n in range(32)]
    assert REGISTRY.get_sample_value("oa_runtime_append_group_size_count") == groups + 2
    assert REGISTRY.get_sample_value("oa_runtime_append_group_size_sum") == appends + 33
    for run in runs:
        assert_agrees(run.id)


def test_a_lone_append_is_one_statement_from_its_own_thread(django_assert_num_queries: Any) -> None:
    run = make.run()
    with django_assert_num_queries(1):
        append(make.request(run.id))


def test_an_append_inside_a_transaction_belongs_to_it_and_waits_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    appenders = Appenders(2)
    run = make.run()
    with leader_waiting(appenders, monkeypatch):
        with pytest.raises(LookupError), transaction.atomic():
            assert append(make.request(run.id))[0].seq == 2
            raise LookupError
        assert Run.objects.get(id=run.id).latest_seq == 1
        with transaction.atomic():
            append(make.request(run.id))
    assert_agrees(run.id)


def test_group_commit_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    appenders = Appenders(2)
    run = make.run()
    with leader_waiting(appenders, monkeypatch):
        monkeypatch.setattr(settings.OA, "runtime_append_group_commit", False)
        assert append(make.request(run.id))[0].seq == 2


def test_sixty_four_threads_get_their_own_answers_from_fewer_statements(in_parallel: Any) -> None:
    runs = [make.run() for _ in range(4)]
    statements: list[str] = []

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(sql)
        return execute(sql, params, many, context)

    def work(index: int) -> list[Any]:
        run = runs[index % 4]
        with connection.execute_wrapper(record):
            return [append(make.request(run.id, make.event(payload={"n": [index, n]})))[0].seq for n in range(5)]

    with_settings = settings.OA.khala_run_events_publish_rate_per_second
    settings.OA.khala_run_events_publish_rate_per_second = 0
    try:
        results = in_parallel(64, work)
    finally:
        settings.OA.khala_run_events_publish_rate_per_second = with_settings
    assert len(statements) < 64 * 5
    for offset, run in enumerate(runs):
        own = [seqs for index, seqs in enumerate(results) if index % 4 == offset]
        assert all(seqs == sorted(seqs) for seqs in own)
        assert sorted(seq for seqs in own for seq in seqs) == list(range(2, 82))
        stored = {event.seq: json.loads(event.payload_text) for event in log_of(run.id)}
        for index, seqs in enumerate(results):
            if index % 4 == offset:
                assert [stored[seq] for seq in seqs] == [{"n": [index, n]} for n in range(5)]
        assert_agrees(run.id)


def test_a_mixture_of_refusals_reaches_each_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    appenders = Appenders(10)
    one, two = make.run(), make.run()
    wanted = [
        make.request(one.id),
        make.request(one.id, expected_previous_seq=50),
        make.request(new_uuid7()),
        make.request(two.id, owner_key="user:stranger"),
        make.request(one.id, make.event(key="k"), expected_previous_seq=2),
        make.request(two.id),
        make.request(one.id, make.event(key="k")),
        make.request(one.id, make.event(key="k", payload={"delta": "other"})),
        make.request(
            two.id, make.event(), make.event("run.finished", {"status": "failed"}), make.event("run.started", {})
        ),
    ]
    with leader_waiting(appenders, monkeypatch):
        waiting = [appenders.queued(lambda request=request: append(request)) for request in wanted]
    results = [outcome(future) for future in waiting]
    assert len(appenders.statements) == 2
    assert [place.seq for place in results[0]] == [2]
    assert refusal(results[1]) == ("conflict", "sequence_conflict")
    assert results[1].details == {"expected_previous_seq": 50, "actual_previous_seq": 2, "index": 0}
    assert refusal(results[2]) == ("not_found", None)
    assert refusal(results[3]) == ("forbidden", None)
    assert [place.seq for place in results[4]] == [3]
    assert [place.seq for place in results[5]] == [2]
    assert [(place.seq, place.replayed) for place in results[6]] == [(3, True)]
    assert refusal(results[7]) == ("conflict", "idempotency_key_conflict")
    assert refusal(results[8]) == ("invalid_request", "invalid_run_transition")
    assert_agrees(one.id)
    assert_agrees(two.id)


def test_an_oversized_event_never_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    appenders = Appenders(1)
    run = make.run()
    with leader_waiting(appenders, monkeypatch), pytest.raises(Fault) as caught:
        append(make.request(run.id, make.event(payload={"text": "x" * 262_144})))
    assert refusal(caught.value) == ("payload_too_large", "khala_frame_payload_too_large")


def test_every_row_carries_the_request_id_of_its_own_request(monkeypatch: pytest.MonkeyPatch) -> None:
    appenders = Appenders(9)
    runs = [make.run() for _ in range(8)]

    def work(index: int) -> Any:
        context.request_id.set(f"req-of-caller-{index}")
        return append(make.request(runs[index].id))

    with leader_waiting(appenders, monkeypatch):
        waiting = [appenders.queued(lambda index=index: work(index)) for index in range(8)]
    for index, future in enumerate(waiting):
        assert not isinstance(outcome(future), Exception)
        row = SyncStreamEvent.objects.get(topic=f"run:{runs[index].id}:events", seq=2)
        assert row.metadata["request_id"] == f"req-of-caller-{index}"
    assert len(appenders.statements) == 2


def _spoil_topic(run: Run) -> None:
    """A topic that disagrees with its run: the database function raises on every append to it."""
    SyncTopicSequence.objects.filter(topic=f"run:{run.id}:events").update(seq_offset=7)


def _nothing(run: Run) -> None:
    """The run is fine; the request is not."""


@pytest.mark.parametrize(("spoil", "key"), [(_spoil_topic, None), (_nothing, "nul \x00 is no JSON text")])
def test_what_makes_the_whole_statement_fail_fails_alone(
    monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Run], None], key: str | None
) -> None:
    appenders = Appenders(6)
    healthy, sick = [make.run() for _ in range(4)], make.run()
    spoil(sick)
    with leader_waiting(appenders, monkeypatch):
        waiting = [appenders.queued(lambda run=run: append(make.request(run.id))) for run in healthy[:2]]
        poison = appenders.queued(lambda: append(make.request(sick.id, make.event(key=key))))
        waiting += [appenders.queued(lambda run=run: append(make.request(run.id))) for run in healthy[2:]]
    assert [outcome(future)[0].seq for future in waiting] == [2] * 4
    assert isinstance(outcome(poison), Exception)
    assert len(appenders.statements) == 2 + 5
    for run in healthy:
        assert_agrees(run.id)
    assert Run.objects.get(id=sick.id).latest_seq == 1


def test_a_locked_run_keeps_only_its_own_group_waiting() -> None:
    appenders = Appenders(8)
    stuck, runs = make.run(), [make.run() for _ in range(4)]
    with locked(stuck):
        first = appenders.start(lambda: append(make.request(stuck.id)))
        until(lambda: len(appenders.statements) > 0)
        results = [outcome(appenders.start(lambda run=run: append(make.request(run.id))))[0].seq for run in runs]
        assert results == [2] * 4
        assert not first.done()
    assert outcome(first)[0].seq == 2


def test_a_lost_race_for_a_lock_is_lost_by_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    appenders = Appenders(4)
    stuck, free = make.run(), make.run()

    def impatient(run: Run) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        return append(make.request(run.id))

    with leader_waiting(appenders, monkeypatch):
        first = appenders.queued(lambda: impatient(free))
        second = appenders.queued(lambda: impatient(stuck))
        other = psycopg.connect(TESTBED.environment("runtime")["OA_RUNTIME_DATABASE_URL"])
        other.execute("SELECT 1 FROM run WHERE id = %s FOR UPDATE", [stuck.id])
    assert outcome(first)[0].seq == 2
    assert refusal(outcome(second)) == ("dependency_unavailable", None)
    other.close()


def test_a_database_that_goes_away_is_every_members_error_and_the_next_append_works(
    monkeypatch: pytest.MonkeyPatch, testbed: Any
) -> None:
    appenders = Appenders(4)
    runs = [make.run() for _ in range(3)]
    backend: list[int] = []

    def leading(run: Run) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend.append(cursor.fetchone()[0])
        return append(make.request(run.id))

    with locked(runs[2]):
        with leader_waiting(appenders, monkeypatch):
            waiting = [appenders.queued(lambda run=run: leading(run)) for run in runs]
        # The first of those who waited leads their group, which waits for the locked run.
        until(lambda: _waits_for_a_lock(testbed, backend[0]))
        with testbed.server.connect("postgres") as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", [backend[0]])
        errors = [outcome(future) for future in waiting]
    assert {type(error).__name__ for error in errors} == {"OperationalError"}
    assert len({id(error) for error in errors}) == 3
    for run in runs:
        assert append(make.request(run.id))[0].seq == 2
        assert_agrees(run.id)


def _waits_for_a_lock(testbed: Any, backend: int) -> bool:
    with testbed.server.connect("postgres") as admin:
        row = admin.execute("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s", [backend]).fetchone()
    return row is not None and row[0] == "Lock"


@pytest.mark.parametrize(
    ("point", "durable"),
    [
        ("runtime.committer.gathered", False),
        ("runtime.append.before_write", False),
        ("runtime.append.after_write", True),
        ("runtime.committer.committed", True),
    ],
)
def test_an_error_at_any_point_reaches_every_member_and_repeats_settle_it(
    monkeypatch: pytest.MonkeyPatch, point: str, durable: bool
) -> None:
    appenders = Appenders(4)
    runs = [make.run() for _ in range(3)]
    passed_by_the_leader = point in ("runtime.committer.gathered", "runtime.append.before_write")
    with ExitStack() as armed:
        with leader_waiting(appenders, monkeypatch):
            waiting = [
                appenders.queued(lambda run=run: append(make.request(run.id, make.event(key="k")))) for run in runs
            ]
            armed.enter_context(faults.arm(point, "error" if passed_by_the_leader else "error@2"))
        errors = [outcome(future) for future in waiting]
    assert all(isinstance(error, faults.InjectedFault) for error in errors)
    for run in runs:
        (placed,) = append(make.request(run.id, make.event(key="k")))
        assert (placed.seq, placed.replayed) == (2, durable)
        assert_agrees(run.id)


CRASHING = """
import os, sys, threading
import django
django.setup()
from openagents.ops import faults
faults.load(os.environ["OA_FAULTS"])
from apps.runtime.services.append import append
from apps.runtime.tests import factories as make
from apps.runtime.tests.appenders import WAIT_SECONDS_MAX, Appenders, leader_waiting, locked, outcome, until
from uuid import UUID
def work(run):
    append(make.request(UUID(run), make.event(key="k")))
    os.write(1, f"acknowledged {run}\\n".encode())
threads = [threading.Thread(target=work, args=(run,)) for run in sys.argv[1:]]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


@pytest.mark.parametrize(
    "point",
    [
        "runtime.committer.gathered",
        "runtime.append.before_write",
        "runtime.append.after_write",
        "runtime.committer.committed",
    ],
)
def test_a_process_killed_at_any_point_has_acknowledged_nothing_that_is_not_there(point: str) -> None:
    runs = [make.run() for _ in range(6)]
    environment = {
        **clean_environment(),
        **TESTBED.environment("runtime"),
        "OA_ENV": "test",
        "FANOUT_DRIVER": "memory",
        "OA_FAULTS": f"{point}=crash@2",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", CRASHING, *(str(run.id) for run in runs)],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 137, done.stderr
    acknowledged = {line.split()[1] for line in done.stdout.splitlines()}
    for run in runs:
        there = Run.objects.get(id=run.id).latest_seq == 2
        assert there or str(run.id) not in acknowledged
        (placed,) = append(make.request(run.id, make.event(key="k")))
        assert (placed.seq, placed.replayed) == (2, there)
        assert_agrees(run.id)


def test_a_forked_process_starts_with_a_committer_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    appenders = Appenders(2)
    with leader_waiting(appenders, monkeypatch):
        ours = id(committer())
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            fresh = committer()
            os.write(writing, b"1" if fresh._in_charge is None and id(fresh) != ours else b"0")
            os._exit(0)
        os.waitpid(child, 0)
        assert os.read(reading, 1) == b"1"
        os.close(reading)
        os.close(writing)
