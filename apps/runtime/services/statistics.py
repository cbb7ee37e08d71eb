"""The runtime's part of the public statistics: totals without ids."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from apps.runtime.domain.drift import Reason
from apps.runtime.domain.liveness import HeartbeatState, liveness
from apps.runtime.domain.worker_states import WorkerStatus
from apps.runtime.models import ProjectionDrift, Run, Worker, WorkerLive
from apps.runtime.services import tallies

LAG_RUNS_MAX = 1000
HASH_REASONS = (Reason.SUMMARY_HASH_MISMATCH, Reason.HASH_AND_LAG_DRIFT)

PAYMENTS = """
SELECT coalesce(sum((payload_text::jsonb ->> 'amount_msats')::numeric)
                FILTER (WHERE payload_text::jsonb ->> 'status' = 'released'), 0)::bigint,
       count(*) FILTER (WHERE payload_text::jsonb ->> 'status' = 'withheld')
  FROM run_event WHERE event_type = 'payment'
"""
"""What the log says of money; only Treasury appends these events, and an index holds just them."""

LAG = """
SELECT coalesce(percentile_disc(0.95) WITHIN GROUP (
         ORDER BY greatest(0, r.latest_seq - coalesce(c.last_runtime_seq, 0))), 0)
  FROM (SELECT id, latest_seq FROM run ORDER BY id DESC LIMIT %s) AS r
  LEFT JOIN projection_checkpoint c ON c.projection_name = 'run_summary' AND c.entity_id = r.id::text
"""


def statistics() -> dict[str, Any]:
    """`RuntimeStatsResponse`: counts by state, money released and withheld, and how correct the projections are."""
    now = timezone.now()
    day = now - timedelta(hours=24)
    drift = ProjectionDrift.objects.filter(detected_at__gte=day)
    replays = tallies.last_day("replay", now)
    with connection.cursor() as cursor:
        cursor.execute(PAYMENTS)
        released, withheld = cursor.fetchone()
        cursor.execute(LAG, [LAG_RUNS_MAX])
        (lag,) = cursor.fetchone()
    return {
        "runs": dict(Run.objects.values_list("status").annotate(number=Count("id")).order_by("status")),
        "workers": _workers_by_heartbeat(),
        "treasury": {"released_msats_total": released, "withheld_count": withheld},
        "correctness": {
            "projection_lag_p95_events": lag,
            "projection_drift_24h": drift.count(),
            "hash_mismatches_24h": drift.filter(reason__in=HASH_REASONS).count(),
            "replay_verifications_24h": sum(replays.values()),
            "replay_failures_24h": replays.get("mismatch", 0),
        },
    }


def _workers_by_heartbeat() -> dict[str, int]:
    """Workers by heartbeat state; ended ones, the many, are counted by the database."""
    now = timezone.now()
    stale_after_ms = settings.OA.runtime_worker_heartbeat_stale_after_ms
    ended = {WorkerStatus.STOPPED: HeartbeatState.STOPPED, WorkerStatus.FAILED: HeartbeatState.FAILED}
    counts: Counter[str] = Counter()
    for status, number in Worker.objects.filter(status__in=list(ended)).values_list("status").annotate(Count("pk")):
        counts[ended[WorkerStatus(status)].value] += number
    living = WorkerLive.objects.exclude(worker__status__in=list(ended))
    for status, beat in living.values_list("worker__status", "last_heartbeat_at").iterator(chunk_size=5000):
        counts[liveness(WorkerStatus(status), beat, now, stale_after_ms).state.value] += 1
    return dict(counts)
