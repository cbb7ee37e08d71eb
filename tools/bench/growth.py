"""`growth`: appends, and pages of a topic's journal, with 10^6 journal rows beside 10^4 in the same run.

Both sides work on a hundred runs, in the large database spread over all of it: what differs is how much lies around
them, not how much of it has to be read from the disk.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from uuid import UUID

from django.db import connection

from apps.runtime.domain.events import Source, make_event
from apps.runtime.services.append import Append, append
from tools.bench.append import PAYLOAD
from tools.bench.crowd import Crowd
from tools.bench.figures import Figure, Slice, Work, compare
from tools.bench.place import Place

NAME = "growth"
GOAL = 0.9
SMALL, LARGE = 10_000, 1_000_000
EVENTS_PER_RUN = 100
PAGE_ROWS = 100
RUNS_IN_USE = SMALL // EVENTS_PER_RUN
ROUNDS = 6
RUN_ID = "('00000000-0000-7000-8000-' || lpad({}::text, 12, '0'))"
_keys = itertools.count()

# As appends would leave it: runs of 100 keyed events each, their logs, topics and journal rows. The chain's digests are
# arbitrary; nothing that is measured folds them.
RUNS = f"""
INSERT INTO run (id, owner_key, visibility, status, metadata_text, latest_seq, event_count, cancel_requested,
                 create_fingerprint, rate_second, rate_count, created_at, updated_at)
SELECT {RUN_ID.format("n")}::uuid, 'user:user_' || mod(n, 1000), 'owner', 'running', '{{}}', {EVENTS_PER_RUN},
       {EVENTS_PER_RUN}, false, repeat('0', 64), 0, 0, now(), now() FROM generate_series(0, %(runs)s - 1) AS n;
INSERT INTO run_summary (run_id, status, last_seq, event_count, projection_hash, updated_at)
SELECT id, status, latest_seq, event_count, 'sha256:' || repeat('0', 64), now() FROM run;
INSERT INTO projection_checkpoint (projection_name, entity_id, document_id, last_runtime_seq, last_event_type,
                                   projection_version, summary_hash, last_projected_at)
SELECT 'run_summary', id::text, 'runtime/run_summary:' || id, latest_seq, 'text.delta', 1, 'sha256:0', now() FROM run;
INSERT INTO sync_topic_sequences (topic, seq, topic_class, owner_key, visibility, acl_version, floor_seq,
                                  compaction_seq, lineage, chain, floor_chain, seq_offset, created_at, updated_at)
SELECT 'run:' || id || ':events', latest_seq, 'run_events', owner_key, 'owner', 1, 0, 0, 'lin_0',
       sha256(id::text::bytea), sha256(id::text::bytea), 0, now(), now() FROM run;
"""
# One series, so that the rows of a run lie together whatever their number: a planner free to join two decides by size.
NUMBERED = f"""(SELECT {RUN_ID.format(f"(i / {EVENTS_PER_RUN})")} AS run_id, mod(i, {EVENTS_PER_RUN}) + 1 AS s
                FROM generate_series(0, %(runs)s * {EVENTS_PER_RUN} - 1) AS i) AS numbered"""
EVENTS = f"""
INSERT INTO run_event (run_id, seq, event_type, payload_text, payload_sha256, fingerprint, source, idempotency_key,
                       recorded_at)
SELECT run_id::uuid, s, 'text.delta', %(payload)s, %(sha)s, %(sha)s, 'client', 'seed-' || s, now() FROM {NUMBERED}
"""
JOURNAL = f"""
INSERT INTO sync_stream_events (topic, seq, kind, doc_key, doc_version, payload, payload_sha256, schema_version,
                                metadata, chain, inserted_at)
SELECT 'run:' || run_id || ':events', s, 'text.delta', 'run:' || run_id || ':event:' || s, s, %(payload)s,
       'sha256:' || %(sha)s, 1, '{{"hydration_required": false}}', decode(%(sha)s, 'hex'), now()
  FROM {NUMBERED}
"""
PAGE = """
SELECT seq, kind, doc_key, doc_version, payload, payload_sha256, chain FROM sync_stream_events
 WHERE topic = %s AND seq > %s ORDER BY seq LIMIT %s
"""


def run(place: Place, say: Callable[[str], None]) -> Iterator[Figure]:
    databases = {}
    for rows in (SMALL, LARGE):
        say(f"writing {rows:,} journal rows")
        databases[rows] = place.clone(f"bench_growth_{rows}")
        fill(place, databases[rows], rows)
    for what, unit, operation in (
        ("append", "appends/s", append_somewhere),
        ("replay page of 100", "pages/s", read_page),
    ):
        say(f"{what}, {SMALL:,} and {LARGE:,} rows")
        yield compare(
            NAME,
            f"{what}, {LARGE:,} rows",
            unit,
            at(place, databases[LARGE], operation, LARGE),
            f"the same runs, {SMALL:,} rows",
            at(place, databases[SMALL], operation, SMALL),
            goal=GOAL,
            rounds=ROUNDS,
        )
    for database in databases.values():
        place.drop(database)


def fill(place: Place, database: str, rows: int) -> None:
    """Rows as `rows` appends would have left them, written set by set."""
    event = make_event("text.delta", PAYLOAD, None, Source.CLIENT)
    values = {"runs": rows // EVENTS_PER_RUN, "payload": event.payload_text, "sha": event.payload_sha256}
    with place.superuser(database) as admin:
        admin.execute(f"SET search_path = {place.plane.name}; SET synchronous_commit = off; SET work_mem = '64MB'")
        for statement in [*filter(str.strip, RUNS.split(";")), EVENTS, JOURNAL]:
            admin.execute(statement, values)
    place.settle(database)


def at(place: Place, database: str, operation: Callable[[int], object], rows: int) -> Work:
    """One caller that goes round the runs in use. Each slice begins with a round that is not counted."""
    stride = rows // EVENTS_PER_RUN // RUNS_IN_USE
    rounds = itertools.cycle(range(0, RUNS_IN_USE * stride, stride))

    def prepare(_: int) -> None:
        for _number in range(RUNS_IN_USE):
            operation(next(rounds))

    def work(seconds: float) -> Slice:
        place.use(database)
        with Crowd(1, lambda _: operation(next(rounds)), prepare) as crowd:
            return crowd(seconds)

    return work


def append_somewhere(number: int) -> None:
    event = make_event("text.delta", PAYLOAD, f"growth-{next(_keys)}", Source.CLIENT)
    append(Append(UUID(f"00000000-0000-7000-8000-{number:012d}"), Source.CLIENT, [event]))


def read_page(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PAGE, [f"run:00000000-0000-7000-8000-{number:012d}:events", 0, PAGE_ROWS])
        if len(cursor.fetchall()) < PAGE_ROWS:
            raise RuntimeError("the page is not full")
