"""Runs: start, read, list, cancel."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain import journal
from apps.runtime.domain.events import Source, make_event
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.run_states import TERMINAL, RunStatus
from apps.runtime.models import Run, RunEvent
from apps.runtime.services.append import Append, Placed, append
from openagents.db import audit
from openagents.db.retry import retried
from openagents.idempotency import fingerprint, lock_key
from openagents.receipts.canonical import canonical_text
from openagents.receipts.ids import new_uuid7
from openagents.wire.faults import CONFLICT, FORBIDDEN, INVALID_REQUEST, NOT_FOUND, PAYLOAD_TOO_LARGE, Fault

METADATA_BYTES_MAX = 65_536
EVENTS_SHOWN_MAX = 1000
REASON_CHARS_MAX = 255


@dataclass(frozen=True, slots=True)
class Reader:
    """On whose behalf something is read: an owner and an active org; both None for a service."""

    owner: Owner | None
    org_id: str | None = None

    def may_read(self, run: Run) -> bool:
        """Own runs, and runs shared with the reader's org."""
        if self.owner is None or run.owner_key == self.owner.key:
            return True
        return run.visibility == "org" and run.org_id is not None and run.org_id == self.org_id


@dataclass(frozen=True, slots=True)
class StartRun:
    """What a run is started with. `owner` is the one who will own it."""

    owner: Owner
    metadata: Mapping[str, Any]
    run_id: UUID | None = None
    worker_id: str | None = None
    thread_id: str | None = None
    org_id: str | None = None
    visibility: str = "owner"
    idempotency_key: str | None = None

    def fingerprint(self) -> str:
        return fingerprint(
            {
                "metadata": dict(self.metadata),
                "run_id": str(self.run_id) if self.run_id else None,
                "worker_id": self.worker_id,
                "thread_id": self.thread_id,
                "org_id": self.org_id,
                "visibility": self.visibility,
            }
        )


def start_run(request: StartRun) -> tuple[Run, bool]:
    """Start a run: its row, its topic and `run.started` as seq 1, in one transaction. Returns (run, created).

    The same idempotency key (or the same run id, without a key) and the same content give the run that exists.
    Raises Fault INVALID_REQUEST, PAYLOAD_TOO_LARGE, CONFLICT `idempotency_key_conflict`, FORBIDDEN for a run id that
    is somebody else's.
    """
    metadata_text = canonical_text(dict(request.metadata))
    if len(metadata_text.encode()) > METADATA_BYTES_MAX:
        raise Fault(PAYLOAD_TOO_LARGE, "metadata is larger than 64 KiB", details={"limit_bytes": METADATA_BYTES_MAX})
    if request.visibility not in ("owner", "org"):
        raise Fault(INVALID_REQUEST, "visibility is owner or org", errors={"visibility": ["owner or org"]})
    if request.visibility == "org" and not request.org_id:
        raise Fault(INVALID_REQUEST, "visibility org needs org_id", errors={"org_id": ["required"]})
    run, created = _start(request, metadata_text)
    if created:
        metrics.RUN_TRANSITIONS.labels(RunStatus.RUNNING).inc()
    return run, created


@retried
def _start(request: StartRun, metadata_text: str) -> tuple[Run, bool]:
    mark = request.fingerprint()
    with transaction.atomic():
        known = _existing(request)
        if known is not None:
            if known.owner_key != request.owner.key:
                raise Fault(FORBIDDEN, "the run id is taken")
            if known.create_fingerprint != mark or known.create_key != request.idempotency_key:
                raise Fault(
                    CONFLICT, "the key or run id was used for another run", reason_code="idempotency_key_conflict"
                )
            return known, False
        now = timezone.now()
        run = Run.objects.create(
            id=request.run_id or new_uuid7(),
            owner_key=request.owner.key,
            org_id=request.org_id,
            visibility=request.visibility,
            thread_id=request.thread_id,
            worker_id=request.worker_id,
            metadata_text=metadata_text,
            create_key=request.idempotency_key,
            create_fingerprint=mark,
            created_at=now,
            updated_at=now,
        )
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT runtime_new_topic(%s, %s, %s, %s, %s, %s)",
                [
                    journal.run_events(str(run.id)),
                    journal.TopicClass.RUN_EVENTS,
                    run.owner_key,
                    run.org_id,
                    run.visibility,
                    now,
                ],
            )
        started = make_event("run.started", {"source": "runtime"}, None, Source.SYSTEM)
        append(Append(run.id, Source.SYSTEM, [started]))
        audit.record("runtime.run.created", user_id=request.owner.name, org_id=run.org_id, run_id=str(run.id))
    run.refresh_from_db()
    return run, True


def _existing(request: StartRun) -> Run | None:
    """The run of the same key or id; concurrent starts of the same wait for each other here."""
    if request.idempotency_key:
        lock_key(f"run.start:{request.owner.key}", request.idempotency_key)
        known = Run.objects.filter(owner_key=request.owner.key, create_key=request.idempotency_key).first()
        if known is not None:
            return known
    if request.run_id:
        lock_key("run.id", str(request.run_id))
        return Run.objects.filter(id=request.run_id).first()
    return None


