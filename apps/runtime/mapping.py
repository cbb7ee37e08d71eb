"""Wire and domain, both ways, explicit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from apps.runtime.domain.owners import Owner
from apps.runtime.models import Run, RunEvent, RunFrame
from openagents.wire.faults import INVALID_REQUEST, Fault


def run_view(run: Run, events: Sequence[RunEvent] = ()) -> dict[str, Any]:
    """`RuntimeRunView`. `events` are shown as given; what is older counts as truncated."""
    owner = Owner(run.owner_key)
    return {
        "id": str(run.id),
        "run_id": str(run.id),
        "worker_id": run.worker_id,
        "status": str(run.status),
        "metadata": json.loads(run.metadata_text),
        "events": [event_view(event) for event in events],
        "created_at": run.created_at,
        "updated_at": run.updated_at,
        "thread_id": run.thread_id,
        "org_id": run.org_id,
        "owner_user_ref": owner.user_ref,
        "owner_guest_scope": owner.guest_scope,
        "latest_seq": run.latest_seq,
        "event_count": run.event_count,
        "terminal_reason_class": run.terminal_reason_class,
        "terminal_reason": run.terminal_reason,
        "terminal_at": run.terminal_at,
        "events_truncated": len(events) < run.latest_seq,
    }


def event_view(event: RunEvent) -> dict[str, Any]:
    """`RuntimeRunEventView`; the payload is the value of the stored canonical text."""
    return {
        "seq": event.seq,
        "event_type": event.event_type,
        "payload": json.loads(event.payload_text),
        "idempotency_key": event.idempotency_key,
        "recorded_at": event.recorded_at,
        "source": event.source,
    }


def frame_view(frame: RunFrame) -> dict[str, Any]:
    """`RuntimeRunFrameView`."""
    return {
        "frame_id": frame.frame_id,
        "type": frame.type,
        "payload": json.loads(frame.payload_text),
        "occurred_at": frame.occurred_at,
        "received_seq": frame.received_seq,
        "consumed_seq": frame.consumed_seq,
        "received_at": frame.created_at,
    }


def parse_run_id(text: str) -> UUID:
    """A run id from a path or body. Raises Fault INVALID_REQUEST."""
    try:
        return UUID(text.strip())
    except ValueError:
        raise Fault(INVALID_REQUEST, "a run id is a UUID", errors={"run_id": ["not a UUID"]}) from None


def optional_text(value: str | None, name: str, chars_max: int) -> str | None:
    """Trimmed text, None when blank. Raises Fault INVALID_REQUEST when too long."""
    text = (value or "").strip()
    if len(text) > chars_max:
        raise Fault(INVALID_REQUEST, f"{name} is too long", errors={name: [f"at most {chars_max} characters"]})
    return text or None
