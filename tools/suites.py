"""Every suite, each as a process of its own plane, as many at once as there are cores.

A plane's tests run as that plane: its settings, its login, its database and no other. `python -m tools.suites NAME…`
runs some; extra pytest options go into PYTEST_ADDOPTS. Closes with one line that counts everything.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COUNT = re.compile(r"(\d+) (passed|failed|skipped|error|errors)\b")
NO_TESTS = 5


@dataclass(frozen=True, slots=True)
class Suite:
    """Paths that one pytest process runs, and the process (`OA_PLANE`) it runs as.

    The second phase begins when the first is over, one suite at a time: they judge the timing of whole systems.
    """

    name: str
    paths: tuple[str, ...]
    plane: str
    phase: int = 1
    without: tuple[str, ...] = ()


GROUND = tuple(
    f"openagents/{room}"
    for room in (
        "receipts",
        "secretbox",
        "verification",
        "bolt11",
        "wire",
        "peers",
        "idempotency",
        "db",
        "ops",
        "embedded",
        "sdk",
    )
)

LIVE_DRILLS = tuple(f"tests/chaos/test_{name}_drills.py" for name in ("authority", "crowd", "hint", "network", "redis"))

# The longest first, so that no core is left with one at the end.
SUITES = (
    Suite("drills", ("tests/chaos",), "control", without=LIVE_DRILLS),
    Suite("runtime", ("apps/runtime",), "runtime"),
    Suite("control", ("apps/control",), "control"),
    Suite("ground", GROUND, "control"),
    Suite("khala", ("apps/khala",), "khala"),
    Suite("lightning executor", ("apps/lightning/tests/executor",), "lightning-executor"),
    Suite("lightning ops", ("apps/lightning/tests/ops",), "lightning-ops"),
    Suite("live drills", LIVE_DRILLS, "control", phase=2),
    Suite("end to end", ("tests/e2e",), "control", phase=2),
)


@dataclass(slots=True)
class Result:
    suite: Suite
    status: int
    counts: dict[str, int]
    seconds: float
    output: str


def run(suite: Suite) -> Result:
    """Run one suite and count its outcomes."""
    started = time.monotonic()
    environment = {**os.environ, "OA_PLANE": suite.plane, "PYTHONDONTWRITEBYTECODE": "1"}
    paths = [path for path in suite.paths if (ROOT / path).exists()]
    if not paths:
        return Result(suite, 1, {}, 0.0, f"none of {', '.join(suite.paths)} exists")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", *paths, *(f"--ignore={path}" for path in suite.without)),
            *("--color=no", "-r", "fEs", "--durations=3"),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    counts: dict[str, int] = {}
    for amount, word in COUNT.findall(done.stdout.strip().rsplit("\n", 1)[-1]):
        counts[word.removesuffix("s") if word == "errors" else word] = int(amount)
    status = 0 if done.returncode == NO_TESTS else done.returncode
    return Result(suite, status, counts, time.monotonic() - started, done.stdout + done.stderr)


def report(result: Result) -> None:
    """One line for a suite that passed, everything for one that did not."""
    words = ", ".join(f"{amount} {word}" for word, amount in result.counts.items()) or "no tests"
    verdict = "ok  " if result.status == 0 else "FAIL"
    print(f"{verdict} {result.suite.name:<18} {words} in {result.seconds:.0f} s", flush=True)
    if result.status != 0:
        print(result.output, flush=True)
    else:
        for line in result.output.splitlines():
            if line.startswith("SKIPPED"):
                print(f"     {line}", flush=True)


def main(names: list[str]) -> int:
    chosen = [suite for suite in SUITES if not names or suite.name in names]
    if unknown := set(names) - {suite.name for suite in SUITES}:
        print(f"unknown suites: {', '.join(sorted(unknown))}; known: {', '.join(suite.name for suite in SUITES)}")
        return 2
    results: list[Result] = []
    print(f"running {len(chosen)} suites, {os.cpu_count()} at a time", flush=True)
    for phase, at_once in ((1, os.cpu_count() or 2), (2, 1)):
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            for result in pool.map(run, [suite for suite in chosen if suite.phase == phase]):
                report(result)
                results.append(result)
    totals = {
        word: sum(result.counts.get(word, 0) for result in results) for word in ("passed", "failed", "error", "skipped")
    }
    broken = [result.suite.name for result in results if result.status != 0]
    if broken:
        print(f"failed suites: {', '.join(broken)}")
    print(f"{totals['passed']} passed, {totals['failed'] + totals['error']} failed, {totals['skipped']} skipped")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
