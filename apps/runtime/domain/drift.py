"""Do a projection and its log say the same? The verdict on one entity, from values alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from apps.runtime.domain.projections import PROJECTION_VERSION


class Reason(StrEnum):
    """How a projection can disagree with its log."""

    SEQUENCE_GAP = "sequence_gap"
    SUMMARY_HASH_MISMATCH = "summary_hash_mismatch"
    HASH_AND_LAG_DRIFT = "hash_and_lag_drift"
    CHECKPOINT_AHEAD = "checkpoint_ahead"
    PROJECTION_VERSION_CHANGED = "projection_version_changed"


@dataclass(frozen=True, slots=True)
class Folded:
    """What the log gives, to its end."""

    last_seq: int
    projection_hash: str
    last_event_type: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored. `computed_hash` is the hash of the stored summary's own fields, whatever it claims.

    A missing summary has empty hashes; a missing checkpoint is at 0 with no type and the present version.
    """

    summary_hash: str
    computed_hash: str
    checkpoint_seq: int
    checkpoint_hash: str
    last_event_type: str
    projection_version: int = PROJECTION_VERSION


def judge(log: Folded, stored: Stored) -> Reason | None:
    """The most telling disagreement, or None.

    A checkpoint beyond the log means that the log lost events; an older version, that a rebuild is due and hashes
    cannot be compared; another seq, that the projection stopped; else somebody changed what is stored.
    """
    if stored.checkpoint_seq > log.last_seq:
        return Reason.CHECKPOINT_AHEAD
    if stored.projection_version != PROJECTION_VERSION:
        return Reason.PROJECTION_VERSION_CHANGED
    hashes = {stored.summary_hash, stored.computed_hash, stored.checkpoint_hash}
    if stored.checkpoint_seq != log.last_seq:
        return Reason.HASH_AND_LAG_DRIFT
    if hashes != {log.projection_hash} or stored.last_event_type != log.last_event_type:
        return Reason.SUMMARY_HASH_MISMATCH
    return None
