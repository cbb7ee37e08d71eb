"""`oa tail`: items of live topics as JSON lines or as one line each for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

from openagents.sdk.cli.output import Output
from openagents.sdk.client import Client
from openagents.sdk.topic_names import checked_topics
from openagents.sdk.updates import (
    LinkChange,
    TopicItem,
    TopicLive,
    TopicReset,
    TopicResyncing,
    TopicStopped,
    TopicVerified,
    Update,
)

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
    from_start: bool,
    ephemeral: bool,
    max_updates: int,
    until_live: bool,
) -> None:
    """Print until a bound is reached or the link stops (SdkError). The state of the link goes to stderr."""

    def on_link(change: LinkChange) -> None:
        wait = f", retry in {change.retry_in_ms} ms" if change.retry_in_ms else ""
        out.note(f"link: {change.state.value}{f' ({change.reason})' if change.reason else ''}{wait}")

    behind = set(checked_topics(list(topics)))
    shown = 0
    stream = client.tail(topics, on_link=on_link, from_start=from_start, ephemeral=ephemeral)
    async with aclosing(stream) as items:
        async for item in items:
            _show(item, out)
            shown += isinstance(item, Update)
            if isinstance(item, TopicLive | TopicStopped):
                behind.discard(item.topic)
            if (max_updates and shown >= max_updates) or (until_live and not behind):
                return


def _show(item: TopicItem, out: Output) -> None:
    name = _NAMES[type(item)]
    if out.json:
        out.line({"item": name, **as_document(item)})
    elif isinstance(item, Update):
        out.text(f"{item.topic} #{item.seq} {item.kind} {json.dumps(item.payload, ensure_ascii=False)}")
    elif not isinstance(item, TopicVerified):
        out.note(f"{item.topic} #{item.seq} {name} {getattr(item, 'reason', '')}".rstrip())


def as_document(item: TopicItem) -> dict[str, Any]:
    """The JSON form of an item: hashes as `sha256:` text, raw bytes left out."""
    document = asdict(item)
    document.pop("raw_payload", None)
    digest = document.get("payload_sha256")
    if digest is not None:
        document["payload_sha256"] = f"sha256:{digest.hex()}"
    return document
