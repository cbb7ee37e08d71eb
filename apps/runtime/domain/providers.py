"""Providers: what a worker's metadata offers on the market, whether that qualifies, and how a provider ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeGuard

from apps.runtime.domain.jobs import SANDBOX_RUN

U64_MAX = 2**64 - 1
MSATS_MAX = 2**63 - 1
"""Largest amount a money column holds."""

PRICE_MSATS_MAX = MSATS_MAX // 2
"""Largest price on offer: fee and adder still fit behind it."""

ROLE_PROVIDER = "provider"
ROLE_RESERVE_POOL = "reserve_pool"
MAX_TIMEOUT_SECONDS_DEFAULT = 60
MAX_TIMEOUT_SECONDS = range(1, 3601)
PREFERRED_SUCCESSES = 5
PROVISIONAL_STRIKES = 2

PRICING_KEYS = frozenset({"pricing_stage", "pricing_bands", "min_price_msats", "capabilities"})
"""Metadata whose change must leave the pricing valid."""


class SupplyClass(StrEnum):
    SINGLE_NODE = "single_node"
    LOCAL_CLUSTER = "local_cluster"
    BUNDLE_RACK = "bundle_rack"
    INSTANCE_MARKET = "instance_market"
    RESERVE_POOL = "reserve_pool"


class Tier(StrEnum):
    PREFERRED = "preferred"
    QUALIFIED = "qualified"
    PROVISIONAL = "provisional"


class NotQualified(ValueError):
    """The metadata does not make a provider. `field` is the key at fault, `reason_code` is for machines."""

    def __init__(self, field: str, problem: str, reason_code: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem
        self.reason_code = reason_code


@dataclass(frozen=True, slots=True)
class Band:
    """Price range of one capability, in millisatoshi."""

    capability: str
    min_price_msats: int
    max_price_msats: int
    step_msats: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What metadata says about a provider, read leniently: what is invalid counts as absent."""

    provider_id: str | None
    base_url: str | None
    roles: tuple[str, ...]
    capabilities: tuple[str, ...]
    min_price_msats: int | None
    pricing_stage: str
    bands: tuple[Band, ...]
    supply_class: SupplyClass
    reserve_pool: bool
    cluster_id: str | None
    cluster_members: tuple[str, ...]
    max_timeout_secs: int


@dataclass(frozen=True, slots=True)
class Trust:
    """What the runtime itself has learnt about a provider; no client can write it."""

    failure_strikes: int = 0
    success_count: int = 0
    price_samples: int = 0
    price_violations: int = 0
    last_price_variance_bps: int | None = None
    quarantined: bool = False
    quarantine_reason: str | None = None

    @property
    def tier(self) -> Tier:
        if self.failure_strikes >= PROVISIONAL_STRIKES:
            return Tier.PROVISIONAL
        if self.success_count >= PREFERRED_SUCCESSES and self.failure_strikes == 0:
            return Tier.PREFERRED
        return Tier.QUALIFIED


@dataclass(frozen=True, slots=True)
class Provider:
    """A worker as the market sees it."""

    worker_id: str
    owner_key: str
    adapter: str
    status: str
    heartbeat_state: str
    heartbeat_age_ms: int | None
    offer: Offer
    updated_at: datetime
    trust: Trust = field(default_factory=Trust)

    @property
    def provider_id(self) -> str:
        return self.offer.provider_id or self.worker_id

    @property
    def min_price_msats(self) -> int | None:
        """The price named, else the smallest band minimum."""
        if self.offer.min_price_msats is not None:
            return self.offer.min_price_msats
        return min((band.min_price_msats for band in self.offer.bands), default=None)

    def available_for(self, capability: str) -> bool:
        """Reachable, trusted, alive, and able to do it."""
        return (
            self.offer.base_url is not None
            and not self.trust.quarantined
            and self.status == "running"
            and self.heartbeat_state == "fresh"
            and capability in self.offer.capabilities
        )


def is_provider(metadata: Mapping[str, Any]) -> bool:
    """Does the worker offer its work on the market?"""
    return ROLE_PROVIDER in _texts(metadata.get("roles"))


def check_offer(metadata: Mapping[str, Any]) -> None:
    """Is the offer complete and its pricing valid? Raises NotQualified. Whether anybody answers is asked elsewhere."""
    if not _text(metadata.get("provider_base_url")):
        raise NotQualified("metadata.provider_base_url", "is required of a provider", "provider_base_url_missing")
    capabilities = _texts(metadata.get("capabilities"))
    if SANDBOX_RUN not in capabilities:
        problem = f"must contain {SANDBOX_RUN}"
        raise NotQualified("metadata.capabilities", problem, "provider_capability_missing")
    check_pricing(metadata)


