"""Invoices of our own, and the address on the chain."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning.api.executor.envelope import answer, documented
from apps.lightning.api.executor.guards import Scoped, caller_of, effective_id, inspect, operation
from apps.lightning.domain.credentials import READ, RECEIVE
from apps.lightning.mapping_executor import accepted, emitted
from apps.lightning.services.executor import invoices, policy
from openagents.lightning.v1 import wallet_executor_http_pb2 as http
from openagents.lightning.v1 import wallet_executor_pb2 as pb
from openagents.wire.model import WireModel

router = Router(tags=["receiving"])

CreateIn = accepted(pb.CreateInvoiceRequest, "amount_sats")
View = emitted(http.InvoiceView)
Address = emitted(http.ReceiveAddressResult)


@router.post(
    "/create-invoice",
    auth=Scoped(RECEIVE),
    response={200: emitted(http.CreateInvoiceResponse)},
    openapi_extra=documented(409, 413, 502),
)
@operation("create-invoice", writes=True)
def create(request: HttpRequest, body: Annotated[WireModel, CreateIn]) -> HttpResponse:
    """Issue an invoice; the same request id gives the same one."""
    inspect(request, body)
    issued = invoices.create(
        request_id=effective_id(request, body.request_id),
        wallet_id=policy.wallet_id(),
        amount_sats=body.amount_sats,
        description=body.description,
        expiry_secs=body.expiry_secs,
        caller=caller_of(request).caller,
    )
    return answer(request, issued.result, replayed=issued.replayed)


@router.get("/invoices/{path:request_id}", auth=Scoped(READ), response={200: emitted(http.InvoiceViewResponse)})
@operation("invoices")
def look_up(request: HttpRequest, request_id: str) -> HttpResponse:
    """An invoice of ours, as the node sees it."""
    row = invoices.look_up(request_id)
    return answer(
        request,
        View(
            request_id=row.request_id,
            state=row.state,
            amount_msats=row.amount_msats,
            amount_paid_msats=row.amount_paid_msats,
            payment_hash=row.payment_hash,
            settled_at_ms=row.settled_at_ms,
        ),
    )


@router.get(
    "/receive-address",
    auth=Scoped(RECEIVE),
    response={200: emitted(http.ReceiveAddressResponse)},
    openapi_extra=documented(502),
)
@operation("receive-address")
def address(request: HttpRequest) -> HttpResponse:
    """Where funds can be sent to; stable until the chain used it."""
    spark, bitcoin, network = invoices.receive_address()
    return answer(request, Address(spark_address=spark, bitcoin_address=bitcoin, network=network))
