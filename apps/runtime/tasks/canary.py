"""A sign of life for Khala's delivery probes: a small row in a topic of its own, every few seconds."""

from __future__ import annotations

import time

from celery import shared_task
from django.db import transaction

from apps.runtime.domain.journal import TopicClass
from apps.runtime.services import journal, write_mode

TOPIC = "ops:canary:summary"
SECONDS = 5.0
SCHEDULE = {"runtime.canary": {"task": "runtime.canary", "schedule": SECONDS}}


@shared_task(name="runtime.canary", ignore_result=True)
def canary() -> int:
    """Write one row, which probes await at the end of every delivery path; its seq, 0 while writing is frozen."""
    if write_mode.current() != "active":
        return 0
    at = int(time.time() * 1000)
    row = journal.Row(
        topic=TOPIC,
        topic_class=TopicClass.OPERATOR,
        kind="canary",
        doc_key="canary",
        doc_version=at,
        payload_text=journal.document({"at_unix_ms": at}),
        owner_key="ops",
    )
    with transaction.atomic():
        return journal.write([row])[TOPIC]
