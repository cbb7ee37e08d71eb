"""The append: events into the log, the projections and the journal, in one call of one database function.

Everything that depends on the run's present state is decided inside the function, under the run's lock; here the
events are prepared, the answer is read, and hints leave after the commit.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from apps.runtime import metrics
from apps.runtime.domain.events import Event, Source
from apps.runtime.domain.journal import TopicClass, run_events
from openagents.db import hints
from openagents.db.retry import retried
from openagents.ops import context, faults
from openagents.wire.faults import (
    CONFLICT,
    FORBIDDEN,
    INVALID_REQUEST,
    NOT_FOUND,
    PAYLOAD_TOO_LARGE,
    RATE_LIMITED,
    Fault,
    Kind,
)

SEQ_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Append:
    """One request: events of one run that are accepted or refused together.

    `owner_key` None means a call without an owner to check (a service's own). `expected_previous_seq` applies to
    the first event.
    """

    run_id: UUID
    source: Source
    events: Sequence[Event]
    owner_key: str | None = None
    expected_previous_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an event stands in the log. `replayed`: it was there before."""

    seq: int
    recorded_at: datetime
    replayed: bool


Outcome = list[Placed] | Fault

REFUSALS: dict[str, tuple[Kind, str]] = {
    "not_found": (NOT_FOUND, "there is no such run"),
    "forbidden": (FORBIDDEN, "the run belongs to somebody else"),
    "idempotency_key_conflict": (CONFLICT, "the idempotency key was used for another event"),
    "partial_batch_replay": (CONFLICT, "some events of the batch are in the log already, others are not"),
    "sequence_conflict": (CONFLICT, "the log is not where expected_previous_seq says"),
    "invalid_run_transition": (INVALID_REQUEST, "the run's state does not allow this event"),
    "khala_publish_rate_limited": (RATE_LIMITED, "too many appends to this run"),
}
"""Codes of the database function to catalogue errors."""


def append(request: Append) -> list[Placed]:
    """Append one request. Raises the Fault that refuses it; nothing is written then."""
    (outcome,) = append_all([request])
    if isinstance(outcome, Fault):
        raise outcome
    return outcome


def append_all(requests: Sequence[Append]) -> list[Outcome]:
    """Append many requests in one transaction; each is accepted or refused by itself, in the order given.

    Returns once the commit is durable. An event whose canonical payload is over its class limit is refused before
    the database is asked.
    """
    outcomes: list[Outcome | None] = [_oversized(request) for request in requests]
    items = [
        item for group, request in enumerate(requests) if outcomes[group] is None for item in _items(group, request)
    ]
    if items:
        for group, outcome in _call(items).items():
            outcomes[group] = outcome
    done = [outcome if outcome is not None else [] for outcome in outcomes]
    for outcome in done:
        metrics.count_append(outcome)
    return done


def _oversized(request: Append) -> Fault | None:
    limit = settings.OA.khala_run_events_max_payload_bytes
    for index, event in enumerate(request.events):
        if event.payload_bytes > limit:
            metrics.JOURNAL_REJECTED.labels(TopicClass.RUN_EVENTS, "khala_frame_payload_too_large").inc()
            return Fault(
                PAYLOAD_TOO_LARGE,
                "the event's payload is too large",
                reason_code="khala_frame_payload_too_large",
                details={
                    "topic": run_events(str(request.run_id)),
                    "topic_class": TopicClass.RUN_EVENTS.value,
                    "payload_bytes": event.payload_bytes,
                    "max_payload_bytes": limit,
                    "index": index,
                },
            )
    return None


def _items(group: int, request: Append) -> list[dict[str, Any]]:
    request_id = context.request_id.get() or None
    return [
        {
            "g": group,
            "i": index,
            "run_id": str(request.run_id),
            "owner": request.owner_key,
            "source": request.source.value,
            "event_type": event.event_type,
            "trigger": event.trigger.value if event.trigger else None,
            "payload": event.payload_text,
            "sha": event.payload_sha256,
            "fp": event.fingerprint,
            "key": event.idempotency_key,
            "expected": request.expected_previous_seq if index == 0 else None,
            "reason_class": event.reason_class,
            "reason": event.reason,
            "rid": request_id,
        }
        for index, event in enumerate(request.events)
    ]


@retried
def _call(items: list[dict[str, Any]]) -> dict[int, Outcome]:
    """One statement, which is a transaction of its own unless the caller has one open: one round trip, one flush."""
    faults.point("runtime.append.before_write")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o_kind, o_group, o_index, o_seq, o_at, o_code, o_detail FROM runtime_append(%s::jsonb, %s)",
            [json.dumps(items, ensure_ascii=False), settings.OA.khala_run_events_publish_rate_per_second],
        )
        rows = cursor.fetchall()
    faults.point("runtime.append.after_write")
    outcomes, heads = _read(rows)
    hints.after_commit(heads)
    return outcomes


def _read(rows: list[tuple[Any, ...]]) -> tuple[dict[int, Outcome], list[hints.Hint]]:
    placed: dict[int, dict[int, Placed]] = {}
    outcomes: dict[int, Outcome] = {}
    heads: list[hints.Hint] = []
    for kind, group, index, seq, at, code, detail in rows:
        if kind == "head":
            heads.append((code, seq))
        elif kind == "refused":
            outcomes[group] = _refusal(code, detail, index)
        else:
            placed.setdefault(group, {})[index] = Placed(seq, at, kind == "replay")
    for group, by_index in placed.items():
        outcomes[group] = [by_index[index] for index in sorted(by_index)]
    return outcomes, heads


def _refusal(code: str, detail: str | dict[str, Any] | None, index: int) -> Fault:
    kind, message = REFUSALS[code]
    details = dict(json.loads(detail) if isinstance(detail, str) else detail or {})
    retry_after_ms = details.pop("retry_after_ms", None)
    reason = None if code in ("not_found", "forbidden") else code
    return Fault(kind, message, reason_code=reason, details={**details, "index": index}, retry_after_ms=retry_after_ms)
