"""Which benches exist."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bench:
    """`process`: the registry's process as which the bench runs; `module`: where its `run` is.

    `beside`: processes whose databases it needs as well. `asked_for`: it runs only when it is named.
    """

    name: str
    process: str
    module: str
    about: str
    beside: tuple[str, ...] = ()
    asked_for: bool = False


BENCHES: tuple[Bench, ...] = (
    Bench("append", "runtime", "tools.bench.append", "the service call, beside pgbench calling the same function"),
    Bench("append-http", "runtime", "tools.bench.append_http", "signed HTTP, beside the service call"),
    Bench("fanout", "runtime", "tools.bench.fanout", "one topic, a thousand subscribers, beside picows", ("khala",)),
    Bench("latency", "runtime", "tools.bench.latency", "commit to frame received, beside raw LISTEN", ("khala",)),
    Bench("replay", "runtime", "tools.bench.replay", "catching up, beside psycopg and picows", ("khala",)),
    Bench("memory", "runtime", "tools.bench.memory", "an idle connection, beside bare uvicorn", ("khala",)),
    Bench("servers", "runtime", "tools.bench.servers", "ASGI servers for Khala, beside picows", ("khala",), True),
    Bench("growth", "runtime", "tools.bench.growth", "a journal of a million rows, beside one of ten thousand"),
)
