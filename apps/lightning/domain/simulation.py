"""The simulated Lightning network as rules: keys and secrets from a seed, fees, routes, faults (lightning 10.2).

Pure: what is stored, locked and moved is `gateways.simulated`'s.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coincurve import PrivateKey

from openagents.receipts import bech32

NETWORK = "regtest"
SEED_BYTES = 32
MSATS_PER_SAT = 1_000

WALLET, HUB, MERCHANT, REMOTE = "wallet", "hub", "merchant", "remote"
NODES = (WALLET, HUB, MERCHANT, REMOTE)
TOPOLOGY = ((WALLET, HUB), (HUB, MERCHANT), (HUB, REMOTE))
CAPACITY_SATS = 2_000_000
LOCAL_SATS = 1_000_000
ONCHAIN_SATS = 100_000_000
BLOCK_HEIGHT = 100

BASE_FEE_MSATS = 1_000
FEE_PPM = 100
TIME_LOCK_DELTA = 40

HOPS_MAX = 20  # what an onion has room for
ROUTES_TRIED_MAX = 1_000  # a bound on the search; a payment through so many dead ends has no route

ONCHAIN_FEES_SATS = {"slow": 15, "medium": 40, "fast": 75}
SAT_PER_VBYTE = {"slow": 1, "medium": 3, "fast": 5}
_FEE_BY_RATE = {SAT_PER_VBYTE[speed]: fee for speed, fee in ONCHAIN_FEES_SATS.items()}

_CURVE_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141


class Effect(StrEnum):
    """What a fault rule does to the payment that it matches."""

    PREPARE_FAIL = "prepare_fail"
    FAIL_NO_ROUTE = "fail_no_route"
    FAIL_INSUFFICIENT = "fail_insufficient"
    DROP_BEFORE_DISPATCH = "drop_before_dispatch"
    DROP_AFTER_SETTLE = "drop_after_settle"
    HANG = "hang_ms"
    PENDING_THEN_SETTLE = "pending_then_settle_ms"
    PENDING_THEN_FAIL = "pending_then_fail_ms"
    NO_PREIMAGE = "no_preimage"
    WRONG_PREIMAGE = "wrong_preimage"
    GATEWAY_DOWN = "gateway_down"


TIMED_EFFECTS = frozenset({Effect.HANG, Effect.PENDING_THEN_SETTLE, Effect.PENDING_THEN_FAIL})


def _derived(seed: bytes, purpose: str) -> bytes:
    return hmac.new(seed, purpose.encode("utf-8"), hashlib.sha256).digest()


def seed_digest(seed: bytes) -> str:
    """What a network keeps of its seed, to know it again."""
    return hashlib.sha256(b"oa.sim.seed.v1:" + seed).hexdigest()


def sealing_key(seed: bytes) -> bytes:
    """The key under which the network's preimages are kept."""
    return _derived(seed, "oa.sim.sealing.v1")


def node_key(seed: bytes, name: str) -> bytes:
    """The node's private key, 32 bytes."""
    return (int.from_bytes(_derived(seed, f"oa.sim.node.v1:{name}"), "big") % _CURVE_ORDER).to_bytes(32, "big")


def node_pubkey(seed: bytes, name: str) -> str:
    """The node's identity, 33 bytes in hex."""
    return str(PrivateKey(node_key(seed, name)).public_key.format().hex())


def preimage(seed: bytes, node: str, index: int) -> bytes:
    """The preimage of the node's invoice number `index`, counted from 1."""
    return _derived(seed, f"oa.sim.preimage.v1:{node}:{index}")


def payment_secret(seed: bytes, node: str, index: int) -> bytes:
    """The payment secret of that invoice."""
    return _derived(seed, f"oa.sim.secret.v1:{node}:{index}")


def address(seed: bytes, node: str, index: int) -> str:
    """The node's receive address number `index`: bech32 v0 of regtest."""
    program = _derived(seed, f"oa.sim.addr.v1:{node}:{index}")[:20]
    return bech32.encode("bcrt", [0, *bech32.to_words(program)])


def transaction_id(label: str) -> str:
    """The id of the transaction that a plan, or an operation, makes."""
    return hashlib.sha256(f"oa.sim.tx.v1:{label}".encode()).hexdigest()


def onchain_fee(sat_per_vbyte: int) -> int:
    """The fee of a transaction in sats: the table's at the table's rates, else in proportion to the slow one."""
    return _FEE_BY_RATE.get(sat_per_vbyte, ONCHAIN_FEES_SATS["slow"] * max(1, sat_per_vbyte))


