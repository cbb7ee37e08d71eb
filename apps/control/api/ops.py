"""The operations lane: what an operator's signed call changes at run time."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.control import mapping
from apps.control.services import maintenance
from openagents.peers.auth import SignedPeer
from openagents.peers.signature import Caller
from openagents.wire.faults import FORBIDDEN, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond

OPERATOR = "operator"

router = Router(tags=["ops"])


@router.post("/maintenance", auth=SignedPeer({"ops"}), response={200: mapping.MaintenanceOut})
def switch(request: HttpRequest, body: Annotated[WireModel, mapping.MaintenanceIn]) -> HttpResponse:
    """Switch maintenance on or off; the operator's word holds against the configuration."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    if caller.act is not None and OPERATOR not in caller.act.roles:
        raise Fault(FORBIDDEN)
    by = caller.act.user_id if caller.act is not None and caller.act.user_id else caller.iss
    row = maintenance.switch(enabled=body.enabled, reason=body.reason, until=body.until, changed_by=by)
    return respond(mapping.MaintenanceOut, data=mapping.maintenance(row))
