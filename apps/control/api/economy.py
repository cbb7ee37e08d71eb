"""The read-only economy gateway (3.5.3), for the operator console."""

from __future__ import annotations

from typing import Final, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.control.api.forwarded import enveloped
from apps.control.api.guards import Bearer, principal_of
from apps.control.services import economy
from openagents.control.v1 import http_pb2 as pb
from openagents.wire.faults import NOT_FOUND, Fault
from openagents.wire.schema import schema

RECEIPT_ID_MAX: Final = 160
Plane = Literal["hydra", "aegis", "lightning"]

ReceiptsOut = schema(pb.ReceiptListEnvelope, "camel")
ReceiptOut = schema(pb.ReceiptEnvelope, "camel")
WalletOut = schema(pb.WalletStatusEnvelope, "camel")

router = Router(tags=["economy"])


@router.get("/receipts", auth=Bearer(), response={200: ReceiptsOut})
def receipt_list(
    request: HttpRequest,
    plane: Plane = "hydra",
    receipt_class: str | None = Query(None, alias="class", max_length=120),
    run_id: str | None = Query(None, max_length=64),
    limit: int = Query(50, ge=1, le=200),
    cursor: str | None = Query(None, max_length=500),
) -> HttpResponse:
    """Receipts of one plane: an operator's of everybody, anybody's own."""
    wanted = economy.Wanted(plane, receipt_class, run_id, limit, cursor)
    rows, following = economy.receipts(principal_of(request), wanted)
    return enveloped(ReceiptsOut, 200, {"receipts": rows, "next_cursor": following})


@router.get("/receipts/{receipt_id}", auth=Bearer(), response={200: ReceiptOut})
def receipt_get(request: HttpRequest, receipt_id: str, plane: Plane = "hydra") -> HttpResponse:
    """One receipt; a foreign one is not there."""
    name = receipt_id.strip()
    if not 1 <= len(name) <= RECEIPT_ID_MAX or name in (".", "..") or not name.isprintable():
        raise Fault(NOT_FOUND)
    return enveloped(ReceiptOut, 200, {"receipt": economy.receipt(principal_of(request), plane, name)})


@router.get("/wallet/status", auth=Bearer(), response={200: WalletOut})
def wallet_status(request: HttpRequest) -> HttpResponse:
    """What the wallet says of itself, for operators."""
    return enveloped(WalletOut, 200, economy.wallet_status(principal_of(request)))
