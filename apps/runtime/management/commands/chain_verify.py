"""`manage.py chain_verify --plane runtime`: do the journal's rows still fold to their chains?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.runtime.models import SyncTopicSequence
from apps.runtime.services import journal_audit


class Command(BaseCommand):
    help = "Fold the rows of topics over their floors and compare with what is stored; all topics without arguments."
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("topics", nargs="*")
        parser.add_argument("--sample", action="store_true", help="the hourly job's rolling sample only")

    def handle(self, **options: Any) -> None:
        checked = 0
        mismatches = []
        for topic in self._topics(options):
            checked += 1
            mismatches += journal_audit.check_topics([topic])
        for mismatch in mismatches:
            self.stderr.write(f"{mismatch.topic}: {mismatch.what} at {mismatch.seq}")
        if mismatches:
            raise CommandError(f"{len(mismatches)} of {checked} topics do not fold to their chain")
        self.stdout.write(f"{checked} topics fold to their chain")

    def _topics(self, options: dict[str, Any]) -> Iterator[str]:
        if options["sample"]:
            yield from journal_audit.sample()
            return
        known = SyncTopicSequence.objects.order_by("topic").values_list("topic", flat=True)
        if not options["topics"]:
            yield from known.iterator(chunk_size=1000)
            return
        for topic in options["topics"]:
            if not known.filter(topic=topic).exists():
                raise CommandError(f"there is no topic {topic}")
            yield topic
