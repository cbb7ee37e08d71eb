"""`manage.py lightning_nodes look|backup|rewrap --plane lightning-ops`: nodes now, and what recovers their channels."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.lightning.gateways.kek import RingUnavailable
from openagents.secretbox.box import NoKeyRing, SecretUnreadable
from openagents.wire.faults import Fault


class Command(BaseCommand):
    help = "Look at every node now; write a node's newest channel backup; bring what is sealed under the first key."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        commands.add_parser("look", help="a snapshot of every enabled node; exit code 1 when one did not answer")
        backup = commands.add_parser(
            "backup", help="the newest backup in base64, as LND restores it, to standard output"
        )
        backup.add_argument("node")
        commands.add_parser("rewrap", help="bring backups, proofs and paid credentials under the ring's first key")

    def handle(self, *, command: str, **options: Any) -> None:
        if settings.OA_PROCESS.name != "lightning-ops":
            raise CommandError("run it with --plane lightning-ops")
        try:
            getattr(self, f"_{command}")(**options)
        except Fault as fault:
            raise CommandError(f"{fault.code}: {fault.message}") from None
        except (NoKeyRing, RingUnavailable) as error:
            raise CommandError(str(error)) from None
        except SecretUnreadable:
            raise CommandError("the backup needs a key that the ring does not have") from None

    def _look(self, **options: Any) -> None:
        from apps.lightning.services.ops import node_snapshots

        answered = node_snapshots.look_at_all()
        for node_id, ok in sorted(answered.items()):
            self.stdout.write(f"{node_id} {'answered' if ok else 'did not answer'}")
        if not all(answered.values()):
            raise CommandError("not every node answered")

    def _backup(self, *, node: str, **options: Any) -> None:
        from apps.lightning.services.ops import channel_backups

        found = channel_backups.newest(node)
        if found is None:
            raise CommandError(f"there is no backup of {node}")
        self.stdout.write(channel_backups.opened(found))

    def _rewrap(self, **options: Any) -> None:
        from apps.lightning.services.ops import sealed_rows

        changed, unreadable = sealed_rows.rewrap()
        self.stdout.write(f"{changed} rewrapped, {unreadable} unreadable")
        if unreadable:
            raise CommandError("some rows need a key that the ring does not have")
