"""Delivery reports: taken once, kept durably, told to the user they concern."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain.comms import DeliveryState, masked_recipient, recipient_hash
from apps.runtime.domain.journal import TopicClass, user_notifications
from apps.runtime.models import CommsDeliveryEvent, Thread, ThreadMessage
from apps.runtime.services import journal
from openagents.db.retry import retried
from openagents.idempotency import fingerprint, lock_key
from openagents.receipts.canonical import canonical_text
from openagents.receipts.ids import derived_id
from openagents.receipts.redaction import redact
from openagents.receipts.times import rfc3339
from openagents.wire.faults import CONFLICT, Fault


@dataclass(frozen=True, slots=True)
class Report:
    """One report, checked. `recipient` is the plain address; it is never stored."""

    provider: str
    event_id: str
    state: DeliveryState
    payload: Mapping[str, Any]
    message_id: str | None = None
    integration_id: str | None = None
    recipient: str | None = None
    occurred_at: datetime | None = None
    reason: str | None = None

    def fingerprint(self) -> str:
        return fingerprint(
            {
                "delivery_state": self.state.value,
                "payload": dict(self.payload),
                "message_id": self.message_id,
                "integration_id": self.integration_id,
                "recipient_sha256": recipient_hash(self.recipient) if self.recipient else None,
                "occurred_at": rfc3339(self.occurred_at) if self.occurred_at else None,
                "reason": self.reason,
            }
        )


@retried
def take(report: Report) -> bool:
    """Take a report; False when it was taken before. Raises Fault CONFLICT `delivery_event_conflict` when it said
    something else then, and WRITE_PATH_FROZEN."""
    mark = report.fingerprint()
    with transaction.atomic():
        lock_key("comms.delivery", f"{report.provider}:{report.event_id}")
        known = CommsDeliveryEvent.objects.filter(provider=report.provider, event_id=report.event_id).first()
        if known is not None:
            if known.fingerprint != mark:
                metrics.COMMS_EVENTS.labels(report.state.value, "conflict").inc()
                raise Fault(
                    CONFLICT, "the event was reported with other content", reason_code="delivery_event_conflict"
                )
            metrics.COMMS_EVENTS.labels(report.state.value, "replay").inc()
            return False
        owner_key = _owner_of(report)
        now = timezone.now()
        CommsDeliveryEvent.objects.create(
            provider=report.provider,
            event_id=report.event_id,
            fingerprint=mark,
            state=report.state.value,
            payload_text=canonical_text(redact(dict(report.payload))),
            message_id=report.message_id,
            integration_id=report.integration_id,
            recipient_sha256=recipient_hash(report.recipient) if report.recipient else None,
            recipient_masked=masked_recipient(report.recipient) if report.recipient else None,
            reason=redact(report.reason),
            owner_key=owner_key,
            occurred_at=report.occurred_at,
            received_at=now,
        )
        if owner_key is not None and owner_key.startswith("user:"):
            journal.write([_notification(report, owner_key)], now)
    metrics.COMMS_EVENTS.labels(report.state.value, "accepted").inc()
    return True


def _owner_of(report: Report) -> str | None:
    """Whose mail it was: the owner of the message, else whoever earlier reports of the integration concerned."""
    if report.message_id:
        thread_id = (
            ThreadMessage.objects.filter(message_id=report.message_id).values_list("thread_id", flat=True).first()
        )
        owner = Thread.objects.filter(thread_id=thread_id).values_list("owner_key", flat=True).first()
        if owner is not None:
            return owner
    if report.integration_id:
        return (
            CommsDeliveryEvent.objects.filter(integration_id=report.integration_id, owner_key__isnull=False)
            .order_by("-received_at")
            .values_list("owner_key", flat=True)
            .first()
        )
    return None


def _notification(report: Report, owner_key: str) -> journal.Row:
    identifier = derived_id("ntf", fingerprint({"provider": report.provider, "event_id": report.event_id}), 24)
    return journal.Row(
        topic=user_notifications(owner_key.removeprefix("user:")),
        topic_class=TopicClass.NOTIFICATIONS,
        kind="notification.comms_delivery",
        doc_key=f"notification:{identifier}",
        doc_version=1,
        payload_text=journal.document(
            {
                "id": identifier,
                "type": "comms_delivery",
                "title": f"Mail {report.state.value}",
                "ref": f"comms:{report.provider}:{report.event_id}",
            }
        ),
        owner_key=owner_key,
        metadata={"occurred_at": rfc3339(report.occurred_at) if report.occurred_at else None},
    )
