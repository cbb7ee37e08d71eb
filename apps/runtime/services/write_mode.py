"""The authority's write mode: what the configuration says, until operators switch it at run time.

Three places ask. Routes refuse early, by a copy at most five seconds old. Services refuse before they write. The
journal's own trigger refuses inside the transaction, under a lock that the switch takes exclusively: after a switch to
a frozen mode has been answered, nothing more is written.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from apps.runtime import metrics
from apps.runtime.models import OpsSwitch
from openagents.db import audit
from openagents.ops import context
from openagents.wire.faults import CONFLICT, FORBIDDEN, INVALID_REQUEST, WRITE_PATH_FROZEN, Fault

Mode = Literal["active", "shadow_only", "read_only"]
MODES: tuple[Mode, ...] = ("active", "shadow_only", "read_only")

KEY = "write_mode"
PENDING_KEY = "write_mode.pending"
FROZEN_SQLSTATE = "OA002"
GATE_LOCK = 5709013240177
"""The advisory lock of the journal's write gate (migrations/sql/write_gate.sql)."""
CACHE_SECONDS = 5.0
APPROVAL_SECONDS = 900
REASON_CHARS_MAX = 255

_shadow_request: ContextVar[str] = ContextVar("runtime_shadow_request", default="")
"""Id of the request that is mirrored traffic: the mark ends with its request, whoever uses the thread next."""
_shadow_work: ContextVar[bool] = ContextVar("runtime_shadow_work", default=False)

_copy: tuple[float, str | None] | None = None
"""Until when the copy of the switch counts, and its value."""


def current(*, fresh: bool = False) -> Mode:
    """The mode in force: the operators' switch, else `RUNTIME_AUTHORITY_WRITE_MODE`; up to 5 s old unless `fresh`."""
    global _copy
    now = time.monotonic()
    copy = _copy
    if fresh or copy is None or copy[0] <= now:
        row = OpsSwitch.objects.filter(key=KEY).values_list("value", flat=True).first()
        _copy = copy = (now + CACHE_SECONDS, row)
    return cast(Mode, copy[1] or settings.OA.runtime_authority_write_mode)


def last_known() -> Mode:
    """The mode without asking the database: the last copy of the switch, however old, else the configured one."""
    return cast(Mode, (_copy and _copy[1]) or settings.OA.runtime_authority_write_mode)


def forget() -> None:
    """Drop the copy; the next question reads the table."""
    global _copy
    _copy = None


def mark_request(mirrored: bool) -> None:
    """Say of the present request whether it is mirrored traffic."""
    _shadow_request.set(context.request_id.get() if mirrored else "")


@contextmanager
def shadow_work() -> Iterator[None]:
    """What runs inside is mirrored traffic, without a request."""
    token = _shadow_work.set(True)
    try:
        yield
    finally:
        _shadow_work.reset(token)


def is_shadow() -> bool:
    """Whether what runs now serves mirrored traffic."""
    mark = _shadow_request.get()
    return _shadow_work.get() or (bool(mark) and mark == context.request_id.get())


def check() -> None:
    """Refuse a mutation that the mode does not allow. Raises Fault WRITE_PATH_FROZEN."""
    mode = current()
    if mode == "active" or (mode == "shadow_only" and is_shadow()):
        return
    raise frozen(mode)


def check_outbound() -> None:
    """Refuse an effect outside of the plane (payment, dispatch, probe). Raises Fault WRITE_PATH_FROZEN."""
    mode = current()
    if mode != "active":
        raise frozen(mode)


def frozen(mode: str) -> Fault:
    """The refusal, counted."""
    metrics.WRITE_FROZEN.inc()
    return Fault(WRITE_PATH_FROZEN, details={"mode": mode})


def suppresses_journal() -> bool:
    """Whether journal rows and hints of the present work stay unwritten: mirrored traffic of a shadow deployment."""
    return is_shadow() and current() == "shadow_only"


