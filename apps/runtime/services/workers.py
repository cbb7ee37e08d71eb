"""Workers of both lanes: read, register, move, stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from apps.runtime.domain import worker_metadata
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.providers import is_provider
from apps.runtime.domain.worker_states import BEATING, STARTED, Lane, WorkerStatus, label
from apps.runtime.models import ProjectionCheckpoint, Worker, WorkerEvent, WorkerLive
from apps.runtime.services import qualification, worker_log
from apps.runtime.services.runs import Reader
from apps.runtime.services.worker_log import Change
from openagents.db import audit
from openagents.db.retry import retried
from openagents.idempotency import lock_key
from openagents.ops.metrics import LEASE_OPS
from openagents.receipts.canonical import canonical_bytes
from openagents.receipts.ids import new_uuid7
from openagents.wire.faults import CONFLICT, FORBIDDEN, INVALID_REQUEST, NOT_FOUND, PAYLOAD_TOO_LARGE, Fault

ADAPTER_DEFAULT = "in_memory"
REASON_CHARS_MAX = 255
STREAM_EVENTS_MAX = 500
LIST_MAX = 200


@dataclass(frozen=True, slots=True)
class Lease:
    """Proof of being the latest registration, until the worker counts as lost."""

    epoch: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Registration:
    """What a worker registers with. References that are None are cleared on the generic lane, kept on the codex one."""

    lane: Lane
    owner: Owner
    org_id: str | None
    worker_id: str | None = None
    workspace_ref: str | None = None
    codex_home_ref: str | None = None
    adapter: str | None = None
    metadata: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """The worker after registration; `was_running`: it ran before."""

    live: WorkerLive
    lease: Lease
    was_running: bool


def valid_id(text: str) -> str:
    """A worker id, trimmed. Raises Fault INVALID_REQUEST."""
    name = text.strip()
    if not worker_metadata.WORKER_ID.fullmatch(name):
        raise Fault(
            INVALID_REQUEST,
            "a worker id is 1 to 160 of A-Z a-z 0-9 _ . ~ : @ -",
            errors={"worker_id": ["1 to 160 of A-Z a-z 0-9 _ . ~ : @ -"]},
        )
    return name


def lease_of(live: WorkerLive) -> Lease:
    """The lease of the present registration; it runs from the last beat."""
    lost_after = timedelta(milliseconds=settings.OA.runtime_worker_heartbeat_lost_after_ms)
    return Lease(live.worker.lease_epoch, (live.last_heartbeat_at or live.worker.started_at) + lost_after)


def get_worker(worker_id: str, reader: Reader, lane: Lane | None = None) -> WorkerLive:
    """The worker. Raises Fault NOT_FOUND for an unknown id or another lane, FORBIDDEN for somebody else's."""
    live = WorkerLive.objects.select_related("worker").filter(worker_id=worker_id).first()
    return check_access(live, reader, lane)


def check_access(live: WorkerLive | None, reader: Reader, lane: Lane | None = None) -> WorkerLive:
    """The row, when it is there, on the lane and the reader's. Raises Fault NOT_FOUND, FORBIDDEN."""
    if live is None or (lane is not None and live.worker.lane != lane):
        raise Fault(NOT_FOUND, "there is no such worker")
    if reader.owner is not None and live.worker.owner_key != reader.owner.key:
        raise Fault(FORBIDDEN, "the worker belongs to somebody else")
    return live


def locked_for(worker_id: str, reader: Reader, lane: Lane | None = None) -> Change:
    """The worker under its locks. Raises Fault NOT_FOUND, FORBIDDEN."""
    change = worker_log.locked(worker_id)
    check_access(change.live if change else None, reader, lane)
    if change is None:
        raise Fault(NOT_FOUND, "there is no such worker")
    return change


@dataclass(frozen=True, slots=True)
class WorkerFilter:
    owner: Owner | None
    lane: Lane | None = None
    status: str | None = None
    workspace_ref: str | None = None


def list_workers(where: WorkerFilter, limit: int, cursor: str | None) -> tuple[list[WorkerLive], str | None]:
    """A page by worker id, and the cursor of the next one."""
    found = _filtered(where).order_by("worker_id")
    if cursor:
        found = found.filter(worker_id__gt=cursor)
    page = list(found[: limit + 1])
    return page[:limit], page[limit - 1].worker_id if len(page) > limit else None


def recent_workers(where: WorkerFilter, limit: int) -> list[WorkerLive]:
    """The workers that changed or beat last, newest first."""
    touched = Greatest("worker__updated_at", "event_at", "last_heartbeat_at")
    return list(_filtered(where).order_by(touched.desc(), "worker_id")[:limit])


