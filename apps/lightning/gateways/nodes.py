"""What lightning ops asks of a node beside the executor's protocol: how its channels come, go, and are recovered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from apps.lightning.gateways.protocol import Balances, Channel, NodeInfo, OpenedChannel


@dataclass(frozen=True, slots=True)
class Pending:
    """Channel points that wait for the chain, and how many closes were forced and are not through."""

    opening: tuple[str, ...]
    closing: tuple[str, ...]
    forced: int = 0


class NodeDoor(Protocol):
    """A node as ops reaches it. Every method raises GatewayError (nothing happened); the four that change something
    also raise GatewayUnclear (it may have)."""

    def info(self) -> NodeInfo: ...

    def node_balances(self) -> Balances: ...

    def channels(self) -> list[Channel]: ...

    def pending(self) -> Pending:
        """Channels on their way to or from the chain."""

    def opened(self, memo: str) -> OpenedChannel | None:
        """The channel that was opened with this memo, pending or open."""

    def backup(self) -> bytes:
        """What the node needs to recover the funds of its channels."""

    def open_channel(
        self, peer_id: str, amount_sats: int, sat_per_vbyte: int | None, private: bool, memo: str
    ) -> OpenedChannel: ...

    def close_channel(self, channel_point: str, force: bool, sat_per_vbyte: int | None) -> str: ...

    def update_policy(
        self, channel_point: str, base_fee_msat: int, fee_rate_ppm: int, time_lock_delta: int
    ) -> None: ...

    def connect_peer(self, peer_id: str, host: str) -> None: ...
