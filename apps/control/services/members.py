"""Organisations made by users, and who belongs to them in which role (3.3).

Writers take the organisation's row first, so that the count of owners and the actor's own role hold still; then the
membership, the sessions, the issued tokens, last the feed. The organisation's lock leaves foreign keys alone: a
sign-in that joins it holds its user's row and must not wait.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from apps.control.domain import inputs, membership
from apps.control.domain.policy import Member
from apps.control.domain.scopes import DEFAULT_ROLE_SCOPES, ROLES
from apps.control.models import Membership, Org, OrgInvite, Session, User
from apps.control.services import orgs, propagation, revocations, trail
from apps.control.services.authentication import Principal
from apps.control.services.clock import database_now
from openagents.wire.faults import CONFLICT, FORBIDDEN, INVALID_REQUEST, INVALID_SCOPE, NOT_FOUND, Fault

READ = "org.membership.read"
WRITE = "org.membership.write"
MEMBERS_SHOWN_MAX = 1000
INVITE_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
LOST = "admin_revoked"
"""Reason of the revocation that follows a removal or a downgrade."""


def create(principal: Principal, name: str, slug: str) -> tuple[Org, list[Membership]]:
    """A new organisation with the caller as its owner, and all memberships of the caller.

    Raises Fault INVALID_REQUEST (`name`, `slug`), CONFLICT for a slug that is taken or reserved.
    """
    named = _checked("name", membership.org_name, name)
    short = _checked("slug", membership.org_slug, slug)
    org_id = f"org:{short}"
    if short in membership.RESERVED_SLUGS or org_id in {joined for joined, _ in settings.OA.autojoin().values()}:
        raise Fault(CONFLICT, "This slug is reserved.")
    try:
        with transaction.atomic():
            org = Org.objects.create(id=org_id, slug=short, name=named, personal=False)
            orgs.place(principal.user_id, org_id, "owner")
            trail.note_by(principal, "org.created", org_id=org_id, slug=short)
    except IntegrityError:
        raise Fault(CONFLICT, "This slug is taken.") from None
    return org, orgs.memberships_of(principal.user_id)


def members(principal: Principal, org_id: str) -> list[Membership]:
    """Active members with their users, longest first, at most 1000. Raises Fault FORBIDDEN."""
    _actor(principal, org_id, READ)
    found = Membership.objects.select_related("user").filter(org_id=org_id, status="active")
    return list(found.order_by("created_at", "pk")[:MEMBERS_SHOWN_MAX])


def add(principal: Principal, org_id: str, email: str, role: str) -> Membership | OrgInvite:
    """A member at once, where the address is known, else an invite that its next sign-in binds.

    Raises Fault INVALID_REQUEST (`email`, `role`), FORBIDDEN, CONFLICT (member or invited already, personal
    organisation).
    """
    address = _checked("email", inputs.email, email)
    _check_role(role)
    try:
        with transaction.atomic():
            actor = _lock(principal, org_id)
            _demand(membership.may_touch(actor.role, role))
            user = User.objects.filter(email=address, deleted_at__isnull=True).first()
            if user is None:
                invite = OrgInvite.objects.create(org_id=org_id, email=address, role=role, invited_by=principal.user_id)
                trail.note_by(principal, "org.member.added", org_id=org_id, role=role, pending=True)
                return invite
            held = Membership.objects.select_for_update().filter(org_id=org_id, user=user).first()
            if held is not None and held.status == "active":
                raise Fault(CONFLICT, "This address is a member already.")
            added = orgs.place(user.id, org_id, role)
            added.user = user
            trail.note_by(principal, "org.member.added", org_id=org_id, target=user.id, role=role, pending=False)
            return added
    except IntegrityError:
        raise Fault(CONFLICT, "This address is invited already.") from None


def invites(principal: Principal, org_id: str) -> list[OrgInvite]:
    """Open invitations, oldest first, at most 1000, for whoever may invite. Raises Fault FORBIDDEN."""
    _actor(principal, org_id, WRITE)
    found = OrgInvite.objects.filter(org_id=org_id, bound_at__isnull=True)
    return list(found.order_by("created_at", "pk")[:MEMBERS_SHOWN_MAX])


def withdraw(principal: Principal, org_id: str, invite_id: str) -> None:
    """Take an open invitation back. Raises Fault FORBIDDEN, NOT_FOUND: unknown, elsewhere, bound or withdrawn."""
    if not INVITE_ID.fullmatch(invite_id):
        raise Fault(NOT_FOUND)
    with transaction.atomic():
        actor = _lock(principal, org_id)
        open_ones = OrgInvite.objects.select_for_update().filter(org_id=org_id, bound_at__isnull=True)
        invite = open_ones.filter(pk=int(invite_id)).first()
        if invite is None:
            raise Fault(NOT_FOUND)
        _demand(membership.may_touch(actor.role, invite.role))
        invite.delete()
        trail.note_by(principal, "org.invite.withdrawn", org_id=org_id, role=invite.role)


def change(
    principal: Principal, org_id: str, user_id: str, *, role: str | None, role_scopes: Sequence[str] | None
) -> Membership:
    """Another role or, for owners, other listed scopes; None leaves alone. A new role brings its own scopes.

    What takes something away ends the member's access to the organisation as it was. Raises Fault INVALID_REQUEST
    for no change at all, INVALID_SCOPE (`role_scopes`), FORBIDDEN, NOT_FOUND, CONFLICT (last owner, personal
    organisation, former member).
    """
    if role is None and role_scopes is None:
        raise Fault(INVALID_REQUEST, errors={"role": ["give role, role_scopes or both"]})
    if role is not None:
        _check_role(role)
    listed = None if role_scopes is None else _listable(role_scopes)
    with transaction.atomic():
        actor = _lock(principal, org_id)
        _demand(listed is None or actor.role == "owner")
        target = _lock_target(org_id, user_id)
        new_role = role or target.role
        _demand(membership.may_touch(actor.role, target.role, new_role))
        new_scopes = listed
        if new_scopes is None:
            new_scopes = target.role_scopes if new_role == target.role else list(DEFAULT_ROLE_SCOPES[new_role])
        if new_role != "owner":
            _keep_an_owner(target)
        lost = membership.takes_away(target.role, target.role_scopes, new_role, new_scopes)
        target.role, target.role_scopes = new_role, new_scopes
        target.save(update_fields=["role", "role_scopes"])
        trail.note_by(principal, "org.member.updated", org_id=org_id, target=user_id, role=new_role, downgrade=lost)
        seq = _end_access(target, database_now()) if lost else None
    propagation.deliver(seq)
    return target


def remove(principal: Principal, org_id: str, user_id: str) -> None:
    """End a membership.

    Raises Fault FORBIDDEN, NOT_FOUND, CONFLICT (last owner, personal organisation, former member).
    """
    with transaction.atomic():
        actor = _lock(principal, org_id)
        target = _lock_target(org_id, user_id)
        _demand(membership.may_touch(actor.role, target.role))
        _keep_an_owner(target)
        target.status = "removed"
        target.save(update_fields=["status"])
        trail.note_by(principal, "org.member.removed", org_id=org_id, target=user_id)
        seq = _end_access(target, database_now())
    propagation.deliver(seq)


def _end_access(target: Membership, now: datetime) -> int:
    """Sessions leave the organisation, tokens for it end, Khala is told. The row of the feed."""
    target.revoked_at = now
    target.save(update_fields=["revoked_at"])
    inside = revocations.lock_sessions(
        user_id=target.user_id, active_org_id=target.org_id, status__in=["active", "reauth_required"]
    )
    default = orgs.default_org_id(orgs.memberships_of(target.user_id))
    Session.objects.filter(pk__in=[session.pk for session in inside]).update(active_org_id=default)
    jtis = revocations.revoke_issued(now, user_id=target.user_id, org_id=target.org_id)
    return revocations.announce(
        user_id=target.user_id,
        session_ids=[],
        device_ids=[],
        jtis=jtis,
        memberships=[{"user_id": target.user_id, "org_id": target.org_id}],
        reason=LOST,
        revoked_at=now,
    )


def _actor(principal: Principal, org_id: str, scope: str) -> Member:
    """The caller as a member of this organisation, as of now. Raises Fault FORBIDDEN, also for an unknown one."""
    held = Membership.objects.filter(user_id=principal.user_id, org_id=org_id, status="active").first()
    actor = Member(principal.user_id, org_id, held.role if held else None, tuple(held.role_scopes) if held else ())
    _demand(actor.holds(scope))
    return actor


def _lock(principal: Principal, org_id: str) -> Member:
    org = Org.objects.select_for_update(no_key=True).filter(pk=org_id).first()
    actor = _actor(principal, org_id, WRITE)
    if org is None or org.personal:
        raise Fault(CONFLICT, "A personal organisation has one member for ever.")
    return actor


def _lock_target(org_id: str, user_id: str) -> Membership:
    found = Membership.objects.select_for_update(of=("self",)).select_related("user")
    target = found.filter(org_id=org_id, user_id=user_id).first()
    if target is None:
        raise Fault(NOT_FOUND)
    if target.status != "active":
        raise Fault(CONFLICT, "This user is no member any more.")
    return target


def _keep_an_owner(target: Membership) -> None:
    """Raise Fault CONFLICT if the target is the only owner there is. Under the organisation's lock."""
    if target.role != "owner":
        return
    others = Membership.objects.filter(org_id=target.org_id, role="owner", status="active").exclude(pk=target.pk)
    if not others.exists():
        raise Fault(CONFLICT, "An organisation keeps at least one owner.", reason_code="last_owner")


def _listable(names: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(name.strip() for name in names))
    if len(found) > membership.ROLE_SCOPES_MAX:
        raise Fault(INVALID_REQUEST, errors={"role_scopes": [f"names more than {membership.ROLE_SCOPES_MAX}"]})
    unknown = [name for name in found if not membership.is_listable(name)]
    if unknown:
        raise Fault(INVALID_SCOPE, errors={"role_scopes": ["has a scope that no organisation can give"]})
    return found


def _checked(field: str, rule: Callable[[str], str], text: str) -> str:
    try:
        return rule(text)
    except inputs.Unacceptable as complaint:
        raise Fault(INVALID_REQUEST, errors={field: [str(complaint)]}) from None


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Fault(INVALID_REQUEST, errors={"role": ["must be owner, admin, member or viewer"]})


def _demand(allowed: bool) -> None:
    if not allowed:
        raise Fault(FORBIDDEN)
