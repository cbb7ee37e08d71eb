"""The door through which lightning ops reaches a simulated node, whose tables are closed to it (19).

Only in simulated mode, only for ops and operators; anywhere else there is nothing here.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning.api.executor.envelope import answer, documented
from apps.lightning.api.executor.guards import Scoped, inspect, operation
from apps.lightning.api.executor.sim import simulated
from apps.lightning.domain.credentials import READ
from apps.lightning.gateways.protocol import GatewayError, OpenedChannel
from apps.lightning.gateways.simulated.gateway import SimulatedGateway
from apps.lightning.mapping_executor import accepted, emitted
from apps.lightning.models import SimNode
from apps.lightning.services.executor.credentials import Accepted
from apps.lightning.services.executor.refusals import FORBIDDEN_SCOPE, fault, invalid
from openagents.lightning.v1 import simulated_network_pb2 as pb
from openagents.wire.faults import NOT_FOUND, Fault
from openagents.wire.model import WireModel

router = Router(tags=["simulation"])

NodeView = emitted(pb.SimDoorNode)
Opened = emitted(pb.SimDoorOpened)
Closed = emitted(pb.SimDoorClosed)
Done = emitted(pb.SimDoorDone)
OpenIn = accepted(pb.SimDoorOpenRequest, "peer_id", "amount_sats", "memo")
CloseIn = accepted(pb.SimDoorCloseRequest, "channel_point")
PolicyIn = accepted(pb.SimDoorPolicyRequest, "channel_point")
ConnectIn = accepted(pb.SimDoorConnectRequest, "peer_id", "host")

CALLERS = frozenset({"lightning", "ops"})
CHANNEL_FIELDS = (
    "channel_point",
    "channel_id",
    "peer_id",
    "active",
    "capacity_sats",
    "local_sats",
    "remote_sats",
)


class Door(Scoped):
    """Lightning ops, and operators."""

    def __init__(self) -> None:
        super().__init__(READ)

    def __call__(self, request: HttpRequest) -> Accepted:
        if not settings.OA.simulated:
            raise Fault(NOT_FOUND)
        caller = super().__call__(request)
        if caller.caller not in CALLERS and settings.OA.oa_lightning_auth_mode != "disabled":
            raise Fault(FORBIDDEN_SCOPE)
        return caller


OPS = Door()


def at(name: str) -> SimulatedGateway:
    """The node of this name. Raises Fault NOT_FOUND."""
    ours = simulated()
    if "\x00" in name or not SimNode.objects.filter(network_id=ours.network.name, name=name).exists():
        raise Fault(NOT_FOUND)
    return SimulatedGateway(ours.network, name)


@contextmanager
def asking() -> Iterator[None]:
    """Say a gateway's refusal in the lane's words: nothing happened."""
    try:
        yield
    except GatewayError as error:
        raise fault(error.code, reason=error.reason) from None


def served(message: Any, *statuses: int) -> dict[str, Any]:
    """What the routes have in common."""
    return {"auth": OPS, "response": {200: emitted(message)}, "openapi_extra": documented(502, *statuses)}


@router.get("/sim/node/{name}", **served(pb.SimDoorNodeResponse))
@operation("sim-node")
def read(request: HttpRequest, name: str) -> HttpResponse:
    """The node, its balances, channels and backup, in one look."""
    with asking():
        door = at(name)
        info, balances, pending, held = door.info(), door.node_balances(), door.pending(), door.channels()
        backup = door.backup()
    return answer(
        request,
        NodeView(
            identity_pubkey=info.identity_pubkey,
            balance_msats=info.balance_msats,
            network=info.network,
            block_height=info.block_height,
            synced=info.synced,
            onchain_confirmed_sats=balances.onchain_confirmed_sats,
            onchain_unconfirmed_sats=balances.onchain_unconfirmed_sats,
            local_msats=balances.local_msats,
            remote_msats=balances.remote_msats,
            unsettled_msats=balances.unsettled_msats,
            channels=[{field: getattr(one, field) for field in CHANNEL_FIELDS} for one in held],
            pending_opening=list(pending.opening),
            pending_closing=list(pending.closing),
            pending_forced=pending.forced,
            backup=base64.b64encode(backup).decode("ascii"),
        ),
    )


@router.get("/sim/node/{name}/opened", **served(pb.SimDoorOpenedResponse))
@operation("sim-node-opened")
def opened(request: HttpRequest, name: str, memo: str) -> HttpResponse:
    """The channel that was opened with a memo."""
    if "\x00" in memo:
        raise invalid("must be text", "memo")
    with asking():
        found = at(name).opened(memo)
    return answer(request, _channel(found))


def _channel(found: OpenedChannel | None) -> WireModel:
    if found is None:
        return Opened()
    return Opened(funding_txid=found.funding_txid, output_index=found.output_index)


@router.post("/sim/node/{name}/open", **served(pb.SimDoorOpenedResponse, 413))
@operation("sim-node-open", writes=True)
def open_channel(request: HttpRequest, name: str, body: Annotated[WireModel, OpenIn]) -> HttpResponse:
    """Fund a channel; it is open after a block."""
    inspect(request, body)
    with asking():
        made = at(name).open_channel(
            body.peer_id, body.amount_sats, body.sat_per_vbyte or None, bool(body.private), body.memo
        )
    return answer(request, _channel(made))


@router.post("/sim/node/{name}/close", **served(pb.SimDoorClosedResponse, 413))
@operation("sim-node-close", writes=True)
def close_channel(request: HttpRequest, name: str, body: Annotated[WireModel, CloseIn]) -> HttpResponse:
    """Close a channel; its coins come back with a block."""
    inspect(request, body)
    with asking():
        txid = at(name).close_channel(body.channel_point, bool(body.force), body.sat_per_vbyte or None)
    return answer(request, Closed(txid=txid))


@router.post("/sim/node/{name}/policy", **served(pb.SimDoorDoneResponse, 413))
@operation("sim-node-policy", writes=True)
def update_policy(request: HttpRequest, name: str, body: Annotated[WireModel, PolicyIn]) -> HttpResponse:
    """What the node asks for forwarding over a channel."""
    inspect(request, body)
    with asking():
        at(name).update_policy(body.channel_point, body.base_fee_msat, body.fee_rate_ppm, body.time_lock_delta)
    return answer(request, Done(done=True))


@router.post("/sim/node/{name}/connect", **served(pb.SimDoorDoneResponse, 413))
@operation("sim-node-connect", writes=True)
def connect(request: HttpRequest, name: str, body: Annotated[WireModel, ConnectIn]) -> HttpResponse:
    """Connect to a peer."""
    inspect(request, body)
    with asking():
        at(name).connect_peer(body.peer_id, body.host)
    return answer(request, Done(done=True))
