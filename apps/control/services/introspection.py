"""What other planes may ask about credentials: is this token, session or connection still good?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.conf import settings

from apps.control.domain.policy import Member
from apps.control.domain.states import REFUSAL_BY_SESSION_STATUS
from apps.control.gateways import identity
from apps.control.models import IssuedSyncToken, Membership, PersonalAccessToken, Session
from apps.control.services import orgs
from apps.control.services.authentication import authenticate, personal_session_id, personal_token_problem
from apps.control.services.clock import database_now
from apps.control.services.settings_view import is_operator
from openagents.wire.faults import INVALID_REQUEST, UNAUTHORIZED, Fault

ITEMS_MAX = 200
PERSONAL = personal_session_id("")

_Credential = Session | PersonalAccessToken


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
    """A credential, if it is good: a session, or a personal access token with its abilities."""

    active: bool
    reason: str | None = None
    session: Session | None = None
    token: PersonalAccessToken | None = None
    active_org_id: str = ""
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
            principal = authenticate(access_token)
        except Fault as fault:
            if fault.kind is not UNAUTHORIZED:
                raise
            return Standing(False, fault.reason_code)
        name, reason = principal.session_id, None
        found: _Credential | None = principal.session or _personal_tokens([name]).get(name)
    else:
        found, reason = _by_session(session_id) if session_id is not None else _by_token(jti or "")
    if reason is not None:
        return Standing(False, reason)
    if found is None or user_id not in (None, found.user_id):
        return Standing(False, "unknown_credential")
    return _standing(found)


def _standing(found: _Credential) -> Standing:
    memberships = orgs.memberships_of(found.user_id)
    if isinstance(found, Session):
        org_id, operator = found.active_org_id, is_operator(found.user.email)
    else:
        org_id, operator = orgs.default_org_id(memberships), False
    role = next((held.role for held in memberships if held.org_id == org_id), None)
    return Standing(
        active=True,
        session=found if isinstance(found, Session) else None,
        token=found if isinstance(found, PersonalAccessToken) else None,
        active_org_id=org_id,
        memberships=memberships,
        roles=Member(found.user_id, org_id, role, (), operator=operator).roles,
    )


def introspect_connections(questions: Sequence[Question]) -> list[Answer]:
    """Verdicts in the order of the questions, in four queries at most whatever their number. Changes nothing.

    Raises Fault INVALID_REQUEST (`items`) for none or more than 200.
    """
    if not 1 <= len(questions) <= ITEMS_MAX:
        raise Fault(INVALID_REQUEST, errors={"items": [f"must be 1 to {ITEMS_MAX}"]})
    now = database_now()
    wanted = {question.session_id for question in questions}
    sessions = {
        session.id: session for session in Session.objects.select_related("user", "device").filter(id__in=wanted)
    }
    tokens = _personal_tokens([name for name in wanted if name.startswith(PERSONAL)])
    members = orgs.members_by_pair({(question.user_id, question.org_id) for question in questions})
    allowed = settings.OA.oa_sync_token_allowed_scopes
    answers = []
    for question in questions:
        token = tokens.get(question.session_id)
        if token is None:
            reason = _session_reason(question, sessions.get(question.session_id), now)
        else:
            reason = _token_reason(question, token, now)
        member = members.get((question.user_id, question.org_id)) if reason is None else None
        if member is not None and token is not None:
            member = replace(member, operator=False)
        scopes = [scope for scope in allowed if member.holds(scope)] if member else []
        answers.append(Answer(reason is None, reason, member is not None, scopes))
    return answers


def _session_reason(question: Question, session: Session | None, now: datetime) -> str | None:
    if session is None:
        return "session_unknown"
    if session.user_id != question.user_id:
        return "user_mismatch"
    if session.device.device_id != question.device_id:
        return "device_mismatch"
    if session.device.blocked_at is not None:
        return "device_blocked"
    if session.status == "active" and session.refresh_expires_at <= now:
        return "session_expired"
    return _standing_reason(session)


def _token_reason(question: Question, token: PersonalAccessToken, now: datetime) -> str | None:
    if token.user_id != question.user_id:
        return "user_mismatch"
    if question.device_id != question.session_id:
        return "device_mismatch"
    return personal_token_problem(token, now)


def _standing_reason(session: Session) -> str | None:
    if session.status != "active":
        return REFUSAL_BY_SESSION_STATUS[session.status]
    if session.user.deleted_at is not None:
        return "session_revoked"
    if identity.demands_real_identity(settings.OA, session.user.provider_user_id):
        return "provider_session_required"
    return None


def _personal_tokens(names: Sequence[str]) -> dict[str, PersonalAccessToken]:
    """Personal access tokens by what stands for their session."""
    if not names:
        return {}
    ids = [name.removeprefix(PERSONAL) for name in names]
    rows = PersonalAccessToken.objects.select_related("user").filter(id__in=ids)
    return {personal_session_id(row.id): row for row in rows}


def _by_session(session_id: str) -> tuple[_Credential | None, str | None]:
    if session_id.startswith(PERSONAL):
        token = _personal_tokens([session_id]).get(session_id)
        return token, "unknown_credential" if token is None else personal_token_problem(token, database_now())
    session = Session.objects.select_related("user", "device").filter(pk=session_id).first()
    if session is None:
        return None, "unknown_credential"
    if session.status == "active" and session.refresh_expires_at <= database_now():
        return session, "session_expired"
    return session, _standing_reason(session)


def _by_token(jti: str) -> tuple[_Credential | None, str | None]:
    issued = IssuedSyncToken.objects.filter(jti=jti).first()
    if issued is None:
        return None, "unknown_credential"
    if issued.revoked_at is not None:
        return None, "token_revoked"
    if issued.expires_at <= database_now():
        return None, "token_expired"
    return _by_session(issued.session_id)
