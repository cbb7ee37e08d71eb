"""Dispatch: a job goes to a provider, and once to another one if that fails.

What is about to be done is committed before each call (dispatch with its first attempt, then each attempt), what came
of it after. A process that dies in between leaves a pending attempt; `dispatch_recovery` ends those.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain.jobs import SANDBOX_RUN, call_seconds, dispatch_seconds
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.selection import OWNED, Selection, select
from apps.runtime.domain.trust import Signal
from apps.runtime.gateways.guard import Blocked, SsrfReason
from apps.runtime.gateways.live import provider_gateway
from apps.runtime.gateways.provider import CallFailed
from apps.runtime.models import Dispatch, DispatchAttempt
from apps.runtime.models.marketplace import AttemptState, DispatchStatus
from apps.runtime.services import providers, trust, write_mode
from apps.runtime.services.router_decisions import run_of
from openagents.db import stores
from openagents.db.retry import retried
from openagents.idempotency import fingerprint, lock_key
from openagents.ops import faults
from openagents.receipts.canonical import Unrepresentable, canonical_bytes, canonical_text
from openagents.receipts.ids import new_id
from openagents.receipts.strict_json import MalformedJSON, loads
from openagents.verification.findings import EvidenceInvalid
from openagents.verification.sandbox_job import ResultStatus, SandboxJob, read_result
from openagents.wire.faults import (
    BAD_GATEWAY,
    CONFLICT,
    FORBIDDEN,
    INVALID_REQUEST,
    NOT_FOUND,
    RATE_LIMITED,
    Fault,
)

CONCURRENT_MAX = 4
RETRY_AFTER_MS = 1000
RATE_SECONDS = 60

PROVIDER_FAULTS = frozenset({ResultStatus.TIMEOUT, ResultStatus.CANCELLED, ResultStatus.ERROR})
"""Results that are the provider's failure; `failed` is an honest result of the job."""

SENT_BEFORE_BLOCKED = frozenset(
    {
        SsrfReason.DNS_PIN_MISMATCH,
        SsrfReason.REDIRECT_LIMIT_EXCEEDED,
        SsrfReason.REDIRECT_MISSING_LOCATION,
        SsrfReason.REDIRECT_INVALID_LOCATION,
    }
)


