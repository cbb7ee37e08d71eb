"""What a topic name tells a client: the scope a token needs for it, whether it holds documents (khala 3.1)."""

from __future__ import annotations

import re
from typing import NamedTuple

from openagents.sdk.errors import ErrorKind, SdkError

TOPICS_MAX = 32
"""Most topics of one socket (surfaces 5.5)."""
_ID = r"[A-Za-z0-9_.~-]{1,64}"
_WORKER = r"[A-Za-z0-9_.~:@-]{1,160}"
_ORG = r"[A-Za-z0-9_.~:-]{1,120}"


class TopicClass(NamedTuple):
    """`documents`: the topic carries the latest document per key and can be bootstrapped from a snapshot.

    `owner`: where the state behind an event topic is read over HTTP instead (`worker`, `thread`; blank: nowhere).
    """

    name: str
    pattern: re.Pattern[str]
    scope: str
    documents: bool = False
    owner: str = ""


def _row(name: str, pattern: str, scope: str, *, documents: bool = False, owner: str = "") -> TopicClass:
    return TopicClass(name, re.compile(pattern), scope, documents, owner)


CLASSES: tuple[TopicClass, ...] = (
    _row("run_events", rf"run:{_ID}:events", "runtime.run_events"),
    _row("worker_lifecycle", rf"worker:{_WORKER}:lifecycle", "runtime.worker_lifecycle_events", owner="worker"),
    _row("worker_lifecycle", rf"fleet:user:{_ID}:workers", "runtime.worker_lifecycle_events", documents=True),
    _row("codex_worker_events", rf"worker:{_WORKER}:events", "runtime.codex_worker_events", owner="worker"),
    _row("codex_worker_events", rf"org:{_ORG}:worker_events", "runtime.codex_worker_events"),
    _row("worker_summaries", rf"org:{_ORG}:workers", "runtime.codex_worker_summaries", documents=True),
    _row("run_summaries", rf"user:{_ID}:runs", "runtime.run_summaries", documents=True),
    _row("notifications", rf"user:{_ID}:notifications", "runtime.notifications"),
    _row("threads", rf"user:{_ID}:threads", "runtime.threads", documents=True),
    _row("threads", rf"thread:{_ID}:messages", "runtime.threads", owner="thread"),
    _row("economy", rf"user:{_ID}:treasury", "runtime.treasury"),
    _row("operator", r"fraud:incidents|ops:[A-Za-z0-9_.-]{1,64}:summary", "ops.read"),
)


def class_of(topic: str) -> TopicClass:
    """The class of a canonical topic name. Raises `validation` for anything else, the four legacy aliases included:

    an alias mixes the numbering of several topics, so neither a watermark nor a chain can be kept for it.
    """
    for row in CLASSES:
        if row.pattern.fullmatch(topic):
            return row
    message = f"not a topic name: {topic!r}"
    raise SdkError(ErrorKind.VALIDATION, message, code="forbidden_topic", errors={"topic": ["name"]})


def scopes_of(topics: list[str]) -> list[str]:
    """The scopes a token for `topics` must hold, sorted."""
    return sorted({class_of(topic).scope for topic in topics})


def checked_topics(topics: list[str]) -> list[str]:
    """`topics` trimmed and deduplicated in order. Raises `validation` for a bad name, none, or more than 32."""
    names = list(dict.fromkeys(topic.strip() for topic in topics))
    if not 1 <= len(names) <= TOPICS_MAX:
        message = f"name 1..{TOPICS_MAX} topics, not {len(names)}"
        raise SdkError(ErrorKind.VALIDATION, message, errors={"topics": ["count"]})
    for name in names:
        class_of(name)
    return names
