"""The known bugs: what each breaks, where it is planted, and the test that must notice."""

from __future__ import annotations

import re
from pathlib import Path

from tools.mutant_model import Mutant, mutant
from tools.mutants_of_khala import KHALA
from tools.mutants_of_money import MONEY

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

APPEND_TESTS = "apps/runtime/tests/test_append.py"
RACES = "tests/chaos/test_races.py"
RUNTIME_DRILLS = "tests/chaos/test_runtime_drills.py"
DELIVERY_DRILLS = "tests/chaos/test_delivery_drills.py"
STORY = "tests/e2e/test_story.py"
ALONE = "tests/e2e/test_runtime_alone.py"


RUNTIME = (
    mutant(
        "reused-seq",
        APPEND_SQL,
        "UPDATE run SET status = u.status, latest_seq = u.latest_seq,",
        "UPDATE run SET status = u.status, latest_seq = least(u.latest_seq, 5),",
        f"{RACES}::test_concurrent_appends_to_one_run_are_numbered_without_gap",
    ),
    mutant(
        "one-seq-acknowledged-for-a-whole-batch",
        APPEND_SQL,
        "a_seq := a_seq || run_row.latest_seq; a_at",
        "a_seq := a_seq || (v_before + 1); a_at",
        f"{RUNTIME_DRILLS}::test_kill_9_of_the_runtime_under_concurrent_appends",
    ),
    mutant(
        "dropped-run-lock",
        APPEND_SQL,
        "ORDER BY run.id FOR NO KEY UPDATE;",
        "ORDER BY run.id;",
        f"{RACES}::test_concurrent_appends_to_one_run_are_numbered_without_gap",
    ),
    mutant(
        "dropped-topic-lock",
        JOURNAL_SQL,
        "FROM sync_topic_sequences s WHERE s.topic = v_topic FOR NO KEY UPDATE;",
        "FROM sync_topic_sequences s WHERE s.topic = v_topic;",
        f"{RACES}::test_runs_of_one_owner_share_a_topic_that_still_folds",
        times=2,
    ),
    mutant(
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
    mutant(
        "chain-not-folded",
        JOURNAL_SQL,
        "v_chain := sha256(v_chain || int8send(v_seq) || j.sha);",
        "v_chain := sha256(v_chain || j.sha);",
        f"{APPEND_TESTS}::test_events_get_contiguous_seqs_and_reach_log_projection_and_journal",
        "runtime",
    ),
    mutant(
        "lost-append",
        APPEND_SQL,
        """         e.recorded_at FROM unnest(e_rows) AS e;
""",
        """         e.recorded_at FROM unnest(e_rows) AS e WHERE e.seq % 50 <> 0;
""",
        f"{RUNTIME_DRILLS}::test_kill_9_of_the_runtime_under_concurrent_appends",
    ),
    mutant(
        "lost-journal-row",
        APPEND_SQL,
        "        JOIN unnest(e_rid) WITH ORDINALITY AS q(rid, ordinality) USING (ordinality)\n",
        "        JOIN unnest(e_rid) WITH ORDINALITY AS q(rid, ordinality) USING (ordinality) WHERE e.seq <> 40\n",
        f"{RUNTIME_DRILLS}::test_kill_9_of_the_runtime_under_concurrent_appends",
    ),
    mutant(
        "acknowledged-before-it-is-flushed",
        APPEND_SQL,
        "  PERFORM 1 FROM run WHERE run.id =",
        "  PERFORM set_config('synchronous_commit', 'off', true);\n  PERFORM 1 FROM run WHERE run.id =",
        f"{RUNTIME_DRILLS}::test_postgres_stops_at_once_under_concurrent_appends",
    ),
    mutant(
        "skipped-idempotency-lookup",
        APPEND_SQL,
        "AND k.source = i.source AND k.idempotency_key = i.key",
        "AND k.source = i.source AND k.idempotency_key = i.key AND false",
        f"{RACES}::test_one_key_at_once_is_one_event_and_replays",
    ),
    mutant(
        "keys-that-are-never-stored",
        APPEND_SQL,
        "e.fingerprint, e.source, e.idempotency_key,\n         e.recorded_at FROM unnest",
        "e.fingerprint, e.source, NULL,\n         e.recorded_at FROM unnest",
        f"{RUNTIME_DRILLS}::test_a_fault_beside_the_write_loses_and_repeats_nothing"
        "[runtime.append.after_write=error@40]",
    ),
    mutant(
        "projection-not-written",
        APPEND_SQL,
        "ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, last_seq = excluded.last_seq,",
        "ON CONFLICT (run_id) DO UPDATE SET status = excluded.status, last_seq = s.last_seq,",
        f"{APPEND_TESTS}::test_events_get_contiguous_seqs_and_reach_log_projection_and_journal",
        "runtime",
    ),
    mutant(
        "refused-request-moves-the-head",
        APPEND_SQL,
        "      run_row := g_run; v_at := g_at; g_refused := true;",
        "      v_at := g_at; g_refused := true;",
        "apps/runtime/tests/test_append_groups.py::test_a_half_placed_batch_that_is_refused_leaves_the_next_request_its_seq",
        "runtime",
    ),
    mutant(
        "ownership-check-dropped",
        APPEND_SQL,
        "ELSIF r.owner IS NOT NULL AND r.owner <> run_row.owner_key THEN",
        "ELSIF false THEN",
        f"{ALONE}::test_a_stranger_reads_and_writes_nothing",
    ),
    mutant(
        "a-group-is-acknowledged-before-its-commit",
        "apps/runtime/services/committer.py",
        "            results = self._write([member.item for member in group])\n",
        """            for member in group:
                member.settled = True
                member.wake()
            results = self._write([member.item for member in group])
""",
        "apps/runtime/tests/test_committer.py::test_nobody_is_answered_before_the_write_of_its_group_returns",
        "runtime",
    ),
    mutant(
        "members-do-not-hear-that-their-group-failed",
        "apps/runtime/services/committer.py",
        "error if member is leader else _twin(error)",
        "error if member is leader else None",
        "apps/runtime/tests/test_committer.py::test_any_other_error_reaches_every_member_as_an_object_of_its_own",
        "runtime",
    ),
    mutant(
        "publish-before-commit",
        HINTS,
        "transaction.on_commit(note, robust=True)",
        "note()",
        f"{RACES}::test_a_hint_never_promises_what_is_not_committed",
    ),
)

GROUND = (
    mutant(
        "a-nonce-serves-twice",
        "openagents/db/stores.py",
        "            return cursor.fetchone() is not None\n",
        "            return True\n",
        "openagents/db/tests/test_stores.py::TestSingleUse::test_a_value_is_claimed_once_per_scope",
    ),
    mutant(
        "a-nonce-is-looked-up-before-it-is-claimed",
        "openagents/db/stores.py",
        """                return self._insert(CLAIM_WITHOUT_FLUSH, values)
""",
        """                with prepared_cursor() as cursor:
                    cursor.execute("SELECT 1 FROM internal_nonce WHERE scope = %s AND nonce = %s", values[:2])
                    unused = cursor.fetchone() is None
                self._insert(CLAIM_WITHOUT_FLUSH, values)
                return unused
""",
        "openagents/db/tests/test_stores.py::TestSingleUse::test_of_many_claims_at_once_one_wins",
    ),
    mutant(
        "a-nonce-is-never-claimed",
        "openagents/peers/signature.py",
        '    _check(claim_nonce(key.kid, aud, claims["nonce"], expires), NONCE_REPLAYED)\n',
        "",
        "openagents/peers/tests/test_guard.py::test_a_replay_is_refused_and_its_nonce_is_on_record",
    ),
)

CLIENT = (
    mutant(
        "a-batch-loses-its-last-event",
        "openagents/sdk/run_log.py",
        "            if not waiting.done.cancelled():\n",
        "            if not waiting.done.cancelled() and len(batch) < self._events_max - 1:\n",
        "openagents/sdk/tests/test_run_log.py::test_a_stream_of_tokens_goes_in_batches_and_in_order",
    ),
    mutant(
        "a-refused-batch-is-not-sent-one-by-one-to-its-end",
        "openagents/sdk/run_log.py",
        "                for waiting in batch:\n                    await self._send([waiting])\n",
        "                for waiting in batch[:-1]:\n                    await self._send([waiting])\n",
        "openagents/sdk/tests/test_run_log.py::test_one_bad_event_fails_alone",
    ),
    mutant(
        "events-of-a-batch-get-new-keys",
        "openagents/sdk/commands.py",
        """event.get("idempotency_key") or new_id("evt")""",
        """new_id("evt")""",
        "openagents/sdk/tests/test_run_log.py::test_a_partly_known_batch_is_a_replay_event_by_event",
    ),
    mutant(
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
    mutant(
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

MUTANTS: tuple[Mutant, ...] = (*GROUND, *RUNTIME, *KHALA, *CLIENT, *MONEY)
