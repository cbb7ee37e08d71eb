"""What the runtime says about itself in `/healthz` and `/readyz`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from apps.runtime.services import write_mode
from openagents.ops import health


def _facts() -> dict[str, Any]:
    config = settings.OA
    mode = write_mode.last_known()
    return {
        "authority_write_mode": mode,
        "authority_writer_active": mode == "active",
        "fanout_driver": config.hint_driver(),
        "db_configured": True,
    }


def _ready_facts(passed: Mapping[str, bool]) -> dict[str, Any]:
    config = settings.OA
    # Projectors run inside the append, so they are ready whenever the authority is.
    authority_ready = passed["db"] and passed["schema"]
    mode = write_mode.current() if passed["db"] else write_mode.last_known()
    return {
        "authority_ready": authority_ready,
        "projector_ready": authority_ready,
        "authority_writer_active": mode == "active",
        "fanout_driver": config.hint_driver(),
    }


def register() -> None:
    """Add the runtime's facts to the shared health routes."""
    health.live_facts(_facts)
    health.ready_facts(_ready_facts)
