"""Signing up with nothing but an address, where the identity provider is not a real one (3.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.control import metrics
from apps.control.domain import inputs
from apps.control.models import User
from apps.control.services import orgs, personal_tokens, trail
from apps.control.services.clock import database_now
from openagents.receipts.ids import new_id
from openagents.wire.faults import FORBIDDEN, INVALID_REQUEST, Fault

TEXT_MAX = 120
OPEN_MODES = ("mock", "local")
UPSERT_ATTEMPTS = 2


@dataclass(frozen=True, slots=True)
class Registered:
    """The user and a fresh token."""

    user: User
    created: bool
    made: personal_tokens.Made


def is_open() -> bool:
    """Whether this deployment lets addresses register themselves."""
    return settings.OA.oa_auth_api_signup_enabled and settings.OA.oa_auth_provider_mode in OPEN_MODES


def register(*, email: str, name: str, token_name: str, abilities: Sequence[str]) -> Registered:
    """Make the address a user, or find the one it is, and give out a new personal access token.

    Raises Fault INVALID_REQUEST (`email`, `name`, `tokenName`, `tokenAbilities`), FORBIDDEN for a closed account.
    """
    address = _address(email)
    shown = name.strip()
    if len(shown) > TEXT_MAX:
        raise Fault(INVALID_REQUEST, errors={"name": [f"is longer than {TEXT_MAX} characters"]})
    named, carried = personal_tokens.checked(
        token_name.strip() or settings.OA.oa_auth_api_signup_default_token_name,
        abilities,
        length_max=TEXT_MAX,
        fields=("tokenName", "tokenAbilities"),
    )
    for attempt in range(UPSERT_ATTEMPTS):
        try:
            with transaction.atomic():
                registered = _upsert(address, shown, named, carried)
        except IntegrityError:  # somebody else made this user at this moment; the second look finds the row
            if attempt + 1 == UPSERT_ATTEMPTS:
                raise
            continue
        metrics.AUTH.labels("register", "success", "").inc()
        return registered
    raise AssertionError("unreachable: the loop returns or raises")


def _upsert(address: str, shown: str, token_name: str, abilities: list[str]) -> Registered:
    user = User.objects.select_for_update(no_key=True).filter(email=address).first()
    created = user is None
    if user is None:
        user = User.objects.create(
            id=new_id("user"),
            email=address,
            name=shown or address,
            name_customized=bool(shown),
            provider_user_id=f"api_bootstrap_{hashlib.sha256(address.encode()).hexdigest()[:32]}",
            provider=settings.OA.oa_auth_provider_mode,
            created_at=database_now(),
        )
    elif user.deleted_at is not None:
        raise Fault(FORBIDDEN, "This account is closed.")
    elif shown and shown != user.name:
        user.name, user.updated_at = shown, database_now()
        user.save(update_fields=["name", "updated_at"])
    orgs.ensure_default_memberships(user)
    made = personal_tokens.make(user.id, token_name, abilities, None)
    trail.note(
        "auth.register.completed",
        user_id=user.id,
        created=created,
        token_name=token_name,
        email_domain=inputs.email_domain(address),
    )
    trail.note("pat.created", user_id=user.id, target=made.token.id)
    return Registered(user, created, made)


def _address(email: str) -> str:
    try:
        address = inputs.email(email)
    except inputs.Unacceptable as complaint:
        raise Fault(INVALID_REQUEST, errors={"email": [str(complaint)]}) from None
    allowed = settings.OA.oa_auth_api_signup_allowed_domains
    if allowed and inputs.email_domain(address) not in allowed:
        raise Fault(INVALID_REQUEST, errors={"email": ["is not of a domain that may register here"]})
    return address
