"""`manage.py dev_code EMAIL`: the newest sign-in code that the provider `local` made for an address."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.control.models import DevOutboxMessage
from apps.control.services.clock import database_now


class Command(BaseCommand):
    help = "Print the newest unexpired sign-in code of an address (development and tests only)."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> None:
        if settings.OA.oa_env not in ("dev", "test"):
            raise CommandError("sign-in codes are shown in development and tests only")
        oldest = database_now() - timedelta(seconds=settings.OA.oa_auth_challenge_ttl_seconds)
        waiting = DevOutboxMessage.objects.filter(email=email.strip().lower(), created_at__gt=oldest)
        newest = waiting.order_by("-created_at", "-pk").first()
        if newest is None:
            raise CommandError(f"no unexpired code for {email}; ask for one first: oa login --email {email}")
        self.stdout.write(newest.code)
