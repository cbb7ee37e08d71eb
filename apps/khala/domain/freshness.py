"""Is a cursor still resumable? Decision 13.1 and the bootstrap position of 13.2, from one snapshot of the topic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LINEAGE_MISMATCH: Final = "lineage_mismatch"
CURSOR_AHEAD: Final = "cursor_ahead_of_head"
FLOOR_BREACH: Final = "retention_floor_breach"
COMPACTION: Final = "compaction_boundary"
BUDGET: Final = "replay_budget_exceeded"


@dataclass(frozen=True, slots=True)
class Extent:
    """What of a topic can be served: head H, retention floor F_r, compaction boundary C, and its lineage.

    `lineage` is empty for a topic that has no row yet.
    """

    head: int = 0
    retention_floor: int = 0
    compaction: int = 0
    lineage: str = ""

    @property
    def floor(self) -> int:
        return max(self.retention_floor, self.compaction)


def bootstrap_position(extent: Extent, budget: int) -> int:
    """B = max(F, H - R), never negative: where somebody without usable state starts."""
    return max(extent.floor, extent.head - budget, 0)


def stale_reasons(
    cursor: int,
    extent: Extent,
    budget: int,
    *,
    lineage: str | None = None,
    chain: bytes | None = None,
    known_chain: bytes | None = None,
) -> list[str]:
    """All reasons, in the fixed order, why `cursor` cannot be resumed; empty when it is fresh.

    `chain` is what the client folded up to its cursor, `known_chain` what the journal knows there (None when it no
    longer does, which is no evidence of anything).
    """
    other_lineage = bool(lineage and extent.lineage) and lineage != extent.lineage
    within = extent.floor <= cursor <= extent.head
    other_history = within and None not in (chain, known_chain) and chain != known_chain
    checks = (
        (LINEAGE_MISMATCH, other_lineage or other_history),
        (CURSOR_AHEAD, cursor > extent.head),
        (FLOOR_BREACH, cursor < extent.retention_floor),
        (COMPACTION, cursor < extent.compaction),
        (BUDGET, cursor < extent.head and extent.head - cursor > budget),
    )
    return [reason for reason, applies in checks if applies]
