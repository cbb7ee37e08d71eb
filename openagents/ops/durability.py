"""An acknowledged mutation survives a power cut only when the server flushes commits. Every process asserts that."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import connection

log = structlog.get_logger("oa.durability")


class NotDurable(RuntimeError):
    """The server would acknowledge commits that a power cut takes back. The text names the setting."""


def unsafe_settings() -> list[str]:
    """The server settings, as this login sees them, that break durability: `fsync=off`, `synchronous_commit=off`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        fsync, synchronous_commit = cursor.fetchone()
    problems = []
    if fsync != "on":
        problems.append(f"fsync={fsync}")
    if synchronous_commit == "off":
        problems.append("synchronous_commit=off")
    return problems


def assert_durable() -> None:
    """Raise NotDurable in production, warn loudly elsewhere. A server that is down is readiness' business."""
    from django.db.utils import OperationalError

    try:
        problems = unsafe_settings()
    except OperationalError:
        log.warning("durability.unknown", reason="database unreachable at start")
        return
    if not problems:
        return
    if settings.OA.oa_env == "prod":
        raise NotDurable(", ".join(problems))
    log.error("durability.unsafe", settings=", ".join(problems))
