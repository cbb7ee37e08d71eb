"""`POST /internal/v1/sync/sessions/revoke`: control tells what no longer holds; 200 means durably stored."""

from __future__ import annotations

import time
from typing import Annotated

import orjson
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.khala.services import revocations
from apps.khala.services.control_bus import REVOCATION, announce
from apps.khala.services.revocations import Push, clean, clean_reason
from apps.khala.services.thread import on_node
from openagents.peers.auth import SignedPeer
from openagents.sync.v1 import http_pb2 as pb
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

TIME_MAX = 4_102_444_800
"""2100-01-01; also keeps a number out of the database that is no time."""
SEQ_MAX = 2**63 - 1

router = Router(tags=["revocation"])
RevokeIn = schema(pb.KhalaSessionRevokeRequest)
RevokeOut = schema(pb.KhalaSessionRevokeResponse)


NESTED_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {"code": {"const": "invalid_request"}, "message": {"type": "string"}},
            "required": ["code", "message"],
        }
    },
    "required": ["error"],
}
"""The one nested error of this plane: a revocation that names nothing."""
REFUSED = {
    "description": "the body is invalid, or names nothing",
    "content": {"application/json": {"schema": {"oneOf": [NESTED_ERROR, {"$ref": "#/components/schemas/Error"}]}}},
}


@router.post(
    "/internal/v1/sync/sessions/revoke",
    response={200: RevokeOut},
    auth=SignedPeer({"control", "ops"}),
    openapi_extra={"responses": {400: REFUSED}},
)
def revoke(request: HttpRequest, body: Annotated[WireModel, RevokeIn]) -> HttpResponse:
    """Store, then evict here and in every other process. A known `seq` changes nothing."""
    push = _push(body)
    if not 0 <= (push.revoked_at or 0) <= TIME_MAX or (push.seq or 0) > SEQ_MAX:
        raise Fault(INVALID_REQUEST, "revoked_at or seq is out of range")
    if not push.holds_something:
        nested = {"error": {"code": "invalid_request", "message": "nothing to revoke is named"}}
        return HttpResponse(orjson.dumps(nested), status=400, content_type="application/json")
    try:
        stored = revocations.store(push)
    except (DatabaseError, InterfaceError) as error:
        raise Fault(DEPENDENCY_UNAVAILABLE, "nothing was stored") from error
    if stored:
        announce(REVOCATION, stored[-1].id)
    evicting = on_node(lambda node: node.apply(node.book.learn(stored, polled=False)), default=0)
    return respond(
        RevokeOut,
        data={
            "revoked_session_ids": list(push.session_ids),
            "revoked_device_ids": list(push.device_ids if push.user_id else ()),
            "reason": push.reason,
            "revoked_at": push.revoked_at if push.revoked_at is not None else int(time.time()),
            "evicting": evicting,
        },
    )


def _push(body: WireModel) -> Push:
    memberships = tuple((row.user_id.strip(), row.org_id.strip()) for row in body.memberships)
    return Push(
        session_ids=clean(body.session_ids),
        device_ids=clean(body.device_ids),
        user_id=(body.user_id or "").strip() or None,
        user_ids=clean(body.user_ids),
        jtis=clean(body.jtis),
        kids=clean(body.kids),
        memberships=tuple(pair for pair in memberships if all(pair)),
        reason=clean_reason(body.reason),
        revoked_at=body.revoked_at,
        request_id=body.request_id,
        seq=body.seq,
    )
