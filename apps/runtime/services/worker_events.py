"""Events that a codex worker posts into its log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from apps.runtime import metrics
from apps.runtime.domain.control_requests import TERMINAL_TYPES
from apps.runtime.domain.liveness import HeartbeatState
from apps.runtime.domain.worker_events import PostedEvent
from apps.runtime.domain.worker_states import HEARTBEAT, RUNNABLE, Lane, WorkerStatus, status_moved_to
from apps.runtime.models import WorkerEvent, WorkerRequest
from apps.runtime.services import control_requests, worker_log, workers
from apps.runtime.services.runs import Reader
from apps.runtime.services.worker_documents import announced_state
from apps.runtime.services.worker_log import Change
from openagents.db import audit
from openagents.db.retry import retried
from openagents.wire.faults import CONFLICT, NOT_FOUND, Fault


@dataclass(frozen=True, slots=True)
class Stored:
    """Where a posted event stands; `replayed`: it stood there before."""

    seq: int
    event_type: str
    payload_text: str
    occurred_at: datetime
    replayed: bool


@retried
def post_event(worker_id: str, posted: PostedEvent, reader: Reader) -> Stored:
    """Append a posted event. An unknown worker is made for the caller first.

    `worker.stopped` and its like move the worker, `worker.heartbeat` proves it alive, a `worker.response` or
    `worker.error` closes the control request it names. The same `event_id` or the same terminal receipt gives the
    stored event. Raises Fault NOT_FOUND, FORBIDDEN, INVALID_REQUEST `invalid_worker_transition`, PAYLOAD_TOO_LARGE,
    RATE_LIMITED, CONFLICT `worker_not_runnable`, `event_id_conflict`, `terminal_receipt_exists`.
    """
    with transaction.atomic():
        change = worker_log.locked(worker_id)
        if change is None:
            if reader.owner is None:
                raise Fault(NOT_FOUND, "there is no such worker")
            change = workers.provision(worker_id, reader.owner, reader.org_id)
        workers.check_access(change.live, reader, Lane.CODEX)
        request = _request(worker_id, posted)
        known = _known(worker_id, posted, request)
        if known is not None:
            return _stored(known, replayed=True)
        if change.status not in RUNNABLE:
            raise Fault(CONFLICT, f"the worker is {change.status}", reason_code="worker_not_runnable")
        worker_log.admit(change, posted.payload_text)
        return _stored(_append(change, posted, request), replayed=False)


def _append(change: Change, posted: PostedEvent, request: WorkerRequest | None) -> WorkerEvent:
    moved_to = status_moved_to(posted.event_type, posted.payload)
    if moved_to is not None:
        change.move(moved_to)
    if posted.event_type == HEARTBEAT:
        change.announce = change.announce or announced_state(change.live, change.now) is not HeartbeatState.FRESH
        change.beat()
        metrics.WORKER_HEARTBEATS.labels("event").inc()
    event = change.append(
        posted.event_type, posted.payload_text, occurred_at=posted.occurred_at, event_id=posted.event_id
    )
    change.write()
    if request is not None:
        control_requests.receive(change, request, event, posted.payload)
    if moved_to is WorkerStatus.STOPPED:
        audit.record(
            "runtime.worker.stopped",
            user_id=change.worker.owner_key.partition(":")[2],
            org_id=change.worker.org_id,
            worker_id=change.worker.worker_id,
        )
    return event


def _request(worker_id: str, posted: PostedEvent) -> WorkerRequest | None:
    """The control request that a terminal event speaks of; None for other events and unknown requests."""
    if posted.event_type not in TERMINAL_TYPES or posted.request_id is None:
        return None
    return WorkerRequest.objects.filter(worker_id=worker_id, request_id=posted.request_id).first()


def _known(worker_id: str, posted: PostedEvent, request: WorkerRequest | None) -> WorkerEvent | None:
    """The stored event that this one repeats. Raises Fault CONFLICT when it only pretends to."""
    stored = WorkerEvent.objects.filter(worker_id=worker_id)
    if posted.event_id is not None:
        known = stored.filter(event_id=posted.event_id).first()
        if known is not None:
            if not _same(known, posted):
                raise Fault(CONFLICT, "the event_id was used for another event", reason_code="event_id_conflict")
            return known
    if request is not None and request.terminal_event_seq is not None:
        receipt = stored.get(seq=request.terminal_event_seq)
        if not _same(receipt, posted):
            raise Fault(
                CONFLICT,
                "the request has another terminal receipt",
                reason_code="terminal_receipt_exists",
                details={"request_id": request.request_id, "terminal_event_seq": receipt.seq},
            )
        return receipt
    return None


def _same(stored: WorkerEvent, posted: PostedEvent) -> bool:
    return stored.event_type == posted.event_type and stored.payload_text == posted.payload_text


def _stored(event: WorkerEvent, *, replayed: bool) -> Stored:
    return Stored(event.seq, event.event_type, event.payload_text, event.occurred_at, replayed)
