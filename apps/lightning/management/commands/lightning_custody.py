"""`manage.py lightning_custody init|rewrap|rotate|list`: custody's secrets, without ever printing one."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from openagents.wire.faults import Fault


class Command(BaseCommand):
    help = "Make, rewrap, rotate and list the secrets that custody keeps."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("init", help="make the receipt key, if there is none")
        commands.add_parser("rewrap", help="bring everything under the ring's first key; may be repeated")
        commands.add_parser("list", help="names, versions and fingerprints")
        rotate = commands.add_parser("rotate", help="replace a secret; its value is read from standard input")
        rotate.add_argument("name")
        rotate.add_argument("--reason", required=True)
        rotate.add_argument("--generate", action="store_true", help="make the value instead of reading it")
        rotate.add_argument("--confirm-identity-change", action="store_true")
        destroy = commands.add_parser("destroy", help="forget a retired version for good")
        destroy.add_argument("name")
        destroy.add_argument("version", type=int)

    def handle(self, *, command: str, **options: Any) -> None:
        if settings.OA_PROCESS.name != "lightning-executor":
            raise CommandError("run it with --plane lightning-executor")
        try:
            getattr(self, f"_{command}")(**options)
        except Fault as fault:
            raise CommandError(f"{fault.code}: {fault.message}") from None
        except ValueError as error:
            raise CommandError(str(error)) from None

    def _init(self, **options: Any) -> None:
        from apps.lightning.services.executor import receipts

        self.stdout.write(f"receipts are signed by {receipts.signer().public_key_hex}")

    def _rewrap(self, **options: Any) -> None:
        from apps.lightning.services.executor import custody

        changed, unreadable = custody.rewrap()
        self.stdout.write(f"{changed} rewrapped, {unreadable} unreadable")
        if unreadable:
            raise CommandError("some secrets need a key that the ring does not have")

    def _list(self, **options: Any) -> None:
        from apps.lightning.services.executor import custody

        for row in custody.versions():
            public = f" public {row.public}" if row.public else ""
            self.stdout.write(f"{row.name} v{row.version} {row.state} kek {row.kek_id} {row.fingerprint}{public}")

    def _rotate(self, *, name: str, reason: str, generate: bool, confirm_identity_change: bool, **options: Any) -> None:
        from apps.lightning.services.executor import custody, receipts

        value = "" if generate else sys.stdin.readline().strip()
        if not generate and not value:
            raise CommandError("no value on standard input; --generate makes one")
        if name == custody.RECEIPT_KEY:
            public = receipts.rotate_key(reason=reason, actor="command", secret=value)
            self.stdout.write(f"receipts are signed by {public} from now on")
            return
        row = custody.rotate(
            name,
            value or custody.new_hex_secret(),
            reason=reason,
            confirm_identity_change=confirm_identity_change,
            actor="command",
        )
        self.stdout.write(f"{name} v{row.version} is active")

    def _destroy(self, *, name: str, version: int, **options: Any) -> None:
        from apps.lightning.services.executor import custody

        custody.destroy(name, version, "command")
        self.stdout.write(f"{name} v{version} is destroyed")
