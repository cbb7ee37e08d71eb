"""The public statistics (3.10, operations 10): which figures, in which order, from which source.

Keys, order and units are frozen in v1; new ones are appended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from apps.control.domain.cells import (
    BPS_AS_PERCENT,
    MILLISECONDS,
    PLAIN,
    POSITIVE,
    RATE,
    SHARE,
    Cell,
    Format,
    at,
    availability,
    code,
    flag,
    instant,
    mode,
    whole,
)

SCHEMA: Final = "openagents.stats.v1"
COLUMNS: Final = ("key", "label", "value", "unit")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: where its value stands in the source's answer (dotted), and how it is spelled."""

    key: str
    label: str
    unit: str
    path: str
    spell: Format = whole


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    source: str
    figures: tuple[Figure, ...]


AVAILABLE: Final = "$available"
"""The path of the row that tells whether the source answers; it has a value in any case."""
POOLS: Final = "$pools."
"""Paths into the sums over the pools."""
YES_NO: Final = "yes/no"
"""Unit of the rows that have a value in any case."""


def _pool(key: str, label: str, unit: str = "sats", spell: Format = whole) -> Figure:
    return Figure(key, label, unit, POOLS + key, spell)


def _same(prefix: str, rows: Sequence[tuple[str, str, str, Format]]) -> tuple[Figure, ...]:
    return tuple(Figure(key, label, unit, f"{prefix}{key}", spell) for key, label, unit, spell in rows)


HYDRA: Final = "hydra_observability"
CREDIT: Final = "credit_health"
AEGIS: Final = "aegis_observability"
KHALA: Final = "khala_fanout"
RUNTIME: Final = "runtime_stats"

SOURCES: Final[dict[str, tuple[str, str]]] = {
    CREDIT: ("hydra", "/internal/v1/credit/health"),
    HYDRA: ("hydra", "/internal/v1/hydra/observability"),
    AEGIS: ("aegis", "/internal/v1/aegis/observability"),
    KHALA: ("khala", "/internal/v1/khala/fanout/metrics"),
    RUNTIME: ("runtime", "/internal/v1/stats/runtime"),
}
"""Source to (process, path of the signed read)."""

