"""What custody is allowed to do, and with which secrets. No service but the executor may read any of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.lightning.domain.credentials import CredentialState


class WalletPolicy(models.Model):
    """One version of a wallet's limits; the highest is in force. Only ever appended."""

    wallet_id = models.TextField()
    version = models.PositiveIntegerField()
    limits = models.JSONField()
    changed_by = models.TextField()
    reason = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "wallet_policy"
        constraints = [models.UniqueConstraint(fields=["wallet_id", "version"], name="wallet_policy_once")]

    def __str__(self) -> str:
        return f"{self.wallet_id} v{self.version}"


class WalletControl(models.Model):
    """A pause of everything (`all`), of outgoing payments (`outgoing`), or of the dead-man stop (`ledger`)."""

    wallet_id = models.TextField()
    scope = models.TextField()
    paused = models.BooleanField(default=False)
    reason = models.TextField(default="")
    by = models.TextField(default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "wallet_control"
        constraints = [
            models.UniqueConstraint(fields=["wallet_id", "scope"], name="wallet_control_once"),
            models.CheckConstraint(condition=Q(scope__in=["all", "outgoing", "ledger"]), name="wallet_control_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {'paused' if self.paused else 'running'}"


class ServiceCredential(models.Model):
    """A caller's token (only its SHA-256 is kept) or signing key (sealed), by version."""

    wallet_id = models.TextField()
    caller = models.TextField()
    version = models.PositiveIntegerField()
    mode = models.TextField()
    kid = models.TextField(default="")
    token_sha256 = models.CharField(max_length=64)
    secret_enc = models.TextField(default="")
    scopes = models.JSONField(default=list)
    state = models.TextField()
    not_before = models.DateTimeField(db_default=Now())
    not_after = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "service_credential"
        constraints = [
            models.UniqueConstraint(fields=["wallet_id", "caller", "version"], name="service_credential_once"),
            models.UniqueConstraint(
                fields=["wallet_id", "caller"], condition=Q(state="active"), name="service_credential_one_active"
            ),
            models.UniqueConstraint(fields=["kid"], condition=~Q(kid=""), name="service_credential_kid"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(str(state) for state in CredentialState))
                & Q(mode__in=["bearer", "signed"]),
                name="service_credential_sane",
            ),
        ]
        indexes = [models.Index(fields=["token_sha256"], name="service_credential_token")]

    def __str__(self) -> str:
        return f"{self.caller} v{self.version} {self.state}"


class CustodySecret(models.Model):
    """A sealed secret: its value under a data key of its own, the data key under the key-encryption ring."""

    name = models.TextField()
    version = models.PositiveIntegerField()
    kek_id = models.TextField()
    sealed_dek = models.TextField()
    sealed_value = models.TextField()
    fingerprint = models.TextField()
    public = models.TextField(default="")
    """What may be shown of it: the public key of a signing key."""
    state = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "custody_secret"
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="custody_secret_once"),
            models.UniqueConstraint(fields=["name"], condition=Q(state="active"), name="custody_secret_one_active"),
            models.CheckConstraint(
                condition=Q(state__in=["staged", "active", "retired", "destroyed"]), name="custody_secret_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version} {self.state}"


class Outbox(models.Model):
    """Something to tell others, stored with what it tells; delivered at least once. `destination`: who delivers it."""

    destination = models.TextField(default="monitoring")
    event_type = models.TextField()
    actor = models.TextField(default="")
    request_id = models.TextField(default="")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "lightning_outbox"
        indexes = [
            models.Index(
                fields=["destination", "id"], condition=Q(delivered_at__isnull=True), name="lightning_outbox_open"
            )
        ]

    def __str__(self) -> str:
        return self.event_type
