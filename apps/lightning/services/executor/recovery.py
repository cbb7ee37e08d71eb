"""What crashed, timed out or was lost is asked of the node again, by payment hash, until it is certain (6.4).

Runs in the active writer only. It never sends: a payment that the node certainly never saw fails, and its caller may
repeat it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from apps.lightning import metrics
from apps.lightning.domain.payment_states import (
    RESERVING,
    TRACKED,
    PaymentState,
    certainly_never_sent,
    next_check_seconds,
)
from apps.lightning.gateways.protocol import Outcome, SendResult, Tracked, TrackResult
from apps.lightning.models import PaymentIntent
from apps.lightning.services.executor import node, onchain, policy, settlement, steps
from apps.lightning.services.executor.clock import database_now
from apps.lightning.services.executor.refusals import PAYMENT_NOT_FOUND
from openagents.db import audit
from openagents.ops import faults
from openagents.ops.metrics import LEASE_OPS
from openagents.wire.faults import Fault

log = structlog.get_logger("oa.executor")

BATCH = 100
CLAIM = timedelta(seconds=30)
BY = "recovery"


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a pass did to one row."""

    request_id: str
    family: str
    before: str
    after: str


def run(request_id: str | None = None) -> list[Recovered]:
    """One pass over everything due, or over one request whatever its turn. Raises Fault `payment_not_found`."""
    if request_id is not None:
        known = PaymentIntent.objects.filter(custody_wallet_id=policy.wallet_id(), request_id=request_id)
        plans = onchain.recover(request_id)
        if not known.exists() and not plans:
            raise Fault(PAYMENT_NOT_FOUND)
        done = [Recovered(plan_id, "onchain", before, after) for plan_id, before, after in plans]
        return done + [found for pk in _claim(known, everything=True) if (found := _one(pk)) is not None]
    rows = PaymentIntent.objects.filter(custody_wallet_id=policy.wallet_id())
    done = [Recovered(plan_id, "onchain", before, after) for plan_id, before, after in onchain.recover()]
    return done + [found for pk in _claim(rows, everything=False) if (found := _one(pk)) is not None]


def _claim(rows: QuerySet[PaymentIntent], *, everything: bool) -> list[int]:
    """Rows that are nobody's at present, taken under a short lease of ours.

    A lease of another instance counts only for what it has not dispatched: there is one active writer, so whoever
    held it is dead or no longer the writer, and asking the node changes nothing.
    """
    now = database_now()
    live = Q(lease_expires_at__gt=now)
    busy = live & (Q(lease_owner=steps.INSTANCE) | Q(state=PaymentState.RESERVED))
    due = rows.filter(state__in=sorted(str(state) for state in RESERVING)).exclude(busy)
    if not everything:
        due = due.filter(Q(next_check_at__isnull=True) | Q(next_check_at__lte=now))
    with transaction.atomic():
        locked = due.order_by("pk").select_for_update(skip_locked=True)
        holders = dict(locked.values_list("pk", "lease_owner")[:BATCH])
        PaymentIntent.objects.filter(pk__in=holders).update(lease_owner=steps.INSTANCE, lease_expires_at=now + CLAIM)
    for holder in holders.values():
        LEASE_OPS.labels("lightning", "payment", _taken_from(holder)).inc()
    return list(holders)


def _taken_from(holder: str) -> str:
    """What the taking of a row is, by whose it was: nobody's, our own, or another start's, which never gave it back."""
    if not holder:
        return "acquired"
    return "renewed" if holder == steps.INSTANCE else "stolen"


def _one(pk: int) -> Recovered | None:
    """One row. What goes wrong with it stays with it: the others must not wait behind a poisoned one."""
    try:
        return _recover(pk)
    except Exception:
        metrics.RECOVERY.labels("error").inc()
        log.exception("payment_not_recovered", payment=pk)
        return None


