"""Readiness of a Khala process: the journal was readable in the last minute, token keys are there, probes hear."""

from __future__ import annotations

import time
from typing import Final

import psycopg
from django.conf import settings

from apps.khala.services import node
from openagents.ops.health import Finding, check

UNREADABLE_SECONDS_MAX: Final = 60.0


def register() -> None:
    """Add the plane's checks to `/readyz`."""
    check("journal")(journal)
    check("keys")(keys)
    check("delivery", fails=False)(delivery)


def journal() -> Finding:
    running = node.running()
    if running is not None and time.monotonic() - running.journal.answered_at < UNREADABLE_SECONDS_MAX:
        return Finding(True)
    try:
        with psycopg.connect(settings.OA.journal_url(), connect_timeout=1) as connection:
            connection.execute("SELECT 1 FROM sync_topic_sequences LIMIT 1")
    except psycopg.Error:
        return Finding(False, "journal_unreadable")
    return Finding(True)


def delivery() -> Finding:
    """Whether every delivery path brings what the journal has. Clients are served all the same: it only degrades."""
    running = node.running()
    deaf = running.probes.deaf if running is not None else []
    return Finding(not deaf, f"deaf:{','.join(deaf)}" if deaf else None)


def keys() -> Finding:
    try:
        settings.OA.verifier()
    except ValueError:
        return Finding(False, "no_token_keys")
    return Finding(True)
