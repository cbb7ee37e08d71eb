"""The control-plane records of lightning (4.4): paywalls, what became of them at the gateway, money and brakes.

Amounts are millisatoshi. Owners are `owner_<user id>` in the text columns, as lightning names them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.control.domain.lightning import (
    CREDENTIAL_STATUSES,
    DEPLOYMENT_STATUSES,
    EVENT_LEVELS,
    INVOICE_RANK,
    PAYWALL_STATUSES,
    ROLES,
)


class Paywall(models.Model):
    """A priced route of the gateway. Archived is for ever."""

    id = models.TextField(primary_key=True)
    owner_user_id = models.TextField(db_index=True)
    name = models.TextField()
    host_regexp = models.TextField()
    path_regexp = models.TextField()
    price_msats = models.BigIntegerField()
    upstream = models.TextField()
    status = models.TextField(default="active")
    metadata = models.JSONField(null=True, blank=True)
    request_id = models.TextField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), db_index=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "control_paywall"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=sorted(PAYWALL_STATUSES)), name="control_paywall_status"),
            models.CheckConstraint(
                condition=Q(price_msats__gte=1, price_msats__lte=10**12), name="control_paywall_price"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class GatewayDeployment(models.Model):
    """What the gateway was meant to run, and whether it does."""

    id = models.TextField(primary_key=True)
    paywall_id = models.TextField(null=True, blank=True)
    owner_id = models.TextField(null=True, blank=True)
    config_hash = models.TextField()
    image_digest = models.TextField(null=True, blank=True)
    status = models.TextField()
    diagnostics = models.JSONField(null=True, blank=True)
    applied_at_ms = models.BigIntegerField(null=True, blank=True)
    rolled_back_from = models.TextField(null=True, blank=True)
    metadata = models.JSONField(null=True, blank=True)
    request_id = models.TextField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "control_gateway_deployment"
        constraints = [
            models.UniqueConstraint(
                fields=["request_id"], condition=Q(request_id__isnull=False), name="control_deployment_request"
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(DEPLOYMENT_STATUSES)), name="control_deployment_status"
            ),
        ]

    def __str__(self) -> str:
        return self.id


class GatewayEvent(models.Model):
    """Something the gateway said about a paywall."""

    id = models.TextField(primary_key=True)
    paywall_id = models.TextField()
    owner_id = models.TextField()
    event_type = models.TextField()
    level = models.TextField()
    request_id = models.TextField(null=True, blank=True)
    metadata = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "control_gateway_event"
        indexes = [models.Index(fields=["paywall_id", "created_at"], name="control_gateway_event_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=sorted(EVENT_LEVELS)), name="control_gateway_event_level")
        ]

    def __str__(self) -> str:
        return self.id


class ControlInvoice(models.Model):
    """An invoice of a paywall; its status only ever rises in rank."""

    id = models.TextField(primary_key=True)
    paywall_id = models.TextField()
    owner_id = models.TextField()
    amount_msats = models.BigIntegerField()
    status = models.TextField()
    payment_hash = models.TextField(null=True, blank=True)
    payment_request = models.TextField(null=True, blank=True)
    payment_proof_ref = models.TextField(null=True, blank=True)
    request_id = models.TextField(null=True, blank=True)
    settled_at_ms = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "control_invoice"
        constraints = [
            models.CheckConstraint(condition=Q(status__in=sorted(INVOICE_RANK)), name="control_invoice_status"),
            models.CheckConstraint(condition=Q(amount_msats__gt=0), name="control_invoice_amount"),
        ]

    def __str__(self) -> str:
        return self.id


class ControlSettlement(models.Model):
    """A payment that was proven. The proof's reference is kept, the preimage never."""

    id = models.TextField(primary_key=True)
    paywall_id = models.TextField()
    owner_id = models.TextField()
    invoice_id = models.TextField(null=True, blank=True)
    amount_msats = models.BigIntegerField()
    payment_proof_ref = models.TextField()
    request_id = models.TextField(null=True, blank=True)
    metadata = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "control_settlement"
        constraints = [models.CheckConstraint(condition=Q(amount_msats__gt=0), name="control_settlement_amount")]

    def __str__(self) -> str:
        return self.id


class SecurityGlobal(models.Model):
    """The one row of the pause of everything."""

    id = models.TextField(primary_key=True, default="global")
    global_pause = models.BooleanField(default=False)
    deny_reason = models.TextField(null=True, blank=True)
    updated_by = models.TextField(null=True, blank=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "control_security_global"
        constraints = [models.CheckConstraint(condition=Q(id="global"), name="control_security_single")]

    def __str__(self) -> str:
        return "paused" if self.global_pause else "running"


class OwnerControl(models.Model):
    """The kill switch of one owner."""

    owner_id = models.TextField(primary_key=True)
    kill_switch = models.BooleanField(default=False)
    deny_reason = models.TextField(null=True, blank=True)
    updated_by = models.TextField(null=True, blank=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "control_owner_control"

    def __str__(self) -> str:
        return self.owner_id


class CredentialRole(models.Model):
    """How far the rotation of one credential of the gateway has come. The credential itself is not here."""

    role = models.TextField(primary_key=True)
    status = models.TextField()
    version = models.PositiveIntegerField(default=1)
    fingerprint = models.TextField(null=True, blank=True)
    note = models.TextField(null=True, blank=True)
    updated_at = models.DateTimeField(db_default=Now())
    last_rotated_at_ms = models.BigIntegerField(null=True, blank=True)
    revoked_at_ms = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "control_credential_role"
        constraints = [
            models.CheckConstraint(condition=Q(role__in=sorted(ROLES)), name="control_credential_role_name"),
            models.CheckConstraint(
                condition=Q(status__in=sorted(CREDENTIAL_STATUSES)), name="control_credential_role_status"
            ),
        ]

    def __str__(self) -> str:
        return self.role
