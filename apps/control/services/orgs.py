"""Memberships, default organisations, the active organisation of a session."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from apps.control.domain import inputs
from apps.control.domain.policy import Member
from apps.control.domain.scopes import DEFAULT_ROLE_SCOPES
from apps.control.models import Membership, Org, OrgInvite, OrgProviderLink, Session, User
from apps.control.services import trail
from apps.control.services.authentication import Principal
from apps.control.services.clock import database_now
from apps.control.services.settings_view import is_operator
from openagents.wire.faults import FORBIDDEN, INVALID_REQUEST, Fault


def memberships_of(user_id: str) -> list[Membership]:
    """Active memberships with their organisations, by org id."""
    found = Membership.objects.select_related("org").filter(user_id=user_id, status="active")
    return list(found.order_by("org_id"))


def member_in(principal: Principal, org_id: str | None) -> Member:
    """The caller as a member of `org_id` (default: the active organisation); role None when not one."""
    wanted = (org_id or "").strip() or principal.active_org_id
    if wanted == principal.active_org_id:
        return principal.member
    held = Membership.objects.filter(user_id=principal.user_id, org_id=wanted, status="active").first()
    return Member(
        principal.user_id,
        wanted,
        held.role if held else None,
        tuple(held.role_scopes) if held else (),
        operator=principal.member.operator,
    )


def personal_org_id(user_id: str) -> str:
    return f"user:{user_id}"


def ensure_default_memberships(user: User, provider_org_id: str | None = None) -> list[Membership]:
    """The personal organisation (default), those that the address's domain or the provider's organisation joins, and
    those that invited the address. Inside the sign-in transaction.

    A membership that was removed stays removed, because an operator's decision outlives the next sign-in, unless
    somebody invited the address since.
    """
    _join(user, personal_org_id(user.id), f"user-{user.id}", user.name, "owner", personal=True)
    joined = settings.OA.autojoin().get(inputs.email_domain(user.email))
    if joined is not None:
        org_id, role = joined
        slug = org_id.removeprefix("org:")
        _join(user, org_id, slug, slug, role, personal=False)
    link = OrgProviderLink.objects.select_related("org").filter(pk=provider_org_id).first() if provider_org_id else None
    if link is not None:
        _join(user, link.org_id, link.org.slug, link.org.name, "member", personal=False)
    _bind_invites(user)
    return memberships_of(user.id)


def place(user_id: str, org_id: str, role: str) -> Membership:
    """An active membership with the role's own scopes, new or in place of a removed one. Inside a transaction."""
    membership, _ = Membership.objects.update_or_create(
        org_id=org_id,
        user_id=user_id,
        defaults={
            "role": role,
            "role_scopes": list(DEFAULT_ROLE_SCOPES[role]),
            "status": "active",
            "created_at": database_now(),
        },
    )
    return membership


def _bind_invites(user: User) -> None:
    """Open invites of this address become memberships, in one order of rows whoever comes first."""
    open_ones = OrgInvite.objects.select_for_update().filter(email=user.email, bound_at__isnull=True)
    for invite in open_ones.order_by("org_id"):
        if not Membership.objects.filter(org_id=invite.org_id, user=user, status="active").exists():
            place(user.id, invite.org_id, invite.role)
            trail.note(
                "org.member.added", user_id=user.id, org_id=invite.org_id, role=invite.role, by=invite.invited_by
            )
        invite.bound_at = database_now()
        invite.save(update_fields=["bound_at"])


def default_org_id(memberships: list[Membership]) -> str:
    """The default membership's organisation, else the first by org id."""
    chosen = next((held for held in memberships if held.default_org), memberships[0])
    return str(chosen.org_id)


def activate(principal: Principal, org_id: str) -> list[Membership]:
    """Make `org_id` the active organisation of the caller's session.

    Raises Fault INVALID_REQUEST for a blank id, FORBIDDEN for an organisation the caller is no member of.
    """
    wanted = org_id.strip()
    if not wanted:
        raise Fault(INVALID_REQUEST, errors={"org_id": ["is required"]})
    held = memberships_of(principal.user_id)
    if all(membership.org_id != wanted for membership in held):
        raise Fault(FORBIDDEN, "Not a member of this organisation.")
    with transaction.atomic():
        # Under the lock that a removal takes: whichever comes second sees the other's work.
        place = Membership.objects.select_for_update().filter(user_id=principal.user_id, org_id=wanted)
        if not place.filter(status="active").exists():
            raise Fault(FORBIDDEN, "Not a member of this organisation.")
        Session.objects.filter(pk=principal.session_id, status="active").update(active_org_id=wanted)
        trail.note_by(principal, "auth.active_org.updated", org_id=wanted)
    return held


def members_by_pair(pairs: set[tuple[str, str]]) -> dict[tuple[str, str], Member]:
    """(user id, org id) to the active member, for the pairs that have one; one query."""
    users = {user_id for user_id, _ in pairs}
    orgs = {org_id for _, org_id in pairs}
    rows = Membership.objects.select_related("user").filter(user_id__in=users, org_id__in=orgs, status="active")
    return {
        (row.user_id, row.org_id): Member(
            row.user_id, row.org_id, row.role, tuple(row.role_scopes), operator=is_operator(row.user.email)
        )
        for row in rows
        if (row.user_id, row.org_id) in pairs
    }


def _join(user: User, org_id: str, slug: str, name: str, role: str, *, personal: bool) -> None:
    Org.objects.bulk_create([Org(id=org_id, slug=slug, name=name, personal=personal)], ignore_conflicts=True)
    membership = Membership(
        org_id=org_id, user=user, role=role, role_scopes=list(DEFAULT_ROLE_SCOPES[role]), default_org=personal
    )
    Membership.objects.bulk_create([membership], ignore_conflicts=True)
