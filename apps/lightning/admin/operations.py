"""The operator's view of the paid gateway: what was compiled, deployed and settled. Nothing here can be changed.

Proofs, tokens and preimages are sealed in their rows and not shown at all.
"""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import TabularInline

from apps.lightning.models import (
    CompiledArtifact,
    CompiledRule,
    IngestEvent,
    L402Credential,
    L402Spend,
    ReconcileRun,
    ReconcileStep,
    ServedConfig,
    SettlementCursor,
    SmokeRun,
)
from openagents.ops.read_only import ReadOnly


class Rules(TabularInline):
    model = CompiledRule
    fields = ("position", "service_name", "paywall_id", "owner_id", "host", "path", "upstream_url", "price_sats")
    readonly_fields = fields
    ordering = ("position",)
    extra = 0
    can_delete = False


class Steps(TabularInline):
    model = ReconcileStep
    fields = ("n", "name", "outcome", "detail", "started_at", "ended_at")
    readonly_fields = fields
    ordering = ("n",)
    extra = 0
    can_delete = False


@admin.register(CompiledArtifact)
class ArtifactAdmin(ReadOnly):
    list_display = ("config_hash", "valid", "rule_count", "created_at")
    list_filter = ("valid",)
    search_fields = ("config_hash", "rules__paywall_id", "rules__owner_id", "rules__service_name")
    ordering = ("-created_at",)
    inlines = (Rules,)


@admin.register(ReconcileRun)
class RunAdmin(ReadOnly):
    list_display = ("request_id", "kind", "gateway", "state", "rule_count", "failure_code", "started_by", "created_at")
    list_filter = ("state", "kind", "gateway", "failure_code")
    search_fields = ("request_id", "config_hash", "deployment_id")
    ordering = ("-created_at",)
    inlines = (Steps,)


@admin.register(ServedConfig)
class ServedAdmin(ReadOnly):
    list_display = ("gateway", "config_hash", "deployment_id", "updated_at")


@admin.register(IngestEvent)
class IngestAdmin(ReadOnly):
    list_display = ("kind", "external_id", "state", "error", "tries", "created_at", "ended_at")
    list_filter = ("state", "kind")
    search_fields = ("external_id",)
    exclude = ("proof_enc",)
    ordering = ("-created_at",)


@admin.register(SettlementCursor)
class CursorAdmin(ReadOnly):
    list_display = ("source", "add_index", "settle_index", "looked_back_at", "updated_at")


@admin.register(L402Credential)
class CredentialAdmin(ReadOnly):
    list_display = ("owner", "host", "scope", "amount_msats", "expires_at")
    search_fields = ("owner", "host")
    exclude = ("token_enc", "preimage_enc")
    ordering = ("-created_at",)


@admin.register(L402Spend)
class SpendAdmin(ReadOnly):
    list_display = ("owner", "host", "amount_msats", "state", "request_id", "spent_at")
    list_filter = ("state",)
    search_fields = ("owner", "host", "request_id", "payment_hash")
    ordering = ("-spent_at",)


@admin.register(SmokeRun)
class SmokeAdmin(ReadOnly):
    list_display = ("name", "mode", "ok", "request_id", "created_at")
    list_filter = ("ok", "name", "mode")
    ordering = ("-created_at",)
