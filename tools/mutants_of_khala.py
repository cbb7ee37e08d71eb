"""The known bugs of Khala: rows lost, repeated or shown to strangers, and tokens and limits that hold nobody."""

from __future__ import annotations

from tools.mutant_model import Edit, Mutant, mutant

CORE = "apps/khala/domain/core"
KHALA_TESTS = "apps/khala/tests"
STORY = "tests/e2e/test_story.py"

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
    mutant(
        "a-read-skips-a-row",
        "apps/khala/services/journal.py",
        "WHERE topic = t.topic AND seq > %(after)s ORDER BY seq",
        "WHERE topic = t.topic AND seq > %(after)s AND seq <> 7 ORDER BY seq",
        f"{STORY}::test_append_tail_cut_off_resume",
    ),
    mutant(
        "duplicate-send",
        f"{CORE}/delivery.py",
        '            out.append(ev.Send(message, "update_batch", class_name, rows))\n',
        '            out.append(ev.Send(message, "update_batch", class_name, rows))\n' * 2,
        f"{STORY}::test_append_tail_cut_off_resume",
    ),
    mutant(
        "gap-check-dropped",
        f"{CORE}/subscription.py",
        "Verdict.DELIVER if page.rows[0].seq == sub.position + 1 else Verdict.GAP",
        "Verdict.DELIVER",
        f"{KHALA_TESTS}/test_core_delivery.py::test_a_hole_in_the_journal_is_asked_for_again_and_then_ends_the_connection",
        "khala",
    ),
    mutant(
        "half-of-a-request-takes-effect",
        f"{CORE}/starting.py",
        "return self.asked.atomic and bool(self.failed)",
        "return False",
        f"{KHALA_TESTS}/test_lane_p.py::test_one_refused_topic_refuses_all_and_changes_nothing",
        "khala",
    ),
    mutant(
        "a-view-starts-at-the-head",
        f"{CORE}/view.py",
        "return lowest if cursor is None else min(max(cursor, lowest), extent.head)",
        "return extent.head",
        f"{KHALA_TESTS}/test_view_simulation.py::TestFleet::runTest",
        "khala",
    ),
    mutant(
        "recovery-grants-are-never-used-up",
        "apps/khala/services/grants.py",
        "SET uses = uses + 1",
        "SET uses = uses",
        f"{KHALA_TESTS}/test_records.py::test_a_grant_is_good_for_five_starts_and_then_for_a_wait",
        "khala",
    ),
    mutant(
        "a-client-that-leaves-keeps-its-lease",
        f"{CORE}/authority.py",
        "self.lease_at = self.connection.now\n",
        "self.lease_at = None\n",
        f"{KHALA_TESTS}/test_lane_p.py::test_leaving_does_not_make_an_overdue_lease_forgotten",
        "khala",
    ),
    mutant(
        "a-read-ahead-page-that-starts-later-is-served",
        "apps/khala/services/ahead.py",
        "if start == after or (start < after and task.done() and after < task.result().last):",
        "if start == after or (task.done() and after < task.result().last):",
        f"{KHALA_TESTS}/test_read_ahead.py::test_readers_at_any_position_get_the_rows_behind_it_without_a_hole",
        "khala",
    ),
    mutant(
        "a-read-ahead-page-that-ends-earlier-is-served",
        "apps/khala/services/ahead.py",
        "and after < task.result().last):",
        "):",
        f"{KHALA_TESTS}/test_read_ahead.py::test_readers_at_any_position_get_the_rows_behind_it_without_a_hole",
        "khala",
    ),
    mutant(
        "the-ring-answers-for-rows-it-has-forgotten",
        "apps/khala/services/tail.py",
        "if not self.rows or after + 1 < self.rows[0].seq:",
        "if not self.rows:",
        f"{KHALA_TESTS}/test_tail.py::test_the_ring_forgets_its_oldest_rows_and_answers_without_a_read",
        "khala",
    ),
    mutant(
        "revocations-are-not-announced",
        "apps/khala/api/revoke.py",
        "        announce(REVOCATION, stored[-1].id)\n",
        "        pass\n",
        f"{KHALA_TESTS}/test_announcements.py::test_a_revocation_is_announced_to_the_other_processes",
        "khala",
    ),
    mutant(
        "lost-hints-stay-lost",
        "apps/khala/services/tail.py",
        "            self.hint(head.extent.head)\n            return True",
        "            return True",
        f"{KHALA_TESTS}/test_end_to_end.py::test_a_lost_hint_is_made_up_by_the_sweep",
        "khala",
    ),
    mutant(
        "used-token-accepted",
        "apps/khala/services/admission.py",
        "if consume and grant.jti:",
        "if False:",
        f"{KHALA_TESTS}/test_end_to_end.py::test_a_token_opens_one_connection",
        "khala",
    ),
    mutant(
        "revoked-token-accepted",
        "apps/khala/services/admission.py",
        "revoked = self.book.against(admitted.holder)",
        "revoked = None",
        f"{KHALA_TESTS}/test_admission.py::test_revoked_tokens_are_refused_and_revoked_sessions_are_told_later",
        "khala",
    ),
    mutant(
        "handshake-rates-are-not-kept",
        "apps/khala/services/admission.py",
        "if wait := hit(bucket, key, burst, window_seconds(rate, burst)):",
        "if wait := 0:",
        f"{KHALA_TESTS}/test_admission.py::test_processes_share_the_rates_of_users_and_devices",
        "khala",
    ),
    mutant(
        "other-processes-are-not-heard",
        "apps/khala/services/control_bus.py",
        "        if reaction is not None:",
        "        if reaction is not None and False:",
        f"{KHALA_TESTS}/test_operations.py::test_a_revocation_of_another_process_is_heard_at_once",
        "khala",
    ),
    mutant(
        "a-deaf-driver-goes-unnoticed",
        "apps/khala/services/probes.py",
        "was, path.deaf = path.deaf, age > self._limit",
        "was, path.deaf = path.deaf, False",
        f"{KHALA_TESTS}/test_probes.py::test_a_deaf_driver_is_named_worked_around_and_listened_to_anew",
        "khala",
    ),
    mutant(
        "revocations-match-nothing",
        "apps/khala/domain/revocation.py",
        "return Effect.EVICT if hit else Effect.NONE",
        "return Effect.NONE",
        f"{KHALA_TESTS}/test_end_to_end.py::test_a_revoked_session_is_evicted_and_its_next_handshake_is_told",
        "khala",
    ),
    mutant(
        "revoked-session-keeps-its-tail",
        "apps/khala/services/session.py",
        "outcome = effect(revocation, self.holder)",
        "outcome = Effect.NONE",
        f"{STORY}::test_a_session_that_ends_loses_its_tail",
    ),
    mutant(
        "strangers-rows-are-shared",
        "apps/khala/domain/access.py",
        'shared = row.visibility == "org" and row.org_id is not None and row.org_id == principal.org_id',
        "shared = True",
        f"{STORY}::test_a_stranger_sees_nothing",
    ),
)
