"""What a watermark store promises. `memory` and `sqlite` keep it; one test suite holds both to it (surfaces 5.5)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from openagents.sdk.updates import Cursor, Document, Update


class ApplyTransaction(Protocol):
    """What a reducer may touch while it runs: it becomes visible with the watermark, or not at all."""

    @property
    def connection(self) -> sqlite3.Connection | None:
        """The open SQLite transaction, for tables of the application's own; None in memory. Do not commit it."""

    def document(self, topic: str, doc_key: str) -> Document | None: ...

    def put_document(self, topic: str, document: Document) -> bool:
        """Store unless the same or a newer `doc_version` is there. Returns whether it was stored."""

    def delete_document(self, topic: str, doc_key: str) -> None: ...


Reducer = Callable[[ApplyTransaction, Update], None]
"""Turns one update into state. It may run again for the same update only if the transaction before was rolled back."""


class WatermarkStore(Protocol):
    """Positions and documents by (namespace, topic). A namespace is one account, organisation and device."""

    def cursor(self, namespace: str, topic: str) -> Cursor | None: ...

    def cursors(self, namespace: str) -> dict[str, Cursor]: ...

    def apply(
        self, namespace: str, topic: str, updates: Sequence[Update], cursor: Cursor, reducer: Reducer
    ) -> list[Update]:
        """Reduce the updates above the stored position and advance it to `cursor`, in one transaction.

        Returns the updates that were reduced (another process may have been ahead). Whatever the reducer raises is
        raised, and then nothing is stored. The position never moves down here.
        """

    def keep(self, namespace: str, topic: str, cursor: Cursor) -> None:
        """Store chain, lineage and verified position, if the stored seq is exactly `cursor.seq`."""

    def replace(self, namespace: str, topic: str, cursor: Cursor, documents: Sequence[Document], reason: str) -> None:
        """Replace documents and position in one transaction; the only operation that may lower a position."""

    def drop(self, namespace: str, topic: str, reason: str) -> None:
        """Forget the position, keep the documents until a replace; the reason is recorded."""

    def reset_reason(self, namespace: str, topic: str) -> str:
        """Why the topic was last replaced or dropped; blank when never."""

    def documents(self, namespace: str, topic: str) -> list[Document]:
        """The documents of a topic, by key."""

    def follow(self, namespace: str, topics: Sequence[str]) -> None:
        """Remember the subscribed topics, first = most important; replaces what was remembered."""

    def followed(self, namespace: str) -> list[str]: ...

    def count(self, namespace: str, counts: Mapping[str, int]) -> None:
        """Add to the counters of a namespace (reconnects, duplicates, bootstraps, …), for status views."""

    def counters(self, namespace: str) -> dict[str, int]: ...

    def forget(self, namespace: str) -> None:
        """Delete everything of a namespace (logout)."""

    def close(self) -> None: ...


def keep_documents(transaction: ApplyTransaction, update: Update) -> None:
    """The built-in reducer of document topics: the latest document per key, tombstones removed."""
    if not update.doc_key or update.hydration_required:
        return
    if update.tombstone:
        transaction.delete_document(update.topic, update.doc_key)
        return
    body = update.raw_payload.decode()
    transaction.put_document(update.topic, Document(update.doc_key, update.doc_version, body, update.seq))


def no_reduction(transaction: ApplyTransaction, update: Update) -> None:
    """The reducer of event topics that only move their position."""
