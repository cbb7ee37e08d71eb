"""The append: seqs, idempotency, refusals, projections and journal in one transaction."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from apps.runtime import metrics
from apps.runtime.domain.events import Source
from apps.runtime.domain.projections import run_projection_hash
from apps.runtime.models import Run, RunEvent, RunSummary, SyncStreamEvent, SyncTopicDoc, SyncTopicSequence
from apps.runtime.services.append import Append, append, append_all
from apps.runtime.tests import factories as make
from openagents.receipts.chain import chain_base, chain_fold, digest_of
from openagents.receipts.ids import new_uuid7
from openagents.wire.faults import Fault


def log_of(run_id: UUID) -> list[RunEvent]:
    return list(RunEvent.objects.filter(run_id=run_id).order_by("seq"))


def journal_of(topic: str) -> list[SyncStreamEvent]:
    return list(SyncStreamEvent.objects.filter(topic=topic).order_by("seq"))


def assert_agrees(run_id: UUID) -> None:
    """Log, head, projection, journal and chain of a run say the same."""
    run = Run.objects.get(id=run_id)
    log = log_of(run_id)
    assert [event.seq for event in log] == list(range(1, run.latest_seq + 1))
    assert run.event_count == len(log)
    topic = SyncTopicSequence.objects.get(topic=f"run:{run_id}:events")
    rows = journal_of(topic.topic)
    assert [(row.seq, row.kind, row.payload) for row in rows] == [
        (event.seq, event.event_type, event.payload_text) for event in log
    ]
    folded = chain_fold(
        chain_base(topic.topic, topic.lineage), [(row.seq, digest_of(row.payload_sha256)) for row in rows]
    )
    assert topic.seq == run.latest_seq
    assert bytes(topic.chain) == folded == bytes(rows[-1].chain)
    summary = RunSummary.objects.get(run_id=run_id)
    assert (summary.status, summary.last_seq, summary.event_count) == (run.status, run.latest_seq, run.event_count)
    assert summary.projection_hash == run_projection_hash(str(run_id), run.status, run.latest_seq, run.event_count)


def refusal(outcome: Any) -> tuple[str, str | None]:
    assert isinstance(outcome, Fault)
    return outcome.code, outcome.reason_code


def test_a_started_run_has_run_started_as_its_first_event() -> None:
    run = make.run()
    assert [(event.seq, event.event_type, event.payload_text) for event in log_of(run.id)] == [
        (1, "run.started", '{"source":"runtime"}')
    ]
    assert run.status == "running"
    assert_agrees(run.id)


def test_events_get_contiguous_seqs_and_reach_log_projection_and_journal() -> None:
    run = make.run()
    placed = append(make.request(run.id, make.event(), make.event("tool.call", {"a": 1}), make.event()))
    assert [place.seq for place in placed] == [2, 3, 4]
    assert_agrees(run.id)


def test_a_repeated_key_gives_the_stored_event_even_after_the_run_ended() -> None:
    run = make.run()
    first = append(make.request(run.id, make.event(key="k1")))
    append(make.request(run.id, make.event("run.finished", {"status": "succeeded"})))
    again = append(make.request(run.id, make.event(key="k1"), expected_previous_seq=99))
    assert (again[0].seq, again[0].recorded_at, again[0].replayed) == (first[0].seq, first[0].recorded_at, True)
    assert_agrees(run.id)


def test_a_repeated_key_with_another_event_is_a_conflict() -> None:
    run = make.run()
    append(make.request(run.id, make.event(key="k1")))
    with pytest.raises(Fault) as caught:
        append(make.request(run.id, make.event(payload={"delta": "other"}, key="k1")))
    assert refusal(caught.value) == ("conflict", "idempotency_key_conflict")


def test_another_source_does_not_share_a_key() -> None:
    run = make.run()
    append(make.request(run.id, make.event(key="k1")))
    receipt = make.event("receipt", {"receipt_type": "HydraPaid"}, "k1", Source.HYDRA)
    (placed,) = append(make.request(run.id, receipt, source=Source.HYDRA))
    assert (placed.seq, placed.replayed) == (3, False)


def test_a_wrong_expected_seq_is_refused_with_both_numbers() -> None:
    run = make.run()
    with pytest.raises(Fault) as caught:
        append(make.request(run.id, expected_previous_seq=7))
    assert refusal(caught.value) == ("conflict", "sequence_conflict")
    assert caught.value.details == {"expected_previous_seq": 7, "actual_previous_seq": 1, "index": 0}


def test_an_illegal_transition_is_refused_and_changes_nothing() -> None:
    run = make.run()
    append(make.request(run.id, make.event("run.finished", {"status": "failed"})))
    with pytest.raises(Fault) as caught:
        append(make.request(run.id, make.event(), make.event("run.started", {})))
    assert refusal(caught.value) == ("invalid_request", "invalid_run_transition")
    assert caught.value.details is not None and caught.value.details["index"] == 1
    assert Run.objects.get(id=run.id).latest_seq == 2
    assert_agrees(run.id)


def test_a_batch_of_known_keys_is_a_replay_and_a_mixed_one_a_conflict() -> None:
    run = make.run()
    batch = [make.event(key="a"), make.event(key="b")]
    first = append(make.request(run.id, *batch))
    again = append(make.request(run.id, *batch))
    assert [place.seq for place in again] == [place.seq for place in first]
    assert all(place.replayed for place in again)
    for mixed in ([make.event(key="a"), make.event(key="c")], [make.event(key="c"), make.event(key="a")]):
        with pytest.raises(Fault) as caught:
            append(make.request(run.id, *mixed))
        assert refusal(caught.value) == ("conflict", "partial_batch_replay")
        assert caught.value.details == {"index": 1}
    assert_agrees(run.id)


def test_one_refused_request_refuses_nobody_else() -> None:
    one, two = make.run(), make.run()
    outcomes = append_all(
        [
            make.request(one.id),
            make.request(one.id, expected_previous_seq=50),
            make.request(new_uuid7()),
            make.request(two.id, owner_key="user:stranger"),
            make.request(one.id, make.event(key="k"), expected_previous_seq=2),
            make.request(two.id),
            make.request(one.id, make.event(key="k")),
        ]
    )
    assert [place.seq for place in outcomes[0]] == [2]
    assert refusal(outcomes[1]) == ("conflict", "sequence_conflict")
    assert refusal(outcomes[2]) == ("not_found", None)
    assert refusal(outcomes[3]) == ("forbidden", None)
    assert [place.seq for place in outcomes[4]] == [3]
    assert [place.seq for place in outcomes[5]] == [2]
    assert [(place.seq, place.replayed) for place in outcomes[6]] == [(3, True)]
    assert_agrees(one.id)
    assert_agrees(two.id)


def test_an_oversized_payload_is_refused_before_anything_is_written() -> None:
    run = make.run()
    with pytest.raises(Fault) as caught:
        append(make.request(run.id, make.event(payload={"text": "x" * 262_144})))
    assert refusal(caught.value) == ("payload_too_large", "khala_frame_payload_too_large")
    assert Run.objects.get(id=run.id).latest_seq == 1


def test_the_first_terminal_event_decides_how_the_run_ended() -> None:
    run = make.run()
    append(make.request(run.id, make.event("run.cancel_requested", {})))
    append(make.request(run.id, make.event("run.finished", {"status": "cancelled", "reason": "enough"})))
    append(make.request(run.id, make.event("run.finished", {"status": "canceled", "reason": "late"})))
    run.refresh_from_db()
    assert (run.status, run.terminal_reason_class, run.terminal_reason) == ("canceled", "cancel_requested", "enough")
    assert run.terminal_at == log_of(run.id)[2].recorded_at


def test_the_owner_hears_of_summaries_and_of_the_end_once() -> None:
    owner = make.owner()
    run = make.run(owner, thread_id='quote " and \x1f and é')
    append(make.request(run.id, make.event("run.finished", {"status": "succeeded"})))
    append(make.request(run.id, make.event("run.finished", {"status": "succeeded"})))
    summaries = journal_of(f"user:{owner.name}:runs")
    assert [row.doc_version for row in summaries] == [1, 2, 3]
    newest = json.loads(summaries[-1].payload)
    assert newest["status"] == "succeeded" and newest["thread_id"] == 'quote " and \x1f and é'
    from openagents.receipts.canonical import canonical_text

    assert all(canonical_text(json.loads(row.payload)) == row.payload for row in summaries)
    doc = SyncTopicDoc.objects.get(topic=f"user:{owner.name}:runs")
    assert (doc.seq, doc.payload) == (3, summaries[-1].payload)
    (notice,) = journal_of(f"user:{owner.name}:notifications")
    assert json.loads(notice.payload)["type"] == "run_terminal"


def test_a_topic_that_is_not_where_its_run_is_stops_the_append_and_is_counted() -> None:
    """Alone and in the committer's group alike."""
    run = make.run()
    topic = SyncTopicSequence.objects.filter(topic=f"run:{run.id}:events")
    topic.update(seq=5)
    before = metrics.JOURNAL_SEQ_MISMATCH._value.get()
    with pytest.raises(DatabaseError, match="its run"):
        append(make.request(run.id))
    with pytest.raises(DatabaseError, match="its run"), transaction.atomic():
        append(make.request(run.id))
    assert metrics.JOURNAL_SEQ_MISMATCH._value.get() == before + 2
    assert Run.objects.get(id=run.id).latest_seq == RunEvent.objects.filter(run_id=run.id).count() == 1
    topic.update(seq=1)
    append(make.request(run.id))


