"""Ending sessions, and the revocation rows that end them at Khala too.

Everything here runs inside the caller's transaction: the session is dead and the push recorded by one commit. The
locks are taken in one order everywhere: the user (where a session may begin meanwhile: sign-in, block), sessions by
id, their tokens, devices by id, last the counter of the feed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Max

from apps.control.domain.states import REAUTH_REASONS, REFRESH_TOKEN, SESSION
from apps.control.models import Device, IssuedSyncToken, RefreshToken, Revocation, Session, User
from apps.control.services import propagation
from openagents.ops import context, faults

RESTING = ("active", "reauth_required")
"""Statuses of a session that can still be ended."""
FEED_LOCK = "control.revocation.seq"
FEED_LIMIT_MAX = 500


@dataclass(frozen=True, slots=True)
class Ended:
    """What was ended. `seq` None: nothing was, so nothing is pushed."""

    session_ids: list[str]
    device_ids: list[str]
    refresh_token_ids: list[str]
    revoked_at: datetime
    seq: int | None


def end_sessions(sessions: Sequence[Session], reason: str, now: datetime) -> Ended:
    """End these locked sessions of one user and record the push. Sessions that have ended already are skipped."""
    live = [session for session in sessions if session.status in RESTING]
    if not live:
        return Ended([], [], [], now, None)
    ids = sorted(session.id for session in live)
    for session in live:
        session.status = SESSION.after(session.status, "revoke")
        session.revoked_at = now
        session.revoked_reason = reason
        session.reauth_required = reason in REAUTH_REASONS
    Session.objects.bulk_update(live, ["status", "revoked_at", "revoked_reason", "reauth_required"])
    tokens = list(RefreshToken.objects.select_for_update().filter(session_id__in=ids, state="current").order_by("id"))
    RefreshToken.objects.filter(id__in=[token.id for token in tokens]).update(
        state=REFRESH_TOKEN.after("current", "end_session"), ended_at=now
    )
    RefreshToken.objects.filter(session_id__in=ids, replay_sealed__isnull=False).update(replay_sealed=None)
    jtis = revoke_issued(now, session_id__in=ids)
    devices = {session.device_id: session.device.device_id for session in live}
    hinted: list[str] = []
    if reason != "device_replaced":  # the session that replaces it lives on the same device
        hinted = sorted(set(devices.values()))
        for pk in sorted(devices):
            Device.objects.filter(pk=pk).update(revoked_at=now)
    faults.point("control.revocation.before_row")
    seq = announce(
        user_id=live[0].user_id, session_ids=ids, device_ids=hinted, jtis=jtis, reason=reason, revoked_at=now
    )
    return Ended(ids, sorted(set(devices.values())), sorted(token.id for token in tokens), now, seq)


def revoke_issued(now: datetime, **filters: Any) -> list[str]:
    """Mark the live sync and khala tokens that match as revoked; their ids, sorted."""
    live = IssuedSyncToken.objects.select_for_update().filter(revoked_at__isnull=True, expires_at__gt=now, **filters)
    jtis = [token.jti for token in live.order_by("jti")]
    IssuedSyncToken.objects.filter(jti__in=jtis).update(revoked_at=now)
    return jtis


def announce(
    *,
    user_id: str,
    session_ids: Sequence[str],
    device_ids: Sequence[str],
    jtis: Sequence[str],
    reason: str,
    revoked_at: datetime,
    memberships: Sequence[dict[str, str]] = (),
    user_ids: Sequence[str] = (),
) -> int:
    """Append to the feed, which is gap-free in commit order: whoever takes a number holds the lock until its commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [FEED_LOCK])
    seq: int = (Revocation.objects.aggregate(last=Max("seq"))["last"] or 0) + 1
    Revocation.objects.create(
        seq=seq,
        user_id=user_id,
        session_ids=list(session_ids),
        device_ids=list(device_ids),
        jtis=list(jtis),
        memberships=list(memberships),
        user_ids=list(user_ids),
        reason=reason,
        revoked_at=revoked_at,
        request_id=context.request_id.get(),
    )
    return seq


def push_after_commit(ended: Ended) -> None:
    """Let the push follow the commit without keeping the answer waiting."""
    seq = ended.seq
    if seq is not None:
        transaction.on_commit(lambda: propagation.soon(seq))


def lock_sessions(**filters: Any) -> list[Session]:
    """The matching sessions under their row locks, in the one order that cannot deadlock."""
    found = Session.objects.select_for_update(of=("self",)).select_related("device").filter(**filters).order_by("id")
    return list(found)


def lock_user(user_id: str) -> None:
    """Let no sign-in of this user begin a session until the transaction is over. Before any session is locked."""
    list(User.objects.select_for_update(no_key=True).filter(pk=user_id).values_list("pk"))


def feed(after_seq: int, limit: int) -> tuple[list[Revocation], int]:
    """Rows after `after_seq`, ascending, and the newest number there is."""
    rows = list(Revocation.objects.filter(seq__gt=after_seq).order_by("seq")[: min(limit, FEED_LIMIT_MAX)])
    latest = Revocation.objects.aggregate(last=Max("seq"))["last"] or 0
    return rows, latest
