"""The watermark store of clients that keep nothing: tests, and `oa tail --ephemeral`."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from openagents.sdk.updates import Cursor, Document, Update
from openagents.sdk.watermarks.contract import Reducer

_Documents = dict[tuple[str, str], Document]


class _Staged:
    """Documents of one namespace, changed on a copy."""

    def __init__(self, documents: _Documents) -> None:
        self.documents = dict(documents)

    @property
    def connection(self) -> sqlite3.Connection | None:
        return None

    def document(self, topic: str, doc_key: str) -> Document | None:
        return self.documents.get((topic, doc_key))

    def put_document(self, topic: str, document: Document) -> bool:
        stored = self.documents.get((topic, document.doc_key))
        if stored is not None and stored.doc_version >= document.doc_version:
            return False
        self.documents[topic, document.doc_key] = document
        return True

    def delete_document(self, topic: str, doc_key: str) -> None:
        self.documents.pop((topic, doc_key), None)


@dataclass(slots=True)
class _Namespace:
    cursors: dict[str, Cursor] = field(default_factory=dict)
    documents: _Documents = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    followed: list[str] = field(default_factory=list)
    counters: Counter[str] = field(default_factory=Counter)


class MemoryWatermarks:
    """Keeps the contract as long as the process lives."""

    def __init__(self) -> None:
        self._namespaces: dict[str, _Namespace] = {}

    def cursor(self, namespace: str, topic: str) -> Cursor | None:
        return self._of(namespace).cursors.get(topic)

    def cursors(self, namespace: str) -> dict[str, Cursor]:
        return dict(sorted(self._of(namespace).cursors.items()))

    def apply(
        self, namespace: str, topic: str, updates: Sequence[Update], cursor: Cursor, reducer: Reducer
    ) -> list[Update]:
        space = self._of(namespace)
        stored = space.cursors.get(topic)
        fresh = [update for update in updates if stored is None or update.seq > stored.seq]
        staged = _Staged(space.documents)
        for update in fresh:
            reducer(staged, update)
        space.documents = staged.documents
        if stored is None or cursor.seq > stored.seq:
            space.cursors[topic] = cursor
        return fresh

    def keep(self, namespace: str, topic: str, cursor: Cursor) -> None:
        cursors = self._of(namespace).cursors
        if topic in cursors and cursors[topic].seq == cursor.seq:
            cursors[topic] = cursor

    def replace(self, namespace: str, topic: str, cursor: Cursor, documents: Sequence[Document], reason: str) -> None:
        space = self._of(namespace)
        space.documents = {key: value for key, value in space.documents.items() if key[0] != topic}
        space.documents |= {(topic, document.doc_key): document for document in documents}
        space.cursors[topic] = cursor
        space.reasons[topic] = reason

    def drop(self, namespace: str, topic: str, reason: str) -> None:
        space = self._of(namespace)
        space.cursors.pop(topic, None)
        space.reasons[topic] = reason

    def reset_reason(self, namespace: str, topic: str) -> str:
        return self._of(namespace).reasons.get(topic, "")

    def documents(self, namespace: str, topic: str) -> list[Document]:
        mine = (value for key, value in self._of(namespace).documents.items() if key[0] == topic)
        return sorted(mine, key=lambda document: document.doc_key)

    def follow(self, namespace: str, topics: Sequence[str]) -> None:
        self._of(namespace).followed = list(topics)

    def followed(self, namespace: str) -> list[str]:
        return list(self._of(namespace).followed)

    def count(self, namespace: str, counts: Mapping[str, int]) -> None:
        self._of(namespace).counters.update(counts)

    def counters(self, namespace: str) -> dict[str, int]:
        return dict(sorted(self._of(namespace).counters.items()))

    def forget(self, namespace: str) -> None:
        self._namespaces.pop(namespace, None)

    def close(self) -> None:
        self._namespaces.clear()

    def _of(self, namespace: str) -> _Namespace:
        return self._namespaces.setdefault(namespace, _Namespace())
