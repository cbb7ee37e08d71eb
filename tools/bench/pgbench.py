"""pgbench as a ceiling: the same database function, from a client written in C."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

from openagents.embedded.postgres import binaries
from tools.bench.figures import Slice, Work
from tools.bench.place import Place

SECOND = re.compile(r"^progress: [\d.]+ s, ([\d.]+) tps", re.MULTILINE)


def pgbench(place: Place, database: str, script: str, clients: int) -> Work:
    """Run a script with `clients` connections and prepared statements. Raises RuntimeError when a call fails.

    pgbench connects anew in every slice, and a new connection plans every statement of the function once: seconds of
    work for many clients, which are not counted.
    """
    warm_up = 1 + clients // 32

    def work(seconds: float) -> Slice:
        counted = max(1, round(seconds))
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            done = subprocess.run(
                [
                    *(str(binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared", "--file", file.name),
                    *("--client", str(clients), "--jobs", str(min(clients, os.cpu_count() or 2))),
                    *("--time", str(warm_up + counted), "--progress", "1"),
                ],
                env=place.pgbench_environment(database),
                capture_output=True,
                text=True,
                check=False,
                cwd=Path("/"),
            )
        rates = [float(rate) for rate in SECOND.findall(done.stderr)][-counted:]
        if done.returncode != 0 or not rates:
            raise RuntimeError(f"pgbench: {done.stdout[-1000:]}{done.stderr[-2000:]}")
        return Slice(round(sum(rates)), len(rates))

    return work
