"""The append: events into the log, the projections and the journal, in one call of one database function.

Everything that depends on the run's present state is decided inside the function, under the run's lock; here the
events are prepared, concurrent appends are gathered, the answer is read, and hints leave after the commit. The nonce
of a signed request may come along: it is claimed by the same statement, before the function sees the request.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import orjson
import psycopg
from django.conf import settings
from django.db import connection, transaction

from apps.runtime import metrics
from apps.runtime.domain.events import Event, Source
from apps.runtime.domain.journal import TopicClass, run_events
from apps.runtime.models import Run
from apps.runtime.services import journal, write_mode
from apps.runtime.services.committer import Bounds, GroupCommitter
from openagents.db import hints
from openagents.db.prepared import prepared_cursor
from openagents.db.retry import retried
from openagents.db.stores import CLAIMS, Claim, claims_text
from openagents.ops import context, faults
from openagents.peers.auth import refusal
from openagents.peers.signature import NONCE_REPLAYED
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
    the first event. `show`: the answer holds the run. `claim`: a nonce that serves this request; used before, it
    refuses the request as the verification of its signature would have.
    """

    run_id: UUID
    source: Source
    events: Sequence[Event]
    owner_key: str | None = None
    expected_previous_seq: int | None = None
    show: bool = False
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an event stands in the log. `replayed`: it was there before."""

    seq: int
    recorded_at: datetime
    replayed: bool


Outcome = list[Placed] | Fault


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a request. `run`: the run as this commit left it, where the request asked to be shown it."""

    places: list[Placed]
    run: Run | None = None


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
    run_id: UUID
    show: bool
    claim: Claim | None

    @property
    def size(self) -> int:
        """Characters, which is bytes but for what is not ASCII; close enough for a bound."""
        return sum(map(len, self.items))


_Outcome = Accepted | Fault | Claim
"""A Claim: it was made before, and nothing else was looked at."""


@dataclass(slots=True)
class _Answer:
    """The result rows of one call: places and refusals by group, shown runs, and heads of written topics.

    `used`: the groups whose nonce was used before.
    """

    used: set[int] = field(default_factory=set)
    placed: dict[int, dict[int, Placed]] = field(default_factory=dict)
    refused: dict[int, Fault] = field(default_factory=dict)
    runs: dict[UUID, Run] = field(default_factory=dict)
    heads: list[hints.Hint] = field(default_factory=list)

    def outcome(self, group: int, request: _Prepared) -> _Outcome:
        if request.claim is not None and group in self.used:
            return request.claim
        if fault := self.refused.get(group):
            return fault
        by_index = self.placed.get(group, {})
        return Accepted(
            [by_index[index] for index in sorted(by_index)], self.runs[request.run_id] if request.show else None
        )


UNRELATED_CLASSES = frozenset({"08", "53", "57", "58"})
"""Classes of SQLSTATE that no item of a group causes: connection, resources, operator, system."""


def append(request: Append) -> list[Placed]:
    """Append one request. Raises the Fault that refuses it; nothing is written then.

    Outside a transaction it shares one with whoever appends at the same moment in this process; inside the caller's
    it is part of that and of no other.
    """
    return _accepted(request).places


def append_and_show(request: Append) -> tuple[list[Placed], Run]:
    """`append`, and the run as the same commit left it: no second question to the database. At least one event."""
    accepted = _accepted(replace(request, show=True))
    if accepted.run is None:
        raise ValueError("a request without events shows nothing")
    return accepted.places, accepted.run


def _accepted(request: Append) -> Accepted:
    write_mode.check()
    with metrics.EVENT_APPEND_SECONDS.time():
        outcome = _append(request)
    if isinstance(outcome, Claim):  # refused in its own thread, with its own request id; no append, and none counted
        raise refusal(NONCE_REPLAYED)
    metrics.count_append(_public(outcome))
    if isinstance(outcome, Fault):
        raise outcome
    return outcome


def _append(request: Append) -> _Outcome:
    if refused := _oversized(request):
        return refused
    prepared = _prepare(request)
    if not prepared.items:
        return Accepted([])
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
    for index, written in zip(admitted, _write(prepared), strict=True):
        outcomes[index] = _public(written)
    for outcome in outcomes:
        metrics.count_append(outcome)
    return outcomes


def _public(outcome: _Outcome) -> Outcome:
    if isinstance(outcome, Claim):
        return refusal(NONCE_REPLAYED)
    return outcome if isinstance(outcome, Fault) else outcome.places


@cache
def committer() -> GroupCommitter[_Prepared, _Outcome]:
    """The one committer of this process."""
    return GroupCommitter(_write_group, separable=_separable, observe=metrics.APPEND_GROUP.observe, bounds=Bounds())


os.register_at_fork(after_in_child=committer.cache_clear)  # its queue waits for threads that exist in the parent only


