"""From a bearer token to the principal who sent it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now

from apps.control.domain.policy import Member
from apps.control.domain.states import REFUSAL_BY_SESSION_STATUS
from apps.control.gateways import identity
from apps.control.models import Device, PersonalAccessToken, RefreshToken, Session, User
from apps.control.services import secrets
from apps.control.services.settings_view import is_operator
from openagents.peers.signature import Act
from openagents.wire.faults import FORBIDDEN, UNAUTHORIZED, Fault


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling, on which device, in which organisation.

    `session` is None for a personal access token, whose `session_id` and `device_id` are `pat:<token id>`;
    `abilities` None means no restriction beyond the role. `revoked_until`: newest revocation that Khala holds
    against tokens by their second of issue.
    """

    user: User
    session: Session | None
    session_id: str
    device_id: str
    token_name: str
    active_org_id: str
    member: Member
    revoked_until: datetime | None = None
    abilities: frozenset[str] | None = None
    token_id: str | None = None

    @property
    def user_id(self) -> str:
        return self.user.id

    def may(self, ability: str) -> bool:
        return self.abilities is None or "*" in self.abilities or ability in self.abilities

    def act(self) -> Act:
        """The claim that signed calls on this user's behalf carry."""
        return Act(
            user_id=self.user.id,
            org_id=self.active_org_id,
            session_id=self.session_id,
            device_id=self.device_id,
            roles=self.member.roles,
        )


def authenticate(token: str | None) -> Principal:
    """The principal of an access token or a personal access token, in one query.

    A second statement marks the first use of a pair, and the use of a personal access token once a minute.
    Raises Fault(UNAUTHORIZED) with the reason `missing_credential`, `invalid_token`, `access_token_expired`,
    `session_expired`, `session_revoked`, `reauth_required`, `pat_expired`, `pat_revoked` or
    `provider_session_required`. An expired access token leaves its session refreshable.
    """
    if not token:
        raise refused("missing_credential")
    if token.startswith(secrets.PERSONAL_PREFIX):
        return _authenticate_personal(token)
    if not token.startswith(secrets.ACCESS_PREFIX):
        raise refused("invalid_token")
    found = _look_up(secrets.digest(token))
    if found is None:
        raise refused("invalid_token")
    session, user = found.session, found.session.user
    if session.status != "active":
        raise refused(REFUSAL_BY_SESSION_STATUS[session.status])
    if session.refresh_expires_at <= found.now:
        raise refused("session_expired")
    if session.access_expires_at <= found.now:
        raise refused("access_token_expired")
    if user.deleted_at is not None:
        raise refused("session_revoked")
    if identity.demands_real_identity(settings.OA, user.provider_user_id):
        raise refused("provider_session_required")
    if found.pair_is_unused:
        mark_pair_used(session.id)
    return Principal(
        user=user,
        session=session,
        session_id=session.id,
        device_id=session.device.device_id,
        token_name=session.token_name,
        active_org_id=session.active_org_id,
        member=Member(
            user.id,
            session.active_org_id,
            found.role,
            tuple(found.role_scopes or ()),
            operator=is_operator(user.email),
        ),
        revoked_until=_latest(session.device.revoked_at, found.membership_revoked_at),
    )


def _authenticate_personal(token: str) -> Principal:
    """A program acting for its maker, in the maker's default organisation; operator rights stay with sessions."""
    found = _look_up_personal(secrets.digest(token))
    if found is None:
        raise refused("invalid_token")
    pat, user = found.token, found.token.user
    reason = personal_token_problem(pat, found.now)
    if reason is not None:
        raise refused(reason)
    if pat.last_used_at is None or found.now - pat.last_used_at >= USE_NOTED_EVERY:
        _note_use(pat.id, found.now)
    org_id = found.org_id or f"user:{user.id}"
    return Principal(
        user=user,
        session=None,
        session_id=personal_session_id(pat.id),
        device_id=personal_session_id(pat.id),
        token_name=pat.name,
        active_org_id=org_id,
        member=Member(user.id, org_id, found.role, tuple(found.role_scopes or ())),
        revoked_until=found.membership_revoked_at,
        abilities=frozenset(pat.abilities),
        token_id=pat.id,
    )


def personal_session_id(token_id: str) -> str:
    """What stands for a session wherever a personal access token acts, in tokens and in revocations."""
    return f"pat:{token_id}"


def personal_token_problem(token: PersonalAccessToken, now: datetime) -> str | None:
    """Why this token (with its user) is refused at `now`, or None."""
    if token.revoked_at is not None or token.user.deleted_at is not None:
        return "pat_revoked"
    if token.expires_at is not None and token.expires_at <= now:
        return "pat_expired"
    if identity.demands_real_identity(settings.OA, token.user.provider_user_id):
        return "provider_session_required"
    return None


