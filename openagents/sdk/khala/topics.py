"""One subscribed topic: its phase, its position, and the rule by which a batch moves it (surfaces 5.3, khala K3-K9).

Pure: nothing here knows a socket, a store or a clock that was not passed in. `plan` decides about a whole batch before
anything is stored, so that a batch is applied entirely, up to a gap, or not at all.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from openagents.receipts.chain import chain_next
from openagents.sdk.khala.frames import Anchor, Batch, TopicAnswer
from openagents.sdk.updates import Cursor, Document, Update

BOOTSTRAPS_MAX = 3
BOOTSTRAP_WINDOW_MS = 600_000
"""More than this many bootstraps within the window park the topic: something is wrong that repeating cannot mend."""


class Phase(StrEnum):
    NEW = "new"
    SUBSCRIBING = "subscribing"
    REPLAYING = "replaying"
    LIVE = "live"
    RESYNCING = "resyncing"
    WAITING = "waiting"
    PARKED = "parked"
    DROPPED = "dropped"


ENDED = frozenset({Phase.PARKED, Phase.DROPPED})
RECEIVING = frozenset({Phase.REPLAYING, Phase.LIVE})


class Trouble(Enum):
    GAP = "gap"
    CORRUPT = "payload_hash_mismatch"
    CHAIN = "chain_mismatch"
    LINEAGE = "lineage_mismatch"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch does: `updates` to apply in order, the cursor after them, and what is wrong with the rest."""

    updates: tuple[Update, ...]
    cursor: Cursor
    duplicates: int
    trouble: Trouble | None
    verified: bool
    anchor: Anchor | None
    replay_gap: bool


@dataclass(slots=True)
class Track:
    """The mutable record of one topic inside a session.

    `documents`: Khala has a snapshot of it. `elsewhere`: its state can be read from its owner instead, but only when
    the position was lost. `loaded`: state read from there, waiting for the position it begins at.
    """

    name: str
    documents: bool
    cursor: Cursor | None = None
    phase: Phase = Phase.NEW
    request_id: str = ""
    anchor: Anchor | None = None
    gap_retry_at: int | None = None
    hole: bool = False
    behind_at: int | None = None
    retry_at_ms: int | None = None
    retries: int = 0
    reset_reason: str = "first_start"
    snapshot_possible: bool = True
    bootstraps: list[int] = field(default_factory=list)
    elsewhere: bool = False
    loaded: tuple[Document, ...] | None = None

    @property
    def seq(self) -> int:
        return self.cursor.seq if self.cursor is not None else 0

    def bootstrap_allowed(self, now_ms: int) -> bool:
        """Count one bootstrap; False when it is one too many."""
        self.bootstraps = [at for at in self.bootstraps if now_ms - at < BOOTSTRAP_WINDOW_MS]
        self.bootstraps.append(now_ms)
        return len(self.bootstraps) <= BOOTSTRAPS_MAX

    def forget_position(self, reason: str) -> None:
        self.cursor = None
        self.anchor = None
        self.gap_retry_at = None
        self.hole = False
        self.behind_at = None
        self.loaded = None
        self.reset_reason = reason


def fold(chain: bytes | None, update: Update) -> bytes | None:
    """The chain after `update`: unknown when it was unknown or when the journal's payload hash is missing."""
    if chain is None or update.payload_sha256 is None:
        return None
    return chain_next(chain, update.seq, update.payload_sha256)


def corrupt(update: Update) -> bool:
    """True when a payload that came whole does not have the hash the journal states for it."""
    if not update.raw_payload or update.payload_sha256 is None:
        return False
    return hashlib.sha256(update.raw_payload).digest() != update.payload_sha256


def plan(track: Track, batch: Batch) -> Plan:
    """Decide about `batch` for a topic that receives. The track is not changed.

    A gap is tolerated while replaying, because folding over it makes the chain differ at the anchor that ends the
    replay; on a live topic, and after a resubscribe that was to close this very gap, it is trouble at once.
    """
    cursor = track.cursor or Cursor(0)
    if batch.lineage and cursor.lineage and batch.lineage != cursor.lineage:
        return Plan((), cursor, 0, Trouble.LINEAGE, False, track.anchor, False)
    walk = _Walk(cursor, track.anchor)
    trouble: Trouble | None = None
    taken: list[Update] = []
    duplicates, replay_gap = 0, False
    for update in batch.updates:
        if update.seq <= walk.seq:
            duplicates += 1
            continue
        if update.seq > walk.seq + 1:
            if track.phase is Phase.LIVE or track.gap_retry_at == walk.seq:
                trouble = Trouble.GAP
                break
            replay_gap = True
        if corrupt(update):
            trouble = Trouble.CORRUPT
            break
        walk.step(update)
        taken.append(update)
    if trouble is None:
        for anchor in batch.anchors:
            if anchor.topic == track.name:
                walk.offer(anchor)
    if walk.differs:
        return Plan((), cursor, duplicates, Trouble.CHAIN, False, None, replay_gap)
    after = Cursor(walk.seq, cursor.lineage or batch.lineage, walk.chain, walk.verified_seq)
    verified = walk.verified_seq > cursor.verified_seq
    return Plan(tuple(taken), after, duplicates, trouble, verified, walk.anchor, replay_gap)


def compare(cursor: Cursor, kept: Anchor | None, anchor: Anchor) -> tuple[Cursor, Anchor | None, bool]:
    """Hold `anchor` against a position: the cursor after it, the anchor to keep, and whether the chains differ."""
    walk = _Walk(cursor, kept)
    walk.offer(anchor)
    return Cursor(cursor.seq, cursor.lineage, walk.chain, walk.verified_seq), walk.anchor, walk.differs


def started(track: Track, answer: TopicAnswer) -> tuple[Cursor, str]:
    """The cursor to go on with after an accepted subscribe, and why the old one was given up (blank: it was kept)."""
    given = Cursor(answer.resume_after, answer.lineage, answer.chain, answer.resume_after if answer.chain else 0)
    own = track.cursor
    if own is None:
        return given, track.reset_reason
    if own.lineage and answer.lineage and own.lineage != answer.lineage:
        return given, Trouble.LINEAGE.value
    if answer.resume_after > own.seq:
        return given, "resumed_ahead"
    adopted = Cursor(own.seq, own.lineage or answer.lineage, own.chain, own.verified_seq)
    after, _, differs = compare(adopted, None, Anchor(track.name, answer.resume_after, answer.chain))
    return (given, Trouble.CHAIN.value) if differs else (after, "")


class _Walk:
    """A position moving through a batch, checked against the one anchor that may lie ahead."""

    def __init__(self, cursor: Cursor, anchor: Anchor | None) -> None:
        self.seq = cursor.seq
        self.chain = cursor.chain
        self.verified_seq = cursor.verified_seq
        self.anchor = anchor
        self.differs = False

    def step(self, update: Update) -> None:
        self.chain = fold(self.chain, update)
        self.seq = update.seq
        if self.anchor is not None and self.anchor.seq <= self.seq:
            reached, self.anchor = self.anchor, None
            self.offer(reached)

    def offer(self, anchor: Anchor) -> None:
        """Equal position: compare, or adopt when the own chain is unknown. Ahead: keep. Behind, or no chain: ignore."""
        if anchor.chain is None or anchor.seq < self.seq:
            return
        if anchor.seq > self.seq:
            self.anchor = anchor
        elif self.chain is None:
            self.chain = anchor.chain
        elif self.chain == anchor.chain:
            self.verified_seq = self.seq
        else:
            self.differs = True
