"""A channel as a snapshot keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SeenChannel:
    """The fields of `openagents.lightning.node_channels.v1`."""

    channel_point: str
    channel_id: str
    peer_id: str
    active: bool
    capacity_sats: int
    local_sats: int
    remote_sats: int

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> SeenChannel:
        """From the JSON of a snapshot."""
        return cls(**{name: kept[name] for name in cls.__slots__})

    def keep(self) -> dict[str, Any]:
        """As the JSON of a snapshot."""
        return asdict(self)
