"""Tx 1: is it a repeat, is it allowed, and if so the reservation (5.1, 6.3, 6.4).

Everything here happens under the wallet's lock, so that no two requests count on the same room under a cap.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.lightning import metrics
from apps.lightning.domain import spending
from apps.lightning.domain.payment_states import RELEASED, PaymentState, advance
from apps.lightning.domain.spending import Denial, Limits
from apps.lightning.gateways import control_pause
from apps.lightning.models import InvoiceIntent, PaymentAttempt, PaymentIntent
from apps.lightning.services.executor import controls, ledger, node, policy, spend, steps
from apps.lightning.services.executor.clock import database_now, unix_ms
from apps.lightning.services.executor.internal import transfer_to
from apps.lightning.services.executor.orders import INT64_MAX, PAYMENT, Order
from apps.lightning.services.executor.refusals import (
    IDEMPOTENCY_CONFLICT,
    INVOICE_ALREADY_PAID,
    WALLET_PAUSED,
    fault,
    invalid,
)
from openagents.bolt11 import decoder, rules
from openagents.bolt11.invoice import Invalid, Invoice
from openagents.db.retry import retried
from openagents.ops import faults
from openagents.ops.metrics import LEASE_OPS
from openagents.wire.faults import RATE_LIMITED, Fault

LEASE = timedelta(seconds=30)
STAYS = frozenset({PaymentState.FAILED})


@dataclass(frozen=True, slots=True)
class Admission:
    """`dispatch`: send it now. `known`: the row is there, answer from it. `refused`: why not, already recorded."""

    pk: int = 0
    attempt: int = 0
    dispatch: bool = False
    refused: Fault | None = None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """What the invoice comes to: decoded, or the decoder's reason; our own invoice if it is one of a sub-wallet."""

    invoice: Invoice | None
    reason: str = ""

    def msats(self, order: Order) -> int:
        named = self.invoice.amount_msats if self.invoice else None
        return named if named is not None else order.amount_msats or 0


def read_invoice(text: str) -> Quote:
    try:
        return Quote(decoder.decode(text))
    except Invalid as error:
        return Quote(None, error.reason)


@retried
def admit(order: Order) -> Admission:
    """Decide about a request and reserve what it may spend. Raises Fault for a conflict and for a malformed amount.

    A refusal by policy is recorded and returned, not raised: it must not roll its own record back.
    """
    quote = read_invoice(order.invoice)
    own = node.own_pubkey()  # the node may be slow: never under the lock
    stopped = control_pause.active()
    with transaction.atomic():
        policy.lock_wallet()
        now = database_now()
        intent = (
            PaymentIntent.objects.select_for_update()
            .filter(wallet_id=order.wallet_id, family=order.family, request_id=order.request_id)
            .first()
        )
        if intent is not None and (known := _known(intent, order)) is not None:
            return known
        limits = policy.current().limits
        refusal, internal = _refusal(order, quote, limits, now, intent, own, stopped)
        if refusal is not None:
            _deny(order, quote, intent, refusal, now)
            return Admission(refused=refusal)
        row = _reserve(order, quote, limits, intent, now, internal)
        try:
            if internal is None:
                ledger.reserve(row)
            else:
                transfer_to(internal, row, now)
        except Fault as error:  # a sub-wallet's balance does not cover it
            transaction.set_rollback(True)
            return Admission(refused=error)
        faults.point("executor.reserve.in_tx")
    if internal is None:
        LEASE_OPS.labels("lightning", "payment", "acquired").inc()
    faults.point("executor.reserve.after")
    return Admission(row.pk, row.attempt, dispatch=internal is None)


def _known(intent: PaymentIntent, order: Order) -> Admission | None:
    """What a repeated request id means (6.3). None: evaluate it afresh."""
    same = intent.fingerprint == order.fingerprint
    if intent.state == PaymentState.DENIED:
        return None
    if not same:
        metrics.REPLAYS.labels("conflict").inc()
        raise Fault(IDEMPOTENCY_CONFLICT)
    if intent.state == PaymentState.FAILED:
        return None
    metrics.REPLAYS.labels(intent.state).inc()
    return Admission(intent.pk, intent.attempt, replayed=True)


def _refusal(
    order: Order,
    quote: Quote,
    limits: Limits,
    now: datetime,
    intent: PaymentIntent | None,
    own_pubkey: str | None,
    stopped: bool,
) -> tuple[Fault | None, InvoiceIntent | None]:
    """Checks 4 to 13 in their order; the first that fails decides. With no refusal, our own invoice if it is one."""
    pause = controls.pause_in_force()
    if pause is not None:
        details = {"scope": pause.scope}
        return Fault(WALLET_PAUSED, reason_code=pause.reason or None, details=details), None
    if stopped:
        return Fault(WALLET_PAUSED, reason_code="global_pause_active"), None
    denial = spending.check_host(limits, order.host) if order.host else None
    if denial is None and order.family == PAYMENT:
        denial = spending.check_maximum(limits, order.host, order.max_amount_msats)
    if denial is not None:
        return _denied(denial), None
    if quote.invoice is None:
        return fault("invoice_invalid", reason=quote.reason), None
    internal = own_invoice(quote.invoice.payment_hash, order.wallet_id)
    problem = rules.refusal(
        quote.invoice,
        network=settings.OA.oa_lightning_network,
        now_ms=unix_ms(now),
        amount_msats=order.amount_msats,
        own_pubkey=own_pubkey,
        own_subwallet=internal is not None,
    )
    if problem is not None:
        return fault(problem.code, reason=problem.reason), None
    _check_amount(order, quote.invoice)
    return _against_caps(order, quote, limits, now, intent, internal), internal


