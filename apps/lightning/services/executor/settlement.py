"""Tx 3: what the node said becomes state, ledger, receipt and answer, all of it or nothing (6.4).

Live path and recovery both end here. A row that is settled already is never touched again.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import structlog
from django.db import transaction

from apps.lightning import mapping_executor, metrics
from apps.lightning.domain.payment_states import TRACKED, PaymentState, next_check_seconds
from apps.lightning.gateways.protocol import Outcome, SendResult, Settled
from apps.lightning.models import PaymentAttempt, PaymentIntent
from apps.lightning.services.executor import controls, custody, ledger, policy, receipts, spend, steps
from apps.lightning.services.executor.clock import database_now, unix_ms
from openagents.db import audit
from openagents.db.retry import retried
from openagents.ops import faults

log = structlog.get_logger("oa.executor")

MISSING_PREIMAGE = "payment_missing_preimage"
PREIMAGE_MISMATCH = "preimage_mismatch"
_OUTCOMES = {
    Outcome.SUCCEEDED: PaymentState.SUCCEEDED,
    Outcome.FAILED: PaymentState.FAILED,
    Outcome.IN_FLIGHT: PaymentState.IN_FLIGHT,
    Outcome.UNKNOWN: PaymentState.UNKNOWN,
}


@retried
def conclude(pk: int, attempt: int, result: SendResult, *, by: str) -> str:
    """Record what is known of an attempt; returns the state that the row is in then.

    Raises what the database or the receipt raises: then nothing of it happened and the recovery comes back to it.
    """
    faults.point("executor.conclude.before")
    with transaction.atomic():
        policy.lock_wallet()  # first, as everywhere: wallet, then payment, then accounts
        intent = PaymentIntent.objects.select_for_update().get(pk=pk)
        if intent.attempt != attempt or intent.state not in TRACKED:
            _note_late(intent, attempt, result)
            return intent.state
        now = database_now()
        intent.lease_owner, intent.lease_expires_at = "", None
        match result.outcome:
            case Outcome.SUCCEEDED if result.settled is not None:
                _settled(intent, result.settled, by)
            case Outcome.FAILED:
                _failed(intent, result.code, result.reason, by)
            case Outcome.IN_FLIGHT:
                _still_open(intent, PaymentState.IN_FLIGHT, by)
            case _:
                _still_open(intent, PaymentState.UNKNOWN, by)
        intent.updated_at = now
        intent.save()
        if intent.state not in TRACKED:
            ended = PaymentAttempt.objects.filter(intent=intent, n=attempt, ended_at__isnull=True)
            ended.update(ended_at=now, outcome=intent.state, gateway_ref=intent.payment_id)
        faults.point("executor.conclude.in_tx")
    faults.point("executor.conclude.after")
    return intent.state


def _settled(intent: PaymentIntent, settled: Settled, by: str) -> None:
    """The money has gone. With the right preimage it is a success, without it a case for a human."""
    now = database_now()
    intent.payment_id = settled.payment_id
    intent.settled_msats = settled.amount_msats
    intent.fee_msats = settled.fee_msats
    intent.paid_at_ms = settled.paid_at_ms
    metrics.FEES.inc(settled.fee_msats)
    ledger.settle(intent, settled.amount_msats, settled.fee_msats)
    preimage = (settled.preimage or "").strip().lower()
    problem = preimage_problem(preimage, intent.payment_hash)
    if preimage:
        intent.preimage_enc = custody.seal_column(preimage, "payment_intent", "preimage_enc", intent.pk)
    if problem:
        intent.failure_code = problem
        steps.move(intent, PaymentState.SETTLED_NO_PREIMAGE, now, by=by, code=problem)
        log.error("settled_without_preimage", payment=intent.pk, reason=problem, payment_hash=intent.payment_hash)
        if problem == PREIMAGE_MISMATCH:
            controls.pause(controls.OUTGOING, reason=PREIMAGE_MISMATCH, by="executor")
        return
    steps.move(intent, PaymentState.SUCCEEDED, now, by=by)
    store_result(intent, preimage)


def store_result(intent: PaymentIntent, preimage: str) -> None:
    """Issue the receipt of a payment that is succeeding now and keep the answer, sealed."""
    intent.failure_code = intent.failure_reason = ""
    intent.failure_details = {}
    intent.save()  # the window below counts this payment too
    window, _ = spend.window_succeeded(policy.current().limits, unix_ms(database_now()))
    receipt = receipts.for_payment(intent, preimage)
    text = mapping_executor.pay_result(intent, preimage, window, receipt)
    intent.result_enc = custody.seal_column(text, "payment_intent", "result_enc", intent.pk)


def preimage_problem(preimage: str, payment_hash: str) -> str:
    """Empty when the preimage proves the payment."""
    if not preimage:
        return MISSING_PREIMAGE
    try:
        raw = bytes.fromhex(preimage)
    except ValueError:
        return PREIMAGE_MISMATCH
    return "" if len(raw) == 32 and sha256(raw).hexdigest() == payment_hash else PREIMAGE_MISMATCH


def _failed(intent: PaymentIntent, code: str, reason: str, by: str) -> None:
    ledger.release(intent)
    intent.failure_code, intent.failure_reason, intent.failure_details = code or "payment_failed", reason, {}
    steps.move(intent, PaymentState.FAILED, database_now(), by=by, code=intent.failure_code)


def _still_open(intent: PaymentIntent, state: PaymentState, by: str) -> None:
    """Known to be under way, or not known at all; it is asked about again, less and less often."""
    now = database_now()
    allowed = state != intent.state and not (state is PaymentState.UNKNOWN and intent.state == PaymentState.IN_FLIGHT)
    if allowed:
        steps.move(intent, state, now, by=by)
    intent.next_check_at = now + timedelta(seconds=next_check_seconds(intent.checks))
    intent.checks += 1


def fail_undispatched(intent: PaymentIntent, by: str) -> None:
    """A reservation that was never dispatched, or provably never arrived: release it. The caller holds the row."""
    now = database_now()
    ledger.release(intent)
    intent.failure_code, intent.failure_reason, intent.failure_details = "not_dispatched", "not_dispatched", {}
    intent.lease_owner, intent.lease_expires_at = "", None
    steps.move(intent, PaymentState.FAILED, now, by=by, code="not_dispatched")
    intent.save()
    PaymentAttempt.objects.filter(intent=intent, n=intent.attempt, ended_at__isnull=True).update(
        ended_at=now, outcome=intent.state
    )


def _note_late(intent: PaymentIntent, attempt: int, result: SendResult) -> None:
    """An answer nobody waits for. A success after we gave up would be money we do not know of: say so loudly."""
    gave_up = intent.state in (PaymentState.FAILED, PaymentState.DENIED) or intent.attempt != attempt
    if result.outcome is Outcome.SUCCEEDED and gave_up:
        log.error("late_success", payment=intent.pk, state=intent.state, attempt=attempt)
        audit.record(
            "lightning.payment.late_success", outcome="failed", payment_hash=intent.payment_hash, attempt=attempt
        )
        controls.pause(controls.OUTGOING, reason="late_success", by="executor")
