"""The one way a worker changes: lock its two rows, decide, and write events, projection and journal together."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain.journal import TopicClass, worker_events
from apps.runtime.domain.projections import PROJECTION_VERSION
from apps.runtime.domain.worker_projection import WORKER_SUMMARY, WorkerSummaryValue, document_id
from apps.runtime.domain.worker_states import BEATING, ENDED, WorkerStatus, may_move
from apps.runtime.models import Worker, WorkerEvent, WorkerLive
from apps.runtime.services import interop, journal, worker_documents
from apps.runtime.services.journal import Row
from openagents.ops import faults
from openagents.receipts.canonical import canonical_text
from openagents.wire.faults import CONFLICT, INVALID_REQUEST, PAYLOAD_TOO_LARGE, RATE_LIMITED, Fault

LIVE_COLUMNS = (
    "latest_seq",
    "last_heartbeat_at",
    "heartbeat_state",
    "open_epoch",
    "event_at",
    "rate_second",
    "rate_count",
)


@dataclass(slots=True)
class Change:
    """A worker under its locks, and what is about to be written of it. Make one with `locked` or `fresh`."""

    live: WorkerLive
    before: int
    now: datetime
    new: bool = False
    events: list[WorkerEvent] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    """Rows of other subjects that belong to the same transaction (threads, notifications)."""
    columns: set[str] = field(default_factory=set)
    """Columns of the wide row that changed."""
    announce: bool = False

    @property
    def worker(self) -> Worker:
        return self.live.worker

    @property
    def status(self) -> WorkerStatus:
        return WorkerStatus(self.live.worker.status)

    def set(self, **columns: Any) -> None:
        """Set columns of the wide row; only real changes will be written."""
        for name, value in columns.items():
            if getattr(self.worker, name) != value:
                setattr(self.worker, name, value)
                self.columns.add(name)

    def append(
        self,
        event_type: str,
        payload: dict[str, Any] | str,
        *,
        occurred_at: datetime | None = None,
        event_id: str | None = None,
    ) -> WorkerEvent:
        """Add an event behind the log; a `str` payload is canonical text already."""
        text = payload if isinstance(payload, str) else canonical_text(payload)
        self.live.latest_seq += 1
        event = WorkerEvent(
            worker_id=self.live.worker_id,
            seq=self.live.latest_seq,
            event_type=event_type,
            payload_text=text,
            event_id=event_id,
            occurred_at=occurred_at or self.now,
            recorded_at=self.now,
        )
        self.live.event_at = self.now
        self.events.append(event)
        return event

    def move(self, status: WorkerStatus, *, beat: bool = True) -> None:
        """Put the worker into `status` with everything that follows from it, except the event.

        `beat` False leaves the last beat alone: a worker that was lost did not beat at that moment.
        Raises Fault CONFLICT `provider_quarantined`, INVALID_REQUEST `invalid_worker_transition`.
        """
        before = self.status
        if self.worker.quarantined and before is WorkerStatus.FAILED and status is not WorkerStatus.FAILED:
            raise Fault(CONFLICT, "the provider is quarantined", reason_code="provider_quarantined")
        if not may_move(before, status):
            raise Fault(
                INVALID_REQUEST,
                f"a {before} worker cannot become {status}",
                reason_code="invalid_worker_transition",
                details={"status": before.value, "requested": status.value},
            )
        if status in ENDED and before not in ENDED:
            self.set(stopped_at=self.now)
            if beat:
                self.live.last_heartbeat_at = self.now
        elif status not in ENDED and before in ENDED:
            self.set(stopped_at=None, started_at=self.now)
            self.beat()
        self.set(status=status)
        self.live.open_epoch = self.worker.lease_epoch if status in BEATING else None
        self.announce = True

    def beat(self) -> None:
        """The worker is alive now."""
        self.live.last_heartbeat_at = self.now

    def write(self) -> None:
        """Write it all and the journal last. Raises Fault PAYLOAD_TOO_LARGE when a row is over its topic's limit."""
        faults.point("runtime.worker.before_write")
        if self.new:
            self.worker.save(force_insert=True)
            # The row begins where the log does; `_record` moves it, as ever after.
            WorkerLive.objects.create(worker=self.worker, event_at=self.now)
        elif self.columns:
            self.worker.updated_at = self.now
            self.worker.save(update_fields=[*self.columns, "updated_at"])
        state = worker_documents.liveness_of(self.live, self.now).state
        self.announce = self.announce or bool(self.columns) or state != self.live.heartbeat_state
        self.live.heartbeat_state = state
        _record(self)
        if self.announce:
            interop.advertise(self.live, self.now)
        rows = worker_documents.rows(self.live, self.events, self.now, announce=self.announce)
        journal.write([*rows, *self.rows], self.now)
        faults.point("runtime.worker.after_write")
        self.before = self.live.latest_seq
        self.events, self.rows, self.columns, self.announce, self.new = [], [], set(), False, False


