"""Check the checkers: plant one known bug at a time and see that the test named beside it fails.

`python -m tools.mutants [NAME…]` copies the tree, plants each mutant of `tools/mutant_list.py` in the copy by exact
text replacement, runs its test there with this very interpreter, and takes the bug out again. First every named test
must pass without a bug. A mutant whose text is no longer found, or found more than once, is an error: the list has to
follow the code.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from openagents.embedded.postgres import EmbeddedPostgres
from openagents.embedded.provision import clean_environment
from tools.mutant_list import MUTANTS
from tools.mutant_model import Mutant

ROOT = Path(__file__).resolve().parent.parent
TEST_SECONDS_MAX = 120
END_SECONDS_MAX = 10
PASSED, FAILED = 0, 1
"""Exit statuses of pytest. Every other one means that no test was judged."""
LINES_SHOWN = 25
WHY = re.compile(r"^E +(.+)$", re.MULTILINE)
WHY_CHARS_MAX = 110


class Stale(Exception):
    """The mutant's text is not in the source exactly once."""


def project_files() -> list[str]:
    """Tracked files and new ones that are not ignored, as they are in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = {name for name in listed.stdout.decode().split("\0") if name}
    return sorted(name for name in names if (ROOT / name).is_file())


@contextmanager
def copied_tree() -> Iterator[Path]:
    """A copy of the project with a data folder of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="oa-mutants-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # as root PostgreSQL runs as another user, who must get in
        for file in project_files():
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, target)
        (folder / ".oa" / "test").mkdir(parents=True)
        try:
            yield folder
        finally:
            EmbeddedPostgres(folder / ".oa" / "test" / "postgres").stop()


def check_texts(mutants: Sequence[Mutant]) -> list[str]:
    """What is wrong with the list itself."""
    problems = []
    for mutant in mutants:
        for edit in mutant.edits:
            source = ROOT / edit.path
            found = source.read_text().count(edit.old) if source.exists() else 0
            if found != edit.times:
                problems.append(f"{mutant.name}: text found {found} times in {edit.path}, expected {edit.times}")
        path = mutant.test.split("::")[0]
        if not (ROOT / path).exists():
            problems.append(f"{mutant.name}: its test file {path} does not exist")
    return problems


@contextmanager
def planted(mutant: Mutant, tree: Path) -> Iterator[None]:
    """The copy with the bug in it."""
    before: dict[Path, str] = {}
    for edit in mutant.edits:
        path = tree / edit.path
        text = path.read_text()
        before.setdefault(path, text)
        if text.count(edit.old) != edit.times:
            raise Stale(f"{mutant.name}: {edit.path} has changed")
        path.write_text(text.replace(edit.old, edit.new))
    try:
        yield
    finally:
        for path, text in before.items():
            path.write_text(text)


def run_test(test: str, plane: str, tree: Path) -> tuple[int | None, str]:
    """Exit status of the test in the copy (None: it did not end in time) and its output."""
    environment = {**clean_environment(), "OA_PLANE": plane, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", test, "-x", "--color=no", "--tb=short", "-p", "no:xdist"]
    process = subprocess.Popen(
        command,
        cwd=tree,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=TEST_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        return None, ""
    finally:
        _end(process)
    return process.returncode, output


def _end(process: subprocess.Popen[str]) -> None:
    """pytest first, so that it takes its planes and databases along; then what is left of its group."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=END_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def baseline(mutants: Sequence[Mutant], tree: Path) -> list[str]:
    """Tests that fail without any bug; with those nothing could be shown."""
    broken = []
    for test, plane in sorted({(mutant.test, mutant.plane) for mutant in mutants}):
        started = time.monotonic()
        status, output = run_test(test, plane, tree)
        verdict = "passes" if status == PASSED else "FAILS WITHOUT A BUG"
        print(f"  {verdict}  {test}  {time.monotonic() - started:.0f} s", flush=True)
        if status != PASSED:
            broken.append(test)
            print("\n".join(output.splitlines()[-LINES_SHOWN:]), flush=True)
    return broken


def judge(mutant: Mutant, tree: Path) -> bool:
    """Plant, run, report. True when the test failed, as it should."""
    started = time.monotonic()
    with planted(mutant, tree):
        status, output = run_test(mutant.test, mutant.plane, tree)
    seconds = time.monotonic() - started
    # A test that could not even be set up proves nothing: pytest calls that ERROR and exits alike.
    if status == FAILED and "\nFAILED " in output and (why := WHY.search(output)):
        print(f"  killed    {mutant.name}  by {mutant.test.rsplit('::', 1)[-1]}  {seconds:.0f} s", flush=True)
        print(f"            {why[1][:WHY_CHARS_MAX]}", flush=True)
        return True
    said = {PASSED: "SURVIVED", None: "HANGS   "}.get(status, "NO TEST ")
    print(f"  {said}  {mutant.name}  {mutant.test}  {seconds:.0f} s", flush=True)
    if status != PASSED:
        print("\n".join(output.splitlines()[-LINES_SHOWN:]), flush=True)
    return False


def main(names: list[str]) -> int:
    known = {mutant.name for mutant in MUTANTS}
    if unknown := set(names) - known:
        print(f"unknown mutants: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
        return 2
    chosen = [mutant for mutant in MUTANTS if not names or mutant.name in names]
    if problems := check_texts(chosen):
        print("the list of mutants does not fit the code any more:")
        print("\n".join(f"  {problem}" for problem in problems))
        return 2
    with copied_tree() as tree:
        print("without a bug", flush=True)
        if broken := baseline(chosen, tree):
            print(f"{len(broken)} tests fail without a bug; nothing can be shown with them")
            return 2
        print("with one bug each", flush=True)
        survivors = [mutant.name for mutant in chosen if not judge(mutant, tree)]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants killed")
    if survivors:
        print(f"not killed: {', '.join(survivors)}")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
