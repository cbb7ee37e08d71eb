"""What the topics say of a worker: the lifecycle document, the summary, and which rows a change writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from apps.runtime.domain import journal, worker_metadata
from apps.runtime.domain.journal import TopicClass
from apps.runtime.domain.liveness import HeartbeatState, Liveness, liveness
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.projections import PROJECTION_VERSION
from apps.runtime.domain.worker_projection import document_id
from apps.runtime.domain.worker_states import Lane, WorkerStatus, label
from apps.runtime.models import Worker, WorkerEvent, WorkerLive
from apps.runtime.services.journal import Row, document
from apps.runtime.services.providers import trust_of
from openagents.ops import context
from openagents.receipts.canonical import canonical_text
from openagents.receipts.times import rfc3339

TRUST_COLUMNS = (
    "qualified",
    "qualified_at",
    "failure_strikes",
    "success_count",
    "quarantined",
    "quarantine_reason",
    "quarantined_at",
    "price_integrity_samples",
    "price_integrity_violations",
)


def liveness_of(live: WorkerLive, now: datetime) -> Liveness:
    """How alive the worker is at `now`."""
    stale_after_ms = settings.OA.runtime_worker_heartbeat_stale_after_ms
    return liveness(WorkerStatus(live.worker.status), live.last_heartbeat_at, now, stale_after_ms)


def announced_state(live: WorkerLive, now: datetime) -> HeartbeatState:
    """The state that readers know, unless the last beat has grown stale since."""
    announced = HeartbeatState(live.heartbeat_state)
    return announced if announced is not HeartbeatState.FRESH else liveness_of(live, now).state


def shown_metadata(worker: Worker) -> dict[str, Any]:
    """The worker's metadata with the runtime's own facts rendered in; those of trust only for providers."""
    shown = dict(worker.metadata)
    if not worker.is_provider:
        return shown
    for name in TRUST_COLUMNS:
        value = getattr(worker, name)
        if value is not None:
            shown[name] = rfc3339(value) if isinstance(value, datetime) else value
    shown["tier"] = trust_of(worker).tier.value
    return {**shown, **worker.last_signals}


def lifecycle_document(live: WorkerLive, now: datetime) -> dict[str, Any]:
    """The document of `worker:{id}:lifecycle` and of the fleet topics."""
    worker, owner = live.worker, Owner(live.worker.owner_key)
    said, alive = worker.metadata, liveness_of(live, now)
    provider_id = worker_metadata.text_of(said, "provider_id")
    price = said.get("min_price_msats")
    return {
        "worker_id": worker.worker_id,
        "status": str(worker.status),
        "latest_seq": live.latest_seq,
        "heartbeat_state": alive.state.value,
        "heartbeat_age_ms": alive.age_ms,
        "roles": worker_metadata.roles(said),
        "provider_id": provider_id or (worker.worker_id if worker.is_provider else None),
        "provider_base_url": worker_metadata.text_of(said, "provider_base_url"),
        "capabilities": said["capabilities"] if isinstance(said.get("capabilities"), list) else [],
        "min_price_msats": price if isinstance(price, int) and not isinstance(price, bool) else None,
        "reserve_pool": said.get("reserve_pool") is True,
        "qualified": worker.qualified,
        "failure_strikes": worker.failure_strikes,
        "quarantined": worker.quarantined,
        "quarantine_reason": worker.quarantine_reason,
        "owner_user_id": int(owner.name) if owner.user_ref and _is_number(owner.name) else None,
        "owner_guest_scope": owner.guest_scope,
        "owner_user_ref": owner.user_ref,
    }


def summary_document(live: WorkerLive, now: datetime, projected_at: datetime) -> dict[str, Any]:
    """The document of `org:{id}:workers`, a `CodexWorkerSummary`. The projection never lags: it is written with the
    event."""
    worker = live.worker
    return {
        "worker_id": worker.worker_id,
        "status": str(worker.status),
        "latest_seq": live.latest_seq,
        "workspace_ref": worker.workspace_ref,
        "codex_home_ref": worker.codex_home_ref,
        "adapter": worker.adapter,
        "heartbeat_state": liveness_of(live, now).state.value,
        "last_heartbeat_at": rfc3339(live.last_heartbeat_at) if live.last_heartbeat_at else None,
        "started_at": rfc3339(worker.started_at),
        "metadata": shown_metadata(worker),
        "khala_projection": {
            "document_id": document_id(worker.worker_id),
            "last_runtime_seq": live.latest_seq,
            "lag_events": 0,
            "status": "in_sync",
            "projection_version": str(PROJECTION_VERSION),
            "last_projected_at": rfc3339(projected_at),
        },
    }


def rows(live: WorkerLive, events: Sequence[WorkerEvent], now: datetime, *, announce: bool) -> list[Row]:
    """The journal rows of a change. `announce`: it is one of registration, status, liveness or trust."""
    found = [row for event in events for row in _event_rows(live.worker, event, now)]
    if events or announce:
        found += _summary_rows(live, now, announce=announce)
    return found


def _event_rows(worker: Worker, event: WorkerEvent, now: datetime) -> list[Row]:
    facts = _facts(worker, event.seq, event.occurred_at, now)
    doc_key = f"worker:{worker.worker_id}:event:{event.seq}"
    own = Row(
        topic=journal.worker_events(worker.worker_id),
        topic_class=TopicClass.CODEX_WORKER_EVENTS,
        kind=event.event_type,
        doc_key=doc_key,
        doc_version=event.seq,
        payload_text=event.payload_text,
        owner_key=worker.owner_key,
        org_id=worker.org_id,
        metadata=facts,
    )
    if worker.lane != Lane.CODEX or worker.org_id is None:
        return [own]
    shared = Row(
        topic=journal.org_worker_events(worker.org_id),
        topic_class=TopicClass.CODEX_WORKER_EVENTS,
        kind=event.event_type,
        doc_key=doc_key,
        doc_version=event.seq,
        payload_text=canonical_text(
            {
                "worker_id": worker.worker_id,
                "seq": event.seq,
                "event_type": event.event_type,
                "payload": json.loads(event.payload_text),
                "occurred_at": rfc3339(event.occurred_at),
            }
        ),
        owner_key=f"org:{journal.org_ref(worker.org_id)}",
        org_id=worker.org_id,
        visibility="org",
        metadata=facts,
    )
    return [own, shared]


def _summary_rows(live: WorkerLive, now: datetime, *, announce: bool) -> list[Row]:
    worker, owner = live.worker, Owner(live.worker.owner_key)
    facts = _facts(worker, live.latest_seq, now, now)
    doc_key = document_id(worker.worker_id)
    lifecycle = document(lifecycle_document(live, now))
    found: list[Row] = []
    if announce:
        found.append(
            Row(
                topic=journal.worker_lifecycle(worker.worker_id),
                topic_class=TopicClass.WORKER_LIFECYCLE,
                kind=label(WorkerStatus(worker.status)),
                doc_key=doc_key,
                doc_version=live.latest_seq,
                payload_text=lifecycle,
                owner_key=worker.owner_key,
                org_id=worker.org_id,
                metadata=facts,
            )
        )
    if worker.org_id is not None:
        found.append(
            Row(
                topic=journal.org_workers(worker.org_id),
                topic_class=TopicClass.WORKER_SUMMARIES,
                kind="worker.summary",
                doc_key=doc_key,
                doc_version=live.latest_seq,
                payload_text=document(summary_document(live, now, live.event_at)),
                owner_key=f"org:{journal.org_ref(worker.org_id)}",
                org_id=worker.org_id,
                visibility="org",
                is_doc=True,
                metadata=facts,
            )
        )
    if owner.kind in ("user", "guest"):
        found.append(
            Row(
                topic=journal.fleet_workers(worker.owner_key),
                topic_class=TopicClass.WORKER_LIFECYCLE,
                kind=label(WorkerStatus(worker.status)),
                doc_key=doc_key,
                doc_version=live.latest_seq,
                payload_text=lifecycle,
                owner_key=worker.owner_key,
                is_doc=True,
                metadata=facts,
            )
        )
    return found


def _facts(worker: Worker, seq: int, occurred_at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "worker_id": worker.worker_id,
        "event_seq": seq,
        "occurred_at": rfc3339(occurred_at),
        "projected_at": rfc3339(now),
        "request_id": context.request_id.get() or "",
    }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) < 2**64
