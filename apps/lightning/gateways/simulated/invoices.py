"""Invoices of simulated nodes: signed by the node's own key, with preimages that fit."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from django.db import transaction

from apps.lightning.domain import simulation
from apps.lightning.gateways.protocol import GatewayError, InvoiceState, NewInvoice, SettledInvoice
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.models import SimInvoice
from openagents.bolt11.encoder import encode

DESCRIPTION_BYTES_MAX = 639
FEED_PAGE = 500


def create(
    network: Network,
    node: str,
    amount_msats: int | None,
    description: str,
    expiry_s: int,
    preimage: str | None = None,
) -> NewInvoice:
    """A new invoice of `node`; without amount the payer chooses. Raises GatewayError for a hash that exists."""
    if len(description.encode("utf-8")) > DESCRIPTION_BYTES_MAX:
        raise GatewayError("send_failed", "the description is too long")
    now_ms = network.now_ms()
    with transaction.atomic():
        row = network.locked_node(node)
        row.invoices += 1
        row.save(update_fields=["invoices"])
        secret = bytes.fromhex(preimage) if preimage else simulation.preimage(network.seed, node, row.invoices)
        payment_hash = hashlib.sha256(secret).hexdigest()
        if SimInvoice.objects.filter(network_id=network.name, payment_hash=payment_hash).exists():
            raise GatewayError("send_failed", "an invoice with this payment hash exists")
        text = encode(
            simulation.node_key(network.seed, node),
            network=simulation.NETWORK,
            timestamp=now_ms // 1000,
            payment_hash=payment_hash,
            payment_secret=simulation.payment_secret(network.seed, node, row.invoices).hex(),
            amount_msats=amount_msats,
            description=description,
            expiry_secs=expiry_s,
        )
        created_at_ms = now_ms // 1000 * 1000
        expires_at_ms = created_at_ms + expiry_s * 1000
        SimInvoice.objects.create(
            network_id=network.name,
            node=node,
            add_index=row.invoices,
            payment_hash=payment_hash,
            invoice=text,
            preimage_enc=network.seal_preimage(payment_hash, secret),
            amount_msats=amount_msats,
            description=description,
            created_at_ms=created_at_ms,
            expires_at_ms=expires_at_ms,
        )
    return NewInvoice(text, payment_hash, created_at_ms, expires_at_ms)


def look_up(network: Network, node: str, payment_hash: str) -> InvoiceState | None:
    row = SimInvoice.objects.filter(network_id=network.name, node=node, payment_hash=payment_hash).first()
    if row is None:
        return None
    state = "open" if row.state == "accepted" else row.state
    if state == "open" and row.state == "open" and network.now_ms() >= row.expires_at_ms:
        state = "expired"
    return InvoiceState(payment_hash, state, row.amount_msats or 0, row.amount_paid_msats, row.settled_at_ms)


def cancel(network: Network, payment_hash: str) -> bool:
    """Withdraw an invoice that nobody is paying. False: there is none, or it is paid."""
    found = SimInvoice.objects.filter(network_id=network.name, payment_hash=payment_hash, state__in=["open"])
    return found.update(state="canceled") == 1


def settled_after(network: Network, node: str, settle_index: int) -> Iterator[SettledInvoice]:
    """What was settled after an index, in order; a page at a time."""
    while True:
        page = list(
            SimInvoice.objects.filter(network_id=network.name, node=node, settle_index__gt=settle_index).order_by(
                "settle_index"
            )[:FEED_PAGE]
        )
        for row in page:
            settle_index = row.settle_index or 0
            yield SettledInvoice(
                payment_hash=row.payment_hash,
                amount_paid_msats=row.amount_paid_msats or 0,
                settled_at_ms=row.settled_at_ms or 0,
                add_index=row.add_index,
                settle_index=settle_index,
                preimage=network.open_preimage(row.payment_hash, row.preimage_enc).hex(),
            )
        if len(page) < FEED_PAGE:
            return
