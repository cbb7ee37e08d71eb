"""Lightning operations on invoices and settlements (3.8): ranks only rise, a settlement is one for ever."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from apps.control import lightning_mapping as mapping
from apps.control.domain import lightning as rules
from apps.control.domain.lightning import Arguments, Refused
from apps.control.models import ControlInvoice, ControlSettlement
from apps.control.services.clock import database_now
from apps.control.services.lightning_state import Result, serialize

FILLED_ONCE: Final = ("payment_hash", "payment_request", "payment_proof_ref", "request_id")
"""What is stored stays; only what is missing is filled."""
REQUEST_MAX: Final = 8192


def ingest_invoice(args: Arguments) -> Result:
    invoice_id, paywall, owner = args.required("invoiceId"), args.required("paywallId"), args.required("ownerId")
    amount = args.amount("amountMsats")
    status = args.choice("status", frozenset(rules.INVOICE_RANK), "invalid_invoice_status")
    stated = {
        "payment_hash": args.text("paymentHash"),
        "payment_request": args.text("paymentRequest", length_max=REQUEST_MAX),
        "payment_proof_ref": args.text("paymentProofRef"),
        "request_id": args.text("requestId"),
    }
    settled_at = args.moment("settledAtMs")
    serialize("invoice", invoice_id)
    row, changed = _write_invoice(invoice_id, paywall, owner, amount, status, stated, settled_at)
    return {"ok": True, "changed": changed, "invoice": mapping.invoice(row)}


def ingest_settlement(args: Arguments) -> Result:
    settlement_id, paywall = args.required("settlementId"), args.required("paywallId")
    owner, amount = args.required("ownerId"), args.amount("amountMsats")
    kind, preimage = args.text("paymentProofType"), args.text("paymentProofValue")
    invoice_id, payment_hash = args.text("invoiceId"), args.text("paymentHash")
    request_id, metadata = args.text("requestId"), args.document("metadata")
    proof = rules.proof_reference(kind, preimage, payment_hash)
    serialize("settlement", settlement_id)
    if invoice_id is not None:
        serialize("invoice", invoice_id)
    known = ControlSettlement.objects.filter(id=settlement_id).first()
    invoice = ControlInvoice.objects.filter(id=invoice_id).first() if invoice_id is not None else None
    if known is not None:
        stored = (known.paywall_id, known.owner_id, known.invoice_id, known.amount_msats, known.payment_proof_ref)
        if stored != (paywall, owner, invoice_id, amount, proof):
            raise Refused("settlement_conflict", conflict=True)
        return _settled(known, invoice, existed=True)
    if invoice is not None:
        rules.proof_reference(kind, preimage, invoice.payment_hash)
    if invoice_id is not None:
        stated = {"payment_hash": payment_hash, "payment_proof_ref": proof, "request_id": request_id}
        invoice, _ = _write_invoice(invoice_id, paywall, owner, amount, "settled", stated, None)
    row = ControlSettlement.objects.create(
        id=settlement_id,
        paywall_id=paywall,
        owner_id=owner,
        invoice_id=invoice_id,
        amount_msats=amount,
        payment_proof_ref=proof,
        request_id=request_id,
        metadata=metadata,
        created_at=database_now(),
    )
    return _settled(row, invoice, existed=False)


def _write_invoice(
    invoice_id: str,
    paywall: str,
    owner: str,
    amount: int,
    status: str,
    stated: dict[str, str | None],
    settled_at_ms: int | None,
) -> tuple[ControlInvoice, bool]:
    """The invoice after this event, and whether the event changed it. Under the invoice's lock."""
    now = database_now()
    row = ControlInvoice.objects.filter(id=invoice_id).first()
    if row is None:
        row = ControlInvoice(
            id=invoice_id, paywall_id=paywall, owner_id=owner, amount_msats=amount, status=status, created_at=now
        )
        changed = True
    elif (row.paywall_id, row.owner_id, row.amount_msats) != (paywall, owner, amount):
        raise Refused("invoice_mismatch", conflict=True)
    else:
        after = rules.risen(row.status, status)
        changed, row.status = after != row.status, after
    changed = _fill(row, stated, settled_at_ms, now) or changed
    if changed:
        row.updated_at = now
        row.save()
    return row, changed


def _fill(row: ControlInvoice, stated: dict[str, str | None], settled_at_ms: int | None, now: datetime) -> bool:
    changed = False
    for field in FILLED_ONCE:
        if not getattr(row, field) and stated.get(field):
            setattr(row, field, stated[field])
            changed = True
    if row.status == "settled" and row.settled_at_ms is None:
        row.settled_at_ms = mapping.milliseconds(now) if settled_at_ms is None else settled_at_ms
        changed = True
    return changed


def _settled(row: ControlSettlement, invoice: ControlInvoice | None, *, existed: bool) -> Result:
    found: dict[str, Any] = {"ok": True, "existed": existed, "settlement": mapping.settlement(row)}
    return found if invoice is None else {**found, "invoice": mapping.invoice(invoice)}
