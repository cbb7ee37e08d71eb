"""Signing in, refreshing, looking at and ending sessions and devices. Mounted twice: `/api/auth` and its old alias."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.control import mapping
from apps.control.api.guards import (
    Bearer,
    address_of,
    bearer_of,
    client_of,
    device_id,
    device_of,
    open_to_all,
    principal_of,
)
from apps.control.domain import inputs
from apps.control.services import orgs, refreshing, registration, sessions, sign_in
from apps.control.services.authentication import Principal
from openagents.wire.faults import INVALID_REQUEST, NOT_FOUND, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond

CHALLENGE_COOKIE = "oa_magic_challenge"
USER_AGENT_MAX = 400

router = Router(tags=["auth"])


@router.post("/email", auth=open_to_all("auth.email"), response={200: mapping.EmailOut})
def email(request: HttpRequest, body: Annotated[WireModel, mapping.EmailIn]) -> HttpResponse:
    """Send a sign-in code."""
    try:
        address = inputs.email(body.email)
    except inputs.Unacceptable as complaint:
        raise Fault(INVALID_REQUEST, errors={"email": [str(complaint)]}) from None
    challenge = sign_in.start_challenge(address, client_ip=address_of(request))
    response = respond(mapping.EmailOut, **mapping.challenge(challenge))
    response.set_cookie(
        CHALLENGE_COOKIE, challenge.id, max_age=settings.OA.oa_auth_challenge_ttl_seconds, **_cookie_form()
    )
    return response


@router.post("/verify", auth=open_to_all("auth.verify"), response={200: mapping.VerifyOut})
def verify(request: HttpRequest, body: Annotated[WireModel, mapping.VerifyIn]) -> HttpResponse:
    """Trade the code for a session."""
    entered = sign_in.CodeEntered(
        challenge_id=body.challenge_id.strip() or request.COOKIES.get(CHALLENGE_COOKIE, ""),
        code=body.code.strip(),
        email=body.email.strip().lower(),
        device_id=device_of(request, body.device_id),
        client=client_of(request),
        client_ip=address_of(request),
        user_agent=request.headers.get("user-agent", "")[:USER_AGENT_MAX],
    )
    done = sign_in.verify(entered)
    response = respond(
        mapping.VerifyOut,
        ok=True,
        user_id=done.user.id,
        status="authenticated",
        user=mapping.user(done.user),
        redirect="/",
        token_type=mapping.BEARER,
        token=done.access_token,
        token_name=done.session.token_name,
        refresh_token=done.refresh_token,
        session_id=done.session.id,
        new_user=done.new_user,
        refresh_token_id=done.refresh_token_id,
        device_id=done.device_id,
        active_org_id=done.session.active_org_id,
        access_expires_at=mapping.seconds(done.session.access_expires_at),
        refresh_expires_at=mapping.seconds(done.session.refresh_expires_at),
    )
    response.set_cookie(CHALLENGE_COOKIE, "", max_age=0, **_cookie_form())
    return response


def _where_open(request: HttpRequest) -> bool:
    """Where registration is off, the route does not exist, whatever the body; else it is limited like `email`."""
    if not registration.is_open():
        raise Fault(NOT_FOUND)
    return open_to_all("auth.email")(request)


@router.post("/register", auth=_where_open, response={200: mapping.RegisterOut, 201: mapping.RegisterOut})
def register(request: HttpRequest, body: Annotated[WireModel, mapping.RegisterIn]) -> HttpResponse:
    """A user and a personal access token for an address, in development deployments."""
    done = registration.register(
        email=body.email, name=body.name, token_name=body.token_name, abilities=body.token_abilities
    )
    return respond(
        mapping.RegisterOut,
        201 if done.created else 200,
        data={
            "created": done.created,
            "token_type": mapping.BEARER,
            "token": done.made.secret,
            "token_name": done.made.token.name,
            "token_abilities": done.made.token.abilities,
            "user": mapping.registered_user(done.user),
            "autopilot": None,
        },
    )


@router.post("/refresh", auth=open_to_all("auth.refresh"), response={200: mapping.RefreshOut})
def refresh(request: HttpRequest, body: Annotated[WireModel, mapping.RefreshIn]) -> HttpResponse:
    """The next pair; a benign repeat gets the same pair again."""
    if body.rotate_refresh_token is False:
        raise Fault(INVALID_REQUEST, errors={"rotate_refresh_token": ["rotation cannot be switched off"]})
    nonce = body.client_nonce.strip()
    if len(nonce) > inputs.NONCE_MAX:
        complaint = f"is longer than {inputs.NONCE_MAX} characters"
        raise Fault(INVALID_REQUEST, errors={"client_nonce": [complaint]})
    presented = refreshing.Presented(
        token=body.refresh_token.strip() or bearer_of(request) or "",
        device_id=device_of(request, body.device_id),
        client_nonce=nonce,
    )
    pair = refreshing.refresh(presented)
    return respond(
        mapping.RefreshOut,
        ok=True,
        status="active",
        token_type=mapping.BEARER,
        token=pair.access_token,
        refresh_token=pair.refresh_token,
        refresh_token_id=pair.refresh_token_id,
        replaced_refresh_token_id=pair.replaced_refresh_token_id,
        session_id=pair.session.id,
        access_expires_at=mapping.seconds(pair.session.access_expires_at),
        refresh_expires_at=mapping.seconds(pair.session.refresh_expires_at),
    )


@router.get("/session", auth=Bearer(), response={200: mapping.SessionOut})
def session(request: HttpRequest) -> HttpResponse:
    """The caller's session, user and memberships."""
    principal = principal_of(request)
    held = orgs.memberships_of(principal.user_id)
    return respond(
        mapping.SessionOut,
        data={
            "session": mapping.session(sessions.own(principal)),
            "user": mapping.user(principal.user),
            "memberships": [mapping.membership(row) for row in held],
        },
    )


