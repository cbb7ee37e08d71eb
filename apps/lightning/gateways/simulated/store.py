"""One simulated network: made once, found again after every restart."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import structlog
from django.db import transaction
from django.db.models import F

from apps.lightning.domain import simulation
from apps.lightning.models import SimChannel, SimNetwork, SimNode
from openagents.secretbox.box import SecretBox
from openagents.secretbox.keyring import KeyRing

log = structlog.get_logger("oa.lightning.simulation")

DEFAULT_NAME = "regtest"


class SimulationRefused(RuntimeError):
    """The simulation must not run here: in production, or with another seed than its network was made with."""


@dataclass(frozen=True)
class Network:
    """A network's handle: its name and its seed, from which its keys follow. Everything else is in tables."""

    name: str
    seed: bytes = field(repr=False)
    manual_clock: bool = False

    @classmethod
    def open(cls, *, seed: bytes, environment: str, name: str = DEFAULT_NAME, manual_clock: bool = False) -> Network:
        """The network of this name, made with the default topology if there is none yet. Raises SimulationRefused."""
        if environment == "prod":
            raise SimulationRefused("the simulated Lightning network does not run in production")
        if len(seed) != simulation.SEED_BYTES:
            raise SimulationRefused("a seed has 32 bytes")
        row = SimNetwork.objects.filter(name=name).first() or _make(name, seed)
        if row.seed_sha256 != simulation.seed_digest(seed):
            raise SimulationRefused(f"the network {name} was made with another seed")
        if manual_clock:
            SimNetwork.objects.filter(name=name, manual_clock=False).update(manual_clock=True, now_ms=_wall_ms())
        elif row.manual_clock:
            SimNetwork.objects.filter(name=name).update(manual_clock=False)
        return cls(name, seed, manual_clock)

    def now_ms(self) -> int:
        """Unix milliseconds of the network's clock."""
        if not self.manual_clock:
            return _wall_ms()
        return SimNetwork.objects.values_list("now_ms", flat=True).get(name=self.name)

    def height(self) -> int:
        return SimNetwork.objects.values_list("block_height", flat=True).get(name=self.name)

    def draw(self, counter: str) -> int:
        """The next number of the network's `payments`, `channels` or `rules`; a number is never given twice."""
        with transaction.atomic():
            SimNetwork.objects.filter(name=self.name).update(**{counter: F(counter) + 1})
            return int(SimNetwork.objects.values_list(counter, flat=True).get(name=self.name))

    def node(self, name: str) -> SimNode:
        """Raises SimNode.DoesNotExist."""
        return SimNode.objects.get(network_id=self.name, name=name)

    def locked_node(self, name: str) -> SimNode:
        """The node's row, locked until the transaction ends. Always the last lock that is taken."""
        return SimNode.objects.select_for_update(no_key=True).get(network_id=self.name, name=name)

    def locked_nodes(self, *names: str) -> dict[str, SimNode]:
        """Rows of these nodes, or of all, locked in order of their names."""
        found = SimNode.objects.select_for_update(no_key=True).filter(network_id=self.name).order_by("name")
        return {node.name: node for node in (found.filter(name__in=names) if names else found)}

    def locked_channels(self) -> list[SimChannel]:
        """All open channels, locked in order of their ids."""
        return list(
            SimChannel.objects.select_for_update(no_key=True).filter(network_id=self.name, state="open").order_by("id")
        )

    def seal_preimage(self, payment_hash: str, preimage: bytes) -> str:
        """For the table: sealed under a key of the seed, which custody keeps."""
        return self._box.seal_bytes(preimage, self._preimage_purpose(payment_hash))

    def open_preimage(self, payment_hash: str, sealed: str) -> bytes:
        return self._box.open_bytes(sealed, self._preimage_purpose(payment_hash))

    @property
    def _box(self) -> SecretBox:
        return SecretBox(KeyRing({"seed": simulation.sealing_key(self.seed)}))

    def _preimage_purpose(self, payment_hash: str) -> str:
        return f"oa.lightning.sim_invoice.preimage_enc.v1|{self.name}/{payment_hash}"


def add_node(network: Network, name: str) -> SimNode:
    """A further node, without money or channels. The existing one if there is one of this name."""
    node, _ = SimNode.objects.get_or_create(
        network_id=network.name, name=name, defaults={"pubkey": simulation.node_pubkey(network.seed, name)}
    )
    return node


def add_channel(network: Network, one: str, other: str, one_msats: int, other_msats: int) -> SimChannel:
    """An open channel of coins that were not there before; for topologies and tests."""
    number = network.draw("channels")
    capacity = one_msats + other_msats
    with transaction.atomic():
        SimNetwork.objects.filter(name=network.name).update(
            funded_sats=F("funded_sats") + capacity // simulation.MSATS_PER_SAT
        )
        return SimChannel.objects.create(
            network_id=network.name,
            number=number,
            channel_point=f"{simulation.transaction_id(f'channel:{network.name}:{number}')}:0",
            channel_id=channel_id(number),
            node_a=one,
            node_b=other,
            opener=one,
            capacity_msats=capacity,
            a_msats=one_msats,
            b_msats=other_msats,
        )


def channel_id(number: int) -> str:
    """A short channel id as nodes write it: block, transaction and output in one number."""
    return str(simulation.BLOCK_HEIGHT << 40 | number << 16)


def _make(name: str, seed: bytes) -> SimNetwork:
    """Two processes may both try: the second waits for the first and takes its network."""
    with transaction.atomic():
        row, made = SimNetwork.objects.get_or_create(
            name=name,
            defaults={"seed_sha256": simulation.seed_digest(seed), "funded_sats": simulation.ONCHAIN_SATS},
        )
        if made:
            build_topology(Network(name, seed))
            log.info("simulation.made", network=name)
    return row


def build_topology(network: Network) -> None:
    """The four nodes and their three channels; the wallet's coins are counted as funded already."""
    for name in simulation.NODES:
        add_node(network, name)
    SimNode.objects.filter(network_id=network.name, name=simulation.WALLET).update(
        confirmed_sats=simulation.ONCHAIN_SATS
    )
    local = simulation.LOCAL_SATS * simulation.MSATS_PER_SAT
    capacity = simulation.CAPACITY_SATS * simulation.MSATS_PER_SAT
    for one, other in simulation.TOPOLOGY:
        add_channel(network, one, other, local, capacity - local)


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000
