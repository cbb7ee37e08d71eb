"""Control of the embedded network: an outside node pays us, a block is found, something goes wrong (10.2).

Only in simulated mode with `OA_LIGHTNING_SIM_CONTROL=1`; anywhere else there is nothing here, for anybody.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Router

from apps.lightning.api.executor.envelope import answer, documented
from apps.lightning.api.executor.guards import Scoped, inspect, operation
from apps.lightning.domain import simulation
from apps.lightning.domain.credentials import ADMIN
from apps.lightning.domain.simulation import Condition, Effect
from apps.lightning.gateways.simulated import chain, control, faults, invoices, payments, store
from apps.lightning.gateways.simulated.gateway import SimulatedGateway
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.mapping_executor import accepted, emitted
from apps.lightning.models import SimChannel, SimFault, SimNode
from apps.lightning.services.executor import node
from apps.lightning.services.executor.credentials import Accepted
from apps.lightning.services.executor.refusals import invalid
from openagents.lightning.v1 import simulated_network_pb2 as pb
from openagents.wire.faults import CONFLICT, NOT_FOUND, Fault
from openagents.wire.model import WireModel

router = Router(tags=["simulation"])

Invoice = emitted(pb.SimInvoiceResult)
Paid = emitted(pb.SimPayResult)
Canceled = emitted(pb.SimCancelResult)
Nodes = emitted(pb.SimNodesResult)
Channels = emitted(pb.SimChannelsResult)
Funded = emitted(pb.SimFundResult)
Faults = emitted(pb.SimFaultsResult)
Blocks = emitted(pb.SimBlocksResult)
Clock = emitted(pb.SimClockResult)
Reset = emitted(pb.SimResetResult)
InvoiceIn = accepted(pb.SimInvoiceRequest, "node")
PayIn = accepted(pb.SimPayRequest, "node", "invoice")
CancelIn = accepted(pb.SimCancelRequest, "payment_hash")
NodeIn = accepted(pb.SimNodeRequest, "name")
FundIn = accepted(pb.SimFundRequest, "node", "amount_sats")
FaultIn = accepted(pb.SimFault, "effect")
BlocksIn = accepted(pb.SimBlocksRequest)
ClockIn = accepted(pb.SimClockRequest, "now_ms")
ResetIn = accepted(pb.SimResetRequest, "confirm")

CHANNEL = (
    *("channel_point", "channel_id", "node_a", "node_b", "capacity_msats", "a_msats", "b_msats"),
    *("pending_msats", "state", "active", "memo"),
)
RULE = (
    *("rule_id", "effect", "value_ms", "times", "rate", "payment_hash", "host"),
    *("description_prefix", "amount_msats", "nth"),
)

AMOUNT_MSATS_MAX = 2_100_000_000_000_000_000  # all the bitcoin there will be
BLOCKS_MAX = 10_000
EXPIRY_SECS_MAX = 31_536_000
FEE_LIMIT_MSATS = 1_000_000
NAME_CHARS_MAX = 64
TIMES_MAX = 10**9
TIME_MS_MAX = 2**50


class Control(Scoped):
    """An operator's scope, on an executor whose network may be turned."""

    def __init__(self) -> None:
        super().__init__(ADMIN)

    def __call__(self, request: HttpRequest) -> Accepted:
        if not (settings.OA.simulated and settings.OA.oa_lightning_sim_control):
            raise Fault(NOT_FOUND)
        return super().__call__(request)


OPERATOR = Control()


def served(message: Any, *statuses: int) -> dict[str, Any]:
    """What the routes have in common: the caller, the answer, and refusals beside those of every route."""
    return {"auth": OPERATOR, "response": {200: emitted(message)}, "openapi_extra": documented(*statuses)}


def simulated() -> SimulatedGateway:
    """Our node of the network. Raises Fault NOT_FOUND when the executor speaks to something else."""
    gateway = node.gateway()
    if not isinstance(gateway, SimulatedGateway):
        raise Fault(NOT_FOUND)
    return gateway


def network() -> Network:
    return simulated().network


def named(name: str, where: Network) -> str:
    """The name of a node that exists. Raises Fault INVALID_REQUEST."""
    if not SimNode.objects.filter(network_id=where.name, name=name).exists():
        raise invalid("is no node of this network", "node")
    return name


def within(value: int | None, least: int, most: int, field: str, default: int = 0) -> int:
    """Raises Fault INVALID_REQUEST outside the bounds."""
    if value is None:
        return default
    if not least <= value <= most:
        raise invalid(f"must be {least} to {most}", field)
    return value


