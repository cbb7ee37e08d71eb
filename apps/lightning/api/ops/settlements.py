"""Money events of the gateway, and the receipts and state of the wallet for those who may only read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.lightning import mapping_operations as mapping
from apps.lightning.api.ops.guards import Scoped
from apps.lightning.domain.credentials import OPS_READ, OPS_RUN
from apps.lightning.services.ops import settlements, wallet_views
from openagents.lightning.v1 import operations_http_pb2 as pb
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

router = Router(tags=["settlements"])

IngestIn = schema(pb.SettlementIngestRequest, "camel", required=("events",))
IngestOut = schema(pb.SettlementIngestSummary, "camel", omit_unset=True)
ReceiptsOut = schema(pb.StoredReceiptsResponse, "camel", omit_unset=True)
ReceiptOut = schema(pb.StoredReceipt, "camel")
StatusOut = schema(pb.WalletStatusView, "camel")


@router.post("/settlements/ingest", auth=Scoped(OPS_RUN), response=IngestOut, summary="Take in money events")
def ingest(request: HttpRequest, body: Annotated[WireModel, IngestIn]) -> HttpResponse:
    """Told to control in the order in which things happened; a refused event holds up no other."""
    events = [_event(one) for one in body.events]
    return respond(IngestOut, **asdict(settlements.ingest(events)))


@router.get("/receipts", auth=Scoped(OPS_READ), response=ReceiptsOut, summary="Stored receipts, oldest first")
def receipts(
    request: HttpRequest, kind: str = "", since: str = "", limit: int = Query(50, ge=1, le=200), cursor: str = ""
) -> HttpResponse:
    """`since`: RFC 3339. `cursor`: what the page before gave."""
    rows, following = wallet_views.receipts(kind, since, limit, cursor)
    return respond(ReceiptsOut, receipts=[mapping.receipt(row) for row in rows], next_cursor=following)


@router.get("/receipts/{receipt_id}", auth=Scoped(OPS_READ), response=ReceiptOut, summary="Read a receipt")
def receipt(request: HttpRequest, receipt_id: str) -> HttpResponse:
    return respond(ReceiptOut, **mapping.receipt(wallet_views.receipt(receipt_id)))


@router.get("/wallet/status", auth=Scoped(OPS_READ), response=StatusOut, summary="State of the wallet")
def wallet_status(request: HttpRequest) -> HttpResponse:
    """The executor's own report without identity and addresses."""
    return respond(StatusOut, status=wallet_views.status())


def _event(one: WireModel) -> dict[str, object]:
    names = {
        "kind": "kind", "occurred_at_ms": "occurredAtMs", "invoice_id": "invoiceId", "settlement_id": "settlementId",
        "paywall_id": "paywallId", "owner_id": "ownerId", "amount_msats": "amountMsats", "status": "status",
        "payment_hash": "paymentHash", "payment_request": "paymentRequest", "payment_proof_ref": "paymentProofRef",
        "request_id": "requestId", "settled_at_ms": "settledAtMs", "payment_proof_type": "paymentProofType",
        "payment_proof_value": "paymentProofValue", "task_id": "taskId", "route_id": "routeId", "metadata": "metadata",
    }  # fmt: skip
    return {theirs: getattr(one, ours) for ours, theirs in names.items()}
