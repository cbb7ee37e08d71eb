"""What was paid at the embedded gateway, for lightning ops, whose login reads neither invoices nor tokens (17)."""

from __future__ import annotations

from itertools import islice
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.lightning.api.executor.envelope import answer
from apps.lightning.api.executor.guards import operation
from apps.lightning.api.executor.sim_node import at, served
from apps.lightning.mapping_executor import emitted
from apps.lightning.services.executor import l402_gateway
from openagents.lightning.v1 import operations_http_pb2 as pb

router = Router(tags=["simulation"])

PAGE: Final = 100
INDEX_MAX: Final = 2**63 - 1
FeedOut = emitted(pb.SimSettledFeed)


@router.get("/sim/l402-feed", **served(pb.SimSettledFeedResponse))
@operation("sim-l402-feed")
def feed(request: HttpRequest, after: int = Query(0, ge=0, le=INDEX_MAX)) -> HttpResponse:
    """Settled invoices of the gateway's node after a settle index, each with the service whose token it paid."""
    page = list(islice(at(l402_gateway.MERCHANT).subscribe_settled(0, after), PAGE))
    services = l402_gateway.service_of([one.payment_hash for one in page])
    settled = [
        {
            "payment_hash": one.payment_hash,
            "amount_paid_msats": one.amount_paid_msats,
            "settled_at_ms": one.settled_at_ms,
            "add_index": one.add_index,
            "settle_index": one.settle_index,
            "preimage_hex": one.preimage,
            "service": services.get(one.payment_hash, ""),
        }
        for one in page
    ]
    return answer(request, FeedOut(settled=settled))
