"""Workers, their events and control requests on the wire."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.runtime.domain.control_requests import VERSION_DEFAULT, Call
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.projections import PROJECTION_VERSION
from apps.runtime.domain.worker_projection import document_id
from apps.runtime.models import ProjectionCheckpoint, WorkerEvent, WorkerLive
from apps.runtime.services.worker_documents import liveness_of, shown_metadata
from apps.runtime.services.worker_events import Stored
from apps.runtime.services.workers import Lease

U64_MAX = 2**64 - 1


def worker_view(live: WorkerLive) -> dict[str, Any]:
    """`RuntimeWorkerView`."""
    worker, owner = live.worker, Owner(live.worker.owner_key)
    number = int(owner.name) if owner.user_ref and owner.name.isascii() and owner.name.isdecimal() else None
    return {
        "worker_id": worker.worker_id,
        "lane": worker.lane,
        "owner": {
            "user_id": number if number is not None and number <= U64_MAX else None,
            "guest_scope": owner.guest_scope,
        },
        "owner_user_ref": owner.user_ref,
        "org_id": worker.org_id,
        "workspace_ref": worker.workspace_ref,
        "codex_home_ref": worker.codex_home_ref,
        "adapter": worker.adapter,
        "status": str(worker.status),
        "latest_seq": live.latest_seq,
        "metadata": shown_metadata(worker),
        "started_at": worker.started_at,
        "stopped_at": worker.stopped_at,
        "last_heartbeat_at": live.last_heartbeat_at,
        "updated_at": updated_at(live),
    }


def updated_at(live: WorkerLive) -> datetime:
    """The latest of row, event and beat."""
    return max(filter(None, (live.worker.updated_at, live.event_at, live.last_heartbeat_at)))


def worker_entry(live: WorkerLive, lease: Lease | None = None) -> dict[str, Any]:
    """`RuntimeWorkerEntry`; the lease where it was just renewed."""
    alive = liveness_of(live, timezone.now())
    return {
        "worker": worker_view(live),
        "liveness": {
            "heartbeat_age_ms": alive.age_ms,
            "heartbeat_stale_after_ms": settings.OA.runtime_worker_heartbeat_stale_after_ms,
            "heartbeat_state": alive.state.value,
        },
        "lease": {"epoch": lease.epoch, "expires_at": lease.expires_at} if lease else None,
    }


def codex_view(live: WorkerLive) -> dict[str, Any]:
    """`CodexWorkerView`. The projection is written with every event, so it is never behind."""
    worker, alive = live.worker, liveness_of(live, timezone.now())
    return {
        "worker_id": worker.worker_id,
        "status": str(worker.status),
        "latest_seq": live.latest_seq,
        "workspace_ref": worker.workspace_ref,
        "codex_home_ref": worker.codex_home_ref,
        "adapter": worker.adapter,
        "metadata": shown_metadata(worker),
        "started_at": worker.started_at,
        "stopped_at": worker.stopped_at,
        "last_heartbeat_at": live.last_heartbeat_at,
        "heartbeat_age_ms": alive.age_ms,
        "heartbeat_stale_after_ms": settings.OA.runtime_worker_heartbeat_stale_after_ms,
        "heartbeat_state": alive.state.value,
        "updated_at": updated_at(live),
        "khala_projection": {
            "document_id": document_id(worker.worker_id),
            "status": "in_sync",
            "lag_events": 0,
            "last_runtime_seq": live.latest_seq,
            "projection_version": str(PROJECTION_VERSION),
            "last_projected_at": live.event_at,
        },
    }


def event_view(worker_id: str, event: WorkerEvent | Stored) -> dict[str, Any]:
    """`CodexWorkerEventView`; the payload is the value of the stored canonical text."""
    return {
        "worker_id": worker_id,
        "seq": event.seq,
        "event_type": event.event_type,
        "payload": json.loads(event.payload_text),
        "occurred_at": event.occurred_at,
    }


def checkpoint_view(topic: str, checkpoint: ProjectionCheckpoint) -> dict[str, Any]:
    """`RuntimeCheckpointView`."""
    return {
        "topic": topic,
        "last_seq": checkpoint.last_runtime_seq,
        "last_event_type": checkpoint.last_event_type,
        "updated_at": checkpoint.last_projected_at,
    }


def read_call(body: Any) -> Call:
    """A control request as sent, trimmed; `sent` keeps the fields it came with."""
    texts = {
        name: (getattr(body, name) or "").strip()
        for name in ("request_id", "method", "request_version", "sent_at", "source", "session_id", "thread_id")
    }
    given = body.model_fields_set
    sent: dict[str, Any] = {name: getattr(body, name) for name in texts if name in given and getattr(body, name)}
    if body.params is not None:
        sent["params"] = body.params
    return Call(
        request_id=texts["request_id"],
        method=texts["method"].lower(),
        params=body.params or {},
        request_version=texts["request_version"] or VERSION_DEFAULT,
        source=texts["source"] or None,
        session_id=texts["session_id"] or None,
        thread_id=texts["thread_id"] or None,
        version_given=bool(texts["request_version"]),
        sent=sent,
    )
