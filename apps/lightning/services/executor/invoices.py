"""Invoices of our own: created, looked up, and booked when the node says that they were paid."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import structlog
from django.db import connection, transaction

from apps.lightning import mapping_executor, metrics
from apps.lightning.domain import fingerprints
from apps.lightning.domain.subwallets import NODE, OPERATOR, account
from apps.lightning.gateways.protocol import GatewayError, GatewayUnclear, NewInvoice, SettledInvoice
from apps.lightning.models import InvoiceIntent, WalletAccount
from apps.lightning.services.executor import controls, custody, ledger, node, policy, receipts, steps
from apps.lightning.services.executor.clock import database_now, unix_ms
from apps.lightning.services.executor.orders import check_request_id
from apps.lightning.services.executor.refusals import IDEMPOTENCY_CONFLICT, INVOICE_NOT_FOUND, fault, invalid
from openagents.bolt11 import decoder
from openagents.db import audit
from openagents.ops import faults
from openagents.wire.faults import Fault

log = structlog.get_logger("oa.executor")

AMOUNT_SATS_MAX = 100_000_000
DESCRIPTION_BYTES_MAX = 639
EXPIRY_SECS_MAX = 31_536_000
EXPIRY_SECS = 3_600
FEED_BATCH = 500


@dataclass(frozen=True, slots=True)
class Issued:
    """The text of `result` and the invoice; `replayed` when an earlier request made it."""

    result: str
    invoice: InvoiceIntent
    replayed: bool


def create(
    *,
    request_id: str,
    wallet_id: str,
    amount_sats: int,
    description: str | None,
    expiry_secs: int | None,
    caller: str,
    own_preimage: bool = False,
) -> Issued:
    """Issue an invoice once per (wallet, request id). `own_preimage`: we draw it, so that we can release it ourselves.

    Raises Fault. An invoice that the node made and that we crashed before keeping was shown to nobody: a repeat asks
    for another one.
    """
    check_request_id(request_id)
    if not 1 <= amount_sats <= AMOUNT_SATS_MAX:
        raise invalid(f"must be 1 to {AMOUNT_SATS_MAX}", "amountSats")
    if len((description or "").encode()) > DESCRIPTION_BYTES_MAX:
        raise invalid(f"must be at most {DESCRIPTION_BYTES_MAX} bytes", "description")
    if expiry_secs is not None and not 1 <= expiry_secs <= EXPIRY_SECS_MAX:
        raise invalid(f"must be 1 to {EXPIRY_SECS_MAX}", "expirySecs")
    print_ = fingerprints.invoice(wallet_id, amount_sats, description, expiry_secs)
    if (known := _known(wallet_id, request_id, print_)) is not None:
        return known
    controls.refuse_paused(outgoing=False)
    custody.require_open()
    receipts.signer()
    gateway = node.require("bolt11")
    preimage = secrets.token_hex(32) if own_preimage else None

    def ask() -> NewInvoice:
        faults.point("executor.invoice.before")
        made = gateway.create_invoice(amount_sats * 1_000, description or "", expiry_secs or EXPIRY_SECS, preimage)
        faults.point("executor.invoice.after")
        return made

    with transaction.atomic():
        _lock(wallet_id, request_id)
        if (known := _known(wallet_id, request_id, print_)) is not None:
            return known
        made = _asked(ask)
        return _keep(made, request_id, wallet_id, amount_sats, print_, caller, preimage)


def _asked(ask: Callable[[], NewInvoice]) -> NewInvoice:
    """An invoice that got lost on its way is never shown to anybody: nobody can pay it, a repeat makes another."""
    try:
        return ask()
    except GatewayError as error:
        raise fault(error.code, reason=error.reason) from None
    except GatewayUnclear:
        raise fault("connect_failed", reason="unclear") from None


def _keep(
    made: NewInvoice, request_id: str, wallet_id: str, amount_sats: int, print_: str, caller: str, preimage: str | None
) -> Issued:
    if preimage is not None and sha256(bytes.fromhex(preimage)).hexdigest() != made.payment_hash:
        raise fault("prepare_failed", reason="foreign_preimage")
    row = InvoiceIntent.objects.create(
        wallet_id=wallet_id,
        custody_wallet_id=policy.wallet_id(),
        request_id=request_id,
        fingerprint=print_,
        caller=caller,
        invoice=made.invoice,
        invoice_hash=decoder.invoice_hash(made.invoice),
        payment_hash=made.payment_hash,
        amount_msats=amount_sats * 1_000,
        created_at_ms=made.created_at_ms,
        expires_at_ms=made.expires_at_ms,
    )
    if preimage is not None:
        row.preimage_enc = custody.seal_column(preimage, "invoice_intent", "preimage_enc", row.pk)
    row.result_json = mapping_executor.invoice_result(row, receipts.for_invoice(row))
    row.save()
    metrics.INVOICES.labels("open").inc()
    audit.record("lightning.invoice.created", payment_hash=made.payment_hash, amount_msats=row.amount_msats)
    return Issued(row.result_json, row, False)


def _known(wallet_id: str, request_id: str, print_: str) -> Issued | None:
    row = InvoiceIntent.objects.filter(wallet_id=wallet_id, request_id=request_id).first()
    if row is None:
        return None
    if row.fingerprint != print_:
        raise Fault(IDEMPOTENCY_CONFLICT)
    metrics.REPLAYS.labels("invoice").inc()
    return Issued(row.result_json, row, True)


def _lock(wallet_id: str, request_id: str) -> None:
    with connection.cursor() as cursor:
        key = f"lightning.invoice:{wallet_id}\x1f{request_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def look_up(request_id: str) -> InvoiceIntent:
    """An invoice of the main wallet, as the node sees it where it can be asked. Raises Fault `invoice_not_found`."""
    row = InvoiceIntent.objects.filter(wallet_id=policy.wallet_id(), request_id=request_id).first()
    if row is None:
        raise Fault(INVOICE_NOT_FOUND)
    if row.state == "open":
        refresh(row)
    return row


def refresh(row: InvoiceIntent) -> None:
    """Ask the node about an open invoice; when it cannot be asked, the row stays as it is."""
    try:
        found = node.gateway().lookup_invoice(row.payment_hash)
    except GatewayError as error:
        log.info("invoice_not_refreshed", reason=error.code)
        return
    if found is not None and found.state == "settled":
        paid = found.amount_paid_msats or found.amount_msats
        book(row.payment_hash, paid, found.settled_at_ms or unix_ms(database_now()))
    elif found is not None and found.state in ("canceled", "expired"):
        closed = InvoiceIntent.objects.filter(pk=row.pk, state="open").update(state=found.state)
        metrics.INVOICES.labels(found.state).inc(closed)
    elif unix_ms(database_now()) >= row.expires_at_ms:
        closed = InvoiceIntent.objects.filter(pk=row.pk, state="open").update(state="expired")
        metrics.INVOICES.labels("expired").inc(closed)
    row.refresh_from_db()


def book(payment_hash: str, paid_msats: int, settled_at_ms: int) -> None:
    """Credit an incoming payment to its owner, exactly once; what nobody here asked for is the operator's."""
    with transaction.atomic():
        policy.lock_wallet()  # first, as everywhere: a sub-wallet may be paying this very invoice in the books
        found = InvoiceIntent.objects.select_for_update().filter(
            payment_hash=payment_hash, custody_wallet_id=policy.wallet_id()
        )
        row = found.first()
        sub = row is not None and row.wallet_id != policy.wallet_id() and row.state != "settled"
        owner = account(row.wallet_id) if row is not None and sub else OPERATOR
        if not ledger.post(f"in:{payment_hash}", {NODE: -paid_msats, owner: paid_msats}, payment_hash):
            return
        if row is not None and row.state != "settled":
            row.state, row.amount_paid_msats, row.settled_at_ms = "settled", paid_msats, settled_at_ms
            row.save()
            metrics.INVOICES.labels("settled").inc()
            facts: dict[str, Any] = {"payment_hash": payment_hash, "amount_msats": paid_msats}
            audit.record("lightning.invoice.settled", **facts)
            steps.tell("lightning.invoice.settled", row.caller, row.request_id, facts)


