"""A run's log as a person reads it: repeated events folded together, payloads laid out, one page at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet

from apps.runtime.admin.wording import LINE_CHARS, line_of, shortened
from apps.runtime.domain.events import Source, trigger_of
from apps.runtime.domain.run_states import Trigger
from apps.runtime.models import Run, RunEvent, RunFrame

PAGE_EVENTS = 200
BEFORE_TARGET = 10
"""Events shown above the one that a link names."""
PAYLOAD_CHARS_MAX = 20_000
FOLD_FROM = 3
"""So many events of one type in a row become one entry that opens."""
STREAMED_CHARS = 2000
TYPES_SHOWN = 30

TONES = {
    "run.started": "start",
    "run.cancel_requested": "warn",
    "run.executor_lost": "bad",
    "run.loop_detected": "bad",
    "fraud": "bad",
    "payment": "money",
    "receipt": "money",
    "verification": "check",
    "tool": "tool",
    "tool.call": "tool",
    "tool.result": "tool",
}

ENDINGS = {Trigger.SUCCEEDED: "end", Trigger.FAILED: "bad", Trigger.CANCELED: "warn"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page's query asks for. `at`: a seq to show among its neighbours; unreadable numbers count as 0."""

    after: int = 0
    at: int = 0
    event_type: str = ""
    source: str = ""
    text: str = ""

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> Asked:
        return cls(
            after=_number(query.get("after")),
            at=_number(query.get("at")),
            event_type=str(query.get("type", "")).strip()[:160],
            source=str(query.get("source", "")).strip()[:40],
            text=str(query.get("q", "")).strip()[:200],
        )

    @property
    def start(self) -> int:
        """The seq behind which the page begins."""
        return max(0, self.at - BEFORE_TARGET) if self.at else self.after

    @property
    def filtered(self) -> bool:
        return bool(self.event_type or self.source or self.text)

    def link(self, **changes: Any) -> str:
        """The query of this page with changes."""
        values = {"type": self.event_type, "source": self.source, "q": self.text, **changes}
        return "?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True, slots=True)
class Shown:
    """One event. `summary` is what it says in a line; `payload` all of it, or its beginning when `cut`."""

    seq: int
    event_type: str
    source: str
    key: str | None
    recorded_at: datetime
    since_previous: str
    tone: str
    summary: str
    payload: str
    link: str
    cut: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Events of one type in a row; `folded` when they are many."""

    event_type: str
    events: list[Shown]

    @property
    def folded(self) -> bool:
        return len(self.events) >= FOLD_FROM

    @property
    def first(self) -> Shown:
        return self.events[0]

    @property
    def last(self) -> Shown:
        return self.events[-1]

    @property
    def tone(self) -> str:
        return self.first.tone

    @property
    def text(self) -> str:
        """What the folded events say together, for streamed text; else the newest one's summary."""
        if self.event_type != "text.delta":
            return self.last.summary
        payloads = [json.loads(event.payload) for event in self.events if not event.cut]
        parts = [payload.get("delta") for payload in payloads if isinstance(payload, dict)]
        return shortened("".join(part for part in parts if isinstance(part, str)), STREAMED_CHARS)


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that can be clicked."""

    label: str
    count: int
    link: str
    active: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page."""

    asked: Asked
    groups: list[Group]
    types: list[Chip]
    sources: list[str]
    shown: int
    next_link: str | None
    first_link: str | None
    lasted: str


def timeline(run: Run, asked: Asked) -> Timeline:
    """The page of the run's log that a query asks for; five queries at most."""
    log = RunEvent.objects.filter(run_id=run.id)
    page = list(_filtered(log, asked).filter(seq__gt=asked.start).order_by("seq")[: PAGE_EVENTS + 1])
    more, page = len(page) > PAGE_EVENTS, page[:PAGE_EVENTS]
    return Timeline(
        asked=asked,
        groups=_groups(page, asked, run.created_at if asked.start == 0 else None),
        types=_chips(log, asked),
        sources=[source.value for source in Source],
        shown=len(page),
        next_link=asked.link(after=page[-1].seq) if more else None,
        first_link=asked.link() if asked.start else None,
        lasted=_span((run.terminal_at or run.updated_at) - run.created_at),
    )


def _filtered(log: QuerySet[RunEvent], asked: Asked) -> QuerySet[RunEvent]:
    if asked.event_type:
        log = log.filter(event_type=asked.event_type)
    if asked.source:
        log = log.filter(source=asked.source)
    if asked.text:
        log = log.filter(payload_text__icontains=asked.text)
    return log


def _chips(log: QuerySet[RunEvent], asked: Asked) -> list[Chip]:
    counts = log.values_list("event_type").annotate(number=Count("seq")).order_by("-number", "event_type")
    return [
        Chip(name, number, asked.link(type="" if name == asked.event_type else name), name == asked.event_type)
        for name, number in counts[:TYPES_SHOWN]
    ]


def _groups(page: list[RunEvent], asked: Asked, before: datetime | None) -> list[Group]:
    contents = _frame_contents(page)
    shown = []
    for event in page:
        shown.append(_shown(event, asked, before, contents.get(event.seq)))
        before = event.recorded_at
    return [Group(name, list(events)) for name, events in groupby(shown, key=lambda event: event.event_type)]


def _frame_contents(page: list[RunEvent]) -> dict[int, Any]:
    """What the frames said that arrived on this page, by the seq that tells of them: the log has only their hash."""
    seqs = [event.seq for event in page if event.event_type == "run.frame_received"]
    if not seqs:
        return {}
    frames = RunFrame.objects.filter(run_id=page[0].run_id, received_seq__in=seqs)
    return {frame.received_seq: json.loads(frame.payload_text) for frame in frames}


def _shown(event: RunEvent, asked: Asked, before: datetime | None, content: Any = None) -> Shown:
    payload = json.loads(event.payload_text)
    laid_out = json.dumps(payload, indent=2, ensure_ascii=False)
    summary = line_of(event.event_type, payload)
    if content is not None:
        laid_out += f"\n\n{json.dumps(content, indent=2, ensure_ascii=False)}"
        summary = shortened(f"{summary}: {json.dumps(content, ensure_ascii=False)}", LINE_CHARS)
    return Shown(
        seq=event.seq,
        event_type=event.event_type,
        source=event.source,
        key=event.idempotency_key,
        recorded_at=event.recorded_at,
        since_previous=f"+{_span(event.recorded_at - before)}" if before else "",
        tone=_tone(event.event_type, payload),
        summary=summary,
        payload=laid_out[:PAYLOAD_CHARS_MAX],
        link=asked.link(at=event.seq),
        cut=len(laid_out) > PAYLOAD_CHARS_MAX,
    )


def _tone(event_type: str, payload: Any) -> str:
    """The colour of an event; that of an end by how the run ended."""
    if event_type != "run.finished":
        return TONES.get(event_type, "plain")
    trigger = trigger_of(event_type, payload)
    return ENDINGS.get(trigger, "plain") if trigger else "plain"


def _span(span: timedelta) -> str:
    """A duration in the largest unit that keeps it readable."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def _number(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
