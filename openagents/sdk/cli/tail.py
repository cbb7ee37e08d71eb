"""`oa tail`: items of live topics as JSON lines or as one line each for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

from openagents.sdk.cli.client_log import note_link
from openagents.sdk.cli.output import Output
from openagents.sdk.client import Client
from openagents.sdk.errors import ErrorKind, SdkError
from openagents.sdk.events import RunFinished, TextDelta, of_update
from openagents.sdk.topic_names import checked_topics
from openagents.sdk.updates import (
    LinkChange,
    LinkState,
    TopicItem,
    TopicLive,
    TopicReset,
    TopicResyncing,
    TopicStopped,
    TopicVerified,
    Update,
)

SHORT_CHARACTERS = 200
_NAMES: dict[type[Any], str] = {
    Update: "update",
    TopicReset: "reset",
    TopicLive: "live",
    TopicVerified: "verified",
    TopicResyncing: "resyncing",
    TopicStopped: "stopped",
}


async def print_tail(
    client: Client,
    topics: Sequence[str],
    out: Output,
    *,
    from_start: bool = False,
    ephemeral: bool = False,
    max_updates: int = 0,
    until_live: bool = False,
    since: Mapping[str, int] | None = None,
) -> None:
    """Print until a bound is reached or the link stops (SdkError). The state of the link goes to stderr.

    `since`: topics whose stored position is replaced by this one first.
    """

    def on_link(change: LinkChange) -> None:
        note_link(change)
        say_link(change, out)

    behind = set(checked_topics(list(topics)))
    shown = 0
    stream = client.tail(topics, on_link=on_link, from_start=from_start, ephemeral=ephemeral, since=since)
    async with aclosing(stream) as items:
        async for item in items:
            _show(item, out)
            shown += isinstance(item, Update)
            if isinstance(item, TopicLive | TopicStopped):
                behind.discard(item.topic)
            if (max_updates and shown >= max_updates) or (until_live and not behind):
                return


def say_link(change: LinkChange, out: Output) -> None:
    """What people want to hear of the link: that it is live, that it broke and when it is tried again."""
    if change.state is LinkState.LIVE:
        out.note("link: live")
    elif change.state is LinkState.BACKOFF:
        out.note(f"link: lost ({change.reason}), next try in {change.retry_in_ms} ms")


async def print_run(client: Client, run_id: str, out: Output, *, ephemeral: bool, from_start: bool) -> None:
    """Print a run as it happens until it ends: its text as one flow for people, events as JSON lines for programs.

    Raises SdkError (conflict) when the run ends otherwise than succeeded, so that a script sees it.
    """
    topic = f"run:{run_id.strip()}:events"
    flowing = False

    def on_link(change: LinkChange) -> None:
        note_link(change)
        if change.state is not LinkState.LIVE:
            say_link(change, out)

    stream = client.tail([topic], on_link=on_link, ephemeral=ephemeral, from_start=from_start)
    async with aclosing(stream) as items:
        async for item in items:
            if not isinstance(item, Update):
                continue
            event = of_update(item)
            if out.json:
                _show(item, out)
            elif isinstance(event, TextDelta):
                out.text(event.delta, end="")
                flowing = True
            else:
                out.text(f"{chr(10) if flowing else ''}#{item.seq} {item.kind} {_short(item.payload)}")
                flowing = False
            if isinstance(event, RunFinished):
                if event.status != "succeeded":
                    message = f"the run ended: {event.status} {event.reason}".rstrip()
                    raise SdkError(ErrorKind.CONFLICT, message, code=f"run_{event.status}")
                return


def _short(payload: Any) -> str:
    text = json.dumps(payload, ensure_ascii=False)
    return text if len(text) <= SHORT_CHARACTERS else text[: SHORT_CHARACTERS - 1] + "…"


def _show(item: TopicItem, out: Output) -> None:
    name = _NAMES[type(item)]
    if out.json:
        out.line({"item": name, **as_document(item)})
    elif isinstance(item, Update):
        out.text(f"{item.topic} #{item.seq} {item.kind} {json.dumps(item.payload, ensure_ascii=False)}")
    elif not isinstance(item, TopicVerified) and getattr(item, "reason", "") != "first_start":
        out.note(f"{item.topic} #{item.seq} {name} {getattr(item, 'reason', '')}".rstrip())


def as_document(item: TopicItem) -> dict[str, Any]:
    """The JSON form of an item: hashes as `sha256:` text, raw bytes left out."""
    document = asdict(item)
    document.pop("raw_payload", None)
    digest = document.get("payload_sha256")
    if digest is not None:
        document["payload_sha256"] = f"sha256:{digest.hex()}"
    return document
