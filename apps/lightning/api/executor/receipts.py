"""Receipts: look-up, verification, and the keys they are signed with."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning.api.executor.envelope import answer, documented
from apps.lightning.api.executor.guards import Scoped, operation
from apps.lightning.domain.credentials import READ
from apps.lightning.domain.executor_receipts import declared_json
from apps.lightning.mapping_executor import accepted, emitted
from apps.lightning.services.executor import receipts
from apps.lightning.services.executor.refusals import RECEIPT_NOT_FOUND
from openagents.lightning.v1 import wallet_executor_http_pb2 as http
from openagents.wire.faults import Fault
from openagents.wire.model import WireModel

router = Router(tags=["receipts"])

VerifyIn = accepted(http.VerifyReceiptRequest, "receipt")
Verdict = emitted(http.ReceiptVerdict)
Keys = emitted(http.ReceiptSigningKeys)


@router.get("/receipt-signing-keys", auth=None, response={200: emitted(http.ReceiptSigningKeysResponse)})
@operation("receipt-signing-keys")
def keys(request: HttpRequest) -> HttpResponse:
    """Every public key ever used."""
    return answer(request, Keys(keys=receipts.keys()))


@router.post(
    "/receipts/verify",
    auth=Scoped(READ),
    response={200: emitted(http.ReceiptVerdictResponse)},
    openapi_extra=documented(413),
)
@operation("receipts-verify")
def verify(request: HttpRequest, body: Annotated[WireModel, VerifyIn]) -> HttpResponse:
    """Recompute hash, id and signature of any receipt."""
    found = receipts.verify(body.receipt)
    return answer(
        request,
        Verdict(
            hash_ok=found.hash_ok,
            receipt_id_ok=found.receipt_id_ok,
            signature_ok=found.signature_ok,
            known=found.known,
        ),
    )


@router.get("/receipts/{receipt_id}", auth=Scoped(READ), response={200: emitted(http.StoredReceiptResponse)})
@operation("receipts")
def look_up(request: HttpRequest, receipt_id: str) -> HttpResponse:
    """A stored receipt of any kind, as it was issued."""
    found = receipts.stored(receipt_id)
    if found is None:
        raise Fault(RECEIPT_NOT_FOUND)
    return answer(request, declared_json(found))
