"""Issuing receipts, showing them again, and checking those that others bring (section 7)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from apps.lightning import metrics
from apps.lightning.domain import executor_receipts
from apps.lightning.domain.executor_receipts import Canonical
from apps.lightning.models import CustodySecret, InvoiceIntent, OnchainPlan, PaymentIntent, Receipt
from apps.lightning.services.executor import custody
from apps.lightning.services.executor.clock import unix_ms
from openagents.db import audit
from openagents.ops import faults
from openagents.receipts.signing import SIGNATURE_SCHEME, SchnorrSigner, camel, verify_signature

_DIGEST = re.compile(r"[0-9a-f]{64}")


class ReceiptMismatch(RuntimeError):
    """A fresh receipt does not check: nothing was issued."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What of a receipt holds. `known`: we issued exactly this one."""

    hash_ok: bool
    receipt_id_ok: bool
    signature_ok: bool
    known: bool


@cache
def _signer(secret: str) -> SchnorrSigner:
    return SchnorrSigner(secret)


def signer() -> SchnorrSigner:
    """The active receipt key, made (or imported from the configuration) at the first use.

    Asked for before a payment is sent: raises Fault CUSTODY_SEALED then, never after.
    """
    custody.require_open()
    return _signer(custody.load_or_create(custody.RECEIPT_KEY, _first_key, lambda key: _signer(key).public_key_hex))


def _first_key() -> str:
    return settings.OA.oa_lightning_receipt_signing_key.strip() or custody.new_hex_secret()


def signer_pubkey() -> str | None:
    """The x-only public key of the active version; None before the first receipt."""
    found = CustodySecret.objects.filter(name=custody.RECEIPT_KEY, state="active").values_list("public", flat=True)
    return found.first()


def rotate_key(*, reason: str, actor: str, secret: str = "") -> str:
    """A new receipt key; receipts of the old one keep their signature. Returns the new public key."""
    value = secret or custody.new_hex_secret()
    public = SchnorrSigner(value).public_key_hex
    custody.rotate(custody.RECEIPT_KEY, value, public=public, reason=reason, actor=actor)
    return public


def keys() -> list[dict[str, Any]]:
    """Every public key ever used, oldest first."""
    rows = []
    for row in CustodySecret.objects.filter(name=custody.RECEIPT_KEY).order_by("version"):
        shown: dict[str, Any] = {
            "signer_pubkey": row.public,
            "scheme": SIGNATURE_SCHEME,
            "status": row.state,
            "activated_at_ms": unix_ms(row.activated_at or row.created_at),
        }
        if row.retired_at is not None:
            shown["retired_at_ms"] = unix_ms(row.retired_at)
        rows.append(shown)
    return rows


def for_payment(intent: PaymentIntent, preimage: str) -> dict[str, Any]:
    """Issue the receipt of a settled payment, in the caller's transaction. Returns the object as shown."""
    canonical = executor_receipts.payment(
        request_id=intent.request_id,
        wallet_id=intent.wallet_id,
        host=intent.host,
        payment_id=intent.payment_id,
        invoice_hash=intent.invoice_hash,
        quoted_amount_msats=intent.quoted_msats,
        settled_amount_msats=intent.settled_msats or 0,
        preimage_hex=preimage,
        paid_at_ms=intent.paid_at_ms or 0,
    )
    extra = {
        "paymentHash": intent.payment_hash,
        "feeMsats": intent.fee_msats or 0,
        "gateway": intent.gateway,
        "simulated": intent.simulated,
    }
    return _issue(canonical, intent.custody_wallet_id, extra, intent=intent)


def for_invoice(invoice: InvoiceIntent) -> dict[str, Any]:
    """Issue the receipt of an invoice of ours."""
    canonical = executor_receipts.invoice(
        request_id=invoice.request_id,
        wallet_id=invoice.wallet_id,
        invoice_hash=invoice.invoice_hash,
        amount_msats=invoice.amount_msats,
        created_at_ms=invoice.created_at_ms,
        expires_at_ms=invoice.expires_at_ms,
    )
    return _issue(canonical, invoice.custody_wallet_id, {"paymentHash": invoice.payment_hash}, invoice=invoice)


def for_plan(plan: OnchainPlan) -> dict[str, Any]:
    """Issue the receipt of a broadcast."""
    canonical = executor_receipts.onchain(
        plan_id=plan.plan_id,
        wallet_id=plan.wallet_id,
        address=plan.address,
        amount_sats=plan.amount_sats,
        fee_sats=plan.fee_sats,
        confirmation_speed=plan.speed,
        txid=plan.txid,
        sent_at_ms=plan.sent_at_ms or 0,
    )
    extra = {} if plan.actual_fee_sats is None else {"actualFeeSats": plan.actual_fee_sats}
    return _issue(canonical, plan.wallet_id, extra, plan=plan)


def _issue(canonical: Canonical, wallet_id: str, extra: Mapping[str, Any], **of: Any) -> dict[str, Any]:
    faults.point("executor.receipt.before")
    key = signer()
    signature = camel(key.sign(canonical.sha256))
    shown = {
        "receiptVersion": canonical.facts["receiptVersion"],
        "receiptId": canonical.receipt_id,
        **{name: value for name, value in canonical.facts.items() if value is not None},
        "canonicalJsonSha256": canonical.sha256,
        **extra,
        "signature": signature,
    }
    if not verify_signature(signature, signed_sha256=canonical.sha256) or not _agrees(shown, canonical):
        metrics.RECEIPT_MISMATCH.inc()
        raise ReceiptMismatch(canonical.receipt_id)
    Receipt.objects.create(
        kind=canonical.kind,
        receipt_id=canonical.receipt_id,
        wallet_id=wallet_id,
        canonical_json=canonical.text,
        sha256=canonical.sha256,
        signer_pubkey=key.public_key_hex,
        signature=signature,
        receipt_json=executor_receipts.declared_json(shown),
        **of,
    )
    metrics.RECEIPTS.labels(canonical.kind).inc()
    audit.record("lightning.receipt.issued", receipt_id=canonical.receipt_id, kind=canonical.kind)
    faults.point("executor.receipt.after")
    return shown


def _agrees(shown: Mapping[str, Any], canonical: Canonical) -> bool:
    again = executor_receipts.recompute(shown)
    return again is not None and again.text == canonical.text


def stored(receipt_id: str) -> dict[str, Any] | None:
    """A receipt as it was shown when it was issued, any kind."""
    text = Receipt.objects.filter(receipt_id=receipt_id).values_list("receipt_json", flat=True).first()
    return None if text is None else json.loads(text)


def verify(receipt: Mapping[str, Any]) -> Verdict:
    """Recompute everything from the object alone; `known` asks our own store too. Never raises."""
    canonical = executor_receipts.recompute(receipt)
    if canonical is None:
        return Verdict(False, False, False, False)
    digest = str(receipt.get("canonicalJsonSha256", ""))
    hash_ok = digest == canonical.sha256
    id_ok = receipt.get("receiptId") == canonical.receipt_id
    signature_ok = _DIGEST.fullmatch(digest) is not None and verify_signature(
        receipt.get("signature"), signed_sha256=canonical.sha256
    )
    known = Receipt.objects.filter(receipt_id=canonical.receipt_id, sha256=canonical.sha256).exists()
    return Verdict(hash_ok, id_ok, signature_ok, known)
