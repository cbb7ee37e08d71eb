"""The executor's lane: `{"ok":true,"requestId",…}` around answers, `{"ok":false,"error":…}` around refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from apps.lightning import metrics
from apps.lightning.services.executor.refusals import TOO_LARGE
from openagents.wire.envelopes import Rendered
from openagents.wire.envelopes import executor as shared
from openagents.wire.faults import (
    INVALID_REQUEST,
    NOT_FOUND,
    PAYLOAD_TOO_LARGE,
    UNAUTHORIZED,
    UNSUPPORTED_MEDIA_TYPE,
    Fault,
)
from openagents.wire.model import WireModel, to_json
from openagents.wire.ninja import error_response

CONTENT_TYPE = "application/json; charset=utf-8"
REPLAYED = "Idempotency-Replayed"
REALM = 'Bearer realm="wallet-executor"'


def envelope(fault: Fault, request_id: str) -> Rendered:
    """The shared form, with this lane's words for a body that is too large or no JSON, and its authentication realm."""
    if fault.kind is PAYLOAD_TOO_LARGE:
        fault = Fault(TOO_LARGE, details=fault.details)
    elif fault.kind is UNSUPPORTED_MEDIA_TYPE:
        fault = Fault(INVALID_REQUEST, fault.message)
    rendered = shared(fault, request_id)
    if fault.kind is UNAUTHORIZED:
        rendered.headers["WWW-Authenticate"] = REALM
    return rendered


def answer(
    request: HttpRequest, result: str | WireModel, *, key: str = "result", replayed: bool = False, plain: bool = False
) -> HttpResponse:
    """A success around `result`, whose stored text stays as it is. `plain`: the envelope without `requestId`."""
    text = result if isinstance(result, str) else to_json(result).decode()
    identifier = json.dumps(request.oa_request_id)  # type: ignore[attr-defined]
    head = "" if plain else f'"requestId":{identifier},'
    response = HttpResponse(f'{{"ok":true,{head}"{key}":{text}}}', content_type=CONTENT_TYPE)
    if replayed:
        response[REPLAYED] = "true"
    return response


def not_found_view(request: HttpRequest, exception: Exception | None = None, **kwargs: Any) -> HttpResponse:
    """For `handler404`."""
    return error_response(request, Fault(NOT_FOUND), envelope)


def outcome_of(response: HttpResponse) -> str:
    """What an answer counts as: ok, refused or failed."""
    if response.status_code < 400:
        return "ok"
    return "refused" if response.status_code < 500 else "failed"


def count(operation: str, outcome: str) -> None:
    metrics.REQUESTS.labels(operation, outcome).inc()


def documented(*statuses: int, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """OpenAPI: refusals of a route beside those that every route has."""
    responses = {
        str(status): {"description": "Refused", "content": {"application/json": {"schema": ERROR}}}
        for status in statuses
    }
    return {"responses": responses, **(extra or {})}


ERROR: dict[str, Any] = {"$ref": "#/components/schemas/Error"}
