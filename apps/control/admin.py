"""The operator's view of control. Nothing is added, changed or deleted here; secrets and digests never show."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from apps.control.models import (
    AuthChallenge,
    Device,
    IssuedSyncToken,
    Membership,
    Org,
    Revocation,
    Session,
    User,
)
from openagents.db.models import AuditEvent


class ReadOnly(ModelAdmin):
    """Looking only: what an operator may do, the services do, and audit."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ReadOnly):
    list_display = ("id", "email", "name", "provider", "created_at", "deleted_at")
    search_fields = ("id", "email")
    list_filter = ("provider",)
    ordering = ("-created_at",)


@admin.register(Org)
class OrgAdmin(ReadOnly):
    list_display = ("id", "slug", "name", "personal", "created_at")
    search_fields = ("id", "slug")
    list_filter = ("personal",)
    ordering = ("-created_at",)


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ("org_id", "user_id", "role", "default_org", "status", "created_at")
    search_fields = ("org__id", "user__id", "user__email")
    list_filter = ("role", "status")
    ordering = ("-created_at",)


@admin.register(Session)
class SessionAdmin(ReadOnly):
    list_display = ("id", "email", "token_name", "status", "issued_at", "last_refreshed_at", "revoked_reason")
    search_fields = ("id", "email", "user__id", "device__device_id")
    list_filter = ("status", "revoked_reason")
    exclude = ("access_digest",)
    ordering = ("-issued_at",)


@admin.register(Device)
class DeviceAdmin(ReadOnly):
    list_display = ("device_id", "user_id", "client", "platform", "last_seen_at", "blocked_at")
    search_fields = ("device_id", "user__id", "user__email")
    list_filter = ("platform", "client")
    ordering = ("-last_seen_at",)


@admin.register(AuthChallenge)
class AuthChallengeAdmin(ReadOnly):
    list_display = ("id", "email", "provider", "status", "attempts", "client_ip", "created_at", "expires_at")
    search_fields = ("id", "email")
    list_filter = ("status", "provider")
    exclude = ("code_digest",)
    ordering = ("-created_at",)


@admin.register(IssuedSyncToken)
class IssuedSyncTokenAdmin(ReadOnly):
    list_display = ("jti", "kind", "user_id", "session_id", "org_id", "issued_at", "expires_at", "revoked_at")
    search_fields = ("jti", "session_id", "user__id")
    list_filter = ("kind",)
    ordering = ("-issued_at",)


@admin.register(Revocation)
class RevocationAdmin(ReadOnly):
    list_display = ("seq", "user_id", "reason", "revoked_at", "delivery_state", "attempts", "last_error")
    search_fields = ("user_id", "request_id")
    list_filter = ("delivery_state", "reason")
    ordering = ("-seq",)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly):
    list_display = ("occurred_at", "event_name", "outcome", "user_id", "session_id", "request_id")
    search_fields = ("request_id", "user_id", "session_id", "event_name")
    list_filter = ("outcome",)
    ordering = ("-occurred_at",)
