"""`manage.py maintenance on|off --reason TEXT`: the maintenance switch of control."""

from __future__ import annotations

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.control.services import maintenance
from openagents.wire.faults import Fault


class Command(BaseCommand):
    help = "Switch maintenance mode on or off; every process follows within five seconds. Audited."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("state", choices=["on", "off"])
        parser.add_argument("--reason", required=True, help="why; kept in the audit trail")

    def handle(self, *, state: str, reason: str, **options: Any) -> None:
        try:
            maintenance.switch(enabled=state == "on", reason=reason, changed_by=f"command:{_login()}")
        except Fault as fault:
            raise CommandError(str(fault.errors or fault)) from None
        self.stdout.write(f"maintenance {state}")


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "unknown"
