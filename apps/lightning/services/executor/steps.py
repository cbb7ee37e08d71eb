"""The one place that moves a payment's state: by the table, with its history, audit and metrics (6.1).

Every function runs inside the caller's transaction, with the row locked.
"""

from __future__ import annotations

import os
import uuid
from datetime import datetime
from typing import Any

import structlog

from apps.lightning import metrics
from apps.lightning.domain.payment_states import IllegalTransition, PaymentState, advance
from apps.lightning.models import Outbox, PaymentIntent, PaymentStep
from openagents.db import audit

log = structlog.get_logger("oa.executor")

INSTANCE = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"
"""Whose lease a row is under. New for every start of the process: a lease of a dead one is nobody's."""

P = PaymentState
EVENTS = {
    P.RESERVED: "reserved",
    P.DISPATCHING: "dispatched",
    P.SUCCEEDED: "succeeded",
    P.FAILED: "failed",
    P.DENIED: "denied",
    P.UNKNOWN: "unknown",
    P.SETTLED_NO_PREIMAGE: "settled_no_preimage",
}
TOLD = frozenset({P.SUCCEEDED, P.FAILED, P.SETTLED_NO_PREIMAGE})


def renew_instance() -> None:
    """After a fork: the child's leases are its own."""
    global INSTANCE
    INSTANCE = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=renew_instance)


def move(intent: PaymentIntent, after: PaymentState, now: datetime, *, by: str, code: str = "") -> None:
    """Change the state in memory and write its step; the caller saves the row. Raises IllegalTransition, logged."""
    before = intent.state
    try:
        intent.state = advance(before, after)
    except IllegalTransition:
        log.error("illegal_transition", payment=intent.pk, before=before, after=str(after), by=by)
        raise
    intent.updated_at = now
    write(intent, before, by=by, code=code)


def write(intent: PaymentIntent, before: str, *, by: str, code: str = "") -> None:
    """The step, the audit event, the log line and the metric of the state that the row is in now."""
    state = PaymentState(intent.state)
    PaymentStep.objects.create(
        intent=intent, attempt=intent.attempt, before=before, after=intent.state, by=by, code=code
    )
    metrics.PAYMENTS.labels(intent.gateway or "none", intent.state, code).inc()
    facts: dict[str, Any] = {
        "wallet_id": intent.wallet_id,
        "payment_hash": intent.payment_hash,
        "state": intent.state,
        "attempt": intent.attempt,
        "reason_code": code,
        "gateway": intent.gateway,
        "caller": intent.caller,
        "payment_request_id": intent.request_id,
    }
    if state in EVENTS:
        audit.record(f"lightning.payment.{EVENTS[state]}", outcome=_outcome(state), **facts)
    if state in TOLD:
        tell(f"lightning.payment.{EVENTS[state]}", intent.caller, intent.request_id, facts)


def tell(event_type: str, actor: str, request_id: str, payload: dict[str, Any]) -> None:
    """Put an event into the outbox, in the transaction of what it tells."""
    Outbox.objects.create(event_type=event_type, actor=actor, request_id=request_id, payload=payload)


def _outcome(state: PaymentState) -> str:
    match state:
        case P.DENIED:
            return "denied"
        case P.FAILED | P.SETTLED_NO_PREIMAGE:
            return "failed"
        case P.UNKNOWN:
            return "unknown"
    return "ok"
