"""Where a gateway stands in the contract suite: the gateway itself, and what can be done to it from outside."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from apps.lightning.domain.simulation import Condition, Effect
from apps.lightning.gateways.lnd.gateway import LndGateway
from apps.lightning.gateways.lnd.rest import Rest, read_macaroon
from apps.lightning.gateways.protocol import Gateway, NewInvoice
from apps.lightning.gateways.simulated import chain, faults
from apps.lightning.gateways.simulated.store import Network
from apps.lightning.tests.executor.lnd_double import LndDouble
from apps.lightning.tests.executor.networks import advance, gateway, make_network

LEGS = ("simulated", "lnd", "lnd_node")
NODE_VARIABLES = ("LND_REST_URL", "LND_TLS_CERT", "LND_MACAROON")


@dataclass
class Stand:
    """A gateway under test. Without `network` it is a real node: nobody can be told to pay, fail or mine there."""

    gateway: Gateway
    network: Network | None = None

    def simulated(self) -> Network:
        """The network behind it; skips the test for a real node."""
        if self.network is None:
            pytest.skip("needs an economy that can be ordered about; the real node has none")
        return self.network

    def invoice_elsewhere(self, amount_msats: int, node: str = "merchant") -> NewInvoice:
        return gateway(self.simulated(), node).create_invoice(amount_msats, "contract", 3600)

    def pay_in(self, invoice: str, payment_hash: str) -> None:
        gateway(self.simulated(), "merchant").send(invoice, payment_hash, None, 10_000, 5)

    def fault(self, effect: Effect, condition: Condition | None = None, **terms: int) -> None:
        faults.add(self.simulated(), condition or Condition(), effect, **terms)

    def advance(self, milliseconds: int) -> None:
        advance(self.simulated(), milliseconds)

    def mine(self) -> None:
        chain.mine(self.simulated())


@contextmanager
def stand(leg: str) -> Iterator[Stand]:
    """The stand of a leg. Skips, with the reason, when the real node is not configured."""
    if leg == "lnd_node":
        missing = [name for name in NODE_VARIABLES if not os.environ.get(name)]
        if missing:
            pytest.skip(f"no real LND node: {', '.join(missing)} not set")
        yield Stand(LndGateway(Rest(os.environ["LND_REST_URL"], _certificate(), _macaroon())))
        return
    network = make_network()
    if leg == "simulated":
        yield Stand(gateway(network), network)
        return
    with LndDouble(gateway(network)) as double:
        clock: Callable[[], float] = lambda: network.now_ms() / 1000  # noqa: E731
        rest = Rest(double.url, double.cert, double.macaroon, timeout_s=5)
        yield Stand(LndGateway(rest, clock=clock), network)
        rest.close()


def _certificate() -> bytes:
    """A file, PEM, or PEM in base64."""
    value = os.environ["LND_TLS_CERT"]
    if os.path.exists(value):
        with open(value, "rb") as file:
            return file.read()
    return value.encode() if "BEGIN CERTIFICATE" in value else base64.b64decode(value)


def _macaroon() -> str:
    """A file, or hex."""
    value = os.environ["LND_MACAROON"]
    return read_macaroon("", value) if os.path.exists(value) else value
