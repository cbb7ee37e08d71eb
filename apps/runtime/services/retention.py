"""Retention and lineage of the journal's topics: what leaves it, and how a topic starts over.

The event log is untouched by all of this: it is the truth, the journal is its delivery.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from django.db import DatabaseError, connection, transaction

from apps.runtime import metrics
from apps.runtime.domain.journal import TopicClass
from apps.runtime.domain.retention import BATCH_ROWS_MAX, Retention, policy
from apps.runtime.models import SyncTopicSequence
from apps.runtime.services import cursors, write_mode
from openagents.db import audit, hints
from openagents.db.retry import retried
from openagents.ops import faults
from openagents.wire.faults import NOT_FOUND, Fault

TOPICS_PER_ROUND = 5000
"""Topics looked at per round; a cursor goes on with the rest in the next one."""
BATCHES_PER_TOPIC_MAX = 20
"""So that one enormous topic does not keep the round from all others."""

log = structlog.get_logger("oa.runtime")


@dataclass(frozen=True, slots=True)
class Lineage:
    """A topic's new lineage and the head it starts behind."""

    topic: str
    lineage: str
    head: int


def current_policy() -> dict[TopicClass, Retention]:
    """The retention table with this process's variables in it."""
    return policy(os.environ)


def prune_round() -> int:
    """Prune the next portion of topics; returns the rows removed. Does nothing while writing is frozen."""
    if write_mode.current() != "active":
        return 0
    table = current_policy()
    portion = cursors.next_portion("prune_journal", TOPICS_PER_ROUND, _topics_after(), lambda row: row[0])
    return sum(_prune_and_count(topic, TopicClass(name), table[TopicClass(name)]) for topic, name in portion)


def _topics_after() -> Callable[[str, int], Sequence[tuple[str, str]]]:
    rows = SyncTopicSequence.objects.order_by("topic").values_list("topic", "topic_class")
    return lambda position, count: list(rows.filter(topic__gt=position)[:count])


def _prune_and_count(topic: str, topic_class: TopicClass, keep: Retention) -> int:
    try:
        removed = prune_topic(topic, keep)
    except DatabaseError as error:
        log.error("journal.prune_failed", topic=topic, error=type(error.__cause__ or error).__name__)
        return 0
    if removed:
        metrics.JOURNAL_PRUNED.labels(topic_class.value).inc(removed)
    return removed


def prune_topic(topic: str, keep: Retention, batch_rows: int = BATCH_ROWS_MAX) -> int:
    """Move a topic's floor as far as `keep` says, in batches of one transaction each; returns the rows removed.

    A topic that a writer holds at this moment is left for the next round. Raises DatabaseError for a broken topic.
    """
    total = 0
    for _ in range(BATCHES_PER_TOPIC_MAX):
        removed = _prune_batch(topic, keep, batch_rows)
        total += removed
        if removed < batch_rows:
            break
    return total


@retried
def _prune_batch(topic: str, keep: Retention, batch_rows: int) -> int:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT runtime_prune(%s, %s, %s, %s)", [topic, keep.seconds, keep.budget_events, batch_rows]
            )
            (removed,) = cursor.fetchone()
        faults.point("runtime.prune.before_commit")
    return removed or 0


@retried
def rotate_lineage(topic: str, *, actor: str | None = None, reason: str = "") -> Lineage:
    """Start a topic over, after a restore or reset: every reader will bootstrap. Raises Fault NOT_FOUND.

    The rows of the old lineage are below the new floor and leave with the next pruning.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT o_lineage, o_head FROM runtime_rotate_lineage(%s)", [topic])
            row = cursor.fetchone()
        if row is None:
            raise Fault(NOT_FOUND, "there is no such topic")
        faults.point("runtime.rotate.before_commit")
        audit.record("journal.lineage_rotated", user_id=actor, topic=topic, lineage=row[0], head=row[1], reason=reason)
        hints.after_commit([(topic, row[1])])
    return Lineage(topic, row[0], row[1])
