"""Simulated networks for tests: each test its own, so that nobody else's payments are in the sums."""

from __future__ import annotations

import os
from typing import Any

from django.db.models import Sum

from apps.lightning.domain.simulation import MSATS_PER_SAT
from apps.lightning.gateways.simulated.gateway import SimulatedGateway
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.models import SimChannel, SimNetwork, SimNode, SimPayment, SimTx
from openagents.receipts.ids import new_id

FEE_LIMIT = 10_000


def make_network(seed: bytes | None = None, *, manual_clock: bool = True, name: str = "") -> Network:
    """A network of its own with the default topology."""
    return Network.open(
        environment="test",
        name=name or new_id("net"),
        seed=seed or os.urandom(32),
        manual_clock=manual_clock,
    )


def gateway(network: Network, node: str = "wallet", **options: Any) -> SimulatedGateway:
    return SimulatedGateway(network, node, **options)


def advance(network: Network, milliseconds: int) -> None:
    """Move a manual clock."""
    row = SimNetwork.objects.get(name=network.name)
    SimNetwork.objects.filter(name=network.name).update(now_ms=row.now_ms + milliseconds)


def coins(network: Network) -> int:
    """All sats of the network wherever they are: on nodes, in channels, with miners, and sent away."""
    nodes = SimNode.objects.filter(network_id=network.name).aggregate(
        confirmed=Sum("confirmed_sats"), unconfirmed=Sum("unconfirmed_sats")
    )
    in_channels = SimChannel.objects.filter(network_id=network.name, state__in=["pending_open", "open"]).aggregate(
        total=Sum("capacity_msats")
    )
    spent = SimTx.objects.filter(network_id=network.name).exclude(kind="fund")
    fees = spent.aggregate(total=Sum("fee_sats"))["total"] or 0
    away = sum(tx.amount_sats - sum(tx.outputs.values()) for tx in spent.filter(kind="send"))
    return nodes["confirmed"] + nodes["unconfirmed"] + (in_channels["total"] or 0) // MSATS_PER_SAT + fees + away


def funded(network: Network) -> int:
    return int(SimNetwork.objects.get(name=network.name).funded_sats)


def assert_conserved(network: Network) -> None:
    """Nothing appeared or vanished: coins on the chain, millisatoshis in channels, no side below zero."""
    assert coins(network) == funded(network)
    for channel in SimChannel.objects.filter(network_id=network.name, state__in=["pending_open", "open"]):
        assert min(channel.a_msats, channel.b_msats, channel.pending_msats) >= 0
        assert channel.a_msats + channel.b_msats + channel.pending_msats == channel.capacity_msats
    flows: dict[str, int] = {}
    for payment in SimPayment.objects.filter(network_id=network.name, state="succeeded"):
        flows[payment.node] = flows.get(payment.node, 0) - payment.amount_msats - payment.fee_msats
        flows[payment.payee] = flows.get(payment.payee, 0) + payment.amount_msats
        for (_, _, forwarder, received), (_, _, _, passed_on) in zip(payment.route, payment.route[1:], strict=False):
            flows[forwarder] = flows.get(forwarder, 0) + received - passed_on
    assert sum(flows.values()) == 0
