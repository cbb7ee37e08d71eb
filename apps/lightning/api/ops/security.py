"""Stops and credential roles: read from control, written through to it, and followed by a reconcile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from apps.lightning.api.ops.guards import Scoped, named
from apps.lightning.domain.credentials import OPS_READ, OPS_SECURITY
from apps.lightning.services.ops import security
from apps.lightning.tasks.gateway import reconcile_soon
from openagents.lightning.v1 import control_plane_pb2, operations_http_pb2
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

router = Router(tags=["security"])

StateOut = schema(control_plane_pb2.ControlPlaneSecurityStateResponse, "camel", omit_unset=True)
GateOut = schema(operations_http_pb2.SecurityGateAnswer, "camel", omit_unset=True)
PauseIn = schema(operations_http_pb2.GlobalPauseRequest, "camel", required=("active",))
StopIn = schema(operations_http_pb2.OwnerKillSwitchRequest, "camel", required=("owner_id", "active"))
RoleIn = schema(operations_http_pb2.CredentialRoleRequest, "camel")
GlobalOut = schema(control_plane_pb2.SecurityGlobalWriteResponse, "camel", omit_unset=True)
OwnerOut = schema(control_plane_pb2.SecurityOwnerControlWriteResponse, "camel", omit_unset=True)
RoleOut = schema(control_plane_pb2.SecurityCredentialRoleWriteResponse, "camel", omit_unset=True)


@router.get("/security/state", auth=Scoped(OPS_READ), response=StateOut, summary="What is stopped, and the roles")
def state(request: HttpRequest) -> HttpResponse:
    return _passed_on(StateOut, security.state())


@router.get("/security/gate", auth=Scoped(OPS_READ), response=GateOut, summary="May this paywall be served?")
def gate(
    request: HttpRequest, owner_id: str = Query("", alias="ownerId"), paywall_id: str = Query("", alias="paywallId")
) -> HttpResponse:
    if not owner_id.strip():
        raise Fault(INVALID_REQUEST, "ownerId is needed", reason_code="missing_ownerId")
    shut = security.gate(owner_id.strip(), paywall_id.strip())
    if shut is None:
        return respond(GateOut, allowed=True)
    return respond(GateOut, allowed=False, deny_reason_code=shut[0], deny_reason=shut[1])


@router.post("/security/global-pause", auth=Scoped(OPS_SECURITY), response=GlobalOut, summary="Stop or release all")
def global_pause(request: HttpRequest, body: Annotated[WireModel, PauseIn]) -> HttpResponse:
    answer = security.set_global_pause(body.active, body.reason.strip(), named(request))
    reconcile_soon("global-pause")
    return _passed_on(GlobalOut, answer)


@router.post(
    "/security/owner-kill-switch", auth=Scoped(OPS_SECURITY), response=OwnerOut, summary="Stop or release an owner"
)
def owner_kill_switch(request: HttpRequest, body: Annotated[WireModel, StopIn]) -> HttpResponse:
    answer = security.set_owner_kill_switch(body.owner_id.strip(), body.active, body.reason.strip(), named(request))
    reconcile_soon("owner-kill-switch")
    return _passed_on(OwnerOut, answer)


@router.post(
    "/security/credentials/{role}/{act}", auth=Scoped(OPS_SECURITY), response=RoleOut, summary="Rotate a credential"
)
def credential_role(request: HttpRequest, role: str, act: str, body: Annotated[WireModel, RoleIn]) -> HttpResponse:
    """`act` is rotate, activate or revoke."""
    answer = security.change_role(role, act, body.fingerprint, body.note.strip(), named(request))
    return _passed_on(RoleOut, answer)


def _passed_on(out: type[WireModel], answer: Mapping[str, Any]) -> HttpResponse:
    """Control's answer as our message: read in whatever spelling it came, written in one."""
    return respond(
        out, **{name: getattr(read, name) for read in [out.model_validate(answer)] for name in out.model_fields}
    )
