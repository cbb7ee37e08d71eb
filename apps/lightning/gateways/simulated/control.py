"""What tests and drills turn in a simulated network: its clock, its coins, its topology. Never part of a payment."""

from __future__ import annotations

from django.db import transaction
from django.db.models import F

from apps.lightning.domain import simulation
from apps.lightning.gateways.simulated import payments
from apps.lightning.gateways.simulated.store import Network, build_topology
from apps.lightning.models import SimChannel, SimFault, SimInvoice, SimNetwork, SimNode, SimPayment, SimTx


class NotManual(Exception):
    """The network's clock is the machine's: nobody sets it."""


def set_clock(network: Network, now_ms: int) -> int:
    """Move a manual clock, also back, and end what became due. Raises NotManual."""
    if not network.manual_clock:
        raise NotManual
    SimNetwork.objects.filter(name=network.name).update(now_ms=now_ms)
    payments.end_due(network)
    return network.now_ms()


def reset(network: Network) -> None:
    """The default topology again, with full balances, and nothing paid.

    Numbers go on where they were: a payment id, an invoice's preimage or an address is never given out a second time.
    """
    with transaction.atomic():
        row = SimNetwork.objects.select_for_update().get(name=network.name)
        counters = {
            node.name: (node.invoices, node.settled, node.addresses)
            for node in SimNode.objects.filter(network_id=network.name)
        }
        for model in (SimPayment, SimInvoice, SimFault, SimTx, SimChannel, SimNode):
            model.objects.filter(network_id=network.name).delete()
        row.funded_sats = simulation.ONCHAIN_SATS
        row.block_height = simulation.BLOCK_HEIGHT
        row.save(update_fields=["funded_sats", "block_height"])
        build_topology(network)
        for name, (invoices, settled, addresses) in counters.items():
            SimNode.objects.filter(network_id=network.name, name=name).update(
                invoices=F("invoices") + invoices,
                settled=F("settled") + settled,
                addresses=F("addresses") + addresses,
            )
