"""What is forgotten, and when (section 9): wiped replays, expired sessions, rows past their use."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db.models import Max, Q

from apps.control import metrics
from apps.control.domain.states import CHALLENGE, SESSION
from apps.control.models import (
    AuthChallenge,
    DevOutboxMessage,
    IssuedSyncToken,
    RefreshToken,
    Revocation,
    Session,
    StreamLease,
)
from apps.control.services.clock import database_now
from openagents.ops.metrics import OUTBOX_OLDEST_SECONDS, OUTBOX_OPEN

CHALLENGES_KEPT = timedelta(days=1)
ISSUED_KEPT = timedelta(days=1)
SESSIONS_KEPT = timedelta(days=90)
"""As long as that a late replay is still recognised for what it is."""
REVOCATIONS_KEPT = timedelta(days=30)
BATCH = 5000


def wipe_replays() -> int:
    """Forget sealed pairs whose window has passed or whose session is over; returns the number."""
    grace = timedelta(seconds=settings.OA.oa_auth_refresh_reuse_grace_seconds)
    sealed = RefreshToken.objects.filter(replay_sealed__isnull=False)
    past = sealed.filter(ended_at__lt=database_now() - grace).update(replay_sealed=None)
    return past + sealed.exclude(session__status="active").update(replay_sealed=None)


def expire() -> int:
    """Mark sessions and challenges whose time has passed; returns the number of sessions."""
    now = database_now()
    AuthChallenge.objects.filter(status="code_sent", expires_at__lte=now).update(
        status=CHALLENGE.after("code_sent", "expire")
    )
    ended = Session.objects.filter(status="active", refresh_expires_at__lte=now).update(
        status=SESSION.after("active", "expire")
    )
    metrics.SESSIONS_ACTIVE.set(Session.objects.filter(status="active").count())
    return ended


def measure_outbox() -> None:
    """Set the gauges of the revocation outbox."""
    waiting = Revocation.objects.filter(delivery_state="pending").order_by("seq")
    oldest = waiting.values_list("created_at", flat=True).first()
    age = (database_now() - oldest).total_seconds() if oldest else 0.0
    OUTBOX_OPEN.labels("control", "revocation").set(waiting.count())
    OUTBOX_OLDEST_SECONDS.labels("control", "revocation").set(max(0.0, age))


def purge() -> dict[str, int]:
    """Delete what nobody needs any more, a bounded batch of each; returns counts by table."""
    now = database_now()
    newest = Revocation.objects.aggregate(last=Max("seq"))["last"] or 0
    doomed = {
        "challenges": AuthChallenge.objects.filter(expires_at__lt=now - CHALLENGES_KEPT),
        "dev_outbox": DevOutboxMessage.objects.filter(created_at__lt=now - CHALLENGES_KEPT),
        "issued_tokens": IssuedSyncToken.objects.filter(expires_at__lt=now - ISSUED_KEPT),
        "stream_leases": StreamLease.objects.filter(expires_at__lt=now - ISSUED_KEPT),
        "sessions": Session.objects.filter(
            Q(revoked_at__lt=now - SESSIONS_KEPT) | Q(status="expired", refresh_expires_at__lt=now - SESSIONS_KEPT)
        ),
        # The newest row stays: the feed's numbers continue from it.
        "revocations": Revocation.objects.filter(
            delivery_state="delivered", delivered_at__lt=now - REVOCATIONS_KEPT, seq__lt=newest
        ),
    }
    counts = {}
    for name, rows in doomed.items():
        keys = list(rows.values_list("pk", flat=True)[:BATCH])
        counts[name] = rows.model._default_manager.filter(pk__in=keys).delete()[0] if keys else 0
    return counts