@router.get("/sessions", auth=Bearer(), response={200: mapping.SessionListOut})
def session_list(request: HttpRequest, device: str = Query("", alias="device_id")) -> HttpResponse:
    """The caller's sessions of all states, newest first."""
    principal = principal_of(request)
    rows = sessions.list_sessions(principal, device_id(device))
    return respond(
        mapping.SessionListOut,
        data={
            "current_session_id": principal.session_id,
            "sessions": [mapping.session(row) for row in rows],
        },
    )


@router.post("/sessions/revoke", auth=Bearer(), response={200: mapping.RevokeOut})
def revoke(request: HttpRequest, body: Annotated[WireModel, mapping.RevokeIn]) -> HttpResponse:
    """End one session, those of a device, or all."""
    done = sessions.revoke(
        principal_of(request),
        session_id=(body.session_id or "").strip() or None,
        device_id=device_id(body.device_id),
        everything=bool(body.revoke_all_sessions),
        include_current=body.include_current,
        reason=body.reason or "user_requested",
    )
    return _revoked(done)


class LeavingBearer(Bearer):
    """A session that would end itself; one that has ended already, or may not, is noted."""

    def __call__(self, request: HttpRequest) -> Principal:
        try:
            return super().__call__(request)
        except Fault as fault:
            sessions.note_failed_log_out(fault)
            raise


LeavingBearer.__name__ = Bearer.__name__  # one security scheme in the OpenAPI document


@router.post("/logout", auth=LeavingBearer(), response={200: mapping.LogoutOut})
def logout(request: HttpRequest) -> HttpResponse:
    """End the caller's own session."""
    principal = principal_of(request)
    done = sessions.log_out(principal)
    return respond(
        mapping.LogoutOut,
        ok=True,
        status="revoked",
        session_id=principal.session_id,
        revoked_at=mapping.seconds(done.ended.revoked_at),
        propagation=done.propagation,
    )


@router.get("/devices", auth=Bearer(), response={200: mapping.DeviceListOut})
def devices(request: HttpRequest) -> HttpResponse:
    """The caller's devices."""
    rows = sessions.list_devices(principal_of(request))
    return respond(mapping.DeviceListOut, data={"devices": [mapping.device(row, count) for row, count in rows]})


@router.post("/devices/revoke", auth=Bearer(), response={200: mapping.RevokeOut})
def devices_revoke(request: HttpRequest, body: Annotated[WireModel, mapping.DeviceRevokeIn]) -> HttpResponse:
    """End the sessions of a device, and block it when asked to."""
    done = sessions.revoke_device(
        principal_of(request), _device(body.device_id), block=body.block, include_current=body.include_current
    )
    return _revoked(done)


@router.post("/devices/unblock", auth=Bearer(), response={200: mapping.DeviceOut})
def devices_unblock(request: HttpRequest, body: Annotated[WireModel, mapping.DeviceUnblockIn]) -> HttpResponse:
    """Let a blocked device sign in again."""
    row, count = sessions.unblock_device(principal_of(request), _device(body.device_id))
    return respond(mapping.DeviceOut, data={"device": mapping.device(row, count)})


def _revoked(done: sessions.Revoked) -> HttpResponse:
    return respond(
        mapping.RevokeOut,
        ok=True,
        revoked_session_ids=done.ended.session_ids,
        revoked_device_ids=done.ended.device_ids,
        revoked_refresh_token_ids=done.ended.refresh_token_ids,
        reason=done.reason,
        revoked_at=mapping.seconds(done.ended.revoked_at),
        propagation=done.propagation,
    )


def _device(stated: str) -> str:
    named = device_id(stated)
    if named is None:
        raise Fault(INVALID_REQUEST, errors={"device_id": ["is required"]})
    return named


def _cookie_form() -> dict[str, Any]:
    return {"path": "/", "httponly": True, "samesite": "Lax", "secure": settings.OA.oa_env != "dev"}
