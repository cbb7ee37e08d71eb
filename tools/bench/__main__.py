"""`python -m tools.bench`: run the benches one after the other, then show the table.

`ONLY=name` runs one. With JSON=1 the answer is one document on stdout and progress goes to stderr.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import signal
import subprocess
import sys
import time
from typing import TextIO

from openagents.embedded.provision import ROOT, clean_environment
from openagents.ops.supervised import SUPERVISOR_ENV
from tools.bench.catalogue import BENCHES, Bench
from tools.bench.figures import Figure, table
from tools.bench.place import FOLDER, Place


def main() -> int:
    only, as_json = os.environ.get("ONLY", ""), bool(os.environ.get("JSON"))
    chosen = [bench for bench in BENCHES if only == bench.name or not (only or bench.asked_for)]
    if not chosen:
        print(f"no bench {only!r}; there are {', '.join(bench.name for bench in BENCHES)}", file=sys.stderr)
        return 2
    out = sys.stderr if as_json else sys.stdout
    FOLDER.mkdir(parents=True, exist_ok=True)
    with open(FOLDER / "bench.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("a bench is running from this checkout already", file=sys.stderr)
            return 1
        started, load = time.monotonic(), os.getloadavg()[0]
        figures, failed = measure(chosen, out)
    seconds = time.monotonic() - started
    if as_json:
        document = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "load_before": round(load, 2)},
            "seconds": round(seconds, 1),
            "figures": [figure.as_json() for figure in figures],
            "failed": failed,
        }
        print(json.dumps(document, indent=1))
    else:
        print(f"\n{table(figures)}\n")
        print(f"{len(figures)} figures in {seconds:.0f} s; {os.cpu_count()} cores, load {load:.1f} before the start.")
        print("Only ratios within one run count: measured / ceiling, taken in turns; spread is the rounds' range.")
    return 1 if failed else 0


def measure(chosen: list[Bench], out: TextIO) -> tuple[list[Figure], list[str]]:
    """Run the benches. Returns the figures, and the names of benches that ended with an error."""
    places = {name: Place(name) for bench in chosen for name in (bench.process, *bench.beside)}
    figures: list[Figure] = []
    failed: list[str] = []
    first = next(iter(places.values()))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server is stopped then, too
    with first.server.running():
        from openagents.db import roles

        first.server.execute("postgres", roles.cluster_statements(first.credentials.passwords))
        for place in places.values():
            print(f"preparing {place.plane.name}", file=out, flush=True)
            place.make_template()
        for bench in chosen:
            own, status = run(bench, out)
            figures += own
            if status != 0:
                failed.append(bench.name)
    return figures, failed


def run(bench: Bench, out: TextIO) -> tuple[list[Figure], int]:
    """Run one bench and show its progress."""
    print(f"{bench.name}: {bench.about}", file=out, flush=True)
    figures: list[Figure] = []
    environment = {**clean_environment(), SUPERVISOR_ENV: str(os.getpid()), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-m", "tools.bench.child", bench.name],
        stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, cwd=ROOT, env=environment,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        for line in child.stdout:
            message = json.loads(line)
            if "figure" in message:
                figure = Figure(**message["figure"])
                figures.append(figure)
                print(
                    f"  {figure.case}: {figure.rate:,.1f} {figure.unit}, ratio {figure.ratio:.2f}", file=out, flush=True
                )
            else:
                print(f"  … {message['progress']}", file=out, flush=True)
    if child.returncode != 0:
        print(f"{bench.name} failed with status {child.returncode}", file=out, flush=True)
    return figures, child.returncode


if __name__ == "__main__":
    sys.exit(main())
