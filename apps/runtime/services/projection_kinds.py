"""The two projections of the log, each as the same few steps: fold the log, read what is stored, replace it.

Both write what the live path writes, byte for byte; the tests hold them against each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Case, F, QuerySet, When

from apps.runtime.domain import journal as topics
from apps.runtime.domain.drift import Folded, Stored
from apps.runtime.domain.projections import (
    PROJECTION_VERSION,
    RUN_SUMMARY,
    RunSummaryValue,
    apply,
    run_projection_hash,
)
from apps.runtime.domain.worker_projection import (
    WORKER_SUMMARY,
    WorkerSummaryValue,
    apply_worker,
    document_id,
)
from apps.runtime.domain.worker_states import STARTED, WorkerStatus
from apps.runtime.models import (
    ProjectionCheckpoint,
    Run,
    RunEvent,
    RunSummary,
    Worker,
    WorkerEvent,
    WorkerLive,
    WorkerSummary,
)
from apps.runtime.services import worker_documents
from apps.runtime.services.journal import Row, document
from openagents.receipts.times import rfc3339

EVENTS_PER_FETCH = 5000

Value = RunSummaryValue | WorkerSummaryValue


class LogGap(ValueError):
    """The log itself lacks events: nothing can be rebuilt from it."""

    def __init__(self, last_seq: int, incoming_seq: int) -> None:
        super().__init__(f"after {last_seq} comes {incoming_seq}")
        self.last_seq = last_seq
        self.incoming_seq = incoming_seq


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An entity's projection as its log gives it. `at`: time of the last event, or of the entity without one."""

    value: Value
    last_event_type: str
    at: datetime

    @property
    def folded(self) -> Folded:
        return Folded(self.value.last_seq, self.value.projection_hash, self.last_event_type)


@dataclass(frozen=True, slots=True)
class Kind:
    """A projection. `lock` answers False for an unknown entity; `announce` gives the journal rows of a change."""

    name: str
    summary: type[models.Model]
    id_field: str
    topic: Callable[[str], str]
    document_id: Callable[[str], str]
    lock: Callable[[str], bool]
    fold: Callable[[str], Rebuilt]
    hash_of: Callable[[Any], str]
    announce: Callable[[str, Rebuilt], list[Row]]

    def stored(self, entity_id: str) -> Stored:
        """What is stored of an entity, in two reads."""
        row: Any = self.summary._default_manager.filter(pk=entity_id).first()
        checkpoint = ProjectionCheckpoint.objects.filter(projection_name=self.name, entity_id=entity_id).first()
        summary_hash, computed = (row.projection_hash, self.hash_of(row)) if row else ("", "")
        if checkpoint is None:
            # A worker is registered with a summary, before it has any event that could move a checkpoint.
            return Stored(summary_hash, computed, 0, summary_hash if row and row.last_seq == 0 else "", "")
        return Stored(
            summary_hash,
            computed,
            checkpoint.last_runtime_seq,
            checkpoint.summary_hash,
            checkpoint.last_event_type,
            checkpoint.projection_version,
        )

    def delete(self, entity_id: str) -> None:
        """Remove summary and checkpoint."""
        self.summary._default_manager.filter(pk=entity_id).delete()
        ProjectionCheckpoint.objects.filter(projection_name=self.name, entity_id=entity_id).delete()

    def insert(self, entity_id: str, rebuilt: Rebuilt) -> None:
        """Write summary and, behind the first event, the checkpoint."""
        value = rebuilt.value
        self.summary._default_manager.create(
            **{self.id_field: entity_id},
            status=str(value.status),
            last_seq=value.last_seq,
            event_count=value.event_count,
            projection_hash=value.projection_hash,
            updated_at=rebuilt.at,
        )
        if value.last_seq == 0:
            return
        ProjectionCheckpoint.objects.create(
            projection_name=self.name,
            entity_id=entity_id,
            document_id=self.document_id(entity_id),
            last_runtime_seq=value.last_seq,
            last_event_type=rebuilt.last_event_type,
            projection_version=PROJECTION_VERSION,
            summary_hash=value.projection_hash,
            last_projected_at=rebuilt.at,
        )


Event = tuple[int, str, str | None, datetime]


def _events(log: QuerySet[Any], speaking: Iterable[str]) -> Iterator[Event]:
    """(seq, type, payload or None, time) in order. Payloads only of the types whose payload moves the projection."""
    payload = Case(When(event_type__in=list(speaking), then=F("payload_text")))
    rows = log.order_by("seq").values_list("seq", "event_type", payload, "recorded_at")
    return rows.iterator(chunk_size=EVENTS_PER_FETCH)


