"""Threads and their messages: the one place where conversations are kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from apps.runtime.domain import journal as topics
from apps.runtime.domain.journal import LIMITS, TopicClass
from apps.runtime.domain.owners import Owner
from apps.runtime.domain.threads import TEXT_CHARS_MAX, THREAD_ID, Role
from apps.runtime.models import Thread, ThreadMessage
from apps.runtime.services import journal
from apps.runtime.services.journal import Row, document
from apps.runtime.services.runs import Reader
from openagents.db import audit
from openagents.db.retry import retried
from openagents.receipts.ids import new_id
from openagents.receipts.times import rfc3339
from openagents.wire.faults import CONFLICT, FORBIDDEN, INVALID_REQUEST, NOT_FOUND, PAYLOAD_TOO_LARGE, Fault


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose thread is written to, and in which active org."""

    owner: Owner
    org_id: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A message in its thread, with the journal rows that tell of it; `replayed`: it stood there before."""

    thread: Thread
    message: ThreadMessage
    replayed: bool
    rows: Sequence[Row] = ()


def valid_id(text: str) -> str:
    """A thread id, trimmed. Raises Fault INVALID_REQUEST."""
    name = text.strip()
    if not THREAD_ID.fullmatch(name):
        complaint = "1 to 64 of A-Z a-z 0-9 _ . ~ -"
        raise Fault(INVALID_REQUEST, f"a thread id is {complaint}", errors={"thread_id": [complaint]})
    return name


def get_thread(thread_id: str, reader: Reader) -> Thread:
    """The thread. Raises Fault NOT_FOUND for an unknown id, FORBIDDEN for somebody else's."""
    thread = Thread.objects.filter(thread_id=thread_id).first()
    if thread is None:
        raise Fault(NOT_FOUND, "there is no such thread")
    if reader.owner is not None and thread.owner_key != reader.owner.key:
        raise Fault(FORBIDDEN, "the thread belongs to somebody else")
    return thread


def list_threads(reader: Reader, limit: int, cursor: str | None = None) -> tuple[list[Thread], str | None]:
    """A page of the reader's threads of the active org, latest activity first. Raises Fault INVALID_REQUEST."""
    found = Thread.objects.order_by("-updated_at", "-thread_id")
    if reader.owner is not None:
        found = found.filter(owner_key=reader.owner.key)
    if reader.org_id is not None:
        found = found.filter(org_id=reader.org_id)
    if cursor:
        updated_at, thread_id = _read_cursor(cursor)
        found = found.filter(Q(updated_at__lt=updated_at) | Q(updated_at=updated_at, thread_id__lt=thread_id))
    page = list(found[: limit + 1])
    if len(page) <= limit:
        return page, None
    last = page[limit - 1]
    raw = json.dumps([last.updated_at.isoformat(), last.thread_id])
    return page[:limit], base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        updated_at, thread_id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(updated_at)
        if moment.tzinfo is None or not THREAD_ID.fullmatch(thread_id):
            raise ValueError("not a cursor")
        return moment, thread_id
    except (ValueError, TypeError, AttributeError):
        raise Fault(INVALID_REQUEST, "the cursor is not one of ours", errors={"cursor": ["invalid"]}) from None


def messages(thread: Thread, limit: int, after: str | None = None) -> list[ThreadMessage]:
    """Up to `limit` messages, oldest first, behind the message (id or position) `after`.

    Raises Fault INVALID_REQUEST when the thread has no such message.
    """
    found = ThreadMessage.objects.filter(thread_id=thread.thread_id).order_by("position")
    if after:
        found = found.filter(position__gt=_position(thread, after))
    return list(found[:limit])


def newest_messages(thread: Thread, limit: int) -> list[ThreadMessage]:
    """The newest `limit` messages, oldest first."""
    newest = ThreadMessage.objects.filter(thread_id=thread.thread_id).order_by("-position")[:limit]
    return list(reversed(newest))