@dataclass(frozen=True, slots=True)
class _Found:
    """A session with its user and device, and what else the check needs, as of `now`."""

    session: Session
    now: datetime
    role: str | None
    role_scopes: list[str] | None
    membership_revoked_at: datetime | None
    pair_is_unused: bool


@dataclass(frozen=True, slots=True)
class _FoundPersonal:
    """A personal access token with its user and the default membership, as of `now`."""

    token: PersonalAccessToken
    now: datetime
    org_id: str | None
    role: str | None
    role_scopes: list[str] | None
    membership_revoked_at: datetime | None


LOOKUP = """
SELECT {columns}, statement_timestamp(), m.role, m.role_scopes, m.revoked_at,
       EXISTS (SELECT FROM control_refresh_token r
                WHERE r.session_id = s.id AND r.state = 'current' AND r.pair_used_at IS NULL)
  FROM control_session s
  JOIN control_user u ON u.id = s.user_id
  JOIN control_device d ON d.id = s.device_id
  LEFT JOIN control_membership m ON m.org_id = s.active_org_id AND m.user_id = s.user_id AND m.status = 'active'
 WHERE s.access_digest = %s
"""


LOOKUP_PERSONAL = """
SELECT {columns}, statement_timestamp(), m.org_id, m.role, m.role_scopes, m.revoked_at
  FROM control_personal_access_token p
  JOIN control_user u ON u.id = p.user_id
  LEFT JOIN control_membership m ON m.user_id = p.user_id AND m.default_org AND m.status = 'active'
 WHERE p.digest = %s
"""
USE_NOTED_EVERY = timedelta(minutes=1)


@cache
def _lookup() -> tuple[str, tuple[list[str], ...]]:
    return _statement(LOOKUP, ("s", Session), ("u", User), ("d", Device))


@cache
def _lookup_personal() -> tuple[str, tuple[list[str], ...]]:
    return _statement(LOOKUP_PERSONAL, ("p", PersonalAccessToken), ("u", User))


def _statement(template: str, *tables: tuple[str, type[models.Model]]) -> tuple[str, tuple[list[str], ...]]:
    """The statement, and the fields of its models in the order of its columns."""
    fields = [(alias, model._meta.concrete_fields) for alias, model in tables]
    columns = ", ".join(f'{alias}."{field.column}"' for alias, row in fields for field in row)
    return template.format(columns=columns), tuple([field.attname for field in row] for _, row in fields)


def _first_row(statement: str, digest: str) -> Sequence[Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [digest])
        row: Sequence[Any] | None = cursor.fetchone()
    return row


def _look_up(digest: str) -> _Found | None:
    """In plain SQL: every authenticated request passes here, and building this query in the ORM took 2 of its 3 ms."""
    statement, names = _lookup()
    row = _first_row(statement, digest)
    if row is None:
        return None
    of_session, of_user, of_device = names
    first, second = len(of_session), len(of_session) + len(of_user)
    third = second + len(of_device)
    session = Session.from_db("default", of_session, row[:first])
    session.user = User.from_db("default", of_user, row[first:second])
    session.device = Device.from_db("default", of_device, row[second:third])
    return _Found(session, *row[third:])


def _look_up_personal(digest: str) -> _FoundPersonal | None:
    statement, (of_token, of_user) = _lookup_personal()
    row = _first_row(statement, digest)
    if row is None:
        return None
    first, second = len(of_token), len(of_token) + len(of_user)
    token = PersonalAccessToken.from_db("default", of_token, row[:first])
    token.user = User.from_db("default", of_user, row[first:second])
    return _FoundPersonal(token, *row[second:])


def _note_use(token_id: str, now: datetime) -> None:
    """Once a minute, whoever comes first: a busy token must not become a hot row."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USE_NOTED_EVERY)
    PersonalAccessToken.objects.filter(stale, pk=token_id).update(last_used_at=now)


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)


def mark_pair_used(session_id: str) -> None:
    """From now on a repeat of the token before can no longer claim that its answer was lost (6.4, condition 4)."""
    RefreshToken.objects.filter(session_id=session_id, state="current", pair_used_at__isnull=True).update(
        pair_used_at=Now()
    )


def require(principal: Principal, ability: str) -> None:
    """Raise Fault(FORBIDDEN) unless the credential carries the ability."""
    if not principal.may(ability):
        raise Fault(FORBIDDEN, f"The token lacks the ability {ability}.")


def refused(reason: str) -> Fault:
    return Fault(UNAUTHORIZED, reason_code=reason)
