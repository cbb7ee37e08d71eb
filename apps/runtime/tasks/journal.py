"""Does the journal still fold to its chains?"""

from __future__ import annotations

import structlog
from celery import shared_task

from apps.runtime.services import journal_audit, write_mode

SCHEDULE = {"runtime.check_journal": {"task": "runtime.check_journal", "schedule": 3600.0}}

log = structlog.get_logger("oa.runtime")


@shared_task(name="runtime.check_journal")
def check_journal() -> int:
    """Fold a rolling sample of topics; returns the number of mismatches, each logged as an error.

    A shadow has heads without rows on purpose; there is nothing to fold until it becomes active.
    """
    if write_mode.current() == "shadow_only":
        return 0
    found = journal_audit.check_topics(journal_audit.sample())
    for mismatch in found:
        log.error("journal.mismatch", topic=mismatch.topic, seq=mismatch.seq, what=mismatch.what)
    return len(found)
