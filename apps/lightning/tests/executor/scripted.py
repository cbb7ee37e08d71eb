"""A node that does what a test tells it: answers late, twice, wrongly, or never, and remembers what it was asked.

It keeps a ledger of its own: `settled` holds every payment hash for which money really moved, and how often.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

from apps.lightning.gateways.protocol import (
    Balances,
    Channel,
    GatewayError,
    InvoiceState,
    NewInvoice,
    NodeInfo,
    OnchainEstimate,
    OnchainSent,
    Outcome,
    ReceiveAddress,
    SendResult,
    Settled,
    SettledInvoice,
    Tracked,
    TrackResult,
)
from openagents.bolt11.encoder import encode

PAYEE_KEY = b"\x22" * 32
OWN_KEY = b"\x33" * 32
BALANCE_MSATS = 10**12


def preimage_of(index: int | str) -> str:
    return sha256(f"preimage:{index}".encode()).hexdigest()


def hash_of(preimage: str) -> str:
    return sha256(bytes.fromhex(preimage)).hexdigest()


def invoice_of(
    preimage: str,
    amount_msats: int | None = 45_000,
    *,
    timestamp: int | None = None,
    key: bytes = PAYEE_KEY,
    network: str = "regtest",
    expiry_secs: int = 3600,
    **more: Any,
) -> str:
    """A real invoice of somebody else's node."""
    return encode(
        key,
        network=network,
        timestamp=int(time.time()) if timestamp is None else timestamp,
        payment_hash=hash_of(preimage),
        payment_secret=sha256(preimage.encode()).hexdigest(),
        amount_msats=amount_msats,
        description="scripted",
        expiry_secs=expiry_secs,
        **more,
    )


