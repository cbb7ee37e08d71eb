"""Control requests: each ends in exactly one `worker.response` or `worker.error`, whoever executes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain import control_requests as rules
from apps.runtime.domain.control_requests import Call, CallRefused, Code, Plan, RequestState
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.worker_states import RUNNABLE, Lane
from apps.runtime.models import WorkerEvent, WorkerRequest
from apps.runtime.services import control_methods, worker_log, workers
from apps.runtime.services.control_methods import Outcome
from apps.runtime.services.runs import Reader
from apps.runtime.services.threads import Speaker
from apps.runtime.services.worker_log import Change
from openagents.db import audit
from openagents.db.retry import retried
from openagents.receipts.canonical import canonical_text
from openagents.receipts.times import rfc3339
from openagents.wire import faults
from openagents.wire.faults import CONFLICT, FORBIDDEN, INTERNAL, INVALID_REQUEST, NOT_FOUND, Fault, Kind

log = structlog.get_logger("oa.runtime.control_requests")

KINDS: dict[int, Kind] = {
    400: INVALID_REQUEST,
    403: FORBIDDEN,
    404: NOT_FOUND,
    409: CONFLICT,
    413: faults.PAYLOAD_TOO_LARGE,
    500: INTERNAL,
}
"""HTTP status of a failed request to the catalogue."""

REMOTE_STATUS: dict[str, int] = {
    Code.UNAUTHORIZED: 403,
    Code.FORBIDDEN: 403,
    Code.INVALID_REQUEST: 400,
    Code.UNSUPPORTED_METHOD: 400,
    Code.INTERNAL_ERROR: 500,
}
"""HTTP status for a repeat of a request that a remote worker failed; everything else is a conflict."""
RETRYABLE = frozenset({Code.TIMEOUT, Code.WORKER_UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is told: the `data` of a success or of a request still open."""

    status: int
    data: dict[str, Any]


def process(worker_id: str, call: Call, reader: Reader) -> Answer:
    """Admit a request and execute what is the runtime's part of it; a repeat is told what the first was.

    Raises Fault: INVALID_REQUEST for a blank id; FORBIDDEN, NOT_FOUND for the worker; CONFLICT `request_id_reused`
    or `worker_not_runnable`; and for a request that failed the fault of its outcome, with `details.receipt`.
    """
    if not call.request_id or len(call.request_id) > rules.REQUEST_ID_CHARS_MAX:
        complaint = f"1 to {rules.REQUEST_ID_CHARS_MAX} characters"
        raise Fault(
            INVALID_REQUEST,
            f"request_id has {complaint}",
            errors={"request.request_id": [complaint]},
            details={"field": "request.request_id"},
        )
    status, envelope = _process(worker_id, call, reader)
    return answer(status, envelope)


def answer(status: int, envelope: dict[str, Any]) -> Answer:
    """A stored outcome as an answer. Raises the Fault that a failure is."""
    if "error" not in envelope:
        return Answer(status, envelope)
    error = envelope["error"]
    details = {**error["details"], "idempotent_replay": envelope["idempotent_replay"]}
    reason = error["code"] if error["code"] not in (Code.INVALID_REQUEST, KINDS[status].code) else None
    where = error["details"].get("field")
    errors = {where: [error["message"]]} if where else None
    raise Fault(KINDS[status], error["message"], reason_code=reason, details=details, errors=errors)


@retried
def _process(worker_id: str, call: Call, reader: Reader) -> tuple[int, dict[str, Any]]:
    with transaction.atomic():
        change = _worker(worker_id, reader)
        known = WorkerRequest.objects.filter(worker_id=worker_id, request_id=call.request_id).first()
        if known is not None:
            if known.fingerprint != call.fingerprint:
                raise Fault(CONFLICT, "the request_id was used for another request", reason_code="request_id_reused")
            return known.http_status, {**json.loads(known.envelope_text), "idempotent_replay": True}
        if change.status not in RUNNABLE:
            raise Fault(CONFLICT, f"the worker is {change.status}", reason_code="worker_not_runnable")
        return _admit(change, call, reader)


