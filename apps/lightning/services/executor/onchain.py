"""On-chain sends: a quote with a lifetime, and a commit that broadcasts at most once (6.5).

The broadcast carries the plan's label. After a crash the label is looked for before anything else happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from apps.lightning import mapping_executor, metrics
from apps.lightning.domain import chain_addresses, fingerprints
from apps.lightning.domain.payment_states import PlanState, advance_plan
from apps.lightning.domain.spending import Denial, check_caps
from apps.lightning.gateways.protocol import GatewayError, GatewayUnclear, OnchainSent
from apps.lightning.models import OnchainPlan
from apps.lightning.services.executor import controls, custody, node, policy, receipts, spend, steps
from apps.lightning.services.executor.clock import database_now, unix_ms
from apps.lightning.services.executor.orders import check_request_id
from apps.lightning.services.executor.refusals import (
    IDEMPOTENCY_CONFLICT,
    UNSUPPORTED_ADDRESS,
    fault,
    in_flight,
    invalid,
    pending,
)
from openagents.db import audit
from openagents.db.retry import retried
from openagents.ops import faults
from openagents.wire.faults import Fault

log = structlog.get_logger("oa.executor")

SPEEDS = ("slow", "medium", "fast")
QUOTE_LIFETIME_MS = 600_000
LOST_AFTER = timedelta(seconds=120)
AMOUNT_SATS_MAX = 21 * 10**14


@dataclass(frozen=True, slots=True)
class Done:
    """The text of `result`; `replayed` when an earlier request made it."""

    result: str
    replayed: bool


def label(plan_id: str) -> str:
    """How the plan's transaction is found again."""
    return f"oa-plan:{plan_id}"


def _require_enabled() -> None:
    if not settings.OA.oa_lightning_onchain_enabled:
        raise fault("unsupported_payment_method", reason="onchain_disabled")


def quote(*, request_id: str, address: str, amount_sats: int, speed: str, caller: str) -> Done:
    """Price a send. The same request again gives the stored quote. Raises Fault."""
    _require_enabled()
    plan_id = check_request_id(request_id)
    plain, pace = fingerprints.lower(address), fingerprints.lower(speed)
    if not 1 <= amount_sats <= AMOUNT_SATS_MAX:
        raise invalid(f"must be 1 to {AMOUNT_SATS_MAX}", "payment.amountSats")
    if pace not in SPEEDS:
        raise invalid("must be slow, medium or fast", "payment.confirmationSpeed")
    if not plain:
        raise invalid("is required", "payment.address")
    if not chain_addresses.is_supported(address, settings.OA.oa_lightning_network):
        raise Fault(UNSUPPORTED_ADDRESS)
    print_ = fingerprints.plan(policy.wallet_id(), plain, amount_sats, pace)
    if (known := _known(plan_id, print_)) is not None:
        return known
    try:
        estimate = node.require("onchain").estimate_onchain(plain, amount_sats, pace)
    except GatewayError as error:
        raise fault(error.code, reason=error.reason) from None
    with transaction.atomic():
        policy.lock_wallet()
        if (known := _known(plan_id, print_)) is not None:
            return known
        now_ms = unix_ms(database_now())
        plan = OnchainPlan(
            wallet_id=policy.wallet_id(),
            plan_id=plan_id,
            fingerprint=print_,
            caller=caller,
            address=plain,
            amount_sats=amount_sats,
            fee_sats=estimate.fee_sats,
            sat_per_vbyte=estimate.sat_per_vbyte,
            speed=pace,
            state=PlanState.QUOTED,
            quoted_at_ms=now_ms,
            expires_at_ms=now_ms + QUOTE_LIFETIME_MS,
        )
        plan.save()
        audit.record("lightning.onchain.quoted", plan_id=plan_id, amount_sats=amount_sats, actor=caller)
    return Done(mapping_executor.plan_result(plan), False)


def _known(plan_id: str, print_: str) -> Done | None:
    plan = OnchainPlan.objects.filter(wallet_id=policy.wallet_id(), plan_id=plan_id).first()
    if plan is None:
        return None
    if plan.fingerprint != print_:
        raise Fault(IDEMPOTENCY_CONFLICT)
    metrics.REPLAYS.labels("quote").inc()
    return Done(mapping_executor.plan_result(plan), True)


def commit(*, plan_id: str, caller: str) -> Done:
    """Broadcast a quote. Raises Fault; a 504 or 409 `idempotency_in_flight` means that it may be on its way."""
    _require_enabled()
    gateway = node.require("onchain")
    custody.require_open()
    receipts.signer()
    plan = _begin(plan_id, caller)
    if plan is None:
        return _stored(plan_id)
    faults.point("executor.broadcast.before")
    try:
        sent = gateway.send_onchain(plan.address, plan.amount_sats, plan.sat_per_vbyte, label(plan_id), plan_id=plan_id)
    except GatewayError as error:
        _discard(plan.pk, error.code)
        raise fault(error.code, reason=error.reason) from None
    except Exception as error:  # GatewayUnclear, or a driver's bug: neither must become "discarded"
        if not isinstance(error, GatewayUnclear):
            log.error("gateway_raised", plan=plan.pk, error=type(error).__name__)
        OnchainPlan.objects.filter(pk=plan.pk).update(lease_owner="")  # the recovery may look for it at once
        raise pending() from None
    faults.point("executor.broadcast.after")
    return Done(_finish(plan.pk, sent), False)