def get_run(run_id: UUID, reader: Reader) -> Run:
    """The run. Raises Fault NOT_FOUND for an unknown id, FORBIDDEN for somebody else's."""
    run = Run.objects.filter(id=run_id).first()
    if run is None:
        raise Fault(NOT_FOUND, "there is no such run")
    if not reader.may_read(run):
        raise Fault(FORBIDDEN, "the run belongs to somebody else")
    return run


def newest_events(run: Run, limit: int = EVENTS_SHOWN_MAX) -> list[RunEvent]:
    """The newest `limit` events, ascending."""
    newest = RunEvent.objects.filter(run_id=run.id).order_by("-seq")[:limit]
    return list(reversed(newest))


def events_after(run: Run, after_seq: int, limit: int) -> list[RunEvent]:
    """Up to `limit` events behind `after_seq`, ascending."""
    return list(RunEvent.objects.filter(run_id=run.id, seq__gt=after_seq).order_by("seq")[:limit])


@dataclass(frozen=True, slots=True)
class RunFilter:
    owner: Owner | None
    org_id: str | None = None
    thread_id: str | None = None
    worker_id: str | None = None
    status: str | None = None


def list_runs(where: RunFilter, limit: int, cursor: str | None) -> tuple[list[Run], str | None]:
    """A page of runs, newest first, and the cursor of the next one. Raises Fault INVALID_REQUEST for a bad cursor."""
    runs: QuerySet[Run] = Run.objects.order_by("-created_at", "-id")
    if where.owner is not None:
        runs = runs.filter(owner_key=where.owner.key)
    for name in ("org_id", "thread_id", "worker_id", "status"):
        if (value := getattr(where, name)) is not None:
            runs = runs.filter(**{name: value})
    if cursor:
        created_at, run_id = _read_cursor(cursor)
        runs = runs.filter(Q(created_at__lt=created_at) | Q(created_at=created_at, id__lt=run_id))
    page = list(runs[: limit + 1])
    if len(page) <= limit:
        return page, None
    return page[:limit], _make_cursor(page[limit - 1])


def _make_cursor(run: Run) -> str:
    raw = json.dumps([run.created_at.isoformat(), str(run.id)])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        created_at, run_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(created_at)
        if moment.tzinfo is None:
            raise ValueError("a cursor's time has a zone")
        return moment, UUID(run_id)
    except (ValueError, TypeError, AttributeError):
        raise Fault(INVALID_REQUEST, "the cursor is not one of ours", errors={"cursor": ["invalid"]}) from None


def cancel_run(run_id: UUID, reader: Reader, thread_id: str | None, reason: str | None) -> tuple[Run, bool]:
    """Ask for cancellation. Returns (run, repeated); a second request changes nothing.

    Raises Fault NOT_FOUND, FORBIDDEN (also for the wrong thread), INVALID_REQUEST, CONFLICT `run_already_terminal`.
    """
    if reason is not None and len(reason) > REASON_CHARS_MAX:
        raise Fault(INVALID_REQUEST, "the reason is too long", errors={"reason": [f"at most {REASON_CHARS_MAX}"]})
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(id=run_id).first()
        if run is None:
            raise Fault(NOT_FOUND, "there is no such run")
        if reader.owner is not None and run.owner_key != reader.owner.key:
            raise Fault(FORBIDDEN, "the run belongs to somebody else")
        check_thread(run, thread_id)
        if run.cancel_requested:
            return run, True
        if run.status in TERMINAL:
            raise Fault(CONFLICT, "the run has ended", reason_code="run_already_terminal")
        payload = {"reason": reason} if reason else {}
        event = make_event("run.cancel_requested", payload, None, Source.SYSTEM)
        append(Append(run.id, Source.SYSTEM, [event]))
        audit.record("runtime.run.canceled", user_id=Owner(run.owner_key).name, run_id=str(run.id))
    run.refresh_from_db()
    metrics.RUN_TRANSITIONS.labels(RunStatus.CANCELING).inc()
    return run, False


def check_thread(run: Run, thread_id: str | None) -> None:
    """A run with a thread is only addressed through it. Raises Fault INVALID_REQUEST or FORBIDDEN."""
    given = (thread_id or "").strip() or None
    if run.thread_id is None:
        return
    if given is None:
        raise Fault(INVALID_REQUEST, "thread_id is required for this run", errors={"thread_id": ["required"]})
    if given != run.thread_id:
        raise Fault(FORBIDDEN, "the run belongs to another thread", reason_code="thread_mismatch")


def event_at(run_id: UUID, placed: Placed) -> RunEvent:
    """The stored event of an append, as every repeat of the request will see it."""
    return RunEvent.objects.get(run_id=run_id, seq=placed.seq)
