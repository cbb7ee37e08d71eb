"""Threads and their messages (control 3.5.1)."""

from __future__ import annotations

from typing import Any

from openagents.receipts.ids import new_id
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import Command, mutation, named, present
from openagents.sdk.lanes.lane import Lane

TEXT_CHARACTERS_MAX = 20_000


def list_threads(*, limit: int | None = None, cursor: str | None = None) -> Command:
    return Command("list_threads", query=present(limit=limit, cursor=cursor))


def read_thread(thread_id: str, *, limit: int | None = None, after: str | None = None) -> Command:
    return Command("read_thread", _thread(thread_id), present(limit=limit, after=after))


def post_thread_message(thread_id: str, text: str, *, client_message_id: str | None = None) -> Command:
    """One message; a new thread id makes a new thread. Sending the same `client_message_id` again is a replay."""
    trimmed = text.strip()
    if not 1 <= len(trimmed) <= TEXT_CHARACTERS_MAX:
        message = f"a message has 1..{TEXT_CHARACTERS_MAX} characters"
        raise SdkError(ErrorKind.VALIDATION, message, errors={"text": ["length"]})
    key = client_message_id or new_id("msg")
    return mutation("post_thread_message", {"text": trimmed}, _thread(thread_id), key=key)


class Threads(Lane):
    """`client.threads`."""

    async def list(self, *, limit: int | None = None, cursor: str | None = None) -> dict[str, Any]:
        """`{threads[], next_cursor}`, latest activity first."""
        return await self._object(list_threads(limit=limit, cursor=cursor))

    async def messages(self, thread_id: str, *, limit: int | None = None, after: str | None = None) -> dict[str, Any]:
        """`{thread_id, messages[]}`, oldest first."""
        return await self._object(read_thread(thread_id, limit=limit, after=after))

    async def send(self, thread_id: str, text: str, *, client_message_id: str | None = None) -> dict[str, Any]:
        """`{accepted, thread, message, idempotent_replay}`."""
        return await self._object(post_thread_message(thread_id, text, client_message_id=client_message_id))


def _thread(thread_id: str) -> dict[str, str]:
    return {"thread_id": named(thread_id, "thread_id")}
