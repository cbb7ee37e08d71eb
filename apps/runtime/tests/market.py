"""What market tests need: registered providers with real servers behind them, and requests."""

from __future__ import annotations

from typing import Any

from apps.runtime.domain.owners import Owner
from apps.runtime.domain.worker_states import Lane
from apps.runtime.models import DispatchAttempt, Worker
from apps.runtime.services.workers import Registration, register
from apps.runtime.tests.provider_double import ProviderDouble
from openagents.receipts.ids import new_id

MARKET = "/internal/v1/marketplace"
SANDBOX = "oa.sandbox_run.v1"


def sandbox_request(**changes: Any) -> dict[str, Any]:
    """A job nobody else has asked for."""
    image = f"sha256:{new_id('image')}"
    return {
        "sandbox": {"image_digest": image, "resources": {"timeout_secs": 5}},
        "commands": [{"cmd": "make"}],
        **changes,
    }


def offer(double: ProviderDouble, **metadata: Any) -> dict[str, Any]:
    return {
        "roles": ["provider"],
        "provider_id": new_id("prov"),
        "provider_base_url": double.url,
        "capabilities": [SANDBOX],
        "min_price_msats": 1000,
        **metadata,
    }


def provider(double: ProviderDouble, owner: Owner, **metadata: Any) -> Worker:
    """A provider of the owner, registered and qualified."""
    request = Registration(Lane.GENERIC, owner, None, metadata=offer(double, **metadata))
    return register(request).live.worker


def attempts(dispatch_id: str) -> list[tuple[str, str | None]]:
    """State and reason of each attempt."""
    found = DispatchAttempt.objects.filter(dispatch_id=dispatch_id).order_by("attempt")
    return [(str(one.state), one.reason) for one in found]


def strikes(worker: Worker) -> int:
    return Worker.objects.get(worker_id=worker.worker_id).failure_strikes
