"""The caller's own page: who they are, and the newest threads as the runtime lists them (3.2)."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from apps.control import mapping
from apps.control.services.authentication import Principal
from apps.control.services.forwarding import forward
from openagents.wire.faults import Fault

THREADS = "/internal/v1/threads"
LANE = "threads"
CHATS_MAX = 200


def chat_threads(principal: Principal, limit: int) -> list[dict[str, Any]] | None:
    """The newest threads of the caller's active organisation, for `mapping.MeOut`; None without the runtime's word.

    `limit` is clamped to 1..200. Whatever the runtime refuses or breaks costs the list, never the page.
    """
    wanted = max(1, min(limit, CHATS_MAX))
    try:
        answer = forward(principal, LANE, "GET", THREADS, params={"limit": wanted})
        listed = mapping.ThreadPage(**answer.json)
    except (Fault, ValidationError, TypeError):
        return None
    return [mapping.chat_thread(thread) for thread in listed.threads[:wanted]]
