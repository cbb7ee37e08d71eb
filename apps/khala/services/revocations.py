"""Revocations: durably stored first, then known to every process, then applied to what is live (section 5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from apps.khala.domain.revocation import Effect, Holder, Revocation, effect
from apps.khala.models import FeedCursor, RevocationRow
from openagents.ops.metrics import LEASE_OPS

KEEP: Final = timedelta(hours=24)
FEED: Final = "control.revocations"
FEED_LEASE_SECONDS: Final = 25
"""One process pulls the feed at a time: whoever moves the lease of this many seconds."""

UPSERT: Final = """
INSERT INTO khala_revocation
    (kind, subject, user_id, org_id, reason, source_seq, source_request_id, revoked_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT ON CONSTRAINT khala_revocation_subject DO UPDATE SET
    id = nextval(pg_get_serial_sequence('khala_revocation', 'id')),
    reason = excluded.reason,
    source_seq = greatest(khala_revocation.source_seq, excluded.source_seq),
    revoked_at = greatest(khala_revocation.revoked_at, excluded.revoked_at),
    expires_at = greatest(khala_revocation.expires_at, excluded.expires_at)
RETURNING id, kind, subject, user_id, org_id, reason, extract(epoch FROM revoked_at), extract(epoch FROM expires_at)
"""


@dataclass(frozen=True, slots=True)
class Push:
    """A revocation as control sends it, cleaned: ids trimmed, blanks dropped, unique. `revoked_at` in unix seconds."""

    session_ids: tuple[str, ...] = ()
    device_ids: tuple[str, ...] = ()
    user_id: str | None = None
    user_ids: tuple[str, ...] = ()
    jtis: tuple[str, ...] = ()
    kids: tuple[str, ...] = ()
    memberships: tuple[tuple[str, str], ...] = ()
    reason: str = "user_requested"
    revoked_at: int | None = None
    request_id: str | None = None
    seq: int | None = None

    @property
    def holds_something(self) -> bool:
        bound_devices = self.device_ids if self.user_id else ()
        return any((self.session_ids, bound_devices, self.user_ids, self.jtis, self.kids, self.memberships))

    def items(self) -> list[tuple[str, str, str | None, str | None]]:
        """(kind, subject, user_id, org_id) of everything revoked. Devices without a user match nothing."""
        devices = self.device_ids if self.user_id else ()
        return [
            *(("session", subject, None, None) for subject in self.session_ids),
            *(("device", subject, self.user_id, None) for subject in devices),
            *(("user", subject, None, None) for subject in self.user_ids),
            *(("jti", subject, None, None) for subject in self.jtis),
            *(("kid", subject, None, None) for subject in self.kids),
            *(("membership", user, user, org) for user, org in self.memberships),
        ]


def clean(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in values if value.strip()))


def clean_reason(reason: str | None) -> str:
    return (reason or "").strip().lower() or "user_requested"


def push_of(body: dict[str, Any]) -> Push:
    """A push from its JSON form (the feed's rows). Anything that is not of the contract's type is dropped."""

    def texts(name: str) -> tuple[str, ...]:
        value = body.get(name)
        return clean(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()

    def number(name: str) -> int | None:
        value = body.get(name)
        if isinstance(value, str) and re.fullmatch(r"\d{1,18}", value):
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    pairs = [pair for pair in body.get("memberships") or [] if isinstance(pair, dict)]
    user_id = body.get("user_id")
    return Push(
        session_ids=texts("session_ids"),
        device_ids=texts("device_ids"),
        user_id=(str(user_id).strip() or None) if user_id is not None else None,
        user_ids=texts("user_ids"),
        jtis=texts("jtis"),
        kids=texts("kids"),
        memberships=tuple((str(pair.get("user_id", "")), str(pair.get("org_id", ""))) for pair in pairs),
        reason=clean_reason(body.get("reason") if isinstance(body.get("reason"), str) else None),
        revoked_at=number("revoked_at"),
        request_id=body.get("request_id") if isinstance(body.get("request_id"), str) else None,
        seq=number("seq"),
    )


def store(push: Push) -> list[Revocation]:
    """Store a push in one transaction; what it changed, in id order. A known `seq` changes nothing.

    Writers take one advisory lock, so ids become visible in order and a poller that has seen an id missed none before.
    """
    now = timezone.now()
    revoked_at = datetime.fromtimestamp(push.revoked_at, UTC) if push.revoked_at is not None else now
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('khala_revocation', 0))")
        if push.seq is not None and RevocationRow.objects.filter(source_seq=push.seq).exists():
            return []
        stored = []
        for kind, subject, user_id, org_id in push.items():
            values = [kind, subject, user_id, org_id, push.reason, push.seq, push.request_id, revoked_at, now + KEEP]
            cursor.execute(UPSERT, values)
            stored.append(_of_record(cursor.fetchone()))
        return stored


def since(last_id: int) -> list[Revocation]:
    """Rows that still hold and are newer than `last_id`, in id order."""
    rows = RevocationRow.objects.filter(id__gt=last_id, expires_at__gt=timezone.now()).order_by("id")
    return [
        Revocation(
            row.kind,
            row.subject,
            row.user_id,
            row.org_id,
            row.reason,
            row.revoked_at.timestamp(),
            row.id,
            (row.expires_at - KEEP).timestamp(),
        )
        for row in rows
    ]


def take_feed_turn() -> int | None:
    """The cursor of control's feed when it is this process's turn to pull, else None."""
    FeedCursor.objects.get_or_create(name=FEED, defaults={"last_seq": 0})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE khala_feed_cursor SET updated_at = now() WHERE name = %s "
            "AND (updated_at < now() - make_interval(secs => %s) OR last_seq = 0) RETURNING last_seq",
            [FEED, FEED_LEASE_SECONDS],
        )
        record = cursor.fetchone()
    if record is None:
        return None
    LEASE_OPS.labels("khala", "feed", "acquired").inc()
    return int(record[0])


def advance_feed(seq: int) -> None:
    """Everything up to `seq` of control's feed is stored."""
    FeedCursor.objects.filter(name=FEED, last_seq__lt=seq).update(last_seq=seq, updated_at=timezone.now())


def _of_record(record: tuple[Any, ...]) -> Revocation:
    number, kind, subject, user_id, org_id, reason, revoked_at, expires_at = record
    stored_at = float(expires_at) - KEEP.total_seconds()
    return Revocation(kind, subject, user_id, org_id, reason, float(revoked_at), number, stored_at)


class RevocationBook:
    """The revocations that hold, in memory, for handshakes and live connections of this process."""

    def __init__(self) -> None:
        self.last_id = 0
        self._by_subject: dict[tuple[str, str, str | None, str | None], Revocation] = {}

    def learn(self, revocations: Iterable[Revocation], *, polled: bool) -> list[Revocation]:
        """Take in rows; those that were not known in this form. Only what was `polled` moves the poller on."""
        news = []
        for row in revocations:
            key = (row.kind, row.subject, row.user_id, row.org_id)
            if polled:
                self.last_id = max(self.last_id, row.id)
            known = self._by_subject.get(key)
            if known is None or known.revoked_at < row.revoked_at:
                self._by_subject[key] = row
                news.append(row)
        return news

    def forget_before(self, unix_seconds: float) -> None:
        """Drop what was revoked before: every token of that time has ended."""
        self._by_subject = {key: row for key, row in self._by_subject.items() if row.revoked_at >= unix_seconds}

    def against(self, holder: Holder) -> Revocation | None:
        """The revocation that evicts this holder, if there is one."""
        principal = holder.principal
        user = principal.user_id
        keys = (
            ("jti", holder.jti, None, None),
            ("kid", holder.kid, None, None),
            ("session", principal.session_id, None, None),
            ("device", principal.device_id, user, None),
            ("user", user, None, None),
            ("membership", user, user, principal.org_id),
        )
        for kind, subject, user_id, org_id in keys:
            row = self._by_subject.get((kind, subject or "", user_id, org_id))
            if row is not None and effect(row, holder) is Effect.EVICT:
                return row
        return None
