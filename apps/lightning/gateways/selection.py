"""Which driver serves the configured mode. A driver that is not there ends the process, never becomes another one."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from apps.lightning.gateways.protocol import Gateway

if TYPE_CHECKING:
    from apps.lightning.config import Config

DRIVERS = {"simulated": "apps.lightning.gateways.simulated.driver", "lnd": "apps.lightning.gateways.lnd.driver"}


def installed(mode: str) -> bool:
    """Whether there is a driver for the mode."""
    return mode in DRIVERS


def build(config: Config, seed: Callable[[], str]) -> Gateway:
    """The gateway of the configured mode; `seed` gives the simulation's when none is configured. Raises SystemExit."""
    mode = config.oa_lightning_wallet_executor_mode
    if not installed(mode):
        raise SystemExit(f"configuration: OA_LIGHTNING_WALLET_EXECUTOR_MODE: no driver for {mode} is installed")
    made: Gateway = import_module(DRIVERS[mode]).build(config, seed)
    return made
