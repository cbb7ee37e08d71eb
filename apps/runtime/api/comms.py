"""Delivery reports of mail providers, as control's webhook hands them on."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.runtime.api.principals import Writer
from apps.runtime.domain.comms import ID_CHARS_MAX, PROVIDER, REASON_CHARS_MAX, DeliveryState
from apps.runtime.mapping import optional_text
from apps.runtime.services import comms
from openagents.receipts.canonical import Unrepresentable
from openagents.runtime.v1 import service_http_pb2 as pb
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

CONTROL = Writer(issuers={"control"})

DeliveryIn = schema(pb.RuntimeCommsDeliveryEventRequest, required=("event_id", "provider", "delivery_state", "payload"))
DeliveryOut = schema(pb.RuntimeCommsDeliveryEventResponse, case="camel")

router = Router(tags=["comms"])


@router.post(
    "/delivery-events",
    auth=CONTROL,
    response={202: DeliveryOut, 200: DeliveryOut},
    summary="Take a provider's delivery report",
)
def delivery_event(request: HttpRequest, body: Annotated[WireModel, DeliveryIn]) -> HttpResponse:
    """Taken once per (provider, event_id). The webhook has checked the provider's signature."""
    report = _report(body)
    try:
        first = comms.take(report)
    except Unrepresentable as error:
        raise Fault(INVALID_REQUEST, str(error), errors={"payload": [str(error)]}) from None
    return respond(
        DeliveryOut,
        202 if first else 200,
        event_id=report.event_id,
        event_id_camel=report.event_id,
        status="accepted",
        idempotent_replay=not first,
    )


def _report(body: Any) -> comms.Report:
    provider = body.provider.strip().lower()
    if not PROVIDER.match(provider):
        raise Fault(INVALID_REQUEST, "provider is not a name", errors={"provider": [PROVIDER.pattern]})
    event_id = optional_text(body.event_id, "event_id", ID_CHARS_MAX)
    if event_id is None:
        raise Fault(INVALID_REQUEST, "event_id is required", errors={"event_id": ["required"]})
    state = body.delivery_state.strip().lower()
    if state not in set(DeliveryState):
        raise Fault(INVALID_REQUEST, "no such delivery state", errors={"delivery_state": list(DeliveryState)})
    return comms.Report(
        provider=provider,
        event_id=event_id,
        state=DeliveryState(state),
        payload=body.payload,
        message_id=optional_text(body.message_id, "message_id", ID_CHARS_MAX),
        integration_id=optional_text(body.integration_id, "integration_id", ID_CHARS_MAX),
        recipient=optional_text(body.recipient, "recipient", ID_CHARS_MAX),
        occurred_at=body.occurred_at,
        reason=optional_text(body.reason, "reason", REASON_CHARS_MAX),
    )
