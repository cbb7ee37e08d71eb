"""Transfers between own wallets: booked, never sent. The invoice's real preimage is released all the same (10.4)."""

from __future__ import annotations

from datetime import datetime

from apps.lightning import metrics
from apps.lightning.domain.payment_states import PaymentState
from apps.lightning.domain.subwallets import account
from apps.lightning.models import InvoiceIntent, PaymentAttempt, PaymentIntent
from apps.lightning.services.executor import custody, ledger, steps
from apps.lightning.services.executor.clock import unix_ms
from apps.lightning.services.executor.settlement import store_result
from openagents.receipts.ids import new_id

BY = "internal"


def payment_id() -> str:
    return new_id("int_pay")


def transfer_to(invoice: InvoiceIntent, intent: PaymentIntent, now: datetime) -> None:
    """Pay one of our own invoices inside the caller's transaction. Raises Fault INSUFFICIENT_BALANCE."""
    ledger.transfer(
        f"internal:{intent.pk}:{intent.attempt}",
        ledger.payer_account(intent),
        account(invoice.wallet_id),
        intent.quoted_msats,
        intent.request_id,
    )
    preimage = custody.open_column(invoice.preimage_enc, "invoice_intent", "preimage_enc", invoice.pk)
    intent.payment_id = payment_id()
    intent.settled_msats, intent.fee_msats = intent.quoted_msats, 0
    intent.paid_at_ms = unix_ms(now)
    intent.dispatch_started_at = now
    intent.lease_owner, intent.lease_expires_at = "", None
    steps.move(intent, PaymentState.DISPATCHING, now, by=BY)
    intent.preimage_enc = custody.seal_column(preimage, "payment_intent", "preimage_enc", intent.pk)
    steps.move(intent, PaymentState.SUCCEEDED, now, by=BY)
    store_result(intent, preimage)
    intent.save()
    PaymentAttempt.objects.filter(intent=intent, n=intent.attempt).update(
        ended_at=now, outcome=intent.state, gateway_ref=intent.payment_id
    )
    invoice.state, invoice.settled_at_ms = "settled", intent.paid_at_ms
    invoice.amount_paid_msats = intent.quoted_msats
    invoice.save()
    metrics.INVOICES.labels("settled").inc()
