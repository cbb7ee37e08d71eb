"""The watermark store on disk: one SQLite file per profile, WAL, `user_version` 3 (surfaces 5.5).

`synchronous=NORMAL`: a power cut may lose the newest transactions, never tear one. Position and state go back together,
and the journal sends what came after again.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.updates import Cursor, Document, Update
from openagents.sdk.watermarks.contract import Reducer

USER_VERSION = 3
BUSY_SECONDS = 10.0

_SCHEMA = """
CREATE TABLE watermark (
  namespace TEXT NOT NULL, topic TEXT NOT NULL, seq INTEGER NOT NULL, lineage TEXT NOT NULL DEFAULT '',
  chain BLOB, verified_seq INTEGER NOT NULL DEFAULT 0, updated_at_ms INTEGER NOT NULL,
  PRIMARY KEY (namespace, topic)) WITHOUT ROWID;
CREATE TABLE subscription (
  namespace TEXT NOT NULL, topic TEXT NOT NULL, priority INTEGER NOT NULL,
  PRIMARY KEY (namespace, topic)) WITHOUT ROWID;
CREATE TABLE doc (
  namespace TEXT NOT NULL, topic TEXT NOT NULL, doc_key TEXT NOT NULL, doc_version INTEGER NOT NULL,
  body TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (namespace, topic, doc_key)) WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_FROM_2 = """
ALTER TABLE watermark ADD COLUMN chain BLOB;
ALTER TABLE watermark ADD COLUMN verified_seq INTEGER NOT NULL DEFAULT 0;
"""


class _Transaction:
    """An open transaction, limited to one namespace."""

    def __init__(self, connection: sqlite3.Connection, namespace: str) -> None:
        self._connection = connection
        self._namespace = namespace

    @property
    def connection(self) -> sqlite3.Connection | None:
        return self._connection

    def document(self, topic: str, doc_key: str) -> Document | None:
        row = self._connection.execute(
            "SELECT doc_key, doc_version, body, seq FROM doc WHERE namespace=? AND topic=? AND doc_key=?",
            (self._namespace, topic, doc_key),
        ).fetchone()
        return Document(*row) if row else None

    def put_document(self, topic: str, document: Document) -> bool:
        done = self._connection.execute(
            "INSERT INTO doc (namespace, topic, doc_key, doc_version, body, seq) VALUES (?,?,?,?,?,?) "
            "ON CONFLICT DO UPDATE SET doc_version=excluded.doc_version, body=excluded.body, seq=excluded.seq "
            "WHERE excluded.doc_version > doc_version",
            (self._namespace, topic, document.doc_key, document.doc_version, document.body, document.seq),
        )
        return done.rowcount == 1

    def delete_document(self, topic: str, doc_key: str) -> None:
        self._connection.execute(
            "DELETE FROM doc WHERE namespace=? AND topic=? AND doc_key=?", (self._namespace, topic, doc_key)
        )


