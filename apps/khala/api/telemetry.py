"""`POST /khala/v1/telemetry`: diagnostic events of clients, also of those whose token has just expired (section 20)."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.khala.api.bearer import TokenHolder
from apps.khala.domain import telemetry
from apps.khala.domain.access import Principal
from apps.khala.services.telemetry import store
from apps.khala.services.thread import ask_node
from openagents.receipts import strict_json
from openagents.sync.v1 import http_pb2 as pb
from openagents.wire.faults import INVALID_REQUEST, MALFORMED_REQUEST, PAYLOAD_TOO_LARGE, RATE_LIMITED, Fault
from openagents.wire.ninja import body_limit, respond
from openagents.wire.schema import schema

router = Router(tags=["telemetry"])
TelemetryOut = schema(pb.KhalaTelemetryResponse)
EXPIRED_SECONDS_MAX: Final = 3_600
PER_MINUTE: Final = 60


BODY: Final[dict[str, Any]] = {
    "x-oa-request-message": pb.KhalaTelemetryRequest.DESCRIPTOR.full_name,
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["events"],
                    "properties": {
                        "events": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": telemetry.EVENTS_MAX,
                            "items": {"type": "object"},
                        }
                    },
                }
            }
        },
    },
}
"""The body as documented: a list of events, each of which is judged by itself and may be anything."""


@router.post(
    "/khala/v1/telemetry",
    response={202: TelemetryOut},
    auth=TokenHolder(expired_for=EXPIRED_SECONDS_MAX),
    openapi_extra=BODY,
)
@body_limit(telemetry.BYTES_MAX)
def ingest(request: HttpRequest) -> HttpResponse:
    """Every event is judged by itself; one that came before counts as accepted once."""
    principal: Principal = request.auth  # type: ignore[attr-defined]
    events = _events(request)
    wait = ask_node(lambda node: node.hit_window("khala.telemetry", principal.principal_key, PER_MINUTE, 60))
    if wait:
        raise Fault(RATE_LIMITED, retry_after_ms=wait * 1000)
    accepted, duplicates, rejected = store(principal, events, settings.OA.telemetry_pepper())
    return respond(
        TelemetryOut,
        202,
        accepted=accepted,
        duplicates=duplicates,
        rejected=[{"index": index, "reason": reason} for index, reason in rejected],
    )


def _events(request: HttpRequest) -> list[Any]:
    """The raw events: unknown fields are ignored, so the body is not held against the message."""
    raw = request.body
    if len(raw) > telemetry.BYTES_MAX:
        raise Fault(PAYLOAD_TOO_LARGE)
    try:
        body = strict_json.loads(raw, max_depth=8)
    except strict_json.MalformedJSON:
        raise Fault(MALFORMED_REQUEST) from None
    events = body.get("events") if isinstance(body, dict) else None
    if not isinstance(events, list) or not 1 <= len(events) <= telemetry.EVENTS_MAX:
        raise Fault(INVALID_REQUEST, errors={"events": [f"1 to {telemetry.EVENTS_MAX} events"]})
    return events