def _fold(value: Any, step: Callable[[Any, int, str, Any], Any], events: Iterator[Event], at: datetime) -> Rebuilt:
    last_type = ""
    for seq, event_type, payload, recorded_at in events:
        if seq != value.last_seq + 1:
            raise LogGap(value.last_seq, seq)
        value = step(value, seq, event_type, None if payload is None else json.loads(payload))
        last_type, at = event_type, recorded_at
    return Rebuilt(value, last_type, at)


def _fold_run(run_id: str) -> Rebuilt:
    log = RunEvent.objects.filter(run_id=run_id)
    started: datetime = Run.objects.values_list("created_at", flat=True).get(id=run_id)
    return _fold(RunSummaryValue(run_id), apply, _events(log, ["run.finished"]), started)


def _fold_worker(worker_id: str) -> Rebuilt:
    log = WorkerEvent.objects.filter(worker_id=worker_id)
    registered: datetime = Worker.objects.values_list("created_at", flat=True).get(worker_id=worker_id)
    return _fold(WorkerSummaryValue(worker_id), apply_worker, _events(log, [STARTED]), registered)


def _lock_run(run_id: str) -> bool:
    return Run.objects.select_for_update(no_key=True).filter(id=run_id).values_list("id").first() is not None


def _lock_worker(worker_id: str) -> bool:
    worker = Worker.objects.select_for_update(no_key=True).filter(worker_id=worker_id).values_list("pk").first()
    WorkerLive.objects.select_for_update(no_key=True).filter(worker_id=worker_id).values_list("pk").first()
    return worker is not None


def _announce_run(run_id: str, rebuilt: Rebuilt) -> list[Row]:
    run = Run.objects.get(id=run_id)
    if not run.owner_key.startswith("user:"):
        return []
    return [
        Row(
            topic=topics.user_runs(run.owner_key.removeprefix("user:")),
            topic_class=topics.TopicClass.RUN_SUMMARIES,
            kind="run.summary",
            doc_key=f"runtime/run_summary:{run_id}",
            doc_version=rebuilt.value.last_seq,
            payload_text=document(run_document(run, rebuilt)),
            owner_key=run.owner_key,
            is_doc=True,
            metadata={
                "run_id": run_id,
                "event_seq": rebuilt.value.last_seq,
                "occurred_at": rfc3339(rebuilt.at),
                "projected_at": rfc3339(rebuilt.at),
            },
        )
    ]


def run_document(run: Run, rebuilt: Rebuilt) -> Mapping[str, Any]:
    """The summary document of `user:{id}:runs`; the append makes the same bytes in the database."""
    value = rebuilt.value
    return {
        "event_count": value.event_count,
        "last_seq": value.last_seq,
        "org_id": run.org_id,
        "projection_hash": value.projection_hash,
        "projection_version": PROJECTION_VERSION,
        "run_id": str(run.id),
        "runtime_source": {"run_id": str(run.id), "seq": value.last_seq},
        "status": str(value.status),
        "terminal_at": rfc3339(run.terminal_at) if run.terminal_at else None,
        "terminal_reason": run.terminal_reason,
        "terminal_reason_class": run.terminal_reason_class,
        "thread_id": run.thread_id,
        "updated_at": rfc3339(rebuilt.at),
        "worker_id": run.worker_id,
    }


def _announce_worker(worker_id: str, rebuilt: Rebuilt) -> list[Row]:
    live = WorkerLive.objects.select_related("worker").get(worker_id=worker_id)
    return worker_documents.rows(live, [], rebuilt.at, announce=True)


def _hash_of_run(row: RunSummary) -> str:
    return run_projection_hash(str(row.run_id), row.status, row.last_seq, row.event_count)


def _hash_of_worker(row: WorkerSummary) -> str:
    if row.status not in set(WorkerStatus):
        return ""
    return WorkerSummaryValue(row.worker_id, WorkerStatus(row.status), row.last_seq, row.event_count).projection_hash


RUNS = Kind(
    name=RUN_SUMMARY,
    summary=RunSummary,
    id_field="run_id",
    topic=topics.run_events,
    document_id=lambda run_id: f"runtime/run_summary:{run_id}",
    lock=_lock_run,
    fold=_fold_run,
    hash_of=_hash_of_run,
    announce=_announce_run,
)
WORKERS = Kind(
    name=WORKER_SUMMARY,
    summary=WorkerSummary,
    id_field="worker_id",
    topic=topics.worker_lifecycle,
    document_id=document_id,
    lock=_lock_worker,
    fold=_fold_worker,
    hash_of=_hash_of_worker,
    announce=_announce_worker,
)