def _check_amount(order: Order, invoice: Invoice) -> None:
    if order.amount_msats is not None and invoice.amount_msats not in (None, order.amount_msats):
        raise invalid("must equal the amount of the invoice", "payment.amountMsats")


def _against_caps(
    order: Order,
    quote: Quote,
    limits: Limits,
    now: datetime,
    intent: PaymentIntent | None,
    internal: InvoiceIntent | None,
) -> Fault | None:
    assert quote.invoice is not None
    msats = quote.msats(order)
    denial = spending.check_destination(limits, quote.invoice.payee_pubkey) or spending.check_quote(
        limits, order.host, order.caller, msats, order.max_amount_msats
    )
    if denial is not None:
        return _denied(denial)
    if (owner := _other_owner(quote.invoice.payment_hash, intent)) is not None:
        return Fault(INVOICE_ALREADY_PAID, details=owner)
    if internal is not None and internal.state != "open":
        return Fault(INVOICE_ALREADY_PAID, details={"state": internal.state})
    if internal is None:
        fee_limit = limits.fee_limit_msats(msats, order.max_fee_msats)
        spent = spend.spent(limits, now, host=order.host, caller=order.caller)
        denial = spending.check_caps(
            limits, spent, host=order.host, caller=order.caller, quoted_msats=msats, fee_limit_msats=fee_limit
        )
        if denial is not None:
            return _denied(denial)
    wait_ms = spend.take_token(limits, now)
    if wait_ms:
        metrics.CAP_REJECTED.labels("rate").inc()
        return Fault(RATE_LIMITED, retry_after_ms=wait_ms)
    return None


def _denied(denial: Denial) -> Fault:
    metrics.CAP_REJECTED.labels(denial.cap).inc()
    return fault(denial.code, details=denial.details)


def own_invoice(payment_hash: str, payer: str) -> InvoiceIntent | None:
    """The invoice, when it is one of another own sub-wallet: it is settled in the books, not by the node."""
    found = InvoiceIntent.objects.filter(payment_hash=payment_hash, custody_wallet_id=policy.wallet_id())
    return found.exclude(Q(wallet_id=policy.wallet_id()) | Q(wallet_id=payer)).first()


def _other_owner(payment_hash: str, intent: PaymentIntent | None) -> dict[str, Any] | None:
    """Who else pays or paid this invoice: one row per payment hash, whatever wallet or request (6.3)."""
    rows = PaymentIntent.objects.filter(custody_wallet_id=policy.wallet_id(), payment_hash=payment_hash)
    if intent is not None:
        rows = rows.exclude(pk=intent.pk)
    owner = rows.exclude(state__in=sorted(RELEASED)).select_related("receipt").first()
    if owner is None:
        return None
    details: dict[str, Any] = {"requestId": owner.request_id, "state": owner.state}
    if (receipt := getattr(owner, "receipt", None)) is not None:
        details["receiptId"] = receipt.receipt_id
    return details


def _row(order: Order, quote: Quote, intent: PaymentIntent | None, now: datetime) -> PaymentIntent:
    row = intent or PaymentIntent(
        wallet_id=order.wallet_id,
        custody_wallet_id=policy.wallet_id(),
        family=order.family,
        request_id=order.request_id,
        created_at=now,
    )
    row.fingerprint = order.fingerprint
    row.caller, row.act, row.host = order.caller, order.act, order.host
    row.invoice, row.invoice_hash = order.invoice, order.invoice_hash
    row.payment_hash = quote.invoice.payment_hash if quote.invoice else ""
    row.payee = quote.invoice.payee_pubkey if quote.invoice else ""
    row.quoted_msats = min(quote.msats(order), INT64_MAX)
    row.max_msats = min(order.max_amount_msats, INT64_MAX)
    row.updated_at = now
    return row


def _deny(order: Order, quote: Quote, intent: PaymentIntent | None, refusal: Fault, now: datetime) -> None:
    """Record a refusal. A payment that failed before stays as it failed: nothing new was tried."""
    if intent is not None and intent.state in STAYS:
        return
    row = _row(order, quote, intent, now)
    before = row.state
    row.state = PaymentState.DENIED
    row.failure_code, row.failure_reason = refusal.code, refusal.reason_code or ""
    row.failure_details = refusal.details or {}
    row.save()
    steps.write(row, before, by=order.caller, code=refusal.code)


def _reserve(
    order: Order,
    quote: Quote,
    limits: Limits,
    intent: PaymentIntent | None,
    now: datetime,
    internal: InvoiceIntent | None,
) -> PaymentIntent:
    assert quote.invoice is not None
    before = intent.state if intent is not None else ""
    if intent is not None:
        advance(before, PaymentState.RESERVED)
    row = _row(order, quote, intent, now)
    row.amount_msats = None if quote.invoice.amount_msats is not None else order.amount_msats
    row.fee_limit_msats = 0 if internal else limits.fee_limit_msats(row.quoted_msats, order.max_fee_msats)
    row.timeout_secs = min(order.timeout_secs or limits.payment_timeout_secs, limits.payment_timeout_secs)
    row.attempt += 1
    row.gateway = spend.INTERNAL if internal else node.gateway().name
    row.simulated = settings.OA.simulated
    row.reserved_at, row.dispatch_started_at = now, None
    row.lease_owner, row.lease_expires_at = steps.INSTANCE, now + LEASE
    row.next_check_at, row.checks = None, 0
    row.not_found_count, row.first_not_found_at = 0, None
    row.failure_code = row.failure_reason = ""
    row.failure_details = {}
    row.state = PaymentState.RESERVED
    row.save()
    PaymentAttempt.objects.create(intent=row, n=row.attempt, started_at=now)
    steps.write(row, before, by=order.caller)
    return row
