"""Organisations of the caller, and policy questions."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.control import mapping
from apps.control.api.guards import Bearer, principal_of
from apps.control.services import orgs, policy
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond

router = Router(tags=["orgs"])


@router.get("/orgs/memberships", auth=Bearer("org.read"), response={200: mapping.MembershipsOut})
def memberships(request: HttpRequest) -> HttpResponse:
    """The caller's memberships and active organisation."""
    principal = principal_of(request)
    held = orgs.memberships_of(principal.user_id)
    return respond(
        mapping.MembershipsOut,
        data={
            "active_org_id": principal.active_org_id,
            "memberships": [mapping.membership(row) for row in held],
        },
    )


@router.post("/orgs/active", auth=Bearer(), response={200: mapping.ActiveOrgOut})
def activate(request: HttpRequest, body: Annotated[WireModel, mapping.ActiveOrgIn]) -> HttpResponse:
    """Choose the organisation that the session acts in."""
    held = orgs.activate(principal_of(request), body.org_id)
    return respond(
        mapping.ActiveOrgOut,
        ok=True,
        active_org_id=body.org_id.strip(),
        memberships=[mapping.membership(row) for row in held],
    )


@router.post("/policy/authorize", auth=Bearer("policy.evaluate"), response={200: mapping.PolicyOut})
def authorize(request: HttpRequest, body: Annotated[WireModel, mapping.PolicyIn]) -> HttpResponse:
    """Whether the caller may use scopes and topics; a denial is a decision, too."""
    verdict = policy.authorize(principal_of(request), body.org_id, body.required_scopes, body.requested_topics)
    return respond(mapping.PolicyOut, data=mapping.decision(verdict))
