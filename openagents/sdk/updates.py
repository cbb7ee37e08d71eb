"""What a listener of live topics gets, and the position values behind it. Immutable, no behaviour beyond reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a topic was applied. `chain`: its 32-byte topic chain at `seq`, None when unknown (runtime 6.1).

    `verified_seq`: highest position at which the server's chain was found equal, so nothing before it is missing.
    """

    seq: int
    lineage: str = ""
    chain: bytes | None = None
    verified_seq: int = 0


@dataclass(frozen=True, slots=True)
class Update:
    """One journal row. It is yielded after it was applied and stored.

    `payload` is the decoded JSON; None when `hydration_required`, then the document is read from `hydrate_path`.
    """

    topic: str
    seq: int
    kind: str
    doc_key: str
    doc_version: int
    payload: Any
    payload_sha256: bytes | None = None
    hydration_required: bool = False
    hydrate_path: str = ""
    tombstone: bool = False
    published_at_unix_ms: int = 0
    raw_payload: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """The latest state of one key of a document topic. `body` is canonical JSON text."""

    doc_key: str
    doc_version: int
    body: str
    seq: int


@dataclass(frozen=True, slots=True)
class TopicReset:
    """Everything known of the topic was replaced; what follows continues at `seq` + 1.

    `skipped` is True when rows up to `seq` were never delivered and no snapshot stands for them.
    """

    topic: str
    seq: int
    reason: str
    skipped: bool
    documents: int = 0


@dataclass(frozen=True, slots=True)
class TopicLive:
    """The replay caught up with the head the server knew; from here updates arrive as they happen."""

    topic: str
    seq: int


@dataclass(frozen=True, slots=True)
class TopicVerified:
    """The chain kept here equals the server's at `seq`."""

    topic: str
    seq: int


@dataclass(frozen=True, slots=True)
class TopicResyncing:
    """The local position is of no use (`reason`); a bootstrap is under way."""

    topic: str
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class TopicStopped:
    """No more updates of this topic: access ended, or it was parked (`apply_failed`, `bootstrap_limit`, …)."""

    topic: str
    seq: int
    reason: str


TopicItem = Update | TopicReset | TopicLive | TopicVerified | TopicResyncing | TopicStopped


class LinkState(StrEnum):
    """State of the connection. It says nothing about runs or workers: a lost socket stops no work."""

    IDLE = "idle"
    MINTING = "minting"
    CONNECTING = "connecting"
    JOINING = "joining"
    SUBSCRIBING = "subscribing"
    REPLAYING = "replaying"
    LIVE = "live"
    BACKOFF = "backoff"
    REAUTH_REQUIRED = "reauth_required"
    UPGRADE_REQUIRED = "upgrade_required"
    FORBIDDEN = "forbidden"
    CLOSED = "closed"


STOPPED_LINKS = frozenset(
    {LinkState.REAUTH_REQUIRED, LinkState.UPGRADE_REQUIRED, LinkState.FORBIDDEN, LinkState.CLOSED}
)


@dataclass(frozen=True, slots=True)
class LinkChange:
    """The link entered `state` because of `reason`; in `backoff` the next try is `retry_in_ms` away."""

    state: LinkState
    reason: str = ""
    retry_in_ms: int = 0
