"""The pools table of the public statistics and the sums over it (3.10). Columns are frozen in v1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from apps.control.domain.cells import Cell, at, code, instant, integer, whole

COLUMNS: Final = (
    "pool_id",
    "status",
    "kind",
    "share_price_sats",
    "total_shares",
    "pending_withdrawals_sats_est",
    "wallet_balance_sats",
    "lightning_backend",
    "onchain_sats",
    "channel_total_sats",
    "channel_outbound_sats",
    "channel_inbound_sats",
    "channels_connected_total",
    "lightning_last_error",
    "snapshot_as_of",
    "snapshot_hash",
    "signature",
)


def row_of(pool_id: str, status: Mapping[str, Any] | None, snapshot: Mapping[str, Any] | None) -> dict[str, Cell]:
    """The pools table's row of a pool that Hydra was asked about; `status` None: it knows no such pool."""
    row: dict[str, Cell] = dict.fromkeys(COLUMNS)
    row["pool_id"] = pool_id
    if status is None:
        row["status"] = "not_found"
        return row
    row["status"] = code(at(status, "pool.status"))
    row["kind"] = code(at(status, "pool.pool_kind"))
    row["share_price_sats"] = whole(at(status, "share_price_sats"))
    row["total_shares"] = whole(at(status, "total_shares"))
    row["pending_withdrawals_sats_est"] = whole(at(status, "pending_withdrawals_sats_estimate"))
    if snapshot is None:
        return row
    assets, lightning = at(snapshot, "snapshot.assets_json"), "snapshot.assets_json.lightning."
    row["wallet_balance_sats"] = whole(at(assets, "walletBalanceSats")) if isinstance(assets, Mapping) else None
    row["lightning_backend"] = code(at(snapshot, lightning + "backend"))
    row["onchain_sats"] = whole(at(snapshot, lightning + "onchainSats"))
    row["channel_total_sats"] = whole(at(snapshot, lightning + "channelTotalSats"))
    row["channel_outbound_sats"] = whole(at(snapshot, lightning + "channelOutboundSats"))
    row["channel_inbound_sats"] = whole(at(snapshot, lightning + "channelInboundSats"))
    connected, total = (at(snapshot, f"{lightning}{name}") for name in ("connectedChannelCount", "channelCount"))
    if integer(connected) is not None and integer(total) is not None:
        row["channels_connected_total"] = f"{integer(connected)}/{integer(total)}"
    error = at(snapshot, lightning + "lastError")
    row["lightning_last_error"] = None if error in (None, "") else code(error) or "error"
    row["snapshot_as_of"] = instant(at(snapshot, "snapshot.as_of"))
    row["snapshot_hash"] = code(at(snapshot, "snapshot.canonical_json_sha256"))
    row["signature"] = "signed" if isinstance(at(snapshot, "snapshot.signature_json"), Mapping) else "unsigned"
    return row


def totals(rows: Sequence[Mapping[str, Cell]]) -> dict[str, Cell]:
    """Sums over the pools that exist; a sum without any addend is absent, not zero."""
    found = [row for row in rows if row["status"] not in (None, "not_found")]

    def total(*columns: str) -> Cell:
        addends = [int(row[column] or 0) for row in found for column in columns if row[column] is not None]
        return str(sum(addends)) if addends else None

    channels = [cell.split("/") for row in found if (cell := row["channels_connected_total"]) is not None]
    return {
        "pool_count": str(len(found)),
        "total_assets_sats": total("wallet_balance_sats", "onchain_sats", "channel_total_sats"),
        "total_wallet_sats": total("wallet_balance_sats"),
        "total_onchain_sats": total("onchain_sats"),
        "total_shares": total("total_shares"),
        "total_channel_sats": total("channel_total_sats"),
        "total_channel_outbound_sats": total("channel_outbound_sats"),
        "total_channel_inbound_sats": total("channel_inbound_sats"),
        "channels_connected_total": (
            f"{sum(int(connected) for connected, _ in channels)}/{sum(int(known) for _, known in channels)}"
            if channels
            else None
        ),
        "pending_withdrawals_sats_estimate": total("pending_withdrawals_sats_est"),
        "last_snapshot_at": max((cell for row in found if (cell := row["snapshot_as_of"]) is not None), default=None),
    }