SECTIONS: Final = (
    Section(
        "liquidity",
        "Liquidity",
        HYDRA,
        (
            _pool("pool_count", "Pools", "count"),
            _pool("total_assets_sats", "Total assets (sats)"),
            _pool("total_wallet_sats", "Wallet sats"),
            _pool("total_onchain_sats", "On-chain sats"),
            _pool("total_shares", "Total shares", "shares"),
            _pool("total_channel_sats", "Channel sats"),
            _pool("total_channel_outbound_sats", "Channel outbound sats"),
            _pool("total_channel_inbound_sats", "Channel inbound sats"),
            _pool("channels_connected_total", "Channels connected/total", "channels", lambda value: value),
            _pool("pending_withdrawals_sats_estimate", "Pending withdrawals (sats est.)"),
            _pool("last_snapshot_at", "Last snapshot", "time", instant),
            *(
                Figure(
                    f"routing_success_rate_{window}_pct",
                    f"Routing success rate, {window}",
                    "pct",
                    f"liquidity.routing_success_rate_{window}",
                    SHARE,
                )
                for window in ("5m", "1h", "24h")
            ),
            *(
                Figure(
                    f"median_fee_msats_{window}",
                    f"Median fee, {window}",
                    "msats",
                    f"liquidity.median_fee_msats_{window}",
                )
                for window in ("5m", "1h", "24h")
            ),
            Figure("rebalance_spend_24h_sats", "Rebalance spend, 24h", "sats", "liquidity.rebalance_spend_24h_sats"),
            Figure("concentration_hhi", "Peer concentration (HHI)", "index", "liquidity.concentration_hhi"),
            Figure("top_peer_share_pct", "Largest peer's share", "pct", "liquidity.top_peer_share_pct", PLAIN),
            Figure("peer_failure_spike", "Peer failure spike", "bool", "liquidity.peer_failure_spike", flag),
        ),
    ),
    Section(
        "cep",
        "Credit envelopes",
        CREDIT,
        (
            Figure("cep_data_available", "CEP data available", YES_NO, AVAILABLE, availability),
            Figure("cep_outstanding_envelopes", "CEP outstanding envelopes", "count", "open_envelope_count"),
            Figure(
                "cep_outstanding_reserved_commitments_sats",
                "CEP outstanding reserved commitments (sats)",
                "sats",
                "open_reserved_commitments_sats",
            ),
            Figure("cep_settlement_sample", "CEP settlement sample", "count", "settlement_sample"),
            Figure("cep_loss_rate_pct", "CEP loss rate", "pct", "loss_rate", SHARE),
            Figure("cep_ln_pay_sample", "CEP LN pay sample", "count", "ln_pay_sample"),
            Figure("cep_ln_failure_rate_pct", "CEP LN failure rate", "pct", "ln_failure_rate", SHARE),
            Figure(
                "cep_breaker_halt_new_envelopes",
                "CEP breaker: halt new envelopes",
                "bool",
                "breakers.halt_new_envelopes",
                flag,
            ),
            Figure(
                "cep_breaker_halt_large_settlements",
                "CEP breaker: halt large settlements",
                "bool",
                "breakers.halt_large_settlements",
                flag,
            ),
        ),
    ),
    Section(
        "hydra_routing",
        "Hydra routing",
        HYDRA,
        (
            Figure("hydra_data_available", "Hydra data available", YES_NO, AVAILABLE, availability),
            Figure("decisions", "Hydra routing decisions", "count", "routing.decision_total"),
            Figure("selected_route_direct", "Hydra selected route: direct", "count", "routing.selected_route_direct"),
            Figure("selected_route_cep", "Hydra selected route: CEP", "count", "routing.selected_route_cep"),
            Figure("selected_other", "Hydra selected route: other", "count", "routing.selected_route_other"),
            Figure("confidence_lt_040", "Hydra confidence <0.40", "count", "routing.confidence_lt_040"),
            Figure("confidence_040_070", "Hydra confidence 0.40-0.70", "count", "routing.confidence_040_070"),
            Figure("confidence_070_090", "Hydra confidence 0.70-0.90", "count", "routing.confidence_070_090"),
            Figure("confidence_gte_090", "Hydra confidence >=0.90", "count", "routing.confidence_gte_090"),
        ),
    ),
    Section(
        "hydra_risk",
        "Hydra risk",
        HYDRA,
        (
            Figure("breaker_transitions", "Hydra breaker transitions", "count", "breakers.transition_total"),
            Figure("breaker_recoveries", "Hydra breaker recoveries", "count", "breakers.recovery_total"),
            Figure("halt_new_envelopes", "Hydra halts new envelopes", "bool", "breakers.halt_new_envelopes", flag),
            Figure(
                "halt_large_settlements",
                "Hydra halts large settlements",
                "bool",
                "breakers.halt_large_settlements",
                flag,
            ),
            Figure("throttle_mode", "Hydra withdrawal throttle", "mode", "withdrawal_throttle.mode", mode),
            *(
                Figure(
                    f"throttle_{word}_requests",
                    f"Hydra throttle: {word} requests",
                    "count",
                    f"withdrawal_throttle.{word}_requests_total",
                )
                for word in ("affected", "rejected", "stressed")
            ),
        ),
    ),
    Section(
        "hydra_fx",
        "Hydra FX",
        HYDRA,
        (
            Figure("rfq_count", "Hydra FX requests for quotes", "count", "fx.rfq_total"),
            Figure("quote_count", "Hydra FX quotes", "count", "fx.quote_total"),
            Figure("settlement_count", "Hydra FX settlements", "count", "fx.settlement_total"),
            Figure(
                "quote_to_settle_conversion_pct",
                "Hydra FX quote-to-settle conversion",
                "pct",
                "fx.quote_to_settlement_rate",
                RATE,
            ),
            Figure("treasury_provider_breadth", "Hydra FX provider breadth", "count", "fx.treasury_provider_breadth"),
            Figure("spread_avg_bps", "Hydra FX spread, average", "bps", "fx.spread_bps_avg", POSITIVE),
            Figure("spread_median_bps", "Hydra FX spread, median", "bps", "fx.spread_bps_median", POSITIVE),
            Figure("withheld_settlements", "Hydra FX withheld settlements", "count", "fx.settlement_withheld_total"),
            Figure("failed_settlements", "Hydra FX failed settlements", "count", "fx.settlement_failed_total"),
        ),
    ),
    Section(
        "aegis_verified",
        "Verified work",
        AEGIS,
        (
            *(
                Figure(f"{key}_pct", label, "pct", key, BPS_AS_PERCENT)
                for key, label in (
                    ("verified_share", "Verified"),
                    ("objective_share", "Objectively verified"),
                    ("correlated_check_share", "Checked by correlated checkers"),
                    ("heterogeneous_check_share", "Checked by heterogeneous checkers"),
                    ("human_underwrite_share", "Underwritten by humans"),
                )
            ),
            *(
                Figure(
                    f"verification_latency_{p}_s",
                    f"Verification latency, {p}",
                    "s",
                    f"verification_latency_{p}",
                    MILLISECONDS,
                )
                for p in ("p50", "p95")
            ),
        ),
    ),
    Section(
        "aegis_risk",
        "Verification risk",
        AEGIS,
        (
            Figure("unverified_work_units_24h", "Unverified work units, 24h", "count", "unverified_work_units_24h"),
            Figure(
                "risk_budget_remaining_pct", "Risk budget remaining", "pct", "risk_budget_remaining", BPS_AS_PERCENT
            ),
            Figure("autonomy_throttle_state", "Autonomy throttle", "mode", "autonomy_throttle_state", code),
            Figure("dispute_rate_24h_pct", "Dispute rate, 24h", "pct", "dispute_rate_24h", BPS_AS_PERCENT),
            Figure(
                "delivered_vs_quoted_variance_p95_bps",
                "Delivered against quoted, p95",
                "bps",
                "delivered_vs_quoted_variance_p95",
                PLAIN,
            ),
        ),
    ),
    Section(
        "aegis_liability",
        "Warranties and claims",
        AEGIS,
        (
            Figure("warranties_issued_24h", "Warranties issued, 24h", "count", "warranties_issued_24h"),
            Figure("bonded_exposure_msats", "Bonded exposure", "msats", "bonded_exposure_msats"),
            Figure("claims_opened_24h", "Claims opened, 24h", "count", "claims_opened_24h"),
            Figure("claims_paid_msats", "Claims paid", "msats", "claims_paid_msats"),
            Figure("claims_denied_count", "Claims denied", "count", "claims_denied_count"),
            Figure("loss_rate_rolling_pct", "Loss rate, rolling", "pct", "loss_rate_rolling", BPS_AS_PERCENT),
            Figure("circuit_breakers_active", "Circuit breakers active", "count", "circuit_breakers_active"),
        ),
    ),
    Section(
        "delivery",
        "Live delivery",
        KHALA,
        _same(
            "stats.",
            (
                ("khala_connections", "Open connections", "count", whole),
                ("reconnects_per_min", "Reconnects per minute", "per_min", PLAIN),
                ("replay_lag_p95_events", "Replay lag, p95", "events", whole),
                ("replay_duration_p95_s", "Replay duration, p95", "s", PLAIN),
                ("stale_cursors_10m", "Stale cursors, 10m", "count", whole),
                ("slow_consumer_disconnects_10m", "Slow readers cut off, 10m", "count", whole),
            ),
        ),
    ),
    Section(
        "correctness",
        "Correctness",
        RUNTIME,
        _same(
            "correctness.",
            (
                ("projection_lag_p95_events", "Projection lag, p95", "events", whole),
                ("projection_drift_24h", "Projection drift, 24h", "count", whole),
                ("hash_mismatches_24h", "Hash mismatches, 24h", "count", whole),
                ("replay_verifications_24h", "Replays verified, 24h", "count", whole),
                ("replay_failures_24h", "Replays failed, 24h", "count", whole),
            ),
        ),
    ),
)


