"""`replay`: one client catches up on ten thousand rows, beside psycopg reading and picows writing the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from tools.bench.figures import Figure, Slice, Work, compare
from tools.bench.live import Live, audience, broadcaster, live
from tools.bench.place import Place

NAME = "replay"
GOAL = 0.5
ROWS = 10_000
EVENTS_AT_ONCE = 100
ROUNDS = 5


def run(place: Place, say: Callable[[str], None]) -> Iterator[Figure]:
    with live(place, "bench_replay", say) as system:
        say(f"writing {ROWS:,} rows")
        for _ in range(ROWS // EVENTS_AT_ONCE):
            system.publish(EVENTS_AT_ONCE)
        place.settle("bench_replay_runtime")
        reader = place.server.url("runtime_svc", place.credentials.passwords["runtime_svc"], "bench_replay_runtime")
        with broadcaster(BENCH_DSN=reader) as (_, port):
            theirs = caught_up(lambda: [{"url": f"ws://127.0.0.1:{port}/", "topics": system.topics}])
            ours = caught_up(lambda: system.seats(1, cursor=0))
            ours(0.0)
            theirs(0.0)
            yield compare(
                NAME,
                f"{ROWS:,} rows of one topic",
                "rows/s",
                ours,
                "psycopg read, picows write",
                theirs,
                goal=GOAL,
                rounds=ROUNDS,
            )


def caught_up(seats: Callable[[], list[dict[str, object]]]) -> Work:
    """From connecting to the last row, of one client. The time given is of no matter: the work is what it is."""

    def work(seconds: float) -> Slice:
        with audience() as hall:
            hall.ask("count")  # the child is up: its start is not ours
            began = time.monotonic_ns()
            hall.ask("fill", seats=seats())
            (ended,) = hall.ask("caught_up")
            return Slice(ROWS, (ended - began) / 1e9)

    return work


__all__ = ["Live", "run"]
