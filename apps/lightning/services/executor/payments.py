"""Paying an invoice, from the request to the answer: reserve, dispatch, send, conclude (6.4).

The send runs in a thread of its own: a caller that hangs up, or whose deadline passes, changes nothing of it.
"""

from __future__ import annotations

import contextvars
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, transaction

from apps.lightning import metrics
from apps.lightning.domain.payment_states import PaymentState
from apps.lightning.gateways.protocol import Outcome, SendResult
from apps.lightning.models import PaymentIntent
from apps.lightning.services.executor import custody, dead_man, node, policy, receipts, settlement, steps
from apps.lightning.services.executor.admission import Admission, admit
from apps.lightning.services.executor.clock import database_now
from apps.lightning.services.executor.orders import Order
from apps.lightning.services.executor.refusals import fault, in_flight, pending
from openagents.db.retry import retried
from openagents.ops import faults
from openagents.ops.metrics import LEASE_OPS

log = structlog.get_logger("oa.executor")

SEND_MARGIN_SECONDS = 15
"""A gateway answers this long after its own timeout at the latest."""
LEASE_MARGIN = timedelta(seconds=30)
POLL_SECONDS = 0.025
DISPATCHERS = 32

_pool_lock = threading.Lock()
_pool: ThreadPoolExecutor | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The stored text of `result`, byte for byte; `replayed` when an earlier request made it."""

    result: str
    replayed: bool


def pay(order: Order, deadline_ms: int | None = None) -> Answer:
    """Pay once, whatever is repeated, interrupted or lost. Raises Fault: a definite refusal or failure, or one of the
    three that mean *unknown* (`payment_pending`, `idempotency_in_flight`, a 503 after which the same id is repeated).
    """
    node.require("bolt11")
    custody.require_open()
    receipts.signer()  # a receipt that cannot be signed must stop the payment now, not after it
    if deadline_ms is not None and _seconds_until(deadline_ms) <= 0:
        raise pending()
    dead_man.ensure_opening()
    admission = admit(order)
    if admission.refused is not None:
        raise admission.refused
    if admission.dispatch:
        future = _submit(admission)
        return _first_answer(admission, future, order, deadline_ms)
    return _repeated_answer(admission, deadline_ms)


def _seconds_until(deadline_ms: int) -> float:
    return deadline_ms / 1000 - time.time()


def _submit(admission: Admission) -> Future[None]:
    global _pool
    with _pool_lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(max_workers=DISPATCHERS, thread_name_prefix="pay")
        context = contextvars.copy_context()
        return _pool.submit(context.run, dispatch, admission.pk, admission.attempt)


def dispatch(pk: int, attempt: int) -> None:
    """Send one reserved attempt and conclude it. Never raises: what cannot be recorded now, the recovery records."""
    close_old_connections()
    try:
        sending = _begin(pk, attempt)
        if sending is None:
            return
        result = _send(sending)
        settlement.conclude(pk, attempt, result, by="executor")
    except (OperationalError, InterfaceError) as error:
        log.error("payment_left_to_recovery", payment=pk, error=type(error).__name__)
    except Exception:
        log.exception("payment_left_to_recovery", payment=pk)
    finally:
        close_old_connections()


@retried
def _begin(pk: int, attempt: int) -> PaymentIntent | None:
    """Tx 2: from here on the node may know of it. None when somebody else has decided in the meantime."""
    faults.point("executor.dispatch.before")
    with transaction.atomic():
        intent = PaymentIntent.objects.select_for_update().get(pk=pk)
        mine = intent.lease_owner == steps.INSTANCE and intent.attempt == attempt
        if not mine or intent.state != PaymentState.RESERVED:
            return None
        now = database_now()
        intent.dispatch_started_at = now
        intent.lease_expires_at = now + timedelta(seconds=intent.timeout_secs + SEND_MARGIN_SECONDS) + LEASE_MARGIN
        steps.move(intent, PaymentState.DISPATCHING, now, by="executor")
        intent.save()
    LEASE_OPS.labels("lightning", "payment", "renewed").inc()
    return intent


def _send(intent: PaymentIntent) -> SendResult:
    started = time.perf_counter()
    faults.point("executor.send.before")
    try:
        result = node.gateway().send(
            intent.invoice,
            intent.payment_hash,
            intent.amount_msats,
            intent.fee_limit_msats,
            intent.timeout_secs,
            host=intent.host,
        )
    except Exception as error:  # the protocol forbids it; a driver's bug must not become "failed"
        log.error("gateway_raised", payment=intent.pk, error=type(error).__name__)
        result = SendResult(Outcome.UNKNOWN)
    faults.point("executor.send.after")
    if result.outcome in (Outcome.SUCCEEDED, Outcome.FAILED):
        metrics.PAY_SECONDS.labels(intent.gateway).observe(time.perf_counter() - started)
    return result


def _first_answer(admission: Admission, future: Future[None], order: Order, deadline_ms: int | None) -> Answer:
    longest = float((order.timeout_secs or 0) or policy.current().limits.payment_timeout_secs) + SEND_MARGIN_SECONDS
    seconds = longest if deadline_ms is None else min(longest, _seconds_until(deadline_ms))
    try:
        future.result(timeout=max(0.0, seconds))
    except FutureTimeout:
        raise pending() from None
    intent = PaymentIntent.objects.get(pk=admission.pk)
    return answer_of(intent, replayed=False)


def _repeated_answer(admission: Admission, deadline_ms: int | None) -> Answer:
    """A repeat waits a little for the first one, then says what is known (6.3)."""
    wait = settings.OA.oa_lightning_wallet_duplicate_wait_ms / 1000
    if deadline_ms is not None:
        wait = min(wait, _seconds_until(deadline_ms))
    until = time.monotonic() + wait
    pause = threading.Event()
    while True:
        intent = PaymentIntent.objects.get(pk=admission.pk)
        if intent.state not in OPEN or time.monotonic() >= until:
            return answer_of(intent, replayed=admission.replayed)
        pause.wait(POLL_SECONDS)


OPEN = frozenset({PaymentState.RESERVED, PaymentState.DISPATCHING, PaymentState.IN_FLIGHT, PaymentState.UNKNOWN})


def answer_of(intent: PaymentIntent, *, replayed: bool) -> Answer:
    """The stored answer of a row, or the Fault that it stands for."""
    match PaymentState(intent.state):
        case PaymentState.SUCCEEDED:
            return Answer(stored_result(intent), replayed)
        case PaymentState.RESERVED | PaymentState.DISPATCHING if replayed:
            raise in_flight()
        case PaymentState.FAILED | PaymentState.DENIED | PaymentState.SETTLED_NO_PREIMAGE:
            details = intent.failure_details or None
            raise fault(intent.failure_code, reason=intent.failure_reason, details=details)
    raise pending()


def stored_result(intent: PaymentIntent) -> str:
    """The exact text of `result`. Raises Fault CUSTODY_SEALED."""
    return custody.open_column(intent.result_enc, "payment_intent", "result_enc", intent.pk)