def _write_group(group: Sequence[_Prepared]) -> list[_Outcome]:
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
    run_id = str(request.run_id)
    return _Prepared(
        tuple(
            orjson.dumps(
                {
                    "i": index,
                    "run_id": run_id,
                    "owner": request.owner_key,
                    "source": request.source,
                    "event_type": event.event_type,
                    "trigger": event.trigger,
                    "payload": event.payload_text,
                    "sha": event.payload_sha256,
                    "fp": event.fingerprint,
                    "key": event.idempotency_key,
                    "expected": request.expected_previous_seq if index == 0 else None,
                    "reason_class": event.reason_class,
                    "reason": event.reason,
                    "rid": request_id,
                    "show": request.show and index == 0,
                }
            ).decode()[1:]
            for index, event in enumerate(request.events)
        ),
        request.run_id,
        request.show,
        request.claim,
    )


def _write(
    prepared: Sequence[_Prepared], call: Callable[[str, Mapping[int, Claim]], _Answer] | None = None
) -> list[_Outcome]:
    """One statement for all of them, none when there is nothing to write; an outcome each, in the order given."""
    text = ",".join(f'{{"g":{group},{item}' for group, one in enumerate(prepared) for item in one.items)
    answer = _Answer()
    if text:
        claims = {group: one.claim for group, one in enumerate(prepared) if one.claim is not None}
        for claim in claims.values():
            claim.given = True  # from here on nobody can say that the database has not seen it
        answer = (call or _call)(f"[{text}]", claims)
    return [answer.outcome(group, one) for group, one in enumerate(prepared)]


APPEND = """
SELECT o_kind, o_group, o_index, o_seq, o_at, o_code, o_detail FROM runtime_append(%(items)s::jsonb, %(rate)s::int)
"""
CLAIM_AND_APPEND = f"""
WITH {CLAIMS}
SELECT o_kind, o_group, o_index, o_seq, o_at, o_code, o_detail FROM runtime_append(
    CASE WHEN EXISTS (SELECT FROM used)
         THEN (SELECT coalesce(jsonb_agg(item ORDER BY place), '[]')
                 FROM jsonb_array_elements(%(items)s::jsonb) WITH ORDINALITY AS given(item, place)
                WHERE (item->>'g')::int NOT IN (SELECT g FROM used))
         ELSE %(items)s::jsonb END,
    %(rate)s::int)
UNION ALL
SELECT 'used', g, NULL::int, NULL::bigint, NULL::timestamptz, NULL::text, NULL::jsonb FROM used
"""
"""The argument asks for `used`, so the claims are made before the function takes a lock; nonces come before runs."""


def _statement(items: str, claims: Mapping[int, Claim]) -> _Answer:
    """One statement, which is a transaction of its own unless the caller has one open: one round trip, one flush."""
    faults.point("runtime.append.before_write")
    values = {"items": items, "rate": settings.OA.khala_run_events_publish_rate_per_second}
    with write_mode.gate(), journal.counted_mismatch(), prepared_cursor() as cursor:
        if claims:
            cursor.execute(CLAIM_AND_APPEND, {**values, "claims": claims_text(claims)})
        else:
            cursor.execute(APPEND, values)
        rows = cursor.fetchall()
    faults.point("runtime.append.after_write")
    answer = _read(rows)
    if not write_mode.suppresses_journal():
        hints.after_commit(answer.heads)
    return answer


_call = retried(_statement)


def _read(rows: list[tuple[Any, ...]]) -> _Answer:
    answer = _Answer()
    for kind, group, index, seq, at, code, detail in rows:
        if kind == "head":
            answer.heads.append((code, seq))
        elif kind == "run":
            run = _run(detail)
            answer.runs[run.id] = run
        elif kind == "used":
            answer.used.add(group)
        elif kind == "refused":
            answer.refused[group] = _refusal(code, detail, index)
        else:
            answer.placed.setdefault(group, {})[index] = Placed(seq, at, kind == "replay")
    return answer


def _run(detail: str) -> Run:
    """A run from the row that the function shows."""
    row = orjson.loads(detail)
    for name in ("created_at", "updated_at", "terminal_at"):
        row[name] = row[name] and datetime.fromisoformat(row[name])
    return Run(**{**row, "id": UUID(row["id"])})


def _refusal(code: str, detail: str | dict[str, Any] | None, index: int) -> Fault:
    kind, message = REFUSALS[code]
    details = dict(orjson.loads(detail) if isinstance(detail, str) else detail or {})
    retry_after_ms = details.pop("retry_after_ms", None)
    reason = None if code in ("not_found", "forbidden") else code
    return Fault(kind, message, reason_code=reason, details={**details, "index": index}, retry_after_ms=retry_after_ms)