class Scripted:
    """The gateway. `script` decides about each send: it gets the call's facts and returns a SendResult."""

    name = "scripted"
    simulated = True

    def __init__(self) -> None:
        self.capabilities = frozenset({"bolt11", "onchain", "channels"})
        self.preimages: dict[str, str] = {}
        self.sends: list[dict[str, Any]] = []
        self.tracks: list[str] = []
        self.settled: Counter[str] = Counter()
        self.spent_msats = 0
        self.received_msats = 0
        self.fee_msats = 1_000
        self.down = False
        self.tracked: Callable[[str], TrackResult] | None = None
        self.script: Callable[[dict[str, Any]], SendResult] = self.succeed
        self.made: dict[str, InvoiceState] = {}
        self.made_preimages: dict[str, str] = {}
        self.feed: list[SettledInvoice] = []
        self.chain: dict[str, OnchainSent] = {}
        self.broadcasts: list[dict[str, Any]] = []
        self.broadcast: Callable[[dict[str, Any]], OnchainSent] = self.put_on_chain
        self.invented_msats = 0
        self._lock = threading.RLock()
        self._paid_at: dict[str, int] = {}
        self._invoices: dict[str, str] = {}

    def invoice(self, index: int | str, amount_msats: int | None = 45_000, **more: Any) -> str:
        """An invoice whose preimage this node will learn by paying it; the same one for the same index."""
        preimage = preimage_of(index)
        self.preimages[hash_of(preimage)] = preimage
        made = self._invoices.get(str(index))
        if made is None:
            made = self._invoices[str(index)] = invoice_of(preimage, amount_msats, **more)
        return made

    # What a script can answer with.

    def settle(self, call: dict[str, Any]) -> Settled:
        """Money moves, once: a second settlement of one hash is recorded and would fail the test."""
        with self._lock:
            payment_hash = call["payment_hash"]
            self.settled[payment_hash] += 1
            amount = call["amount_msats"]
            self.spent_msats += amount + self.fee_msats
            self._paid_at[payment_hash] = int(time.time() * 1000)
            return self._settled(payment_hash, amount)

    def _settled(self, payment_hash: str, amount: int) -> Settled:
        return Settled(
            f"scr_{payment_hash[:24]}",
            amount,
            self.fee_msats,
            self.preimages.get(payment_hash),
            self._paid_at[payment_hash],
        )

    def succeed(self, call: dict[str, Any]) -> SendResult:
        if self.settled[call["payment_hash"]]:
            return SendResult(Outcome.FAILED, code="payment_failed", reason="already_paid")
        return SendResult(Outcome.SUCCEEDED, self.settle(call))

    def fail(self, call: dict[str, Any]) -> SendResult:
        return SendResult(Outcome.FAILED, code="payment_failed", reason="no_route")

    def lose(self, call: dict[str, Any]) -> SendResult:
        """Transport lost before anything arrived."""
        return SendResult(Outcome.UNKNOWN)

    def lose_after(self, call: dict[str, Any]) -> SendResult:
        """Money moves, then the connection breaks."""
        self.settle(call)
        return SendResult(Outcome.UNKNOWN)

    def hang_in_flight(self, call: dict[str, Any]) -> SendResult:
        return SendResult(Outcome.IN_FLIGHT)

    def put_on_chain(self, call: dict[str, Any]) -> OnchainSent:
        sent = OnchainSent(sha256(call["label"].encode()).hexdigest(), int(time.time() * 1000), None)
        self.chain[call["label"]] = sent
        return sent

    # The protocol.

    def connect(self) -> None:
        if self.down:
            raise GatewayError("connect_failed", "down")

    def info(self) -> NodeInfo:
        self.connect()
        from coincurve import PrivateKey

        pubkey = PrivateKey(OWN_KEY).public_key.format().hex()
        return NodeInfo(pubkey, self.node_balances().local_msats, "regtest", 100, True)

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
        from openagents.bolt11.decoder import decode

        call = {
            "payment_hash": payment_hash,
            "amount_msats": amount_msats or decode(invoice).amount_msats,
            "named_msats": amount_msats,
            "fee_limit_msats": fee_limit_msats,
            "timeout_s": timeout_s,
            "host": host,
        }
        with self._lock:
            self.sends.append(call)
        if self.down:
            return SendResult(Outcome.FAILED, code="connect_failed", reason="down")
        return self.script(call)

    def track(self, payment_hash: str) -> TrackResult:
        self.tracks.append(payment_hash)
        if self.down:
            return TrackResult(Tracked.UNREACHABLE)
        if self.tracked is not None:
            return self.tracked(payment_hash)
        if self.settled[payment_hash]:
            amount = next(call["amount_msats"] for call in self.sends if call["payment_hash"] == payment_hash)
            return TrackResult(Tracked.SUCCEEDED, self._settled(payment_hash, amount))
        return TrackResult(Tracked.NOT_KNOWN)

    def create_invoice(
        self, amount_msats: int, description: str, expiry_s: int, preimage: str | None = None
    ) -> NewInvoice:
        self.connect()
        preimage = preimage or preimage_of(f"own{len(self.made)}{id(self)}")
        now = int(time.time())
        text = invoice_of(preimage, amount_msats, timestamp=now, key=OWN_KEY, expiry_secs=expiry_s)
        payment_hash = hash_of(preimage)
        self.made[payment_hash] = InvoiceState(payment_hash, "open", amount_msats)
        self.made_preimages[payment_hash] = preimage
        return NewInvoice(text, payment_hash, now * 1000, (now + expiry_s) * 1000)

    def be_paid(self, payment_hash: str, amount_msats: int) -> None:
        """Somebody pays an invoice of ours, or one that we never made."""
        now = int(time.time() * 1000)
        self.made[payment_hash] = InvoiceState(payment_hash, "settled", amount_msats, amount_msats, now)
        index = len(self.feed) + 1
        self.feed.append(SettledInvoice(payment_hash, amount_msats, now, index, index, ""))
        self.received_msats += amount_msats

    def lookup_invoice(self, payment_hash: str) -> InvoiceState | None:
        self.connect()
        return self.made.get(payment_hash)

    def subscribe_settled(self, add_index: int, settle_index: int) -> Iterator[SettledInvoice]:
        self.connect()
        return iter([item for item in self.feed if item.settle_index > settle_index])

    def receive_address(self) -> ReceiveAddress:
        self.connect()
        return ReceiveAddress(f"{id(self)}@spark.mock", "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080", "regtest")

    def estimate_onchain(self, address: str, amount_sats: int, speed: str) -> OnchainEstimate:
        self.connect()
        return OnchainEstimate({"slow": 15, "medium": 40, "fast": 75}[speed], 1)

    def send_onchain(
        self, address: str, amount_sats: int, sat_per_vbyte: int, label: str, *, plan_id: str
    ) -> OnchainSent:
        self.connect()
        call = {"address": address, "amount_sats": amount_sats, "label": label, "plan_id": plan_id}
        self.broadcasts.append(call)
        return self.broadcast(call)

    def find_onchain(self, label: str) -> OnchainSent | None:
        self.connect()
        return self.chain.get(label)

    def node_balances(self) -> Balances:
        self.connect()
        local = BALANCE_MSATS - self.spent_msats + self.received_msats + self.invented_msats
        return Balances(100_000_000, 0, local, 0, 0)

    def channels(self) -> list[Channel]:
        self.connect()
        return []