def applies(seed: bytes, rule_id: int, payment_hash: str, rate: float) -> bool:
    """Whether a rule with a rate hits this payment: always the same answer for the same three."""
    drawn = hashlib.sha256(seed + str(rule_id).encode() + payment_hash.encode()).digest()[:4]
    return int.from_bytes(drawn, "big") / 2**32 < rate


@dataclass(frozen=True, slots=True)
class Asked:
    """A payment as fault rules see it. `nth` counts the node's payments from 1."""

    payment_hash: str
    host: str
    description: str
    amount_msats: int
    nth: int


@dataclass(frozen=True, slots=True)
class Condition:
    """What a rule matches on; None matches everything."""

    payment_hash: str | None = None
    host: str | None = None
    description_prefix: str | None = None
    amount_msats: int | None = None
    nth: int | None = None

    @property
    def names_a_payment(self) -> bool:
        return any(
            part is not None
            for part in (self.payment_hash, self.host, self.description_prefix, self.amount_msats, self.nth)
        )

    def matches(self, asked: Asked) -> bool:
        return (
            self.payment_hash in (None, asked.payment_hash)
            and self.host in (None, asked.host)
            and self.amount_msats in (None, asked.amount_msats)
            and self.nth in (None, asked.nth)
            and (self.description_prefix is None or asked.description.startswith(self.description_prefix))
        )


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of a channel: what `source` could forward to `target`, and what it asks for it."""

    channel: int
    source: str
    target: str
    balance_msats: int
    base_fee_msats: int = BASE_FEE_MSATS
    fee_ppm: int = FEE_PPM

    def fee(self, amount_msats: int) -> int:
        """What `source` keeps when it forwards this amount."""
        return self.base_fee_msats + amount_msats * self.fee_ppm // 10**6


@dataclass(frozen=True, slots=True)
class Step:
    """One hop of a route: `amount_msats` moves over `channel` from `source` to `target`."""

    channel: int
    source: str
    target: str
    amount_msats: int


@dataclass(frozen=True, slots=True)
class Route:
    steps: tuple[Step, ...]
    fee_msats: int


class NoRoute(Exception):
    """No way to pay. `reason` is `insufficient_balance` (the payer has too little) or `no_route`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def find_route(sides: Sequence[Side], payer: str, payee: str, amount_msats: int, fee_limit_msats: int) -> Route:
    """The shortest route that has the liquidity and keeps the fee limit; ties by node names. Raises NoRoute."""
    from_node: dict[str, list[Side]] = {}
    for side in sorted(sides, key=lambda side: (side.target, side.channel)):
        from_node.setdefault(side.source, []).append(side)
    if not any(side.balance_msats >= amount_msats for side in from_node.get(payer, ())):
        raise NoRoute("insufficient_balance" if payer in from_node else "no_route")
    short_of_own = False
    for path in _paths(from_node, payer, payee):
        route = _priced(path, amount_msats)
        if all(step.amount_msats <= side.balance_msats for step, side in zip(route.steps, path, strict=True)):
            if route.fee_msats <= fee_limit_msats:
                return route
        elif route.steps[0].amount_msats > path[0].balance_msats and route.fee_msats <= fee_limit_msats:
            short_of_own = True
    raise NoRoute("insufficient_balance" if short_of_own else "no_route")


def _paths(from_node: Mapping[str, Iterable[Side]], payer: str, payee: str) -> Iterator[tuple[Side, ...]]:
    """Simple paths by hops, then by names: breadth first, neighbours in order."""
    tried = 0
    queue: deque[tuple[Side, ...]] = deque([()])
    while queue and tried < ROUTES_TRIED_MAX:
        path = queue.popleft()
        here = path[-1].target if path else payer
        if here == payee:
            tried += 1
            yield path
            continue
        if len(path) >= HOPS_MAX or len(queue) > ROUTES_TRIED_MAX:
            continue
        seen = {payer, *(side.target for side in path)}
        queue.extend((*path, side) for side in from_node.get(here, ()) if side.target not in seen)


def _priced(path: Sequence[Side], amount_msats: int) -> Route:
    """Amounts hop by hop, from the payee back: who forwards keeps its fee, the payer's own channel is free."""
    steps: list[Step] = []
    carried = amount_msats
    for index in range(len(path) - 1, -1, -1):
        side = path[index]
        steps.append(Step(side.channel, side.source, side.target, carried))
        if index > 0:
            carried += side.fee(carried)
    return Route(tuple(reversed(steps)), carried - amount_msats)
