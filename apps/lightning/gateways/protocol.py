"""What the executor asks of a Lightning node. The simulation and LND both speak it; one contract suite holds them.

Amounts are integer msat unless the name says sats; times are UTC unix milliseconds; hashes and preimages are lower-case
hex of 32 bytes. No method moves money but `send` and `send_onchain`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What is known of a payment. UNKNOWN never means failed: the money may have moved."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    IN_FLIGHT = "in_flight"
    UNKNOWN = "unknown"


class Tracked(StrEnum):
    """What a node says of a payment hash it is asked about."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    IN_FLIGHT = "in_flight"
    NOT_KNOWN = "not_known"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Settled:
    """A payment that arrived. `preimage` is None when the node reports success without a usable one."""

    payment_id: str
    amount_msats: int
    fee_msats: int
    preimage: str | None
    paid_at_ms: int


@dataclass(frozen=True, slots=True)
class SendResult:
    """`settled` with SUCCEEDED; `code`/`reason` with FAILED: the client's code of section 13 and its detail."""

    outcome: Outcome
    settled: Settled | None = None
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TrackResult:
    """`settled` with SUCCEEDED; `code`/`reason` with FAILED."""

    tracked: Tracked
    settled: Settled | None = None
    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """`balance_msats` is what could be spent over channels; `network` is mainnet, testnet, signet or regtest."""

    identity_pubkey: str
    balance_msats: int
    network: str
    block_height: int
    synced: bool


@dataclass(frozen=True, slots=True)
class NewInvoice:
    invoice: str
    payment_hash: str
    created_at_ms: int
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class InvoiceState:
    """`state` is open, settled, canceled or expired."""

    payment_hash: str
    state: str
    amount_msats: int
    amount_paid_msats: int | None = None
    settled_at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SettledInvoice:
    """One item of the settlement feed; the indices are where to resume."""

    payment_hash: str
    amount_paid_msats: int
    settled_at_ms: int
    add_index: int
    settle_index: int
    preimage: str


@dataclass(frozen=True, slots=True)
class ReceiveAddress:
    spark_address: str
    bitcoin_address: str
    network: str


@dataclass(frozen=True, slots=True)
class OnchainEstimate:
    fee_sats: int
    sat_per_vbyte: int


@dataclass(frozen=True, slots=True)
class OnchainSent:
    """`fee_sats` is what the chain took, when the node knows it already."""

    txid: str
    sent_at_ms: int
    fee_sats: int | None = None


@dataclass(frozen=True, slots=True)
class Balances:
    onchain_confirmed_sats: int
    onchain_unconfirmed_sats: int
    local_msats: int
    remote_msats: int
    unsettled_msats: int


@dataclass(frozen=True, slots=True)
class Channel:
    channel_point: str
    channel_id: str
    peer_id: str
    active: bool
    capacity_sats: int
    local_sats: int
    remote_sats: int


@dataclass(frozen=True, slots=True)
class OpenedChannel:
    funding_txid: str
    output_index: int


class GatewayError(Exception):
    """The gateway refused or could not be asked, and certainly did nothing. `code` is one of section 13."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(f"{code}: {reason}" if reason else code)
        self.code = code
        self.reason = reason


class GatewayUnclear(Exception):
    """The call may have had its effect: transport lost after the request was written, time-out, or a 5xx."""


class Gateway(Protocol):
    """One node. Implementations hold no state of ours that a restart would lose."""

    name: str
    simulated: bool
    capabilities: frozenset[str]

    def connect(self) -> None:
        """Make sure the node answers and serves. Raises GatewayError(`connect_failed`)."""

    def info(self) -> NodeInfo:
        """Raises GatewayError."""

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
        """Pay. `amount_msats` only for an amountless invoice; `host` only selects fault rules of the simulation.

        Never raises: what is not known is UNKNOWN.
        """

    def track(self, payment_hash: str) -> TrackResult:
        """What the node knows of a payment by its hash; changes nothing and never raises."""

    def create_invoice(
        self, amount_msats: int, description: str, expiry_s: int, preimage: str | None = None
    ) -> NewInvoice:
        """Raises GatewayError, GatewayUnclear."""

    def lookup_invoice(self, payment_hash: str) -> InvoiceState | None:
        """None: the node has no such invoice. Raises GatewayError."""

    def subscribe_settled(self, add_index: int, settle_index: int) -> Iterator[SettledInvoice]:
        """Settled invoices after the indices, in order; ends when there are none at present. Raises GatewayError."""

    def receive_address(self) -> ReceiveAddress:
        """The same address until the chain used it. Raises GatewayError."""

    def estimate_onchain(self, address: str, amount_sats: int, speed: str) -> OnchainEstimate:
        """`speed` is slow, medium or fast. Raises GatewayError."""

    def send_onchain(
        self, address: str, amount_sats: int, sat_per_vbyte: int, label: str, *, plan_id: str
    ) -> OnchainSent:
        """Broadcast with `label`. Raises GatewayError (nothing sent), GatewayUnclear (look the label up)."""

    def find_onchain(self, label: str) -> OnchainSent | None:
        """The transaction that carries `label`, or None. Raises GatewayError."""

    def node_balances(self) -> Balances:
        """Raises GatewayError."""

    def channels(self) -> list[Channel]:
        """Raises GatewayError."""

    def open_channel(
        self, peer_id: str, amount_sats: int, sat_per_vbyte: int | None, private: bool, memo: str
    ) -> OpenedChannel:
        """Raises GatewayError, GatewayUnclear."""

    def close_channel(self, channel_point: str, force: bool, sat_per_vbyte: int | None) -> str:
        """The closing transaction's id. Raises GatewayError, GatewayUnclear."""

    def update_policy(self, channel_point: str, base_fee_msat: int, fee_rate_ppm: int, time_lock_delta: int) -> None:
        """Raises GatewayError, GatewayUnclear."""

    def connect_peer(self, peer_id: str, host: str) -> None:
        """Raises GatewayError, GatewayUnclear."""
