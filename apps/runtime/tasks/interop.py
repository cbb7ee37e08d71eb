"""The Bridge hears of public facts."""

from __future__ import annotations

from celery import shared_task

from apps.runtime.services import interop

SCHEDULE = {
    "runtime.post_mirror_intents": {"task": "runtime.post_mirror_intents", "schedule": 5.0},
    "runtime.refresh_provider_ads": {"task": "runtime.refresh_provider_ads", "schedule": 30.0},
    "runtime.prune_mirror_intents": {"task": "runtime.prune_mirror_intents", "schedule": 3600.0},
}


@shared_task(name="runtime.post_mirror_intents")
def post_mirror_intents() -> int:
    """Post what waits; returns how many the Bridge answered."""
    return interop.post_round()


@shared_task(name="runtime.refresh_provider_ads")
def refresh_provider_ads() -> int:
    """Advertise live providers again; returns how many were looked at."""
    return interop.refresh_ads()


@shared_task(name="runtime.prune_mirror_intents")
def prune_mirror_intents() -> int:
    """Forget what was delivered long ago; returns the rows removed."""
    return interop.prune_round()
