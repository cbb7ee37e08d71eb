"""`append`: the service call from many threads of one process, beside pgbench calling the database function singly."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from django.db import transaction

from apps.runtime.domain.events import Source, make_event
from apps.runtime.domain.owners import Owner
from apps.runtime.services.append import Append, append
from apps.runtime.services.runs import StartRun, start_run
from openagents.receipts.ids import new_id
from tools.bench.crowd import Crowd
from tools.bench.figures import Figure, compare
from tools.bench.pgbench import pgbench
from tools.bench.place import Place

APPENDERS_MAX = 128
PAYLOAD = {"delta": "x" * 200}
CASES = (
    ("many topics", 1, 0.7),
    ("many topics", 8, 0.7),
    ("many topics", 32, 1.0),
    ("many topics", 128, None),
    ("one hot topic", 32, 1.0),
)
NAME = "append"
_keys = itertools.count()


def run(place: Place, say: Callable[[str], None]) -> Iterator[Figure]:
    database = place.clone("bench_append")
    place.use(database)
    runs = numbered_runs(APPENDERS_MAX)
    place.settle(database)
    for topics, appenders, goal in CASES:
        say(f"{appenders} appenders, {topics}")
        own = runs if topics == "many topics" else runs[:1] * len(runs)
        with crowd(appenders, own) as ours:
            yield compare(
                NAME,
                f"{appenders} on {topics}",
                "appends/s",
                ours,
                "pgbench, one call per append",
                pgbench(place, database, script(topics == "many topics"), appenders),
                goal=goal,
            )


def crowd(appenders: int, runs: Sequence[UUID]) -> Crowd:
    """Threads that append to one run each."""
    return Crowd(appenders, lambda index: append_one(runs[index]), lambda index: warm_up(runs[index]))


def numbered_runs(count: int) -> list[UUID]:
    """Runs whose ids pgbench can compute from a client's number, each of an owner of its own."""
    identifiers = [UUID(f"00000000-0000-7000-8000-{number:012d}") for number in range(count)]
    for identifier in identifiers:
        start_run(StartRun(owner=Owner.user(new_id("user")), metadata={}, run_id=identifier))
    return identifiers


def append_one(run_id: UUID) -> None:
    event = make_event("text.delta", PAYLOAD, f"bench-{next(_keys)}", Source.CLIENT)
    append(Append(run_id, Source.CLIENT, [event]))


def warm_up(run_id: UUID) -> None:
    """Connect, and have this connection plan the function's statements; a group would be written by one thread only."""
    with transaction.atomic():
        append_one(run_id)


def script(many: bool) -> str:
    """The database function with one event, as the service calls it. `many`: each client has a run of its own.

    pgbench takes `:word` for a variable, inside text as well; hence the spaces behind colons.
    """
    event = make_event("text.delta", PAYLOAD, None, Source.CLIENT)
    run_number = ":client_id" if many else "0"
    payload = event.payload_text.replace('"', '\\"')
    head = '[{"g": 0, "i": 0, "run_id": "00000000-0000-7000-8000-'
    middle = (
        '", "owner": null, "source": "client", "event_type": "text.delta", "trigger": null, '
        f'"payload": "{payload}", "sha": "{event.payload_sha256}", "fp": "{event.fingerprint}", "key": "pgbench-'
    )
    tail = '", "expected": null, "reason_class": null, "reason": null, "rid": null}]'
    return (
        "\\set key random(1, 9000000000000000000)\n"
        "SELECT o_kind, o_group, o_index, o_seq, o_at, o_code, o_detail FROM runtime_append("
        f"('{head}' || lpad({run_number}::text, 12, '0') || '{middle}' || :key::text || '{tail}')::jsonb, 0);\n"
    )
