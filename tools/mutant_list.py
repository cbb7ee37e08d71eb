"""The known bugs: what each breaks, where it is planted, and the test that must notice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = "apps/runtime/migrations"


def sql_of(function: str) -> str:
    """The file with the definition of a database function that is in force: the last one that a migration applies.

    A bug in a superseded definition would never run, and its test would pass for that reason alone.
    """
    found = ""
    for migration in sorted((ROOT / MIGRATIONS).glob("0*.py")):
        for name in re.findall(r"[\w.]+\.sql", migration.read_text()):
            path = ROOT / MIGRATIONS / "sql" / name
            if path.exists() and re.search(rf"FUNCTION {function}\(", path.read_text()):
                found = f"{MIGRATIONS}/sql/{name}"
    return found


APPEND_SQL = sql_of("runtime_append")
JOURNAL_SQL = sql_of("runtime_journal")
HINTS = "openagents/db/hints.py"

CORE = "apps/khala/domain/core"
KHALA_TESTS = "apps/khala/tests"
APPEND_TESTS = "apps/runtime/tests/test_append.py"
RACES = "tests/chaos/test_races.py"
RUNTIME_DRILLS = "tests/chaos/test_runtime_drills.py"
DELIVERY_DRILLS = "tests/chaos/test_delivery_drills.py"
STORY = "tests/e2e/test_story.py"
ALONE = "tests/e2e/test_runtime_alone.py"


@dataclass(frozen=True, slots=True)
class Edit:
    """`old` stands in the file exactly `times` times; each becomes `new`."""

    path: str
    old: str
    new: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Mutant:
    """`test` is a pytest node id, `plane` the process its suite runs as."""

    name: str
    edits: tuple[Edit, ...]
    test: str
    plane: str


def _mutant(name: str, path: str, old: str, new: str, test: str, plane: str = "control", times: int = 1) -> Mutant:
    return Mutant(name, (Edit(path, old, new, times),), test, plane)


RUNTIME = (
    _mutant(
        "reused-seq",
        APPEND_SQL,
        "UPDATE run SET status = u.status, latest_seq = u.latest_seq,",
        "UPDATE run SET status = u.status, latest_seq = least(u.latest_seq, 5),",
        f"{RACES}::test_concurrent_appends_to_one_run_are_numbered_without_gap",
    ),
    _mutant(
        "one-seq-acknowledged-for-a-whole-batch",
        APPEND_SQL,
        "a_seq := a_seq || run_row.latest_seq; a_at",
        "a_seq := a_seq || (v_before + 1); a_at",
        f"{RUNTIME_DRILLS}::test_kill_9_of_the_runtime_under_concurrent_appends",
    ),
    _mutant(
        "dropped-run-lock",
        APPEND_SQL,
        "ORDER BY run.id FOR NO KEY UPDATE;",
        "ORDER BY run.id;",
        f"{RACES}::test_concurrent_appends_to_one_run_are_numbered_without_gap",
    ),
    _mutant(
        "dropped-topic-lock",
        JOURNAL_SQL,
        "FROM sync_topic_sequences s WHERE s.topic = v_topic FOR NO KEY UPDATE;",
        "FROM sync_topic_sequences s WHERE s.topic = v_topic;",
        f"{RACES}::test_runs_of_one_owner_share_a_topic_that_still_folds",
        times=2,
    ),
    _mutant(
        "chain-read-before-the-lock",
        JOURNAL_SQL,
        """      v_topic := j.topic;
      SELECT s.seq, s.chain, s.seq_offset INTO v_seq, v_chain, v_offset
""",
        """      v_topic := j.topic;
      SELECT s.chain INTO v_chain FROM sync_topic_sequences s WHERE s.topic = v_topic;
      SELECT s.seq, coalesce(v_chain, s.chain), s.seq_offset INTO v_seq, v_chain, v_offset
""",
        f"{RACES}::test_runs_of_one_owner_share_a_topic_that_still_folds",
    ),
    _mutant(
        "chain-not-folded",
        JOURNAL_SQL,
        "v_chain := sha256(v_chain || int8send(v_seq) || j.sha);",
        "v_chain := sha256(v_chain || j.sha);",
        f"{APPEND_TESTS}::test_events_get_contiguous_seqs_and_reach_log_projection_and_journal",
        "runtime",
    ),
    _mutant(
        "lost-append",
        APPEND_SQL,
        """         e.recorded_at FROM unnest(e_rows) AS e;
""",
        """         e.recorded_at FROM unnest(e_rows) AS e WHERE e.seq % 50 <> 0;
