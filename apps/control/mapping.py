"""Wire ⇄ domain: the JSON bodies of control, from rows and results. Instants are whole seconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from apps.control.domain import inputs
from apps.control.domain.policy import Verdict
from apps.control.domain.topics import Grant
from apps.control.models import (
    AuthChallenge,
    Device,
    IntegrationSecret,
    MaintenanceSwitch,
    Membership,
    OrgInvite,
    PersonalAccessToken,
    Revocation,
    Session,
    User,
)
from openagents.control.v1 import http_pb2 as pb
from openagents.receipts.times import parse_rfc3339
from openagents.wire.model import WireModel, to_json
from openagents.wire.schema import schema

BEARER = "Bearer"

SecretFetchIn = schema(
    pb.SecretFetchRequest, required=("user_id", "provider", "integration_id", "run_id", "tool_call_id")
)
SecretFetchOut = schema(pb.SecretFetchEnvelope)
IntegrationIn = schema(pb.IntegrationSecretRequest, required=("secret",))
IntegrationOut = schema(pb.IntegrationEnvelope)
IntegrationListOut = schema(pb.IntegrationListEnvelope)
IntegrationRevokeOut = schema(pb.IntegrationRevokeEnvelope)
MailWebhookOut = schema(pb.MailWebhookEnvelope)
StatsOut = schema(pb.StatsSnapshot)
EmailIn = schema(pb.AuthEmailRequest, "camel", required=("email",))
EmailOut = schema(pb.AuthEmailResponse, "camel")
VerifyIn = schema(pb.AuthVerifyHttpRequest, "camel", required=("code",))
VerifyOut = schema(pb.AuthVerifyHttpResponse, "camel")
RegisterIn = schema(pb.AuthRegisterRequest, "camel", required=("email",))
RegisterOut = schema(pb.AuthRegisterEnvelope, "camel")
RefreshIn = schema(pb.AuthRefreshRequest, "camel")
RefreshOut = schema(pb.AuthRefreshResponse, "camel")
SessionOut = schema(pb.SessionEnvelope, "camel")
SessionListOut = schema(pb.SessionListEnvelope, "camel")
RevokeIn = schema(pb.RevokeRequest, "camel")
RevokeOut = schema(pb.RevokeResponse, "camel")
LogoutOut = schema(pb.LogoutResponse, "camel")
DeviceListOut = schema(pb.DeviceListEnvelope, "camel")
DeviceRevokeIn = schema(pb.DeviceRevokeRequest, "camel", required=("device_id",))
DeviceUnblockIn = schema(pb.DeviceUnblockRequest, "camel", required=("device_id",))
DeviceOut = schema(pb.DeviceEnvelope, "camel")
MembershipsOut = schema(pb.MembershipsEnvelope, "camel")
ActiveOrgIn = schema(pb.ActiveOrgRequest, "camel", required=("org_id",))
ActiveOrgOut = schema(pb.ActiveOrgResponse, "camel")
OrgCreateIn = schema(pb.OrgCreateRequest, "camel", required=("name", "slug"))
OrgCreateOut = schema(pb.OrgCreateEnvelope, "camel")
MembersOut = schema(pb.OrgMembersEnvelope, "camel")
InvitesOut = schema(pb.OrgInvitesEnvelope, "camel")
MemberAddIn = schema(pb.OrgMemberAddRequest, "camel", required=("email", "role"))
MemberUpdateIn = schema(pb.OrgMemberUpdateRequest, "camel")
MemberOut = schema(pb.OrgMemberEnvelope, "camel")
DeletedOut = schema(pb.DeletedEnvelope, "camel")
PolicyIn = schema(pb.PolicyRequest, "camel")
PolicyOut = schema(pb.PolicyDecisionEnvelope, "camel")
MeOut = schema(pb.MeEnvelope, "camel")
ThreadPage = schema(pb.ThreadListData, "camel", required=("threads", "threads.thread_id"))
TokenListOut = schema(pb.TokenListEnvelope, "camel")
TokenCreateIn = schema(pb.TokenCreateRequest, "camel", required=("name",))
TokenCreateOut = schema(pb.TokenCreateEnvelope, "camel")
TokenDeleteAllOut = schema(pb.TokenDeleteAllEnvelope, "camel")
SyncTokenIn = schema(pb.SyncTokenHttpRequest, "camel")
SyncTokenOut = schema(pb.SyncTokenHttpEnvelope, "camel")
KhalaTokenIn = schema(pb.KhalaTokenHttpRequest, "camel")
KhalaTokenOut = schema(pb.KhalaTokenHttpEnvelope, "camel")
RevocationOut = schema(pb.RevocationPush, "camel")
FeedOut = schema(pb.RevocationListEnvelope, "camel")
IntrospectIn = schema(pb.IntrospectRequest, "camel")
IntrospectOut = schema(pb.IntrospectEnvelope, "camel")
SyncIntrospectIn = schema(pb.SyncIntrospectRequest, "camel", required=("items",))
SyncIntrospectOut = schema(pb.SyncIntrospectEnvelope, "camel")
MaintenanceIn = schema(pb.MaintenanceRequest, "camel", required=("enabled", "reason"))
MaintenanceOut = schema(pb.MaintenanceEnvelope, "camel")
StreamErrorOut = schema(pb.StreamErrorData, "camel", omit_unset=True)
CompatibilityOut = schema(pb.CompatibilityError, "camel", omit_unset=("compatibility.max_client_build_id",))


def seconds(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def maybe_seconds(moment: datetime | None) -> datetime | None:
    return None if moment is None else seconds(moment)


def challenge(row: AuthChallenge) -> dict[str, Any]:
    return {
        "ok": True,
        "status": "code-sent",
        "email": row.email,
        "challenge_id": row.id,
        "expires_at": seconds(row.expires_at),
        "provider": row.provider,
    }


def user(row: User) -> dict[str, Any]:
    return {"id": row.id, "email": row.email, "name": row.name, "workos_id": row.provider_user_id}


def me(row: User) -> dict[str, Any]:
    return {
        "id": row.id,
        "email": row.email,
        "name": row.name,
        "handle": inputs.handle(row.email),
        "avatar": "",
        "created_at": seconds(row.created_at),
        "updated_at": seconds(row.updated_at),
        "workos_id": row.provider_user_id,
    }


def registered_user(row: User) -> dict[str, Any]:
    return {"id": row.id, "name": row.name, "email": row.email, "handle": inputs.handle(row.email)}


def chat_thread(row: WireModel) -> dict[str, Any]:
    """A thread as the runtime lists it, in the words of the old profile page."""
    title = f"Thread {row.thread_id}" if row.message_count else "New Chat"
    return {"id": row.thread_id, "title": title, "updated_at": maybe_seconds(row.updated_at)}


def personal_token(row: PersonalAccessToken, current_id: str | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "abilities": row.abilities,
        "last_used_at": maybe_seconds(row.last_used_at),
        "expires_at": maybe_seconds(row.expires_at),
        "created_at": seconds(row.created_at),
        "is_current": row.id == current_id,
    }


def session(row: Session) -> dict[str, Any]:
    """SessionView and SessionAudit have the same fields; `device` must be loaded."""
    return {
        "session_id": row.id,
        "user_id": row.user_id,
        "email": row.email,
        "device_id": row.device.device_id,
        "status": row.status,
        "token_name": row.token_name,
        "issued_at": seconds(row.issued_at),
        "access_expires_at": seconds(row.access_expires_at),
        "refresh_expires_at": seconds(row.refresh_expires_at),
        "active_org_id": row.active_org_id,
        "reauth_required": row.reauth_required,
        "last_refreshed_at": maybe_seconds(row.last_refreshed_at),
        "revoked_at": maybe_seconds(row.revoked_at),
        "revoked_reason": row.revoked_reason,
    }


def auth_session(row: Session, memberships: Iterable[Membership]) -> dict[str, Any]:
    """AuthSession without its tokens."""
    return {
        "session_id": row.id,
        "user_id": row.user_id,
        "device_id": row.device.device_id,
        "status": row.status,
        "issued_at": seconds(row.issued_at),
        "access_expires_at": seconds(row.access_expires_at),
        "refresh_expires_at": seconds(row.refresh_expires_at),
        "active_org_id": row.active_org_id,
        "memberships": [membership(held) for held in memberships],
        "reauth_required": row.reauth_required,
    }


def personal_session(row: PersonalAccessToken, active_org_id: str, memberships: Iterable[Membership]) -> dict[str, Any]:
    """AuthSession of a personal access token: `pat:<id>` in place of session and device, as in minted tokens."""
    return {
        "session_id": f"pat:{row.id}",
        "user_id": row.user_id,
        "device_id": f"pat:{row.id}",
        "status": "active",
        "issued_at": seconds(row.created_at),
        "access_expires_at": maybe_seconds(row.expires_at),
        "refresh_expires_at": maybe_seconds(row.expires_at),
        "active_org_id": active_org_id,
        "memberships": [membership(held) for held in memberships],
        "reauth_required": False,
    }


def membership(row: Membership) -> dict[str, Any]:
    return {
        "org_id": row.org_id,
        "org_slug": row.org.slug,
        "role": row.role,
        "role_scopes": row.role_scopes,
        "default_org": row.default_org,
    }


def member(row: Membership) -> dict[str, Any]:
    """`user` must be loaded."""
    return {
        "user_id": row.user_id,
        "email": row.user.email,
        "name": row.user.name,
        "role": row.role,
        "role_scopes": row.role_scopes,
        "joined_at": seconds(row.created_at),
    }


def invited(row: OrgInvite) -> dict[str, Any]:
    """A member who is none yet: nothing but an address and a role."""
    return {"user_id": "", "email": row.email, "name": "", "role": row.role, "role_scopes": [], "joined_at": None}


def invite(row: OrgInvite) -> dict[str, Any]:
    """An open invitation."""
    return {
        "invite_id": str(row.pk),
        "email": row.email,
        "role": row.role,
        "invited_by": row.invited_by,
        "created_at": seconds(row.created_at),
    }


def maintenance(row: MaintenanceSwitch) -> dict[str, Any]:
    return {
        "enabled": row.enabled,
        "reason": row.reason,
        "until": maybe_seconds(row.until),
        "changed_by": row.changed_by,
        "changed_at": seconds(row.changed_at),
    }


def device(row: Device, active_session_count: int) -> dict[str, Any]:
    return {
        "device_id": row.device_id,
        "client": row.client,
        "platform": row.platform,
        "first_seen_at": seconds(row.first_seen_at),
        "last_seen_at": seconds(row.last_seen_at),
        "active_session_count": active_session_count,
        "blocked_at": maybe_seconds(row.blocked_at),
    }


def decision(verdict: Verdict) -> dict[str, Any]:
    return {
        "allowed": verdict.allowed,
        "resolved_org_id": verdict.org_id,
        "granted_scopes": verdict.granted_scopes,
        "denied_reasons": verdict.denied_reasons,
    }


def grant(row: Grant) -> dict[str, Any]:
    return {"topic": row.topic, "required_scope": row.required_scope}


def revocation(row: Revocation) -> dict[str, Any]:
    return {
        "session_ids": row.session_ids,
        "device_ids": row.device_ids,
        "reason": row.reason,
        "user_id": row.user_id,
        "jtis": row.jtis,
        "user_ids": row.user_ids,
        "memberships": row.memberships,
        "revoked_at": int(row.revoked_at.timestamp()),
        "request_id": row.request_id,
        "seq": row.seq,
    }


def revocation_body(row: Revocation) -> bytes:
    """The push to Khala, the same fields as a row of the feed."""
    return to_json(RevocationOut(**revocation(row)))


def stream_error(code: str, message: str, retryable: bool, reauth_required: bool | None) -> dict[str, Any]:
    """The data of an error inside a stream."""
    found = StreamErrorOut(code=code, message=message, retryable=retryable, reauth_required=reauth_required)
    return found.model_dump(by_alias=True)


def sent_fields(model: WireModel) -> bytes:
    """The JSON of what the sender of `model` set, for passing it on: unset fields stay unset."""
    return model.__pydantic_serializer__.to_json(model, by_alias=True, exclude_unset=True)


def stats(found: Mapping[str, Any]) -> dict[str, Any]:
    """The kept snapshot with its instants as such."""

    def dated(section: Mapping[str, Any]) -> dict[str, Any]:
        return {**section, "as_of": None if section["as_of"] is None else parse_rfc3339(section["as_of"])}

    return {**found, "as_of": parse_rfc3339(found["as_of"]), "sections": [dated(row) for row in found["sections"]]}


def integration(row: IntegrationSecret) -> dict[str, Any]:
    """A stored integration; of its secret the last four characters."""
    return {
        "provider": row.provider,
        "integration_id": row.integration_id,
        "status": row.status,
        "secret_last4": row.last4,
        "updated_at": row.updated_at.replace(microsecond=0),
    }