def locked(worker_id: str) -> Change | None:
    """The worker under its locks, wide row first; None when there is none. Call it inside a transaction."""
    live = (
        WorkerLive.objects.select_related("worker")
        .select_for_update(of=("worker", "self"), no_key=True)
        .filter(worker_id=worker_id)
        .first()
    )
    if live is None:
        return None
    return Change(live, live.latest_seq, max(timezone.now(), live.event_at))


def fresh(worker: Worker, now: datetime) -> Change:
    """A worker that does not exist yet: running, beating, without events. `write` inserts it.

    Two makers of the same id must have been put in order before (`lock_key("worker.id", id)`).
    """
    live = WorkerLive(worker=worker, last_heartbeat_at=now, open_epoch=worker.lease_epoch, event_at=now)
    return Change(live, 0, now, new=True, announce=True)


def _record(change: Change) -> None:
    live = change.live
    summary = WorkerSummaryValue(live.worker_id, change.status, live.latest_seq, live.latest_seq)
    with journal.counted_mismatch(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT runtime_worker_record(%s::jsonb, %s::jsonb, %s::jsonb)",
            [
                _json({"worker_id": live.worker_id, "before": change.before}, live, LIVE_COLUMNS),
                json.dumps([_event_json(event) for event in change.events], ensure_ascii=False),
                json.dumps(
                    {
                        "name": WORKER_SUMMARY,
                        "document_id": document_id(live.worker_id),
                        "status": summary.status.value,
                        "hash": summary.projection_hash,
                        "version": PROJECTION_VERSION,
                        "at": change.now.isoformat(),
                    }
                ),
            ],
        )


def _json(body: dict[str, Any], source: Any, columns: Sequence[str]) -> str:
    values = {name: getattr(source, name) for name in columns}
    return json.dumps({**body, **values}, default=lambda value: value.isoformat())


def _event_json(event: WorkerEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "event_type": event.event_type,
        "payload": event.payload_text,
        "event_id": event.event_id,
        "occurred_at": event.occurred_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
    }


def admit(change: Change, payload_text: str) -> None:
    """Let one posted event in: by size, then by the worker's rate of this second.

    Raises Fault PAYLOAD_TOO_LARGE `khala_frame_payload_too_large`, RATE_LIMITED `khala_publish_rate_limited`.
    """
    config, topic = settings.OA, worker_events(change.worker.worker_id)
    about = {"topic": topic, "topic_class": TopicClass.CODEX_WORKER_EVENTS.value}
    size, limit = len(payload_text.encode()), config.khala_codex_worker_events_max_payload_bytes
    if size > limit:
        metrics.JOURNAL_REJECTED.labels(TopicClass.CODEX_WORKER_EVENTS, "khala_frame_payload_too_large").inc()
        raise Fault(
            PAYLOAD_TOO_LARGE,
            "the event's payload is too large",
            reason_code="khala_frame_payload_too_large",
            details={**about, "payload_bytes": size, "max_payload_bytes": limit},
        )
    rate, live = config.khala_codex_worker_events_publish_rate_per_second, change.live
    second, millisecond = divmod(int(change.now.timestamp() * 1000), 1000)
    admitted = live.rate_count if live.rate_second == second else 0
    if rate and admitted >= rate:
        metrics.JOURNAL_REJECTED.labels(TopicClass.CODEX_WORKER_EVENTS, "khala_publish_rate_limited").inc()
        raise Fault(
            RATE_LIMITED,
            "too many events of this worker",
            reason_code="khala_publish_rate_limited",
            details={**about, "max_publish_per_second": rate},
            retry_after_ms=max(1, 1000 - millisecond),
        )
    live.rate_second, live.rate_count = second, admitted + 1
