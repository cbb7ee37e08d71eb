"""Journal rows and pages as values: what a read of the runtime's journal gives to the connection core.

A page is one statement's snapshot: its rows, the topic's extent and the chain at the head belong together. Pages and
rows remember how they were encoded, so that one encoding serves every subscriber; that never changes a result.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import accumulate
from operator import attrgetter
from typing import Any, Final

from apps.khala.domain.freshness import Extent
from apps.khala.domain.grammar import Topic

EMPTY_EXTENT = Extent()
HASH_PREFIX_CHARS: Final = len("sha256:")
_SEQ: Final = attrgetter("seq")


Record = tuple[int, str, str, int, bytes | None, str, bytes, int, bool, str, bool, str]
"""The fields of a `Row` in their order. A plain tuple, because nothing is made or taken apart faster."""


class Row:
    """One journal row: the record as the database gave it, with names. A replay takes thousands, and pays for each.

    `payload` is the stored canonical JSON, None for a pointer; `payload_sha256` its hash as stored.

    `published_ms` is the insert time in unix milliseconds, `chain` the topic chain up to this row (32 bytes),
    `occurred_at` when it happened according to its writer (RFC 3339), empty when that was not said.

    `made` is the form it was encoded in last with the result, `shown` what a fan-in view makes of it.
    """

    __slots__ = ("made", "record", "shown")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.made: tuple[str, bytes] | None = None
        self.shown: Row | None = None

    @property
    def seq(self) -> int:
        return self.record[0]

    @property
    def kind(self) -> str:
        return self.record[1]

    @property
    def doc_key(self) -> str:
        return self.record[2]

    @property
    def doc_version(self) -> int:
        return self.record[3]

    @property
    def payload(self) -> bytes | None:
        return self.record[4]

    @property
    def payload_sha256(self) -> str:
        return self.record[5]

    @property
    def digest(self) -> bytes:
        """The stored hash as bytes; empty when there is none."""
        return bytes.fromhex(self.record[5][HASH_PREFIX_CHARS:])

    @property
    def chain(self) -> bytes:
        return self.record[6]

    @property
    def published_ms(self) -> int:
        return self.record[7]

    @property
    def hydration_required(self) -> bool:
        return self.record[8]

    @property
    def hydrate_path(self) -> str:
        return self.record[9]

    @property
    def tombstone(self) -> bool:
        return self.record[10]

    @property
    def occurred_at(self) -> str:
        return self.record[11]

    @property
    def size(self) -> int:
        record = self.record
        return len(record[4] or b"") + len(record[2]) + len(record[1]) + 64

    @property
    def intact(self) -> bool:
        """The payload is what its hash says (R8)."""
        payload, stored = self.record[4], self.record[5]
        return payload is None or sha256(payload).hexdigest() == stored[HASH_PREFIX_CHARS:]

    def with_payload(self, payload: bytes | None) -> Row:
        """The row with another payload and its hash; with None a pointer, under the hash it has."""
        seq, kind, key, version, _, digest, chain, published_ms, hydration, path, tombstone, occurred_at = self.record
        if payload is not None:
            digest = f"sha256:{sha256(payload).hexdigest()}"
        hydration = hydration or payload is None
        return Row(
            (seq, kind, key, version, payload, digest, chain, published_ms, hydration, path, tombstone, occurred_at)
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self.record == other.record

    def __hash__(self) -> int:
        return hash(self.record)

    def __repr__(self) -> str:
        return f"Row{self.record!r}"


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
    whole: Page | None = field(default=None, compare=False, repr=False)
    """The larger page that this one is a part of."""

    @property
    def head(self) -> int:
        return self.extent.head

    @property
    def last(self) -> int:
        return self.rows[-1].seq if self.rows else self.after

    @property
    def size(self) -> int:
        sizes = self._sizes()
        return sizes[-1] if sizes else 0

    def part(self, after: int, rows_max: int, bytes_max: int) -> tuple[Row, ...]:
        """The rows after `after`, within both bounds; at least one if there is any."""
        first, sizes = bisect_right(self.rows, after, key=_SEQ), self._sizes()
        before = sizes[first - 1] if first else 0
        end = bisect_right(sizes, before + bytes_max, lo=first)
        return self.rows[first : max(min(end, first + rows_max), first + 1)]

    def _sizes(self) -> list[int]:
        """Bytes up to and with each row."""
        sizes: list[int] = self.once("sizes", lambda: list(accumulate([row.size for row in self.rows])))
        return sizes

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """The memoised result of `make` for this page; at most a few dozen (names × encodings) exist."""
        made = self.memo.get(key)
        if made is None:
            made = self.memo[key] = make()
        return made


Encode = Callable[[Record, bytes | None], bytes]
"""The update of a row, with this payload."""


def encoded(page: Page, form: str, encode: Encode, bytes_max: int) -> list[bytes]:
    """Each row by `encode(record, payload)`, without its payload if that makes it larger than `bytes_max`.

    `form` names the encoding, and all that it depends on. Parts of one page share what was made of the whole; pages of
    their own share what was made of their rows.
    """

    def fresh(rows: Sequence[Row]) -> list[bytes]:
        updates = [encode(row.record, row.record[4]) for row in rows]
        if max(map(len, updates), default=0) <= bytes_max:
            return updates
        pairs = zip(rows, updates, strict=True)
        return [update if len(update) <= bytes_max else encode(row.record, None) for row, update in pairs]

    whole = page.whole
    if whole is not None and page.rows:
        every: list[bytes] = whole.once(form, lambda: fresh(whole.rows))
        first = bisect_left(whole.rows, page.rows[0].seq, key=_SEQ)
        return every[first : first + len(page.rows)]
    updates = []
    for row in page.rows:
        if row.made is None or row.made[0] != form:
            [octets] = fresh([row])
            row.made = (form, octets)
        updates.append(row.made[1])
    return updates


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
