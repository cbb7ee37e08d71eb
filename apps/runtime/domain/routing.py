"""The router decision: candidates of any market in one deterministic order, and the hash of the choice (12.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.runtime.domain.providers import MSATS_MAX, U64_MAX
from openagents.receipts.canonical import canonical_sha256

DECISION_SCHEMA = "openagents.marketplace.router_decision.v1"
DEFAULT_POLICY = "lowest_total_cost_v1"
CANDIDATES_MAX = 64
RELIABILITY_BPS_MAX = 10_000
LATENCY_UNKNOWN_MS = 250
"""What the balanced policy assumes of a candidate that does not say."""


class CandidateInvalid(ValueError):
    """A candidate cannot be compared. `field` is its dotted path within the request."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field} {problem}")
        self.field = field
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to get the work done. `latency_ms` None: unknown."""

    marketplace_id: str
    provider_id: str
    total_price_msats: int
    currency: str
    latency_ms: int | None
    reliability_bps: int
    provider_worker_id: str | None = None
    constraints: Mapping[str, Any] | None = None
    quote_id: str | None = None
    quote_sha256: str | None = None

    @property
    def gap(self) -> int:
        return RELIABILITY_BPS_MAX - self.reliability_bps

    def plain(self) -> dict[str, Any]:
        """The hashed form: an unknown latency is null, other absent members are left out."""
        optional = {
            "provider_worker_id": self.provider_worker_id,
            "constraints": dict(self.constraints) if self.constraints is not None else None,
            "quote_id": self.quote_id,
            "quote_sha256": self.quote_sha256,
        }
        return {
            "marketplace_id": self.marketplace_id,
            "provider_id": self.provider_id,
            "total_price_msats": self.total_price_msats,
            "currency": self.currency,
            "latency_ms": self.latency_ms,
            "reliability_bps": self.reliability_bps,
            **{name: value for name, value in optional.items() if value is not None},
        }


def _latency(candidate: Candidate, unknown: int) -> int:
    return unknown if candidate.latency_ms is None else candidate.latency_ms


def _lowest_total_cost(one: Candidate) -> tuple[Any, ...]:
    return one.total_price_msats, _latency(one, U64_MAX), one.gap, one.marketplace_id, one.provider_id


def _balanced(one: Candidate) -> tuple[Any, ...]:
    latency = _latency(one, LATENCY_UNKNOWN_MS)
    score = one.total_price_msats + latency + 20 * (one.gap // 100)
    return score, one.total_price_msats, latency, one.gap, one.marketplace_id, one.provider_id


def _reliability_first(one: Candidate) -> tuple[Any, ...]:
    return one.gap, one.total_price_msats, _latency(one, U64_MAX), one.marketplace_id, one.provider_id


POLICIES: dict[str, Callable[[Candidate], tuple[Any, ...]]] = {
    DEFAULT_POLICY: _lowest_total_cost,
    "balanced_v1": _balanced,
    "reliability_first_v1": _reliability_first,
}
"""Policy to sort key, best candidate first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is decided about. `candidates` in the policy's order: the first one is selected."""

    policy: str
    run_id: str
    capability: str
    objective_hash: str | None
    candidates: tuple[Candidate, ...]

    @property
    def selected(self) -> Candidate:
        return self.candidates[0]

    def plain(self) -> dict[str, Any]:
        """What `decision_sha256` covers."""
        return {
            "schema": DECISION_SCHEMA,
            "policy": self.policy,
            "run_id": self.run_id,
            "capability": self.capability,
            "objective_hash": self.objective_hash,
            "selected": self.selected.plain(),
            "candidates": [candidate.plain() for candidate in self.candidates],
        }

    def sha256(self) -> str:
        return canonical_sha256(self.plain())


def choose(
    candidates: Sequence[Candidate], policy: str, run_id: str, capability: str, objective_hash: str | None
) -> Choice:
    """Order the candidates by the policy (a key of POLICIES). Raises CandidateInvalid."""
    if not 1 <= len(candidates) <= CANDIDATES_MAX:
        raise CandidateInvalid("candidates", f"must hold 1 to {CANDIDATES_MAX} candidates")
    checked = [_checked(index, candidate) for index, candidate in enumerate(candidates)]
    return Choice(policy, run_id, capability, objective_hash, tuple(sorted(checked, key=POLICIES[policy])))


def _checked(index: int, candidate: Candidate) -> Candidate:
    at = f"candidates.{index}"
    if not candidate.provider_id:
        raise CandidateInvalid(f"{at}.provider_id", "must not be blank")
    if not 0 < candidate.total_price_msats <= MSATS_MAX:
        raise CandidateInvalid(f"{at}.total_price_msats", "must be above 0 and at most 2^63-1")
    if candidate.currency != "msats":
        raise CandidateInvalid(f"{at}.currency", "must be msats")
    return replace(
        candidate,
        latency_ms=candidate.latency_ms or None,
        reliability_bps=min(candidate.reliability_bps, RELIABILITY_BPS_MAX),
    )
