"""Personal access tokens: made, listed, ended (3.3). The secret is told once and kept as a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from apps.control.domain import credentials
from apps.control.domain.inputs import Unacceptable
from apps.control.models import PersonalAccessToken
from apps.control.services import propagation, revocations, secrets, trail
from apps.control.services.authentication import Principal, personal_session_id
from apps.control.services.clock import database_now
from openagents.receipts.ids import new_id
from openagents.wire.faults import CONFLICT, INVALID_REQUEST, NOT_FOUND, Fault

TOKENS_MAX = 200
"""Unrevoked tokens of one user, and so the length of the list."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new token; `secret` exists nowhere else."""

    token: PersonalAccessToken
    secret: str


def list_tokens(principal: Principal) -> list[PersonalAccessToken]:
    """The caller's unrevoked tokens, newest first."""
    found = PersonalAccessToken.objects.filter(user_id=principal.user_id, revoked_at__isnull=True)
    return list(found.order_by("-created_at", "-id")[:TOKENS_MAX])


def create(principal: Principal, *, name: str, abilities: Sequence[str], expires_at: datetime | None) -> Made:
    """A token of the caller's.

    Raises Fault INVALID_REQUEST (`name`, `abilities`, `expires_at` in the past), CONFLICT above 200 tokens.
    """
    named, carried = checked(name, abilities)
    with transaction.atomic():
        if expires_at is not None and expires_at <= database_now():
            raise Fault(INVALID_REQUEST, errors={"expires_at": ["is not in the future"]})
        held = PersonalAccessToken.objects.filter(user_id=principal.user_id, revoked_at__isnull=True).count()
        if held >= TOKENS_MAX:
            raise Fault(CONFLICT, f"There are {TOKENS_MAX} tokens already.")
        made = make(principal.user_id, named, carried, expires_at)
        trail.note_by(principal, "pat.created", target=made.token.id)
    return made


def checked(
    name: str,
    abilities: Sequence[str],
    *,
    length_max: int = credentials.TEXT_MAX,
    fields: tuple[str, str] = ("name", "abilities"),
) -> tuple[str, list[str]]:
    """Name and abilities by their rules. Raises Fault INVALID_REQUEST with these field names."""
    field = fields[0]
    try:
        named = credentials.token_name(name, length_max=length_max)
        field = fields[1]
        return named, credentials.abilities(abilities, length_max=length_max)
    except Unacceptable as complaint:
        raise Fault(INVALID_REQUEST, errors={field: [str(complaint)]}) from None


def make(user_id: str, name: str, abilities: Sequence[str], expires_at: datetime | None) -> Made:
    """Store a new token. Inside the caller's transaction, which also audits."""
    secret = secrets.new_personal_token()
    token = PersonalAccessToken.objects.create(
        id=new_id("pat"),
        user_id=user_id,
        name=name,
        abilities=list(abilities),
        digest=secrets.digest(secret),
        expires_at=expires_at,
        created_at=database_now(),
    )
    return Made(token, secret)


def delete_current(principal: Principal) -> bool:
    """End the token that makes the call; False for a session, which is none."""
    return principal.token_id is not None and _end(principal, pk=principal.token_id) > 0


def delete(principal: Principal, token_id: str) -> None:
    """End one token. Raises Fault NOT_FOUND: unknown, somebody else's or ended already."""
    if _end(principal, pk=token_id) == 0:
        raise Fault(NOT_FOUND)


def delete_all(principal: Principal) -> int:
    """End all tokens of the caller; their number."""
    return _end(principal)


def end(tokens: Sequence[PersonalAccessToken], reason: str, now: datetime) -> int | None:
    """End these locked live tokens of one user and record the push. The row of the feed, None without tokens."""
    if not tokens:
        return None
    PersonalAccessToken.objects.filter(pk__in=[token.pk for token in tokens]).update(revoked_at=now)
    sessions = sorted(personal_session_id(token.id) for token in tokens)
    return revocations.announce(
        user_id=tokens[0].user_id,
        session_ids=sessions,
        device_ids=[],
        jtis=revocations.revoke_issued(now, session_id__in=sessions),
        reason=reason,
        revoked_at=now,
    )


def lock_live(**filters: Any) -> list[PersonalAccessToken]:
    """The matching unrevoked tokens under their row locks, in the one order that cannot deadlock."""
    found = PersonalAccessToken.objects.select_for_update().filter(revoked_at__isnull=True, **filters)
    return list(found.order_by("id"))


def _end(principal: Principal, **filters: Any) -> int:
    with transaction.atomic():
        tokens = lock_live(user_id=principal.user_id, **filters)
        seq = end(tokens, "user_requested", database_now())
        for token in tokens:
            trail.note_by(principal, "pat.revoked", target=token.id)
    propagation.deliver(seq)
    return len(tokens)
