"""The operator's view of the market: providers, decisions, dispatches with their attempts, quotes, incidents."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.runtime.models import (
    ComputeQuote,
    Dispatch,
    DispatchAttempt,
    FraudIncident,
    ProviderSignal,
    RouterDecision,
    Worker,
)
from apps.runtime.models.marketplace import Provider
from apps.runtime.services.providers import trust_of
from openagents.ops.read_only import ReadOnly

SIGNALS_SHOWN = 100


@admin.register(Provider)
class ProviderAdmin(ReadOnly):
    list_display = (
        "worker_id",
        "status",
        "tier",
        "quarantined",
        "quarantine_reason",
        "failure_strikes",
        "success_count",
        "price_integrity_violations",
        "owner_key",
        "updated_at",
    )
    list_filter = ("quarantined", "status")
    search_fields = ("worker_id", "owner_key")
    readonly_fields = ("signals",)
    ordering = ("worker_id",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        return Provider.objects.filter(is_provider=True)

    @admin.display(description="tier")
    def tier(self, worker: Worker) -> str:
        return trust_of(worker).tier.value

    @admin.display(description="newest signals")
    def signals(self, worker: Worker) -> SafeString:
        newest = ProviderSignal.objects.filter(worker_id=worker.worker_id).order_by("-created_at")[:SIGNALS_SHOWN]
        return format_html_join(
            "",
            "<p><b>{}</b> {} <code>{}</code><br><code>{}</code></p>",
            (
                (found.signal, f"{found.created_at:%Y-%m-%d %H:%M:%S}", found.dedupe_key, found.delta_text)
                for found in newest
            ),
        )


@admin.register(Dispatch)
class DispatchAdmin(ReadOnly):
    list_display = ("dispatch_id", "status", "failure", "owner_key", "latency_ms", "created_at", "finished_at")
    list_filter = ("status", "failure")
    search_fields = ("dispatch_id", "owner_key", "job_hash")
    exclude = ("fingerprint", "idempotency_key")
    readonly_fields = ("attempts",)
    ordering = ("-created_at",)
    show_full_result_count = False

    @admin.display(description="attempts")
    def attempts(self, found: Dispatch) -> SafeString:
        rows = DispatchAttempt.objects.filter(dispatch_id=found.dispatch_id).order_by("attempt")
        return format_html_join(
            "",
            "<p><b>{}</b> {} ({}) {} {} sent={} {} ms</p>",
            (
                (row.attempt, row.provider_id, row.tier, row.state, row.reason or "", row.sent, row.latency_ms)
                for row in rows
            ),
        )


@admin.register(RouterDecision)
class DecisionAdmin(ReadOnly):
    list_display = ("decision_sha256", "run_id", "policy", "capability", "owner_key", "created_at")
    list_filter = ("policy",)
    search_fields = ("decision_sha256", "run_id", "owner_key")
    exclude = ("fingerprint",)
    ordering = ("-created_at",)
    show_full_result_count = False


@admin.register(ComputeQuote)
class QuoteAdmin(ReadOnly):
    list_display = ("quote_id", "owner_key", "provider_worker_id", "total_price_msats", "valid_until")
    search_fields = ("quote_id", "owner_key", "job_hash")
    ordering = ("-created_at",)
    show_full_result_count = False


@admin.register(FraudIncident)
class IncidentAdmin(ReadOnly):
    list_display = ("incident_id", "incident_type", "severity", "provider_worker_id", "job_hash", "created_at")
    list_filter = ("incident_type", "severity")
    search_fields = ("incident_id", "provider_worker_id", "job_hash", "run_id")
    ordering = ("-created_at",)
    show_full_result_count = False
