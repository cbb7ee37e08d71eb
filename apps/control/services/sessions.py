"""A user's sessions and devices: looking at them, ending them, blocking a device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from apps.control import metrics
from apps.control.domain.states import CALLER_REASONS
from apps.control.models import Device, Session
from apps.control.services import propagation, revocations, trail
from apps.control.services.authentication import Principal, refused
from apps.control.services.clock import database_now
from apps.control.services.propagation import Propagation
from apps.control.services.revocations import Ended
from openagents.wire.faults import INVALID_REQUEST, NOT_FOUND, UNAUTHORIZED, Fault

SESSIONS_SHOWN_MAX = 200
DEVICES_SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class Revoked:
    """What a revocation ended, why, and how far the news has got."""

    ended: Ended
    reason: str
    propagation: Propagation


def own(principal: Principal) -> Session:
    """The caller's session. Raises Fault UNAUTHORIZED for a credential that is no session."""
    if principal.session is None:
        raise refused("invalid_token")
    return principal.session


def list_sessions(principal: Principal, device_id: str | None) -> list[Session]:
    """The caller's sessions of all states, newest first, at most 200; of one device when named."""
    found = Session.objects.select_related("device").filter(user_id=principal.user_id)
    if device_id is not None:
        found = found.filter(device__device_id=device_id)
    rows = list(found.order_by("-issued_at", "-id")[:SESSIONS_SHOWN_MAX])
    trail.note_by(principal, "auth.sessions.listed", session_count=len(rows))
    return rows


def revoke(
    principal: Principal,
    *,
    session_id: str | None,
    device_id: str | None,
    everything: bool,
    include_current: bool,
    reason: str,
) -> Revoked:
    """End the sessions that the one given target names.

    Raises Fault INVALID_REQUEST: not exactly one target (`target`), a reason that only the server may state
    (`reason`), a session that is unknown or somebody else's (`session_id`, indistinguishably).
    """
    if sum((session_id is not None, device_id is not None, everything)) != 1:
        complaint = "give exactly one of session_id, device_id, revoke_all_sessions"
        raise Fault(INVALID_REQUEST, errors={"target": [complaint]})
    if reason not in CALLER_REASONS:
        raise Fault(INVALID_REQUEST, errors={"reason": ["is not a reason that a client may state"]})
    target: dict[str, Any] = {"user_id": principal.user_id}
    if session_id is not None:
        if not Session.objects.filter(pk=session_id, user_id=principal.user_id).exists():
            raise Fault(INVALID_REQUEST, errors={"session_id": ["is not one of your sessions"]})
        target["pk"] = session_id
    if device_id is not None:
        target["device__device_id"] = device_id
    with transaction.atomic():
        ended = _end(principal, target, include_current=include_current, reason=reason)
    return _propagate("revoke", ended, reason)


def log_out(principal: Principal) -> Revoked:
    """End the caller's own session."""
    with transaction.atomic():
        now = database_now()
        ended = revocations.end_sessions(revocations.lock_sessions(pk=principal.session_id), "user_requested", now)
        trail.note_by(principal, "auth.logout.completed")
    return _propagate("logout", ended, "user_requested")


def note_failed_log_out(fault: Fault) -> None:
    """Audit a log-out that was refused. Not for a made-up credential: those who have none must not fill the trail."""
    if fault.kind is UNAUTHORIZED and fault.reason_code not in ("missing_credential", "invalid_token"):
        trail.note("auth.logout.failed", "failure", reason="unauthorized", cause=fault.reason_code)
        metrics.AUTH.labels("logout", "failure", "unauthorized").inc()


def list_devices(principal: Principal) -> list[tuple[Device, int]]:
    """The caller's devices with their number of live sessions, last seen first."""
    rows = _devices(principal.user_id).order_by("-last_seen_at", "-pk")[:DEVICES_SHOWN_MAX]
    return [(row, row.live_sessions) for row in rows]


def revoke_device(principal: Principal, device_id: str, *, block: bool, include_current: bool) -> Revoked:
    """End the sessions of a device and, with `block`, refuse its next sign-ins.

    Raises Fault INVALID_REQUEST (`device_id`) for a device that the caller does not have.
    """
    reason = "user_requested"
    with transaction.atomic():
        if block:
            revocations.lock_user(principal.user_id)  # a sign-in that is under way ends here, or is refused there
        found = Device.objects.filter(user_id=principal.user_id, device_id=device_id)
        if not found.exists():
            raise Fault(INVALID_REQUEST, errors={"device_id": ["is not one of your devices"]})
        target = {"user_id": principal.user_id, "device__device_id": device_id}
        ended = _end(principal, target, include_current=include_current, reason=reason)
        if block and found.filter(blocked_at__isnull=True).update(blocked_at=database_now()):
            trail.note_by(principal, "auth.device.blocked", target=device_id)
    return _propagate("revoke", ended, reason)


def unblock_device(principal: Principal, device_id: str) -> tuple[Device, int]:
    """Let a device sign in again; the device and its number of live sessions. Raises Fault NOT_FOUND."""
    with transaction.atomic():
        found = Device.objects.filter(user_id=principal.user_id, device_id=device_id)
        if not found.exists():
            raise Fault(NOT_FOUND)
        if found.filter(blocked_at__isnull=False).update(blocked_at=None):
            trail.note_by(principal, "auth.device.unblocked", target=device_id)
    row = _devices(principal.user_id).get(device_id=device_id)
    return row, row.live_sessions


def _end(principal: Principal, target: dict[str, Any], *, include_current: bool, reason: str) -> Ended:
    now = database_now()
    sessions: Sequence[Session] = revocations.lock_sessions(status__in=revocations.RESTING, **target)
    if not include_current:
        sessions = [session for session in sessions if session.id != principal.session_id]
    ended = revocations.end_sessions(sessions, reason, now)
    trail.note_by(
        principal,
        "auth.sessions.revoked",
        reason=reason,
        revoked_session_count=len(ended.session_ids),
        revoked_refresh_token_count=len(ended.refresh_token_ids),
    )
    return ended


def _propagate(step: str, ended: Ended, reason: str) -> Revoked:
    metrics.AUTH.labels(step, "success", "").inc()
    return Revoked(ended, reason, propagation.deliver(ended.seq))


def _devices(user_id: str) -> Any:
    live = Count("sessions", filter=Q(sessions__status="active"))
    return Device.objects.filter(user_id=user_id).annotate(live_sessions=live)
