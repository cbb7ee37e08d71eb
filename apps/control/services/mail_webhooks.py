"""Webhooks of mail providers: verified here, kept by the runtime (3.11)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings

from apps.control import metrics, peers
from apps.control.gateways import mail
from apps.control.services import trail
from openagents.receipts.strict_json import MalformedJSON, loads
from openagents.wire.faults import (
    CONFLICT,
    DEPENDENCY_UNAVAILABLE,
    INVALID_REQUEST,
    NOT_FOUND,
    PAYLOAD_TOO_LARGE,
    UNAUTHORIZED,
    Fault,
)

BYTES_MAX: Final = 256 * 1024
REFUSALS: Final = {409: CONFLICT, 400: INVALID_REQUEST}
EVENT_ID_MAX: Final = 200

_NAME = re.compile(r"[a-z0-9_.-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event."""

    event_id: str
    status: str
    delivery_state: str | None = None
    replayed: bool = False


def take(provider_name: str, headers: Mapping[str, str], body: bytes) -> Taken:
    """Verify, read and hand on one webhook.

    Raises Fault NOT_FOUND, PAYLOAD_TOO_LARGE, UNAUTHORIZED (a `webhook_*` reason), INVALID_REQUEST, CONFLICT,
    DEPENDENCY_UNAVAILABLE: providers repeat what is not answered with 200.
    """
    name = provider_name.strip().lower()
    provider = mail.provider(name, production=settings.OA.oa_env == "prod") if _NAME.fullmatch(name) else None
    secrets = settings.OA.webhook_secrets(name) if provider is not None else []
    if provider is None or not secrets:
        raise Fault(NOT_FOUND)
    if len(body) > BYTES_MAX:
        raise Fault(PAYLOAD_TOO_LARGE, details={"limit_bytes": BYTES_MAX})
    try:
        event_id = provider.verify(headers, body, secrets, time.time())
    except mail.Unverified as problem:
        _note(name, "rejected", None, reason=problem.reason)
        raise Fault(UNAUTHORIZED, reason_code=problem.reason) from None
    if len(event_id) > EVENT_ID_MAX:
        raise Fault(INVALID_REQUEST, errors={"event_id": [f"is longer than {EVENT_ID_MAX} characters"]})
    payload, event = _read(provider, event_id, body)
    if event.delivery_state is None:
        _note(name, "ignored", event_id, type=event.type[:EVENT_ID_MAX])
        return Taken(event_id, "ignored")
    replayed = _forward(name, event_id, payload, event)
    _note(name, "accepted", event_id, delivery_state=event.delivery_state, replayed=replayed)
    return Taken(event_id, "accepted", event.delivery_state, replayed)


def _read(provider: mail.MailProvider, event_id: str, body: bytes) -> tuple[dict[str, Any], mail.MailEvent]:
    try:
        payload = loads(body)
        if not isinstance(payload, dict):
            raise MalformedJSON("the body is no JSON object")
        return payload, provider.read(payload)
    except MalformedJSON as problem:
        _note(provider.name, "rejected", event_id, reason="invalid_json")
        raise Fault(INVALID_REQUEST, errors={"body": [str(problem)]}) from None
    except mail.Unusable as problem:
        _note(provider.name, "rejected", event_id, reason=f"missing_{problem}")
        raise Fault(INVALID_REQUEST, errors={str(problem): ["is missing"]}) from None


def _forward(name: str, event_id: str, payload: dict[str, Any], event: mail.MailEvent) -> bool:
    """Whether the runtime knew the event already."""
    report = {
        "event_id": event_id,
        "provider": name,
        "delivery_state": event.delivery_state,
        "payload": payload,
        "message_id": event.message_id,
        "recipient": event.recipient,
        "occurred_at": event.occurred_at,
        "reason": event.reason,
    }
    stated = {field: value for field, value in report.items() if value is not None}
    try:
        answer = peers.deliver_mail_event(json.dumps(stated, separators=(",", ":"), ensure_ascii=False).encode())
    except Fault:
        metrics.MAIL_WEBHOOKS.labels(name, "unavailable").inc()
        raise
    if answer.status not in (200, 202):
        kind = REFUSALS.get(answer.status, DEPENDENCY_UNAVAILABLE)
        if kind is DEPENDENCY_UNAVAILABLE:
            metrics.MAIL_WEBHOOKS.labels(name, "unavailable").inc()
        else:
            _note(name, "rejected", event_id, reason=kind.code)
        raise Fault(kind)
    return answer.status == 200


def _note(name: str, outcome: str, event_id: str | None, **attributes: Any) -> None:
    metrics.MAIL_WEBHOOKS.labels(name, outcome).inc()
    word: trail.Outcome = "rejected" if outcome == "rejected" else "success"
    trail.note(f"mail.webhook.{outcome}", word, provider=name, event_id=event_id, **attributes)
