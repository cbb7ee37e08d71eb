"""`append-http`: signed appends to a served runtime, singly and in batches of 50, beside the service call.

Both sides have the same number of callers: threads of one process that call the service, and connections to a process
for each core that serves with its defaults. Requests are signed before the clock starts; what signs them in production
is not the runtime. The goal is for one caller. Several at once are shown beside it: there the ceiling commits them all
as one group, which callers spread over processes cannot be.
"""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from apps.runtime.domain.events import Source, make_event
from apps.runtime.domain.owners import Owner
from apps.runtime.services.append import Append, append
from apps.runtime.services.runs import StartRun, start_run
from openagents.peers.keys import Key
from openagents.peers.signature import TTL_SECONDS_MAX, Act, sign
from openagents.receipts.ids import new_id, new_uuid7
from tools.bench.append import PAYLOAD, warm_up
from tools.bench.callers import Callers
from tools.bench.crowd import Crowd
from tools.bench.figures import Figure, Slice, Work, compare
from tools.bench.place import Place
from tools.bench.serving import served

NAME = "append-http"
GOAL = 0.5
BATCH_EVENTS = 50
ROUNDS = 5
SECONDS = 1.5
WARM_UP_SECONDS = 1.5
"""Until every thread of the server has its connection, and every connection its plans."""
CASES = (("single", 1, 1), ("single", 8, 1), ("batch of 50", 1, BATCH_EVENTS), ("batch of 50", 4, BATCH_EVENTS))
_keys = itertools.count()


def run(place: Place, say: Callable[[str], None]) -> Iterator[Figure]:
    database = place.clone("bench_append_http")
    place.use(database)
    user_id = new_id("user")
    runs = [new_uuid7() for _ in range(max(callers for _, callers, _ in CASES))]
    for identifier in runs:
        start_run(StartRun(owner=Owner.user(user_id), metadata={}, run_id=identifier))
    place.settle(database)
    say("starting the runtime with its production server")
    key = Key("control-dev-1", "control", place.credentials.internal["control"].encode())
    processes = str(os.cpu_count() or 1)  # one for each core, as in production
    with served(place.process.name, place.environment(database), "--workers", processes) as server:
        for what, callers, events in CASES:
            say(f"{what}, {callers} callers")
            own = runs[:callers]
            with over_http(server.port, key, user_id, own, events) as ours, directly(own, events) as top:
                yield compare(
                    NAME,
                    f"{what}, {callers} callers",
                    "events/s",
                    times(ours, events),
                    "the service call, as many threads",
                    times(top, events),
                    goal=GOAL if callers == 1 else None,
                    rounds=ROUNDS,
                    seconds=SECONDS,
                )


@contextmanager
def over_http(port: int, key: Key, user_id: str, runs: Sequence[UUID], events: int) -> Iterator[Callers]:
    """A caller with a connection of its own for each run; the server has answered all of them for a while."""
    act = Act(user_id=user_id)
    with Callers(port, len(runs), lambda index: signed_append(key, act, runs[index], events)) as callers:
        callers(WARM_UP_SECONDS)
        yield callers


def signed_append(key: Key, act: Act, run_id: UUID, events: int) -> bytes:
    """One request as it goes over the wire."""
    bodies = [
        {"event_type": "text.delta", "payload": PAYLOAD, "idempotency_key": f"http-{next(_keys)}"}
        for _ in range(events)
    ]
    path = f"/internal/v1/runs/{run_id}/events" + ("/batch" if events > 1 else "")
    body = json.dumps({"events": bodies} if events > 1 else bodies[0]).encode()
    headers = {
        "host": "runtime",
        "content-type": "application/json",
        "content-length": str(len(body)),
        **sign(key, aud="runtime", method="POST", path_with_query=path, body=body, act=act, ttl=TTL_SECONDS_MAX),
    }
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def directly(runs: Sequence[UUID], events: int) -> Crowd:
    """A thread for each run that calls the service."""
    return Crowd(len(runs), lambda index: append_directly(runs[index], events), lambda index: warm_up(runs[index]))


def times(work: Work, events: int) -> Work:
    """Count events instead of calls."""

    def counted(seconds: float) -> Slice:
        calls = work(seconds)
        return Slice(calls.operations * events, calls.seconds, calls.durations)

    return counted


def append_directly(run_id: UUID, events: int) -> None:
    batch = [make_event("text.delta", PAYLOAD, f"direct-{next(_keys)}", Source.CLIENT) for _ in range(events)]
    append(Append(run_id, Source.CLIENT, batch))
