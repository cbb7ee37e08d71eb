"""Gates that no linter knows: what may not stand in the tree, and what must agree with what."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from openagents.planes import PLANES, processes_of
from tools import migration_lint

ROOT = Path(__file__).resolve().parent.parent
LINES_MAX = 900
NAMELESS = re.compile(r"(^|/)(utils?|helpers?|common|misc|managers?)(\.py|/)")
HINT_SENDER = "openagents/db/hints.py"
NOTIFY = re.compile(r"\bpg_notify\b|\bNOTIFY\s+\w|\.publish\(")
OTHER_CONNECTION = re.compile(r"\.using\(|\bconnections\[\W")
JOURNAL_READERS = ("apps/khala/",)
BEFORE_THE_FIRST_RELEASE = frozenset({"apps/khala/migrations/0003_operations.py"})
"""Ran nowhere with rows that an index could lock."""
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def tracked(*endings: str) -> list[str]:
    """Files of the tree that git knows or would add, with one of the endings."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return sorted(name for name in listing.stdout.splitlines() if name.endswith(endings) and (ROOT / name).exists())


def code() -> list[str]:
    """Hand-written Python that ships: neither generated, nor tests, nor tools."""
    return [
        name
        for name in tracked(".py", ".sql")
        if name.startswith(("openagents/", "apps/", "settings/")) and "_pb2" not in name and "/tests/" not in name
    ]


def lines(name: str) -> Iterator[tuple[int, str]]:
    yield from enumerate((ROOT / name).read_text().splitlines(), start=1)


def notify_only_in_the_hint_sender() -> Iterator[str]:
    """Hints leave after the commit, from one place."""
    for name in code():
        if name == HINT_SENDER:
            continue
        for number, line in lines(name):
            bare = line.split("#")[0].split("--")[0]
            if NOTIFY.search(bare) and "`" not in bare:  # back-ticked: a docstring speaks of it
                yield f"{name}:{number}: publishes outside the hint sender: {line.strip()}"


def no_cross_plane_sql() -> Iterator[str]:
    """A plane speaks to its own database; only Khala has a second, read-only connection."""
    for name in code():
        plane = name.split("/")[1] if name.startswith("apps/") else ""
        for number, line in lines(name):
            if OTHER_CONNECTION.search(line) and not name.startswith(JOURNAL_READERS):
                yield f"{name}:{number}: names another connection: {line.strip()}"
            if plane:
                for other in PLANES:
                    if other != plane and re.search(rf"\b(FROM|JOIN|INTO|UPDATE)\s+{other}\.\w", line):
                        yield f"{name}:{number}: names a table of {other}: {line.strip()}"


def every_name_says_something() -> Iterator[str]:
    """No module is called after nothing in particular."""
    for name in tracked(".py"):
        if NAMELESS.search(name) and "/management/" not in name:
            yield f"{name}: the name says nothing of its subject"


def modules_have_one_subject() -> Iterator[str]:
    """A very long module holds a second one."""
    for name in code():
        count = sum(1 for _ in lines(name))
        if count > LINES_MAX:
            yield f"{name}: {count} lines, at most {LINES_MAX}"


def migrations_declare_their_phase() -> Iterator[str]:
    """expand, migrate or contract: what a deploy may run beside old code."""
    for name in tracked(".py"):
        if "/migrations/0" in name and name not in BEFORE_THE_FIRST_RELEASE:
            for problem in migration_lint.problems(name.removesuffix(".py").replace("/", ".")):
                yield f"{name}: {problem}"


def models_equal_migrations() -> Iterator[str]:
    """`makemigrations --check` of every plane, as that plane."""

    def check(plane: str) -> str | None:
        process = processes_of(plane)[0]
        environment = {**os.environ, "OA_PLANE": process.name, "OA_ENV": "test", "PYTHONWARNINGS": "ignore"}
        environment["DJANGO_SETTINGS_MODULE"] = process.settings
        done = subprocess.run(
            [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run", plane, "ground"],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return None if done.returncode == 0 else f"{plane}: {(done.stdout + done.stderr).strip()[-1500:]}"

    with ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        yield from filter(None, pool.map(check, PLANES))


def docs_link_to_what_exists() -> Iterator[str]:
    """Relative links of the documents resolve, and the ADR index lists every decision."""
    for name in tracked(".md"):
        for number, line in lines(name):
            for target in LINK.findall(line):
                if "://" not in target and not (ROOT / name).parent.joinpath(target).exists():
                    yield f"{name}:{number}: nothing at {target}"
    index = (ROOT / "docs/adr/README.md").read_text()
    for path in sorted((ROOT / "docs/adr").glob("0*.md")):
        if path.name not in index:
            yield f"docs/adr/README.md: does not list {path.name}"


GATES: tuple[Callable[[], Iterator[str]], ...] = (
    notify_only_in_the_hint_sender,
    no_cross_plane_sql,
    every_name_says_something,
    modules_have_one_subject,
    migrations_declare_their_phase,
    models_equal_migrations,
    docs_link_to_what_exists,
)


def main() -> int:
    warnings.simplefilter("ignore")
    broken = 0
    for gate in GATES:
        problems = list(gate())
        broken += bool(problems)
        print(f"{'ok  ' if not problems else 'FAIL'} {gate.__name__.replace('_', ' ')}")
        for problem in problems:
            print(f"     {problem}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
