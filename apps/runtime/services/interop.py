"""The outbox for the Bridge: facts go in with their transaction, a task posts them, at least once and in order.

Nothing here may fail or delay what it reports: without `RUNTIME_INTEROP_MIRROR_ENABLED` it writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.domain import interop
from apps.runtime.models import MirrorIntent, WorkerLive
from apps.runtime.services import providers, write_mode
from openagents.db import audit
from openagents.ops.metrics import LEASE_OPS, OUTBOX_OLDEST_SECONDS, OUTBOX_OPEN
from openagents.peers.calls import PeerAnswer, PeerUnavailable
from openagents.peers.client import peer
from openagents.receipts import strict_json
from openagents.wire.faults import CONFLICT, NOT_FOUND, Fault

ROUTE = "/internal/v1/bridge/mirror"
SOURCE = "runtime"
LEASE = timedelta(seconds=30)
"""How long a claimed intent belongs to whoever posts it; longer than a call may take."""
BACKOFF_SECONDS = (2, 5, 15, 60, 300)
AD_REFRESH = timedelta(seconds=60)
KEEP = timedelta(days=30)
POSTS_PER_ROUND = 100
PRUNED_PER_ROUND = 5000
RETRYABLE = frozenset({401, 403, 404, 408, 425, 429})
"""Refusals that say nothing about the fact: our key, our route or our rate is not right yet."""
FINAL_FORBIDDEN = "source_not_allowed"

log = structlog.get_logger("oa.runtime")


def write(fact: interop.Fact) -> None:
    """Put a fact into the outbox, inside the caller's transaction. The same fact twice is one intent.

    Mirrored traffic of a shadow deployment has told nobody anything.
    """
    if not settings.OA.runtime_interop_mirror_enabled or write_mode.suppresses_journal():
        return
    now = timezone.now()
    MirrorIntent.objects.bulk_create(
        [
            MirrorIntent(
                schema=fact.schema,
                object_id=fact.object_id,
                object_sha256=fact.object_sha256,
                occurred_at_unix=fact.occurred_at_unix,
                payload_text=fact.payload_text,
                opened_at=now,
                next_attempt_at=now,
            )
        ],
        ignore_conflicts=True,
    )


def advertise(live: WorkerLive, now: datetime) -> None:
    """Write the ad of a provider that changed, inside the transaction of the change; of others nothing.

    Only the newest ad of a provider is worth posting: one that still waits is closed as `superseded`. An ad that was
    posted before, or is due for its refresh, is opened again.
    """
    worker = live.worker
    if not (settings.OA.runtime_interop_mirror_enabled and worker.is_provider and worker.qualified):
        return
    worker.live = live  # of a worker that was just made there are two
    fact = interop.provider_ad(providers.provider_of(worker, now), worker.metadata, now)
    ads = MirrorIntent.objects.filter(schema=fact.schema, object_id=fact.object_id)
    ads.filter(state="open").exclude(object_sha256=fact.object_sha256).update(
        state="closed", last_code="superseded", closed_at=now
    )
    newest = ads.order_by("-opened_at", "-id").first()
    write(fact)
    same = newest is not None and newest.object_sha256 == fact.object_sha256
    if same and newest is not None and (newest.state == "open" or newest.opened_at > now - AD_REFRESH):
        return
    ads.filter(object_sha256=fact.object_sha256).exclude(state="open").update(
        state="open",
        closed_at=None,
        attempts=0,
        opened_at=now,
        next_attempt_at=now,
        occurred_at_unix=int(now.timestamp()),
    )


def refresh_ads() -> int:
    """Re-advertise every live provider; returns how many were looked at. A beat job: silence changes ads, too."""
    if not settings.OA.runtime_interop_mirror_enabled or write_mode.current() != "active":
        return 0
    now = timezone.now()
    lost = now - timedelta(milliseconds=settings.OA.runtime_worker_heartbeat_lost_after_ms)
    rows = WorkerLive.objects.filter(worker__is_provider=True, worker__qualified=True, last_heartbeat_at__gt=lost)
    seen = 0
    for worker_id in list(rows.values_list("worker_id", flat=True)):
        with transaction.atomic():
            locked = rows.select_related("worker").select_for_update(of=("worker",), no_key=True)
            live = locked.filter(worker_id=worker_id).first()
            if live is not None:
                advertise(live, timezone.now())
                seen += 1
    return seen


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means for its intent."""

    state: str
    code: str


def post_round() -> int:
    """Post what is due, oldest first, one intent of an object at a time; returns how many the Bridge answered.

    Any number of workers may run it. An unreachable Bridge ends the round: the rest would fail as well.
    """
    if not settings.OA.runtime_interop_mirror_enabled or write_mode.current() != "active":
        return 0
    answered = 0
    for _ in range(POSTS_PER_ROUND):
        intent = _claim()
        if intent is None:
            break
        try:
            verdict = _verdict(_post(intent))
        except PeerUnavailable as error:
            _settle(intent, Verdict("open", error.reason))
            break
        _settle(intent, verdict)
        answered += 1
    measure()
    return answered


