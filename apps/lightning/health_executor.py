"""What the executor adds to `/healthz` and `/readyz`.

Custody and node only degrade readiness: while one of them is away, reads must go on being answered (section 25).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from apps.lightning.services.executor import custody, node, writer
from openagents.ops import context, health
from openagents.ops.health import Finding

DECISIVE = ("db", "schema", "clock", "draining")


def _facts() -> dict[str, Any]:
    return {"ok": True, "requestId": context.request_id.get()}


def _ready(passed: Mapping[str, bool]) -> dict[str, Any]:
    durable = passed.get("durability", True) or settings.OA.oa_env != "prod"
    return {
        "ok": durable and all(passed.get(name, True) for name in DECISIVE),
        "active_writer": writer.is_active(),
        "simulated": settings.OA.simulated,
    }


def _custody() -> Finding:
    return Finding(not custody.sealed(), "custody_sealed" if custody.sealed() else None)


def _gateway() -> Finding:
    link = node.link()
    if link.lifecycle == "disconnected":
        link = node.refresh()
    return Finding(link.lifecycle == "connected" and not _last_failed(link), link.error_code or None)


def _last_failed(link: node.Link) -> bool:
    return bool(link.error_code) and link.lifecycle != "connected"


def register() -> None:
    """Add the executor's checks and facts to the shared health routes."""
    health.live_facts(_facts)
    health.ready_facts(_ready)
    health.check("custody", fails=False)(_custody)
    health.check("gateway", fails=False)(_gateway)
