"""Which benches exist."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bench:
    """`process`: the registry's process as which the bench runs; `module`: where its `run` is."""

    name: str
    process: str
    module: str
    about: str


BENCHES: tuple[Bench, ...] = (
    Bench("append", "runtime", "tools.bench.append", "the service call, beside pgbench calling the same function"),
    Bench("append-http", "runtime", "tools.bench.append_http", "signed HTTP, beside the service call"),
    Bench("growth", "runtime", "tools.bench.growth", "a journal of a million rows, beside one of ten thousand"),
)