def _recover(pk: int) -> Recovered | None:
    intent = PaymentIntent.objects.get(pk=pk)
    before = intent.state
    if before == PaymentState.RESERVED:
        after = _never_dispatched(pk)
    elif before in TRACKED:
        after = _tracked(intent)
    else:
        return None
    if after != before:
        metrics.RECOVERY.labels(after).inc()
        log.info("payment_recovered", payment=pk, before=before, after=after)
    else:
        metrics.RECOVERY.labels("unchanged").inc()
    return Recovered(intent.request_id, intent.family, before, after)


def _never_dispatched(pk: int) -> str:
    with transaction.atomic():
        policy.lock_wallet()
        intent = PaymentIntent.objects.select_for_update().get(pk=pk)
        if intent.state == PaymentState.RESERVED and intent.lease_owner == steps.INSTANCE:
            settlement.fail_undispatched(intent, BY)
            _audit(intent)
    return intent.state


def _tracked(intent: PaymentIntent) -> str:
    faults.point("executor.track.before")
    try:
        result = node.gateway().track(intent.payment_hash)
    except Exception as error:  # the protocol forbids it
        log.error("gateway_raised", payment=intent.pk, error=type(error).__name__)
        result = TrackResult(Tracked.UNREACHABLE)
    faults.point("executor.track.after")
    match result.tracked:
        case Tracked.SUCCEEDED:
            return _conclude(intent, SendResult(Outcome.SUCCEEDED, result.settled))
        case Tracked.FAILED:
            return _conclude(intent, SendResult(Outcome.FAILED, code=result.code, reason=result.reason))
        case Tracked.IN_FLIGHT:
            return _conclude(intent, SendResult(Outcome.IN_FLIGHT))
        case Tracked.NOT_KNOWN:
            return _not_known(intent.pk)
    return _later(intent.pk)


def _conclude(intent: PaymentIntent, result: SendResult) -> str:
    after = settlement.conclude(intent.pk, intent.attempt, result, by=BY)
    if after not in TRACKED:
        audit.record(
            "lightning.payment.recovered",
            payment_hash=intent.payment_hash,
            payment_request_id=intent.request_id,
            state=after,
        )
    return after


def _not_known(pk: int) -> str:
    """The node does not know the hash. Only after a while, and said twice, does that mean it was never sent."""
    with transaction.atomic():
        policy.lock_wallet()
        intent = PaymentIntent.objects.select_for_update().get(pk=pk)
        if intent.state not in TRACKED:
            return intent.state
        now = database_now()
        if intent.state == PaymentState.IN_FLIGHT:
            log.error("payment_tracking_lost", payment=pk, payment_hash=intent.payment_hash)
            _wait(intent, now)
            return intent.state
        if intent.state == PaymentState.DISPATCHING:
            steps.move(intent, PaymentState.UNKNOWN, now, by=BY)
        age = (now - (intent.dispatch_started_at or intent.created_at)).total_seconds()
        since = (now - intent.first_not_found_at).total_seconds() if intent.first_not_found_at else 0.0
        if certainly_never_sent(age, intent.not_found_count, since):
            settlement.fail_undispatched(intent, BY)
            _audit(intent)
            return intent.state
        intent.not_found_count += 1
        intent.first_not_found_at = intent.first_not_found_at or now
        _wait(intent, now)
    return intent.state


def _later(pk: int) -> str:
    """The node is away: the row stays, and is asked about again."""
    with transaction.atomic():
        intent = PaymentIntent.objects.select_for_update().get(pk=pk)
        if intent.state not in TRACKED:
            return intent.state
        now = database_now()
        if intent.state == PaymentState.DISPATCHING:
            steps.move(intent, PaymentState.UNKNOWN, now, by=BY)
        _wait(intent, now)
    return intent.state


def _wait(intent: PaymentIntent, now: datetime) -> None:
    intent.next_check_at = now + timedelta(seconds=next_check_seconds(intent.checks))
    intent.checks += 1
    intent.lease_owner, intent.lease_expires_at = "", None
    intent.updated_at = now
    intent.save()


def _audit(intent: PaymentIntent) -> None:
    audit.record(
        "lightning.payment.recovered",
        payment_hash=intent.payment_hash,
        payment_request_id=intent.request_id,
        state=intent.state,
    )