def test_thirty_two_concurrent_appends_get_the_seqs_one_to_thirty_two(in_parallel: Any) -> None:
    run = make.run()
    results = in_parallel(32, lambda index: append(make.request(run.id, make.event(payload={"n": index})))[0].seq)
    assert sorted(results) == list(range(2, 34))
    assert_agrees(run.id)


def test_sixteen_appends_with_one_key_make_one_event_and_fifteen_replays(in_parallel: Any) -> None:
    run = make.run()
    results = in_parallel(16, lambda _: append(make.request(run.id, make.event(key="same")))[0])
    assert {place.seq for place in results} == {2}
    assert sorted(place.replayed for place in results) == [False] + [True] * 15
    assert_agrees(run.id)


def test_an_append_is_one_round_trip(django_assert_num_queries: Any) -> None:
    run = make.run()
    with django_assert_num_queries(1):
        append_all([make.request(run.id) for _ in range(20)])


def test_appends_of_one_owner_to_many_runs_share_the_owners_topic_without_deadlock(in_parallel: Any) -> None:
    owner = make.owner()
    runs = [make.run(owner) for _ in range(4)]

    def work(index: int) -> int:
        outcomes = append_all(
            [Append(run.id, Source.CLIENT, [make.event()]) for run in runs[index % 4 :] + runs[: index % 4]]
        )
        return sum(len(outcome) for outcome in outcomes if isinstance(outcome, list))

    assert in_parallel(8, work) == [4] * 8
    topic = SyncTopicSequence.objects.get(topic=f"user:{owner.name}:runs")
    rows = journal_of(topic.topic)
    assert [row.seq for row in rows] == list(range(1, topic.seq + 1))
    for run in runs:
        assert_agrees(run.id)


def test_an_append_reads_as_little_from_a_long_log_as_from_a_short_one() -> None:
    runs = [make.run() for _ in range(60)]
    for run in runs:
        append(make.request(run.id, *[make.event(key=f"k{number}") for number in range(100)]))
    connection.close()  # what follows is planned afresh, as in a process that was just started
    with transaction.atomic():
        before = _events_read()
        append(make.request(runs[0].id, make.event(key="new")))
        assert _events_read() - before <= 2


def _events_read() -> int:
    """Rows and index entries of the log that this connection has read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'run_event'")
        return int(cursor.fetchone()[0])
