"""Does the journal still fold to its chains?"""

from __future__ import annotations

import structlog
from celery import shared_task

from apps.runtime.services import journal_audit

SCHEDULE = {"runtime.check_journal": {"task": "runtime.check_journal", "schedule": 3600.0}}

log = structlog.get_logger("oa.runtime")


@shared_task(name="runtime.check_journal")
def check_journal() -> int:
    """Fold a rolling sample of topics; returns the number of mismatches, each logged as an error."""
    found = journal_audit.check_topics(journal_audit.sample())
    for mismatch in found:
        log.error("journal.mismatch", topic=mismatch.topic, seq=mismatch.seq, what=mismatch.what)
    return len(found)
