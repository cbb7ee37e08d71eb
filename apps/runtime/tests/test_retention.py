"""Retention, compaction, lineage: what leaves the journal, and that what remains still proves itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.domain.journal import TopicClass
from apps.runtime.domain.retention import RETENTION, InvalidRetention, Retention, policy
from apps.runtime.models import JobCursor, RunEvent, SyncStreamEvent, SyncTopicDoc, SyncTopicSequence
from apps.runtime.services import journal, journal_audit, retention
from apps.runtime.services.append import append
from apps.runtime.services.journal_audit import check_topic
from apps.runtime.services.retention import prune_topic, rotate_lineage
from apps.runtime.tests import factories as make
from openagents.db.models import AuditEvent
from openagents.ops import faults
from openagents.receipts.chain import chain_base, chain_fold, digest_of
from openagents.receipts.ids import new_id
from openagents.wire.faults import Fault

DAY = Retention(20_000, 86_400)
JUMP = 1_048_576


def topic_name() -> str:
    return f"user:{new_id('user')}:runs"


def write(topic: str, count: int, *, at: datetime | None = None, is_doc: bool = False) -> int:
    """`count` rows in one transaction; the topic's head."""
    rows = [
        journal.Row(
            topic=topic,
            topic_class=TopicClass.RUN_SUMMARIES,
            kind="run.summary",
            doc_key=f"doc:{index % 3}",
            doc_version=1,
            payload_text=journal.document({"n": index}),
            owner_key=topic.removesuffix(":runs"),
            is_doc=is_doc,
        )
        for index in range(count)
    ]
    with transaction.atomic():
        return journal.write(rows, at)[topic]


def head_of(topic: str) -> SyncTopicSequence:
    return SyncTopicSequence.objects.get(topic=topic)


def rows_of(topic: str) -> list[SyncStreamEvent]:
    return list(SyncStreamEvent.objects.filter(topic=topic).order_by("seq"))


def assert_folds(topic: str) -> None:
    """The rows above the floor are gap-free and fold over `floor_chain` to `chain`."""
    head = head_of(topic)
    rows = [row for row in rows_of(topic) if row.seq > head.floor_seq]
    assert [row.seq for row in rows] == list(range(head.floor_seq + 1, head.seq + 1))
    folded = chain_fold(bytes(head.floor_chain), [(row.seq, digest_of(row.payload_sha256)) for row in rows])
    assert folded == bytes(head.chain)
    assert check_topic(topic) is None


def hours_ago(hours: float) -> datetime:
    return timezone.now() - timedelta(hours=hours)


def test_rows_older_than_their_class_keeps_them_leave_from_the_floor_up() -> None:
    topic = topic_name()
    write(topic, 7, at=hours_ago(30))
    write(topic, 5, at=hours_ago(2))
    assert prune_topic(topic, DAY) == 7
    head = head_of(topic)
    assert (head.seq, head.floor_seq, head.compaction_seq) == (12, 7, 0)
    assert [row.seq for row in rows_of(topic)] == [8, 9, 10, 11, 12]
    assert_folds(topic)
    assert prune_topic(topic, DAY) == 0


def test_rows_beyond_the_budget_leave_however_young_and_raise_the_compaction_boundary() -> None:
    topic = topic_name()
    write(topic, 130)
    assert prune_topic(topic, Retention(100, 86_400)) == 30
    head = head_of(topic)
    assert (head.floor_seq, head.compaction_seq) == (30, 30)
    assert_folds(topic)


def test_an_emptied_topic_keeps_its_head_and_its_documents() -> None:
    topic = topic_name()
    write(topic, 6, at=hours_ago(30), is_doc=True)
    assert prune_topic(topic, DAY) == 6
    head = head_of(topic)
    assert (head.seq, head.floor_seq, bytes(head.floor_chain)) == (6, 6, bytes(head.chain))
    assert SyncTopicDoc.objects.filter(topic=topic).count() == 3
    assert write(topic, 1) == 7
    assert_folds(topic)


def test_a_large_topic_is_pruned_in_batches_of_one_transaction_each(monkeypatch: Any) -> None:
    topic = topic_name()
    write(topic, 25, at=hours_ago(30))
    monkeypatch.setattr(retention, "BATCHES_PER_TOPIC_MAX", 2)
    assert prune_topic(topic, DAY, batch_rows=10) == 20
    assert head_of(topic).floor_seq == 20
    assert_folds(topic)
    assert prune_topic(topic, DAY, batch_rows=10) == 5


def test_a_topic_somebody_writes_is_left_for_the_next_round(in_parallel: Any) -> None:
    topic = topic_name()
    write(topic, 3, at=hours_ago(30))
    with transaction.atomic():
        SyncTopicSequence.objects.select_for_update(no_key=True).get(topic=topic)
        assert in_parallel(1, lambda _: prune_topic(topic, DAY)) == [0]
    assert prune_topic(topic, DAY) == 3


def test_two_pruners_remove_each_row_once(in_parallel: Any) -> None:
    topic = topic_name()
    write(topic, 50, at=hours_ago(30))
    results = in_parallel(4, lambda _: prune_topic(topic, DAY, batch_rows=5))
    assert sum(results) + prune_topic(topic, DAY) == 50
    assert_folds(topic)


