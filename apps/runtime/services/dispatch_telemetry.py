"""Supply and dispatch of one capability as an owner sees it, computed from the rows that say so."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max, Q

from apps.runtime.domain.owners import Owner
from apps.runtime.models import Dispatch
from apps.runtime.models.marketplace import DispatchStatus
from apps.runtime.services import providers

SCHEMA = "openagents.marketplace.compute_telemetry.v1"
SAMPLES_MAX = 256


def compute(owner: Owner, capability: str) -> dict[str, Any]:
    """`MarketplaceComputeTelemetryResponse`: latencies over the newest 256 successes, p50 the lower median."""
    market = providers.market_of(owner.key)
    available = [provider for provider in market if provider.available_for(capability)]
    owned = [provider for provider in available if provider.owner_key == owner.key]
    reserve = [provider for provider in available if provider.owner_key != owner.key and provider.offer.reserve_pool]
    return {
        "schema": SCHEMA,
        "owner_key": owner.key,
        "capability": capability,
        "provider_total": len(market),
        "provider_eligible_owned": len(owned),
        "provider_eligible_reserve": len(reserve),
        "provider_eligible_total": len(owned) + len(reserve),
        "dispatch": _dispatches(owner, capability),
    }


def _dispatches(owner: Owner, capability: str) -> dict[str, Any]:
    rows = Dispatch.objects.filter(owner_key=owner.key, capability=capability)
    lost = Q(failure="provider_not_found")
    counts = rows.aggregate(
        dispatch_total=Count("pk"),
        dispatch_not_found=Count("pk", filter=lost),
        dispatch_errors=Count("pk", filter=Q(status=DispatchStatus.FAILED) & ~lost),
        dispatch_fallbacks=Count("pk", filter=Q(fallback_from_provider_id__isnull=False)),
        updated_at=Max("created_at"),
    )
    newest = rows.filter(status=DispatchStatus.SUCCEEDED).order_by("-created_at")
    samples = sorted(latency or 0 for latency in newest.values_list("latency_ms", flat=True)[:SAMPLES_MAX])
    return {
        **counts,
        "latency_ms_avg": sum(samples) // len(samples) if samples else None,
        "latency_ms_p50": samples[(len(samples) - 1) // 2] if samples else None,
        "samples": len(samples),
    }
