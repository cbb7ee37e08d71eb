"""The simulated gateway of a process, from its configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from apps.lightning.gateways.simulated.gateway import SimulatedGateway
from apps.lightning.gateways.simulated.store import Network, SimulationRefused

if TYPE_CHECKING:
    from apps.lightning.config import Config


def build(config: Config, seed: Callable[[], str]) -> SimulatedGateway:
    """The node `wallet` of the one network. `seed` gives 64 hex when none is configured. Raises SystemExit."""
    try:
        network = Network.open(
            seed=bytes.fromhex(config.oa_lightning_sim_seed or seed()),
            environment=config.oa_env,
            manual_clock=config.oa_lightning_sim_clock == "manual",
        )
    except SimulationRefused as refused:
        raise SystemExit(f"configuration: OA_LIGHTNING_WALLET_EXECUTOR_MODE: {refused}") from None
    return SimulatedGateway(network, wallet_id=config.oa_lightning_wallet_id)
