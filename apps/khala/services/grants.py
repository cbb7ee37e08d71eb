"""Recovery grants (13.3): who was told that a cursor is stale may start that topic over, a few times, for a while."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, connection

from apps.khala.models import RecoveryGrantRow
from apps.khala.services.database import DatabaseThreads
from apps.khala.services.recorder import Recorder

EARLIEST_STARTS_MAX: Final = 10
EARLIEST_SECONDS: Final = 600
"""How often a principal may ask for the earliest position of one topic, on any lane."""

log = structlog.get_logger("oa.khala.grants")

USE: Final = """
UPDATE khala_recovery_grant SET uses = uses + 1
WHERE principal_key = %s AND topic = %s AND expires_at > %s AND uses < %s
RETURNING uses
"""


@dataclass(frozen=True, slots=True)
class Use:
    """What a grant is good for now: granted, or so many seconds to wait, or (neither) there is none."""

    granted: bool = False
    wait_seconds: int = 0


class Grants:
    """Issued with a stale answer, used by the start that follows, perhaps at another process."""

    def __init__(self, recorder: Recorder, database: DatabaseThreads, *, seconds: int, uses_max: int) -> None:
        self._recorder = recorder
        self._database = database
        self._seconds = seconds
        self._uses_max = uses_max

    def issue(self, principal_key: str, topic: str, reasons: Iterable[str]) -> None:
        """Written at once, yet without making the answer wait: the client needs a round trip to come back."""
        now = datetime.now(UTC)
        self._recorder.note(
            RecoveryGrantRow(
                principal_key=principal_key,
                topic=topic,
                reason_codes=list(reasons),
                issued_at=now,
                expires_at=now + timedelta(seconds=self._seconds),
            )
        )
        self._recorder.hasten()

    async def use(self, principal_key: str, topic: str) -> Use:
        """Use up one start. While the database is away every start is granted: where it begins is stated anyway, and
        a client that cannot start over would ask again and again."""
        await self._recorder.flush()
        try:
            return await self._database.run(use, principal_key, topic, self._uses_max)
        except (DatabaseError, InterfaceError) as error:
            log.warning("grants.unavailable", reason=type(error).__name__)
            return Use(granted=True)


def use(principal_key: str, topic: str, uses_max: int) -> Use:
    """One statement decides; races end at `uses_max`. Raises DatabaseError."""
    now = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(USE, [principal_key, topic, now, uses_max])
        if cursor.fetchone() is not None:
            return Use(granted=True)
    row = RecoveryGrantRow.objects.filter(principal_key=principal_key, topic=topic, expires_at__gt=now).first()
    if row is None:
        return Use()
    return Use(wait_seconds=max(math.ceil((row.expires_at - now).total_seconds()), 1))
