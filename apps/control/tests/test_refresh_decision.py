"""The refresh decision against an oracle written from the rules, over every combination of facts."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from apps.control.domain.refresh import Decision, Facts, decide
from apps.control.domain.states import REFRESH_TOKEN, SESSION

GRACE = timedelta(seconds=10)
AGES = (None, timedelta(0), GRACE, GRACE + timedelta(microseconds=1))


def every_fact() -> list[Facts]:
    product = itertools.product(
        sorted(REFRESH_TOKEN.states), sorted(SESSION.states), (False, True), ("unnamed", "same", "other"), AGES,
        (False, True), (False, True), (False, True),
    )  # fmt: skip
    return [Facts(*row) for row in product]  # type: ignore[arg-type]


def oracle(facts: Facts, grace: timedelta) -> Decision:
    """Section 6.4, sentence by sentence."""
    if facts.token_state == "rotated":
        one = facts.is_predecessor and facts.session_status == "active"
        two = facts.since_rotation is not None and facts.since_rotation <= grace and grace > timedelta(0)
        three = facts.device == "same"
        four = facts.nonce_matches or facts.child_unused
        return Decision.REPEAT if one and two and three and four else Decision.REPLAY
    if facts.token_state in ("session_revoked", "replay_detected"):
        return Decision.REPLAY
    if facts.device == "other":
        return Decision.WRONG_DEVICE
    refusal = {
        "revoked": Decision.SESSION_REVOKED,
        "expired": Decision.SESSION_EXPIRED,
        "reauth_required": Decision.REAUTH_REQUIRED,
    }.get(facts.session_status)
    if refusal is not None:
        return refusal
    return Decision.EXPIRE if facts.refresh_expired else Decision.ROTATE


@pytest.mark.parametrize("grace", [GRACE, timedelta(0)])
def test_every_combination_of_facts_is_decided_as_the_rules_say(grace: timedelta) -> None:
    facts = every_fact()
    assert len(facts) == 4 * 4 * 2 * 3 * len(AGES) * 8
    assert [row for row in facts if decide(row, grace) is not oracle(row, grace)] == []


def test_without_grace_nothing_is_ever_answered_again() -> None:
    assert Decision.REPEAT not in {decide(facts, timedelta(0)) for facts in every_fact()}


def test_only_a_current_token_of_an_active_session_rotates() -> None:
    rotating = {(f.token_state, f.session_status) for f in every_fact() if decide(f, GRACE) is Decision.ROTATE}
    assert rotating == {("current", "active")}
