"""The states of a payment and of an on-chain plan, as tables (6.1, 6.5). Nothing else decides what may follow what."""

from __future__ import annotations

from enum import StrEnum


class PaymentState(StrEnum):
    """Stored state of an outgoing payment. UNKNOWN never means failed: the money may have moved."""

    RESERVED = "reserved"
    DISPATCHING = "dispatching"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    SETTLED_NO_PREIMAGE = "settled_no_preimage"
    FAILED = "failed"
    DENIED = "denied"


class PlanState(StrEnum):
    """Stored state of an on-chain send."""

    QUOTED = "quoted"
    COMMITTING = "committing"
    BROADCAST = "broadcast"
    DISCARDED = "discarded"


P = PaymentState

NEXT: dict[PaymentState, frozenset[PaymentState]] = {
    P.RESERVED: frozenset({P.DISPATCHING, P.DENIED, P.FAILED}),
    P.DISPATCHING: frozenset({P.IN_FLIGHT, P.UNKNOWN, P.SUCCEEDED, P.SETTLED_NO_PREIMAGE, P.FAILED}),
    P.IN_FLIGHT: frozenset({P.SUCCEEDED, P.SETTLED_NO_PREIMAGE, P.FAILED}),
    P.UNKNOWN: frozenset({P.IN_FLIGHT, P.SUCCEEDED, P.SETTLED_NO_PREIMAGE, P.FAILED}),
    P.SUCCEEDED: frozenset(),
    P.SETTLED_NO_PREIMAGE: frozenset(),
    P.FAILED: frozenset({P.RESERVED}),
    P.DENIED: frozenset({P.RESERVED}),
}

NEXT_PLAN: dict[PlanState, frozenset[PlanState]] = {
    PlanState.QUOTED: frozenset({PlanState.COMMITTING, PlanState.DISCARDED}),
    PlanState.COMMITTING: frozenset({PlanState.BROADCAST, PlanState.DISCARDED}),
    PlanState.BROADCAST: frozenset(),
    PlanState.DISCARDED: frozenset(),
}

RESERVING = frozenset({P.RESERVED, P.DISPATCHING, P.IN_FLIGHT, P.UNKNOWN})
"""States whose amount is held against the caps: the money has moved or may move."""
TRACKED = frozenset({P.DISPATCHING, P.IN_FLIGHT, P.UNKNOWN})
"""States in which the node knows better than we do."""
RELEASED = frozenset({P.FAILED, P.DENIED})
"""States in which the money certainly did not move; only here may the same invoice be paid under another request."""
TERMINAL = frozenset({P.SUCCEEDED, P.SETTLED_NO_PREIMAGE, P.FAILED, P.DENIED})
"""Nothing moves on by itself. FAILED and DENIED begin again when the caller repeats the request."""
SETTLED = frozenset({P.SUCCEEDED, P.SETTLED_NO_PREIMAGE})
"""The money has gone."""

PUBLIC: dict[PaymentState, str] = {
    P.RESERVED: "in_flight",
    P.DISPATCHING: "in_flight",
    P.IN_FLIGHT: "in_flight",
    P.UNKNOWN: "in_flight",
    P.SETTLED_NO_PREIMAGE: "in_flight",
    P.SUCCEEDED: "succeeded",
    P.FAILED: "failed",
    P.DENIED: "failed",
}
"""What a caller is told (6.3)."""

PUBLIC_PLAN: dict[PlanState, str] = {
    PlanState.QUOTED: "quoted",
    PlanState.COMMITTING: "in_flight",
    PlanState.BROADCAST: "succeeded",
    PlanState.DISCARDED: "failed",
}


class IllegalTransition(RuntimeError):
    """A step that the table does not have: a bug, or a row changed by hand. Never shown to a client as success."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"a payment cannot go from {before} to {after}")
        self.before, self.after = before, after


def advance(before: str, after: PaymentState) -> PaymentState:
    """`after`, when it may follow `before`. Raises IllegalTransition."""
    if after not in NEXT[PaymentState(before)]:
        raise IllegalTransition(before, after)
    return after


def advance_plan(before: str, after: PlanState) -> PlanState:
    """`after`, when it may follow `before`. Raises IllegalTransition."""
    if after not in NEXT_PLAN[PlanState(before)]:
        raise IllegalTransition(before, after)
    return after


CHECK_PAUSES = (5, 10, 20, 40, 60)
"""Seconds until the node is asked again about a payment in flight; the last one repeats (6.4)."""


def next_check_seconds(checks: int) -> int:
    """Seconds to wait after `checks` earlier checks."""
    return CHECK_PAUSES[min(checks, len(CHECK_PAUSES) - 1)]


LOST_AFTER_SECONDS = 120
LOST_ANSWERS_APART_SECONDS = 30
LOST_ANSWERS = 2


def certainly_never_sent(age_seconds: float, earlier_answers: int, since_first_answer_seconds: float) -> bool:
    """Whether an unknown hash proves that nothing was sent: not on the node's first word, nor soon (6.4)."""
    return (
        age_seconds > LOST_AFTER_SECONDS
        and earlier_answers >= LOST_ANSWERS - 1
        and since_first_answer_seconds >= LOST_ANSWERS_APART_SECONDS
    )
