"""`manage.py rotate_lineage --plane runtime`: start topics over, so that no reader trusts its cursor."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.runtime.models import SyncTopicSequence
from apps.runtime.services import retention
from openagents.wire.faults import Fault


class Command(BaseCommand):
    help = "Give topics a new lineage beyond every number that was ever given out. Readers bootstrap."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("topics", nargs="*")
        parser.add_argument("--all", action="store_true", help="every topic: after a restore to an earlier point")
        parser.add_argument("--reason", required=True, help="for the audit trail")
        parser.add_argument("--actor", help="user id of the operator, for the audit trail")

    def handle(self, **options: Any) -> None:
        if options["all"] == bool(options["topics"]):
            raise CommandError("name topics, or --all")
        topics = options["topics"] or SyncTopicSequence.objects.order_by("topic").values_list("topic", flat=True)
        rotated = 0
        for topic in list(topics):
            try:
                done = retention.rotate_lineage(topic, actor=options["actor"], reason=options["reason"])
            except Fault as error:
                raise CommandError(f"{topic}: {error.message}") from None
            rotated += 1
            self.stdout.write(f"{done.topic} {done.lineage} {done.head}")
        self.stdout.write(f"{rotated} topics rotated")
