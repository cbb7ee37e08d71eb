"""A node in memory, as ops reaches it; it can be told to fail in every way a real one does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from apps.lightning.gateways.nodes import Pending
from apps.lightning.gateways.protocol import (
    Balances,
    Channel,
    GatewayError,
    GatewayUnclear,
    NodeInfo,
    OpenedChannel,
)
from apps.lightning.models import Node
from apps.lightning.services.ops import nodes
from openagents.receipts.ids import new_id

PEER = "02" + "ab" * 32
OTHER_PEER = "03" + "cd" * 32


@dataclass
class Door:
    """`fail` maps a method to errors it raises, in order; a change may do its work `before_failing`."""

    fail: dict[str, list[Exception]] = field(default_factory=dict)
    before_failing: bool = False
    held: list[Channel] = field(default_factory=list)
    memos: dict[str, OpenedChannel] = field(default_factory=dict)
    opening: list[str] = field(default_factory=list)
    closing: list[str] = field(default_factory=list)
    forced: int = 0
    synced: bool = True
    confirmed_sats: int = 1_000_000
    made: list[tuple[Any, ...]] = field(default_factory=list)
    content: bytes = b"backup"
    macaroon_hex: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def _reached(self, name: str) -> None:
        if self.fail.get(name):
            raise self.fail[name].pop(0)

    def info(self) -> NodeInfo:
        self._reached("info")
        return NodeInfo("02" + "11" * 32, 0, "regtest", 101, self.synced)

    def node_balances(self) -> Balances:
        self._reached("node_balances")
        return Balances(self.confirmed_sats, 0, 0, 0, 0)

    def channels(self) -> list[Channel]:
        self._reached("channels")
        return list(self.held)

    def pending(self) -> Pending:
        self._reached("pending")
        return Pending(tuple(self.opening), tuple(self.closing), self.forced)

    def opened(self, memo: str) -> OpenedChannel | None:
        self._reached("opened")
        return self.memos.get(memo)

    def backup(self) -> bytes:
        self._reached("backup")
        return self.content

    def open_channel(
        self, peer_id: str, amount_sats: int, sat_per_vbyte: int | None, private: bool, memo: str
    ) -> OpenedChannel:
        with self.lock:
            if not self.before_failing:
                self._reached("open_channel")
            self.made.append(("open", peer_id, amount_sats, sat_per_vbyte, private, memo))
            made = OpenedChannel(f"{len(self.made):064x}", 0)
            self.memos[memo] = made
            self.opening.append(f"{made.funding_txid}:0")
            self._reached("open_channel")
        return made

    def close_channel(self, channel_point: str, force: bool, sat_per_vbyte: int | None) -> str:
        if not self.before_failing:
            self._reached("close_channel")
        self.made.append(("close", channel_point, force, sat_per_vbyte))
        self.closing.append(channel_point)
        self._reached("close_channel")
        return "ff" * 32

    def update_policy(self, channel_point: str, base_fee_msat: int, fee_rate_ppm: int, time_lock_delta: int) -> None:
        self._reached("update_policy")
        self.made.append(("policy", channel_point, base_fee_msat, fee_rate_ppm, time_lock_delta))

    def connect_peer(self, peer_id: str, host: str) -> None:
        self._reached("connect_peer")
        self.made.append(("connect", peer_id, host))

    def mine(self) -> None:
        """What waits for the chain is through."""
        self.held += [channel(point) for point in self.opening]
        self.held = [one for one in self.held if one.channel_point not in self.closing]
        self.opening, self.closing = [], []


def channel(point: str, **changes: Any) -> Channel:
    return replace(Channel(point, "1", PEER, True, 100_000, 60_000, 40_000), **changes)


@contextmanager
def standing(**terms: Any) -> Iterator[tuple[Node, Door]]:
    """A node of its own with a door in memory."""
    node = Node.objects.create(node_id=new_id("node"), backend="lnd", purpose="liquidity")
    door = Door(**terms)
    with nodes.use(node.node_id, door):
        yield node, door


DOWN = GatewayError("connect_failed", "down")
UNCLEAR = GatewayUnclear("lost")
