"""Rows into the journal from services: numbered, chained and written by the database, last in the transaction.

Run events do not come this way; the append writes theirs itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain.journal import LIMITS, TopicClass
from apps.runtime.services import write_mode
from openagents.db import hints
from openagents.receipts.canonical import canonical_text, sha256_hex
from openagents.wire.faults import PAYLOAD_TOO_LARGE, Fault

SEQ_MISMATCH = "OA001"
"""SQLSTATE of our functions when a number is not the next one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One journal row. `payload_text` is canonical JSON. `is_doc`: the latest per `doc_key` is kept for snapshots.

    The access fields (`owner_key`, `org_id`, `visibility`) matter when the topic does not exist yet.
    """

    topic: str
    topic_class: TopicClass
    kind: str
    doc_key: str
    doc_version: int
    payload_text: str
    owner_key: str
    org_id: str | None = None
    visibility: str = "owner"
    is_doc: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)


def write(rows: Sequence[Row], at: datetime | None = None) -> dict[str, int]:
    """Write rows inside the caller's transaction, as its last step; returns the new head of each topic.

    The topics stay locked until the commit, which makes commit order seq order. Hints leave after the commit.
    An event over its class's size limit raises Fault PAYLOAD_TOO_LARGE; a document over it is written as `{}` with
    `hydration_required`, because a summary must never fail the mutation it summarises.
    """
    if not rows:
        return {}
    write_mode.check()
    admitted = [_admitted(row) for row in rows]
    suppressed = write_mode.suppresses_journal()
    if suppressed:
        write_mode.mark_transaction()
    with write_mode.gate(), counted_mismatch(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT o_topic, o_head FROM runtime_journal_json(%s::jsonb, %s)",
            [json.dumps([_json(row) for row in admitted], ensure_ascii=False), at or timezone.now()],
        )
        heads = dict(cursor.fetchall())
    if suppressed:
        return heads
    hints.after_commit(heads.items())
    for row in admitted:
        metrics.JOURNAL_APPEND.labels(row.topic_class.value).inc()
    return heads


@contextmanager
def counted_mismatch() -> Iterator[None]:
    """Count the database's refusal to let a topic and its log disagree; it is a bug of ours and stays an error."""
    try:
        yield
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) == SEQ_MISMATCH:
            metrics.JOURNAL_SEQ_MISMATCH.inc()
        raise


def _admitted(row: Row) -> Row:
    size, limit = len(row.payload_text.encode()), LIMITS[row.topic_class].payload_bytes_max
    if size <= limit:
        return row
    metrics.JOURNAL_REJECTED.labels(row.topic_class.value, "khala_frame_payload_too_large").inc()
    if row.is_doc:
        return replace(row, payload_text="{}", metadata={**row.metadata, "hydration_required": True})
    raise Fault(
        PAYLOAD_TOO_LARGE,
        "the payload is too large for its topic",
        reason_code="khala_frame_payload_too_large",
        details={
            "topic": row.topic,
            "topic_class": row.topic_class.value,
            "payload_bytes": size,
            "max_payload_bytes": limit,
        },
    )


def _json(row: Row) -> dict[str, Any]:
    return {
        "topic": row.topic,
        "kind": row.kind,
        "doc_key": row.doc_key,
        "doc_version": row.doc_version,
        "payload": row.payload_text,
        "sha": sha256_hex(row.payload_text),
        "metadata": {"hydration_required": False, **row.metadata},
        "is_doc": row.is_doc,
        "topic_class": row.topic_class.value,
        "owner_key": row.owner_key,
        "org_id": row.org_id,
        "visibility": row.visibility,
    }


def document(value: Mapping[str, Any]) -> str:
    """The canonical text of a document or event payload."""
    return canonical_text(dict(value))
