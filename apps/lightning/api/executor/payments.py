"""Paying invoices and looking payments up."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning.api.executor.envelope import answer, documented
from apps.lightning.api.executor.guards import Scoped, caller_of, deadline_of, effective_id, inspect, operation
from apps.lightning.domain.credentials import PAY, READ
from apps.lightning.mapping_executor import accepted, emitted
from apps.lightning.services.executor import orders, payments, policy, views
from openagents.lightning.v1 import wallet_executor_http_pb2 as http
from openagents.lightning.v1 import wallet_executor_pb2 as pb
from openagents.wire.model import WireModel

router = Router(tags=["payments"])

PayIn = accepted(pb.PayBolt11Request, "payment", "payment.invoice", "payment.max_amount_msats", "payment.host")
DecodeIn = accepted(http.DecodeBolt11Request, "invoice")
View = emitted(http.PaymentView)


@router.post(
    "/pay-bolt11",
    auth=Scoped(PAY),
    response={200: emitted(http.PayBolt11Response)},
    openapi_extra=documented(409, 413, 429, 502, 504),
)
@operation("pay-bolt11", writes=True)
def pay(request: HttpRequest, body: Annotated[WireModel, PayIn]) -> HttpResponse:
    """Pay an invoice once. 504 and `idempotency_in_flight` mean unknown: repeat the same request id."""
    inspect(request, body)
    caller = caller_of(request)
    payment = body.payment
    order = orders.payment(
        request_id=effective_id(request, body.request_id),
        wallet_id=policy.wallet_id(),
        caller=caller.caller,
        invoice=payment.invoice,
        max_amount_msats=payment.max_amount_msats,
        host=payment.host,
        amount_msats=payment.amount_msats,
        max_fee_msats=payment.max_fee_msats,
        timeout_secs=payment.timeout_secs,
        act=caller.act,
    )
    done = payments.pay(order, deadline_of(request))
    return answer(request, done.result, replayed=done.replayed)


@router.post(
    "/decode-bolt11",
    auth=Scoped(READ),
    response={200: emitted(http.DecodeBolt11Response)},
    openapi_extra=documented(413),
)
@operation("decode-bolt11")
def decode(request: HttpRequest, body: Annotated[WireModel, DecodeIn]) -> HttpResponse:
    """What an invoice says and whether it could be paid now; no effect."""
    inspect(request, body)
    return answer(request, views.decode(body.invoice))


@router.get("/payments/{path:request_id}", auth=Scoped(READ), response={200: emitted(http.PaymentViewResponse)})
@operation("payments")
def look_up(request: HttpRequest, request_id: str, family: str | None = None) -> HttpResponse:
    """A payment, or an on-chain plan, by its request id. 404: never received."""
    with_preimage = PAY in caller_of(request).scopes
    return answer(request, View(**views.payment(request_id, family, with_preimage=with_preimage)))
