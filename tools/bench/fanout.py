"""`fanout`: a thousand subscribers, as many frames as one Khala process can push, beside picows.

Every subscriber has all topics: hints of one topic are 15 ms apart, so that several are needed to keep Khala busy. An
event of each topic is committed at once, so that the database and the publisher leave the cores to what is measured.
What counts is frames that arrived. The ceiling writes prebuilt frames of the same mean size.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tools.bench.figures import Figure, Slice, Work, compare
from tools.bench.live import Live, Piped, audience, broadcaster, live
from tools.bench.place import Place

NAME = "fanout"
GOAL = 0.6
SUBSCRIBERS = 1000
TOPICS = 4
COMMITS_PER_SECOND = 65
"""More than it can send one by one (260,000 frames a second): rows that wait share a frame. Further commits only take
the cores from it."""
WARM_UP_SECONDS = 1.0
SLICE_SECONDS = 3.0


def run(place: Place, say: Callable[[str], None]) -> Iterator[Figure]:
    with live(place, "bench_fanout", say, TOPICS) as system, audience() as hall, broadcaster() as (house, port):
        say(f"{SUBSCRIBERS} subscribers")
        hall.ask("fill", seats=system.seats(SUBSCRIBERS))
        with audience() as other:
            other.ask("fill", seats=[{"url": f"ws://127.0.0.1:{port}/"}] * SUBSCRIBERS)
            case = f"{SUBSCRIBERS} subscribers of {TOPICS} topics"
            yield pushed(NAME, case, system, hall, house, other, goal=GOAL)


def pushed(bench: str, case: str, system: Live, hall: Piped, house: Piped, other: Piped, **rest: Any) -> Figure:
    """Frames to the `hall` of a served Khala, beside those of the `house` to the `other` one. `rest`: as `compare`."""
    ours = published(system, hall)
    ours(WARM_UP_SECONDS)
    frames, octets, _ = hall.ask("count")
    return compare(
        bench,
        case,
        "frames/s",
        ours,
        "picows, prebuilt frames of the same size",
        flooded(house, other, octets // frames),
        seconds=SLICE_SECONDS,
        **rest,
    )


def published(system: Live, hall: Piped) -> Work:
    def work(seconds: float) -> Slice:
        with publishing(system):
            return counted(hall, seconds)

    return work


def flooded(house: Piped, hall: Piped, size: int) -> Work:
    def work(seconds: float) -> Slice:
        house.ask("flood", size=size)
        try:
            return counted(hall, seconds)
        finally:
            house.ask("stop")

    return work


def counted(hall: Piped, seconds: float) -> Slice:
    """Frames that the audience got in about that time, by its own clock, once the flow has begun."""
    pause = threading.Event()
    pause.wait(0.3)
    frames, _, began = hall.ask("count")
    pause.wait(seconds)
    until, _, ended = hall.ask("count")
    return Slice(until - frames, (ended - began) / 1e9)


@contextmanager
def publishing(system: Live) -> Iterator[None]:
    """Commits an event of every topic every few milliseconds from a thread."""
    over = threading.Event()

    def publish() -> None:
        due = time.monotonic()
        while not over.wait(max(due - time.monotonic(), 0)):
            due += 1 / COMMITS_PER_SECOND  # by the clock: a commit that took long is made up for
            system.publish_everywhere()

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
