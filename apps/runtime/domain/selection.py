"""What a provider costs all in, which provider is chosen, and the quote that says so (runtime 12.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from apps.runtime.domain.providers import U64_MAX, Provider, SupplyClass, Tier
from openagents.receipts.canonical import canonical_sha256
from openagents.receipts.ids import derived_id

OPERATOR_FEE_BPS = 50
POLICY_ADDER_MSATS = {SupplyClass.RESERVE_POOL: 500, SupplyClass.INSTANCE_MARKET: 250}
STRIKE_MSATS = 500
PROVISIONAL_MSATS = 1000
PRICE_VIOLATION_MSATS = 2000
"""What distrust adds to a price when providers are compared; nobody is charged for it."""

QUOTE_SCHEMA = "openagents.marketplace.compute_all_in_quote.v1"
QUOTE_SECONDS = 60
REFUND_SECONDS = 3600
CURRENCY = "msats"

OWNED = "owned"
RESERVE_POOL = "reserve_pool"

_TIER_RANK = {Tier.PREFERRED: 0, Tier.QUALIFIED: 1, Tier.PROVISIONAL: 2}
_TOPOLOGY_RANK = {
    SupplyClass.LOCAL_CLUSTER: 1,
    SupplyClass.BUNDLE_RACK: 1,
    SupplyClass.INSTANCE_MARKET: 2,
    SupplyClass.SINGLE_NODE: 3,
    SupplyClass.RESERVE_POOL: 4,
}


@dataclass(frozen=True, slots=True)
class Price:
    """Millisatoshi: what the provider gets, what comes on top, what the buyer pays."""

    provider_msats: int
    operator_fee_msats: int
    policy_adder_msats: int
    total_msats: int


@dataclass(frozen=True, slots=True)
class Selection:
    """A chosen provider. `tier` says from which supply: `owned` or `reserve_pool`."""

    provider: Provider
    tier: str


def price_of(provider: Provider, capability: str) -> Price | None:
    """The all-in price of a capability; None when the provider names none. Sums stop at 2^64-1."""
    offer = provider.offer
    amount = provider.min_price_msats
    if offer.pricing_stage == "banded":
        band = next((band for band in offer.bands if band.capability == capability), None)
        amount = band.min_price_msats if band else amount
    if amount is None:
        return None
    fee = -(-amount * OPERATOR_FEE_BPS // 10_000)
    adder = POLICY_ADDER_MSATS.get(offer.supply_class, 0)
    return Price(amount, fee, adder, min(amount + fee + adder, U64_MAX))


def rank(provider: Provider, capability: str) -> tuple[int, int, int, int, str]:
    """Sort key among providers, best first."""
    trust = provider.trust
    price = price_of(provider, capability)
    effective = U64_MAX
    if price is not None:
        distrust = (
            STRIKE_MSATS * trust.failure_strikes
            + (PROVISIONAL_MSATS if trust.tier is Tier.PROVISIONAL else 0)
            + PRICE_VIOLATION_MSATS * trust.price_violations
        )
        effective = min(price.total_msats + distrust, U64_MAX)
    return effective, _TIER_RANK[trust.tier], _topology_rank(provider), trust.failure_strikes, provider.provider_id


def select(
    providers: Iterable[Provider], owner_key: str, capability: str, without: Collection[str] = ()
) -> Selection | None:
    """The best available provider of the owner's own, else the best of the reserve pool, else None.

    `without`: worker ids that are not considered (the ones that have failed just now).
    """
    available = [
        provider for provider in providers if provider.worker_id not in without and provider.available_for(capability)
    ]
    owned = [provider for provider in available if provider.owner_key == owner_key]
    reserve = [provider for provider in available if provider.offer.reserve_pool]
    for candidates, tier in ((owned, OWNED), (reserve, RESERVE_POOL)):
        if candidates:
            return Selection(min(candidates, key=lambda provider: rank(provider, capability)), tier)
    return None


def _topology_rank(provider: Provider) -> int:
    supply = provider.offer.supply_class
    if supply is SupplyClass.LOCAL_CLUSTER and len(provider.offer.cluster_members) >= 2:
        return 0
    return _TOPOLOGY_RANK[supply]


@dataclass(frozen=True, slots=True)
class Quote:
    """A binding all-in price. Times are unix seconds."""

    capability: str
    objective_hash: str
    issued_at_unix: int
    provider_id: str
    provider_worker_id: str
    price: Price

    def hashed_form(self) -> dict[str, Any]:
        """Exactly the members that `quote_sha256` covers."""
        return {
            "capability": self.capability,
            "objective_hash": self.objective_hash,
            "issued_at_unix": self.issued_at_unix,
            "valid_until_unix": self.issued_at_unix + QUOTE_SECONDS,
            "cancel_until_unix": self.issued_at_unix + QUOTE_SECONDS,
            "cancel_fee_msats": 0,
            "refund_until_unix": self.issued_at_unix + REFUND_SECONDS,
            "currency": CURRENCY,
            "provider_id": self.provider_id,
            "provider_worker_id": self.provider_worker_id,
            "provider_price_msats": self.price.provider_msats,
            "operator_fee_msats": self.price.operator_fee_msats,
            "policy_adder_msats": self.price.policy_adder_msats,
            "total_price_msats": self.price.total_msats,
        }

    @property
    def quote_sha256(self) -> str:
        return canonical_sha256(self.hashed_form())

    def plain(self) -> dict[str, Any]:
        """The quote as it goes over the wire and into the store."""
        digest = self.quote_sha256
        fees = {"operator_fee": self.price.operator_fee_msats, "policy_adder": self.price.policy_adder_msats}
        return {
            "schema": QUOTE_SCHEMA,
            "quote_id": derived_id("quote", digest, 16),
            "quote_sha256": digest,
            **self.hashed_form(),
            "fee_components": [
                {"component": name, "amount_msats": amount} for name, amount in fees.items() if amount > 0
            ],
        }


def make_quote(provider: Provider, capability: str, objective_hash: str, issued_at_unix: int) -> Quote | None:
    """A quote of the provider's price now; None when it names none."""
    price = price_of(provider, capability)
    if price is None:
        return None
    return Quote(capability, objective_hash, issued_at_unix, provider.provider_id, provider.worker_id, price)