@router.post("/sim/invoices", **served(pb.SimInvoiceResponse, 409, 413))
@operation("sim-invoices", writes=True)
def make_invoice(request: HttpRequest, body: Annotated[WireModel, InvoiceIn]) -> HttpResponse:
    """An invoice of any node of the network; without an amount the payer chooses."""
    inspect(request, body)
    where = network()
    amount = within(body.amount_msats, 1, AMOUNT_MSATS_MAX, "amountMsats") or None
    expiry = within(body.expiry_secs, 1, EXPIRY_SECS_MAX, "expirySecs", 3600)
    description = body.description or ""
    if len(description.encode()) > invoices.DESCRIPTION_BYTES_MAX:
        raise invalid("is too long", "description")
    made = invoices.create(where, named(body.node, where), amount, description, expiry)
    return answer(
        request,
        Invoice(
            invoice=made.invoice,
            payment_hash=made.payment_hash,
            created_at_ms=made.created_at_ms,
            expires_at_ms=made.expires_at_ms,
        ),
    )


@router.post("/sim/pay", **served(pb.SimPayResponse, 413))
@operation("sim-pay", writes=True)
def pay(request: HttpRequest, body: Annotated[WireModel, PayIn]) -> HttpResponse:
    """An outside node pays. Our own pays through `/pay-bolt11` only."""
    inspect(request, body)
    ours = simulated()
    payer = named(body.node, ours.network)
    if payer == ours.node:
        raise invalid("our own node pays through /pay-bolt11", "node")
    limit = within(body.fee_limit_msats, 0, AMOUNT_MSATS_MAX, "feeLimitMsats", FEE_LIMIT_MSATS)
    amount = within(body.amount_msats, 1, AMOUNT_MSATS_MAX, "amountMsats") or None
    sent, _ = payments.send(ours.network, payer, body.invoice, amount, limit, "")
    facts: dict[str, Any] = {"outcome": sent.outcome.value, "code": sent.code or None, "reason": sent.reason or None}
    if sent.settled is not None:
        facts |= {
            "preimage_hex": sent.settled.preimage,
            "fee_msats": sent.settled.fee_msats,
            "paid_at_ms": sent.settled.paid_at_ms,
        }
    return answer(request, Paid(**facts))


@router.post("/sim/invoices/cancel", **served(pb.SimCancelResponse, 413))
@operation("sim-cancel", writes=True)
def cancel(request: HttpRequest, body: Annotated[WireModel, CancelIn]) -> HttpResponse:
    """Withdraw an invoice that nobody is paying."""
    inspect(request, body)
    return answer(request, Canceled(canceled=invoices.cancel(network(), body.payment_hash)))


@router.get("/sim/nodes", **served(pb.SimNodesResponse))
@operation("sim-nodes")
def nodes(request: HttpRequest) -> HttpResponse:
    """Every node with its balances."""
    where = network()
    payments.end_due(where)
    return answer(request, Nodes(nodes=[_node(where, row) for row in _rows(where)]))


def _rows(where: Network) -> list[SimNode]:
    return list(SimNode.objects.filter(network_id=where.name).order_by("name"))


def _node(where: Network, row: SimNode) -> dict[str, Any]:
    found = chain.balances(where, row.name)
    return {
        "name": row.name,
        "pubkey": row.pubkey,
        "confirmed_sats": found.onchain_confirmed_sats,
        "unconfirmed_sats": found.onchain_unconfirmed_sats,
        "local_msats": found.local_msats,
        "remote_msats": found.remote_msats,
        "unsettled_msats": found.unsettled_msats,
        "address": chain.receive_address(where, row.name),
    }


@router.post("/sim/nodes", **served(pb.SimNodesResponse, 413))
@operation("sim-nodes-add", writes=True)
def add_node(request: HttpRequest, body: Annotated[WireModel, NodeIn]) -> HttpResponse:
    """A further wallet, without money or channels; the one of this name if there is one."""
    inspect(request, body)
    if not body.name.isidentifier() or len(body.name) > NAME_CHARS_MAX:
        raise invalid("must be a short word", "name")
    where = network()
    return answer(request, Nodes(nodes=[_node(where, store.add_node(where, body.name))]))


@router.get("/sim/channels", **served(pb.SimChannelsResponse))
@operation("sim-channels")
def channels(request: HttpRequest) -> HttpResponse:
    """Every channel with both sides."""
    where = network()
    payments.end_due(where)
    found = SimChannel.objects.filter(network_id=where.name).order_by("number")
    return answer(request, Channels(channels=[{name: getattr(row, name) for name in CHANNEL} for row in found]))


