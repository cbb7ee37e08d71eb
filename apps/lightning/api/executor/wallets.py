"""The deprecated sub-wallet routes, kept for their callers; the envelope has no `requestId` here (4.4)."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning.api.executor.envelope import answer, documented
from apps.lightning.api.executor.guards import Scoped, caller_of, deadline_of, effective_id, inspect, operation
from apps.lightning.domain.credentials import SUBWALLETS
from apps.lightning.mapping_executor import accepted, emitted
from apps.lightning.services.executor import subwallets
from apps.lightning.services.executor.clock import from_ms
from apps.lightning.services.executor.subwallets import Wallet
from openagents.lightning.v1 import wallet_executor_http_pb2 as http
from openagents.receipts.times import rfc3339
from openagents.wire.model import WireModel

router = Router(tags=["sub-wallets"], auth=Scoped(SUBWALLETS))

WalletIn = accepted(http.SubWalletRequest, "wallet_id")
InvoiceIn = accepted(http.SubWalletInvoiceRequest, "wallet_id", "amount_sats")
PayIn = accepted(http.SubWalletPayRequest, "wallet_id", "invoice", "max_amount_msats")
SendIn = accepted(http.SubWalletSendRequest, "wallet_id", "spark_address", "amount_sats")
WalletOut = emitted(http.SubWallet)
InvoiceOut = emitted(http.SubWalletInvoice)
PaymentOut = emitted(http.SubWalletPayment)
TransferOut = emitted(http.SubWalletTransfer)
REFUSALS = documented(402, 409, 413, 502)


def _shown(request: HttpRequest, wallet: Wallet) -> HttpResponse:
    shown = WalletOut(
        wallet_id=wallet.row.wallet_id,
        mnemonic=wallet.mnemonic,
        spark_address=wallet.row.spark_address,
        lightning_address=wallet.row.spark_address,
        identity_pubkey=wallet.row.identity,
        balance_sats=wallet.balance_sats,
        status=wallet.row.status,
    )
    return answer(request, shown, plain=True)


@router.post(
    "/wallets/create", response={200: emitted(http.SubWalletResponse)}, openapi_extra=REFUSALS, deprecated=True
)
@operation("wallets-create", writes=True)
def create(request: HttpRequest, body: Annotated[WireModel, WalletIn]) -> HttpResponse:
    """Make a sub-wallet, or show the one that is there."""
    inspect(request, body)
    return _shown(request, subwallets.create(body.wallet_id, body.mnemonic))


@router.post(
    "/wallets/status", response={200: emitted(http.SubWalletResponse)}, openapi_extra=REFUSALS, deprecated=True
)
@operation("wallets-status", writes=True)
def status(request: HttpRequest, body: Annotated[WireModel, WalletIn]) -> HttpResponse:
    """A sub-wallet with its balance."""
    inspect(request, body)
    return _shown(request, subwallets.status(body.wallet_id, body.mnemonic))


@router.post(
    "/wallets/create-invoice",
    response={200: emitted(http.SubWalletInvoiceResponse)},
    openapi_extra=REFUSALS,
    deprecated=True,
)
@operation("wallets-create-invoice", writes=True)
def create_invoice(request: HttpRequest, body: Annotated[WireModel, InvoiceIn]) -> HttpResponse:
    """An invoice whose payment is credited to the sub-wallet."""
    inspect(request, body)
    row, description = subwallets.create_invoice(
        request_id=effective_id(request),
        wallet_id=body.wallet_id,
        mnemonic=body.mnemonic,
        amount_sats=body.amount_sats,
        description=body.description,
        caller=caller_of(request).caller,
    )
    shown = InvoiceOut(
        wallet_id=row.wallet_id,
        payment_request=row.invoice,
        invoice=row.invoice,
        amount_sats=row.amount_msats // 1_000,
        description=description,
        expires_at=rfc3339(from_ms(row.expires_at_ms)),
    )
    return answer(request, shown, plain=True)


@router.post(
    "/wallets/pay-bolt11",
    response={200: emitted(http.SubWalletPaymentResponse)},
    openapi_extra=REFUSALS,
    deprecated=True,
)
@operation("wallets-pay-bolt11", writes=True)
def pay(request: HttpRequest, body: Annotated[WireModel, PayIn]) -> HttpResponse:
    """Pay an invoice from a sub-wallet, once per header request id."""
    inspect(request, body)
    intent, result = subwallets.pay(
        request_id=effective_id(request),
        wallet_id=body.wallet_id,
        mnemonic=body.mnemonic,
        invoice=body.invoice,
        max_amount_msats=body.max_amount_msats,
        timeout_ms=body.timeout_ms,
        host=body.host,
        caller=caller_of(request).caller,
        deadline_ms=deadline_of(request),
    )
    return answer(request, PaymentOut(**subwallets.payment_shown(intent, result)), plain=True)


@router.post(
    "/wallets/send-spark",
    response={200: emitted(http.SubWalletTransferResponse)},
    openapi_extra=REFUSALS,
    deprecated=True,
)
@operation("wallets-send-spark", writes=True)
def send_spark(request: HttpRequest, body: Annotated[WireModel, SendIn]) -> HttpResponse:
    """Move an amount to another sub-wallet, once per header request id."""
    inspect(request, body)
    row, replayed = subwallets.send_spark(
        request_id=effective_id(request),
        wallet_id=body.wallet_id,
        mnemonic=body.mnemonic,
        address=body.spark_address,
        amount_sats=body.amount_sats,
        caller=caller_of(request).caller,
    )
    shown = TransferOut(
        wallet_id=row.wallet_id,
        payment_id=row.payment_id,
        status="completed",
        amount_sats=row.quoted_msats // 1_000,
        amount_msats=row.quoted_msats,
        paid_at_ms=row.paid_at_ms,
    )
    return answer(request, shown, replayed=replayed, plain=True)
