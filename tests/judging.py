"""Looking at the runtime's database from outside: the final log for the checker, and whether its records agree."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from openagents.embedded.history.checker import check
from openagents.embedded.history.recorder import Recorder, read
from openagents.embedded.history.verdict import Verdict
from openagents.embedded.postgres import EmbeddedPostgres
from openagents.receipts.canonical import canonical_text, prefixed_sha256, sha256_hex
from openagents.receipts.chain import chain_base, chain_fold, digest_of

Database = psycopg.Connection[Any]


@contextmanager
def superuser(server: EmbeddedPostgres, database: str, plane: str) -> Iterator[Database]:
    """A plane's database as the superuser sees it: everything, whatever the services may."""
    with server.connect(database) as opened:
        opened.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(plane)))
        yield opened


def run_topic(run_id: str) -> str:
    return f"run:{run_id}:events"


def judge(recorder: Recorder, database: Database, topics: Iterable[str]) -> Verdict:
    """Record the journal's rows of the topics as the final log, and judge the whole history."""
    for topic in topics:
        rows = database.execute(
            "SELECT seq, payload_sha256 FROM sync_stream_events WHERE topic = %s ORDER BY seq", [topic]
        ).fetchall()
        for seq, payload_sha256 in rows:
            recorder.row(topic, seq, payload_sha256)
        head = database.execute(
            "SELECT seq, encode(chain, 'hex'), floor_seq, encode(floor_chain, 'hex') FROM sync_topic_sequences"
            " WHERE topic = %s",
            [topic],
        ).fetchone()
        if head is not None:
            recorder.head(topic, head[0], head[1], floor_seq=head[2], floor_chain=head[3])
    return check(read(recorder.path))


def disagreements(database: Database, run_id: str) -> list[str]:
    """What in the runtime's records contradicts what else: log, head, projection, checkpoint, journal, chain."""
    found: list[str] = []

    def expect(what: str, actual: object, wanted: object) -> None:
        if actual != wanted:
            found.append(f"{what}: {actual!r}, not {wanted!r}")

    log = database.execute(
        "SELECT seq, event_type, payload_text, payload_sha256 FROM run_event WHERE run_id = %s ORDER BY seq", [run_id]
    ).fetchall()
    head = _one(database, "SELECT latest_seq, event_count, status, owner_key FROM run WHERE id = %s", run_id)
    summary = _one(
        database, "SELECT last_seq, event_count, status, projection_hash FROM run_summary WHERE run_id = %s", run_id
    )
    checkpoint = _one(
        database,
        "SELECT last_runtime_seq, summary_hash FROM projection_checkpoint"
        " WHERE projection_name = 'run_summary' AND entity_id = %s",
        run_id,
    )
    topic = run_topic(run_id)
    numbers = _one(database, "SELECT seq, chain, lineage FROM sync_topic_sequences WHERE topic = %s", topic)
    rows = database.execute(
        "SELECT seq, kind, payload, payload_sha256, chain FROM sync_stream_events WHERE topic = %s ORDER BY seq",
        [topic],
    ).fetchall()

    expect("numbers of the log", [row[0] for row in log], list(range(1, len(log) + 1)))
    expect("head of the run", head[:2], (len(log), len(log)))
    for seq, _, text, sha in log:
        expect(f"hash of event {seq}", sha, sha256_hex(text))
        expect(f"canonical form of event {seq}", text, canonical_text(json.loads(text)))
    expect("journal rows", [row[:3] for row in rows], [row[:3] for row in log])
    expect("journal hashes", [row[3] for row in rows], [f"sha256:{row[3]}" for row in log])
    chain = chain_base(topic, numbers[2])
    for seq, _, _, sha, stored in rows:
        chain = chain_fold(chain, [(seq, digest_of(sha))])
        expect(f"chain of row {seq}", bytes(stored), chain)
    expect("head of the topic", (numbers[0], bytes(numbers[1])), (len(log), chain))
    projection = {"run_id": run_id, "status": head[2], "last_seq": len(log), "event_count": len(log)}
    wanted_hash = prefixed_sha256(projection)
    expect("projection", summary, (len(log), len(log), head[2], wanted_hash))
    expect("checkpoint", checkpoint, (len(log), wanted_hash))
    drift = database.execute("SELECT reason FROM projection_drift WHERE topic = %s", [topic]).fetchall()
    expect("drift", drift, [])
    if str(head[3]).startswith("user:"):
        found += _owner_topic(database, str(head[3]).removeprefix("user:"), run_id, len(log))
    return found


def _owner_topic(database: Database, user_id: str, run_id: str, latest_seq: int) -> list[str]:
    """The owner's summary topic: contiguous, folded, and its newest word on the run is the run's head."""
    topic = f"user:{user_id}:runs"
    numbers = _one(database, "SELECT seq, chain, lineage FROM sync_topic_sequences WHERE topic = %s", topic)
    seq, stored, lineage = numbers
    rows = database.execute(
        "SELECT seq, doc_key, doc_version, payload_sha256 FROM sync_stream_events WHERE topic = %s ORDER BY seq",
        [topic],
    ).fetchall()
    found: list[str] = []
    if [row[0] for row in rows] != list(range(1, seq + 1)):
        found.append(f"numbers of {topic} have a gap")
    if chain_fold(chain_base(topic, lineage), [(row[0], digest_of(row[3])) for row in rows]) != bytes(stored):
        found.append(f"chain of {topic}")
    versions = [row[2] for row in rows if row[1] == f"runtime/run_summary:{run_id}"]
    if versions != sorted(set(versions)) or versions[-1] != latest_seq:
        found.append(f"{topic} last said {versions[-3:]} of a run at {latest_seq}")
    return found


def _one(database: Database, query: str, value: str) -> tuple[Any, ...]:
    row = database.execute(query, [value]).fetchone()
    if row is None:
        raise AssertionError(f"no row: {query} [{value}]")
    return tuple(row)
