"""A host and a client in memory: the core's outputs answered from model topics, its frames applied as the SDK would.

Nothing here has a clock, a socket or a scheduler: what waits is in `pending`, and the test decides the order.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from apps.khala.domain import access, grammar
from apps.khala.domain.access import Access, Principal, TopicRow
from apps.khala.domain.compat import Window
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.connection import Connection
from apps.khala.domain.core.lane import Lane
from apps.khala.domain.core.lane_n import LaneN
from apps.khala.domain.core.limits import Limits
from apps.khala.domain.core.speech import Wanted
from apps.khala.domain.journal import Member, news
from apps.khala.tests.journal_model import ModelTopic
from openagents.receipts.chain import chain_next
from openagents.sync.v1 import sync_pb2 as pb

ALL_SCOPES = frozenset(
    {
        "runtime.run_events",
        "runtime.codex_worker_events",
        "runtime.worker_lifecycle_events",
        "runtime.codex_worker_summaries",
        "runtime.run_summaries",
        "runtime.notifications",
        "runtime.threads",
        "runtime.treasury",
        "ops.read",
    }
)
ALICE = Principal("a", "X", "sess_a", "dev_a", scopes=ALL_SCOPES)
WALL = 1_772_000_000.0
TWIN_EVERY = 4
"""One page in so many is also given to a copy of the core the ordinary way; copying takes most of the time."""


@dataclass
class Applied:
    """What a client keeps of one topic: every row it applied, its watermark, the chain it folded."""

    watermark: int = 0
    chain: bytes | None = None
    lineage: str = ""
    rows: dict[int, bytes] = field(default_factory=dict)
    live: bool = False
    mismatches: int = 0


@dataclass
class World:
    """Topics by name, and one connection to them."""

    topics: dict[str, ModelTopic]
    principal: Principal = ALICE
    limits: Limits = field(default_factory=Limits)
    window: Window = field(default_factory=Window)
    access: Access = field(default_factory=Access)
    rows: dict[str, TopicRow] = field(default_factory=dict)
    lease: float = 900.0
    renewable: bool = True
    soft_failure: str = ""
    measured: bool = True
    members: dict[str, int] = field(default_factory=dict)
    grants: dict[str, int] = field(default_factory=dict)
    auto_ack: bool = True
    answer: Callable[[object], bool] = lambda output: True
    now: float = 100.0
    state: dict[str, Applied] = field(default_factory=dict)
    frames: list[pb.KhalaFrame] = field(default_factory=list)
    outputs: list[ev.Output] = field(default_factory=list)
    pending: list[ev.Output] = field(default_factory=list)
    watched: set[str] = field(default_factory=set)
    closed: ev.Close | None = None
    timer: float | None = None

    def __post_init__(self) -> None:
        self.connect()

    # The server's side

    def lane(self) -> Lane:
        return LaneN(text=False)

    def connect(self) -> None:
        """A fresh connection; what the client has applied stays."""
        self.core = Connection(self.lane(), self.limits)
        self.pending, self.closed, self.timer = [], None, None
        self.straights = 0
        self.watched.clear()
        self.feed(
            ev.Opened(
                "kc_1",
                self.principal,
                self.window,
                WALL + self.now,
                0.5,
                WALL + self.now + self.lease,
                self.renewable,
                self.soft_failure,
                measured=self.measured,
            )
        )

    def feed(self, event: ev.Input) -> list[ev.Output]:
        if isinstance(event, ev.Rows) and not event.ticket and (outputs := self._told_straight(event)) is not None:
            return outputs
        outputs = self.core.handle(event, self.now)
        self.outputs += outputs
        for output in outputs:
            match output:
                case ev.Send():
                    assert self.closed is None, "nothing is said after a close"
                    self.receive(output.message)
                case ev.Close():
                    self.closed = output
                case ev.Watch():
                    self.watched.add(output.topic)
                case ev.Unwatch():
                    self.watched.discard(output.topic)
                case ev.Timer():
                    self.timer = output.at
                case ev.RecoveryGrant():
                    self.grants[output.topic] = 5
                case ev.Authorize() | ev.ReadTopic() | ev.ReadView() | ev.Fetch() | ev.Introspect() | ev.CheckToken():
                    self.pending.append(output)
        return outputs

    def _told_straight(self, event: ev.Rows) -> list[ev.Output] | None:
        """Take the straight way where a session would, and check that the ordinary one would have done the same."""
        fresh = news(event.page)
        self.straights += 1
        twin = copy.deepcopy(self.core) if self.straights % TWIN_EVERY == 1 else None
        sub = self.core.delivery.subs.get(event.page.topic)
        messages = sub.take(fresh) if sub is not None and fresh is not None else None
        if messages is None:
            return None
        if twin is not None:
            outputs = twin.handle(event, self.now)
            assert [type(output) for output in outputs] == [ev.Send] * len(messages)
            assert [output.message for output in outputs if isinstance(output, ev.Send)] == list(messages)
            assert _standing(twin) == _standing(self.core)
        assert self.closed is None, "nothing is said after a close"
        sent: list[ev.Output] = [ev.Send(message, "update_batch") for message in messages]
        self.outputs += sent
        for message in messages:
            self.receive(message)
        return sent

    def hello(self, **fields: Any) -> list[ev.Output]:
        return self.say(speech.Hello(schema_version=2, **fields))

    def say(self, said: speech.ClientSpeech) -> list[ev.Output]:
        return self.feed(ev.ClientMsg(said))

    def subscribe(self, *wanted: Wanted | str, batch_rows: int = 0) -> None:
        topics = tuple(Wanted(item) if isinstance(item, str) else item for item in wanted)
        self.say(speech.Subscribe("req", topics, batch_rows))

    def unsubscribe(self, name: str) -> None:
        self.say(speech.Unsubscribe("u", (name,)))

    def beat(self) -> None:
        self.say(speech.ClientBeat(""))

    def step(self, index: int = 0) -> None:
        """Answer one open question of the core."""
        question = self.pending.pop(index % len(self.pending))
        match question:
            case ev.Authorize():
                decisions = tuple(self.decide(question.principal, name) for name in question.names)
                self.feed(ev.Acl(question.ticket, decisions))
            case ev.ReadTopic():
                facts = self.topics[question.topic].facts(question.cursor, question.budget)
                recovered = question.start is speech.Start.RECOVERY and self._use_grant(question.topic)
                self.feed(ev.TopicState(question.ticket, facts, recovered=recovered))
            case ev.ReadView():
                self.feed(ev.ViewState(question.ticket, self.view_members(question.limit), self.clock_ms))
            case ev.Fetch():
                page = self.topics[question.topic].page(question.after, question.limit, question.bytes_max)
                self.feed(ev.Rows(page, question.ticket))

    def _use_grant(self, topic: str) -> bool:
        left = self.grants.get(topic, 0)
        self.grants[topic] = max(left - 1, 0)
        return left > 0

    @property
    def clock_ms(self) -> int:
        return int(self.now * 1000)

    def view_members(self, limit: int) -> tuple[Member, ...]:
        """Worker topics in `members` (name -> created, unix ms), as the journal would find them."""
        found = []
        for name, created_ms in self.members.items():
            parsed = grammar.parse(name)
            assert parsed is not None
            found.append(Member(parsed, self.topics[name].facts(None, 0), None, created_ms))
        return tuple(found[:limit])

    def decide(self, principal: Principal, name: str) -> access.Decision:
        topic = self.topics.get(name)
        version = topic.acl_version if topic else 0
        row = self.rows.get(name, TopicRow(self.principal.owner_key, None, "owner", version))
        return self.access.decide(principal, name, row if topic is not None else None)

    def settle(self) -> None:
        """Answer questions until none is open; acknowledge as a client would."""
        while self.pending and self.closed is None:
            self.step()
            if self.auto_ack:
                self.ack()

    def ack(self) -> None:
        self.feed(ev.ClientMsg(speech.Ack(tuple((name, kept.watermark) for name, kept in self.state.items()))))

    def tick(self, seconds: float, buffered: int = 0) -> None:
        self.now += seconds
        self.feed(ev.Tick(buffered))

    def run_clock(self, seconds: float) -> None:
        """Let time pass, ticking whenever the core asked for it."""
        until = self.now + seconds
        while self.closed is None and self.timer is not None and self.timer <= until:
            self.now, self.timer = max(self.timer, self.now), None
            self.feed(ev.Tick())
            self.settle()
        self.now = max(self.now, until)

    def push(self, name: str, after: int) -> None:
        """The hub tells of news after `after`."""
        self.feed(ev.Rows(self.topics[name].page(after)))

    # The client's side

    def receive(self, message: speech.Encoded) -> None:
        """One message of the server, as a client of this lane takes it."""
        frame = pb.KhalaFrame.FromString(message.data)
        assert frame.topic, "a frame names its topic"
        self.frames.append(frame)
        if frame.kind == pb.KHALA_FRAME_KIND_SUBSCRIBED:
            for result in pb.Subscribed.FromString(frame.payload_bytes).results:
                if not result.error:
                    chain = result.chain or None
                    self.started(result.topic_name, result.effective_resume_after, result.lineage, chain)
        elif frame.kind == pb.KHALA_FRAME_KIND_UPDATE_BATCH:
            batch = pb.UpdateBatch.FromString(frame.payload_bytes)
            for update in batch.updates:
                self.apply(update.topic_name, update.watermark, update.payload, update.payload_hash)
            kept = self.state[frame.topic]
            kept.live = kept.live or batch.replay_complete
            for cursor in batch.head_watermarks:
                self.compare(cursor.topic_name, cursor.watermark, cursor.chain)
        elif frame.kind == pb.KHALA_FRAME_KIND_HEARTBEAT:
            for cursor in pb.Heartbeat.FromString(frame.payload_bytes).watermarks:
                self.compare(cursor.topic_name, cursor.watermark, cursor.chain)
        elif frame.kind == pb.KHALA_FRAME_KIND_ERROR:
            error = pb.Error.FromString(frame.payload_bytes)
            for stale in error.stale_topics:
                self.state.pop(stale.topic_name, None)

    def started(self, name: str, position: int, lineage: str, chain: str | None) -> None:
        """The server says where it begins: state beyond that, or of another lineage, is dropped."""
        kept = self.state.setdefault(name, Applied())
        kept.live = False
        if position != kept.watermark or lineage != kept.lineage:
            kept.rows = {seq: row for seq, row in kept.rows.items() if seq <= position}
            kept.watermark, kept.lineage = position, lineage
            kept.chain = bytes.fromhex(chain) if chain else None
        elif chain and kept.chain is None:
            kept.chain = bytes.fromhex(chain)

    def apply(self, name: str, seq: int, payload: bytes, digest: bytes) -> None:
        kept = self.state[name]
        if seq <= kept.watermark:
            return
        assert seq == kept.watermark + 1, f"hole before {seq} in {name}"
        kept.rows[seq] = payload
        kept.watermark = seq
        if kept.chain is not None:
            kept.chain = chain_next(kept.chain, seq, digest)

    def compare(self, name: str, watermark: int, chain: str | None) -> None:
        kept = self.state.get(name)
        if kept is None or not chain or watermark != kept.watermark:
            return
        if kept.chain is None:
            kept.chain = bytes.fromhex(chain)
        elif kept.chain.hex() != chain:
            kept.mismatches += 1

    # Reading the transcript

    def said(self, kind: int) -> list[Any]:
        return [_TYPES[frame.kind].FromString(frame.payload_bytes) for frame in self.frames if frame.kind == kind]

    @property
    def errors(self) -> list[pb.Error]:
        return self.said(pb.KHALA_FRAME_KIND_ERROR)

    @property
    def batches(self) -> list[pb.UpdateBatch]:
        return self.said(pb.KHALA_FRAME_KIND_UPDATE_BATCH)

    @property
    def results(self) -> list[pb.TopicResult]:
        return [result for answer in self.said(pb.KHALA_FRAME_KIND_SUBSCRIBED) for result in answer.results]

    def asked(self, kind: type) -> list[Any]:
        return [output for output in self.outputs if isinstance(output, kind)]


_TYPES: dict[int, Any] = {
    pb.KHALA_FRAME_KIND_SUBSCRIBED: pb.Subscribed,
    pb.KHALA_FRAME_KIND_UNSUBSCRIBED: pb.Subscribed,
    pb.KHALA_FRAME_KIND_UPDATE_BATCH: pb.UpdateBatch,
    pb.KHALA_FRAME_KIND_HEARTBEAT: pb.Heartbeat,
    pb.KHALA_FRAME_KIND_ERROR: pb.Error,
    pb.KHALA_FRAME_KIND_WELCOME: pb.Welcome,
    pb.KHALA_FRAME_KIND_CONTROL: pb.ServerControl,
    pb.KHALA_FRAME_KIND_AUTH: pb.AuthStatus,
}


def run_topic(run: str = "r1", rows: int = 0, **fields: Any) -> ModelTopic:
    topic = ModelTopic(f"run:{run}:events", **fields)
    for number in range(rows):
        topic.append({"n": number})
    return topic


def world(*topics: ModelTopic, joined: bool = True, **fields: Any) -> World:
    """A world with a joined connection."""
    made = World({topic.name: topic for topic in topics}, **fields)
    if joined:
        made.hello()
    return made


def _standing(core: Connection) -> Any:
    """What delivery leaves behind in a connection."""
    delivery, pressure = core.delivery, core.delivery.pressure
    return (
        {
            name: (sub.state, sub.position, sub.chain, sub.lineage, sub.known_head, sub.ticket, sub.retry_at)
            for name, sub in delivery.subs.items()
        },
        list(delivery.turns.waiting.items()),
        (pressure.buffered, pressure.window),
    )
