"""Threads and messages on the wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apps.runtime.domain.owners import Owner
from apps.runtime.models import Thread, ThreadMessage


def thread_view(thread: Thread) -> dict[str, Any]:
    """`RuntimeThreadView`."""
    return {
        "thread_id": thread.thread_id,
        "user_id": Owner(thread.owner_key).name,
        "org_id": thread.org_id or "",
        "created_at": thread.created_at,
        "updated_at": thread.updated_at,
        "message_count": thread.message_count,
        "last_message_at": thread.last_message_at,
    }


def message_view(message: ThreadMessage) -> dict[str, Any]:
    """`RuntimeThreadMessageView`."""
    return {
        "message_id": message.message_id,
        "thread_id": message.thread_id,
        "role": message.role,
        "text": message.text,
        "created_at": message.created_at,
    }


def accepted_view(message: ThreadMessage) -> dict[str, Any]:
    """`RuntimeThreadMessageAccepted`; its time always has three fraction digits."""
    return {
        "id": message.message_id,
        "thread_id": message.thread_id,
        "role": message.role,
        "text": message.text,
        "accepted_at": _milliseconds(message.created_at),
    }


def _milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
