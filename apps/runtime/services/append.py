"""The append: events into the log, the projections and the journal, in one call of one database function.

Everything that depends on the run's present state is decided inside the function, under the run's lock; here the
events are prepared, concurrent appends are gathered, the answer is read, and hints leave after the commit.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connection, transaction

from apps.runtime import metrics
from apps.runtime.domain.events import Event, Source
from apps.runtime.domain.journal import TopicClass, run_events
from apps.runtime.services import write_mode
from apps.runtime.services.committer import Bounds, GroupCommitter
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


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A request as the text that goes to the database; made in the caller's thread, with the caller's request id."""

    items: tuple[str, ...]

    @property
    def size(self) -> int:
        """Characters, which is bytes but for what is not ASCII; close enough for a bound."""
        return sum(map(len, self.items))


UNRELATED_CLASSES = frozenset({"08", "53", "57", "58"})
"""Classes of SQLSTATE that no item of a group causes: connection, resources, operator, system."""


def append(request: Append) -> list[Placed]:
    """Append one request. Raises the Fault that refuses it; nothing is written then.

    Outside a transaction it shares one with whoever appends at the same moment in this process; inside the caller's
    it is part of that and of no other.
    """
    write_mode.check()
    with metrics.EVENT_APPEND_SECONDS.time():
        outcome = _append(request)
    metrics.count_append(outcome)
    if isinstance(outcome, Fault):
        raise outcome
    return outcome


def _append(request: Append) -> Outcome:
    if refused := _oversized(request):
        return refused
    prepared = _prepare(request)
    if not prepared.items:
        return []
    if write_mode.suppresses_journal():
        with transaction.atomic():
            write_mode.mark_transaction()
            return _write([prepared])[0]
    if connection.in_atomic_block or not settings.OA.runtime_append_group_commit:
        return _write([prepared])[0]
    return committer().submit(prepared, len(prepared.items), prepared.size)


def append_all(requests: Sequence[Append]) -> list[Outcome]:
    """Append many requests in one transaction; each is accepted or refused by itself, in the order given.

    Returns once the commit is durable. An event whose canonical payload is over its class limit is refused before
    the database is asked.
    """
    outcomes: list[Outcome] = [_oversized(request) or [] for request in requests]
    admitted = [index for index, outcome in enumerate(outcomes) if not isinstance(outcome, Fault)]
    prepared = [_prepare(requests[index]) for index in admitted]
    for index, outcome in zip(admitted, _write(prepared), strict=True):
        outcomes[index] = outcome
    for outcome in outcomes:
        metrics.count_append(outcome)
    return outcomes


@cache
def committer() -> GroupCommitter[_Prepared, Outcome]:
    """The one committer of this process."""
    return GroupCommitter(_write_group, separable=_separable, observe=metrics.APPEND_GROUP.observe, bounds=Bounds())


os.register_at_fork(after_in_child=committer.cache_clear)  # its queue waits for threads that exist in the parent only


def _write_group(group: Sequence[_Prepared]) -> list[Outcome]:
    """A lone append is tried again like every transaction. A group is not: its members are, each by itself."""
    return _write(group, _call if len(group) == 1 else _statement)


def _separable(error: Exception) -> bool:
    """Whether the server refused the statement, and so wrote nothing, for a reason that may lie in one item alone.

    A lost race counts: whoever holds the lock holds that of one run, not of every run in the group.
    """
    cause = error.__cause__
    separable = (
        isinstance(cause, psycopg.Error) and cause.sqlstate is not None and cause.sqlstate[:2] not in UNRELATED_CLASSES
    )
    if separable:
        metrics.APPEND_GROUP_DISSOLVED.inc()
    return separable


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


def _prepare(request: Append) -> _Prepared:
    """The items of the request, as JSON objects that lack their opening and the number of their group."""
    request_id = context.request_id.get() or None
    return _Prepared(
        tuple(
            json.dumps(
                {
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
                },
                ensure_ascii=False,
            )[1:]
            for index, event in enumerate(request.events)
        )
    )


def _write(prepared: Sequence[_Prepared], call: Callable[[str], dict[int, Outcome]] | None = None) -> list[Outcome]:
    """One statement for all of them, none when there is nothing to write; an outcome each, in the order given."""
    text = ",".join(f'{{"g":{group},{item}' for group, one in enumerate(prepared) for item in one.items)
    outcomes = (call or _call)(f"[{text}]") if text else {}
    return [outcomes.get(group, []) for group in range(len(prepared))]


def _statement(items: str) -> dict[int, Outcome]:
    """One statement, which is a transaction of its own unless the caller has one open: one round trip, one flush."""
    faults.point("runtime.append.before_write")
    with write_mode.gate(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT o_kind, o_group, o_index, o_seq, o_at, o_code, o_detail FROM runtime_append(%s::jsonb, %s)",
            [items, settings.OA.khala_run_events_publish_rate_per_second],
        )
        rows = cursor.fetchall()
    faults.point("runtime.append.after_write")
    outcomes, heads = _read(rows)
    if not write_mode.suppresses_journal():
        hints.after_commit(heads)
    return outcomes


_call = retried(_statement)


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