@dataclass(frozen=True, slots=True)
class Order:
    """A job an owner wants done. `limited`: on behalf of a principal, who has few at once."""

    owner: Owner
    job: SandboxJob
    run_id: UUID | None = None
    idempotency_key: str | None = None
    limited: bool = True

    def fingerprint(self) -> str:
        return fingerprint({"job": self.job.canonical_form(), "run_id": str(self.run_id) if self.run_id else None})


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one call came to; `reason` None means that the provider did its part."""

    reason: str | None
    sent: bool
    latency_ms: int
    response_text: str | None = None


def dispatch(order: Order) -> Dispatch:
    """The finished dispatch, succeeded. The same key and request gives the first one's answer.

    Raises Fault: WRITE_PATH_FROZEN while nothing may leave; CONFLICT `dispatch_in_flight` or
    `idempotency_key_conflict`; RATE_LIMITED `compute_dispatch_rate_limited` or `compute_dispatch_concurrency`;
    NOT_FOUND for run or provider, FORBIDDEN for the run; INVALID_REQUEST above the provider's own timeout limit;
    BAD_GATEWAY with the dispatch's id when every provider failed.
    """
    write_mode.check_outbound()
    known = _known(order)
    if known is None:
        check_rate(order.owner)
        known, selection = _start(order)
        if selection is not None:
            known = _drive(known, selection, order)
    return _answered(known)


def check_rate(owner: Owner) -> None:
    """Quotes and dispatches of an owner share one window. Raises Fault RATE_LIMITED."""
    limit = settings.OA.runtime_compute_dispatch_max_per_minute
    if stores.window().hit("runtime.compute", owner.key, limit, RATE_SECONDS):
        raise Fault(
            RATE_LIMITED,
            "too many quotes and dispatches",
            reason_code="compute_dispatch_rate_limited",
            retry_after_ms=RETRY_AFTER_MS,
        )


def read(dispatch_id: str, owner: Owner | None) -> Dispatch:
    """The dispatch of an owner (None: of anybody). Raises Fault NOT_FOUND, FORBIDDEN."""
    found = Dispatch.objects.filter(dispatch_id=dispatch_id).first()
    if found is None:
        raise Fault(NOT_FOUND, "there is no such dispatch")
    if owner is not None and found.owner_key != owner.key:
        raise Fault(FORBIDDEN, "the dispatch belongs to somebody else")
    return found


def no_provider() -> Fault:
    """Nobody is there to do it."""
    return Fault(NOT_FOUND, "no provider is available", reason_code="provider_not_found")


def _answered(known: Dispatch) -> Dispatch:
    match known.status:
        case DispatchStatus.SUCCEEDED:
            return known
        case DispatchStatus.RUNNING:
            raise Fault(
                CONFLICT,
                "the dispatch is still running",
                reason_code="dispatch_in_flight",
                details={"dispatch_id": known.dispatch_id},
                retry_after_ms=RETRY_AFTER_MS,
            )
        case _ if known.failure == "provider_not_found":
            raise no_provider()
        case _:
            raise Fault(
                BAD_GATEWAY,
                "no provider gave a usable result",
                reason_code=known.failure,
                details={"dispatch_id": known.dispatch_id, "job_hash": known.job_hash},
                retryable=known.idempotency_key is None,  # under its key the answer stays what it is
            )


def _known(order: Order) -> Dispatch | None:
    """The dispatch of the same key. Raises Fault CONFLICT when it was for something else."""
    if order.idempotency_key is None:
        return None
    found = Dispatch.objects.filter(owner_key=order.owner.key, idempotency_key=order.idempotency_key).first()
    if found is not None and found.fingerprint != order.fingerprint():
        raise Fault(CONFLICT, "the key was used for another dispatch", reason_code="idempotency_key_conflict")
    return found


@retried
def _start(order: Order) -> tuple[Dispatch, Selection | None]:
    """Commit the intent with its first attempt. No selection: the dispatch needs no driving (any more)."""
    owner_key = order.owner.key
    with transaction.atomic():
        lock_key("runtime.dispatch", owner_key)
        known = _known(order)
        if known is not None:
            return known, None
        if order.run_id is not None:
            run_of(order.run_id, order.owner)
        now = timezone.now()
        if order.limited:
            _check_concurrency(owner_key)
        selection = select(providers.market_of(owner_key), owner_key, SANDBOX_RUN)
        if selection is not None:
            _check_timeout(order.job, selection)
        found = selection is not None
        started = Dispatch.objects.create(
            dispatch_id=new_id("dsp"),
            owner_key=owner_key,
            idempotency_key=order.idempotency_key if found else None,  # a later repeat may find a provider
            fingerprint=order.fingerprint(),
            capability=SANDBOX_RUN,
            job_hash=order.job.job_hash(),
            run_id=order.run_id,
            status=DispatchStatus.RUNNING if found else DispatchStatus.FAILED,
            selection_text=_selection_text(selection),
            failure=None if found else "provider_not_found",
            deadline_at=now + timedelta(seconds=dispatch_seconds(order.job)),
            created_at=now,
            finished_at=None if found else now,
        )
        if selection is not None:
            _begin(started, 1, selection)
    if not found:
        metrics.DISPATCHES.labels("not_found").inc()
    return started, selection


def _selection_text(selection: Selection | None) -> str | None:
    return canonical_text(providers.selection_view(selection)) if selection is not None else None


def _check_concurrency(owner_key: str) -> None:
    running = Dispatch.objects.filter(
        owner_key=owner_key, status=DispatchStatus.RUNNING, deadline_at__gt=timezone.now()
    ).count()
    if running >= CONCURRENT_MAX:
        raise Fault(
            RATE_LIMITED,
            "too many dispatches at once",
            reason_code="compute_dispatch_concurrency",
            retry_after_ms=RETRY_AFTER_MS,
        )


def _check_timeout(job: SandboxJob, selection: Selection) -> None:
    most = selection.provider.offer.max_timeout_secs
    if job.timeout_secs > most:
        field = "request.sandbox.resources.timeout_secs"
        problem = f"is above the provider's limit of {most}"
        raise Fault(INVALID_REQUEST, f"{field} {problem}", errors={field: [problem]})


def _begin(started: Dispatch, number: int, selection: Selection) -> None:
    """Write an attempt inside the caller's transaction; its call is made after the commit."""
    provider = selection.provider
    DispatchAttempt.objects.create(
        dispatch_id=started.dispatch_id,
        attempt=number,
        worker_id=provider.worker_id,
        provider_id=provider.provider_id,
        tier=selection.tier,
        base_url=provider.offer.base_url or "",
        started_at=timezone.now(),
    )