def check_pricing(metadata: Mapping[str, Any]) -> None:
    """Is the pricing of this (merged) metadata valid? Raises NotQualified."""
    stage = _stage(metadata)
    price = metadata.get("min_price_msats")
    if price is not None and not _is_price(price):
        raise _bad_price("metadata.min_price_msats", "must be a positive integer number of millisatoshi")
    if stage == "bidding":
        problem = "bidding is above the allowed maximum"
        raise NotQualified("metadata.pricing_stage", problem, "provider_pricing_stage_not_allowed")
    if stage == "fixed":
        if price is None:
            raise _bad_price("metadata.min_price_msats", "is required under fixed pricing")
        return
    bands = metadata.get("pricing_bands")
    if not isinstance(bands, list) or not bands:
        raise _bad_price("metadata.pricing_bands", "must not be empty under banded pricing")
    capabilities = _texts(metadata.get("capabilities"))
    for index, band in enumerate(bands):
        if _band(band, capabilities) is None:
            raise _bad_price(f"metadata.pricing_bands.{index}", "is not a valid band of an offered capability")


def read_offer(metadata: Mapping[str, Any], adapter: str) -> Offer:
    """The offer in a worker's metadata, whatever else stands there."""
    roles, capabilities = _texts(metadata.get("roles")), _texts(metadata.get("capabilities"))
    price = metadata.get("min_price_msats")
    reserve_pool = metadata.get("reserve_pool") is True or ROLE_RESERVE_POOL in roles
    given = metadata.get("pricing_bands")
    bands = [_band(band, capabilities) for band in given] if isinstance(given, list) else []
    stage = _stage(metadata)
    return Offer(
        provider_id=_text(metadata.get("provider_id")),
        base_url=_text(metadata.get("provider_base_url")),
        roles=roles,
        capabilities=capabilities,
        min_price_msats=price if _is_price(price) else None,
        pricing_stage="banded" if stage == "banded" else "fixed",
        bands=tuple(band for band in bands if band is not None),
        supply_class=_supply_class(metadata, adapter, reserve_pool),
        reserve_pool=reserve_pool,
        cluster_id=_text(metadata.get("cluster_id")),
        cluster_members=_texts(metadata.get("cluster_members")),
        max_timeout_secs=_max_timeout(metadata.get("caps")),
    )


def _supply_class(metadata: Mapping[str, Any], adapter: str, reserve_pool: bool) -> SupplyClass:
    if reserve_pool:
        return SupplyClass.RESERVE_POOL
    named = metadata.get("supply_class")
    if isinstance(named, str) and named in set(SupplyClass):
        return SupplyClass(named)
    for supply in (SupplyClass.BUNDLE_RACK, SupplyClass.INSTANCE_MARKET):
        if supply.value in adapter:
            return supply
    for supply in (SupplyClass.LOCAL_CLUSTER, SupplyClass.BUNDLE_RACK, SupplyClass.INSTANCE_MARKET):
        if metadata.get(supply.value) is True:
            return supply
    return SupplyClass.SINGLE_NODE


def _stage(metadata: Mapping[str, Any]) -> str:
    stage = metadata.get("pricing_stage")
    name = stage.strip().lower() if isinstance(stage, str) else ""
    return name if name in ("banded", "bidding") else "fixed"


def _band(value: Any, capabilities: Sequence[str]) -> Band | None:
    if not isinstance(value, Mapping) or value.get("capability") not in capabilities:
        return None
    low, high, step = (value.get(name) for name in ("min_price_msats", "max_price_msats", "step_msats"))
    if not _is_price(low) or not _is_price(high) or high < low:
        return None
    if step is not None and not _is_price(step):
        return None
    return Band(value["capability"], low, high, step)


def _max_timeout(caps: Any) -> int:
    value = caps.get("max_timeout_secs") if isinstance(caps, Mapping) else None
    if not isinstance(value, int) or isinstance(value, bool):
        return MAX_TIMEOUT_SECONDS_DEFAULT
    return min(max(value, MAX_TIMEOUT_SECONDS.start), MAX_TIMEOUT_SECONDS.stop - 1)


def _bad_price(field: str, problem: str) -> NotQualified:
    return NotQualified(field, problem, "provider_pricing_invalid")


def _is_price(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= PRICE_MSATS_MAX


def _text(value: Any) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None


def _texts(value: Any) -> tuple[str, ...]:
    """The non-blank strings of a list, trimmed, each once."""
    items = value if isinstance(value, list) else []
    return tuple(dict.fromkeys(item.strip() for item in items if isinstance(item, str) and item.strip()))
