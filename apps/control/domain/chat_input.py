"""What a chat request of the old clients means: which thread, which worker, which text (3.6). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

WORKER_DEFAULT: Final = "desktopw:shared"
_THREAD_NAMES: Final = ("thread_id", "threadId", "conversation_id", "conversationId", "id")
_WORKER_NAMES: Final = ("worker_id", "workerId")
_TEXT_NAMES: Final = ("text", "message")


@dataclass(frozen=True, slots=True)
class ChatInput:
    """`thread_id` None: the turn opens a thread of its own. `text` None: nothing was said."""

    thread_id: str | None
    worker_id: str
    text: str | None


def read(body: Mapping[str, Any], conversation_id: str | None) -> ChatInput:
    """The request in our terms; the first name that carries text wins."""
    return ChatInput(
        conversation_id or _first(body, _THREAD_NAMES),
        _first(body, _WORKER_NAMES) or WORKER_DEFAULT,
        _first(body, _TEXT_NAMES, trimmed=False) or _last_user_text(body.get("messages")),
    )


def _last_user_text(messages: Any) -> str | None:
    if not isinstance(messages, list):
        return None
    for entry in reversed(messages):
        if isinstance(entry, Mapping) and (entry.get("role") or "user") == "user":
            return _entry_text(entry)
    return None


def _entry_text(entry: Mapping[str, Any]) -> str | None:
    stated = _first(entry, _TEXT_NAMES, trimmed=False)
    if stated is not None:
        return stated
    content = entry.get("content")
    if isinstance(content, str):
        return content if content.strip() else None
    if isinstance(content, Mapping):
        return _first(content, ("text",), trimmed=False)
    parts = content if isinstance(content, list) else entry.get("parts")
    for part in parts if isinstance(parts, list) else ():
        found = _part_text(part) if isinstance(part, Mapping) else None
        if found is not None:
            return found
    return None


def _part_text(part: Mapping[str, Any]) -> str | None:
    names = ("text", "value", "content") if part.get("type") == "text" else ("text",)
    return _first(part, names, trimmed=False)


def _first(source: Mapping[str, Any], names: tuple[str, ...], *, trimmed: bool = True) -> str | None:
    for name in names:
        value = source.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip() if trimmed else value
    return None
