"""The simulated chain: coins, transactions, blocks, and channels that open and close on it."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F, Q, QuerySet

from apps.lightning.domain import simulation
from apps.lightning.domain.simulation import MSATS_PER_SAT
from apps.lightning.gateways.protocol import Balances, Channel, GatewayError, OnchainSent, OpenedChannel
from apps.lightning.gateways.simulated.store import Network, channel_id
from apps.lightning.models import SimChannel, SimNetwork, SimNode, SimPayment, SimTx

REFUSED = "send_failed"
ADDRESSES_MAX = 10_000  # used ones of a node that are still recognised


def send(
    network: Network, node: str, address: str, amount_sats: int, sat_per_vbyte: int, label: str, plan_id: str
) -> OnchainSent:
    """Broadcast. The id of a plan's transaction is always the same: sending it again is the same transaction."""
    txid = simulation.transaction_id(plan_id)
    fee = simulation.onchain_fee(sat_per_vbyte)
    owner = _owner(network, address)
    with transaction.atomic():
        locked = network.locked_nodes(node, *([owner.name] if owner else []))
        known = SimTx.objects.filter(network_id=network.name, txid=txid).first()
        if known is not None:
            return _sent(known)
        _spend(locked[node], amount_sats + fee)
        row = _record(
            network,
            kind="send",
            node=node,
            txid=txid,
            label=label,
            address=address,
            amount_sats=amount_sats,
            fee_sats=fee,
            outputs={owner.name: amount_sats} if owner else {},
        )
        if owner is not None and simulation.address(network.seed, owner.name, locked[owner.name].addresses) == address:
            SimNode.objects.filter(pk=owner.pk).update(addresses=F("addresses") + 1)
    return _sent(row)


def find(network: Network, node: str, label: str) -> OnchainSent | None:
    row = SimTx.objects.filter(network_id=network.name, node=node, label=label).first() if label else None
    return None if row is None else _sent(row)


def receive_address(network: Network, node: str) -> str:
    """The same until coins arrive on it."""
    return simulation.address(network.seed, node, network.node(node).addresses)


def mine(network: Network, count: int = 1) -> int:
    """Blocks with everything that waits; returns the new height."""
    with transaction.atomic():
        row = SimNetwork.objects.select_for_update(no_key=True).get(name=network.name)
        row.block_height += count
        row.save(update_fields=["block_height"])
        network.locked_nodes()
        waiting = SimTx.objects.select_for_update(no_key=True).filter(network_id=network.name, block__isnull=True)
        for tx in waiting.order_by("id"):
            for name, sats in sorted(tx.outputs.items()):
                SimNode.objects.filter(network_id=network.name, name=name).update(
                    confirmed_sats=F("confirmed_sats") + sats, unconfirmed_sats=F("unconfirmed_sats") - sats
                )
            tx.block = row.block_height - count + 1
            tx.save(update_fields=["block"])
        channels = SimChannel.objects.filter(network_id=network.name)
        channels.filter(state="pending_open").update(state="open")
        channels.filter(state="closing").update(state="closed")
    return int(row.block_height)


def fund(network: Network, node: str, amount_sats: int) -> str:
    """Coins from nowhere, confirmed at once; returns the transaction's id."""
    with transaction.atomic():
        SimNetwork.objects.filter(name=network.name).update(funded_sats=F("funded_sats") + amount_sats)
        row = network.locked_node(node)
        row.confirmed_sats += amount_sats
        row.save(update_fields=["confirmed_sats"])
        count = SimTx.objects.filter(network_id=network.name, kind="fund").count()
        txid = simulation.transaction_id(f"fund:{network.name}:{count + 1}:{network.draw('channels')}")
        tx = _record(
            network, kind="fund", node=node, txid=txid, label="", address="", amount_sats=amount_sats, fee_sats=0
        )
        tx.block = network.height()
        tx.save(update_fields=["block"])
    return txid


def balances(network: Network, node: str) -> Balances:
    """`unsettled` is what the node itself offered and has not lost yet, as nodes count it."""
    row = network.node(node)
    local = remote = 0
    for channel in _channels_of(network, node).filter(state="open"):
        ours, theirs = _sides_of(channel, node)
        local, remote = local + ours, remote + theirs
    under_way = SimPayment.objects.filter(network_id=network.name, state="in_flight").values_list("route", flat=True)
    offered = sum(amount for route in under_way for _, source, _, amount in route if source == node)
    return Balances(row.confirmed_sats, row.unconfirmed_sats, local, remote, offered)