def _filtered(where: WorkerFilter) -> QuerySet[WorkerLive]:
    found = WorkerLive.objects.select_related("worker")
    if where.owner is not None:
        found = found.filter(worker__owner_key=where.owner.key)
    for name in ("lane", "status", "workspace_ref"):
        if (value := getattr(where, name)) is not None:
            found = found.filter(**{f"worker__{name}": value})
    return found


def events_after(worker_id: str, after_seq: int, limit: int = STREAM_EVENTS_MAX) -> list[WorkerEvent]:
    """Up to `limit` events behind `after_seq`, ascending."""
    return list(WorkerEvent.objects.filter(worker_id=worker_id, seq__gt=after_seq).order_by("seq")[:limit])


def checkpoint(worker_id: str, projection_name: str) -> ProjectionCheckpoint:
    """How far the projection of the worker has followed its log. Raises Fault NOT_FOUND while there is no event."""
    found = ProjectionCheckpoint.objects.filter(projection_name=projection_name, entity_id=worker_id).first()
    if found is None:
        raise Fault(NOT_FOUND, "the worker has no events yet")
    return found


def check_metadata(metadata: Mapping[str, Any]) -> None:
    """Refuse what a worker may not say. Raises Fault INVALID_REQUEST `protected_metadata_key`, PAYLOAD_TOO_LARGE."""
    taken = worker_metadata.protected_keys(metadata)
    if taken:
        raise Fault(
            INVALID_REQUEST,
            "the metadata names keys that belong to the runtime",
            reason_code="protected_metadata_key",
            details={"keys": taken},
        )
    check_metadata_size(metadata)


def check_metadata_size(metadata: Mapping[str, Any]) -> None:
    """Raises Fault PAYLOAD_TOO_LARGE over 64 KiB of canonical text."""
    limit = worker_metadata.METADATA_BYTES_MAX
    if len(canonical_bytes(dict(metadata))) > limit:
        raise Fault(PAYLOAD_TOO_LARGE, "metadata is larger than 64 KiB", details={"limit_bytes": limit})


def register(request: Registration) -> Registered:
    """Register a worker or bring it back; each time with a new lease.

    The generic lane always leaves `worker.started`; the codex lane only when a worker comes back from an end.
    Raises Fault INVALID_REQUEST (metadata, qualification, transition), FORBIDDEN for a foreign id, CONFLICT
    `lane_mismatch` or `provider_quarantined`, PAYLOAD_TOO_LARGE.
    """
    said = dict(request.metadata or {})
    check_metadata(said)
    known = Worker.objects.filter(worker_id=request.worker_id).first() if request.worker_id else None
    if known is not None:
        _check_claim(known, request)
    judged = worker_metadata.merged(known.metadata, said) if known else said
    qualified = qualification.qualify(judged)
    return _register(request, said, qualified)


@retried
def _register(request: Registration, said: dict[str, Any], qualified: bool) -> Registered:
    with transaction.atomic():
        worker_id = request.worker_id or f"codexw_{new_uuid7()}"
        lock_key("worker.id", worker_id)
        change = worker_log.locked(worker_id)
        was_running = change is not None and change.status is WorkerStatus.RUNNING
        taken = "stolen" if change is not None and _lapsed(change) else "acquired"
        if change is None:
            change = _new(request, worker_id, said)
        else:
            _again(change, request, said)
        if is_provider(change.worker.metadata) and qualified:
            change.set(qualified=True, qualified_at=change.now)
        change.set(is_provider=is_provider(change.worker.metadata))
        change.announce = True
        change.write()
        audit.record(
            "runtime.worker.registered",
            user_id=request.owner.name,
            org_id=change.worker.org_id,
            worker_id=worker_id,
            lane=request.lane.value,
            lease_epoch=change.worker.lease_epoch,
        )
    LEASE_OPS.labels("runtime", "worker", taken).inc()
    return Registered(change.live, lease_of(change.live), was_running)


def _lapsed(change: Change) -> bool:
    """Whether the registration before this one was never ended, though its time is over."""
    return change.status in BEATING and lease_of(change.live).expires_at < change.now


