"""Whether we would pay an invoice now (lightning 8.3): what depends on our network, our clock and our node."""

from __future__ import annotations

from dataclasses import dataclass

from openagents.bolt11.decoder import decode
from openagents.bolt11.invoice import Invalid, Invoice

KNOWN_EVEN_FEATURES = frozenset({8, 14, 16, 24, 48})
"""Required features that our nodes have: variable onion, payment secret, multi-part, route blinding, metadata."""
REMAINING_MS_MIN = 5_000
"""An invoice about to expire would fail on its way."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not to pay: a code of section 13 (`invoice_*`), and for `invoice_invalid` the decoder's reason."""

    code: str
    reason: str = ""


def examine(
    text: str,
    *,
    network: str,
    now_ms: int,
    amount_msats: int | None = None,
    own_pubkey: str | None = None,
    own_subwallet: bool = False,
) -> tuple[Invoice | None, Refusal | None]:
    """Decode and check: (invoice, None) when it may be paid; the refusal otherwise, with the invoice if it decodes."""
    try:
        invoice = decode(text)
    except Invalid as error:
        return None, Refusal("invoice_invalid", error.reason)
    return invoice, refusal(
        invoice,
        network=network,
        now_ms=now_ms,
        amount_msats=amount_msats,
        own_pubkey=own_pubkey,
        own_subwallet=own_subwallet,
    )


def refusal(
    invoice: Invoice,
    *,
    network: str,
    now_ms: int,
    amount_msats: int | None = None,
    own_pubkey: str | None = None,
    own_subwallet: bool = False,
) -> Refusal | None:
    """The first reason not to pay a decoded invoice, or None.

    `amount_msats` is what the payer chose for an amountless invoice; `own_pubkey` our node, which is payable only for
    an invoice of an own sub-wallet.
    """
    if invoice.network != network:
        return Refusal("invoice_wrong_network")
    if any(bit % 2 == 0 and bit not in KNOWN_EVEN_FEATURES for bit in invoice.features):
        return Refusal("invoice_unsupported_feature")
    if now_ms > invoice.expires_at_ms - REMAINING_MS_MIN:
        return Refusal("invoice_expired")
    if invoice.amount_msats is None and amount_msats is None:
        return Refusal("invoice_amount_missing")
    if own_pubkey is not None and invoice.payee_pubkey == own_pubkey and not own_subwallet:
        return Refusal("invoice_self_payment")
    return None
