"""Audit: one row and one log line per consequential act, in the transaction of the act itself."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.db import Error, transaction

from openagents.db.models import AuditEvent
from openagents.ops import context, metrics
from openagents.receipts.ids import new_uuid7
from openagents.receipts.redaction import redact

log = structlog.get_logger("oa.audit")


def record(
    event_name: str,
    *,
    outcome: str = "ok",
    user_id: str | None = None,
    session_id: str | None = None,
    org_id: str | None = None,
    device_id: str | None = None,
    **attributes: Any,
) -> None:
    """Append an audit event; `attributes` are JSON values and are redacted. Call it inside the mutation's transaction.

    The log line leaves with the commit: what was rolled back did not happen. Raises what the database raises.
    """
    plane = settings.OA_PROCESS.plane
    facts: dict[str, Any] = {
        "request_id": context.request_id.get(),
        "outcome": outcome,
        "user_id": user_id,
        "session_id": session_id,
        "org_id": org_id,
        "device_id": device_id,
        "attributes": redact(attributes),
    }
    try:
        AuditEvent.objects.create(id=new_uuid7(), event_name=event_name, **facts)
    except Error:
        metrics.AUDIT_FAILURES.labels(plane).inc()
        raise

    def say() -> None:
        metrics.AUDIT_EVENTS.labels(plane, event_name.split(".")[0], outcome).inc()
        log.info(event_name, **facts)

    transaction.on_commit(say, robust=True)
