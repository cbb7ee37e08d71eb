"""Everything that can be judged without running the system: style, types, walls, contracts, migrations, gates."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

CHECKS: tuple[tuple[str, list[str]], ...] = (
    ("style", [str(BIN / "ruff"), "check", "--quiet", "."]),
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
    ("types", [str(BIN / "mypy"), "openagents", "apps", "settings", "tools", "manage.py"]),
    ("walls", [str(BIN / "lint-imports"), "--config", "importlinter.ini", "--no-cache"]),
    ("contracts", [sys.executable, "-m", "tools.proto", "--check"]),
    ("gates", [sys.executable, "-m", "tools.gates"]),
)


def main() -> int:
    failed = []
    for name, command in CHECKS:
        started = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
        )
        verdict = "ok  " if done.returncode == 0 else "FAIL"
        print(f"{verdict} {name:<10} {time.monotonic() - started:.1f} s", flush=True)
        if done.returncode != 0:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    print(
        f"{len(CHECKS) - len(failed)} checks passed, {len(failed)} failed{': ' + ', '.join(failed) if failed else ''}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
