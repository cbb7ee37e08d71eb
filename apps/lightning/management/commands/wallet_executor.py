"""`manage.py wallet_executor smoke|recover|policy`: the executor from the command line, as its own login."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from openagents.wire.faults import Fault


class Command(BaseCommand):
    help = "Smoke test, recovery pass and limits of the wallet executor."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        smoke = commands.add_parser("smoke", help="pay a real invoice on the simulated network and check the receipt")
        smoke.add_argument("--amount-msats", type=int, default=21_000)
        recover = commands.add_parser("recover", help="run the recovery once, when no other process is the writer")
        recover.add_argument("--request-id")
        show = commands.add_parser("policy", help="show the limits in force, or store a change")
        show.add_argument("--set", action="append", default=[], metavar="NAME=JSON", help="a limit to replace")
        show.add_argument("--reason", default="")

    def handle(self, *, command: str, **options: Any) -> None:
        if settings.OA_PROCESS.name != "lightning-executor":
            raise CommandError("run it with --plane lightning-executor")
        try:
            match command:
                case "smoke":
                    self._smoke(options["amount_msats"])
                case "recover":
                    self._recover(options["request_id"])
                case _:
                    self._policy(options["set"], options["reason"])
        except Fault as fault:
            raise CommandError(f"{fault.code}: {fault.message}") from None

    def _smoke(self, amount_msats: int) -> None:
        from apps.lightning.services.executor import smoke

        found = smoke.run(amount_msats)
        self._print(found)
        if not found["ok"]:
            raise CommandError("the smoke test failed")

    def _recover(self, request_id: str | None) -> None:
        from apps.lightning.services.executor import recovery
        from apps.lightning.services.executor.writer import WRITER

        if not WRITER.acquire():
            raise CommandError("another process is the active writer; ask it: POST /admin/recover")
        try:
            rows = recovery.run(request_id)
        finally:
            WRITER.release()
        self._print([{"requestId": row.request_id, "before": row.before, "after": row.after} for row in rows])

    def _policy(self, changes: list[str], reason: str) -> None:
        from apps.lightning.services.executor import policy, views

        found = policy.current()
        if changes:
            wanted = dict(self._change(text) for text in changes)
            found = policy.change(wanted, expected_version=found.version, reason=reason, changed_by="command")
        self._print(views.policy_shown(found))

    def _change(self, text: str) -> tuple[str, Any]:
        name, separator, value = text.partition("=")
        if not separator:
            raise CommandError(f"{text}: expected NAME=JSON")
        try:
            return name, json.loads(value)
        except ValueError:
            raise CommandError(f"{name}: the value is no JSON") from None

    def _print(self, value: Any) -> None:
        self.stdout.write(json.dumps(value, indent=1))