@router.post("/sim/fund", **served(pb.SimFundResponse, 413))
@operation("sim-fund", writes=True)
def fund(request: HttpRequest, body: Annotated[WireModel, FundIn]) -> HttpResponse:
    """Coins from nowhere, on-chain or as a new open channel."""
    inspect(request, body)
    where = network()
    name = named(body.node, where)
    amount = within(body.amount_sats, 1, AMOUNT_MSATS_MAX // 1000, "amountSats")
    if not body.peer:
        return answer(request, Funded(txid=chain.fund(where, name, amount)))
    peer = named(body.peer, where)
    if peer == name:
        raise invalid("must be another node", "peer")
    theirs = within(body.peer_sats, 0, AMOUNT_MSATS_MAX // 1000, "peerSats")
    unit = simulation.MSATS_PER_SAT
    made = store.add_channel(where, name, peer, amount * unit, theirs * unit)
    return answer(request, Funded(channel_point=made.channel_point))


@router.get("/sim/faults", **served(pb.SimFaultsResponse))
@operation("sim-faults")
def list_faults(request: HttpRequest) -> HttpResponse:
    """The rules, used up ones included."""
    return _faults(request, network())


@router.post("/sim/faults", **served(pb.SimFaultsResponse, 413))
@operation("sim-faults-add", writes=True)
def add_fault(request: HttpRequest, body: Annotated[WireModel, FaultIn]) -> HttpResponse:
    """A further rule; answers with all of them. The one body here that may hold a fraction: its rate."""
    try:
        effect = Effect(body.effect)
    except ValueError:
        raise invalid(f"must be one of {', '.join(Effect)}", "effect") from None
    if body.rate is not None and not 0 <= body.rate <= 1:
        raise invalid("must be 0 to 1", "rate")
    where = network()
    condition = Condition(
        payment_hash=body.payment_hash,
        host=body.host,
        description_prefix=body.description_prefix,
        amount_msats=within(body.amount_msats, 1, AMOUNT_MSATS_MAX, "amountMsats") or None,
        nth=within(body.nth, 1, TIMES_MAX, "nth") or None,
    )
    times = within(body.times, 1, TIMES_MAX, "times", 1)
    faults.add(
        where, condition, effect, value_ms=within(body.value_ms, 0, TIME_MS_MAX, "valueMs"), times=times, rate=body.rate
    )
    return _faults(request, where)


@router.delete("/sim/faults", **served(pb.SimFaultsResponse))
@operation("sim-faults-clear", writes=True)
def clear_faults(request: HttpRequest) -> HttpResponse:
    """No rules any more."""
    where = network()
    SimFault.objects.filter(network_id=where.name).delete()
    return _faults(request, where)


def _faults(request: HttpRequest, where: Network) -> HttpResponse:
    found = SimFault.objects.filter(network_id=where.name).order_by("rule_id")
    return answer(request, Faults(faults=[{name: getattr(rule, name) for name in RULE} for rule in found]))


@router.post("/sim/blocks", **served(pb.SimBlocksResponse, 413))
@operation("sim-blocks", writes=True)
def blocks(request: HttpRequest, body: Annotated[WireModel, BlocksIn]) -> HttpResponse:
    """Mine: transactions confirm, channels open and close."""
    inspect(request, body)
    count = within(body.count, 1, BLOCKS_MAX, "count", 1)
    return answer(request, Blocks(block_height=chain.mine(network(), count)))


@router.post("/sim/clock", **served(pb.SimClockResponse, 409, 413))
@operation("sim-clock", writes=True)
def clock(request: HttpRequest, body: Annotated[WireModel, ClockIn]) -> HttpResponse:
    """Set the clock, if it is a manual one."""
    inspect(request, body)
    now_ms = within(body.now_ms, 0, TIME_MS_MAX, "nowMs")
    try:
        return answer(request, Clock(now_ms=control.set_clock(network(), now_ms)))
    except control.NotManual:
        raise Fault(CONFLICT, "the clock of this network is not manual") from None


@router.post("/sim/reset", **served(pb.SimResetResponse, 413))
@operation("sim-reset", writes=True)
def reset(request: HttpRequest, body: Annotated[WireModel, ResetIn]) -> HttpResponse:
    """The default topology again, with full balances."""
    inspect(request, body)
    if body.confirm != "reset":
        raise invalid("must be the word reset", "confirm")
    control.reset(network())
    return answer(request, Reset(reset=True))
