"""A journal in memory: what the runtime would have written, with the real chain. Read by the core's tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from apps.khala.domain.freshness import Extent
from apps.khala.domain.journal import Page, Row, TopicFacts
from openagents.receipts.canonical import canonical_bytes
from openagents.receipts.chain import chain_base, chain_next


def row_of(
    seq: int,
    payload: object,
    chain: bytes,
    kind: str = "test.event",
    *,
    key: str = "",
    version: int = 0,
    tombstone: bool = False,
) -> Row:
    text = canonical_bytes(payload)
    digest = f"sha256:{sha256(text).hexdigest()}"
    published_ms = 1_772_000_000_000 + seq
    return Row(
        (seq, kind, key or f"doc:{seq}", version or seq, text, digest, chain, published_ms, False, "", tombstone, "")
    )


@dataclass
class ModelTopic:
    """One topic: rows above the floor, every chain value, access version."""

    name: str
    lineage: str = "lin_01"
    rows: list[Row] = field(default_factory=list)
    head: int = 0
    floor: int = 0
    compaction: int = 0
    acl_version: int = 0
    chains: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chains[self.head] = chain_base(self.name, self.lineage)

    def append(self, payload: object) -> None:
        text = canonical_bytes(payload)
        seq = self.head + 1
        self.chains[seq] = chain_next(self.chains[self.head], seq, sha256(text).digest())
        self.rows.append(row_of(seq, payload, self.chains[seq]))
        self.head = seq

    def prune(self, floor: int) -> None:
        self.floor = max(self.floor, min(floor, self.head))
        self.rows = [row for row in self.rows if row.seq > self.floor]

    def rotate(self, lineage: str) -> None:
        self.lineage, self.rows = lineage, []
        self.head += 1_048_576
        self.floor = self.head
        self.chains = {self.head: chain_base(self.name, lineage)}

    @property
    def extent(self) -> Extent:
        return Extent(self.head, self.floor, self.compaction, self.lineage)

    def page(self, after: int, limit: int = 200, octets: int = 1 << 30) -> Page:
        rows: list[Row] = []
        for row in self.rows:
            if row.seq > after and len(rows) < limit and (not rows or sum(r.size for r in rows) + row.size <= octets):
                rows.append(row)
        return Page(self.name, after, tuple(rows), self.extent, self.chains[self.head], self.acl_version)

    def facts(self, cursor: int | None, budget: int) -> TopicFacts:
        start = max(self.extent.floor, self.head - budget)
        known = self.chains if cursor is not None and self.extent.floor <= cursor <= self.head else {}
        return TopicFacts(
            self.extent,
            self.acl_version,
            self.chains[self.head],
            known.get(cursor) if cursor is not None else None,
            self.chains.get(start),
        )
