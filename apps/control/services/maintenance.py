"""Whether the plane is under maintenance: configuration, and the operator's switch above it (2.5).

The switch is read at most every five seconds per process. While the database does not answer, what was read last
holds; the gate must neither open nor close because of that.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Final

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction

from apps.control.models import MaintenanceSwitch
from apps.control.services import trail
from apps.control.services.clock import database_now
from openagents.ops.metrics import MAINTENANCE_MODE
from openagents.wire.faults import INVALID_REQUEST, Fault

READ_EVERY_SECONDS: Final = 5.0
REASON_MAX: Final = 500

log = structlog.get_logger("oa.control.maintenance")


@dataclass(slots=True)
class _Seen:
    """The switch as last read. `at` is monotonic; `enabled` None: nobody has switched anything."""

    at: float = float("-inf")
    enabled: bool | None = None
    until: datetime | None = None
    now: datetime | None = None


_seen = _Seen()
_reading = threading.Lock()


def is_on() -> bool:
    """Whether requests are turned away now."""
    _refresh()
    if _seen.enabled is None:
        return bool(settings.OA.oa_maintenance_mode_enabled)
    ended = _seen.until is not None and _seen.now is not None and _seen.until <= _seen.now
    return _seen.enabled and not ended


def switch(*, enabled: bool, reason: str, changed_by: str, until: datetime | None = None) -> MaintenanceSwitch:
    """Record the operator's word, which holds against the configuration from now on; other processes see it in 5 s.

    `until`: when an enabled mode ends by itself. Raises Fault INVALID_REQUEST (`reason`, `until`).
    """
    why = reason.strip()
    if not why or len(why) > REASON_MAX:
        raise Fault(INVALID_REQUEST, errors={"reason": [f"must be 1 to {REASON_MAX} characters"]})
    with transaction.atomic():
        now = database_now()
        if until is not None and (not enabled or until <= now):
            raise Fault(INVALID_REQUEST, errors={"until": ["must be in the future, and only with enabled"]})
        row, _ = MaintenanceSwitch.objects.update_or_create(
            id=1,
            defaults={
                "enabled": enabled,
                "reason": why,
                "until": until,
                "changed_by": changed_by,
                "changed_at": now,
            },
        )
        trail.note("maintenance.switched", enabled=enabled, why=why, changed_by=changed_by, until=until)
    forget()
    return row


def note_bypass() -> None:
    """Audit a bypass that was granted. Raises what the database raises."""
    trail.note("maintenance.bypass.granted")


def forget() -> None:
    """Read the switch again at the next request of this process."""
    _seen.at = float("-inf")


def _refresh() -> None:
    if monotonic() - _seen.at < READ_EVERY_SECONDS or not _reading.acquire(blocking=False):
        return
    try:
        row = MaintenanceSwitch.objects.filter(id=1).first()
        _seen.enabled = None if row is None else row.enabled
        _seen.until = None if row is None else row.until
        _seen.now = database_now() if _seen.until is not None else None
    except (DatabaseError, InterfaceError) as error:
        log.warning("maintenance.unread", reason=type(error).__name__)
    finally:
        _seen.at = monotonic()
        _reading.release()
    on = _seen.enabled if _seen.enabled is not None else settings.OA.oa_maintenance_mode_enabled
    MAINTENANCE_MODE.labels("control").set(1 if on else 0)
