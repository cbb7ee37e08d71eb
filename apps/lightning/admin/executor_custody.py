"""The operator's view of custody: limits, pauses, credentials and key versions. Never a secret, sealed or not."""

from __future__ import annotations

from django.contrib import admin

from apps.lightning.admin.executor_payments import Custodial
from apps.lightning.models import CustodySecret, Outbox, ServiceCredential, WalletControl, WalletPolicy


@admin.register(WalletPolicy)
class PolicyAdmin(Custodial):
    list_display = ("wallet_id", "version", "limits", "changed_by", "reason", "created_at")
    ordering = ("-created_at",)


@admin.register(WalletControl)
class ControlAdmin(Custodial):
    list_display = ("wallet_id", "scope", "paused", "reason", "by", "at")
    list_filter = ("paused", "scope")


@admin.register(ServiceCredential)
class CredentialAdmin(Custodial):
    list_display = ("caller", "version", "mode", "state", "kid", "not_before", "not_after")
    list_filter = ("state", "mode")
    search_fields = ("caller", "kid")
    exclude = ("secret_enc", "token_sha256")


@admin.register(CustodySecret)
class SecretAdmin(Custodial):
    list_display = ("name", "version", "state", "kek_id", "public", "activated_at", "retired_at")
    list_filter = ("state",)
    exclude = ("sealed_dek", "sealed_value", "fingerprint")


@admin.register(Outbox)
class OutboxAdmin(Custodial):
    list_display = ("event_type", "destination", "actor", "request_id", "created_at", "delivered_at")
    list_filter = ("event_type", "destination")
    ordering = ("-pk",)
