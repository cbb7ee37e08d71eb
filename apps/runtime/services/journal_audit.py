"""Does the journal still fold to its chains? An independent recomputation, in Python, of what the append did in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from apps.runtime import metrics
from apps.runtime.models import SyncStreamEvent, SyncTopicSequence
from apps.runtime.services import cursors
from openagents.receipts.canonical import sha256_hex
from openagents.receipts.chain import chain_next, digest_of

SAMPLE_TOPICS_MAX = 200


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A topic whose rows do not give its chain, and the first seq at which that shows (the head's, if only there)."""

    topic: str
    seq: int
    what: str


def check_topic(topic: str) -> Mismatch | None:
    """Fold the topic's rows over `floor_chain`, hashing each payload anew. None when everything agrees.

    One snapshot of topic and rows, and no lock: a long fold keeps no writer waiting.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        head = SyncTopicSequence.objects.get(topic=topic)
        chain, seq = bytes(head.floor_chain), head.floor_seq
        rows = SyncStreamEvent.objects.filter(topic=topic, seq__gt=head.floor_seq).order_by("seq")
        for row in rows.iterator(chunk_size=1000):
            if row.seq != seq + 1:
                return Mismatch(topic, seq + 1, "gap")
            if row.payload_sha256 != f"sha256:{sha256_hex(row.payload)}":
                return Mismatch(topic, row.seq, "payload")
            chain, seq = chain_next(chain, row.seq, digest_of(row.payload_sha256)), row.seq
            if chain != bytes(row.chain):
                return Mismatch(topic, row.seq, "chain")
        if seq != head.seq or chain != bytes(head.chain):
            return Mismatch(topic, head.seq, "head")
    return None


def check_topics(topics: Iterable[str]) -> list[Mismatch]:
    """Check each topic and count the results."""
    found = []
    for topic in topics:
        mismatch = check_topic(topic)
        metrics.CHAIN_VERIFY.labels("mismatch" if mismatch else "ok").inc()
        if mismatch is not None:
            found.append(mismatch)
    return found


def sample() -> list[str]:
    """A rolling sample: the next topics each time, busy and idle ones alike."""
    topics = SyncTopicSequence.objects.order_by("topic").values_list("topic", flat=True)
    return cursors.next_portion(
        "check_journal", SAMPLE_TOPICS_MAX, lambda after, count: list(topics.filter(topic__gt=after)[:count]), str
    )
