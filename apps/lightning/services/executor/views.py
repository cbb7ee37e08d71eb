"""What is told about payments, plans and the executor itself (4.1, 4.3). Reads only; standbys answer them too."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from apps.lightning import mapping_executor
from apps.lightning.domain.payment_states import (
    PUBLIC,
    PUBLIC_PLAN,
    RESERVING,
    PaymentState,
    PlanState,
)
from apps.lightning.models import OnchainPlan, PaymentIntent
from apps.lightning.services.executor import controls, credentials, custody, node, policy, receipts, spend, writer
from apps.lightning.services.executor.clock import database_now, unix_ms
from apps.lightning.services.executor.orders import PAYMENT
from apps.lightning.services.executor.refusals import KINDS, PAYMENT_NOT_FOUND, fault, invalid
from openagents.bolt11 import decoder, rules
from openagents.bolt11.invoice import Invalid
from openagents.wire.faults import Fault
from openagents.wire.model import WireModel

ONCHAIN = "onchain"


def payment(request_id: str, family: str | None, *, with_preimage: bool) -> dict[str, Any]:
    """A payment or plan by its request id. Raises Fault `payment_not_found`: it was never received."""
    if family not in (None, PAYMENT, ONCHAIN):
        raise invalid("must be payment or onchain", "family")
    if family != ONCHAIN:
        found = PaymentIntent.objects.filter(wallet_id=policy.wallet_id(), family=PAYMENT, request_id=request_id)
        intent = found.select_related("receipt").first()
        if intent is not None:
            return _intent(intent, with_preimage=with_preimage)
    if family != PAYMENT:
        plans = OnchainPlan.objects.filter(wallet_id=policy.wallet_id(), plan_id=request_id)
        plan = plans.select_related("receipt").first()
        if plan is not None:
            return _plan(plan)
    raise Fault(PAYMENT_NOT_FOUND)


def _intent(intent: PaymentIntent, *, with_preimage: bool) -> dict[str, Any]:
    state = PaymentState(intent.state)
    shown: dict[str, Any] = {
        "request_id": intent.request_id,
        "family": PAYMENT,
        "state": PUBLIC[state],
        "detail_state": intent.state,
        "attempt": intent.attempt,
        "payment_hash": intent.payment_hash or None,
        "quoted_amount_msats": intent.quoted_msats,
        "fee_limit_msats": intent.fee_limit_msats,
        "gateway": intent.gateway,
        "created_at_ms": unix_ms(intent.created_at),
        "updated_at_ms": unix_ms(intent.updated_at),
    }
    if state in (PaymentState.FAILED, PaymentState.DENIED, PaymentState.SETTLED_NO_PREIMAGE):
        refused = fault(intent.failure_code, reason=intent.failure_reason)
        shown["error"] = {"code": refused.code, "message": refused.message, "reason": refused.reason_code}
    if state is PaymentState.SUCCEEDED:
        preimage = None
        if with_preimage and not custody.sealed():
            preimage = custody.open_column(intent.preimage_enc, "payment_intent", "preimage_enc", intent.pk)
        shown["payment"] = {
            "payment_id": intent.payment_id,
            "amount_msats": intent.settled_msats,
            "preimage_hex": preimage,
            "paid_at_ms": intent.paid_at_ms,
            "fee_msats": intent.fee_msats,
            "payment_hash": intent.payment_hash,
        }
        shown["receipt"] = json.loads(intent.receipt.receipt_json)
    return shown


def _plan(plan: OnchainPlan) -> dict[str, Any]:
    state = PlanState(plan.state)
    shown: dict[str, Any] = {
        "request_id": plan.plan_id,
        "family": ONCHAIN,
        "state": PUBLIC_PLAN[state],
        "detail_state": plan.state,
        "attempt": 0 if state is PlanState.QUOTED else 1,
        "quoted_amount_msats": plan.amount_sats * spend.MSATS_PER_SAT,
        "fee_limit_msats": plan.fee_sats * spend.MSATS_PER_SAT,
        "gateway": settings.OA.oa_lightning_wallet_executor_mode,
        "created_at_ms": plan.quoted_at_ms,
        "updated_at_ms": unix_ms(plan.updated_at),
    }
    if state is PlanState.BROADCAST:
        shown["txid"] = plan.txid
        shown["receipt"] = json.loads(plan.receipt.receipt_json)
    if state is PlanState.DISCARDED:
        kind = KINDS.get(plan.failure_code, KINDS["send_failed"])
        shown["error"] = {"code": kind.code, "message": kind.message, "reason": plan.failure_code or None}
    return shown


def decode(text: str) -> WireModel:
    """What an invoice says, and whether it could be paid now. Raises Fault `invoice_invalid`."""
    try:
        invoice = decoder.decode(text)
    except Invalid as error:
        raise fault("invoice_invalid", reason=error.reason) from None
    refusal = rules.refusal(
        invoice,
        network=settings.OA.oa_lightning_network,
        now_ms=unix_ms(database_now()),
        own_pubkey=node.own_pubkey(),
    )
    return mapping_executor.decoded(invoice, decoder.invoice_hash(text), refusal.code if refusal else None)


def recent() -> QuerySet[PaymentIntent]:
    return PaymentIntent.objects.filter(wallet_id=policy.wallet_id())


def status() -> dict[str, Any]:
    """The executor about itself. A node that cannot be asked does not fail it."""
    link = node.refresh()
    config = settings.OA
    limits = policy.current().limits
    now_ms = unix_ms(database_now())
    window_spend, count = spend.window_succeeded(limits, now_ms)
    last = recent().filter(state=PaymentState.SUCCEEDED).order_by("-paid_at_ms", "-pk").first()
    pause = controls.pause_in_force()
    shown: dict[str, Any] = {
        "wallet_id": policy.wallet_id(),
        "mode": config.oa_lightning_wallet_executor_mode,
        "auth_mode": config.oa_lightning_auth_mode,
        "auth_enforced": config.oa_lightning_auth_mode != "disabled",
        "auth_token_version": credentials.active_version()[0],
        "lifecycle": link.lifecycle,
        "network": link.info.network if link.info else config.oa_lightning_network,
        "api_key_configured": bool(config.oa_lightning_spark_api_key),
        "ready": link.lifecycle == "connected",
        "allowed_host_count": len(limits.allowed_hosts),
        "request_cap_msats": limits.request_cap_msats,
        "window_cap_msats": limits.window_cap_msats,
        "window_ms": limits.window_ms,
        "recent_payments_count": count,
        "last_payment_id": last.payment_id if last else None,
        "last_payment_at_ms": last.paid_at_ms if last else None,
        "last_error_code": link.error_code or None,
        "last_error_message": link.error_message or None,
        "updated_at_ms": link.updated_at_ms or now_ms,
        "simulated": config.simulated,
        "gateway": config.oa_lightning_wallet_executor_mode,
        "paused": pause is not None,
        "pause_reason": pause.reason if pause else None,
        "in_flight_count": recent().filter(state__in=sorted(str(state) for state in RESERVING)).count(),
        "unknown_count": recent().filter(state=PaymentState.UNKNOWN).count(),
        "window_spend_msats": window_spend,
        "receipt_signer_pubkey": receipts.signer_pubkey(),
        "custody": {"kek_id": custody.kek_id(), "sealed": custody.sealed()},
        "active_writer": writer.is_active(),
    }
    if link.info is not None:
        shown |= {
            "identity_pubkey": link.info.identity_pubkey,
            "balance_sats": link.info.balance_msats // spend.MSATS_PER_SAT,
            "synced_to_chain": link.info.synced,
            "block_height": link.info.block_height,
        }
    return shown


def auth_assertion() -> dict[str, Any]:
    """How callers authenticate at present, without anything secret."""
    config = settings.OA
    version, fingerprint = credentials.active_version()
    return {
        "wallet_id": policy.wallet_id(),
        "auth_mode": config.oa_lightning_auth_mode,
        "auth_enforced": config.oa_lightning_auth_mode != "disabled",
        "auth_token_version": version,
        "token_fingerprint": fingerprint,
        "asserted_at_ms": unix_ms(database_now()),
        "accepted_key_ids": credentials.accepted_key_ids(),
        "receipt_signer_pubkey": receipts.signer_pubkey() or "",
    }


def policy_shown(found: policy.Policy) -> dict[str, Any]:
    """A policy as the routes show it."""
    return {"policy_version": found.version, "limits": found.limits.as_json()}
