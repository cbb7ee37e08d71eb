"""Wire ⇄ domain: the JSON bodies of control, from rows and results. Instants are whole seconds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from apps.control.domain.policy import Verdict
from apps.control.domain.topics import Grant
from apps.control.models import AuthChallenge, Device, Membership, Revocation, Session, User
from openagents.control.v1 import http_pb2 as pb
from openagents.wire.model import WireModel, to_json
from openagents.wire.schema import schema

BEARER = "Bearer"

EmailIn = schema(pb.AuthEmailRequest, "camel", required=("email",))
EmailOut = schema(pb.AuthEmailResponse, "camel")
VerifyIn = schema(pb.AuthVerifyHttpRequest, "camel", required=("code",))
VerifyOut = schema(pb.AuthVerifyHttpResponse, "camel")
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
PolicyIn = schema(pb.PolicyRequest, "camel")
PolicyOut = schema(pb.PolicyDecisionEnvelope, "camel")
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


def membership(row: Membership) -> dict[str, Any]:
    return {
        "org_id": row.org_id,
        "org_slug": row.org.slug,
        "role": row.role,
        "role_scopes": row.role_scopes,
        "default_org": row.default_org,
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


def sent_fields(model: WireModel) -> bytes:
    """The JSON of what the sender of `model` set, for passing it on: unset fields stay unset."""
    return model.__pydantic_serializer__.to_json(model, by_alias=True, exclude_unset=True)
