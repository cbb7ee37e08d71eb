"""The internal lane: what other planes ask of control, signed, in the flat envelope."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.control import mapping
from apps.control.services import introspection, revocations
from openagents.peers.auth import SignedPeer
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond

FEED_PAGE = 200

router = Router(tags=["internal"])


@router.get("/revocations", auth=SignedPeer({"khala", "runtime", "ops"}), response={200: mapping.FeedOut})
def feed(
    request: HttpRequest,
    after_seq: int = Query(0, ge=0, lt=2**63),
    limit: int = Query(FEED_PAGE, ge=1, le=revocations.FEED_LIMIT_MAX),
) -> HttpResponse:
    """Revocations after a number, ascending and gap-free: what a missed push left out."""
    rows, latest = revocations.feed(after_seq, limit)
    return respond(
        mapping.FeedOut, data={"revocations": [mapping.revocation(row) for row in rows], "latest_seq": latest}
    )


@router.post(
    "/sessions/introspect",
    auth=SignedPeer({"khala", "runtime", "hydra", "aegis", "ops"}),
    response={200: mapping.IntrospectOut},
)
def introspect(request: HttpRequest, body: Annotated[WireModel, mapping.IntrospectIn]) -> HttpResponse:
    """Whether a credential is good, and whose it is."""
    found = introspection.introspect(
        access_token=body.access_token, session_id=body.session_id, jti=body.jti, user_id=body.user_id
    )
    data: dict[str, Any] = {
        "active": found.active,
        "reason": found.reason,
        "session": None,
        "memberships": [mapping.membership(row) for row in found.memberships],
        "roles": list(found.roles),
        "abilities": [] if found.token is None else found.token.abilities,
    }
    if found.session is not None:
        data["session"] = mapping.auth_session(found.session, found.memberships)
    elif found.token is not None:
        data["session"] = mapping.personal_session(found.token, found.active_org_id, found.memberships)
    return respond(mapping.IntrospectOut, data=data)


@router.post("/sync/introspect", auth=SignedPeer({"khala", "ops"}), response={200: mapping.SyncIntrospectOut})
def sync_introspect(request: HttpRequest, body: Annotated[WireModel, mapping.SyncIntrospectIn]) -> HttpResponse:
    """Whether connections may go on, in the order asked. A read: nothing changes."""
    questions = [
        introspection.Question(item.session_id, item.device_id, item.user_id, item.org_id) for item in body.items
    ]
    answers = introspection.introspect_connections(questions)
    items = [
        {"active": row.active, "reason": row.reason, "org_active": row.org_active, "scopes": row.scopes}
        for row in answers
    ]
    return respond(mapping.SyncIntrospectOut, data={"items": items})
