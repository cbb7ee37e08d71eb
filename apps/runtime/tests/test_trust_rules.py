"""Trust signals and incident ids, without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.runtime.domain.incidents import SEVERITY, Incident, IncidentType
from apps.runtime.domain.providers import Trust
from apps.runtime.domain.trust import PriceSample, Signal, learn
from apps.runtime.gateways.guard import SsrfReason
from openagents.protocol.v1 import reasons_pb2

JOB_HASH = "de62395147da3e2777948c5f2572a5299b8eececaf88b9b2acfd560b486f49b5"


def test_the_incident_id_of_the_worked_example() -> None:
    told = Incident(IncidentType.QUARANTINED, provider_worker_id="worker:demo", job_hash=JOB_HASH)
    assert (told.incident_id, told.severity) == ("incident_722c55e3ccac81f0", "critical")
    assert Incident(IncidentType.QUARANTINED, provider_worker_id="worker:demo").incident_id != told.incident_id
    assert set(SEVERITY) == set(IncidentType)


@pytest.mark.parametrize(
    ("signal", "at", "reason"),
    [
        (Signal.VERIFICATION_VIOLATION, 3, "verification_violations"),
        (Signal.PROVIDER_FAILURE, 5, "provider_failures"),
    ],
)
def test_strikes_quarantine_at_the_signals_own_threshold(signal: Signal, at: int, reason: str) -> None:
    trust = Trust()
    for count in range(1, at + 1):
        trust = learn(trust, signal)
        assert trust.failure_strikes == count
        assert trust.quarantined == (count == at)
    assert trust.quarantine_reason == reason
    assert learn(trust, Signal.VERIFICATION_VIOLATION).quarantine_reason == reason


def test_strikes_of_both_kinds_add_up() -> None:
    trust = learn(learn(Trust(), Signal.PROVIDER_FAILURE), Signal.PROVIDER_FAILURE)
    assert learn(trust, Signal.VERIFICATION_VIOLATION).quarantine_reason == "verification_violations"


@pytest.mark.parametrize(
    ("quoted", "delivered", "variance", "violates"),
    [(1000, 1000, 0, False), (1000, 1001, 10, True), (1000, 999, -10, False), (3, 4, 3333, True), (3, 2, -3333, False)],
)
def test_a_price_sample_says_how_far_off_it_was(quoted: int, delivered: int, variance: int, violates: bool) -> None:
    trust = learn(Trust(), Signal.PRICE_SAMPLE, PriceSample(quoted, delivered))
    assert (trust.price_samples, trust.price_violations) == (1, int(violates))
    assert trust.last_price_variance_bps == variance


def test_three_price_violations_quarantine_and_honest_samples_never() -> None:
    trust = Trust()
    for _ in range(2):
        trust = learn(trust, Signal.PRICE_SAMPLE, PriceSample(10, 11))
    for _ in range(5):
        trust = learn(trust, Signal.PRICE_SAMPLE, PriceSample(10, 10))
    assert not trust.quarantined
    assert learn(trust, Signal.PRICE_SAMPLE, PriceSample(10, 2**63)).quarantine_reason == "price_integrity"


@given(st.lists(st.sampled_from([one for one in Signal if one is not Signal.PRICE_SAMPLE]), max_size=12))
def test_a_quarantine_once_set_stays_and_counts_only_rise(signals: list[Signal]) -> None:
    trust = Trust()
    for signal in signals:
        after = learn(trust, signal)
        assert after.failure_strikes >= trust.failure_strikes and after.success_count >= trust.success_count
        assert after.quarantined or not trust.quarantined
        trust = after
    assert trust.failure_strikes == sum(signal is not Signal.SUCCESS for signal in signals)


def test_the_guards_reasons_are_those_of_the_contract() -> None:
    prefix = "REASON_CODE_SSRF_BLOCK_"
    names = [one.name for one in reasons_pb2.ReasonCode.DESCRIPTOR.values if one.name.startswith(prefix)]
    assert {f"ssrf_block.{name.removeprefix(prefix).lower()}" for name in names} == set(SsrfReason)
