"""`manage.py runtime_shadow_mirror FILE`: put an exported run into this `shadow_only` deployment, times and all."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.runtime.services import mirror
from openagents.receipts import strict_json


class Command(BaseCommand):
    help = "Mirror exported runs (a file of runtime_history_check --export); the deployment must be shadow_only."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--owner", default="system:ops", help="owner key of the mirrored runs")

    def handle(self, **options: Any) -> None:
        try:
            corpus = strict_json.loads(options["file"].read_bytes(), max_depth=strict_json.DEPTH_MAX + 4)
            mirrored = mirror.mirror_corpus(corpus, options["owner"])
        except (OSError, strict_json.MalformedJSON, mirror.NotMirrored) as error:
            raise CommandError(str(error)) from None
        for run_id in mirrored:
            self.stdout.write(f"mirrored {run_id}")