def follow() -> int:
    """Book what the node's settlement feed has that we have not; returns how many. Raises GatewayError."""
    main = main_account()
    count = 0
    for item in node.gateway().subscribe_settled(main.add_index, main.settle_index):
        _follow_one(main, item)
        count += 1
        if count >= FEED_BATCH:
            break
    return count


def _follow_one(main: WalletAccount, item: SettledInvoice) -> None:
    with transaction.atomic():
        book(item.payment_hash, item.amount_paid_msats, item.settled_at_ms)
        main.add_index, main.settle_index = max(main.add_index, item.add_index), item.settle_index
        WalletAccount.objects.filter(pk=main.pk).update(add_index=main.add_index, settle_index=main.settle_index)


def main_account() -> WalletAccount:
    """The row of the executor's own wallet."""
    row, _ = WalletAccount.objects.get_or_create(
        wallet_id=policy.wallet_id(), defaults={"custody_wallet_id": policy.wallet_id(), "kind": "main"}
    )
    return row


def receive_address() -> tuple[str, str, str]:
    """(spark address, bitcoin address, network): stable until the chain used it. Raises Fault."""
    controls.refuse_paused(outgoing=False)
    try:
        found = node.gateway().receive_address()
    except GatewayError as error:
        raise fault(error.code, reason=error.reason) from None
    main = main_account()
    if (main.spark_address, main.bitcoin_address) != (found.spark_address, found.bitcoin_address):
        WalletAccount.objects.filter(pk=main.pk).update(
            spark_address=found.spark_address, bitcoin_address=found.bitcoin_address
        )
    return found.spark_address, found.bitcoin_address, found.network