def test_a_pruning_that_fails_before_its_commit_changes_nothing() -> None:
    topic = topic_name()
    write(topic, 4, at=hours_ago(30))
    with faults.arm("runtime.prune.before_commit", "error"), pytest.raises(faults.InjectedFault):
        prune_topic(topic, DAY)
    assert (head_of(topic).floor_seq, len(rows_of(topic))) == (0, 4)
    assert_folds(topic)


def test_a_rotation_that_fails_before_its_commit_changes_nothing() -> None:
    topic = topic_name()
    write(topic, 2)
    before = SyncTopicSequence.objects.filter(topic=topic).values().get()
    with faults.arm("runtime.rotate.before_commit", "error"), pytest.raises(faults.InjectedFault):
        rotate_lineage(topic)
    assert SyncTopicSequence.objects.filter(topic=topic).values().get() == before
    assert_folds(topic)


@pytest.mark.parametrize("statement", ["DELETE FROM sync_stream_events", "TRUNCATE sync_stream_events"])
def test_the_service_itself_cannot_delete_from_the_journal(statement: str) -> None:
    with pytest.raises(ProgrammingError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert caught.value.__cause__.sqlstate == "42501"  # type: ignore[union-attr]


def test_whatever_it_asks_for_the_service_cannot_empty_a_topic_of_what_is_new() -> None:
    topic = topic_name()
    write(topic, 90)
    assert prune_topic(topic, Retention(0, 0)) == 0
    write(topic, 30)
    assert prune_topic(topic, Retention(0, 0)) == 20
    with pytest.raises(Exception, match="1 to 5000"):
        prune_topic(topic, DAY, batch_rows=5001)


def test_the_owner_of_the_pruning_function_is_the_schemas_and_its_path_is_fixed() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_userbyid(proowner), prosecdef, proconfig, has_function_privilege('public', oid, 'EXECUTE')"
            " FROM pg_proc WHERE proname = 'runtime_prune'"
        )
        assert cursor.fetchall() == [("oa_runtime_owner", True, ["search_path=pg_catalog, runtime, pg_temp"], False)]