""",
        f"{RUNTIME_DRILLS}::test_kill_9_of_the_runtime_under_concurrent_appends",
    ),
    _mutant(
        "lost-journal-row",
        APPEND_SQL,
        "        JOIN unnest(e_rid) WITH ORDINALITY AS q(rid, ordinality) USING (ordinality)\n",
        "        JOIN unnest(e_rid) WITH ORDINALITY AS q(rid, ordinality) USING (ordinality) WHERE e.seq <> 40\n",
        f"{RUNTIME_DRILLS}::test_kill_9_of_the_runtime_under_concurrent_appends",
    ),
    _mutant(
        "acknowledged-before-it-is-flushed",
        APPEND_SQL,
        "  PERFORM 1 FROM run WHERE run.id =",
        "  PERFORM set_config('synchronous_commit', 'off', true);\n  PERFORM 1 FROM run WHERE run.id =",
        f"{RUNTIME_DRILLS}::test_postgres_stops_at_once_under_concurrent_appends",
    ),
    _mutant(
        "skipped-idempotency-lookup",
        APPEND_SQL,
        "AND k.source = i.source AND k.idempotency_key = i.key",
        "AND k.source = i.source AND k.idempotency_key = i.key AND false",
        f"{RACES}::test_one_key_at_once_is_one_event_and_replays",
    ),
    _mutant(
        "keys-that-are-never-stored",
        APPEND_SQL,
        "e.fingerprint, e.source, e.idempotency_key,\n         e.recorded_at FROM unnest",
        "e.fingerprint, e.source, NULL,\n         e.recorded_at FROM unnest",
        f"{RUNTIME_DRILLS}::test_a_fault_beside_the_write_loses_and_repeats_nothing"
        "[runtime.append.after_write=error@40]",
    ),
    _mutant(
        "projection-not-written",
        APPEND_SQL,
        "ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, last_seq = excluded.last_seq,",
        "ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, last_seq = s.last_seq,",
        f"{APPEND_TESTS}::test_events_get_contiguous_seqs_and_reach_log_projection_and_journal",
        "runtime",
    ),
    _mutant(
        "refused-request-moves-the-head",
        APPEND_SQL,
        "      run_row := g_run; v_at := g_at; g_refused := true;",
        "      v_at := g_at; g_refused := true;",
        "apps/runtime/tests/test_append_groups.py::test_a_half_placed_batch_that_is_refused_leaves_the_next_request_its_seq",
        "runtime",
    ),
    _mutant(
        "ownership-check-dropped",
        APPEND_SQL,
        "ELSIF r.owner IS NOT NULL AND r.owner <> run_row.owner_key THEN",
        "ELSIF false THEN",
        f"{ALONE}::test_a_stranger_reads_and_writes_nothing",
    ),
    _mutant(
        "publish-before-commit",
        HINTS,
        "transaction.on_commit(note, robust=True)",
        "note()",
        f"{RACES}::test_a_hint_never_promises_what_is_not_committed",
    ),
)

KHALA = (
    Mutant(
        "watch-after-read",
        (
            Edit(f"{CORE}/delivery.py", "        self.watch(sub.canonical)\n", ""),
            Edit(
                f"{CORE}/starting.py",
                "        sub.move(SubCause.FRESH)\n",
                "        sub.move(SubCause.FRESH)\n        self.delivery.watch(sub.canonical)\n",
            ),
        ),
        f"{KHALA_TESTS}/test_core_delivery.py::test_a_topic_is_watched_before_it_is_read",
        "khala",
    ),
    Mutant(
        "news-during-the-replay-is-dropped",
        (
            Edit(f"{CORE}/subscription.py", "        self.hinted = max(self.hinted, head)\n", ""),
            Edit(
                f"{CORE}/delivery.py",
                "sub.known_head = max(event.page.head, sub.hinted)",
                "sub.known_head = event.page.head",
            ),
        ),
        f"{KHALA_TESTS}/test_core_delivery.py::test_news_during_the_replay_is_not_lost",
        "khala",
    ),
    _mutant(
        "a-read-skips-a-row",
        "apps/khala/services/journal.py",
        "WHERE topic = t.topic AND seq > %(after)s ORDER BY seq",
        "WHERE topic = t.topic AND seq > %(after)s AND seq <> 7 ORDER BY seq",
        f"{STORY}::test_append_tail_cut_off_resume",
    ),
    _mutant(
        "duplicate-send",
        f"{CORE}/delivery.py",
        '            out.append(ev.Send(message, "update_batch", class_name, rows))\n',
        '            out.append(ev.Send(message, "update_batch", class_name, rows))\n' * 2,
        f"{STORY}::test_append_tail_cut_off_resume",
    ),
    _mutant(
        "gap-check-dropped",
        f"{CORE}/subscription.py",
        "Verdict.DELIVER if page.rows[0].seq == sub.position + 1 else Verdict.GAP",
        "Verdict.DELIVER",
        f"{KHALA_TESTS}/test_core_delivery.py::test_a_hole_in_the_journal_is_asked_for_again_and_then_ends_the_connection",
        "khala",
    ),
    _mutant(
        "half-of-a-request-takes-effect",
        f"{CORE}/starting.py",
        "return self.asked.atomic and bool(self.failed)",
        "return False",
        f"{KHALA_TESTS}/test_lane_p.py::test_one_refused_topic_refuses_all_and_changes_nothing",
        "khala",
    ),
    _mutant(
        "a-view-starts-at-the-head",
        f"{CORE}/view.py",
        "return lowest if cursor is None else min(max(cursor, lowest), extent.head)",
        "return extent.head",
        f"{KHALA_TESTS}/test_view_simulation.py::TestFleet::runTest",
        "khala",
    ),
    _mutant(
        "recovery-grants-are-never-used-up",
        "apps/khala/services/grants.py",
        "SET uses = uses + 1",
        "SET uses = uses",
        f"{KHALA_TESTS}/test_records.py::test_a_grant_is_good_for_five_starts_and_then_for_a_wait",
        "khala",
    ),
    _mutant(
        "a-client-that-leaves-keeps-its-lease",
        f"{CORE}/authority.py",
        "self.lease_at = self.connection.now\n",
        "self.lease_at = None\n",
        f"{KHALA_TESTS}/test_lane_p.py::test_leaving_does_not_make_an_overdue_lease_forgotten",
        "khala",
    ),
    _mutant(
        "lost-hints-stay-lost",
        "apps/khala/services/tail.py",
        "            self.hint(head.extent.head)\n            return True",
        "            return True",
        f"{KHALA_TESTS}/test_end_to_end.py::test_a_lost_hint_is_made_up_by_the_sweep",
        "khala",
    ),
    _mutant(
        "used-token-accepted",
        "apps/khala/services/admission.py",
        "if consume and grant.jti:",
        "if False:",
        f"{KHALA_TESTS}/test_end_to_end.py::test_a_token_opens_one_connection",
        "khala",
    ),
    _mutant(
        "revoked-token-accepted",
        "apps/khala/services/admission.py",
        "revoked = self.book.against(admitted.holder)",
        "revoked = None",
        f"{KHALA_TESTS}/test_admission.py::test_revoked_tokens_are_refused_and_revoked_sessions_are_told_later",
        "khala",
    ),
    _mutant(
        "handshake-rates-are-not-kept",
        "apps/khala/services/admission.py",
        "if wait := hit(bucket, key, burst, window_seconds(rate, burst)):",
        "if wait := 0:",
        f"{KHALA_TESTS}/test_admission.py::test_processes_share_the_rates_of_users_and_devices",
        "khala",
    ),
    _mutant(
        "other-processes-are-not-heard",
        "apps/khala/services/control_bus.py",
        "        if reaction is not None:",
        "        if reaction is not None and False:",
        f"{KHALA_TESTS}/test_operations.py::test_a_revocation_of_another_process_is_heard_at_once",
        "khala",
    ),
    _mutant(
        "a-deaf-driver-goes-unnoticed",
        "apps/khala/services/probes.py",
        "was, path.deaf = path.deaf, age > self._limit",
        "was, path.deaf = path.deaf, False",
        f"{KHALA_TESTS}/test_probes.py::test_a_deaf_driver_is_named_worked_around_and_listened_to_anew",
        "khala",
    ),
    _mutant(
        "revocations-match-nothing",
        "apps/khala/domain/revocation.py",
        "return Effect.EVICT if hit else Effect.NONE",
        "return Effect.NONE",
        f"{KHALA_TESTS}/test_end_to_end.py::test_a_revoked_session_is_evicted_and_its_next_handshake_is_told",
        "khala",
    ),
    _mutant(
        "revoked-session-keeps-its-tail",
        "apps/khala/services/session.py",
        "outcome = effect(revocation, self.holder)",
        "outcome = Effect.NONE",
        f"{STORY}::test_a_session_that_ends_loses_its_tail",
    ),
    _mutant(
        "strangers-rows-are-shared",
        "apps/khala/domain/access.py",
        'shared = row.visibility == "org" and row.org_id is not None and row.org_id == principal.org_id',
        "shared = True",
        f"{STORY}::test_a_stranger_sees_nothing",
    ),
)

CLIENT = (
    _mutant(
        "position-stored-before-the-effect",
        "openagents/sdk/watermarks/sqlite.py",
        """            for update in fresh:
                reducer(transaction, update)
            self._put(namespace, topic, cursor, "WHERE excluded.seq > seq")
""",
        """            self._put(namespace, topic, cursor, "WHERE excluded.seq > seq")
        with self._transaction() as connection:
            transaction = _Transaction(connection, namespace)
            for update in fresh:
                reducer(transaction, update)
""",
        f"{DELIVERY_DRILLS}::test_a_subscriber_that_dies_again_and_again_applies_everything_once",
    ),
    _mutant(
        "effect-committed-before-the-position",
        "openagents/sdk/watermarks/sqlite.py",
        """                reducer(transaction, update)
            self._put(""",
        """                reducer(transaction, update)
                connection.commit()
                connection.execute("BEGIN")
            self._put(""",
        f"{DELIVERY_DRILLS}::test_a_subscriber_that_dies_again_and_again_applies_everything_once",
    ),
)

MUTANTS: tuple[Mutant, ...] = (*RUNTIME, *KHALA, *CLIENT)