def _drive(started: Dispatch, first: Selection, order: Order) -> Dispatch:
    selection: Selection | None = first
    number, ended = 1, started
    while selection is not None:
        faults.point("runtime.dispatch.before_call")
        outcome = _call(selection, order.job, started.job_hash)
        faults.point("runtime.dispatch.after_call")
        ended, selection = _conclude(started, number, selection, outcome, order.job)
        number += 1
    return ended


def _call(selection: Selection, job: SandboxJob, job_hash: str) -> _Outcome:
    """One call to one provider; whatever goes wrong on its side is an outcome, not an error."""
    began = time.monotonic()

    def took() -> int:
        return int((time.monotonic() - began) * 1000)

    body = canonical_bytes(job.canonical_form())
    try:
        answer = provider_gateway().run_sandbox(
            selection.provider.offer.base_url or "", body, job_hash, call_seconds(job)
        )
    except Blocked as error:
        return _Outcome(error.reason.value, error.reason in SENT_BEFORE_BLOCKED, took())
    except CallFailed as error:
        return _Outcome(f"provider_{error.reason}", error.sent, took())
    latency_ms = took()
    try:
        result = read_result(loads(answer))
        text = canonical_text(result.plain())
    except (MalformedJSON, EvidenceInvalid, Unrepresentable):
        return _Outcome("provider_malformed_answer", True, latency_ms)
    reason = f"provider_status_{result.status.value}" if result.status in PROVIDER_FAULTS else None
    return _Outcome(reason, True, latency_ms, text)


@retried
def _conclude(
    started: Dispatch, number: int, selection: Selection, outcome: _Outcome, job: SandboxJob
) -> tuple[Dispatch, Selection | None]:
    """Commit what an attempt came to, the strike it earned, and the fallback's attempt if there is one."""
    with transaction.atomic():
        current = Dispatch.objects.select_for_update().get(dispatch_id=started.dispatch_id)
        if current.status != DispatchStatus.RUNNING:
            return current, None  # it took so long that the janitor has ended it
        now = timezone.now()
        good = outcome.reason is None
        DispatchAttempt.objects.filter(dispatch_id=current.dispatch_id, attempt=number).update(
            state=AttemptState.SUCCEEDED if good else AttemptState.FAILED,
            reason=outcome.reason,
            sent=outcome.sent,
            latency_ms=outcome.latency_ms,
            finished_at=now,
        )
        following = None if good else _fallback(current.owner_key, number, selection, job)
        current.response_text = outcome.response_text
        current.latency_ms = outcome.latency_ms
        if following is not None:
            current.selection_text = _selection_text(following)
            current.fallback_from_provider_id = selection.provider.provider_id
            _begin(current, number + 1, following)
        else:
            current.status = DispatchStatus.SUCCEEDED if good else DispatchStatus.FAILED
            current.failure = outcome.reason
            current.finished_at = now
        current.save()
        if not good:
            _strike(current, number, selection, outcome)
    if following is None:
        metrics.DISPATCHES.labels("succeeded" if good else "failed").inc()
    else:
        metrics.DISPATCHES.labels("fallback").inc()
    return current, following


def _strike(current: Dispatch, number: int, selection: Selection, outcome: _Outcome) -> None:
    trust.record(
        selection.provider.worker_id,
        Signal.PROVIDER_FAILURE,
        f"{current.dispatch_id}:{number}",
        trust.Occasion(
            job_hash=current.job_hash,
            run_id=str(current.run_id) if current.run_id else None,
            evidence={"dispatch_id": current.dispatch_id, "attempt": number, "failure": outcome.reason},
        ),
    )


def _fallback(owner_key: str, number: int, failed: Selection, job: SandboxJob) -> Selection | None:
    """After an owned provider one other owned one, else one of the reserve pool; after anything else nobody."""
    if number > 1 or failed.tier != OWNED:
        return None
    able = [one for one in providers.market_of(owner_key) if job.timeout_secs <= one.offer.max_timeout_secs]
    return select(able, owner_key, SANDBOX_RUN, without={failed.provider.worker_id})


def views(found: Dispatch) -> tuple[Any, Any]:
    """Selection and response of a dispatch as JSON values, None where there is none yet."""
    selection = loads(found.selection_text) if found.selection_text else None
    response = loads(found.response_text) if found.response_text else None
    return selection, response
