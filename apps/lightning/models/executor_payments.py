"""Outgoing payments: one row per request, one per attempt, and the plans of on-chain sends.

Amounts are msat unless the name says sats, `*_ms` is UTC unix milliseconds. `custody_wallet_id` is the executor's own
wallet, whose funds move and whose caps count; `wallet_id` is the wallet that pays, the same or a sub-wallet.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.lightning.domain.payment_states import RELEASED, RESERVING, PaymentState, PlanState


class PaymentIntent(models.Model):
    """What was asked for and how far it is. Written before its effect; kept for ever once it succeeded."""

    wallet_id = models.TextField()
    custody_wallet_id = models.TextField()
    family = models.TextField()
    request_id = models.TextField()
    fingerprint = models.CharField(max_length=64)
    state = models.TextField()
    attempt = models.PositiveIntegerField(default=0)
    caller = models.TextField()
    act = models.JSONField(null=True)
    host = models.TextField(default="")
    invoice = models.TextField(default="")
    invoice_hash = models.TextField(default="")
    payment_hash = models.TextField(default="")
    payee = models.TextField(default="")
    quoted_msats = models.BigIntegerField(default=0)
    amount_msats = models.BigIntegerField(null=True)
    """The amount to name to the node: only for an invoice without one."""
    max_msats = models.BigIntegerField(default=0)
    fee_limit_msats = models.BigIntegerField(default=0)
    timeout_secs = models.PositiveIntegerField(default=0)
    settled_msats = models.BigIntegerField(null=True)
    fee_msats = models.BigIntegerField(null=True)
    preimage_enc = models.TextField(default="")
    payment_id = models.TextField(default="")
    paid_at_ms = models.BigIntegerField(null=True)
    gateway = models.TextField(default="")
    simulated = models.BooleanField(default=False)
    failure_code = models.TextField(default="")
    failure_reason = models.TextField(default="")
    failure_details = models.JSONField(default=dict)
    lease_owner = models.TextField(default="")
    lease_expires_at = models.DateTimeField(null=True)
    reserved_at = models.DateTimeField(null=True)
    dispatch_started_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    checks = models.PositiveIntegerField(default=0)
    not_found_count = models.PositiveIntegerField(default=0)
    first_not_found_at = models.DateTimeField(null=True)
    result_enc = models.TextField(default="")
    """The exact text of `result`, sealed: it carries the preimage."""
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "payment_intent"
        constraints = [
            models.UniqueConstraint(fields=["wallet_id", "family", "request_id"], name="payment_intent_once"),
            models.UniqueConstraint(
                fields=["custody_wallet_id", "payment_hash"],
                condition=~Q(state__in=sorted(str(state) for state in RELEASED)) & ~Q(payment_hash=""),
                name="payment_intent_hash_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(str(state) for state in PaymentState))
                & Q(quoted_msats__gte=0)
                & Q(fee_limit_msats__gte=0),
                name="payment_intent_sane",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "next_check_at"], name="payment_intent_due"),
            models.Index(fields=["custody_wallet_id", "paid_at_ms"], name="payment_intent_paid"),
            models.Index(
                fields=["custody_wallet_id"],
                condition=Q(state__in=sorted(str(state) for state in RESERVING)),
                name="payment_intent_held",
            ),
            models.Index(fields=["custody_wallet_id", "reserved_at"], name="payment_intent_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.state}"


class PaymentAttempt(models.Model):
    """One try of a payment, from its reservation to its outcome."""

    intent = models.ForeignKey(PaymentIntent, on_delete=models.CASCADE, related_name="attempts")
    n = models.PositiveIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="")
    gateway_ref = models.TextField(default="")

    class Meta:
        db_table = "payment_attempt"
        constraints = [models.UniqueConstraint(fields=["intent", "n"], name="payment_attempt_once")]


class PaymentStep(models.Model):
    """One change of state, kept for whoever has to explain a payment later. Only ever appended."""

    intent = models.ForeignKey(PaymentIntent, on_delete=models.CASCADE, related_name="steps")
    attempt = models.PositiveIntegerField()
    before = models.TextField()
    after = models.TextField()
    by = models.TextField()
    code = models.TextField(default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "payment_step"


class OnchainPlan(models.Model):
    """A priced on-chain send. The plan id is the request id of its quote."""

    wallet_id = models.TextField()
    plan_id = models.TextField()
    fingerprint = models.CharField(max_length=64)
    caller = models.TextField()
    address = models.TextField()
    amount_sats = models.BigIntegerField()
    fee_sats = models.BigIntegerField()
    sat_per_vbyte = models.BigIntegerField()
    speed = models.TextField()
    state = models.TextField()
    txid = models.TextField(default="")
    actual_fee_sats = models.BigIntegerField(null=True)
    quoted_at_ms = models.BigIntegerField()
    expires_at_ms = models.BigIntegerField()
    committing_at = models.DateTimeField(null=True)
    lease_owner = models.TextField(default="")
    sent_at_ms = models.BigIntegerField(null=True)
    failure_code = models.TextField(default="")
    result_json = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "onchain_plan"
        constraints = [
            models.UniqueConstraint(fields=["wallet_id", "plan_id"], name="onchain_plan_once"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(str(state) for state in PlanState))
                & Q(amount_sats__gte=1)
                & Q(fee_sats__gte=0),
                name="onchain_plan_sane",
            ),
        ]
        indexes = [models.Index(fields=["wallet_id", "state"], name="onchain_plan_state")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.state}"
