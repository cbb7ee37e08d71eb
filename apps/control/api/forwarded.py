"""What the forwarded lanes share: bodies as the client sent them, keys from the header, answers under `data`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from pydantic import ValidationError

from apps.control import mapping
from apps.control.api.guards import principal_of
from apps.control.services import trail
from apps.control.services.forwarding import idempotency_key, is_worker_id
from openagents.peers.calls import PeerAnswer
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond

log = structlog.get_logger("oa.control.forwarding")

READ: Final = "runtime.read"
WRITE: Final = "runtime.write"
KEY_MAX: Final = 160


def key_of(request: HttpRequest) -> str | None:
    """The header `Idempotency-Key`. Raises Fault INVALID_REQUEST for one that cannot be a key."""
    return idempotency_key(request.headers.get("idempotency-key"))


def given(body: WireModel) -> dict[str, Any]:
    """What the client sent, and nothing that it left out: an absent payload is not a null payload."""
    return {name: getattr(body, name) for name in body.model_fields_set}


def content(body: WireModel) -> bytes:
    """The JSON that is passed on."""
    return mapping.sent_fields(body)


def filled(fields: dict[str, Any], name: str, key: str | None) -> bool:
    """Let the header's key stand in for the absent one of the body; whether there is a key now."""
    if not fields.get(name) and key is not None:
        fields[name] = key
    return bool(fields.get(name))


def check(errors: Mapping[str, str | None]) -> None:
    """Raise Fault INVALID_REQUEST with the complaints among `errors`."""
    found = {field: [complaint] for field, complaint in errors.items() if complaint}
    if found:
        raise Fault(INVALID_REQUEST, errors=found)


def too_long(value: str | None, limit: int) -> str | None:
    """The complaint about a text of more than `limit` characters."""
    return f"must be at most {limit} characters" if value is not None and len(value) > limit else None


def not_between(value: str, low: int, high: int) -> str | None:
    """The complaint about a text whose length, trimmed, is outside the bounds."""
    return None if low <= len(value.strip()) <= high else f"must be {low} to {high} characters"


def no_worker_id(value: str | None) -> str | None:
    """The complaint about a worker id in a body; absent and blank ones are the runtime's to choose."""
    if value is None or not value.strip() or is_worker_id(value.strip()):
        return None
    return "must be 1 to 160 characters of A-Z a-z 0-9 _ . ~ : @ -"


def part(answer: PeerAnswer, name: str) -> Any:
    """One member of the runtime's body. Raises Fault DEPENDENCY_UNAVAILABLE when it is not there."""
    body = answer.json
    if not isinstance(body, dict) or name not in body:
        raise unreadable()
    return body[name]


def enveloped(model: type[WireModel], status: int, data: Any) -> HttpResponse:
    """The runtime's value under `data`, through our message: fields that we do not know are dropped."""
    try:
        return respond(model, status, data=data)
    except ValidationError as error:
        raise unreadable() from error


def unreadable() -> Fault:
    return Fault(DEPENDENCY_UNAVAILABLE, "The runtime's answer cannot be read.")


def audit(request: HttpRequest, event: str, **attributes: Any) -> None:
    """Note what the runtime has accepted from the caller.

    The effect stands whatever happens here, so a database that fails now must not make it look as if it did not.
    """
    try:
        trail.note_by(principal_of(request), event, **attributes)
    except DatabaseError as error:
        log.error("forwarding.unaudited", event_name=event, reason=type(error).__name__)