def _new(request: Registration, worker_id: str, said: dict[str, Any]) -> Change:
    now = timezone.now()
    worker = Worker(
        worker_id=worker_id,
        lane=request.lane.value,
        owner_key=request.owner.key,
        org_id=request.org_id,
        workspace_ref=request.workspace_ref,
        codex_home_ref=request.codex_home_ref,
        adapter=request.adapter or ADAPTER_DEFAULT,
        metadata=said,
        started_at=now,
        created_at=now,
        updated_at=now,
    )
    change = worker_log.fresh(worker, now)
    if request.lane is Lane.GENERIC:
        change.append(STARTED, {"status": WorkerStatus.RUNNING.value, "reason": "register"})
    return change


def _again(change: Change, request: Registration, said: dict[str, Any]) -> None:
    worker, before = change.worker, change.status
    _check_claim(worker, request)
    change.set(lease_epoch=worker.lease_epoch + 1, metadata=worker_metadata.merged(worker.metadata, said))
    check_metadata_size(worker.metadata)
    for name in ("workspace_ref", "codex_home_ref", "adapter"):
        given = getattr(request, name)
        if given is not None or request.lane is Lane.GENERIC:
            change.set(**{name: given or (ADAPTER_DEFAULT if name == "adapter" else None)})
    change.move(WorkerStatus.RUNNING)
    change.beat()
    if request.lane is Lane.GENERIC:
        change.append(STARTED, {"status": WorkerStatus.RUNNING.value, "reason": "register"})
    elif before is not WorkerStatus.RUNNING:
        change.append(STARTED, {"status": WorkerStatus.RUNNING.value, "reason": "reattach"})


def _check_claim(worker: Worker, request: Registration) -> None:
    if worker.owner_key != request.owner.key:
        raise Fault(FORBIDDEN, "the worker belongs to somebody else")
    if worker.lane != request.lane:
        raise Fault(CONFLICT, "the worker belongs to the other lane", reason_code="lane_mismatch")
    if worker.quarantined and worker.status == WorkerStatus.FAILED:
        raise Fault(CONFLICT, "the provider is quarantined", reason_code="provider_quarantined")


def provision(worker_id: str, owner: Owner, org_id: str | None) -> Change:
    """A codex worker that an event or request presumes: made for the caller, not yet written.

    Call it inside a transaction, after `locked` found none; when somebody else was faster, that worker is returned.
    """
    lock_key("worker.id", worker_id)
    found = worker_log.locked(worker_id)
    return found or _new(Registration(Lane.CODEX, owner, org_id, worker_id), worker_id, {})


@retried
def transition(worker_id: str, reader: Reader, status: WorkerStatus, reason: str | None) -> WorkerLive:
    """Move a worker. Raises Fault NOT_FOUND, FORBIDDEN, INVALID_REQUEST, CONFLICT `provider_quarantined`."""
    check_reason(reason)
    with transaction.atomic():
        change = locked_for(worker_id, reader)
        change.move(status)
        change.append(label(status), {"status": status.value, "reason": reason or "status_transition"})
        change.write()
        if status is WorkerStatus.STOPPED:
            _audit_stop(change, reason)
    return change.live


@retried
def stop(worker_id: str, reader: Reader, reason: str | None) -> tuple[int, bool]:
    """Stop a codex worker. Returns the seq of its `worker.stopped` and whether it stood there before.

    Raises Fault NOT_FOUND, FORBIDDEN, INVALID_REQUEST for a status without a way to stopped.
    """
    check_reason(reason)
    with transaction.atomic():
        change = locked_for(worker_id, reader, Lane.CODEX)
        if change.status is WorkerStatus.STOPPED:
            return last_stop(worker_id), True
        change.move(WorkerStatus.STOPPED)
        event = change.append(label(WorkerStatus.STOPPED), {"reason": reason or "requested"})
        change.write()
        _audit_stop(change, reason)
    return event.seq, False


def last_stop(worker_id: str) -> int:
    """The seq of the newest `worker.stopped`."""
    stops = WorkerEvent.objects.filter(worker_id=worker_id, event_type=label(WorkerStatus.STOPPED))
    return stops.order_by("-seq").values_list("seq", flat=True)[0]


def _audit_stop(change: Change, reason: str | None) -> None:
    worker = change.worker
    audit.record(
        "runtime.worker.stopped",
        user_id=Owner(worker.owner_key).name,
        org_id=worker.org_id,
        worker_id=worker.worker_id,
        reason=reason,
    )


def check_reason(reason: str | None) -> None:
    """Raises Fault INVALID_REQUEST for a reason over 255 characters."""
    if reason is not None and len(reason) > REASON_CHARS_MAX:
        raise Fault(INVALID_REQUEST, "the reason is too long", errors={"reason": [f"at most {REASON_CHARS_MAX}"]})
