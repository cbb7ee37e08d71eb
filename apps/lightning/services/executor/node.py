"""The node this process speaks to: one gateway, what was last heard of it, and whether it can be used (4.3)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings

from apps.lightning import metrics
from apps.lightning.gateways import selection
from apps.lightning.gateways.protocol import Gateway, GatewayError, NodeInfo
from apps.lightning.services.executor import custody
from apps.lightning.services.executor.clock import database_now, unix_ms
from apps.lightning.services.executor.refusals import fault

log = structlog.get_logger("oa.executor")

SIM_SEED = "simulated_seed"


@dataclass(slots=True)
class Link:
    """What this process knows of its node. `lifecycle` is disconnected, connecting, connected or error."""

    lifecycle: str = "disconnected"
    info: NodeInfo | None = None
    error_code: str = ""
    error_message: str = ""
    updated_at_ms: int = 0


_lock = threading.RLock()
_gateway: Gateway | None = None
_link = Link()


def gateway() -> Gateway:
    """The configured gateway, made once. Raises SystemExit for a mode without a driver, Fault CUSTODY_SEALED."""
    global _gateway
    with _lock:
        if _gateway is None:
            _gateway = selection.build(settings.OA, _simulation_seed)
        return _gateway


def _simulation_seed() -> str:
    """64 hex: everything about the simulated network follows from it. Made once and kept sealed."""
    return custody.load_or_create(SIM_SEED, custody.new_hex_secret)


@contextmanager
def use(other: Any) -> Iterator[None]:
    """Speak to another gateway inside the block (tests and drills)."""
    global _gateway, _link
    with _lock:
        before, _gateway, _link = (_gateway, _link), other, Link()
    try:
        yield
    finally:
        with _lock:
            _gateway, _link = before


def link() -> Link:
    """What is known without asking the node."""
    return _link


def refresh() -> Link:
    """Ask the node, best effort: a refusal keeps `connected` if it was, and only fills the last error."""
    was = _link.lifecycle
    if was == "disconnected":
        _link.lifecycle = "connecting"
    try:
        if was != "connected":
            gateway().connect()
        _link.info = gateway().info()
        _link.lifecycle = "connected"
        metrics.GATEWAY_UP.set(1)
    except GatewayError as error:
        _failed(was, error.code, error.reason)
    except Exception as error:  # a driver must not take /status with it
        log.error("gateway_raised", error=type(error).__name__, exc_info=error)
        _failed(was, "connect_failed", type(error).__name__)
    _link.updated_at_ms = unix_ms(database_now())
    return _link


def _failed(was: str, code: str, reason: str) -> None:
    _link.lifecycle = "connected" if was == "connected" else "error"
    _link.error_code, _link.error_message = code, reason
    metrics.GATEWAY_UP.set(0)


def own_pubkey() -> str | None:
    """Our node's key, from the last answer or a fresh one; None while it cannot be asked."""
    found = _link.info or refresh().info
    return found.identity_pubkey if found else None


def require(capability: str) -> Gateway:
    """The gateway, if it can do this. Raises Fault `unsupported_payment_method`."""
    found = gateway()
    if capability not in found.capabilities:
        raise fault("unsupported_payment_method", reason=capability)
    return found
