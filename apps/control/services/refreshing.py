"""Rotating a session's pair, answering a benign repeat with the same pair, ending a family on reuse (6.4)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.control import metrics
from apps.control.domain.refresh import Decision, Device, Facts, decide
from apps.control.domain.states import REFRESH_TOKEN, SESSION
from apps.control.models import RefreshToken, Session
from apps.control.services import revocations, secrets, trail
from apps.control.services.authentication import refused
from apps.control.services.clock import database_now
from openagents.ops import faults
from openagents.receipts.ids import new_id
from openagents.wire.faults import FORBIDDEN, Fault

_REFUSALS = {
    Decision.REPLAY: "refresh_token_reused",
    Decision.EXPIRE: "session_expired",
    Decision.SESSION_EXPIRED: "session_expired",
    Decision.SESSION_REVOKED: "session_revoked",
    Decision.REAUTH_REQUIRED: "reauth_required",
}


@dataclass(frozen=True, slots=True)
class Presented:
    """A refresh request. `device_id` is normalised, None when none was named; `client_nonce` may be blank."""

    token: str
    device_id: str | None
    client_nonce: str


@dataclass(frozen=True, slots=True)
class Pair:
    """The pair in force after a refresh, the same for a benign repeat."""

    session: Session
    access_token: str
    refresh_token: str
    refresh_token_id: str
    replaced_refresh_token_id: str


@dataclass(slots=True)
class _Locked:
    """The family under its locks."""

    session: Session
    token: RefreshToken
    child: RefreshToken | None
    now: datetime


def refresh(presented: Presented) -> Pair:
    """The next pair for a refresh token, or the same pair again in the benign race.

    Raises Fault UNAUTHORIZED (`missing_credential`, `refresh_token_invalid`, `refresh_token_reused` after the family
    was ended and committed, `session_expired`, `session_revoked`, `reauth_required`) or FORBIDDEN for another device.
    """
    if not presented.token:
        raise refused("missing_credential")
    with transaction.atomic():
        family = _lock(presented.token)
        settled = None if family is None else _settle(family, presented)
    if family is None or settled is None:
        raise _failed(refused("refresh_token_invalid"), "refresh_token_invalid", None)
    decision, pair = settled
    if pair is not None:
        metrics.AUTH.labels("refresh", "success" if decision is Decision.ROTATE else "repeated", "").inc()
        return pair
    if decision is Decision.WRONG_DEVICE:
        fault = Fault(FORBIDDEN, "The refresh token belongs to another device.")
        raise _failed(fault, "forbidden", family.session)
    if decision is Decision.REPLAY:
        metrics.REFRESH_REUSE.inc()
    reason = _REFUSALS[decision]
    raise _failed(refused(reason), reason, family.session)


def _settle(family: _Locked, presented: Presented) -> tuple[Decision, Pair | None]:
    """Decide and carry it out. What is refused is committed too: an ended family must stay ended."""
    decision = decide(_facts(family, presented), _grace())
    pair: Pair | None = None
    if decision is Decision.ROTATE:
        pair = _rotate(family, presented)
    elif decision is Decision.REPEAT:
        pair = _repeat(family, presented)
        if pair is None:
            decision = Decision.REPLAY  # what cannot be opened again cannot be told from a theft
    if decision is Decision.REPLAY:
        _end_family(family)
    elif decision is Decision.EXPIRE:
        expired = SESSION.after(family.session.status, "expire")
        Session.objects.filter(pk=family.session.pk).update(status=expired)
    return decision, pair


def _lock(token: str) -> _Locked | None:
    """Session first, then its tokens: the order of every other path that ends sessions."""
    digest = secrets.digest(token)
    session_id = RefreshToken.objects.filter(digest=digest).values_list("session_id", flat=True).first()
    if session_id is None:
        return None
    session = Session.objects.select_for_update(of=("self",)).select_related("device", "user").get(pk=session_id)
    wanted = Q(digest=digest) | Q(state="current")
    found = RefreshToken.objects.select_for_update().filter(wanted, session=session).order_by("id")
    rows = {row.id: row for row in found}
    token_row = next(row for row in rows.values() if row.digest == digest)
    child = rows.get(token_row.replaced_by) if token_row.replaced_by else None
    return _Locked(session, token_row, child, database_now())


def _facts(family: _Locked, presented: Presented) -> Facts:
    token, session, child = family.token, family.session, family.child
    device: Device = "unnamed"
    if presented.device_id is not None:
        device = "same" if presented.device_id == session.device.device_id else "other"
    return Facts(
        token_state=token.state,
        session_status=session.status,
        refresh_expired=session.refresh_expires_at <= family.now,
        device=device,
        since_rotation=family.now - token.ended_at if token.state == "rotated" and token.ended_at else None,
        is_predecessor=child is not None and child.state == "current",
        nonce_matches=_nonce_matches(token.client_nonce_digest, presented.client_nonce),
        child_unused=child is not None and child.pair_used_at is None,
    )


def _nonce_matches(stored: str | None, nonce: str) -> bool:
    return bool(nonce) and stored is not None and hmac.compare_digest(stored, secrets.digest(nonce))


def _rotate(family: _Locked, presented: Presented) -> Pair:
    session, token, now = family.session, family.token, family.now
    access, refresh_token = secrets.new_access_token(), secrets.new_refresh_token()
    child_id = new_id("rtid")
    # What a repeat of the token before this one could still have been answered with is over now.
    RefreshToken.objects.filter(session=session, replay_sealed__isnull=False).update(replay_sealed=None)
    token.state = REFRESH_TOKEN.after(token.state, "rotate")
    token.ended_at = now
    token.replaced_by = child_id
    token.client_nonce_digest = secrets.digest(presented.client_nonce) if presented.client_nonce else None
    token.pair_used_at = token.pair_used_at or now
    if _grace():
        token.replay_sealed = secrets.seal_pair(presented.token, token.id, child_id, access, refresh_token)
    token.save(
        update_fields=["state", "ended_at", "replaced_by", "client_nonce_digest", "pair_used_at", "replay_sealed"]
    )
    RefreshToken.objects.create(id=child_id, session=session, digest=secrets.digest(refresh_token), created_at=now)
    session.access_digest = secrets.digest(access)
    session.access_expires_at = now + timedelta(seconds=settings.OA.oa_auth_access_ttl_seconds)
    session.refresh_expires_at = now + timedelta(seconds=settings.OA.oa_auth_refresh_ttl_seconds)
    session.last_refreshed_at = now
    session.status = SESSION.after(session.status, "refresh")
    session.save(
        update_fields=["access_digest", "access_expires_at", "refresh_expires_at", "last_refreshed_at", "status"]
    )
    _note("auth.refresh.completed", session, rotated_refresh_token=token.id)
    faults.point("control.refresh.before_commit")
    return Pair(session, access, refresh_token, child_id, token.id)


def _repeat(family: _Locked, presented: Presented) -> Pair | None:
    """The stored pair, if it can still be opened."""
    session, token = family.session, family.token
    child_id = token.replaced_by or ""
    try:
        access, refresh_token = secrets.open_pair(presented.token, token.id, child_id, token.replay_sealed or "")
    except secrets.SecretUnreadable:
        return None
    by = "nonce" if _nonce_matches(token.client_nonce_digest, presented.client_nonce) else "unused_child"
    _note("auth.refresh.repeated", session, by=by, refresh_token_id=token.id)
    return Pair(session, access, refresh_token, child_id, token.id)


def _end_family(family: _Locked) -> None:
    session, token, now = family.session, family.token, family.now
    token.state = REFRESH_TOKEN.after(token.state, "reuse")
    token.ended_at = now
    token.replay_sealed = None
    token.save(update_fields=["state", "ended_at", "replay_sealed"])
    if session.status == "active":
        revocations.push_after_commit(revocations.end_sessions([session], "token_replay", now))
    _note("auth.refresh.replay_detected", session, outcome="rejected", refresh_token_id=token.id)


def _grace() -> timedelta:
    return timedelta(seconds=settings.OA.oa_auth_refresh_reuse_grace_seconds)


def _note(event: str, session: Session, outcome: trail.Outcome = "success", **attributes: object) -> None:
    trail.note(
        event,
        outcome,
        user_id=session.user_id,
        session_id=session.id,
        org_id=session.active_org_id,
        device_id=session.device.device_id,
        **attributes,
    )


def _failed(fault: Fault, reason: str, session: Session | None) -> Fault:
    """Note a refusal; the fault to raise."""
    word = "forbidden" if reason == "forbidden" else "unauthorized"
    if session is None:
        trail.note("auth.refresh.failed", "failure", reason=word)
    else:
        _note("auth.refresh.failed", session, "failure", reason=word)
    metrics.AUTH.labels("refresh", "failure", reason).inc()
    return fault
