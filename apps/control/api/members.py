"""Organisations that users make, and their members."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.control import mapping
from apps.control.api.guards import Bearer, path_id, principal_of
from apps.control.models import OrgInvite
from apps.control.services import members
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond

router = Router(tags=["orgs"])


@router.post("/orgs", auth=Bearer(), response={201: mapping.OrgCreateOut})
def create(request: HttpRequest, body: Annotated[WireModel, mapping.OrgCreateIn]) -> HttpResponse:
    """Make an organisation; its maker owns it."""
    org, held = members.create(principal_of(request), body.name, body.slug)
    data = {
        "org_id": org.id,
        "org_slug": org.slug,
        "name": org.name,
        "memberships": [mapping.membership(row) for row in held],
    }
    return respond(mapping.OrgCreateOut, 201, data=data)


@router.get("/orgs/{org_id}/members", auth=Bearer(), response={200: mapping.MembersOut})
def member_list(request: HttpRequest, org_id: str) -> HttpResponse:
    """The members of an organisation that the caller may look at."""
    rows = members.members(principal_of(request), path_id(org_id))
    return respond(mapping.MembersOut, data={"members": [mapping.member(row) for row in rows]})


@router.post("/orgs/{org_id}/members", auth=Bearer(), response={201: mapping.MemberOut})
def member_add(request: HttpRequest, org_id: str, body: Annotated[WireModel, mapping.MemberAddIn]) -> HttpResponse:
    """Add a member; an address that nobody has signed in with is invited."""
    row = members.add(principal_of(request), path_id(org_id), body.email, body.role)
    pending = isinstance(row, OrgInvite)
    member = mapping.invited(row) if isinstance(row, OrgInvite) else mapping.member(row)
    return respond(mapping.MemberOut, 201, data={"member": member, "pending": pending})


@router.patch("/orgs/{org_id}/members/{user_id}", auth=Bearer(), response={200: mapping.MemberOut})
def member_change(
    request: HttpRequest, org_id: str, user_id: str, body: Annotated[WireModel, mapping.MemberUpdateIn]
) -> HttpResponse:
    """Change a member's role or listed scopes; what is not sent stays."""
    row = members.change(
        principal_of(request),
        path_id(org_id),
        path_id(user_id),
        role=body.role,
        role_scopes=body.role_scopes if "role_scopes" in body.model_fields_set else None,
    )
    return respond(mapping.MemberOut, data={"member": mapping.member(row), "pending": False})


@router.delete("/orgs/{org_id}/members/{user_id}", auth=Bearer(), response={200: mapping.DeletedOut})
def member_remove(request: HttpRequest, org_id: str, user_id: str) -> HttpResponse:
    """End a membership."""
    members.remove(principal_of(request), path_id(org_id), path_id(user_id))
    return respond(mapping.DeletedOut, data={"deleted": True})


@router.get("/orgs/{org_id}/invites", auth=Bearer(), response={200: mapping.InvitesOut})
def invite_list(request: HttpRequest, org_id: str) -> HttpResponse:
    """The open invitations of an organisation, for those who may invite."""
    rows = members.invites(principal_of(request), path_id(org_id))
    return respond(mapping.InvitesOut, data={"invites": [mapping.invite(row) for row in rows]})


@router.delete("/orgs/{org_id}/invites/{invite_id}", auth=Bearer(), response={200: mapping.DeletedOut})
def invite_withdraw(request: HttpRequest, org_id: str, invite_id: str) -> HttpResponse:
    """Take an invitation back: the address no longer becomes a member."""
    members.withdraw(principal_of(request), path_id(org_id), path_id(invite_id))
    return respond(mapping.DeletedOut, data={"deleted": True})
