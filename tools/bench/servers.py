"""`servers`: one Khala under several ASGI servers, beside picows. Runs only when it is asked for: `ONLY=servers`.

The figures behind docs/adr/0012. Everything but the server is the same: authorization, the core, the journal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

from tools.bench.fanout import SUBSCRIBERS, TOPICS, pushed
from tools.bench.figures import Figure, percentile
from tools.bench.latency import measured
from tools.bench.live import audience, broadcaster, prepared
from tools.bench.place import Place
from tools.bench.serving import Command

NAME = "servers"
ROUNDS = 2
APPLICATION = "apps.khala.asgi:application"


def _uvicorn(loop: str, protocol: str) -> Command:
    def command(port: int) -> list[str]:
        return [
            *(sys.executable, "-m", "uvicorn", APPLICATION, "--port", str(port), "--loop", loop, "--ws", protocol),
            *("--ws-per-message-deflate", "false", "--ws-ping-interval", "0", "--log-level", "warning"),
        ]

    return command


def _daphne(port: int) -> list[str]:
    return [sys.executable, "-m", "daphne", "-v", "0", "-p", str(port), APPLICATION]


def _granian(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--ws", "--port", str(port)),
        *("--log-level", "warning", "--loop", "uvloop", APPLICATION),
    ]


OWN = "apps.khala.server:Protocol"
SERVERS: dict[str, Command | None] = {
    "daphne": _daphne,
    "granian": _granian,
    "uvicorn on asyncio": _uvicorn("asyncio", "websockets-sansio"),
    "uvicorn on uvloop": _uvicorn("uvloop", "websockets-sansio"),
    "uvicorn on asyncio, prepared frames": _uvicorn("asyncio", OWN),
    "uvicorn on uvloop, prepared frames (production)": None,
}


def run(place: Place, say: Callable[[str], None]) -> Iterator[Figure]:
    with broadcaster() as (house, port), audience() as other:
        other.ask("fill", seats=[{"url": f"ws://127.0.0.1:{port}/"}] * SUBSCRIBERS)
        serve = prepared(place, "bench_servers", say, TOPICS)
        for number, (name, command) in enumerate(SERVERS.items()):
            say(name)
            with serve(command) as system, audience() as hall:
                hall.ask("fill", seats=system.seats(SUBSCRIBERS))
                figure = pushed(NAME, name, system, hall, house, other, rounds=ROUNDS)
                try:
                    late = measured(hall, lambda _, system=system: system.publish(), number)  # type: ignore[misc]
                except RuntimeError as error:
                    say(f"{name} cannot hold the pace of the latency bench: {error}")
                    yield figure
                else:
                    p50, p99 = (percentile(late, share) / 1e6 for share in (0.5, 0.99))
                    yield replace(figure, p50_ms=p50, p99_ms=p99)