def channels(network: Network, node: str, state: str = "open") -> list[Channel]:
    """The node's channels in a state, as its side sees them; sats are rounded down."""
    keys = dict(SimNode.objects.filter(network_id=network.name).values_list("name", "pubkey"))
    return [_seen(channel, node, keys) for channel in _channels_of(network, node).filter(state=state).order_by("id")]


def forced_closes(network: Network, node: str) -> int:
    """Closes of the node's channels that were forced and wait for a block."""
    return _channels_of(network, node).filter(state="closing", forced=True).count()


def opened(network: Network, node: str, memo: str) -> OpenedChannel | None:
    """The channel that carries a memo, open or on its way."""
    row = _channels_of(network, node).filter(memo=memo, opener=node).exclude(memo="").order_by("id").first()
    if row is None:
        return None
    txid, _, output = row.channel_point.partition(":")
    return OpenedChannel(txid, int(output))


def open_channel(
    network: Network, node: str, peer_id: str, amount_sats: int, sat_per_vbyte: int | None, private: bool, memo: str
) -> OpenedChannel:
    """Fund a channel to a connected peer; it is open after a block. Asked twice, it opens two, as nodes do."""
    peer = SimNode.objects.filter(network_id=network.name, pubkey=peer_id).first()
    if peer is None or not _connected(network, node, peer):
        raise GatewayError(REFUSED, "the peer is not connected")
    if peer.name == node or amount_sats <= 0:
        raise GatewayError(REFUSED, "no channel to oneself, and none without funds")
    fee = simulation.onchain_fee(sat_per_vbyte or simulation.SAT_PER_VBYTE["medium"])
    number = network.draw("channels")
    txid = simulation.transaction_id(f"open:{network.name}:{number}")
    with transaction.atomic():
        _spend(network.locked_node(node), amount_sats + fee)
        _record(network, kind="open", node=node, txid=txid, label="", address="", amount_sats=amount_sats, fee_sats=fee)
        SimChannel.objects.create(
            network_id=network.name,
            number=number,
            channel_point=f"{txid}:0",
            channel_id=channel_id(number),
            node_a=node,
            node_b=peer.name,
            opener=node,
            capacity_msats=amount_sats * MSATS_PER_SAT,
            a_msats=amount_sats * MSATS_PER_SAT,
            b_msats=0,
            state="pending_open",
            private=private,
            memo=memo,
        )
    return OpenedChannel(txid, 0)


def close_channel(network: Network, node: str, point: str, force: bool, sat_per_vbyte: int | None) -> str:
    """Close; both sides' whole sats come back with the next block. A channel with payments under way stays."""
    with transaction.atomic():
        channel = _channels_of(network, node).select_for_update(no_key=True).filter(channel_point=point).first()
        if channel is None or channel.state == "closed":
            raise GatewayError(REFUSED, "there is no such channel")
        if channel.state == "closing":
            return str(channel.closing_txid)
        if channel.pending_msats or channel.state != "open":
            raise GatewayError(REFUSED, "the channel has payments under way, or is not open yet")
        fee = simulation.onchain_fee(sat_per_vbyte or simulation.SAT_PER_VBYTE["medium"])
        outputs = _close_outputs(channel, fee)
        txid = simulation.transaction_id(f"close:{network.name}:{channel.number}")
        capacity = channel.capacity_msats // MSATS_PER_SAT
        paid_out = sum(outputs.values())
        _record(
            network,
            kind="close",
            node=node,
            txid=txid,
            label="",
            address="",
            amount_sats=paid_out,
            fee_sats=capacity - paid_out,
            outputs=outputs,
        )
        channel.state, channel.closing_txid, channel.forced = "closing", txid, force
        channel.a_msats = channel.b_msats = 0
        channel.save()
    return txid


