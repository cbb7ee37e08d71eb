"""The executor's door to a simulated node: `gateways.protocol.Gateway` over the embedded network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from apps.lightning.domain import simulation
from apps.lightning.domain.simulation import Asked, Effect
from apps.lightning.gateways.nodes import Pending
from apps.lightning.gateways.protocol import (
    Balances,
    Channel,
    GatewayError,
    GatewayUnclear,
    InvoiceState,
    NewInvoice,
    NodeInfo,
    OnchainEstimate,
    OnchainSent,
    OpenedChannel,
    Outcome,
    ReceiveAddress,
    SendResult,
    SettledInvoice,
    Tracked,
    TrackResult,
)
from apps.lightning.gateways.simulated import chain, faults, invoices, payments
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.models import SimFault, SimNode
from openagents.receipts.canonical import canonical_bytes

ONCHAIN_HOST = "onchain"
"""What fault rules see as the host of an on-chain payment; its amount is in msat like any other."""


class SimulatedGateway:
    """One node of a network. Several may serve the same network: they pay each other."""

    name = "simulated"
    simulated = True
    capabilities = frozenset({"bolt11", "onchain", "channels"})

    def __init__(
        self,
        network: Network,
        node: str = simulation.WALLET,
        *,
        wallet_id: str = "",
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`wallet_id` names the mock address; `wait` is how a hanging payment holds its answer back."""
        self.network = network
        self.node = node
        self.wallet_id = wallet_id or node
        self._wait = wait

    def connect(self) -> None:
        faults.check_up(self.network)
        try:
            self.network.node(self.node)
        except SimNode.DoesNotExist:
            raise GatewayError("connect_failed", f"no simulated node is called {self.node}") from None

    def info(self) -> NodeInfo:
        faults.check_up(self.network)
        payments.end_due(self.network)
        return NodeInfo(
            identity_pubkey=self.network.node(self.node).pubkey,
            balance_msats=chain.balances(self.network, self.node).local_msats,
            network=simulation.NETWORK,
            block_height=self.network.height(),
            synced=True,
        )

    def send(
        self,
        invoice: str,
        payment_hash: str,
        amount_msats: int | None,
        fee_limit_msats: int,
        timeout_s: int,
        *,
        host: str = "",
    ) -> SendResult:
        result, rule = payments.send(self.network, self.node, invoice, amount_msats, fee_limit_msats, host)
        if rule is None or rule.effect != Effect.HANG or result.outcome is not Outcome.IN_FLIGHT:
            return result
        return self._held_back(payment_hash, rule, timeout_s)

    def track(self, payment_hash: str) -> TrackResult:
        try:
            faults.check_up(self.network, payment_hash)
        except GatewayError:
            return TrackResult(Tracked.UNREACHABLE)
        return payments.track(self.network, self.node, payment_hash)

    def create_invoice(
        self, amount_msats: int, description: str, expiry_s: int, preimage: str | None = None
    ) -> NewInvoice:
        faults.check_up(self.network)
        return invoices.create(self.network, self.node, amount_msats, description, expiry_s, preimage)

    def lookup_invoice(self, payment_hash: str) -> InvoiceState | None:
        faults.check_up(self.network, payment_hash)
        payments.end_due(self.network)
        return invoices.look_up(self.network, self.node, payment_hash)

    def subscribe_settled(self, add_index: int, settle_index: int) -> Iterator[SettledInvoice]:
        faults.check_up(self.network)
        payments.end_due(self.network)
        return invoices.settled_after(self.network, self.node, settle_index)

    def receive_address(self) -> ReceiveAddress:
        faults.check_up(self.network)
        address = chain.receive_address(self.network, self.node)
        return ReceiveAddress(f"{self.wallet_id}@spark.mock", address, simulation.NETWORK)

    def estimate_onchain(self, address: str, amount_sats: int, speed: str) -> OnchainEstimate:
        faults.check_up(self.network)
        return OnchainEstimate(simulation.ONCHAIN_FEES_SATS[speed], simulation.SAT_PER_VBYTE[speed])

    def send_onchain(
        self, address: str, amount_sats: int, sat_per_vbyte: int, label: str, *, plan_id: str
    ) -> OnchainSent:
        amount = amount_sats * simulation.MSATS_PER_SAT
        rule = faults.take(self.network, Asked("", ONCHAIN_HOST, "", amount, 0))
        effect = Effect(rule.effect) if rule else None
        if effect is Effect.GATEWAY_DOWN:
            raise GatewayError("connect_failed", faults.DOWN)
        if effect in (Effect.PREPARE_FAIL, Effect.FAIL_INSUFFICIENT, Effect.FAIL_NO_ROUTE):
            raise GatewayError("send_failed", str(effect))
        if effect is Effect.DROP_BEFORE_DISPATCH:
            raise GatewayUnclear("the connection was lost")
        sent = chain.send(self.network, self.node, address, amount_sats, sat_per_vbyte, label, plan_id)
        if effect is Effect.DROP_AFTER_SETTLE:
            raise GatewayUnclear("the connection was lost")
        return sent

    def find_onchain(self, label: str) -> OnchainSent | None:
        faults.check_up(self.network)
        return chain.find(self.network, self.node, label)

    def node_balances(self) -> Balances:
        faults.check_up(self.network)
        payments.end_due(self.network)
        return chain.balances(self.network, self.node)

    def channels(self) -> list[Channel]:
        faults.check_up(self.network)
        payments.end_due(self.network)
        return chain.channels(self.network, self.node)

    def pending(self) -> Pending:
        faults.check_up(self.network)
        opening = chain.channels(self.network, self.node, "pending_open")
        closing = chain.channels(self.network, self.node, "closing")
        forced = chain.forced_closes(self.network, self.node)
        return Pending(_points(opening), _points(closing), forced)

    def opened(self, memo: str) -> OpenedChannel | None:
        faults.check_up(self.network)
        return chain.opened(self.network, self.node, memo)

    def backup(self) -> bytes:
        """The list of channels: the simulation keeps nothing else that could be lost."""
        faults.check_up(self.network)
        kept = [(channel.channel_point, channel.peer_id, channel.capacity_sats) for channel in self.channels()]
        return canonical_bytes({"node": self.node, "channels": [list(one) for one in sorted(kept)]})

    def open_channel(
        self, peer_id: str, amount_sats: int, sat_per_vbyte: int | None, private: bool, memo: str
    ) -> OpenedChannel:
        faults.check_up(self.network)
        return chain.open_channel(self.network, self.node, peer_id, amount_sats, sat_per_vbyte, private, memo)

    def close_channel(self, channel_point: str, force: bool, sat_per_vbyte: int | None) -> str:
        faults.check_up(self.network)
        payments.end_due(self.network)
        return chain.close_channel(self.network, self.node, channel_point, force, sat_per_vbyte)

    def update_policy(self, channel_point: str, base_fee_msat: int, fee_rate_ppm: int, time_lock_delta: int) -> None:
        faults.check_up(self.network)
        chain.update_policy(self.network, self.node, channel_point, base_fee_msat, fee_rate_ppm, time_lock_delta)

    def connect_peer(self, peer_id: str, host: str) -> None:
        faults.check_up(self.network)
        chain.connect_peer(self.network, self.node, peer_id, host)

    def _held_back(self, payment_hash: str, rule: SimFault, timeout_s: int) -> SendResult:
        """The node works on and answers late, or not within the time it was given. A manual clock waits for nobody."""
        if not self.network.manual_clock:
            self._wait(min(rule.value_ms / 1000, float(timeout_s)))
        known = payments.track(self.network, self.node, payment_hash)
        match known.tracked:
            case Tracked.SUCCEEDED:
                return SendResult(Outcome.SUCCEEDED, known.settled)
            case Tracked.FAILED:
                return SendResult(Outcome.FAILED, code=known.code, reason=known.reason)
            case _:
                return SendResult(Outcome.IN_FLIGHT)


def _points(channels: list[Channel]) -> tuple[str, ...]:
    return tuple(channel.channel_point for channel in channels)
