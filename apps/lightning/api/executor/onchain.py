"""On-chain sends: quote, then commit."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning.api.executor.envelope import answer, documented
from apps.lightning.api.executor.guards import Scoped, caller_of, effective_id, inspect, operation
from apps.lightning.domain.credentials import ONCHAIN
from apps.lightning.mapping_executor import accepted, emitted
from apps.lightning.services.executor import onchain
from openagents.lightning.v1 import wallet_executor_http_pb2 as http
from openagents.lightning.v1 import wallet_executor_pb2 as pb
from openagents.wire.model import WireModel

router = Router(tags=["on-chain"])

QuoteIn = accepted(
    pb.SendOnchainQuoteRequest,
    "payment",
    "payment.address",
    "payment.amount_sats",
    "payment.confirmation_speed",
)
CommitIn = accepted(pb.SendOnchainCommitRequest, "plan_id")


@router.post(
    "/send-onchain/quote",
    auth=Scoped(ONCHAIN),
    response={200: emitted(http.SendOnchainPlanResponse)},
    openapi_extra=documented(409, 413, 502),
)
@operation("send-onchain-quote", writes=True)
def quote(request: HttpRequest, body: Annotated[WireModel, QuoteIn]) -> HttpResponse:
    """Price a send; the effective request id becomes the plan id."""
    inspect(request, body)
    done = onchain.quote(
        request_id=effective_id(request, body.request_id),
        address=body.payment.address,
        amount_sats=body.payment.amount_sats,
        speed=body.payment.confirmation_speed,
        caller=caller_of(request).caller,
    )
    return answer(request, done.result, replayed=done.replayed)


@router.post(
    "/send-onchain/commit",
    auth=Scoped(ONCHAIN),
    response={200: emitted(http.SendOnchainPlanResponse)},
    openapi_extra=documented(409, 413, 502, 504),
)
@operation("send-onchain-commit", writes=True)
def commit(request: HttpRequest, body: Annotated[WireModel, CommitIn]) -> HttpResponse:
    """Broadcast a quote, at most once."""
    inspect(request, body)
    done = onchain.commit(plan_id=body.plan_id.strip(), caller=caller_of(request).caller)
    return answer(request, done.result, replayed=done.replayed)