def test_a_round_walks_all_topics_by_the_policy_of_their_class(monkeypatch: Any) -> None:
    names = [topic_name() for _ in range(3)]
    for name in names:
        write(name, 2, at=hours_ago(24 * 8))
    JobCursor.objects.filter(name="prune_journal").delete()
    monkeypatch.setattr(retention, "TOPICS_PER_ROUND", max(10, SyncTopicSequence.objects.count() // 3))
    removed = [retention.prune_round() for _ in range(5)]
    assert sum(removed) >= 6
    assert [rows_of(name) for name in names] == [[], [], []]


def test_the_policy_is_the_table_with_what_the_environment_changes() -> None:
    assert policy({}) == RETENTION
    changed = policy({"KHALA_THREADS_RETENTION_SECONDS": "900", "RUNTIME_KHALA_ECONOMY_REPLAY_BUDGET_EVENTS": "200"})
    assert changed[TopicClass.THREADS] == Retention(5_000, 900)
    assert changed[TopicClass.ECONOMY] == Retention(200, 86_400)
    for value in ("soon", "599"):
        with pytest.raises(InvalidRetention, match="KHALA_THREADS_RETENTION_SECONDS"):
            policy({"KHALA_THREADS_RETENTION_SECONDS": value})


# --- lineage ---


def test_a_rotated_topic_begins_beyond_every_number_with_a_new_chain() -> None:
    topic = topic_name()
    write(topic, 3)
    before = head_of(topic)
    done = rotate_lineage(topic, actor="operator-1", reason="restored")
    head = head_of(topic)
    assert (head.seq, head.floor_seq, head.lineage) == (3 + JUMP, 3 + JUMP, done.lineage)
    assert done.lineage != before.lineage and done.lineage.startswith("lin_")
    assert bytes(head.chain) == bytes(head.floor_chain) == chain_base(topic, done.lineage)
    assert write(topic, 2) == 5 + JUMP
    assert_folds(topic)
    assert prune_topic(topic, DAY) == 3
    assert [row.seq for row in rows_of(topic)] == [4 + JUMP, 5 + JUMP]
    assert AuditEvent.objects.filter(event_name="journal.lineage_rotated", attributes__reason="restored").exists()
    with pytest.raises(Fault):
        rotate_lineage("user:nobody:runs")


def test_a_rotated_runs_topic_still_counts_with_its_log() -> None:
    run = make.run()
    topic = f"run:{run.id}:events"
    rotate_lineage(topic)
    rotate_lineage(topic)
    (placed,) = append(make.request(run.id))
    assert placed.seq == 2
    assert head_of(topic).seq == 2 + 2 * JUMP
    assert_folds(topic)
    assert RunEvent.objects.filter(run_id=run.id).count() == 2


def test_the_worked_example_of_the_chain() -> None:
    topic = "run:r1:events"
    SyncTopicSequence.objects.filter(topic=topic).delete()
    now = timezone.now()
    base = chain_base(topic, "lin_01")
    assert base.hex() == "19ced0c772d9e5b59728630c84835c132a07af1d249dec9a0a0ae2e08eeac38e"
    SyncTopicSequence.objects.create(
        topic=topic,
        topic_class="fallback",
        owner_key="system:ops",
        lineage="lin_01",
        chain=base,
        floor_chain=base,
        created_at=now,
        updated_at=now,
    )

    def chain_after(payload: Any) -> str:
        row = journal.Row(topic, TopicClass.FALLBACK, "k", "d", 1, journal.document(payload), "system:ops")
        with transaction.atomic():
            journal.write([row])
        return bytes(head_of(topic).chain).hex()

    assert chain_after({"source": "runtime"}).startswith("53e5c1e199f822ea")
    assert chain_after({"delta": "hi"}).startswith("cb787b7ae4f80955")
    assert chain_after({"status": "succeeded"}).startswith("c2e74d645570ec4e")
    with connection.cursor() as cursor:
        cursor.execute("SELECT o_lineage, o_head FROM runtime_rotate_lineage(%s, 'lin_02')", [topic])
        assert cursor.fetchone() == ("lin_02", 1048579)
    assert bytes(head_of(topic).chain).hex().startswith("0f51427327131096")
    assert chain_after({"delta": "hi"}).startswith("ed353e8516760fbc")


# --- the commands ---


def run_command(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, stderr=out)
    return out.getvalue()


def test_chain_verify_finds_what_does_not_fold() -> None:
    good, bad = topic_name(), topic_name()
    write(good, 3)
    write(bad, 3)
    assert "1 topics fold" in run_command("chain_verify", good)
    SyncTopicSequence.objects.filter(topic=bad).update(floor_chain=b"\0" * 32)
    try:
        with pytest.raises(CommandError, match="1 of 2 topics"):
            run_command("chain_verify", good, bad)
        with pytest.raises(CommandError, match="there is no topic"):
            run_command("chain_verify", "nothing:here")
    finally:
        rotate_lineage(bad)
    assert "fold to their chain" in run_command("chain_verify", bad)


def test_the_check_of_a_topic_waits_for_no_writer(in_parallel: Any) -> None:
    topic = topic_name()
    write(topic, 3)
    with transaction.atomic():
        write(topic, 1)  # holds the topic until the end of the block
        assert in_parallel(1, lambda _: check_topic(topic)) == [None]
    assert check_topic(topic) is None


def test_the_sample_comes_to_every_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {topic_name() for _ in range(3)}
    for topic in wanted:
        write(topic, 1)
    monkeypatch.setattr(journal_audit, "SAMPLE_TOPICS_MAX", 50)
    seen: set[str] = set()
    for _ in range(2 + SyncTopicSequence.objects.count() // 50 * 2):
        seen |= set(journal_audit.sample())
    assert wanted <= seen


def test_rotate_lineage_needs_topics_and_a_reason() -> None:
    topic = topic_name()
    write(topic, 1)
    assert topic in run_command("rotate_lineage", topic, "--reason", "restored")
    for arguments in ([topic], ["--reason", "x"], [topic, "--all", "--reason", "x"], ["no:topic", "--reason", "x"]):
        with pytest.raises(CommandError):
            run_command("rotate_lineage", *arguments)


# --- everything at once ---

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("old"), st.integers(1, 9)),
        st.tuples(st.just("new"), st.integers(1, 9)),
        st.tuples(st.just("prune"), st.integers(1, 12)),
        st.tuples(st.just("budget"), st.integers(1, 12)),
        st.tuples(st.just("rotate"), st.just(0)),
        st.tuples(st.just("many"), st.integers(90, 120)),
    ),
    max_size=12,
)


@given(STEPS)
def test_after_any_mix_of_appends_pruning_and_rotation_the_rest_folds_over_the_floor(
    steps: list[tuple[str, int]],
) -> None:
    topic = topic_name()
    head = write(topic, 1)
    for step, number in steps:
        match step:
            case "old":
                head = write(topic, number, at=hours_ago(48))
            case "new" | "many":
                head = write(topic, number)
            case "prune":
                prune_topic(topic, DAY, batch_rows=number)
            case "budget":
                prune_topic(topic, Retention(100, 86_400), batch_rows=number)
            case _:
                head = rotate_lineage(topic).head
        assert head_of(topic).seq == head
        assert_folds(topic)


def test_pruning_and_rotation_among_parallel_appends_lose_no_row_and_no_link(in_parallel: Any) -> None:
    topic = topic_name()
    write(topic, 20, at=hours_ago(48))

    def work(index: int) -> Any:
        if index < 4:
            return [write(topic, 3) for _ in range(6)]
        if index < 6:
            return [prune_topic(topic, DAY, batch_rows=4) for _ in range(6)]
        return [rotate_lineage(topic).head for _ in range(2)]

    results = in_parallel(7, work)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert head_of(topic).seq == 20 + 4 * 6 * 3 + 2 * JUMP
    assert_folds(topic)
