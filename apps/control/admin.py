"""The operator's view of control. Nothing is added or edited here; secrets and digests never show.

What ends something asks once more on a page of its own, goes through a service, and is audited with the operator's
name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin

from apps.control.models import (
    AuthChallenge,
    AutopilotBinding,
    ControlInvoice,
    ControlSettlement,
    CredentialRole,
    Device,
    GatewayDeployment,
    GatewayEvent,
    IntegrationSecret,
    IssuedSyncToken,
    MaintenanceSwitch,
    Membership,
    Org,
    OrgInvite,
    OrgProviderLink,
    OwnerControl,
    Paywall,
    PersonalAccessToken,
    Revocation,
    RouteSplitOverride,
    RuntimeDriverOverride,
    SecurityGlobal,
    Session,
    User,
)
from apps.control.services import moderation, route_split, routing
from openagents.db.models import AuditEvent
from openagents.ops.read_only import ReadOnly

CONFIRMED = "confirmed"
AT_ONCE_MAX = 100
"""Rows that one confirmation may end; each may cost a call to Khala."""


class Looking(ReadOnly):
    """Looking only: what an operator may do, the services do, and audit."""

    list_per_page = 50
    show_full_result_count = False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Whether the destructive actions are offered at all."""
        return bool(request.user.is_active and request.user.is_superuser)


Ending = Callable[[list[Any], str], int]


def _operator(request: HttpRequest) -> str:
    return f"admin:{request.user.get_username()}"


def ending(label: str, warning: str, work: Ending) -> Callable[..., HttpResponse | None]:
    """An action that shows what it would end and does so only once that page is sent back."""

    @admin.action(description=label, permissions=["operate"])
    def act(view: ModelAdmin, request: HttpRequest, chosen: QuerySet[Model]) -> HttpResponse | None:
        rows = list(chosen[: AT_ONCE_MAX + 1])
        if len(rows) > AT_ONCE_MAX:
            view.message_user(request, f"Choose at most {AT_ONCE_MAX} at once.", messages.ERROR)
            return None
        if request.POST.get(CONFIRMED) == "yes":
            done = work([row.pk for row in rows], _operator(request))
            view.message_user(request, f"{label}: {done}.", messages.SUCCESS)
            return None
        context = {
            **view.admin_site.each_context(request),
            "title": label,
            "warning": warning,
            "rows": rows,
            "action": request.POST.get("action", ""),
            "checkbox": ACTION_CHECKBOX_NAME,
            "confirmed": CONFIRMED,
            "opts": view.model._meta,
        }
        return TemplateResponse(request, "control/confirm.html", context)

    act.__name__ = work.__name__
    return act


@admin.register(User)
class UserAdmin(Looking):
    list_display = ("id", "email", "name", "provider", "created_at", "deleted_at")
    search_fields = ("id", "email")
    list_filter = ("provider", ("deleted_at", admin.EmptyFieldListFilter))
    ordering = ("-created_at",)
    actions = (
        ending(
            "Close accounts",
            "Everything that these users hold ends at once, here and at Khala, and nobody signs in as them.",
            moderation.close_accounts,
        ),
        ending("Reopen accounts", "These users may sign in again.", moderation.reopen_accounts),
    )


@admin.register(Org)
class OrgAdmin(Looking):
    list_display = ("id", "slug", "name", "personal", "created_at")
    search_fields = ("id", "slug")
    list_filter = ("personal",)
    ordering = ("-created_at",)


@admin.register(Membership)
class MembershipAdmin(Looking):
    list_display = ("org_id", "user_id", "role", "default_org", "status", "created_at")
    search_fields = ("org__id", "user__id", "user__email")
    list_filter = ("role", "status")
    ordering = ("-created_at",)


@admin.register(Session)
class SessionAdmin(Looking):
    list_display = ("id", "email", "token_name", "status", "issued_at", "last_refreshed_at", "revoked_reason")
    search_fields = ("id", "email", "user__id", "device__device_id")
    list_filter = ("status", "revoked_reason")
    exclude = ("access_digest",)
    ordering = ("-issued_at",)
    actions = (ending("Revoke sessions", "These sessions end at once, here and at Khala.", moderation.end_sessions),)


@admin.register(Device)
class DeviceAdmin(Looking):
    list_display = ("device_id", "user_id", "client", "platform", "last_seen_at", "blocked_at")
    search_fields = ("device_id", "user__id", "user__email")
    list_filter = ("platform", "client")
    ordering = ("-last_seen_at",)
    actions = (
        ending(
            "Block devices",
            "The sessions of these devices end at once, and nobody signs in on them until their user unblocks them.",
            moderation.block_devices,
        ),
    )


@admin.register(PersonalAccessToken)
class PersonalAccessTokenAdmin(Looking):
    list_display = ("id", "user_id", "name", "abilities", "created_at", "last_used_at", "expires_at", "revoked_at")
    search_fields = ("id", "user__id", "user__email")
    exclude = ("digest",)
    ordering = ("-created_at",)
    actions = (
        ending(
            "Revoke personal access tokens",
            "These tokens end at once, and with them what was minted for them.",
            moderation.end_tokens,
        ),
    )


@admin.register(OrgInvite)
class OrgInviteAdmin(Looking):
    list_display = ("org_id", "email", "role", "invited_by", "created_at", "bound_at")
    search_fields = ("org__id", "email")
    list_filter = ("role",)
    ordering = ("-created_at",)
    actions = (ending("Withdraw invites", "These addresses no longer become members.", moderation.withdraw_invites),)