def _worker(worker_id: str, reader: Reader) -> Change:
    change = worker_log.locked(worker_id)
    if change is None:
        if reader.owner is None:
            raise Fault(NOT_FOUND, "there is no such worker")
        change = workers.provision(worker_id, reader.owner, reader.org_id)
    workers.check_access(change.live, reader, Lane.CODEX)
    return change


def _admit(change: Change, call: Call, reader: Reader) -> tuple[int, dict[str, Any]]:
    method = call.method[: rules.METHOD_CHARS_MAX]
    change.append(
        rules.RECEIVED,
        {"request_id": call.request_id, "method": method, "request_version": call.request_version},
    )
    outcome: Outcome | CallRefused
    try:
        with transaction.atomic():
            plan = rules.plan(call, change.worker.metadata)
            outcome = _execute(change, call, plan, reader)
    except CallRefused as refused:
        outcome = refused
    except (DatabaseError, InterfaceError):
        raise
    except Exception:
        log.exception("control_request.failed", worker_id=change.worker.worker_id, method=method)
        outcome = CallRefused(Code.INTERNAL_ERROR, "the request failed on our side", INTERNAL.status)
    status, envelope, state, seq = _settle(change, call, outcome)
    deadline = change.now + timedelta(seconds=settings.OA.runtime_codex_request_timeout_seconds)
    change.write()
    WorkerRequest.objects.create(
        worker_id=change.worker.worker_id,
        request_id=call.request_id,
        method=method,
        fingerprint=call.fingerprint,
        state=state,
        http_status=status,
        envelope_text=canonical_text(envelope),
        terminal_event_seq=seq,
        deadline_at=deadline if state is RequestState.OPEN else None,
        created_at=change.now,
        updated_at=change.now,
    )
    if state is not RequestState.OPEN:
        took = (timezone.now() - change.now).total_seconds()
        metrics.WORKER_REQUEST_SECONDS.labels(_known(call.method)).observe(max(0.0, took))
    failed = state is RequestState.FAILED
    audit.record(
        f"runtime.codex.control.request.{'rejected' if failed else 'accepted'}",
        outcome="refused" if failed else "ok",
        user_id=Owner(change.worker.owner_key).name,
        org_id=change.worker.org_id,
        worker_id=change.worker.worker_id,
        method=method,
        control_request_id=call.request_id,
    )
    return status, envelope


def _execute(change: Change, call: Call, plan: Plan, reader: Reader) -> Outcome:
    """The runtime's own part; for a remote worker's turn the request stays open behind it."""
    worker = change.worker
    remote = rules.METHODS[plan.method].remote and worker.adapter in settings.OA.runtime_codex_remote_adapters
    if remote:
        rules.target_session(call, worker.worker_id, worker.metadata)
    speaker = Speaker(Owner(worker.owner_key), reader.org_id or worker.org_id)
    outcome = control_methods.execute(speaker, plan, call)
    return Outcome(outcome.response, outcome.rows, is_open=remote)


def _settle(
    change: Change, call: Call, outcome: Outcome | CallRefused
) -> tuple[int, dict[str, Any], RequestState, int | None]:
    """Append what the outcome leaves in the log; returns HTTP status, envelope, state and the receipt's seq."""
    if isinstance(outcome, CallRefused):
        receipt = {
            "request_id": call.request_id,
            "method": call.method[: rules.METHOD_CHARS_MAX],
            "code": outcome.code.value,
            "message": outcome.message,
            "retryable": outcome.code in RETRYABLE,
            "occurred_at": rfc3339(change.now),
            **({"details": {"field": outcome.where}} if outcome.where else {}),
        }
        seq = change.append(rules.ERROR, receipt).seq
        metrics.WORKER_REQUESTS.labels(_known(call.method), outcome.code.value).inc()
        return outcome.status, _failure(receipt, seq), RequestState.FAILED, seq
    change.rows += outcome.rows
    if outcome.is_open:
        change.append(rules.REMOTE, {"request": dict(call.sent)})
        return 202, _success(change, call, None), RequestState.OPEN, None
    seq = change.append(
        rules.RESPONSE,
        {
            "request_id": call.request_id,
            "method": call.method,
            "ok": True,
            "response": outcome.response,
            "occurred_at": rfc3339(change.now),
        },
    ).seq
    metrics.WORKER_REQUESTS.labels(_known(call.method), "ok").inc()
    return 200, _success(change, call, outcome.response), RequestState.SUCCEEDED, seq


