"""Wallets, what came in, who owns what of the node's balance, and the receipts of all of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.lightning.models.executor_payments import OnchainPlan, PaymentIntent


class WalletAccount(models.Model):
    """The executor's own wallet (`main`) or an accounting wallet over it (`sub`), which has no key of its own."""

    wallet_id = models.TextField(unique=True)
    custody_wallet_id = models.TextField(db_index=True)
    kind = models.TextField()
    status = models.TextField(default="active")
    identity = models.TextField(default="")
    spark_address = models.TextField(default="")
    bitcoin_address = models.TextField(default="")
    add_index = models.BigIntegerField(default=0)
    settle_index = models.BigIntegerField(default=0)
    """Where the settlement feed of the node resumes (main wallet only)."""
    channels = models.JSONField(default=dict)
    """Last known local side of every channel, msat by channel point (main wallet only)."""
    rate_tokens = models.FloatField(null=True)
    rate_at = models.DateTimeField(null=True)
    """Bucket of payments per minute as of `rate_at` (main wallet only); null: full."""
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "wallet_account"
        constraints = [
            models.UniqueConstraint(
                fields=["spark_address"], condition=~Q(spark_address=""), name="wallet_account_spark"
            ),
            models.CheckConstraint(condition=Q(kind__in=["main", "sub"]), name="wallet_account_kind"),
        ]

    def __str__(self) -> str:
        return self.wallet_id


class InvoiceIntent(models.Model):
    """An invoice of ours, open until it is settled, canceled or expired."""

    wallet_id = models.TextField()
    custody_wallet_id = models.TextField()
    request_id = models.TextField()
    fingerprint = models.CharField(max_length=64)
    caller = models.TextField()
    invoice = models.TextField()
    invoice_hash = models.TextField()
    payment_hash = models.TextField(unique=True)
    preimage_enc = models.TextField(default="")
    """Sealed; only of invoices that another sub-wallet may have to be given the preimage of."""
    amount_msats = models.BigIntegerField()
    amount_paid_msats = models.BigIntegerField(null=True)
    state = models.TextField(default="open")
    created_at_ms = models.BigIntegerField()
    expires_at_ms = models.BigIntegerField()
    settled_at_ms = models.BigIntegerField(null=True)
    result_json = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "invoice_intent"
        constraints = [
            models.UniqueConstraint(fields=["wallet_id", "request_id"], name="invoice_intent_once"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "settled", "canceled", "expired"]), name="invoice_intent_state"
            ),
        ]
        indexes = [models.Index(fields=["custody_wallet_id", "state"], name="invoice_intent_state_of")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.state}"


class Receipt(models.Model):
    """Issued once, never changed: the hashed bytes, their digest and signature, and the object as shown."""

    kind = models.TextField()
    receipt_id = models.TextField(unique=True)
    wallet_id = models.TextField()
    canonical_json = models.TextField()
    sha256 = models.CharField(max_length=64)
    signer_pubkey = models.CharField(max_length=64)
    signature = models.JSONField()
    receipt_json = models.TextField()
    intent = models.OneToOneField(PaymentIntent, null=True, on_delete=models.PROTECT, related_name="receipt")
    invoice = models.OneToOneField(InvoiceIntent, null=True, on_delete=models.PROTECT, related_name="receipt")
    plan = models.OneToOneField(OnchainPlan, null=True, on_delete=models.PROTECT, related_name="receipt")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "receipt"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="payment", intent__isnull=False, invoice__isnull=True, plan__isnull=True)
                | Q(kind="invoice", invoice__isnull=False, intent__isnull=True, plan__isnull=True)
                | Q(kind="onchain", plan__isnull=False, intent__isnull=True, invoice__isnull=True),
                name="receipt_of_one",
            )
        ]
        indexes = [models.Index(fields=["kind", "created_at"], name="receipt_by_kind")]

    def __str__(self) -> str:
        return self.receipt_id


class LedgerAccount(models.Model):
    """The running balance of one account, locked in id order by whoever posts. Never the only truth: entries are."""

    wallet_id = models.TextField()
    account = models.TextField()
    balance_msats = models.BigIntegerField(default=0)

    class Meta:
        db_table = "ledger_account"
        constraints = [models.UniqueConstraint(fields=["wallet_id", "account"], name="ledger_account_once")]

    def __str__(self) -> str:
        return self.account


class LedgerEntry(models.Model):
    """One side of a posting; the entries of one `tx_id` sum to zero. Only ever appended."""

    wallet_id = models.TextField()
    tx_id = models.TextField()
    account = models.TextField()
    amount_msats = models.BigIntegerField()
    ref = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "ledger_entry"
        constraints = [models.UniqueConstraint(fields=["wallet_id", "tx_id", "account"], name="ledger_entry_once")]
        indexes = [models.Index(fields=["wallet_id", "account"], name="ledger_entry_account")]

    def __str__(self) -> str:
        return f"{self.tx_id} {self.account} {self.amount_msats}"
