"""Journal rows and pages as values: what a read of the runtime's journal gives to the connection core.

A page is one statement's snapshot: its rows, the topic's extent and the chain at the head belong together. Pages and
rows carry a memo of encoded bytes, so that one encoding serves every subscriber; the memo never changes a result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apps.khala.domain.freshness import Extent
from apps.khala.domain.grammar import Topic

EMPTY_EXTENT = Extent()


@dataclass(slots=True)
class Row:
    """One journal row; never changed once made (it is not frozen because a replay makes thousands, and pays for it).

    `payload` is the stored canonical JSON, None for a pointer; `digest` its SHA-256 as stored.

    `published_ms` is the insert time in unix milliseconds, `chain` the topic chain up to this row (32 bytes),
    `occurred_at` when it happened according to its writer (RFC 3339), empty when that was not said.
    """

    seq: int
    kind: str
    doc_key: str
    doc_version: int
    payload: bytes | None
    digest: bytes
    chain: bytes
    published_ms: int
    hydration_required: bool = False
    hydrate_path: str = ""
    tombstone: bool = False
    occurred_at: str = ""
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def size(self) -> int:
        return len(self.payload or b"") + len(self.doc_key) + len(self.kind) + 64


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of one topic with seq > `after`, ascending and contiguous, and the topic as the same statement saw it.

    A topic without a row has the empty extent, no chain and `acl_version` 0.
    """

    topic: str
    after: int
    rows: tuple[Row, ...]
    extent: Extent
    head_chain: bytes | None = None
    acl_version: int = 0
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def head(self) -> int:
        return self.extent.head

    @property
    def last(self) -> int:
        return self.rows[-1].seq if self.rows else self.after

    @property
    def size(self) -> int:
        return sum(row.size for row in self.rows)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """The memoised result of `make` for this page; at most a few dozen (names × encodings) exist."""
        made = self.memo.get(key)
        if made is None:
            made = self.memo[key] = make()
        return made


@dataclass(slots=True)
class News:
    """A page that continues its topic, for all who listen to it: what each of them compares, taken out once.

    `encoded` holds the messages of the page by form, as whoever needed them first had them made.
    """

    page: Page
    topic: str
    first: int
    last: int
    chain: bytes
    head: int
    floor: int
    lineage: str
    acl_version: int
    encoded: dict[Any, Any] = field(default_factory=dict)


def news(page: Page) -> News | None:
    """The page as news; None without rows, or when there is more than the page shows."""
    if not page.rows or page.last < page.head:
        return None
    first, last, extent = page.rows[0], page.rows[-1], page.extent
    return News(
        page, page.topic, first.seq, last.seq, last.chain, extent.head, extent.floor, extent.lineage, page.acl_version
    )


def cut(page: Page, rows_max: int, bytes_max: int) -> Page:
    """The first part of a page within both bounds; at least one row when there is any."""
    total = 0
    for count, row in enumerate(page.rows):
        total += row.size
        if count and (count >= rows_max or total > bytes_max):
            return Page(page.topic, page.after, page.rows[:count], page.extent, page.head_chain, page.acl_version)
    return page


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """The topic row as read for a start: extent, access version, and the chains a start may need.

    `chain_at_cursor` is None when no cursor was given or the journal no longer knows it.
    """

    extent: Extent = EMPTY_EXTENT
    acl_version: int = 0
    head_chain: bytes | None = None
    chain_at_cursor: bytes | None = None
    chain_at_bootstrap: bytes | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A topic that a fan-in view finds, with its row. `created_ms`: unix milliseconds by the journal's clock."""

    topic: Topic
    facts: TopicFacts
    org_id: str | None
    created_ms: int