def _claim() -> MirrorIntent | None:
    """The oldest due intent that is the first open one of its object, leased to us."""
    now = timezone.now()
    earlier = MirrorIntent.objects.filter(
        Q(opened_at__lt=OuterRef("opened_at")) | Q(opened_at=OuterRef("opened_at"), id__lt=OuterRef("id")),
        schema=OuterRef("schema"),
        object_id=OuterRef("object_id"),
        state="open",
    )
    with transaction.atomic():
        intent = (
            MirrorIntent.objects.filter(~Exists(earlier), state="open", next_attempt_at__lte=now)
            .order_by("id")
            .select_for_update(skip_locked=True)
            .first()
        )
        if intent is not None:
            intent.attempts += 1
            intent.next_attempt_at = now + LEASE
            intent.save(update_fields=["attempts", "next_attempt_at"])
            LEASE_OPS.labels("runtime", "mirror", "acquired").inc()
    return intent


def _post(intent: MirrorIntent) -> PeerAnswer:
    return peer("bridge").request(
        "POST",
        ROUTE,
        json={
            "schema": intent.schema,
            "source_plane": SOURCE,
            "object_id": intent.object_id,
            "object_sha256": intent.object_sha256,
            "occurred_at_unix": intent.occurred_at_unix,
            "payload": strict_json.loads(intent.payload_text),
            "request_id": f"mirror-{intent.id}",
        },
        repeatable=True,
    )


def _verdict(answer: PeerAnswer) -> Verdict:
    """A 2xx or a refusal that no repetition changes closes the intent; everything else leaves it open."""
    said = _body(answer)
    if answer.ok:
        return Verdict("closed", str(said.get("state") or ""))
    code = str(said.get("reason_code") or said.get("deny_code") or said.get("error") or f"http_{answer.status}")
    if answer.status >= 500 or said.get("retryable") is True:
        return Verdict("open", code)
    if answer.status in RETRYABLE and code != FINAL_FORBIDDEN:
        return Verdict("open", code)
    return Verdict("failed", code)


def _body(answer: PeerAnswer) -> dict[str, Any]:
    try:
        said = answer.json
    except PeerUnavailable:
        return {}
    return said if isinstance(said, dict) else {}


def _settle(intent: MirrorIntent, verdict: Verdict) -> None:
    """Record the outcome, unless the lease ran out and somebody else has the intent, or it was opened anew."""
    now = timezone.now()
    pause = BACKOFF_SECONDS[min(intent.attempts, len(BACKOFF_SECONDS)) - 1]
    is_open = verdict.state == "open"
    mine = MirrorIntent.objects.filter(id=intent.id, opened_at=intent.opened_at)
    settled = mine.filter(state="open", attempts=intent.attempts).update(
        state=verdict.state,
        last_code=verdict.code[:255],
        closed_at=None if is_open else now,
        next_attempt_at=now + timedelta(seconds=pause) if is_open else F("next_attempt_at"),
    )
    if not settled and mine.exists():  # not opened anew: somebody claimed it after our time
        LEASE_OPS.labels("runtime", "mirror", "expired").inc()
    metrics.MIRROR_INTENTS.labels(intent.schema, "retry" if is_open else verdict.state).inc()
    if verdict.state == "failed":
        log.warning("interop.refused", schema=intent.schema, object_id=intent.object_id, code=verdict.code)


def measure() -> None:
    """Set the gauges: how many intents wait, and for how long the oldest has."""
    waiting = MirrorIntent.objects.filter(state="open")
    oldest = waiting.order_by("opened_at").values_list("opened_at", flat=True).first()
    age = 0.0 if oldest is None else max(0.0, (timezone.now() - oldest).total_seconds())
    metrics.MIRROR_OLDEST.set(age)
    count = waiting.count()
    metrics.MIRROR_OPEN.set(count)
    OUTBOX_OPEN.labels("runtime", "mirror").set(count)
    OUTBOX_OLDEST_SECONDS.labels("runtime", "mirror").set(age)


def reopen(intent_id: int, actor: str) -> None:
    """An operator's second try of a refused intent. Raises Fault NOT_FOUND, CONFLICT when it was not refused."""
    with transaction.atomic():
        intent = MirrorIntent.objects.select_for_update().filter(id=intent_id).first()
        if intent is None:
            raise Fault(NOT_FOUND, "there is no such intent")
        if intent.state != "failed":
            raise Fault(CONFLICT, "only a refused intent is opened again", reason_code="not_refused")
        now = timezone.now()
        MirrorIntent.objects.filter(id=intent_id).update(
            state="open", closed_at=None, attempts=0, opened_at=now, next_attempt_at=now
        )
        audit.record("runtime.mirror.reopened", user_id=actor, intent_id=intent_id, schema=intent.schema)


def prune_round() -> int:
    """Delete what was closed or refused more than thirty days ago; returns the rows removed."""
    old = MirrorIntent.objects.filter(closed_at__lt=timezone.now() - KEEP).exclude(state="open")
    keys = list(old.order_by("id").values_list("id", flat=True)[:PRUNED_PER_ROUND])
    return MirrorIntent.objects.filter(id__in=keys).exclude(state="open").delete()[0] if keys else 0
