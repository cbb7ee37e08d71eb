"""Do projections and stored replays still agree with the log?"""

from __future__ import annotations

import structlog
from celery import shared_task

from apps.runtime.services import projections, replays

SCHEDULE = {
    "runtime.verify_projections": {"task": "runtime.verify_projections", "schedule": 300.0},
    "runtime.store_replays": {"task": "runtime.store_replays", "schedule": 30.0},
    "runtime.verify_replays": {"task": "runtime.verify_replays", "schedule": 900.0},
}

log = structlog.get_logger("oa.runtime")


@shared_task(name="runtime.verify_projections")
def verify_projections() -> int:
    """Verify the next portion of entities; returns the number that drifted, each logged as an error."""
    found = projections.verify_all(projections.sample())
    for drift in found:
        log.error("projection.drift", topic=drift.topic, reason=drift.reason, seq=drift.incoming_seq)
    return len(found)


@shared_task(name="runtime.store_replays")
def store_replays() -> int:
    """Store the replays of runs that ended; returns how many."""
    return replays.store_ended()


@shared_task(name="runtime.verify_replays")
def verify_replays() -> int:
    """Make the next portion of stored replays again from the log; returns how many are wrong, each logged."""
    wrong = list(replays.verify_sample())
    for artifact, problem in wrong:
        log.error("replay.mismatch", run_id=str(artifact.run_id), artifact_id=artifact.artifact_id, what=problem)
    return len(wrong)
