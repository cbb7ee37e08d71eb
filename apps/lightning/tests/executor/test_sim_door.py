"""The door of ops against the routes of the executor: what goes in at one end comes out at the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from apps.lightning.domain.simulation import Condition, Effect
from apps.lightning.gateways import simulated_door
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.gateways.simulated import chain, faults
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.gateways.simulated_door import SimulatedDoor
from apps.lightning.services.executor import node
from apps.lightning.tests.executor.conftest import signed_call
from apps.lightning.tests.executor.networks import assert_conserved, gateway, make_network
from openagents.peers.calls import PeerAnswer


class Peer:
    """The executor, called as ops calls it."""

    def _call(self, method: str, path: str, json: Any = None, params: Any = None, timeout: float = 0) -> PeerAnswer:
        answer = signed_call(method, path, json, issuer="lightning", params=params)
        return PeerAnswer("lightning-executor", answer.status_code, {}, answer.content)

    def get(self, path: str, **options: Any) -> PeerAnswer:
        return self._call("GET", path, **options)

    def post(self, path: str, **options: Any) -> PeerAnswer:
        return self._call("POST", path, **options)


@pytest.fixture
def network(wallet_id: str, configure: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    made = make_network()
    configure(oa_lightning_wallet_executor_mode="simulated")
    monkeypatch.setattr(simulated_door, "peer", lambda name: Peer())
    with node.use(gateway(made)):
        yield made


def test_ops_sees_what_the_node_says(network: Network) -> None:
    door, direct = SimulatedDoor("wallet"), gateway(network)
    assert door.info() == direct.info()
    assert door.node_balances() == direct.node_balances()
    assert door.channels() == direct.channels()
    assert door.pending() == direct.pending()
    assert door.backup() == direct.backup()


def test_ops_changes_what_the_node_has(network: Network) -> None:
    door, direct = SimulatedDoor("wallet"), gateway(network)
    peer = gateway(network, "merchant").info().identity_pubkey
    with pytest.raises(GatewayError, match="not connected"):
        door.open_channel(peer, 60_000, 3, False, "oa-op:1")
    door.connect_peer(peer, "merchant.test:9735")
    opened = door.open_channel(peer, 60_000, None, True, "oa-op:1")
    assert door.opened("oa-op:1") == direct.opened("oa-op:1") == opened
    assert door.opened("oa-op:2") is None
    assert door.pending().opening == (f"{opened.funding_txid}:0",)
    chain.mine(network)
    point = f"{opened.funding_txid}:{opened.output_index}"
    door.update_policy(point, 0, 7, 40)
    txid = door.close_channel(point, False, 1)
    assert len(txid) == 64
    assert door.pending() == direct.pending()
    assert_conserved(network)


def test_a_node_that_is_down_is_down_for_ops_too(network: Network) -> None:
    faults.add(network, Condition(), Effect.GATEWAY_DOWN, times=1)
    with pytest.raises(GatewayError) as refused:
        SimulatedDoor("wallet").info()
    assert refused.value.code == "connect_failed"
    with pytest.raises(GatewayError):
        SimulatedDoor("nobody").info()