class SqliteWatermarks:
    """The store of one profile. Several processes may hold the same file open."""

    def __init__(self, path: Path, *, clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        """Open or create the file. Raises SdkError (unsupported): it was written by a newer build."""
        self._clock_ms = clock_ms
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(path)
        except BaseException:
            self._connection.close()
            raise

    def cursor(self, namespace: str, topic: str) -> Cursor | None:
        row = self._connection.execute(
            "SELECT seq, lineage, chain, verified_seq FROM watermark WHERE namespace=? AND topic=?", (namespace, topic)
        ).fetchone()
        return Cursor(*row) if row else None

    def cursors(self, namespace: str) -> dict[str, Cursor]:
        rows = self._connection.execute(
            "SELECT topic, seq, lineage, chain, verified_seq FROM watermark WHERE namespace=? ORDER BY topic",
            (namespace,),
        )
        return {topic: Cursor(*rest) for topic, *rest in rows}

    def apply(
        self, namespace: str, topic: str, updates: Sequence[Update], cursor: Cursor, reducer: Reducer
    ) -> list[Update]:
        with self._transaction() as connection:
            stored = self.cursor(namespace, topic)
            fresh = [update for update in updates if stored is None or update.seq > stored.seq]
            transaction = _Transaction(connection, namespace)
            for update in fresh:
                reducer(transaction, update)
            self._put(namespace, topic, cursor, "WHERE excluded.seq > seq")
        return fresh

    def keep(self, namespace: str, topic: str, cursor: Cursor) -> None:
        self._connection.execute(
            "UPDATE watermark SET lineage=?, chain=?, verified_seq=?, updated_at_ms=? "
            "WHERE namespace=? AND topic=? AND seq=?",
            (cursor.lineage, cursor.chain, cursor.verified_seq, self._clock_ms(), namespace, topic, cursor.seq),
        )

    def replace(self, namespace: str, topic: str, cursor: Cursor, documents: Sequence[Document], reason: str) -> None:
        with self._transaction() as connection:
            connection.execute("DELETE FROM doc WHERE namespace=? AND topic=?", (namespace, topic))
            transaction = _Transaction(connection, namespace)
            for document in documents:
                transaction.put_document(topic, document)
            self._put(namespace, topic, cursor, "")
            self._record_reason(namespace, topic, reason)

    def drop(self, namespace: str, topic: str, reason: str) -> None:
        with self._transaction() as connection:
            connection.execute("DELETE FROM watermark WHERE namespace=? AND topic=?", (namespace, topic))
            self._record_reason(namespace, topic, reason)

    def reset_reason(self, namespace: str, topic: str) -> str:
        key = _reason_key(namespace, topic)
        row = self._connection.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def documents(self, namespace: str, topic: str) -> list[Document]:
        rows = self._connection.execute(
            "SELECT doc_key, doc_version, body, seq FROM doc WHERE namespace=? AND topic=? ORDER BY doc_key",
            (namespace, topic),
        )
        return [Document(*row) for row in rows]

    def follow(self, namespace: str, topics: Sequence[str]) -> None:
        with self._transaction() as connection:
            connection.execute("DELETE FROM subscription WHERE namespace=?", (namespace,))
            connection.executemany(
                "INSERT INTO subscription (namespace, topic, priority) VALUES (?,?,?)",
                [(namespace, topic, priority) for priority, topic in enumerate(dict.fromkeys(topics))],
            )

    def followed(self, namespace: str) -> list[str]:
        rows = self._connection.execute(
            "SELECT topic FROM subscription WHERE namespace=? ORDER BY priority", (namespace,)
        )
        return [topic for (topic,) in rows]

    def count(self, namespace: str, counts: Mapping[str, int]) -> None:
        with self._transaction() as connection:
            total = Counter(self.counters(namespace))
            total.update(counts)
            connection.execute(
                "INSERT INTO meta (key, value) VALUES (?,?) ON CONFLICT DO UPDATE SET value=excluded.value",
                (f"counters:{namespace}", json.dumps(total)),
            )

    def counters(self, namespace: str) -> dict[str, int]:
        row = self._connection.execute("SELECT value FROM meta WHERE key=?", (f"counters:{namespace}",)).fetchone()
        return dict(sorted(json.loads(row[0]).items())) if row else {}

    def forget(self, namespace: str) -> None:
        with self._transaction() as connection:
            for table in ("watermark", "subscription", "doc"):
                connection.execute(f"DELETE FROM {table} WHERE namespace=?", (namespace,))
            prefix = _reason_key(namespace, "")
            connection.execute("DELETE FROM meta WHERE substr(key, 1, ?) = ?", (len(prefix), prefix))
            connection.execute("DELETE FROM meta WHERE key=?", (f"counters:{namespace}",))

    def close(self) -> None:
        self._connection.close()

    def _prepare(self, path: Path) -> None:
        connection = self._connection
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > USER_VERSION:
            message = f"{path} was written by a newer build (version {version}); upgrade, or start anew: oa sync reset"
            raise SdkError(ErrorKind.UNSUPPORTED, message, code="store_too_new")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        if version == USER_VERSION:
            return
        # Looked at again under the write lock: two processes may open a new file at once.
        with self._transaction():
            version = int(connection.execute("PRAGMA user_version").fetchone()[0])
            if version not in {0, 2, USER_VERSION}:
                message = f"{path} has the unknown version {version}"
                raise SdkError(ErrorKind.UNSUPPORTED, message, code="store_unknown")
            script = {0: _SCHEMA, 2: _FROM_2, USER_VERSION: ""}[version]
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={USER_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _put(self, namespace: str, topic: str, cursor: Cursor, guard: str) -> None:
        self._connection.execute(
            "INSERT INTO watermark (namespace, topic, seq, lineage, chain, verified_seq, updated_at_ms) "
            "VALUES (?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET seq=excluded.seq, lineage=excluded.lineage, "
            "chain=excluded.chain, verified_seq=excluded.verified_seq, updated_at_ms=excluded.updated_at_ms " + guard,
            (namespace, topic, cursor.seq, cursor.lineage, cursor.chain, cursor.verified_seq, self._clock_ms()),
        )

    def _record_reason(self, namespace: str, topic: str, reason: str) -> None:
        self._connection.execute(
            "INSERT INTO meta (key, value) VALUES (?,?) ON CONFLICT DO UPDATE SET value=excluded.value",
            (_reason_key(namespace, topic), reason),
        )


def _reason_key(namespace: str, topic: str) -> str:
    return f"reset:{namespace}:{topic}"
