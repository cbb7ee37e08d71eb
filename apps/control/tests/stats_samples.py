"""Answers of hydra, from which the public statistics are made."""

from __future__ import annotations

from typing import Any

OBSERVABILITY = {
    "routing": {"decision_total": 7, "confidence_lt_040": "9007199254740993"},
    "breakers": {"transition_total": 2, "halt_new_envelopes": True, "halt_large_settlements": False},
    "withdrawal_throttle": {"affected_requests_total": 3},
    "fx": {"quote_to_settlement_rate": 0.12345, "spread_bps_avg": 12.345, "spread_bps_median": -4},
    "liquidity": {"routing_success_rate_5m": None, "routing_success_rate_1h": 0.98765, "peer_failure_spike": False},
}
HEALTH = {
    "open_envelope_count": 4,
    "loss_rate": 1.5,
    "ln_failure_rate": 0.005,
    "breakers": {"halt_new_envelopes": False},
}


def pool(pool_id: str, wallet: int) -> tuple[dict[str, Any], dict[str, Any]]:
    status = {
        "pool": {"pool_id": pool_id, "pool_kind": "llp", "status": "active"},
        "share_price_sats": 1,
        "total_shares": str(wallet),
        "pending_withdrawals_sats_estimate": 5,
    }
    lightning = {
        "backend": "lnd",
        "onchainSats": 20,
        "channelTotalSats": 30,
        "channelCount": 4,
        "lastError": "peer at 10.0.0.1!",
    }
    snapshot = {
        "as_of": "2026-02-25T06:13:20Z",
        "canonical_json_sha256": "ab" * 32,
        "assets_json": {"walletBalanceSats": wallet, "lightning": {**lightning, "connectedChannelCount": 3}},
        "signature_json": {"scheme": "x"},
    }
    return status, {"snapshot": snapshot}
