"""Control requests on disk, in the profile's SQLite file beside the watermarks (surfaces 5.5)."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openagents.sdk.control_requests import ControlRequest, RequestState

BUSY_SECONDS = 10.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS control_request (
  namespace TEXT NOT NULL, worker_id TEXT NOT NULL, request_id TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL,
  error_code TEXT NOT NULL DEFAULT '', retryable INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL,
  sent_at INTEGER NOT NULL DEFAULT 0, receipt_at INTEGER NOT NULL DEFAULT 0, response TEXT,
  PRIMARY KEY (namespace, worker_id, request_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS terminal_receipt (
  namespace TEXT NOT NULL, worker_id TEXT NOT NULL, request_id TEXT NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY (namespace, worker_id, request_id)) WITHOUT ROWID;
"""
_COLUMNS = "worker_id, request_id, body, state, error_code, retryable, created_at, sent_at, receipt_at, response"


class RequestStore:
    """The requests of one profile by (namespace, worker, request). Several processes may hold the file open."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._connection.executescript(_SCHEMA)

    def get(self, namespace: str, request_id: str, worker_id: str | None = None) -> ControlRequest | None:
        """One request; ids are unique in practice, so the worker may be left out."""
        rows = self._rows(
            "namespace=? AND request_id=? AND (? IS NULL OR worker_id=?)", (namespace, request_id, worker_id, worker_id)
        )
        return rows[0] if rows else None

    def every(self, namespace: str) -> list[ControlRequest]:
        """All requests, the newest first."""
        return self._rows("namespace=? ORDER BY created_at DESC, request_id DESC", (namespace,))

    def change(
        self,
        namespace: str,
        worker_id: str,
        request_id: str,
        step: Callable[[ControlRequest | None], ControlRequest],
        *,
        receipt_seq: int | None = None,
    ) -> ControlRequest:
        """Apply a transition to the stored request, in one transaction. `receipt_seq`: the event that ended it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            after = step(self.get(namespace, request_id, worker_id))
            self._put(namespace, after)
            if receipt_seq is not None:
                self._connection.execute(
                    "INSERT INTO terminal_receipt (namespace, worker_id, request_id, seq) VALUES (?,?,?,?) "
                    "ON CONFLICT DO NOTHING",
                    (namespace, worker_id, request_id, receipt_seq),
                )
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return after

    def terminal_seq(self, namespace: str, worker_id: str, request_id: str) -> int | None:
        """Which event of the worker ended the request; None when none was seen."""
        row = self._connection.execute(
            "SELECT seq FROM terminal_receipt WHERE namespace=? AND worker_id=? AND request_id=?",
            (namespace, worker_id, request_id),
        ).fetchone()
        return int(row[0]) if row else None

    def forget(self, namespace: str) -> None:
        """Delete everything of a namespace (logout)."""
        for table in ("control_request", "terminal_receipt"):
            self._connection.execute(f"DELETE FROM {table} WHERE namespace=?", (namespace,))

    def close(self) -> None:
        self._connection.close()

    def _rows(self, where: str, parameters: tuple[Any, ...]) -> list[ControlRequest]:
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM control_request WHERE {where}", parameters)
        return [_request(row) for row in rows]

    def _put(self, namespace: str, request: ControlRequest) -> None:
        response = None if request.response is None else json.dumps(request.response, ensure_ascii=False)
        self._connection.execute(
            f"INSERT OR REPLACE INTO control_request (namespace, {_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (
                namespace,
                request.worker_id,
                request.request_id,
                json.dumps(dict(request.body), ensure_ascii=False),
                request.state.value,
                request.error_code,
                int(request.retryable),
                request.created_at,
                request.sent_at,
                request.receipt_at,
                response,
            ),
        )


def _request(row: tuple[Any, ...]) -> ControlRequest:
    worker_id, request_id, body, state, error_code, retryable, created_at, sent_at, receipt_at, response = row
    return ControlRequest(
        worker_id,
        request_id,
        json.loads(body),
        RequestState(state),
        error_code,
        bool(retryable),
        created_at,
        sent_at,
        receipt_at,
        None if response is None else json.loads(response),
    )