@admin.register(OrgProviderLink)
class OrgProviderLinkAdmin(Looking):
    """The one thing that is made here: which organisation of the provider is which of ours."""

    list_display = ("provider_org_id", "org_id")
    search_fields = ("provider_org_id", "org__id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_operate_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_operate_permission(request)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        moderation.link_provider_org(obj.provider_org_id, obj.org_id, _operator(request))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        moderation.unlink_provider_orgs([obj.pk], _operator(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        moderation.unlink_provider_orgs([row.pk for row in queryset], _operator(request))


@admin.register(MaintenanceSwitch)
class MaintenanceSwitchAdmin(Looking):
    list_display = ("enabled", "reason", "until", "changed_by", "changed_at")


@admin.register(AuthChallenge)
class AuthChallengeAdmin(Looking):
    list_display = ("id", "email", "provider", "status", "attempts", "client_ip", "created_at", "expires_at")
    search_fields = ("id", "email")
    list_filter = ("status", "provider")
    exclude = ("code_digest",)
    ordering = ("-created_at",)


@admin.register(IssuedSyncToken)
class IssuedSyncTokenAdmin(Looking):
    list_display = ("jti", "kind", "user_id", "session_id", "org_id", "issued_at", "expires_at", "revoked_at")
    search_fields = ("jti", "session_id", "user__id")
    list_filter = ("kind",)
    ordering = ("-issued_at",)


@admin.register(Revocation)
class RevocationAdmin(Looking):
    list_display = ("seq", "user_id", "reason", "revoked_at", "delivery_state", "attempts", "last_error")
    search_fields = ("user_id", "request_id")
    list_filter = ("delivery_state", "reason")
    ordering = ("-seq",)


@admin.register(RuntimeDriverOverride)
class RuntimeDriverOverrideAdmin(Looking):
    list_display = ("scope_type", "scope_id", "driver", "is_active", "reason", "updated_at")
    search_fields = ("scope_id",)
    list_filter = ("scope_type", "driver", "is_active")
    ordering = ("-updated_at",)
    actions = (
        ending(
            "Deactivate routing overrides",
            "Calls of these users and autopilots go where the rules say, from the next one on.",
            routing.deactivate,
        ),
    )


@admin.register(AutopilotBinding)
class AutopilotBindingAdmin(Looking):
    list_display = ("autopilot_id", "driver", "is_primary")
    search_fields = ("autopilot_id",)
    list_filter = ("driver", "is_primary")


@admin.register(RouteSplitOverride)
class RouteSplitOverrideAdmin(Looking):
    list_display = ("scope", "target", "updated_by", "updated_at")
    ordering = ("scope",)
    actions = (
        ending("Lift route split overrides", "These web paths go where configuration says again.", route_split.lift),
    )


@admin.register(AuditEvent)
class AuditEventAdmin(Looking):
    list_display = ("occurred_at", "event_name", "outcome", "user_id", "session_id", "request_id")
    search_fields = ("request_id", "user_id", "session_id", "event_name")
    list_filter = ("outcome",)
    ordering = ("-occurred_at",)


@admin.register(IntegrationSecret)
class IntegrationSecretAdmin(Looking):
    list_display = ("user_id", "provider", "integration_id", "status", "last4", "key_id", "updated_at", "revoked_at")
    search_fields = ("user__id", "user__email", "integration_id")
    list_filter = ("provider", "status", "key_id")
    exclude = ("sealed", "fingerprint")
    ordering = ("-updated_at",)


@admin.register(Paywall)
class PaywallAdmin(Looking):
    list_display = ("id", "owner_user_id", "name", "status", "price_msats", "upstream", "updated_at")
    search_fields = ("id", "owner_user_id", "name")
    list_filter = ("status",)
    ordering = ("-created_at",)


@admin.register(GatewayDeployment)
class GatewayDeploymentAdmin(Looking):
    list_display = ("id", "paywall_id", "status", "config_hash", "image_digest", "updated_at")
    search_fields = ("id", "paywall_id", "request_id")
    list_filter = ("status",)
    ordering = ("-created_at",)


@admin.register(GatewayEvent)
class GatewayEventAdmin(Looking):
    list_display = ("id", "paywall_id", "owner_id", "event_type", "level", "created_at")
    search_fields = ("id", "paywall_id")
    list_filter = ("level",)
    ordering = ("-created_at",)


@admin.register(ControlInvoice)
class ControlInvoiceAdmin(Looking):
    list_display = ("id", "paywall_id", "owner_id", "amount_msats", "status", "updated_at")
    search_fields = ("id", "paywall_id", "owner_id")
    list_filter = ("status",)
    exclude = ("payment_request", "payment_proof_ref")
    ordering = ("-created_at",)


@admin.register(ControlSettlement)
class ControlSettlementAdmin(Looking):
    list_display = ("id", "paywall_id", "owner_id", "invoice_id", "amount_msats", "created_at")
    search_fields = ("id", "paywall_id", "owner_id", "invoice_id")
    exclude = ("payment_proof_ref",)
    ordering = ("-created_at",)


@admin.register(SecurityGlobal)
class SecurityGlobalAdmin(Looking):
    list_display = ("id", "global_pause", "deny_reason", "updated_by", "updated_at")


@admin.register(OwnerControl)
class OwnerControlAdmin(Looking):
    list_display = ("owner_id", "kill_switch", "deny_reason", "updated_by", "updated_at")
    search_fields = ("owner_id",)
    list_filter = ("kill_switch",)


@admin.register(CredentialRole)
class CredentialRoleAdmin(Looking):
    list_display = ("role", "status", "version", "note", "last_rotated_at_ms", "revoked_at_ms")
    exclude = ("fingerprint",)
