"""Nodes as Hydra and operators see them, and the one door through which their channels are changed."""

from __future__ import annotations

from typing import Annotated, Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning import mapping_nodes
from apps.lightning.api.ops.guards import Scoped
from apps.lightning.domain.credentials import OPS_NODE, OPS_READ
from apps.lightning.services.ops import channel_operations, nodes
from apps.lightning.services.ops.channel_operations import Asker, Evidence, Order
from openagents.lightning.v1 import node_operations_pb2 as pb
from openagents.peers.signature import Caller
from openagents.wire.faults import INVALID_REQUEST, Fault
from openagents.wire.model import WireModel
from openagents.wire.ninja import respond
from openagents.wire.schema import schema

router = Router(tags=["nodes"])

NodesOut = schema(pb.LightningNodesResponse, "camel", omit_unset=True)
BalancesOut = schema(pb.NodeBalances)
HealthOut = schema(pb.ChannelHealth)
ChannelsOut = schema(pb.NodeChannels)
OperationOut = schema(pb.ChannelOperationResponse, "camel", omit_unset=True, omit_default=("operation.checks",))
RequestIn = schema(pb.ChannelOperationRequest, "camel", required=("op_id", "kind"))
ApprovalIn = schema(pb.ChannelApprovalRequest, "camel", required=("decision",))


@router.get("/nodes", auth=Scoped(OPS_READ), response=NodesOut, summary="List nodes by id")
def listing(request: HttpRequest) -> HttpResponse:
    return respond(NodesOut, nodes=[mapping_nodes.node_entry(one.node, one.snapshot) for one in nodes.listing()])


@router.get("/nodes/{node_id}/balances", auth=Scoped(OPS_READ), response=BalancesOut, summary="Funds, as last seen")
def balances(request: HttpRequest, node_id: str) -> HttpResponse:
    return respond(BalancesOut, **mapping_nodes.balances(*nodes.seen(node_id)))


@router.get(
    "/nodes/{node_id}/channel-health", auth=Scoped(OPS_READ), response=HealthOut, summary="Channels and how many work"
)
def channel_health(request: HttpRequest, node_id: str) -> HttpResponse:
    return respond(HealthOut, **mapping_nodes.channel_health(*nodes.seen(node_id)))


@router.get("/nodes/{node_id}/channels", auth=Scoped(OPS_READ), response=ChannelsOut, summary="Channels, as last seen")
def channels(request: HttpRequest, node_id: str) -> HttpResponse:
    return respond(ChannelsOut, **mapping_nodes.channels(*nodes.seen(node_id)))


@router.post(
    "/nodes/{node_id}/channel-operations",
    auth=Scoped(OPS_NODE),
    response={200: OperationOut, 202: OperationOut},
    summary="Ask for a channel operation",
)
def request_operation(request: HttpRequest, node_id: str, body: Annotated[WireModel, RequestIn]) -> HttpResponse:
    """A dry run unless `dryRun` is false. Hydra brings its pool's signatures; anybody else needs an operator's yes."""
    answer = channel_operations.request(node_id, order_of(body), asker_of(request))
    shown = mapping_nodes.operation(answer.operation, answer.checks)
    return respond(OperationOut, 202 if answer.fresh else 200, operation=shown)


@router.get(
    "/nodes/{node_id}/channel-operations/{op_id}",
    auth=Scoped(OPS_READ),
    response=OperationOut,
    summary="Read a channel operation",
)
def read_operation(request: HttpRequest, node_id: str, op_id: str) -> HttpResponse:
    return respond(OperationOut, operation=mapping_nodes.operation(channel_operations.get(node_id, op_id)))


@router.post(
    "/nodes/{node_id}/channel-operations/{op_id}/approve",
    auth=Scoped(OPS_NODE),
    response=OperationOut,
    summary="Approve or reject a channel operation",
)
def approve(request: HttpRequest, node_id: str, op_id: str, body: Annotated[WireModel, ApprovalIn]) -> HttpResponse:
    """An operator by name, who is not the requester."""
    decided = channel_operations.decide(
        node_id, op_id, body.decision, asker_of(request), reason=(body.reason or "").strip()
    )
    return respond(OperationOut, operation=mapping_nodes.operation(decided))


def asker_of(request: HttpRequest) -> Asker:
    """The caller; of an operator's call, the person too."""
    caller = cast(Caller, request.auth)  # type: ignore[attr-defined]
    person = caller.act.user_id if caller.act and caller.iss == "ops" else None
    return Asker(caller.iss, person)


def order_of(body: Any) -> Order:
    """Raises Fault INVALID_REQUEST."""
    if body.params is not None and not isinstance(body.params, dict):
        raise Fault(INVALID_REQUEST, errors={"params": ["must be an object"]})
    found = body.evidence
    return Order(
        op_id=body.op_id,
        kind=body.kind,
        params=body.params or {},
        dry_run=body.dry_run is not False,
        evidence=None
        if found is None
        else Evidence(
            found.pool_id,
            found.payload_sha256,
            tuple((approval.signer_pubkey, approval.signature_hex) for approval in found.approvals),
        ),
    )
