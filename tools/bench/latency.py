"""`latency`: from the commit of an event to its frame at a thousand subscribers, beside raw LISTEN and picows."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

from tools.bench.figures import Figure, beside, percentile
from tools.bench.live import Live, Piped, audience, broadcaster, live
from tools.bench.place import Place

NAME = "latency"
GOAL = 2.0
SUBSCRIBERS = 1000
PUBLISHES_PER_SECOND = 20
ROUNDS = 3
EVENTS = 60
SHARES = (("p50", 0.5), ("p99", 0.99))


def run(place: Place, say: Callable[[str], None]) -> Iterator[Figure]:
    with live(place, "bench_latency", say) as system, audience() as hall, audience() as other:
        dsn = place.server.url("runtime_svc", place.credentials.passwords["runtime_svc"], "bench_latency_runtime")
        with broadcaster(BENCH_DSN=dsn) as (house, port):
            say(f"{SUBSCRIBERS} subscribers")
            hall.ask("fill", seats=system.seats(SUBSCRIBERS))
            other.ask("fill", seats=[{"url": f"ws://127.0.0.1:{port}/"}] * SUBSCRIBERS)
            house.ask("listen")
            with place.superuser("bench_latency_runtime") as database:
                database.execute("CREATE TABLE bench_beside (n bigint)")
                database.commit()

                def notify(n: int) -> int:
                    database.execute("INSERT INTO bench_beside VALUES (%s)", (n,))
                    database.execute("SELECT pg_notify('bench', %s)", (str(n),))
                    database.commit()
                    return n

                measured(hall, lambda _: system.publish(), 1)
                measured(other, notify, 1)
                rounds = [
                    (measured(hall, lambda _: system.publish(), number), measured(other, notify, number))
                    for number in range(ROUNDS)
                ]
        for name, share in SHARES:
            pairs = [(percentile(own, share) / 1e6, percentile(top, share) / 1e6) for own, top in rounds]
            yield beside(
                NAME,
                f"{name}, {PUBLISHES_PER_SECOND}/s to {SUBSCRIBERS} subscribers",
                "ms",
                pairs,
                "raw LISTEN and picows",
                samples=sum(len(own) for own, _ in rounds),
                goal=GOAL,
                at_most=True,
            )


def measured(hall: Piped, publish: Callable[[int], int], number: int) -> list[float]:
    """Nanoseconds from each commit to each arrival, ascending."""
    hall.ask("watch")
    at: dict[int, int] = {}
    pause = threading.Event()
    for n in range(EVENTS):
        started = time.monotonic()
        seq = publish(number * 1_000_000 + n + 1)
        at[seq] = time.monotonic_ns()
        pause.wait(max(1 / PUBLISHES_PER_SECOND - (time.monotonic() - started), 0))
    pause.wait(0.5)
    late: list[float] = hall.ask("latencies", at=at)
    if len(late) < EVENTS * SUBSCRIBERS // 2:
        raise RuntimeError(f"only {len(late)} of {EVENTS * SUBSCRIBERS} frames came as single events")
    return late


__all__ = ["Live", "run"]
