"""`manage.py openapi --plane X`: the plane's OpenAPI 3.1, from its real router, with stable key order."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string


class Command(BaseCommand):
    help = "Print the OpenAPI document of the plane named by --plane."
    requires_system_checks = []

    def handle(self, **options: Any) -> None:
        api = import_string(f"{settings.ROOT_URLCONF}.api")
        # Status codes are integers beside the key `default`: once through JSON makes every key text, so they sort.
        document = json.loads(json.dumps(api.get_openapi_schema(), default=str))
        self.stdout.write(json.dumps(document, indent=2, sort_keys=True))