def update_policy(network: Network, node: str, point: str, base_fee_msat: int, fee_rate_ppm: int, delta: int) -> None:
    with transaction.atomic():
        channel = _channels_of(network, node).select_for_update(no_key=True).filter(channel_point=point).first()
        if channel is None or channel.state != "open":
            raise GatewayError(REFUSED, "there is no such open channel")
        policy = {"base_fee_msat": base_fee_msat, "fee_rate_ppm": fee_rate_ppm, "time_lock_delta": delta}
        channel.policies = {**channel.policies, node: policy}
        channel.save(update_fields=["policies"])


def connect_peer(network: Network, node: str, peer_id: str, host: str) -> None:
    if not SimNode.objects.filter(network_id=network.name, pubkey=peer_id).exclude(name=node).exists():
        raise GatewayError("connect_failed", f"nobody answers as this peer at {host}")
    with transaction.atomic():
        row = network.locked_node(node)
        row.peers = sorted({*row.peers, peer_id})
        row.save(update_fields=["peers"])


def _channels_of(network: Network, node: str) -> QuerySet[SimChannel]:
    return SimChannel.objects.filter(Q(node_a=node) | Q(node_b=node), network_id=network.name)


def _connected(network: Network, node: str, peer: SimNode) -> bool:
    """A connection lasts, and a channel is one."""
    if peer.pubkey in network.node(node).peers:
        return True
    shared = Q(node_a=peer.name) | Q(node_b=peer.name)
    return _channels_of(network, node).filter(shared, state__in=["pending_open", "open"]).exists()


def _sides_of(channel: SimChannel, node: str) -> tuple[int, int]:
    """(local, remote) in msat, as `node` sees them."""
    if channel.node_a == node:
        return channel.a_msats, channel.b_msats
    return channel.b_msats, channel.a_msats


def _seen(channel: SimChannel, node: str, keys: Mapping[str, str]) -> Channel:
    local, remote = _sides_of(channel, node)
    return Channel(
        channel_point=channel.channel_point,
        channel_id=channel.channel_id,
        peer_id=keys[channel.node_b if channel.node_a == node else channel.node_a],
        active=channel.active and channel.state == "open",
        capacity_sats=channel.capacity_msats // MSATS_PER_SAT,
        local_sats=local // MSATS_PER_SAT,
        remote_sats=remote // MSATS_PER_SAT,
    )


def _close_outputs(channel: SimChannel, fee_sats: int) -> dict[str, int]:
    """Whole sats of both sides; the opener pays the fee, and what cannot be paid out goes to the miner."""
    outputs = {channel.node_a: channel.a_msats // MSATS_PER_SAT, channel.node_b: channel.b_msats // MSATS_PER_SAT}
    outputs[channel.opener] = max(0, outputs[channel.opener] - fee_sats)
    return {name: sats for name, sats in outputs.items() if sats}


def _spend(node: SimNode, sats: int) -> None:
    """From a locked node. Raises GatewayError when it has too little."""
    if node.confirmed_sats < sats:
        raise GatewayError(REFUSED, "insufficient_funds")
    node.confirmed_sats -= sats
    node.save(update_fields=["confirmed_sats"])


def _owner(network: Network, address: str) -> SimNode | None:
    """The node of this network that the address belongs to, the one it gives out or one it gave out."""
    for node in SimNode.objects.filter(network_id=network.name):
        own = range(max(0, node.addresses - ADDRESSES_MAX), node.addresses + 1)
        if any(simulation.address(network.seed, node.name, at) == address for at in own):
            return node
    return None


def _record(
    network: Network,
    *,
    kind: str,
    node: str,
    txid: str,
    label: str,
    address: str,
    amount_sats: int,
    fee_sats: int,
    outputs: dict[str, int] | None = None,
) -> SimTx:
    for name, sats in sorted((outputs or {}).items()):
        SimNode.objects.filter(network_id=network.name, name=name).update(unconfirmed_sats=F("unconfirmed_sats") + sats)
    return SimTx.objects.create(
        network_id=network.name,
        kind=kind,
        node=node,
        txid=txid,
        label=label,
        address=address,
        amount_sats=amount_sats,
        fee_sats=fee_sats,
        outputs=outputs or {},
        sent_at_ms=network.now_ms(),
    )


def _sent(row: SimTx) -> OnchainSent:
    return OnchainSent(row.txid, row.sent_at_ms, row.fee_sats)
