"""What other planes may ask about credentials: is this token, session or connection still good?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings

from apps.control.domain.policy import Member
from apps.control.domain.states import REFUSAL_BY_SESSION_STATUS
from apps.control.gateways import identity
from apps.control.models import IssuedSyncToken, Membership, Session
from apps.control.services import orgs
from apps.control.services.authentication import authenticate
from apps.control.services.clock import database_now
from apps.control.services.settings_view import is_operator
from openagents.wire.faults import INVALID_REQUEST, UNAUTHORIZED, Fault

ITEMS_MAX = 200


@dataclass(frozen=True, slots=True)
class Question:
    """One connection of Khala's, as its token described it."""

    session_id: str
    device_id: str
    user_id: str
    org_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """`scopes`: the sync scopes that the role grants now."""

    active: bool
    reason: str | None
    org_active: bool
    scopes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Standing:
    """A credential and its session, if it is good."""

    active: bool
    reason: str | None = None
    session: Session | None = None
    memberships: list[Membership] = field(default_factory=list)
    roles: tuple[str, ...] = ()


def introspect(*, access_token: str | None, session_id: str | None, jti: str | None, user_id: str | None) -> Standing:
    """The standing of one credential; unknown and foreign ones are merely inactive.

    Raises Fault INVALID_REQUEST unless exactly one credential is given.
    """
    if sum(text is not None for text in (access_token, session_id, jti)) != 1:
        raise Fault(INVALID_REQUEST, "Give exactly one of access_token, session_id, jti.")
    if access_token is not None:
        try:
            session = authenticate(access_token).session
        except Fault as fault:
            if fault.kind is not UNAUTHORIZED:
                raise
            return Standing(False, fault.reason_code)
    else:
        session, reason = _by_session(session_id) if session_id is not None else _by_token(jti or "")
        if reason is not None:
            return Standing(False, reason)
    if session is None or user_id not in (None, session.user_id):
        return Standing(False, "unknown_credential")
    memberships = orgs.memberships_of(session.user_id)
    role = next((held.role for held in memberships if held.org_id == session.active_org_id), None)
    member = Member(session.user_id, session.active_org_id, role, (), operator=is_operator(session.user.email))
    return Standing(True, None, session, memberships, member.roles)


def introspect_connections(questions: Sequence[Question]) -> list[Answer]:
    """Verdicts in the order of the questions, in three queries whatever their number. Changes nothing.

    Raises Fault INVALID_REQUEST (`items`) for none or more than 200.
    """
    if not 1 <= len(questions) <= ITEMS_MAX:
        raise Fault(INVALID_REQUEST, errors={"items": [f"must be 1 to {ITEMS_MAX}"]})
    now = database_now()
    wanted = {question.session_id for question in questions}
    sessions = {
        session.id: session for session in Session.objects.select_related("user", "device").filter(id__in=wanted)
    }
    members = orgs.members_by_pair({(question.user_id, question.org_id) for question in questions})
    allowed = settings.OA.oa_sync_token_allowed_scopes
    answers = []
    for question in questions:
        session = sessions.get(question.session_id)
        if session is None:
            reason: str | None = "session_unknown"
        elif session.user_id != question.user_id:
            reason = "user_mismatch"
        elif session.device.device_id != question.device_id:
            reason = "device_mismatch"
        elif session.device.blocked_at is not None:
            reason = "device_blocked"
        elif session.status == "active" and session.refresh_expires_at <= now:
            reason = "session_expired"
        else:
            reason = _standing_reason(session)
        member = members.get((question.user_id, question.org_id)) if reason is None else None
        scopes = [scope for scope in allowed if member.holds(scope)] if member else []
        answers.append(Answer(reason is None, reason, member is not None, scopes))
    return answers


def _standing_reason(session: Session) -> str | None:
    if session.status != "active":
        return REFUSAL_BY_SESSION_STATUS[session.status]
    if session.user.deleted_at is not None:
        return "session_revoked"
    if identity.demands_real_identity(settings.OA, session.user.provider_user_id):
        return "provider_session_required"
    return None


def _by_session(session_id: str) -> tuple[Session | None, str | None]:
    session = Session.objects.select_related("user", "device").filter(pk=session_id).first()
    if session is None:
        return None, "unknown_credential"
    if session.status == "active" and session.refresh_expires_at <= database_now():
        return session, "session_expired"
    return session, _standing_reason(session)


def _by_token(jti: str) -> tuple[Session | None, str | None]:
    issued = IssuedSyncToken.objects.filter(jti=jti).first()
    if issued is None:
        return None, "unknown_credential"
    if issued.revoked_at is not None:
        return None, "token_revoked"
    if issued.expires_at <= database_now():
        return None, "token_expired"
    return _by_session(issued.session_id)
