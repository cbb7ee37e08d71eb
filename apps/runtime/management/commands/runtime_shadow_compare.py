"""`manage.py runtime_shadow_compare`: what two deployments say of a run. Exit code 0 allow, 2 block, 1 error."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.runtime.domain.shadow_parity import Side, UnusableSide, compare
from openagents.receipts import strict_json
from openagents.receipts.replay import LINE_DEPTH_MAX
from openagents.receipts.times import rfc3339

BLOCKED = 2


def side_of(manifest: Path) -> Side:
    """The side a manifest names; its paths are relative to itself. Raises CommandError.

    It names the bodies of the four routes, or with `snapshot_path` the one of the shadow-snapshot route.
    """
    try:
        names = _json(manifest)
        folder = manifest.parent
        if "snapshot_path" in names:
            snapshot = _json(folder / names["snapshot_path"])
            bodies = {name: snapshot[name] for name in ("receipt", "replay", "summary", "checkpoint")}
            return Side(run_id=names["run_id"], **bodies)
        return Side(
            run_id=names["run_id"],
            receipt=_json(folder / names["receipt_path"]),
            replay=(folder / names["replay_path"]).read_bytes().decode(),
            summary=_json(folder / names["summary_path"]),
            checkpoint=_json(folder / names["checkpoint_path"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{manifest}: {type(error).__name__}: {error}") from None


def _json(path: Path) -> Any:
    return strict_json.loads(path.read_bytes(), max_depth=LINE_DEPTH_MAX)


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError("true or false")
    return text.lower() == "true"


def lines(report: Mapping[str, Any]) -> Iterator[str]:
    """The differences as a person reads them: what differs, and both values below each other."""
    if report["baseline_run_id"] == report["candidate_run_id"]:
        yield f"run {report['baseline_run_id']}"
    else:
        yield f"run {report['baseline_run_id']} against {report['candidate_run_id']}"
    for diff in report["diffs"]:
        yield f"{diff['severity']}: {diff['field']}"
        yield f"    baseline   {diff['baseline']}"
        yield f"    candidate  {diff['candidate']}"


class Command(BaseCommand):
    help = "Compare receipt, replay, summary and checkpoint of a run between two deployments."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--baseline-manifest", type=Path, required=True)
        parser.add_argument("--candidate-manifest", type=Path, required=True)
        parser.add_argument("--output", type=Path, required=True)
        parser.add_argument("--max-warnings", type=int, default=0)
        parser.add_argument("--block-on-critical", type=_flag, default=True)

    def handle(self, **options: Any) -> None:
        try:
            report = compare(
                side_of(options["baseline_manifest"]),
                side_of(options["candidate_manifest"]),
                rfc3339(timezone.now()),
                max_warnings=options["max_warnings"],
                block_on_critical=options["block_on_critical"],
            )
        except UnusableSide as error:
            raise CommandError(str(error)) from None
        options["output"].write_text(json.dumps(report, indent=2) + "\n")
        for line in lines(report):
            self.stdout.write(line)
        self.stdout.write(f"{report['gate']['decision']}: {report['gate']['reason']}")
        if report["gate"]["decision"] == "block":
            sys.exit(BLOCKED)
