"""`manage.py verify-bundle FILE`: check a run's bundle offline, without a server, a plane or a key of ours."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from openagents.receipts import strict_json
from openagents.receipts.bundle import FILE_NAMES, verify_bundle, verify_files
from openagents.receipts.replay import LINE_DEPTH_MAX


class Command(BaseCommand):
    help = "Check a bundle: a JSON file as the bundle route answers it, or a folder with its three files."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("bundle", type=Path, help="bundle JSON, or a folder with " + ", ".join(FILE_NAMES))
        parser.add_argument("--signer", action="append", metavar="HEX", help="x-only key that may sign; repeatable")
        parser.add_argument("--signed", action="store_true", help="refuse a receipt without a signature")
        parser.add_argument("--replay-hash", help="hash of the stored replay artifact, sha256:<hex>")

    def handle(self, **options: Any) -> None:
        rules = {
            "allowed_signers": options["signer"],
            "signature_required": options["signed"],
            "expected_replay_hash": options["replay_hash"],
        }
        try:
            problems = _problems(options["bundle"], rules)
        except (OSError, UnicodeDecodeError, strict_json.MalformedJSON) as error:
            raise CommandError(f"cannot be read: {error}") from None
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{options['bundle']} does not verify")
        self.stdout.write(f"{options['bundle']} verifies")


def _problems(path: Path, rules: dict[str, Any]) -> list[str]:
    """What is wrong. Raises OSError, UnicodeDecodeError or MalformedJSON for what cannot be read at all."""
    if path.is_dir():
        # Bytes, not text: a line ending that the platform translates would be a changed file.
        return verify_files({name: (path / name).read_bytes().decode() for name in FILE_NAMES}, **rules)
    parsed = strict_json.loads(path.read_bytes(), max_depth=LINE_DEPTH_MAX)
    return verify_bundle(parsed, **rules)