def figures_of(source: str, answer: Mapping[str, Any]) -> dict[str, Cell]:
    """`<section>.<key>` to cell for all rows of a source, from its answer; only these are kept."""
    return {
        f"{section.id}.{figure.key}": figure.spell(at(answer, figure.path))
        for section in SECTIONS
        if section.source == source
        for figure in section.figures
        if not figure.path.startswith("$")
    }


def without_source(snapshot: Mapping[str, Any], oldest: str) -> dict[str, Any]:
    """A snapshot that can no longer be renewed: what is younger than `oldest` (RFC 3339) is stale, the rest is gone.

    The rule of a single silent source, applied to all of them at once.
    """
    gone = snapshot["as_of"] < oldest
    pools = snapshot["pools"]
    rows = [[row[0], *[None] * (len(row) - 1)] for row in pools["rows"]] if gone else pools["rows"]
    return {
        **snapshot,
        "sections": [_without_source(section, oldest) for section in snapshot["sections"]],
        "pools": {**pools, "rows": rows},
    }


def _without_source(section: Mapping[str, Any], oldest: str) -> dict[str, Any]:
    if not section["available"]:
        return dict(section)
    if section["as_of"] >= oldest:
        return {**section, "stale": True}
    rows = [[key, label, "no" if unit == YES_NO else None, unit] for key, label, _, unit in section["rows"]]
    return {**section, "available": False, "stale": False, "as_of": None, "rows": rows}
