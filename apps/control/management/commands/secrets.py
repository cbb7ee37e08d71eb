"""`manage.py secrets rewrap --plane control`: seal integration secrets under the ring's first key (README 4.15)."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.control.services import integrations
from openagents.secretbox.box import NoKeyRing


class Command(BaseCommand):
    help = "Seal every integration secret under the current key; may be repeated. An old key may go when 0 are left."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["rewrap"])

    def handle(self, *, action: str, **options: Any) -> None:
        try:
            found = integrations.rewrap()
        except NoKeyRing as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"rewrapped {found.done}, unreadable {found.unreadable}, left {found.left}")
        if found.unreadable:
            raise CommandError("some secrets do not open: keep their keys, and see the log for the rows")
