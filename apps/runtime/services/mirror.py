"""Exported runs into a shadow deployment, with their own times: what this build makes of an old log can be compared.

The log is inserted as it was; everything else (head, projection, receipt, replay) is what this build derives from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from apps.runtime.domain import journal as topics
from apps.runtime.domain.events import Source, trigger_of
from apps.runtime.domain.history import Fixture, IllegalHistory, record_of
from apps.runtime.domain.run_states import TERMINAL, RunStatus, Trigger, terminal_reason_class
from apps.runtime.models import Run, RunEvent
from apps.runtime.services import journal, write_mode
from apps.runtime.services.projection_kinds import RUNS
from openagents.idempotency import fingerprint, lock_key
from openagents.receipts.canonical import canonical_text, sha256_hex
from openagents.receipts.replay import EventRecord, RunRecord
from openagents.wire.faults import Fault


class NotMirrored(RuntimeError):
    """A run could not be mirrored; nothing of it was written."""


def mirror_corpus(corpus: Any, owner_key: str) -> list[str]:
    """Mirror every fixture of a history file; returns the ids that are here now. Raises NotMirrored.

    A run that is here already with the same log counts as mirrored.
    """
    if write_mode.current(fresh=True) != "shadow_only":
        raise NotMirrored("this deployment is not shadow_only")
    fixtures = corpus.get("fixtures") if isinstance(corpus, dict) else None
    if not isinstance(fixtures, list) or not fixtures:
        raise NotMirrored("no history file")
    with write_mode.shadow_work():
        return [_mirror(fixture, owner_key) for fixture in fixtures]


def _mirror(fixture: Fixture, owner_key: str) -> str:
    try:
        record = record_of(fixture)
        run_id = UUID(record.run_id)
    except (IllegalHistory, KeyError, TypeError, ValueError) as error:
        raise NotMirrored(f"not a usable fixture: {error}") from None
    if [event.seq for event in record.events] != list(range(1, len(record.events) + 1)):
        raise NotMirrored(f"{run_id}: the log does not begin at 1 or has gaps")
    mark = fingerprint(
        {"metadata": dict(record.metadata), "payloads": [sha256_hex(canonical_text(e.payload)) for e in record.events]}
    )
    try:
        with transaction.atomic():
            lock_key("run.id", str(run_id))
            known = Run.objects.filter(id=run_id).first()
            if known is None:
                _insert(run_id, record, fixture.get("worker_id"), owner_key, mark)
            elif (known.create_fingerprint, known.latest_seq) != (mark, len(record.events)):
                raise NotMirrored(f"{run_id}: another run of this id is here")
    except Fault as error:
        raise NotMirrored(f"{run_id}: {error.message}") from error
    except IntegrityError as error:
        # An export does not say who wrote an event; two writers may have used one key.
        raise NotMirrored(f"{run_id}: two events share an idempotency key") from error
    return str(run_id)


def _insert(run_id: UUID, record: RunRecord, worker_id: str | None, owner_key: str, mark: str) -> None:
    Run.objects.create(
        id=run_id,
        owner_key=owner_key,
        worker_id=worker_id,
        status=record.status,
        metadata_text=canonical_text(dict(record.metadata)),
        latest_seq=len(record.events),
        event_count=len(record.events),
        create_fingerprint=mark,
        created_at=record.created_at,
        updated_at=record.updated_at,
        **_ending(record.events),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT runtime_new_topic(%s, %s, %s, NULL, 'owner', %s)",
            [topics.run_events(str(run_id)), topics.TopicClass.RUN_EVENTS, owner_key, record.created_at],
        )
    rows = [_row(run_id, event) for event in record.events]
    RunEvent.objects.bulk_create(rows, batch_size=1000)
    rebuilt = RUNS.fold(str(run_id))
    RUNS.insert(str(run_id), rebuilt)
    # Suppressed like all shadow traffic: only the heads of the topics move, with the log.
    moved = [_journal_row(row, owner_key) for row in rows]
    journal.write([*moved, *RUNS.announce(str(run_id), rebuilt)], record.updated_at)


def _ending(events: Sequence[EventRecord]) -> dict[str, Any]:
    """The columns that the first terminal event and any request for cancellation set."""
    canceled = False
    for event in events:
        trigger = trigger_of(event.event_type, event.payload)
        canceled = canceled or trigger is Trigger.CANCEL_REQUESTED
        if trigger is None or trigger.value not in TERMINAL:
            continue
        given = event.payload.get("reason_class")
        reason = event.payload.get("reason")
        return {
            "cancel_requested": canceled,
            "terminal_at": event.recorded_at,
            "terminal_reason": reason if isinstance(reason, str) and reason else None,
            "terminal_reason_class": terminal_reason_class(
                RunStatus(trigger.value), given if isinstance(given, str) else None, canceled
            ),
        }
    return {"cancel_requested": canceled}


def _row(run_id: UUID, event: EventRecord) -> RunEvent:
    text = canonical_text(event.payload)
    return RunEvent(
        run_id=run_id,
        seq=event.seq,
        event_type=event.event_type,
        payload_text=text,
        payload_sha256=sha256_hex(text),
        fingerprint=fingerprint({"event_type": event.event_type, "payload": event.payload}),
        source=Source.CLIENT.value,
        idempotency_key=event.idempotency_key,
        recorded_at=event.recorded_at,
    )


def _journal_row(row: RunEvent, owner_key: str) -> journal.Row:
    return journal.Row(
        topic=topics.run_events(str(row.run_id)),
        topic_class=topics.TopicClass.RUN_EVENTS,
        kind=row.event_type,
        doc_key=f"run:{row.run_id}:event:{row.seq}",
        doc_version=row.seq,
        payload_text=row.payload_text,
        owner_key=owner_key,
    )