def _unusable() -> Fault:
    return invalid("no plan that can be committed: quote again", "planId")


@retried
def _begin(plan_id: str, caller: str) -> OnchainPlan | None:
    """Reserve and mark as committing, before the effect. None: it was broadcast already."""
    with transaction.atomic():
        policy.lock_wallet()
        found = OnchainPlan.objects.select_for_update().filter(wallet_id=policy.wallet_id(), plan_id=plan_id)
        plan = found.first()
        if plan is None or plan.state == PlanState.DISCARDED:
            raise _unusable()
        if plan.state == PlanState.BROADCAST:
            return None
        if plan.state == PlanState.COMMITTING:
            raise in_flight()
        controls.refuse_paused()
        now = database_now()
        if unix_ms(now) >= plan.expires_at_ms:
            raise _unusable()
        _refuse_above_caps(plan, caller)
        plan.state = advance_plan(plan.state, PlanState.COMMITTING)
        plan.committing_at, plan.lease_owner, plan.updated_at = now, steps.INSTANCE, now
        plan.save()
    return plan


def _refuse_above_caps(plan: OnchainPlan, caller: str) -> None:
    limits = policy.current().limits
    msats = (plan.amount_sats + plan.fee_sats) * spend.MSATS_PER_SAT
    host = spend.ONCHAIN_HOST
    denial: Denial | None = None
    if msats > limits.request_cap_msats:
        details = {"host": host, "maxAllowedMsats": limits.request_cap_msats, "quotedAmountMsats": msats}
        denial = Denial("request_cap_exceeded", "request", details)
    if denial is None:
        spent = spend.spent(limits, database_now(), host=host, caller=caller)
        denial = check_caps(limits, spent, host=host, caller=caller, quoted_msats=msats, fee_limit_msats=0)
    if denial is not None:
        metrics.CAP_REJECTED.labels(denial.cap).inc()
        raise fault(denial.code, details=denial.details)


@retried
def _finish(pk: int, sent: OnchainSent) -> str:
    """Record the broadcast with its receipt; a second time it gives what is stored."""
    with transaction.atomic():
        policy.lock_wallet()
        plan = OnchainPlan.objects.select_for_update().get(pk=pk)
        if plan.state == PlanState.BROADCAST:
            return plan.result_json
        plan.state = advance_plan(plan.state, PlanState.BROADCAST)
        plan.txid, plan.sent_at_ms, plan.actual_fee_sats = fingerprints.lower(sent.txid), sent.sent_at_ms, sent.fee_sats
        plan.updated_at = database_now()
        plan.save()
        plan.result_json = mapping_executor.plan_result(plan, receipts.for_plan(plan))
        plan.save()
        facts: dict[str, Any] = {"plan_id": plan.plan_id, "txid": plan.txid, "amount_sats": plan.amount_sats}
        audit.record("lightning.onchain.broadcast", **facts)
        steps.tell("lightning.onchain.broadcast", plan.caller, plan.plan_id, facts)
    return plan.result_json


@retried
def _discard(pk: int, code: str) -> None:
    with transaction.atomic():
        plan = OnchainPlan.objects.select_for_update().get(pk=pk)
        plan.state = advance_plan(plan.state, PlanState.DISCARDED)
        plan.failure_code, plan.updated_at = code, database_now()
        plan.save()


def _stored(plan_id: str) -> Done:
    metrics.REPLAYS.labels("commit").inc()
    plan = OnchainPlan.objects.get(wallet_id=policy.wallet_id(), plan_id=plan_id)
    return Done(plan.result_json, True)


def recover(plan_id: str | None = None) -> list[tuple[str, str, str]]:
    """Look every committing plan's label up; (plan id, state before, state after). Never broadcasts."""
    rows = OnchainPlan.objects.filter(wallet_id=policy.wallet_id(), state=PlanState.COMMITTING)
    if plan_id is not None:
        rows = rows.filter(plan_id=plan_id)
    done = []
    for plan in rows.order_by("pk")[:100]:
        done.append((plan.plan_id, str(plan.state), _look_up(plan)))
    return done


def _look_up(plan: OnchainPlan) -> str:
    old = plan.committing_at is None or database_now() - plan.committing_at > LOST_AFTER
    if plan.lease_owner == steps.INSTANCE and not old:
        return plan.state  # this process may be broadcasting it right now
    try:
        sent = node.gateway().find_onchain(label(plan.plan_id))
        if sent is not None:
            _finish(plan.pk, sent)
            return PlanState.BROADCAST
    except Exception as error:  # the next pass comes; the others do not wait for this one
        log.warning("plan_not_looked_up", plan=plan.pk, error=type(error).__name__)
        return plan.state
    if old:
        _discard(plan.pk, "not_broadcast")
        return PlanState.DISCARDED
    return plan.state
