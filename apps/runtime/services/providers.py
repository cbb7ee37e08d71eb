"""The catalog: workers that offer their work, as the market sees them (12.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.runtime.domain.liveness import liveness
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.providers import U64_MAX, Provider, Trust, read_offer
from apps.runtime.domain.selection import Selection
from apps.runtime.domain.worker_states import WorkerStatus
from apps.runtime.models import Worker
from openagents.receipts.times import rfc3339

CATALOG_SCHEMA = "openagents.marketplace.provider_catalog.v1"
PRICE_VARIANCE = "last_price_variance_bps"
"""Where `Worker.last_signals` keeps it."""

RESERVE = Q(metadata__reserve_pool=True) | Q(metadata__roles__contains=["reserve_pool"])


def all_providers() -> list[Provider]:
    """Every provider of every owner, by provider id."""
    return _sorted(_rows())


def own_providers(owner_key: str) -> list[Provider]:
    """The owner's providers, by provider id."""
    return _sorted(_rows().filter(owner_key=owner_key))


def market_of(owner_key: str) -> list[Provider]:
    """What an owner can buy from: the own providers and the reserve pool of anyone, by provider id."""
    return _sorted(_rows().filter(Q(owner_key=owner_key) | RESERVE))


def _rows() -> QuerySet[Worker]:
    return Worker.objects.filter(is_provider=True, qualified=True).select_related("live")


def _sorted(rows: QuerySet[Worker]) -> list[Provider]:
    now = timezone.now()
    return sorted(
        (provider_of(worker, now) for worker in rows), key=lambda provider: (provider.provider_id, provider.worker_id)
    )


def provider_of(worker: Worker, now: datetime) -> Provider:
    """The market's view of a worker row with its live row."""
    alive = liveness(
        WorkerStatus(worker.status),
        worker.live.last_heartbeat_at,
        now,
        settings.OA.runtime_worker_heartbeat_stale_after_ms,
    )
    return Provider(
        worker_id=worker.worker_id,
        owner_key=worker.owner_key,
        adapter=worker.adapter,
        status=str(worker.status),
        heartbeat_state=str(alive.state),
        heartbeat_age_ms=alive.age_ms,
        offer=read_offer(worker.metadata, worker.adapter),
        updated_at=max(filter(None, (worker.updated_at, worker.live.last_heartbeat_at))),
        trust=trust_of(worker),
    )


def trust_of(worker: Worker) -> Trust:
    """What the runtime has learnt about a worker."""
    return Trust(
        failure_strikes=worker.failure_strikes,
        success_count=worker.success_count,
        price_samples=worker.price_integrity_samples,
        price_violations=worker.price_integrity_violations,
        last_price_variance_bps=worker.last_signals.get(PRICE_VARIANCE),
        quarantined=worker.quarantined,
        quarantine_reason=worker.quarantine_reason,
    )


def catalog_entry(provider: Provider) -> dict[str, Any]:
    """`MarketplaceCatalogEntry` as plain JSON."""
    offer, trust, owner = provider.offer, provider.trust, Owner(provider.owner_key)
    return {
        "schema": CATALOG_SCHEMA,
        "provider_id": provider.provider_id,
        "worker_id": provider.worker_id,
        "adapter": provider.adapter,
        "owner": {"user_id": _number(owner.user_ref), "guest_scope": owner.guest_scope},
        "status": provider.status,
        "heartbeat_state": provider.heartbeat_state,
        "heartbeat_age_ms": provider.heartbeat_age_ms,
        "supply_class": offer.supply_class.value,
        "cluster_id": offer.cluster_id,
        "cluster_members": list(offer.cluster_members),
        "reserve_pool": offer.reserve_pool,
        "quarantined": trust.quarantined,
        "quarantine_reason": trust.quarantine_reason,
        "roles": list(offer.roles),
        "base_url": offer.base_url,
        "capabilities": list(offer.capabilities),
        "min_price_msats": provider.min_price_msats,
        "pricing_stage": offer.pricing_stage,
        "pricing_bands": [
            {
                "capability": band.capability,
                "min_price_msats": band.min_price_msats,
                "max_price_msats": band.max_price_msats,
                "step_msats": band.step_msats,
            }
            for band in offer.bands
        ],
        "tier": trust.tier.value,
        "failure_strikes": trust.failure_strikes,
        "success_count": trust.success_count,
        "price_integrity_samples": trust.price_samples,
        "price_integrity_violations": trust.price_violations,
        "last_price_variance_bps": trust.last_price_variance_bps,
        "updated_at": rfc3339(provider.updated_at),
    }


def _number(user_ref: str | None) -> int | None:
    """The user id as a number, when it is one that the wire carries."""
    text = (user_ref or "").removeprefix("user:")
    return int(text) if text.isascii() and text.isdecimal() and int(text) <= U64_MAX else None


def selection_view(selection: Selection) -> dict[str, Any]:
    """`MarketplaceSelection` as plain JSON, with the owner key that decides what others may see of it."""
    return {
        "provider": catalog_entry(selection.provider),
        "tier": selection.tier,
        "owner_key": selection.provider.owner_key,
    }


def shown_to(view: dict[str, Any], owner_key: str, viewer: str | None) -> dict[str, Any]:
    """A catalog entry as a viewer sees it: of a foreign provider neither owner nor address. None: an operator."""
    if viewer is None or viewer == owner_key:
        return view
    return {**view, "owner": None, "base_url": None}
