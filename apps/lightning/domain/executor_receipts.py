"""Receipts of the executor, byte for byte (7.1): the hashed text, its digest and the id that follows from it.

Canonical JSON here keeps the keys in *declared* order, unlike the sorted form of `openagents.receipts.canonical`: this
is a contract other planes recompute. Facts outside the hashed keys (fee, payment hash, signature) never enter it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.lightning.domain.fingerprints import lower, sha256_text

PAYMENT = "payment"
INVOICE = "invoice"
ONCHAIN = "onchain"

_ID_DIGITS = 24

_KEYS: dict[str, tuple[str, ...]] = {
    PAYMENT: (
        *("receiptVersion", "requestId", "walletId", "host", "paymentId", "invoiceHash", "quotedAmountMsats"),
        *("settledAmountMsats", "preimageSha256", "paidAtMs", "rail", "assetId"),
    ),
    INVOICE: ("receiptVersion", "requestId", "walletId", "invoiceHash", "amountMsats", "createdAtMs", "expiresAtMs"),
    ONCHAIN: (
        *("receiptVersion", "planId", "walletId", "address", "amountSats", "feeSats", "totalSats"),
        *("confirmationSpeed", "txid", "sentAtMs", "rail", "assetId"),
    ),
}
_VERSIONS = {
    PAYMENT: "openagents.lightning.wallet_receipt.v1",
    INVOICE: "openagents.lightning.invoice_receipt.v1",
    ONCHAIN: "openagents.lightning.onchain_send_receipt.v1",
}
_KINDS = {version: kind for kind, version in _VERSIONS.items()}
_PREFIXES = {PAYMENT: "lwr", INVOICE: "lir", ONCHAIN: "losr"}


@dataclass(frozen=True, slots=True)
class Canonical:
    """`facts` are the hashed keys in order; `text` their exact bytes."""

    kind: str
    facts: dict[str, Any]
    text: str
    sha256: str
    receipt_id: str


def declared_json(facts: Mapping[str, Any]) -> str:
    """Compact JSON in the mapping's own order, nothing escaped that need not be."""
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def payment(
    *,
    request_id: str,
    wallet_id: str,
    host: str,
    payment_id: str,
    invoice_hash: str,
    quoted_amount_msats: int,
    settled_amount_msats: int,
    preimage_hex: str,
    paid_at_ms: int,
) -> Canonical:
    """Of a settled payment. The digest of the preimage is over its hex *text*, so it is not the payment hash."""
    return _canonical(
        PAYMENT,
        {
            "receiptVersion": _VERSIONS[PAYMENT],
            "requestId": request_id.strip(),
            "walletId": wallet_id.strip(),
            "host": lower(host),
            "paymentId": payment_id.strip(),
            "invoiceHash": lower(invoice_hash),
            "quotedAmountMsats": quoted_amount_msats,
            "settledAmountMsats": settled_amount_msats,
            "preimageSha256": sha256_text(lower(preimage_hex)),
            "paidAtMs": max(0, paid_at_ms),
            "rail": "lightning",
            "assetId": "BTC_LN",
        },
    )


def invoice(
    *,
    request_id: str,
    wallet_id: str,
    invoice_hash: str,
    amount_msats: int,
    created_at_ms: int,
    expires_at_ms: int | None,
) -> Canonical:
    """Of an issued invoice. A missing expiry is hashed as null."""
    return _canonical(
        INVOICE,
        {
            "receiptVersion": _VERSIONS[INVOICE],
            "requestId": request_id.strip(),
            "walletId": wallet_id.strip(),
            "invoiceHash": lower(invoice_hash),
            "amountMsats": amount_msats,
            "createdAtMs": max(0, created_at_ms),
            "expiresAtMs": None if expires_at_ms is None else max(0, expires_at_ms),
        },
    )


def onchain(
    *,
    plan_id: str,
    wallet_id: str,
    address: str,
    amount_sats: int,
    fee_sats: int,
    confirmation_speed: str,
    txid: str,
    sent_at_ms: int,
) -> Canonical:
    """Of a broadcast transaction, with the fee that was quoted."""
    return _canonical(
        ONCHAIN,
        {
            "receiptVersion": _VERSIONS[ONCHAIN],
            "planId": plan_id.strip(),
            "walletId": wallet_id.strip(),
            "address": lower(address),
            "amountSats": amount_sats,
            "feeSats": fee_sats,
            "totalSats": amount_sats + fee_sats,
            "confirmationSpeed": lower(confirmation_speed),
            "txid": lower(txid),
            "sentAtMs": max(0, sent_at_ms),
            "rail": "onchain",
            "assetId": "BTC",
        },
    )


def recompute(receipt: Mapping[str, Any]) -> Canonical | None:
    """The canonical form of a receipt as shown to a caller; None when it is of no known version or lacks a key."""
    kind = _KINDS.get(str(receipt.get("receiptVersion", "")))
    if kind is None:
        return None
    facts: dict[str, Any] = {}
    for key in _KEYS[kind]:
        if key not in receipt and key != "expiresAtMs":
            return None
        value = receipt.get(key)
        if not isinstance(value, str | int | None) or isinstance(value, bool):
            return None
        facts[key] = value
    return _canonical(kind, facts)


def _canonical(kind: str, facts: dict[str, Any]) -> Canonical:
    text = declared_json(facts)
    digest = sha256_text(text)
    return Canonical(kind, facts, text, digest, f"{_PREFIXES[kind]}_{digest[:_ID_DIGITS]}")
