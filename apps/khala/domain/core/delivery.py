"""The delivering half of the core: subscriptions from request to live, and who may send how much when.

Invariants: one fetch per topic and `fetches_max` per connection; no fetch while there is no room; rows of one topic in
seq order without a hole; nothing of a topic before its answer; a position only moves forward, except by an explicit
new subscribe.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.khala.domain.access import Decision
from apps.khala.domain.closing import CloseCode
from apps.khala.domain.core import events as ev
from apps.khala.domain.core.fairness import DeficitRoundRobin
from apps.khala.domain.core.pressure import Pressure
from apps.khala.domain.core.speech import Answer, Batch, Cursor, Notice, Problem, StaleTopic, Unsubscribe
from apps.khala.domain.core.starting import Starting
from apps.khala.domain.core.states import TERMINAL, Cause, Conn, Sub, SubCause
from apps.khala.domain.core.subscription import Subscription, Verdict, judge
from apps.khala.domain.freshness import Extent
from apps.khala.domain.journal import Page

if TYPE_CHECKING:
    from apps.khala.domain.core.connection import Connection


class Delivery:
    """Subscriptions and flow of one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.limits = connection.limits
        self.subs: dict[str, Subscription] = {}
        self.names: dict[str, str] = {}
        self.rechecks: dict[int, tuple[str, ...]] = {}
        self.fetches: dict[int, Subscription] = {}
        self.starting: Starting = Starting(self)
        self.turns = DeficitRoundRobin(self.limits.slice_bytes)
        self.pressure = Pressure(self.limits, acknowledges=connection.lane.acknowledges)
        self._journal_down_since: float | None = None

    @property
    def busy(self) -> bool:
        """Something besides plain live delivery goes on."""
        return bool(self.turns) or bool(self.fetches)

    def open_window(self, frames: int, octets: int) -> tuple[int, int]:
        return self.pressure.open_window(frames, octets)

    # Topics come and go

    def add(self, sub: Subscription) -> None:
        """A topic begins; it is watched before anything of it is read, so no news falls between."""
        self.subs[sub.canonical] = sub
        self.names[sub.name] = sub.canonical
        self.connection.emit(ev.Watch(sub.canonical))

    def reposition(self, sub: Subscription, decision: Decision, batch_rows: int) -> None:
        """The client starts a topic it holds again, from elsewhere."""
        self._stop_fetching(sub)
        sub.move(SubCause.REPOSITIONED)
        sub.answered = False
        sub.gap_tries = sub.io_tries = 0
        sub.batch_rows = batch_rows
        sub.org_id, sub.acl_version = decision.org_id, decision.acl_version

    def unsubscribe(self, asked: Unsubscribe) -> None:
        for name in asked.names:
            sub = self.subs.get(self.names.get(name.strip(), ""))
            if sub is not None:
                self.starting.void(sub, "unsubscribed")
                self.connection.emit(ev.Audit("khala.unsubscribed", "allow", topic=sub.canonical))
                self.end(sub, SubCause.ENDED)
        self.starting.answer_complete()
        self.connection.say(Answer(asked.request_id, self.starting.subscription_id, self.positions(), remaining=True))

    # Access that changes

    def recheck_all(self) -> None:
        for sub in list(self.subs.values()):
            if sub.flowing:
                self._recheck(sub)

    def _recheck(self, sub: Subscription) -> None:
        self._stop_fetching(sub)
        sub.move(SubCause.ACL_MOVED)
        ticket = sub.ticket = self.connection.ticket()
        self.rechecks[ticket] = (sub.canonical,)
        self.connection.emit(ev.Authorize(ticket, self.connection.principal, (sub.name,), recheck=True))

    def on_acl(self, event: ev.Acl) -> None:
        canonicals = self.rechecks.pop(event.ticket, None)
        if canonicals is None:
            self.starting.on_acl(event)
            return
        for canonical, decision in zip(canonicals, event.decisions, strict=True):
            sub = self.subs.get(canonical)
            if sub is None or sub.ticket != event.ticket:
                continue
            sub.ticket = 0
            if decision.allowed and decision.topic is not None and decision.topic.name == canonical:
                sub.org_id, sub.acl_version = decision.org_id, decision.acl_version
                sub.move(SubCause.REALLOWED)
                self.mark(sub)
            else:
                self.starting.audit(sub.name, decision)
                self._forbid(sub, decision.reason or "forbidden_topic")
        self.schedule()

    def end_org(self, org_id: str) -> None:
        for sub in [sub for sub in self.subs.values() if sub.org_id == org_id]:
            self.starting.void(sub, "membership_revoked")
            self._forbid(sub, "membership_revoked")
        self.starting.answer_complete()

    def _forbid(self, sub: Subscription, reason: str) -> None:
        answered = sub.answered
        self.end(sub, SubCause.ENDED)
        if answered:
            self.connection.say(Problem("forbidden_topic", "the topic may not be read", topic=sub.name, reason=reason))

    # Rows

    def on_hint(self, event: ev.Hint) -> None:
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
        sub = self.subs.get(page.topic)
        if sub is None or not sub.flowing or not sub.answered:
            return
        verdict, reasons = judge(sub, page)
        at_once = sub.state is Sub.LIVE and not self.turns and not self.fetches and self.pressure.room
        if verdict in (Verdict.RECHECK, Verdict.STALE) or (verdict is Verdict.DELIVER and at_once):
            sub.known_head = page.head
            self._act(verdict, reasons, sub, page)
        elif verdict is not Verdict.NOTHING_NEW or page.head > sub.position:
            sub.hear(page.head)
        if sub.dirty:
            self.mark(sub)

    def _act(self, verdict: Verdict, reasons: list[str], sub: Subscription, page: Page) -> None:
        if verdict is Verdict.DELIVER:
            self._deliver(sub, page)
        elif verdict is Verdict.NOTHING_NEW:
            self._nothing_new(sub, page)
        elif verdict is Verdict.RECHECK:
            self._recheck(sub)
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
        anchor = sub.state is Sub.REPLAY and page.last >= page.head
        message = self.connection.lane.encode_batch(Batch(sub.name, page, page.last >= page.head, anchor))
        class_name = sub.topic.topic_class.name
        self.connection.emit(ev.Send(message, "update_batch", class_name, len(page.rows)))
        self.pressure.sent(sub.canonical, page.last if page.rows else None, len(message.data))
        self.turns.charge(sub.canonical, len(message.data))
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
            self.connection.emit(ev.Metric("replay_duration_seconds", (class_name, sub.mode), took))

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
        self.note_stale(sub, reasons)
        self.end(sub, SubCause.STALE)
        stale = StaleTopic(
            name=sub.name,
            canonical=sub.canonical,
            topic_class=sub.topic.topic_class,
            reasons=tuple(reasons),
            resume_after=sub.position,
            floor=extent.floor,
            head=extent.head,
            compaction=extent.compaction,
            lineage=extent.lineage,
            snapshot=sub.topic.snapshot_capable,
        )
        self.connection.say(
            Problem("stale_cursor", "the cursor cannot be resumed", topic=sub.name, reason=reasons[0], stale=stale)
        )

    def note_stale(self, sub: Subscription, reasons: list[str]) -> None:
        for reason in reasons:
            self.connection.emit(ev.Metric("stale_cursor", (sub.topic.topic_class.name, reason)))
        self.connection.emit(ev.Audit("khala.stale_cursor", "deny", reasons[0], sub.canonical))
        key = self.connection.principal.principal_key
        self.connection.emit(ev.RecoveryGrant(key, sub.canonical, tuple(reasons)))

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
            canonical = self.names.get(name)
            if canonical is not None:
                self.pressure.acknowledged(canonical, seq)
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
        if event.ticket in self.rechecks:
            for canonical in self.rechecks.pop(event.ticket):
                self._forbid(self.subs[canonical], "recheck_failed")
        elif event.ticket not in self.fetches:
            self.starting.fail(event.ticket)
        else:
            self._retry_later(self.fetches.pop(event.ticket), event.ticket)
        self.schedule()

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
            reconnect_after_ms=wait,
        )
        self.connection.finish(Cause.TOO_SLOW, CloseCode.SLOW_CONSUMER, "slow_consumer", problem)

    # Ends

    def positions(self) -> tuple[Cursor, ...]:
        """What was sent of each topic, with its chain: anchors for the client."""
        return tuple(
            Cursor(sub.name, sub.position, sub.chain)
            for sub in self.subs.values()
            if sub.answered and sub.state not in TERMINAL
        )

    def _stop_fetching(self, sub: Subscription) -> None:
        self.turns.remove(sub.canonical)
        self.rechecks.pop(sub.ticket, None)
        sub.ticket = 0
        sub.retry_at = None
        self.pressure.forget(sub.canonical)

    def end(self, sub: Subscription, cause: SubCause) -> None:
        self._stop_fetching(sub)
        sub.move(cause)
        self.subs.pop(sub.canonical, None)
        self.names.pop(sub.name, None)
        self.connection.emit(ev.Unwatch(sub.canonical))

    def leave_all(self) -> None:
        self.starting.groups.clear()
        for sub in list(self.subs.values()):
            self.end(sub, SubCause.ENDED)
