"""Snapshots of document topics: their hash, their pages (13.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from openagents.receipts.canonical import prefixed_sha256

FORMAT: Final = "openagents.sync.snapshot.v1"
SCHEMA_VERSION: Final = 1
LIMIT_DEFAULT: Final = 500
LIMIT_MAX: Final = 1_000
_PAGE: Final = re.compile(r"([0-9a-f]{16})-(\d{1,16})-(\d{1,9})")


class Document(NamedTuple):
    """The latest document under a key; `payload` is its canonical JSON text, None for a pointer."""

    doc_key: str
    doc_version: int
    payload: str | None
    payload_hash: str
    seq: int


def hash_of(documents: Iterable[Document]) -> str:
    """Hash of a snapshot: the array of [doc_key, doc_version, payload_hash], by key in byte order."""
    rows: list[Any] = [[doc.doc_key, doc.doc_version, doc.payload_hash] for doc in in_order(documents)]
    return prefixed_sha256(rows)


def in_order(documents: Iterable[Document]) -> list[Document]:
    return sorted(documents, key=lambda doc: doc.doc_key.encode())


class Page(NamedTuple):
    """Where a page begins: in which snapshot (its hash's first digits, its seq) and at which document."""

    mark: str
    as_of_seq: int
    offset: int

    @property
    def text(self) -> str:
        return f"{self.mark}-{self.as_of_seq}-{self.offset}"


def page_of(text: str) -> Page | None:
    """The page of its text form; None when it is none."""
    found = _PAGE.fullmatch(text)
    return Page(found[1], int(found[2]), int(found[3])) if found else None


def mark_of(snapshot_hash: str) -> str:
    return snapshot_hash.removeprefix("sha256:")[:16]
