"""L402 secrets: root keys of the tokens the embedded gateway minted, and credentials that were paid for."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class L402Token(models.Model):
    """A token of the embedded gateway, by its identifier's hash; its root key is sealed. The executor's alone."""

    identifier_sha256 = models.CharField(max_length=64, unique=True)
    root_key_enc = models.TextField()
    service = models.TextField()
    payment_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "l402_token"
        indexes = [models.Index(fields=["expires_at"], name="l402_token_expires")]

    def __str__(self) -> str:
        return self.service


class L402Use(models.Model):
    """One paid request that was let through: what the quotas of the embedded gateway count."""

    service = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "l402_use"
        indexes = [models.Index(fields=["service", "at"], name="l402_use_recent")]

    def __str__(self) -> str:
        return self.service


class L402Credential(models.Model):
    """A credential that was paid for, kept until it expires; token and preimage are sealed. Ops alone."""

    owner = models.TextField()
    host = models.TextField()
    scope = models.TextField()
    token_enc = models.TextField()
    preimage_enc = models.TextField()
    payment_hash = models.CharField(max_length=64)
    amount_msats = models.BigIntegerField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "l402_credential"
        constraints = [models.UniqueConstraint(fields=["owner", "host", "scope"], name="l402_credential_once")]
        indexes = [models.Index(fields=["expires_at"], name="l402_credential_expires")]

    def __str__(self) -> str:
        return f"{self.owner} {self.host}"


class L402Spend(models.Model):
    """Money for a fetch, whatever came of the fetch: what daily budgets count. One row per payment hash.

    `reserved` is written before the payment and counts as well, for money may have moved; `released`: it certainly did
    not.
    """

    owner = models.TextField()
    host = models.TextField()
    payment_hash = models.CharField(max_length=64, unique=True)
    request_id = models.TextField()
    amount_msats = models.BigIntegerField()
    state = models.TextField()
    spent_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "l402_spend"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["moved", "released", "reserved"]), name="l402_spend_sane"
            )
        ]
        indexes = [models.Index(fields=["owner", "spent_at"], name="l402_spend_day")]

    def __str__(self) -> str:
        return f"{self.owner} {self.amount_msats} msat"
