"""`manage.py runtime_shadow_compare`: what two deployments say of a run. Exit code 0 allow, 2 block, 1 error."""

from __future__ import annotations

import argparse
import json
import sys
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
    """The side a manifest names; its paths are relative to itself. Raises CommandError."""
    try:
        names = _json(manifest)
        folder = manifest.parent
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
        self.stdout.write(f"{report['gate']['decision']}: {report['gate']['reason']}")
        if report["gate"]["decision"] == "block":
            sys.exit(BLOCKED)
