"""The operator's view of payments: state history, receipts, invoices, plans and the ledger. Nothing is editable."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.lightning.models import (
    InvoiceIntent,
    LedgerAccount,
    LedgerEntry,
    OnchainPlan,
    PaymentAttempt,
    PaymentIntent,
    PaymentStep,
    Receipt,
    WalletAccount,
)
from openagents.ops.read_only import ReadOnly


class Custodial(ReadOnly):
    """Custody's records are not editable by anybody."""

    show_full_result_count = False


@admin.register(PaymentIntent)
class PaymentAdmin(Custodial):
    list_display = (
        "request_id",
        "state",
        "quoted_msats",
        "fee_msats",
        "host",
        "caller",
        "attempt",
        "failure_code",
        "created_at",
    )
    list_filter = ("state", "family", "gateway", "caller")
    search_fields = ("request_id", "payment_hash", "payment_id", "wallet_id")
    exclude = ("preimage_enc", "result_enc", "invoice", "fingerprint")
    readonly_fields = ("history", "attempts_made", "receipt_id")
    ordering = ("-created_at",)

    @admin.display(description="state history")
    def history(self, found: PaymentIntent) -> SafeString:
        steps = PaymentStep.objects.filter(intent=found).order_by("pk")
        return format_html_join(
            "",
            "<p><code>{}</code> attempt {}: {} → <b>{}</b> by {} {}</p>",
            (
                (f"{step.at:%Y-%m-%d %H:%M:%S.%f}", step.attempt, step.before or "new", step.after, step.by, step.code)
                for step in steps
            ),
        )

    @admin.display(description="attempts")
    def attempts_made(self, found: PaymentIntent) -> SafeString:
        rows = PaymentAttempt.objects.filter(intent=found).order_by("n")
        return format_html_join(
            "", "<p>{}: {} {}</p>", ((row.n, row.outcome or "open", row.gateway_ref) for row in rows)
        )

    @admin.display(description="receipt")
    def receipt_id(self, found: PaymentIntent) -> str:
        return Receipt.objects.filter(intent=found).values_list("receipt_id", flat=True).first() or "none"


@admin.register(Receipt)
class ReceiptAdmin(Custodial):
    list_display = ("receipt_id", "kind", "wallet_id", "sha256", "signer_pubkey", "created_at")
    list_filter = ("kind",)
    search_fields = ("receipt_id", "sha256")
    readonly_fields = ("canonical",)
    exclude = ("canonical_json", "receipt_json")
    ordering = ("-created_at",)

    @admin.display(description="canonical text")
    def canonical(self, found: Receipt) -> SafeString:
        return format_html("<code>{}</code>", found.canonical_json)


@admin.register(InvoiceIntent)
class InvoiceAdmin(Custodial):
    list_display = ("request_id", "wallet_id", "state", "amount_msats", "amount_paid_msats", "created_at")
    list_filter = ("state",)
    search_fields = ("request_id", "payment_hash", "wallet_id")
    exclude = ("preimage_enc", "result_json", "fingerprint")
    ordering = ("-created_at",)


@admin.register(OnchainPlan)
class PlanAdmin(Custodial):
    list_display = ("plan_id", "state", "address", "amount_sats", "fee_sats", "speed", "txid", "created_at")
    list_filter = ("state", "speed")
    search_fields = ("plan_id", "txid", "address")
    exclude = ("result_json", "fingerprint")
    ordering = ("-created_at",)


@admin.register(WalletAccount)
class WalletAdmin(Custodial):
    list_display = ("wallet_id", "kind", "status", "spark_address", "created_at")
    list_filter = ("kind",)
    search_fields = ("wallet_id", "spark_address")


@admin.register(LedgerAccount)
class LedgerAccountAdmin(Custodial):
    list_display = ("wallet_id", "account", "balance_msats")
    search_fields = ("account", "wallet_id")


@admin.register(LedgerEntry)
class LedgerEntryAdmin(Custodial):
    list_display = ("tx_id", "account", "amount_msats", "ref", "created_at")
    search_fields = ("tx_id", "account", "ref")
    ordering = ("-pk",)
