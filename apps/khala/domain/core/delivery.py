"""The delivering half of the core: subscriptions from request to live, and who may send how much when.

Invariants: one fetch per topic and `fetches_max` per connection; no fetch while there is no room; rows of one topic in
seq order without a hole; nothing of a topic before its answer; a position only moves forward, except by an explicit
new subscribe.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from apps.khala.domain.closing import CloseCode
from apps.khala.domain.core import events as ev
from apps.khala.domain.core.fairness import DeficitRoundRobin
from apps.khala.domain.core.pressure import Pressure
from apps.khala.domain.core.rights import Rights
from apps.khala.domain.core.speech import Answer, Batch, Cursor, Notice, Problem, Unsubscribe
from apps.khala.domain.core.starting import Starting
from apps.khala.domain.core.states import TERMINAL, Cause, Conn, Sub, SubCause
from apps.khala.domain.core.subscription import Subscription, Verdict, judge, unsaved
from apps.khala.domain.core.view import Views, wrapped
from apps.khala.domain.core.window import Flying
from apps.khala.domain.freshness import Extent
from apps.khala.domain.grammar import Topic
from apps.khala.domain.journal import Page

if TYPE_CHECKING:
    from apps.khala.domain.core.connection import Connection


class Delivery:
    """Subscriptions and flow of one connection."""

    __slots__ = (
        "_journal_down_since",
        "_watched",
        "connection",
        "fetches",
        "limits",
        "names",
        "pressure",
        "rights",
        "starting",
        "subs",
        "turns",
        "views",
    )

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.limits = connection.limits
        self.subs: dict[str, Subscription] = {}
        self.names: dict[str, str] = {}
        self.fetches: dict[int, Subscription] = {}
        self.starting: Starting = Starting(self)
        self.rights: Rights = Rights(self)
        self.views: Views = Views(self)
        self.turns = DeficitRoundRobin(self.limits.slice_bytes)
        self.pressure = Pressure(self.limits, acknowledges=connection.lane.manners.acknowledges)
        self._watched: Counter[str] = Counter()
        self._journal_down_since: float | None = None

    @property
    def busy(self) -> bool:
        """Something besides plain live delivery goes on."""
        return bool(self.turns or self.fetches or self.views.by_name)

    @property
    def count(self) -> int:
        """Names that are held; a view is one."""
        return len(self.names) + len(self.views.by_name)

    def holds(self, name: str) -> bool:
        return name in self.names or name in self.views.by_name

    def open_window(self, frames: int, octets: int) -> tuple[int, int]:
        return self.pressure.open_window(frames, octets)

    # Topics come and go

    def subscription(
        self, name: str, topic: Topic, org_id: str | None, acl_version: int, batch_rows: int
    ) -> Subscription:
        """A new one of this connection."""
        return Subscription(name, topic, org_id, acl_version, batch_rows, self.pressure, self.connection.lane)

    def add(self, sub: Subscription) -> None:
        """A topic begins; it is watched before anything of it is read, so no news falls between."""
        self.subs[sub.canonical] = sub
        if sub.view is None:
            self.names[sub.name] = sub.canonical
        self.watch(sub.canonical)

    def watch(self, topic: str) -> None:
        """Watch a topic for one more reason; who takes its news may have changed."""
        self._watched[topic] += 1
        sub = self.subs.get(topic)
        self.connection.emit(ev.Watch(topic, sub.take if sub is not None else ev.takes_nothing))

    def unwatch(self, topic: str) -> None:
        self._watched[topic] -= 1
        if not self._watched[topic]:
            del self._watched[topic]
            self.connection.emit(ev.Unwatch(topic))

    def pause(self, sub: Subscription) -> None:
        """What is being fetched will not be sent: the topic may be about to move."""
        if sub.flowing:
            self.turns.remove(sub.canonical)
            sub.ticket = 0
            sub.retry_at = None

    def reposition(self, sub: Subscription) -> None:
        """The client starts a topic it holds again, from elsewhere."""
        self.stop_fetching(sub)
        sub.move(SubCause.REPOSITIONED)
        sub.answered = False
        sub.gap_tries = sub.io_tries = sub.acked = 0

    def unsubscribe(self, asked: Unsubscribe) -> None:
        for name in map(str.strip, asked.names):
            if self.holds(name):
                self.starting.void(name, "unsubscribed")
                self.connection.emit(ev.Audit("khala.unsubscribed", "allow", topic=name))
                self.drop(name)
        self.starting.answer_complete()
        self.connection.say(Answer(asked.request_id, self.starting.subscription_id, self.positions(), remaining=True))

    def drop(self, name: str) -> None:
        view = self.views.by_name.get(name)
        if view is not None:
            self.views.end(view)
        elif name in self.names:
            self.end(self.subs[self.names[name]], SubCause.ENDED)

    # Rows

    def on_hint(self, event: ev.Hint) -> None:
        self.views.heard(event.topic)
        sub = self.subs.get(event.topic)
        if sub is None or sub.state in TERMINAL:
            return
        sub.hear(event.head)
        if sub.dirty:
            self.mark(sub)
            self.schedule()

    def on_rows(self, event: ev.Rows) -> None:
        if event.ticket:
            sub = self.fetches.pop(event.ticket, None)
            if sub is None:
                return
            self._journal_down_since = None
            if sub.flowing and sub.ticket == event.ticket:
                sub.ticket = 0
                sub.known_head = max(event.page.head, sub.hinted)
                self._act(*judge(sub, event.page), sub, event.page)
                if not sub.dirty:
                    self.turns.remove(sub.canonical)
        else:
            self._news(event.page)
        self.schedule()

    def _news(self, page: Page) -> None:
        """A page that the hub hands to every watcher: delivered at once when nothing else waits, else a hint."""
        if self.views.by_name:
            self.views.heard(page.topic)
        sub = self.subs.get(page.topic)
        if sub is None or not sub.flowing or not sub.answered:
            return
        verdict, reasons = judge(sub, page)
        if sub.held:
            sub.hear(page.head)
            return
        at_once = sub.state is Sub.LIVE and not self.turns and not self.fetches and self.pressure.room
        if verdict in (Verdict.RECHECK, Verdict.STALE) or (verdict is Verdict.DELIVER and at_once):
            sub.known_head = page.head
            self._act(verdict, reasons, sub, page)
        elif verdict is not Verdict.NOTHING_NEW or page.head > sub.position:
            sub.hear(page.head)
        if sub.dirty:
            self.mark(sub)

    def settle(self) -> None:
        """Note whether nothing but live delivery goes on; the core calls it after every input."""
        pressure = self.pressure
        pressure.plain = not (
            self.fetches
            or self.turns.waiting
            or self.views.by_name
            or self.connection.state is not Conn.READY
            or not (pressure.measured or pressure.window)
        )

    def _act(self, verdict: Verdict, reasons: list[str], sub: Subscription, page: Page) -> None:
        if verdict is Verdict.DELIVER:
            self._deliver(sub, page)
        elif verdict is Verdict.NOTHING_NEW:
            self._nothing_new(sub, page)
        elif verdict is Verdict.RECHECK:
            self.rights.moved(sub)
        elif verdict is Verdict.STALE:
            self._go_stale(sub, reasons, page.extent)
        else:
            self._gap(sub)

    def _nothing_new(self, sub: Subscription, page: Page) -> None:
        sub.lineage = sub.lineage or page.extent.lineage
        if sub.state is Sub.REPLAY:
            self._deliver(sub, page)
        elif sub.chain is None and page.head == sub.position:
            sub.chain = page.head_chain

    def _deliver(self, sub: Subscription, page: Page) -> None:
        caught_up = page.last >= page.head
        anchor = sub.state is Sub.REPLAY and caught_up
        if sub.view is None:
            self.send(Batch(sub.name, page, caught_up, anchor), sub.topic, sub.flying)
        else:
            complete = caught_up and self.views.completes(sub)
            if page.rows or (complete and not sub.view.completed):
                self.send(Batch(sub.name, wrapped(page, sub.topic), complete, anchor=False), sub.topic, sub.flying)
            sub.view.completed = sub.view.completed or complete
        sub.gap_tries = sub.io_tries = 0
        sub.from_primary = False
        sub.lineage = page.extent.lineage
        sub.position = max(sub.position, page.last)
        if page.rows:
            sub.chain = page.rows[-1].chain
        elif page.head == sub.position:
            sub.chain = page.head_chain
        if anchor:
            sub.move(SubCause.CAUGHT_UP)
            took = self.connection.now - (sub.replay_started or self.connection.now)
            self.connection.emit(ev.Metric("replay_duration_seconds", (sub.topic.topic_class.name, sub.mode), took))

    def send(self, batch: Batch, topic: Topic, flying: Flying) -> None:
        """Put one batch on the wire, whatever number of messages this lane makes of it."""
        page, size, rows = batch.page, 0, len(batch.page.rows)
        out, class_name = self.connection.out, topic.pattern.class_name
        for message in self.connection.lane.encode_batch(batch):
            out.append(ev.Send(message, "update_batch", class_name, rows))
            size += len(message.data)
            rows = 0
        self.pressure.sent(size, flying, page.last if page.rows else None)
        self.turns.charge(topic.name, size)

    def _gap(self, sub: Subscription) -> None:
        if sub.gap_tries >= len(self.limits.gap_retries):
            self.connection.emit(ev.Metric("journal_gap"))
            problem = Problem("internal", "the journal has a gap", topic=sub.name, reason="journal_gap")
            self.connection.finish(Cause.BROKEN, CloseCode.INTERNAL, "internal", problem)
            return
        sub.retry_at = self.connection.now + self.limits.gap_retries[sub.gap_tries]
        sub.gap_tries += 1
        sub.from_primary = True

    def _go_stale(self, sub: Subscription, reasons: list[str], extent: Extent) -> None:
        if sub.view is not None:
            self.views.clamp(sub, extent)
            self.mark(sub)
            return
        stale = self.starting.stale(sub, sub.position, reasons, extent)
        self.end(sub, SubCause.STALE)
        self.connection.topic_lost(
            Problem("stale_cursor", "the cursor cannot be resumed", topic=sub.name, reason=reasons[0], stale=stale)
        )

    # Flow

    def mark(self, sub: Subscription) -> None:
        if sub.dirty:
            self.turns.add(sub.canonical)

    def _ready(self, canonical: str) -> bool:
        sub = self.subs[canonical]
        return sub.dirty and not sub.ticket and sub.retry_at is None

    def schedule(self) -> None:
        if not self.turns or self.connection.closing:
            return
        while len(self.fetches) < self.limits.fetches_max and self.pressure.room:
            picked = self.turns.pick(self._ready)
            if picked is None:
                return
            canonical, octets = picked
            sub = self.subs[canonical]
            rows = sub.batch_rows
            if len(self.turns) > 1:
                rows = min(rows, self.limits.fair_slice_rows)
            ticket = sub.ticket = self.connection.ticket()
            sub.hinted = 0
            self.fetches[ticket] = sub
            live = sub.state is Sub.LIVE
            self.connection.emit(ev.Fetch(ticket, canonical, sub.position, rows, octets, live, sub.from_primary))

    def acknowledge(self, applied: tuple[tuple[str, int], ...]) -> None:
        for name, seq in applied:
            view = self.views.by_name.get(name)
            if view is not None:
                for member in view.members:
                    self.pressure.acknowledged(self.subs[member].flying, seq)
            sub = self.subs.get(self.names.get(name, ""))
            if sub is None:
                continue
            self.pressure.acknowledged(sub.flying, seq)
            if sub.answered:
                sub.acked = max(sub.acked, min(seq, sub.position))
        self.schedule()

    def on_writable(self, event: ev.Writable) -> None:
        self.pressure.reported(event.buffered)
        if event.buffered > self.limits.hard_bytes and self.connection.state is not Conn.OPEN:
            self._too_slow()
        else:
            self.schedule()

    def on_io_failed(self, event: ev.IoFailed) -> None:
        """A read failed: ask again, later each time; the journal being away for too long ends the connection."""
        if not event.retryable:
            problem = Problem("internal", "an internal failure")
            self.connection.finish(Cause.BROKEN, CloseCode.INTERNAL, "internal", problem)
            return
        if event.ticket in self.fetches:
            self._retry_later(self.fetches.pop(event.ticket), event.ticket)
        elif not self.rights.failed(event.ticket) and not self.views.failed(event.ticket):
            self.starting.fail(event.ticket)
        self.schedule()

    def on_view_state(self, event: ev.ViewState) -> None:
        if self.views.on_state(event):
            self.schedule()
        else:
            self.starting.on_view_state(event)

    def _retry_later(self, sub: Subscription, ticket: int) -> None:
        self._journal_down_since = self._journal_down_since or self.connection.now
        if sub.ticket != ticket:
            return
        sub.ticket = 0
        wait = min(self.limits.io_retry_first * 2**sub.io_tries, self.limits.io_retry_max)
        sub.io_tries = min(sub.io_tries + 1, 16)
        sub.retry_at = self.connection.now + wait

    # Time

    def due(self) -> float | None:
        times = [sub.retry_at for sub in self.subs.values() if sub.retry_at is not None]
        times += self.views.due()
        if (strike := self.pressure.watch(self._lagging(), self.connection.now)) is not None:
            times.append(strike)
        return min(times, default=None)

    def _lagging(self) -> bool:
        return any(sub.lag > self.limits.strike_lag for sub in self.subs.values())

    def tick(self, buffered: int) -> None:
        now = self.connection.now
        down = self._journal_down_since
        failing = any(sub.io_tries for sub in self.subs.values())
        if failing and down is not None and now - down >= self.limits.journal_outage_max:
            notice = Notice("reconnect", self.connection.reconnect_ms("sync:v1", 0), "journal_unavailable")
            self.connection.finish(Cause.OVERLOADED, CloseCode.OVERLOAD, "journal_unavailable", notice)
            return
        for sub in self.subs.values():
            if sub.retry_at is not None and sub.retry_at <= now:
                sub.retry_at = None
                self.mark(sub)
        self.views.tick()
        strikes = self.pressure.second(buffered, self._lagging(), now)
        if strikes >= self.limits.strikes_max:
            self._too_slow()
            return
        if strikes == self.limits.strikes_throttle and self.pressure.struck:
            self.connection.say(Notice("throttle", reason="slow_consumer"))
        self.schedule()

    def _too_slow(self) -> None:
        slowest = max(self.subs.values(), key=lambda sub: sub.lag, default=None)
        class_name = slowest.topic.topic_class.name if slowest else "fallback"
        self.connection.emit(ev.Metric("slow_consumer_disconnects", (class_name,)))
        self.connection.emit(ev.Audit("khala.slow_consumer", "deny", "slow_consumer", slowest.name if slowest else ""))
        wait = self.connection.reconnect_ms("sync:v1", 0)
        problem = Problem(
            "slow_consumer",
            "the connection takes less than it is sent",
            action="disconnect",
            topic=slowest.name if slowest else "",
            queue_depth=self.pressure.buffered,
            queue_limit=self.limits.high_water_bytes,
            reconnect_after_ms=wait,
        )
        self.connection.finish(Cause.TOO_SLOW, CloseCode.SLOW_CONSUMER, "slow_consumer", problem)

    # Ends

    def positions(self) -> tuple[Cursor, ...]:
        """What was sent of each topic, with its chain: anchors for the client."""
        return (
            *(
                Cursor(sub.name, sub.position, sub.chain)
                for sub in self.subs.values()
                if sub.answered and sub.view is None
            ),
            *self.views.cursors(),
        )

    def moved(self) -> list[ev.SaveWatermark]:
        """Positions that changed since this was asked last."""
        return [saved for sub in self.subs.values() if (saved := unsaved(sub)) is not None]

    def stop_fetching(self, sub: Subscription) -> None:
        self.turns.remove(sub.canonical)
        self.rights.drop(sub.ticket)
        sub.ticket = 0
        sub.retry_at = None
        self.pressure.forget(sub.flying)

    def end(self, sub: Subscription, cause: SubCause) -> None:
        self.stop_fetching(sub)
        if (saved := unsaved(sub)) is not None:
            self.connection.emit(saved)
        sub.move(cause)
        self.subs.pop(sub.canonical, None)
        if sub.view is None:
            self.names.pop(sub.name, None)
        self.views.left(sub)
        self.unwatch(sub.canonical)

    def leave_all(self) -> None:
        self.starting.groups.clear()
        for name in [*self.names, *self.views.by_name]:
            self.drop(name)