def _position(thread: Thread, after: str) -> int:
    if after.isascii() and after.isdecimal() and len(after) < 19:
        return int(after)
    found = ThreadMessage.objects.filter(thread_id=thread.thread_id, message_id=after).first()
    if found is None:
        raise Fault(INVALID_REQUEST, "after names no message of the thread", errors={"after": ["unknown"]})
    return found.position


@retried
def create_thread(
    speaker: Speaker, thread_id: str | None, title: str | None, autopilot_id: str | None
) -> tuple[Thread, bool]:
    """Create a thread. Returns (thread, created); the same id and owner give the thread that is there.

    A title or autopilot that was missing is set; another autopilot is refused. Raises Fault FORBIDDEN.
    """
    with transaction.atomic():
        thread, created = _ensure(thread_id or new_id("thread"), speaker)
        if thread.autopilot_id is not None and autopilot_id not in (None, thread.autopilot_id):
            raise Fault(FORBIDDEN, "the thread belongs to another autopilot", reason_code="autopilot_mismatch")
        wanted = {"title": thread.title or title, "autopilot_id": thread.autopilot_id or autopilot_id}
        changed = [name for name, value in wanted.items() if getattr(thread, name) != value]
        for name in changed:
            setattr(thread, name, wanted[name])
        if changed:
            thread.updated_at = max(timezone.now(), thread.updated_at)
            thread.save(update_fields=[*changed, "updated_at"])
        if created or changed:
            journal.write(summary_rows(thread))
    return thread, created


def _ensure(thread_id: str, speaker: Speaker) -> tuple[Thread, bool]:
    """The thread under its lock, made when it is not there. Raises Fault FORBIDDEN for somebody else's."""
    thread = _locked(thread_id)
    created = False
    if thread is None:
        now = timezone.now()
        try:
            with transaction.atomic():
                Thread.objects.create(
                    thread_id=thread_id,
                    owner_key=speaker.owner.key,
                    org_id=speaker.org_id,
                    created_at=now,
                    updated_at=now,
                )
            created = True
        except IntegrityError:
            created = False  # somebody else was faster; it is judged below like any thread
        thread = Thread.objects.select_for_update(no_key=True).get(thread_id=thread_id)
    if thread.owner_key != speaker.owner.key:
        raise Fault(FORBIDDEN, "the thread belongs to somebody else")
    return thread, created


def _locked(thread_id: str) -> Thread | None:
    return Thread.objects.select_for_update(no_key=True).filter(thread_id=thread_id).first()


def start_thread(speaker: Speaker, thread_id: str) -> tuple[Thread, Sequence[Row]]:
    """The thread, created when it is new, and the journal rows the caller has to write. Inside a transaction."""
    thread, created = _ensure(thread_id, speaker)
    return thread, summary_rows(thread) if created else ()


def valid_text(text: str) -> str:
    """A message's text, trimmed. Raises Fault INVALID_REQUEST."""
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= TEXT_CHARS_MAX:
        complaint = f"1 to {TEXT_CHARS_MAX} characters"
        raise Fault(INVALID_REQUEST, f"text has {complaint}", errors={"text": [complaint]})
    return trimmed


@retried
def post_message(speaker: Speaker, thread_id: str, text: str, client_message_id: str | None) -> Posted:
    """Post a user's message, creating the thread on first use.

    The same `client_message_id` and text give the message that is there. Raises Fault INVALID_REQUEST, FORBIDDEN,
    CONFLICT `client_message_id_conflict`, PAYLOAD_TOO_LARGE.
    """
    words = valid_text(text)
    with transaction.atomic():
        posted = append_message(speaker, thread_id, Role.USER, words, client_message_id)
        journal.write(posted.rows)
    return posted


