"""The executor's wire forms: camelCase, 64-bit integers as plain numbers, unset optional fields left out."""

from __future__ import annotations

from typing import Any

from apps.lightning.models import InvoiceIntent, OnchainPlan, PaymentIntent
from openagents.bolt11.invoice import Invoice
from openagents.lightning.v1 import wallet_executor_http_pb2 as http
from openagents.lightning.v1 import wallet_executor_pb2 as pb
from openagents.wire.model import WireModel, to_json
from openagents.wire.schema import schema


def emitted(message: Any) -> type[WireModel]:
    """The model of an answer."""
    return schema(message, "camel", omit_unset=True, wide="number")


def accepted(message: Any, *required: str) -> type[WireModel]:
    """The model of a request body."""
    return schema(message, "camel", required, wide="number")


PayResult = emitted(pb.PayBolt11Result)
InvoiceResult = emitted(pb.CreateInvoiceResult)
PlanResult = emitted(pb.SendOnchainPlan)
Decoded = emitted(http.DecodedBolt11)


def pay_result(intent: PaymentIntent, preimage: str, window_spend_msats: int, receipt: dict[str, Any]) -> str:
    """The text of `result` of a settled payment: stored once, repeated byte for byte."""
    result = PayResult(
        request_id=intent.request_id,
        wallet_id=intent.wallet_id,
        payment={
            "payment_id": intent.payment_id,
            "amount_msats": intent.settled_msats,
            "preimage_hex": preimage,
            "paid_at_ms": intent.paid_at_ms,
            "fee_msats": intent.fee_msats,
            "payment_hash": intent.payment_hash,
        },
        quoted_amount_msats=intent.quoted_msats,
        window_spend_msats_after_payment=window_spend_msats,
        receipt=receipt,
        gateway=intent.gateway,
        simulated=intent.simulated,
    )
    return to_json(result).decode()


def invoice_result(invoice: InvoiceIntent, receipt: dict[str, Any]) -> str:
    """The text of `result` of an issued invoice."""
    result = InvoiceResult(
        request_id=invoice.request_id,
        wallet_id=invoice.wallet_id,
        invoice=invoice.invoice,
        invoice_hash=invoice.invoice_hash,
        amount_msats=invoice.amount_msats,
        created_at_ms=invoice.created_at_ms,
        expires_at_ms=invoice.expires_at_ms,
        receipt=receipt,
        payment_hash=invoice.payment_hash,
    )
    return to_json(result).decode()


def plan_result(plan: OnchainPlan, receipt: dict[str, Any] | None = None) -> str:
    """The text of `result` of a quote, or with `receipt` of its commit."""
    facts: dict[str, Any] = {
        "plan_id": plan.plan_id,
        "wallet_id": plan.wallet_id,
        "address": plan.address,
        "amount_sats": plan.amount_sats,
        "confirmation_speed": plan.speed,
        "fee_sats": plan.fee_sats,
        "total_sats": plan.amount_sats + plan.fee_sats,
        "quoted_at_ms": plan.quoted_at_ms,
        "expires_at_ms": plan.expires_at_ms,
    }
    if receipt is not None:
        facts |= {"txid": plan.txid, "paid_at_ms": plan.sent_at_ms, "receipt": receipt}
    return to_json(PlanResult(**facts)).decode()


def decoded(invoice: Invoice, invoice_hash: str, refusal: str | None) -> WireModel:
    """Everything an invoice says, and whether it could be paid."""
    return Decoded(
        network=invoice.network,
        amount_msats=invoice.amount_msats,
        timestamp=invoice.timestamp,
        expiry_secs=invoice.expiry_secs,
        expires_at_ms=invoice.expires_at_ms,
        payment_hash=invoice.payment_hash,
        payment_secret=invoice.payment_secret,
        description=invoice.description,
        description_hash=invoice.description_hash,
        payee_pubkey=invoice.payee_pubkey,
        min_final_cltv=invoice.min_final_cltv,
        features=list(invoice.features),
        route_hints=[
            {
                "hops": [
                    {
                        "pubkey": hop.pubkey,
                        "short_channel_id": hop.short_channel_id,
                        "fee_base_msat": hop.fee_base_msat,
                        "fee_proportional_millionths": hop.fee_proportional_millionths,
                        "cltv_expiry_delta": hop.cltv_expiry_delta,
                    }
                    for hop in hops
                ]
            }
            for hops in invoice.route_hints
        ],
        fallbacks=[{"version": fallback.version, "program": fallback.program} for fallback in invoice.fallbacks],
        metadata=invoice.metadata,
        signature_hex=invoice.signature_hex,
        invoice_hash=invoice_hash,
        policy={"allowed": refusal is None, "code": refusal},
    )
