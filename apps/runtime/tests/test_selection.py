"""Price, selection and quote: the vectors of the specification, and the rules around them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.domain.providers import (
    NotQualified,
    Provider,
    SupplyClass,
    Tier,
    Trust,
    check_offer,
    read_offer,
)
from apps.runtime.domain.selection import make_quote, price_of, rank, select
from openagents.receipts.canonical import canonical_sha256

SANDBOX = "oa.sandbox_run.v1"
JOB_HASH = "de62395147da3e2777948c5f2572a5299b8eececaf88b9b2acfd560b486f49b5"
METADATA: dict[str, Any] = {
    "roles": ["provider"],
    "provider_id": "prov-demo",
    "provider_base_url": "https://provider.example",
    "capabilities": [SANDBOX],
    "min_price_msats": 1999,
}


def provider(
    worker_id: str = "worker:demo",
    owner: str = "user:u1",
    trust: Trust = Trust(),  # noqa: B008 - a frozen value
    status: str = "running",
    heartbeat: str = "fresh",
    adapter: str = "x",
    **metadata: Any,
) -> Provider:
    offer = read_offer({**METADATA, **metadata}, adapter)
    return Provider(worker_id, owner, adapter, status, heartbeat, 5, offer, datetime(2026, 1, 1, tzinfo=UTC), trust)


def test_the_quote_of_the_worked_example() -> None:
    quote = make_quote(provider(supply_class="instance_market"), SANDBOX, JOB_HASH, 1_767_225_600)
    assert quote is not None
    plain = quote.plain()
    assert quote.quote_sha256 == "011db6bd8d2704da5e24561c76ed80275edac85aa424718c00c28e74245e5c20"
    assert plain["quote_id"] == "quote_011db6bd8d2704da"
    assert (plain["operator_fee_msats"], plain["policy_adder_msats"], plain["total_price_msats"]) == (10, 250, 2259)
    assert plain["valid_until_unix"] == plain["cancel_until_unix"] == 1_767_225_660
    assert (plain["refund_until_unix"], plain["cancel_fee_msats"], plain["currency"]) == (1_767_229_200, 0, "msats")
    assert plain["fee_components"] == [
        {"component": "operator_fee", "amount_msats": 10},
        {"component": "policy_adder", "amount_msats": 250},
    ]
    assert canonical_sha256(quote.hashed_form()) == plain["quote_sha256"]


PRICES = [
    ({"min_price_msats": 1}, (1, 1, 0, 2)),
    ({"min_price_msats": 200}, (200, 1, 0, 201)),
    ({"min_price_msats": 201}, (201, 2, 0, 203)),
    ({"min_price_msats": 1000, "reserve_pool": True}, (1000, 5, 500, 1505)),
    ({"min_price_msats": 1000, "roles": ["provider", "reserve_pool"]}, (1000, 5, 500, 1505)),
    (
        {
            "pricing_stage": "banded",
            "pricing_bands": [{"capability": SANDBOX, "min_price_msats": 10, "max_price_msats": 20}],
        },
        (10, 1, 0, 11),
    ),
    # fixed stage: bands do not count
    (
        {"pricing_bands": [{"capability": SANDBOX, "min_price_msats": 10, "max_price_msats": 20}]},
        (1999, 10, 0, 2009),
    ),
]


@pytest.mark.parametrize(("metadata", "expected"), PRICES)
def test_the_price_is_the_providers_with_fee_and_adder(metadata: dict[str, Any], expected: tuple[int, ...]) -> None:
    price = price_of(provider(**metadata), SANDBOX)
    assert price is not None
    assert (price.provider_msats, price.operator_fee_msats, price.policy_adder_msats, price.total_msats) == expected


@given(st.integers(1, 2**62 - 1))
def test_the_fee_is_rounded_up_and_the_sum_fits(amount: int) -> None:
    price = price_of(provider(min_price_msats=amount), SANDBOX)
    assert price is not None
    assert price.operator_fee_msats * 10_000 >= amount * 50 > (price.operator_fee_msats - 1) * 10_000
    assert price.total_msats == amount + price.operator_fee_msats < 2**63


SUPPLY: list[tuple[dict[str, Any], str, SupplyClass]] = [
    ({"reserve_pool": True, "supply_class": "bundle_rack"}, "x", SupplyClass.RESERVE_POOL),
    ({"supply_class": "local_cluster"}, "bundle_rack", SupplyClass.LOCAL_CLUSTER),
    ({"supply_class": "moon"}, "my_bundle_rack_v2", SupplyClass.BUNDLE_RACK),
    ({"local_cluster": True}, "instance_market", SupplyClass.INSTANCE_MARKET),
    ({"local_cluster": True, "bundle_rack": True}, "x", SupplyClass.LOCAL_CLUSTER),
    ({"bundle_rack": True}, "x", SupplyClass.BUNDLE_RACK),
    ({"instance_market": True}, "x", SupplyClass.INSTANCE_MARKET),
    ({}, "x", SupplyClass.SINGLE_NODE),
]


@pytest.mark.parametrize(("metadata", "adapter", "expected"), SUPPLY)
def test_the_supply_class_is_found_in_order(metadata: dict[str, Any], adapter: str, expected: SupplyClass) -> None:
    assert provider(adapter=adapter, **metadata).offer.supply_class is expected


@pytest.mark.parametrize(
    ("strikes", "successes", "tier"),
    [(0, 0, Tier.QUALIFIED), (0, 5, Tier.PREFERRED), (1, 9, Tier.QUALIFIED), (2, 9, Tier.PROVISIONAL)],
)
def test_the_tier_is_computed(strikes: int, successes: int, tier: Tier) -> None:
    assert Trust(failure_strikes=strikes, success_count=successes).tier is tier


RANKS = [
    # cheaper first; strikes, provisional and price violations make dearer
    (provider(min_price_msats=1000), provider(min_price_msats=1001)),
    (provider(min_price_msats=1000), provider(min_price_msats=600, trust=Trust(failure_strikes=1))),
    (provider(min_price_msats=2800), provider(min_price_msats=1000, trust=Trust(failure_strikes=2))),
    (provider(min_price_msats=2900), provider(min_price_msats=1000, trust=Trust(price_violations=1))),
    # equal price: tier, then topology, then strikes, then id
    (provider(trust=Trust(success_count=5)), provider(supply_class="local_cluster", cluster_members=["a", "b"])),
    (provider(supply_class="local_cluster", cluster_members=["a", "b"]), provider(supply_class="bundle_rack")),
    (provider(supply_class="bundle_rack"), provider()),
    (provider(provider_id="a"), provider(provider_id="b")),
    # no price ranks behind every price
    (provider(min_price_msats=2**61), provider(min_price_msats=None)),
]


@pytest.mark.parametrize(("better", "worse"), RANKS)
def test_providers_are_ranked_as_specified(better: Provider, worse: Provider) -> None:
    assert rank(better, SANDBOX) < rank(worse, SANDBOX)


def test_own_providers_come_first_then_the_reserve_pool_then_nobody() -> None:
    own = provider("w-own", min_price_msats=9_000)
    reserve = provider("w-reserve", owner="user:other", reserve_pool=True, min_price_msats=1)
    foreign = provider("w-foreign", owner="user:other", min_price_msats=1)
    chosen = select([own, reserve, foreign], "user:u1", SANDBOX)
    assert chosen is not None and (chosen.provider, chosen.tier) == (own, "owned")
    pooled = select([own, reserve, foreign], "user:u1", SANDBOX, without={"w-own"})
    assert pooled is not None and (pooled.provider, pooled.tier) == (reserve, "reserve_pool")
    assert select([foreign], "user:u1", SANDBOX) is None


UNAVAILABLE = [
    provider(provider_base_url=" "),
    provider(trust=Trust(quarantined=True)),
    provider(status="stopping"),
    provider(heartbeat="stale"),
    provider(capabilities=["oa.embeddings.v1"]),
]


@pytest.mark.parametrize("one", UNAVAILABLE)
def test_who_is_not_available_is_not_selected(one: Provider) -> None:
    assert select([one], one.owner_key, SANDBOX) is None


BAND = {"capability": SANDBOX, "min_price_msats": 5, "max_price_msats": 9, "step_msats": 2}
BANDED = {"pricing_stage": "banded", "pricing_bands": [BAND], "min_price_msats": None}
BAD_OFFERS: list[tuple[dict[str, Any], str]] = [
    ({"provider_base_url": ""}, "metadata.provider_base_url"),
    ({"capabilities": ["oa.embeddings.v1"]}, "metadata.capabilities"),
    ({"min_price_msats": None}, "metadata.min_price_msats"),
    ({"min_price_msats": 0}, "metadata.min_price_msats"),
    ({"min_price_msats": True}, "metadata.min_price_msats"),
    ({"min_price_msats": 2**63 - 1}, "metadata.min_price_msats"),
    ({"pricing_stage": "bidding"}, "metadata.pricing_stage"),
    ({**BANDED, "pricing_bands": []}, "metadata.pricing_bands"),
    ({**BANDED, "pricing_bands": [{**BAND, "capability": "other"}]}, "metadata.pricing_bands.0"),
    ({**BANDED, "pricing_bands": [BAND, {**BAND, "max_price_msats": 4}]}, "metadata.pricing_bands.1"),
    ({**BANDED, "pricing_bands": [{**BAND, "step_msats": 0}]}, "metadata.pricing_bands.0"),
    ({**BANDED, "pricing_bands": ["x"]}, "metadata.pricing_bands.0"),
]


@pytest.mark.parametrize(("change", "field"), BAD_OFFERS)
def test_an_incomplete_offer_does_not_qualify(change: dict[str, Any], field: str) -> None:
    with pytest.raises(NotQualified) as refused:
        check_offer({**METADATA, **change})
    assert refused.value.field == field


def test_complete_offers_qualify_and_an_unknown_stage_is_fixed() -> None:
    check_offer(METADATA)
    check_offer({**METADATA, **BANDED})
    check_offer({**METADATA, "pricing_stage": "auction"})
    assert provider(pricing_stage="auction").offer.pricing_stage == "fixed"
    assert provider(**BANDED).min_price_msats == 5


def test_invalid_bands_are_dropped_from_the_catalog() -> None:
    offer = provider(pricing_stage="banded", pricing_bands=[BAND, {**BAND, "min_price_msats": -1}, None]).offer
    assert [band.min_price_msats for band in offer.bands] == [5]


@pytest.mark.parametrize(
    ("caps", "seconds"),
    [
        (None, 60),
        ({}, 60),
        ({"max_timeout_secs": 0}, 1),
        ({"max_timeout_secs": 9999}, 3600),
        ({"max_timeout_secs": "9"}, 60),
        ({"max_timeout_secs": 30}, 30),
    ],
)
def test_the_providers_own_timeout_limit_is_clamped(caps: Any, seconds: int) -> None:
    assert provider(caps=caps).offer.max_timeout_secs == seconds
