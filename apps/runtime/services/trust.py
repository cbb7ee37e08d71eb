"""What the runtime learns about providers: each signal counted once, quarantine when it is enough, operators' word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from apps.runtime import metrics
from apps.runtime.domain.incidents import Incident, IncidentType
from apps.runtime.domain.journal import TopicClass, user_notifications
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.providers import Trust
from apps.runtime.domain.trust import Action, PriceSample, Signal, learn
from apps.runtime.domain.worker_states import WorkerStatus, label, may_move
from apps.runtime.models import ProviderSignal, WorkerLive
from apps.runtime.services import incidents, worker_log
from apps.runtime.services.journal import Row, document
from apps.runtime.services.providers import PRICE_VARIANCE, trust_of
from openagents.db import audit
from openagents.db.retry import retried
from openagents.receipts.canonical import canonical_text
from openagents.receipts.ids import new_id
from openagents.receipts.times import rfc3339
from openagents.wire.faults import INVALID_REQUEST, NOT_FOUND, Fault

REASON_CHARS_MAX = 255

_INCIDENTS: dict[Signal, IncidentType] = {
    Signal.VERIFICATION_VIOLATION: IncidentType.VERIFICATION_VIOLATION,
    Signal.PRICE_SAMPLE: IncidentType.PRICE_INTEGRITY,
}
"""Signals that are an incident by themselves; a price sample only when it violates."""

_LAST = {
    Signal.VERIFICATION_VIOLATION: "last_violation_at",
    Signal.PROVIDER_FAILURE: "last_failure_at",
    Signal.PRICE_SAMPLE: "last_price_at",
    Signal.SUCCESS: "last_success_at",
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a signal is about. `evidence` goes into incidents; `rows` are the caller's own rows for the journal."""

    job_hash: str | None = None
    run_id: str | None = None
    quote_sha256: str | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    rows: Sequence[Row] = ()


def record(
    worker_id: str, signal: Signal, dedupe_key: str, occasion: Occasion, sample: PriceSample | None = None
) -> bool:
    """Count a signal of a provider; False when it was counted before (or the worker does not exist).

    The last step of the caller's transaction: it locks the worker and writes the journal. `dedupe_key` is the
    settlement key, or the dispatch attempt (`{dispatch_id}:{attempt}`).
    """
    change = worker_log.locked(worker_id)
    if change is None:
        return False
    if ProviderSignal.objects.filter(worker_id=worker_id, signal=signal, dedupe_key=dedupe_key).exists():
        return False
    before = trust_of(change.worker)
    after = learn(before, signal, sample)
    ProviderSignal.objects.create(
        worker_id=worker_id,
        signal=signal.value,
        dedupe_key=dedupe_key,
        delta_text=canonical_text(_delta(after, sample)),
        created_at=change.now,
    )
    _remember(change, signal, after)
    change.rows.extend(occasion.rows)
    if signal in _INCIDENTS and (sample is None or sample.violates):
        change.rows.extend(incidents.record(_incident(change, _INCIDENTS[signal], occasion, ("strike_recorded",))))
    if after.quarantined and not before.quarantined:
        _quarantine(change, str(after.quarantine_reason), occasion)
    change.write()
    return True


@retried
def act(worker_id: str, action: Action, reason: str) -> WorkerLive:
    """An operator's word on a provider; saying it twice changes nothing. Returns the worker.

    Release lifts the quarantine and leaves the worker failed, so that it registers anew. Raises Fault NOT_FOUND,
    INVALID_REQUEST for a blank or long reason.
    """
    said = reason.strip()
    if not said or len(said) > REASON_CHARS_MAX:
        problem = f"is 1 to {REASON_CHARS_MAX} characters"
        raise Fault(INVALID_REQUEST, f"reason {problem}", errors={"reason": [problem]})
    with transaction.atomic():
        change = worker_log.locked(worker_id)
        if change is None or not change.worker.is_provider:
            raise Fault(NOT_FOUND, "there is no such provider")
        match action:
            case Action.QUARANTINE if not change.worker.quarantined:
                _quarantine(change, said, Occasion(evidence={"by": "operator"}))
            case Action.RELEASE if change.worker.quarantined:
                change.set(quarantined=False, quarantine_reason=None, quarantined_at=None)
                audit.record("runtime.worker.released", worker_id=worker_id, reason=said)
            case Action.RESET_STRIKES if change.worker.failure_strikes:
                change.set(failure_strikes=0)
                audit.record("runtime.worker.strikes_reset", worker_id=worker_id, reason=said)
            case _:
                return change.live
        change.write()
    return change.live


