"""What Khala only points at, read from control: payloads too large for a frame, and the state behind event topics.

A payload is taken only if it has the hash that the journal states; a document replaced by `{}` in the journal (too
large to be written) has no such hash, there the owner's current answer counts (khala R9, surfaces 5.4).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from openagents.receipts.canonical import canonical_bytes
from openagents.sdk import commands
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.intents import Command
from openagents.sdk.lanes import threads, treasury, workers
from openagents.sdk.topic_names import class_of
from openagents.sdk.updates import Cursor, Document, Update

Read = Callable[[Command], Awaitable[Any]]
BATCH_SECONDS = 10.0
"""Longest wait for what one batch only points at: shorter than the silence a server bears."""
_EMPTY_DIGEST = hashlib.sha256(b"{}").digest()
_DOCUMENTS: dict[str, Callable[[str], Command]] = {
    "runtime/run_summary": lambda name: commands.get_run(name, events="none"),
    "runtime/codex_worker_summary": workers.get_worker,
    "runtime/treasury_intent": treasury.get_intent,
}
"""Prefix of a doc_key, and the command that reads what it names."""


log = logging.getLogger("openagents.sdk.live")


class Hydration:
    """Completes batches of updates; notes in `counters` how often that succeeded and failed."""

    def __init__(self, read: Read, counters: MutableMapping[str, int]) -> None:
        self._read = read
        self._counters = counters

    async def complete(self, updates: tuple[Update, ...]) -> tuple[Update, ...]:
        """The updates with what they point at. What cannot be read in time stays a pointer; the position moves on
        either way, because waiting for one document must not hold a topic up."""
        done = list(updates)
        try:
            async with asyncio.timeout(BATCH_SECONDS):
                for index, update in enumerate(updates):
                    if update.hydration_required:
                        done[index] = await self._one(update)
        except TimeoutError:
            self._counters["hydrations_failed"] += 1
        return tuple(done)

    async def _one(self, update: Update) -> Update:
        try:
            complete = await hydrate(self._read, update)
        except SdkError as error:
            self._counters["hydrations_failed"] += 1
            log.warning("cannot read what an update points at", extra={"topic": update.topic, "error": str(error)})
            return update
        self._counters["hydrations"] += 1
        return complete


async def hydrate(read: Read, update: Update) -> Update:
    """`update` with its payload. Raises SdkError: `unsupported` when no route has it, `verification_failed` when what
    was read is not what the journal says, and whatever reading raises."""
    value = await _payload(read, update)
    content = canonical_bytes(value)
    stated = update.payload_sha256
    if stated is not None and stated != _EMPTY_DIGEST and hashlib.sha256(content).digest() != stated:
        message = f"what was read for {update.topic} #{update.seq} does not have its hash"
        raise SdkError(ErrorKind.VERIFICATION_FAILED, message, code="payload_hash_mismatch")
    return replace(update, payload=value, raw_payload=content, hydration_required=False)


async def owner_state(read: Read, topic: str) -> tuple[Cursor | None, tuple[Document, ...]]:
    """The state behind an event topic whose rows are gone, and the position it stands for (None: it names none)."""
    owner, name = class_of(topic).owner, topic.split(":", 1)[1].rsplit(":", 1)[0]
    if owner == "worker":
        worker = await read(workers.get_worker(name))
        seq = _count(worker, "latest_seq")
        document = Document(f"worker:{name}", seq, canonical_bytes(worker).decode(), seq)
        # Only the events topic has the worker's own numbering.
        return (Cursor(seq) if topic.endswith(":events") else None), (document,)
    if owner == "thread":
        answer = await read(threads.read_thread(name, limit=500))
        rows = answer.get("messages") if isinstance(answer, Mapping) else None
        messages = [row for row in rows or () if isinstance(row, Mapping)]
        return None, tuple(
            Document(f"thread:{name}:message:{number}", number, canonical_bytes(dict(row)).decode(), 0)
            for number, row in enumerate(messages, 1)
        )
    raise SdkError(ErrorKind.UNSUPPORTED, f"nothing but its rows tells of {topic}", code="unsupported")


async def _payload(read: Read, update: Update) -> Any:
    path = urlsplit(update.hydrate_path)
    if not path.netloc and path.path.startswith("/api/"):
        where = {"path": path.path.removeprefix("/api/")}
        return await read(Command("read_document", where, dict(parse_qsl(path.query))))
    kind, _, rest = update.topic.partition(":")
    name = rest.rsplit(":", 1)[0]
    if kind == "run" and update.topic.endswith(":events"):
        return _event(await read(commands.list_run_events(name, after_seq=update.seq - 1, limit=1)), update)
    if kind == "worker" and update.topic.endswith(":events"):
        return _event(await read(workers.list_worker_events(name, after_seq=update.seq - 1)), update)
    prefix, _, named = update.doc_key.partition(":")
    if prefix in _DOCUMENTS and named:
        answer = await read(_DOCUMENTS[prefix](named))
        return answer.get("run", answer.get("intent", answer)) if isinstance(answer, Mapping) else answer
    raise SdkError(ErrorKind.UNSUPPORTED, f"no route has the document of {update.topic}", code="unsupported")


def _event(answer: Any, update: Update) -> Any:
    rows = answer.get("events") if isinstance(answer, Mapping) else None
    for row in rows or ():
        if isinstance(row, Mapping) and row.get("seq") == update.seq:
            return row.get("payload")
    raise SdkError(ErrorKind.NOT_FOUND, f"{update.topic} has no event {update.seq} any more", code="not_found")


def _count(answer: Any, name: str) -> int:
    value = answer.get(name) if isinstance(answer, Mapping) else None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise SdkError(ErrorKind.DECODE, f"the answer holds no {name}", code="decode_failed")
    return value
