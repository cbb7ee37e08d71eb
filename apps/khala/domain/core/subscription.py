"""One subscription inside a connection: its record, where it starts, and what a page of rows means for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from sys import intern
from typing import TYPE_CHECKING, NamedTuple

from apps.khala.domain import freshness
from apps.khala.domain.core.events import SaveWatermark
from apps.khala.domain.core.lane import Lane
from apps.khala.domain.core.pressure import Pressure
from apps.khala.domain.core.speech import Batch, Encoded, Start, Wanted
from apps.khala.domain.core.states import FLOWING, Sub, SubCause, next_subscription
from apps.khala.domain.core.window import Flying
from apps.khala.domain.freshness import Extent
from apps.khala.domain.grammar import Topic
from apps.khala.domain.journal import News, Page, TopicFacts

if TYPE_CHECKING:
    from apps.khala.domain.core.view import View


@dataclass(slots=True)
class Subscription:
    """State of one canonical topic. `position`: highest seq sent; `chain`: the topic chain there, None when unknown.

    `pressure` and `lane` are those of its connection; `flying` are its frames on their way.

    `known_head` is the highest head heard of; `hinted` what was heard since the running fetch was asked for. `held`
    counts requests that may move it and are not answered yet: until then nothing of it is sent. `view` is the fan-in
    view that the topic belongs to. `acked` is what the client said it applied, `saved` what was last written down.
    `form`: by what the messages of live rows are found among those that others had made.
    """

    name: str
    topic: Topic
    org_id: str | None
    acl_version: int
    batch_rows: int
    pressure: Pressure
    lane: Lane
    state: Sub = Sub.AUTHZ
    position: int = 0
    chain: bytes | None = None
    lineage: str = ""
    mode: str = ""
    known_head: int = 0
    hinted: int = 0
    ticket: int = 0
    answered: bool = False
    retry_at: float | None = None
    gap_tries: int = 0
    io_tries: int = 0
    from_primary: bool = False
    replay_started: float | None = None
    held: int = 0
    view: View | None = None
    acked: int = 0
    saved: tuple[int, int] = (0, 0)
    flying: Flying = field(default_factory=list)
    form: str = ""

    def move(self, cause: SubCause) -> None:
        self.state = next_subscription(self.state, cause)

    @property
    def canonical(self) -> str:
        return self.topic.name

    @property
    def flowing(self) -> bool:
        return self.state in FLOWING

    @property
    def dirty(self) -> bool:
        """There is something to fetch: a replay always, a live topic when its head is ahead."""
        behind = self.state is Sub.LIVE and self.position < self.known_head
        return self.answered and not self.held and (self.state is Sub.REPLAY or behind)

    @property
    def lag(self) -> int:
        return max(self.known_head - self.position, 0)

    def hear(self, head: int) -> None:
        self.hinted = max(self.hinted, head)
        self.known_head = max(self.known_head, head)

    def take(self, news: News) -> tuple[Encoded, ...] | None:
        """News of a topic that is live, right at it, with room and nothing else waiting: the messages to write.

        None: nothing happened, and the page must go the ordinary way, as `Rows`. What this does is what `on_rows` would
        do, without inputs and outputs as values: of a thousand listeners all go this way at each event. It is flat
        because each object that it touches is far from the processor for each of them.
        """
        pressure = self.pressure
        if (
            self.position + 1 != news.first
            or self.state is not Sub.LIVE
            or not pressure.plain
            or pressure.buffered >= pressure.high_water
            or self.position < news.floor
            or self.lineage != news.lineage
            or (news.acl_version > self.acl_version and self.topic.binding == "row")
            or self.held
            or self.view is not None
        ):
            return None
        messages, size, flight = news.encoded.get(self.form) or self._encoded(news)
        window = pressure.window
        if window is not None:
            if window.frames >= window.frames_max or window.bytes >= window.bytes_max:
                return None
            window.frames += 1
            window.bytes += size
            self.flying.append(flight)
        self.known_head = news.head
        self.position = news.last
        self.chain = news.chain
        return messages

    def _encoded(self, news: News) -> Straight:
        self.form = intern(f"{self.name} {self.lane.form}")
        made = news.encoded.get(self.form)
        if made is None:
            messages = self.lane.encode_batch(Batch(self.name, news.page, True, anchor=False))
            size = sum(message.size for message in messages)
            made = news.encoded[self.form] = Straight(messages, size, (news.last, size))
        return made


class Straight(NamedTuple):
    """Messages of news in one form, their bytes, and what the ack window notes of them."""

    messages: tuple[Encoded, ...]
    size: int
    flight: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Begin:
    """A start that holds."""

    position: int
    mode: str
    chain: bytes | None


def begin(wanted: Wanted, facts: TopicFacts, budget: int, *, recovered: bool = False) -> Begin | list[str]:
    """Where a topic starts for this request, or every reason why its cursor is stale.

    `recovered`: the client was told before that its cursor is stale, and says so by starting over.
    """
    extent = facts.extent
    if wanted.cursor is not None and not recovered:
        reasons = freshness.stale_reasons(
            wanted.cursor,
            extent,
            budget,
            lineage=wanted.lineage,
            chain=wanted.chain,
            known_chain=facts.chain_at_cursor,
        )
        return reasons or Begin(wanted.cursor, "resume", facts.chain_at_cursor)
    if wanted.start is Start.LATEST:
        return Begin(extent.head, "live", facts.head_chain)
    return Begin(freshness.bootstrap_position(extent, budget), "bootstrap", facts.chain_at_bootstrap)


class Verdict(Enum):
    """What a page means for a subscription that flows."""

    DELIVER = auto()
    NOTHING_NEW = auto()
    RECHECK = auto()
    STALE = auto()
    GAP = auto()


def judge(sub: Subscription, page: Page) -> tuple[Verdict, list[str]]:
    """Reading of one page. Rows that do not start right after the position are a gap, wherever the page came from."""
    extent: Extent = page.extent
    if sub.lineage and extent.lineage != sub.lineage:
        return Verdict.STALE, [freshness.LINEAGE_MISMATCH]
    # Versions only rise, and a page may be older than the decision: only a newer one asks for a new decision.
    if sub.topic.binding == "row" and page.acl_version > sub.acl_version:
        return Verdict.RECHECK, []
    if sub.position < extent.floor:
        # The budget is not judged here: it bounds a start, and a client that is being served may be slow.
        return Verdict.STALE, freshness.stale_reasons(sub.position, extent, extent.head)
    if page.rows:
        return (Verdict.DELIVER if page.rows[0].seq == sub.position + 1 else Verdict.GAP), []
    return (Verdict.GAP if extent.head > sub.position else Verdict.NOTHING_NEW), []


def unsaved(sub: Subscription) -> SaveWatermark | None:
    """What to write down of a topic that moved since this was asked last."""
    at = (sub.position, sub.acked)
    if not sub.answered or at == sub.saved:
        return None
    sub.saved = at
    return SaveWatermark(sub.canonical, sub.lineage, *at)