def mark_transaction() -> None:
    """Tell the journal's triggers that this transaction is shadow traffic. Only inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('oa.shadow', 'on', true)")


@contextmanager
def gate() -> Iterator[None]:
    """Turn the journal's own refusal into the fault of the catalogue, and forget the copy that was too old."""
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        if isinstance(cause, psycopg.Error) and cause.sqlstate == FROZEN_SQLSTATE:
            forget()
            raise frozen((cause.diag.message_primary or "").rpartition(" ")[2]) from error
        raise


# --- switching ---


@dataclass(frozen=True, slots=True)
class Switched:
    """The mode in force and who approved it; `pending` is what waits for a second approver."""

    mode: Mode
    approved_by: list[str]
    updated_at: datetime
    pending: Mode | None = None


def mode_named(text: str) -> Mode:
    """The mode of that name. Raises Fault INVALID_REQUEST."""
    for mode in MODES:
        if mode == text:
            return mode
    raise Fault(INVALID_REQUEST, "there is no such mode", errors={"mode": list(MODES)})


def switch(mode: str, reason: str, actor: str) -> Switched:
    """Change the mode. In production a second operator has to ask for the same within 15 minutes.

    Waits for writers in flight. Raises Fault INVALID_REQUEST, CONFLICT `write_mode_unchanged`, FORBIDDEN.
    """
    wanted = mode_named(mode)
    given = reason.strip()
    if not given or len(given) > REASON_CHARS_MAX:
        raise Fault(INVALID_REQUEST, "a reason is needed", errors={"reason": [f"1 to {REASON_CHARS_MAX} characters"]})
    if not actor:
        raise Fault(FORBIDDEN, "an operator is needed", reason_code="operator_required")
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [GATE_LOCK])
        now = timezone.now()
        before = current(fresh=True)
        if before == wanted:
            raise Fault(CONFLICT, f"the mode is {mode} already", reason_code="write_mode_unchanged")
        approvers = _approvers(wanted, actor, now)
        if settings.OA.oa_env == "prod" and len(approvers) < 2:
            _propose(wanted, given, actor, now)
            return Switched(before, approvers, now, pending=wanted)
        OpsSwitch.objects.filter(key=PENDING_KEY).delete()
        _set(KEY, wanted, given, actor, approvers, now)
        if before == "shadow_only":
            _lift_floors()
        audit.record(
            "write_mode.changed", user_id=actor, before=before, after=wanted, reason=given, approved_by=approvers
        )
        transaction.on_commit(forget)
    return Switched(wanted, approvers, now)


def _approvers(mode: Mode, actor: str, now: datetime) -> list[str]:
    """Everybody who has asked for this mode and whose word still counts, the actor among them."""
    waiting = OpsSwitch.objects.filter(key=PENDING_KEY, value=mode, expires_at__gt=now).first()
    earlier = waiting.approved_by if waiting else []
    return sorted({*earlier, actor})


def _propose(mode: Mode, reason: str, actor: str, now: datetime) -> None:
    _set(PENDING_KEY, mode, reason, actor, [actor], now, now + timedelta(seconds=APPROVAL_SECONDS))
    audit.record("write_mode.proposed", outcome="pending", user_id=actor, after=mode, reason=reason)


def _set(
    key: str, value: str, reason: str, actor: str, approved_by: list[str], now: datetime, until: datetime | None = None
) -> None:
    OpsSwitch.objects.update_or_create(
        key=key,
        defaults={
            "value": value,
            "reason": reason,
            "actor": actor,
            "approved_by": approved_by,
            "updated_at": now,
            "expires_at": until,
        },
    )


def _lift_floors() -> None:
    """Shadow traffic moved heads without rows: such a topic begins at its head, as after complete retention."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE sync_topic_sequences t SET floor_seq = t.seq, floor_chain = t.chain WHERE t.seq > t.floor_seq"
            " AND NOT EXISTS (SELECT 1 FROM sync_stream_events e WHERE e.topic = t.topic AND e.seq = t.seq)"
        )