def _remember(change: worker_log.Change, signal: Signal, after: Trust) -> None:
    last = {**change.worker.last_signals, _LAST[signal]: rfc3339(change.now)}
    if signal is Signal.PRICE_SAMPLE:
        last[PRICE_VARIANCE] = after.last_price_variance_bps
    change.set(
        failure_strikes=after.failure_strikes,
        success_count=after.success_count,
        price_integrity_samples=after.price_samples,
        price_integrity_violations=after.price_violations,
        last_signals=last,
    )


def _quarantine(change: worker_log.Change, reason: str, occasion: Occasion) -> None:
    """Shut the provider out: the flag, the worker failed with its event, the incident, the owner told."""
    worker = change.worker
    if change.status is not WorkerStatus.FAILED:
        if may_move(change.status, WorkerStatus.FAILED):
            change.move(WorkerStatus.FAILED)
        else:
            change.set(status=WorkerStatus.FAILED)  # also one that has stopped: it must not come back by registering
        change.append(label(WorkerStatus.FAILED), {"status": WorkerStatus.FAILED.value, "reason": "quarantined"})
    change.set(quarantined=True, quarantine_reason=reason, quarantined_at=change.now)
    told = _incident(change, IncidentType.QUARANTINED, occasion, ("provider_quarantined", "worker_failed"), reason)
    change.rows.extend(incidents.record(told))
    owner = Owner(worker.owner_key)
    if owner.kind == "user":
        change.rows.append(_notification(owner, worker.worker_id))
    audit.record("runtime.worker.quarantined", worker_id=worker.worker_id, owner_key=worker.owner_key, reason=reason)
    metrics.PROVIDER_QUARANTINE.labels(_reason_class(reason)).inc()


def _reason_class(reason: str) -> str:
    known = ("verification_violations", "provider_failures", "price_integrity")
    return reason if reason in known else "operator"


def _notification(owner: Owner, worker_id: str) -> Row:
    identifier = new_id("ntf")
    told = {
        "id": identifier,
        "type": "provider_quarantined",
        "title": "Your provider was quarantined",
        "ref": f"worker:{worker_id}",
    }
    return Row(
        topic=user_notifications(owner.name),
        topic_class=TopicClass.NOTIFICATIONS,
        kind="notification.provider_quarantined",
        doc_key=f"notification:{identifier}",
        doc_version=1,
        payload_text=document(told),
        owner_key=owner.key,
    )


def _incident(
    change: worker_log.Change,
    incident_type: IncidentType,
    occasion: Occasion,
    actions: tuple[str, ...],
    reason: str | None = None,
) -> Incident:
    worker = change.worker
    evidence = {
        **occasion.evidence,
        "failure_strikes": worker.failure_strikes,
        "price_integrity_violations": worker.price_integrity_violations,
    }
    if reason is not None:
        evidence["reason"] = reason
    provider_id = worker.metadata.get("provider_id")
    return Incident(
        incident_type,
        provider_id=provider_id if isinstance(provider_id, str) and provider_id.strip() else worker.worker_id,
        provider_worker_id=worker.worker_id,
        job_hash=occasion.job_hash,
        run_id=occasion.run_id,
        quote_sha256=occasion.quote_sha256,
        actions=actions,
        evidence=evidence,
    )


def _delta(after: Trust, sample: PriceSample | None) -> dict[str, Any]:
    counted: dict[str, Any] = {
        "failure_strikes": after.failure_strikes,
        "success_count": after.success_count,
        "price_integrity_samples": after.price_samples,
        "price_integrity_violations": after.price_violations,
    }
    if sample is not None:
        counted["quoted_msats"] = sample.quoted_msats
        counted["delivered_msats"] = sample.delivered_msats
    return counted
