"""`memory`: resident memory of an idle joined connection with one topic, beside a bare uvicorn WebSocket."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import psutil

from tools.bench.figures import Figure, beside
from tools.bench.live import audience, live
from tools.bench.place import FOLDER, Place
from tools.bench.serving import free_port, running, wait_until_ready

NAME = "memory"
GOAL = 2.0
CONNECTIONS = 5000
WARM_UP = 200


def run(place: Place, say: Callable[[str], None]) -> Iterator[Figure]:
    with live(place, "bench_memory", say) as system:
        say(f"{CONNECTIONS:,} connections to Khala")
        ours = growth(system.khala.pid, system.seats)
    port = free_port()
    command = [sys.executable, "-m", "tools.bench.bare", str(port)]
    say(f"{CONNECTIONS:,} connections to bare uvicorn")
    with running(command, {}, FOLDER / "bare.log") as child:
        wait_until_ready(port, child, FOLDER / "bare.log")
        theirs = growth(child.pid, lambda count: [{"url": f"ws://127.0.0.1:{port}/"}] * count)
    yield beside(
        NAME,
        f"{CONNECTIONS:,} idle connections",
        "KB each",
        [(ours, theirs)],
        "uvicorn, an application that does nothing",
        samples=CONNECTIONS,
        goal=GOAL,
        at_most=True,
    )


def growth(pid: int, seats: Callable[[int], list[dict[str, object]]]) -> float:
    """Kilobytes of resident memory that one connection adds; what the first ones load once does not count."""
    process = psutil.Process(pid)
    with audience() as hall:
        hall.ask("fill", seats=seats(WARM_UP))
        before = process.memory_info().rss
        hall.ask("fill", seats=seats(CONNECTIONS))
        after = process.memory_info().rss
    return float(after - before) / CONNECTIONS / 1000
