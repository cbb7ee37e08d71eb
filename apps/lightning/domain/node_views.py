"""What is told of a node, from its channels as they were last seen (lightning 19). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apps.lightning.domain.node_channels import SeenChannel

BALANCES_SCHEMA = "openagents.lightning.node_balances.v1"
HEALTH_SCHEMA = "openagents.lightning.channel_health.v1"
CHANNELS_SCHEMA = "openagents.lightning.node_channels.v1"


@dataclass(frozen=True, slots=True)
class ChannelTotals:
    """Sats over all channels: what they hold, what we could send, what we could receive."""

    total_sats: int
    outbound_sats: int
    inbound_sats: int


def totals(channels: Iterable[SeenChannel]) -> ChannelTotals:
    """Sums as section 19 defines them: a channel of unknown capacity holds what our side of it holds."""
    total = outbound = 0
    for channel in channels:
        held = channel.capacity_sats or channel.local_sats
        total += held
        outbound += min(channel.local_sats, held)
    return ChannelTotals(total, outbound, total - outbound)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong at this moment. `subject` is a channel, or nothing."""

    kind: str
    subject: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Health:
    """What conditions are judged by."""

    synced: bool
    confirmed_sats: int
    reserve_sats: int
    pending_close: int
    forced_close: int
    outbound_share_min: float
    outbound_share_max: float


UNREACHABLE = "unreachable"
NOT_SYNCED = "not_synced"
CHANNEL_INACTIVE = "channel_inactive"
UNBALANCED = "outbound_share"
RESERVE = "onchain_reserve"
PENDING_CLOSE = "pending_close"
FORCE_CLOSE = "force_close"
MACAROON_EXPIRES = "macaroon_expires"


def conditions(channels: Iterable[SeenChannel], health: Health) -> list[Condition]:
    """What is wrong with a node that could be asked."""
    channels = list(channels)
    found = []
    if not health.synced:
        found.append(Condition(NOT_SYNCED))
    found += [Condition(CHANNEL_INACTIVE, channel.channel_point) for channel in channels if not channel.active]
    sums = totals(channels)
    if sums.total_sats:
        share = sums.outbound_sats / sums.total_sats
        if not health.outbound_share_min <= share <= health.outbound_share_max:
            found.append(Condition(UNBALANCED, detail=f"{share:.0%} outbound"))
    if health.confirmed_sats < health.reserve_sats:
        found.append(Condition(RESERVE, detail=f"{health.confirmed_sats} of {health.reserve_sats} sats"))
    if health.pending_close:
        found.append(Condition(PENDING_CLOSE, detail=f"{health.pending_close} channels"))
    if health.forced_close:
        found.append(Condition(FORCE_CLOSE, detail=f"{health.forced_close} channels"))
    return found
