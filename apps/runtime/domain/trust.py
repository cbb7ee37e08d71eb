"""Trust signals: what each does to a provider's record, and when it puts the provider into quarantine (12.5)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from apps.runtime.domain.providers import Trust

VERIFICATION_STRIKES = 3
FAILURE_STRIKES = 5
PRICE_VIOLATIONS = 3
VARIANCE_BPS_MAX = 2**31 - 1


class Signal(StrEnum):
    VERIFICATION_VIOLATION = "verification_violation"
    PROVIDER_FAILURE = "provider_failure"
    PRICE_SAMPLE = "price_integrity"
    SUCCESS = "success"


class Action(StrEnum):
    """What an operator may do to a provider's record."""

    RELEASE = "release"
    QUARANTINE = "quarantine"
    RESET_STRIKES = "reset_strikes"


@dataclass(frozen=True, slots=True)
class PriceSample:
    """Quoted against delivered, in millisatoshi; `quoted_msats` > 0."""

    quoted_msats: int
    delivered_msats: int

    @property
    def violates(self) -> bool:
        return self.delivered_msats > self.quoted_msats

    @property
    def variance_bps(self) -> int:
        """Signed, towards zero, within 32 bits."""
        difference = self.delivered_msats - self.quoted_msats
        size = abs(difference) * 10_000 // self.quoted_msats
        return min(size, VARIANCE_BPS_MAX) * (1 if difference >= 0 else -1)


def learn(trust: Trust, signal: Signal, sample: PriceSample | None = None) -> Trust:
    """The record after one signal; quarantine included. `sample` goes with PRICE_SAMPLE."""
    match signal:
        case Signal.VERIFICATION_VIOLATION:
            after = replace(trust, failure_strikes=trust.failure_strikes + 1)
            reason = "verification_violations" if after.failure_strikes >= VERIFICATION_STRIKES else None
        case Signal.PROVIDER_FAILURE:
            after = replace(trust, failure_strikes=trust.failure_strikes + 1)
            reason = "provider_failures" if after.failure_strikes >= FAILURE_STRIKES else None
        case Signal.PRICE_SAMPLE:
            if sample is None:
                raise ValueError("a price signal carries its sample")
            after = replace(
                trust,
                price_samples=trust.price_samples + 1,
                price_violations=trust.price_violations + int(sample.violates),
                last_price_variance_bps=sample.variance_bps,
            )
            reason = "price_integrity" if after.price_violations >= PRICE_VIOLATIONS else None
        case Signal.SUCCESS:
            after, reason = replace(trust, success_count=trust.success_count + 1), None
    if reason is None or trust.quarantined:
        return after
    return replace(after, quarantined=True, quarantine_reason=reason)