def _success(change: Change, call: Call, response: Mapping[str, Any] | None) -> dict[str, Any]:
    """`CodexControlCallResult`; without a response the request is open."""
    sent = {
        "source": call.source,
        "request_version": call.request_version if call.version_given else None,
        "session_id": call.session_id,
    }
    return {
        "worker_id": change.worker.worker_id,
        "request_id": call.request_id,
        "ok": None if response is None else True,
        "method": call.method,
        "idempotent_replay": False,
        "response": dict(response) if response is not None else None,
        **{name: value for name, value in sent.items() if value is not None},
        **({"status": "accepted"} if response is None else {}),
    }


def _failure(receipt: Mapping[str, Any], seq: int) -> dict[str, Any]:
    details = {"receipt": {"seq": seq, **receipt}}
    said = receipt.get("details")
    if isinstance(said, Mapping) and isinstance(said.get("field"), str):
        details["field"] = said["field"]
    return {
        "idempotent_replay": False,
        "error": {"code": receipt["code"], "message": receipt["message"], "details": details},
    }


def _known(method: str) -> str:
    """The method as a metric's label: the allowlist bounds them."""
    return method if method in rules.METHODS else "other"


# Receipts that come from elsewhere ----------------------------------------------------------------------------------


def receive(change: Change, request: WorkerRequest, event: WorkerEvent, payload: Mapping[str, Any]) -> None:
    """Close an open request with the terminal event that its worker posted; the event is in `change` already."""
    state = rules.TERMINAL_TYPES[event.event_type]
    envelope = json.loads(request.envelope_text)
    if state is RequestState.SUCCEEDED:
        response = payload.get("response")
        envelope = {**envelope, "ok": True, "response": response if isinstance(response, Mapping) else {}}
        envelope.pop("status", None)
        status, outcome = 200, "ok"
    else:
        given = payload.get("code")
        code = Code(given) if isinstance(given, str) and given in set(Code) else Code.INTERNAL_ERROR
        message = payload.get("message")
        text = message if isinstance(message, str) and message else "the worker failed the request"
        envelope = _failure({**payload, "code": code.value, "message": text}, event.seq)
        status, outcome = REMOTE_STATUS.get(code, 409), code.value
    _close(change, request, state, status, envelope, event.seq)
    metrics.WORKER_REQUESTS.labels(_known(request.method), outcome).inc()


def _close(
    change: Change, request: WorkerRequest, state: RequestState, status: int, envelope: Mapping[str, Any], seq: int
) -> None:
    if state not in rules.REQUEST_TRANSITIONS[RequestState(request.state)]:
        raise RuntimeError(f"request {request.request_id} is {request.state}, not to become {state}")
    request.state = state
    request.http_status = status
    request.envelope_text = canonical_text(dict(envelope))
    request.terminal_event_seq = seq
    request.deadline_at = None
    request.updated_at = change.now
    request.save(
        update_fields=["state", "http_status", "envelope_text", "terminal_event_seq", "deadline_at", "updated_at"]
    )
    metrics.WORKER_REQUEST_SECONDS.labels(_known(request.method)).observe(
        (change.now - request.created_at).total_seconds()
    )


@retried
def expire(worker_id: str, request_id: str) -> bool:
    """Fail a request whose worker did not answer in time; False when it was answered or is not due."""
    with transaction.atomic():
        change = worker_log.locked(worker_id)
        request = WorkerRequest.objects.filter(worker_id=worker_id, request_id=request_id).first()
        if change is None or request is None or request.state != RequestState.OPEN:
            return False
        if request.deadline_at is None or request.deadline_at > change.now:
            return False
        receipt = {
            "request_id": request_id,
            "method": request.method,
            "code": Code.TIMEOUT.value,
            "message": "the worker did not answer in time",
            "retryable": True,
            "occurred_at": rfc3339(change.now),
        }
        event = change.append(rules.ERROR, receipt)
        change.write()
        _close(change, request, RequestState.FAILED, 409, _failure(receipt, event.seq), event.seq)
    metrics.WORKER_REQUESTS.labels(_known(request.method), Code.TIMEOUT.value).inc()
    return True