def append_message(
    speaker: Speaker, thread_id: str, role: Role, text: str, client_message_id: str | None = None
) -> Posted:
    """Append a message inside the caller's transaction, which has to write `rows` to the journal as its last step.

    Roles other than `user` are for the runtime itself and for workers of the owner. Raises as `post_message`.
    """
    thread, _created = _ensure(thread_id, speaker)
    if client_message_id is not None:
        known = ThreadMessage.objects.filter(thread_id=thread_id, client_message_id=client_message_id).first()
        if known is not None:
            if known.text != text or known.role != role:
                raise Fault(CONFLICT, "the id was used for another message", reason_code="client_message_id_conflict")
            return Posted(thread, known, True)
    now = max(timezone.now(), thread.updated_at)
    message = ThreadMessage(
        thread_id=thread_id,
        position=thread.message_count + 1,
        message_id=new_id("msg"),
        role=role.value,
        text=text,
        client_message_id=client_message_id,
        created_at=now,
    )
    row = _message_row(thread, message)
    message.save(force_insert=True)
    thread.message_count, thread.last_message_at, thread.updated_at = message.position, now, now
    thread.save(update_fields=["message_count", "last_message_at", "updated_at"])
    audit.record(
        "runtime.thread.message.accepted",
        user_id=speaker.owner.name,
        org_id=thread.org_id,
        thread_id=thread_id,
        message_id=message.message_id,
        role=role.value,
    )
    return Posted(thread, message, False, [row, *summary_rows(thread)])


def message_document(message: ThreadMessage) -> dict[str, Any]:
    """The message object of topics and control responses."""
    return {
        "message_id": message.message_id,
        "thread_id": message.thread_id,
        "role": message.role,
        "text": message.text,
        "created_at": rfc3339(message.created_at),
        "position": message.position,
    }


def thread_document(thread: Thread) -> dict[str, Any]:
    """The thread object of topics and control responses."""
    return {
        "thread_id": thread.thread_id,
        "user_id": Owner(thread.owner_key).name,
        "org_id": thread.org_id or "",
        "title": thread.title,
        "autopilot_id": thread.autopilot_id,
        "created_at": rfc3339(thread.created_at),
        "updated_at": rfc3339(thread.updated_at),
        "message_count": thread.message_count,
        "last_message_at": rfc3339(thread.last_message_at) if thread.last_message_at else None,
    }


def _message_row(thread: Thread, message: ThreadMessage) -> Row:
    text = document(message_document(message))
    limit = LIMITS[TopicClass.THREADS].payload_bytes_max
    if len(text.encode()) > limit:
        raise Fault(
            PAYLOAD_TOO_LARGE,
            "the message is too large for its topic",
            reason_code="khala_frame_payload_too_large",
            details={
                "topic": topics.thread_messages(thread.thread_id),
                "topic_class": TopicClass.THREADS.value,
                "payload_bytes": len(text.encode()),
                "max_payload_bytes": limit,
            },
        )
    return Row(
        topic=topics.thread_messages(thread.thread_id),
        topic_class=TopicClass.THREADS,
        kind="thread.message",
        doc_key=f"thread:{thread.thread_id}:message:{message.position}",
        doc_version=message.position,
        payload_text=text,
        owner_key=thread.owner_key,
        org_id=thread.org_id,
        metadata={"thread_id": thread.thread_id, "occurred_at": rfc3339(message.created_at)},
    )


def summary_rows(thread: Thread) -> list[Row]:
    """What the owner's thread list learns of the thread; guests have no such topic."""
    owner = Owner(thread.owner_key)
    if owner.user_ref is None:
        return []
    return [
        Row(
            topic=topics.user_threads(owner.name),
            topic_class=TopicClass.THREADS,
            kind="thread.summary",
            doc_key=f"runtime/thread:{thread.thread_id}",
            doc_version=thread.message_count,
            payload_text=document(thread_document(thread)),
            owner_key=thread.owner_key,
            is_doc=True,
            metadata={"thread_id": thread.thread_id, "occurred_at": rfc3339(thread.updated_at)},
        )
    ]
