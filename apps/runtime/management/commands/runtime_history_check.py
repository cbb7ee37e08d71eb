"""`manage.py runtime_history_check --plane runtime`: do logs of the past still give what they gave?"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from apps.runtime.domain import history
from apps.runtime.services import artifacts, runs
from openagents.receipts import strict_json
from openagents.receipts.canonical import sha256_hex

CORPUS = Path(__file__).resolve().parents[2] / "history"
SUMS = "SHA256SUMS"
DEPTH_MAX = strict_json.DEPTH_MAX + 4


def corpus_problems(folder: Path) -> list[str]:
    """What is wrong with every `*.json` below a folder, and with files that were changed after they were recorded."""
    files = sorted(folder.glob("*.json"))
    if not files:
        return [f"{folder}: the corpus is empty"]
    problems = []
    for path in files:
        try:
            found = history.check_corpus(strict_json.loads(path.read_bytes(), max_depth=DEPTH_MAX))
        except strict_json.MalformedJSON as error:
            problems.append(f"{path.name}: {error}")
            continue
        problems += [f"{path.name}: {problem}" for problem in found]
    return problems + edited(folder)


def edited(folder: Path) -> list[str]:
    """Files of `SHA256SUMS` that are gone or not what they were: the corpus only grows."""
    sums = folder / SUMS
    if not sums.exists():
        return []
    lines = (line.split("  ", 1) for line in sums.read_text().splitlines())
    recorded = {name: digest for digest, name in lines}
    names = {path.name for path in folder.glob("*.json")}
    problems = [f"{name}: not recorded in {SUMS}" for name in sorted(names - recorded.keys())]
    for name, digest in sorted(recorded.items()):
        path = folder / name
        if not path.exists() or sha256_hex(path.read_bytes()) != digest:
            problems.append(f"{name}: changed after it was recorded; a new expectation is a new format version")
    return problems


class Command(BaseCommand):
    help = "Check the history corpus, or write one run as a new corpus file to the output."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--path", type=Path, default=CORPUS, help="folder of *.json, or one file")
        parser.add_argument("--export", type=UUID, metavar="RUN_ID", help="print this run as a corpus file")
        parser.add_argument("--description", default="exported from a stored run")

    def handle(self, **options: Any) -> None:
        if options["export"]:
            self.stdout.write(self._exported(options["export"], options["description"]))
            return
        path: Path = options["path"]
        problems = corpus_problems(path) if path.is_dir() else _file_problems(path)
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} histories differ")
        self.stdout.write("every history gives what it gave")

    def _exported(self, run_id: UUID, description: str) -> str:
        run = runs.get_run(run_id, runs.Reader(None))
        corpus = history.corpus_of(artifacts.record(run_id, runs.Reader(None)), run.worker_id, description)
        return json.dumps(corpus, indent=2, ensure_ascii=False)


def _file_problems(path: Path) -> list[str]:
    try:
        corpus = strict_json.loads(path.read_bytes(), max_depth=DEPTH_MAX)
    except (OSError, strict_json.MalformedJSON) as error:
        return [f"{path}: {error}"]
    return [str(problem) for problem in history.check_corpus(corpus)]
