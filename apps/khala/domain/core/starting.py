"""From a subscribe request to its answer: who may, from where, and one answer for the whole request.

A request is worked out first and takes effect with its answer: until then a topic that is already held keeps its
position (and is silent), and a request that wants all or nothing can still fail without a trace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from apps.khala.domain import freshness
from apps.khala.domain.access import Decision, Principal
from apps.khala.domain.core import events as ev
from apps.khala.domain.core.speech import Answer, Cursor, Problem, Result, StaleTopic, Start, Subscribe, Wanted
from apps.khala.domain.core.states import Sub, SubCause
from apps.khala.domain.core.subscription import Begin, Subscription, begin
from apps.khala.domain.freshness import Extent

if TYPE_CHECKING:
    from apps.khala.domain.core.delivery import Delivery

FORBIDDEN: Final = "forbidden_topic"
BOOTSTRAP_CAUSES: Final = {None: "absent", Start.EARLIEST: "explicit", Start.RECOVERY: "recovery"}


@dataclass(frozen=True, slots=True)
class Reading:
    """A topic whose position is being looked up; `sub` is None for a view."""

    wanted: Wanted
    decision: Decision
    sub: Subscription | None


@dataclass(frozen=True, slots=True)
class Ready:
    """A topic that may begin. Without `found` it is left as it is."""

    wanted: Wanted
    decision: Decision
    sub: Subscription | None
    found: Begin | ev.ViewState | None = None
    extent: Extent = field(default_factory=Extent)


@dataclass(slots=True)
class Group:
    """One subscribe request on its way: what failed, what is being read, what is ready."""

    asked: Subscribe
    principal: Principal
    batch_rows: int
    failed: dict[str, Result] = field(default_factory=dict)
    reads: dict[int, Reading] = field(default_factory=dict)
    ready: dict[str, Ready] = field(default_factory=dict)
    held: list[Subscription] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Everything that was begun is known. A request that is refused does not begin the rest."""
        decided = len(self.failed) + len(self.ready) == len(self.asked.topics)
        return not self.reads and (self.refused or decided)

    @property
    def refused(self) -> bool:
        return self.asked.atomic and bool(self.failed)

    def concerns(self, sub: Subscription) -> bool:
        return any(sub is held for held in self.held)


class Starting:
    """The subscribe requests of one connection that are not answered yet."""

    __slots__ = (
        "connection",
        "delivery",
        "groups",
        "limits",
    )

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.connection = delivery.connection
        self.limits = delivery.limits
        self.groups: dict[int, Group] = {}

    @property
    def subscription_id(self) -> str:
        opened = self.connection.opened
        return f"sub_{opened.connection_id}" if opened else ""

    def subscribe(self, asked: Subscribe) -> None:
        names = [wanted.name for wanted in asked.topics]
        if not names or len(set(names)) != len(names):
            self._refuse(asked, "invalid_topics")
        elif len(names) > self.limits.topics_per_request_max:
            self._refuse(asked, "too_many_topics")
        else:
            rows = asked.batch_rows if asked.batch_rows > 0 else self.limits.batch_rows
            ticket = self.connection.ticket()
            principal = self.connection.principal
            self.groups[ticket] = Group(asked, principal, min(rows, self.limits.batch_rows_max))
            self.connection.emit(ev.Authorize(ticket, principal, tuple(names)))

    def _refuse(self, asked: Subscribe, reason: str) -> None:
        message = "the subscription was refused"
        self.connection.say(Problem("bad_subscription", message, request_id=asked.request_id, reason=reason))

    # Access

    def on_acl(self, event: ev.Acl) -> None:
        group = self.groups.get(event.ticket)
        if group is None:
            return
        decided = list(zip(group.asked.topics, event.decisions, strict=True))
        for wanted, decision in decided:
            self.audit(wanted.name, decision)
            if decision.topic is None or not decision.allowed:
                canonical = decision.topic.name if decision.topic else ""
                group.failed[wanted.name] = Result(wanted.name, canonical, FORBIDDEN, decision.reason or FORBIDDEN)
        if not group.refused:
            self._check(group, decided)
        if not group.refused:
            for wanted, decision in decided:
                if wanted.name not in group.failed:
                    self._start(group, wanted, decision)
        self.answer_complete()

    def _check(self, group: Group, decided: list[tuple[Wanted, Decision]]) -> None:
        """What is wrong with a topic that may be read."""
        taken = {sub.canonical: sub.name for sub in self.delivery.subs.values()}
        count = self.delivery.count
        for wanted, decision in decided:
            if wanted.name in group.failed or decision.topic is None:
                continue
            canonical = decision.topic.name
            known = self.delivery.holds(wanted.name)
            reason = group.asked.flaw
            if taken.setdefault(canonical, wanted.name) != wanted.name:
                reason = "duplicate_canonical_topic"
            elif not known and count >= self.limits.topics_max:
                reason = "too_many_topics"
            if reason:
                group.failed[wanted.name] = Result(wanted.name, canonical, "bad_subscription", reason)
            elif not known:
                count += 1

    def audit(self, name: str, decision: Decision) -> None:
        outcome = "allow" if decision.allowed else "deny"
        event = "khala.subscribe.allowed" if decision.allowed else "khala.subscribe.denied"
        attributes = {"detail": decision.detail} if decision.detail else {}
        self.connection.emit(ev.Audit(event, outcome, decision.reason, name, attributes))
        class_name = decision.topic.topic_class.name if decision.topic else "fallback"
        self.connection.emit(ev.Metric("joins", (class_name, outcome, decision.reason or "none")))

    # Position

    def _start(self, group: Group, wanted: Wanted, decision: Decision) -> None:
        assert decision.topic is not None
        unmoved = wanted.cursor is None and wanted.start is None
        ticket = self.connection.ticket()
        if decision.is_view:
            if unmoved and wanted.name in self.delivery.views.by_name:
                group.ready[wanted.name] = Ready(wanted, decision, None)
                return
            group.reads[ticket] = Reading(wanted, decision, None)
            self.connection.emit(ev.ReadView(ticket, self.connection.principal, self.limits.view_members_max))
            return
        sub = self.delivery.subs.get(decision.topic.name)
        if sub is not None and sub.answered and unmoved:
            group.ready[wanted.name] = Ready(wanted, decision, sub)
            return
        if sub is None:
            sub = self.delivery.subscription(
                wanted.name, decision.topic, decision.org_id, decision.acl_version, group.batch_rows
            )
            sub.move(SubCause.ALLOWED)
            self.delivery.add(sub)
        else:
            self.delivery.pause(sub)
        sub.held += 1
        group.held.append(sub)
        group.reads[ticket] = Reading(wanted, decision, sub)
        budget = sub.topic.topic_class.replay_budget_events
        self.connection.emit(ev.ReadTopic(ticket, sub.canonical, wanted.cursor, budget, wanted.start))

    def _reading(self, ticket: int) -> tuple[Group, Reading] | None:
        for group in self.groups.values():
            if (reading := group.reads.pop(ticket, None)) is not None:
                return group, reading
        return None

    def on_topic_state(self, event: ev.TopicState) -> None:
        if (found := self._reading(event.ticket)) is not None:
            self._place(*found, event)
        self.answer_complete()

    def on_view_state(self, event: ev.ViewState) -> None:
        if (found := self._reading(event.ticket)) is not None:
            group, reading = found
            group.ready[reading.wanted.name] = Ready(reading.wanted, reading.decision, None, event)
        self.answer_complete()

    def _place(self, group: Group, reading: Reading, event: ev.TopicState) -> None:
        sub, wanted, facts = reading.sub, reading.wanted, event.facts
        assert sub is not None
        if event.retry_after_ms:
            group.failed[wanted.name] = Result(
                wanted.name, sub.canonical, "rate_limited", "recovery_limit", retry_after_ms=event.retry_after_ms
            )
            return
        budget = sub.topic.topic_class.replay_budget_events
        started = begin(wanted, facts, budget, recovered=event.recovered)
        if isinstance(started, Begin):
            group.ready[wanted.name] = Ready(wanted, reading.decision, sub, started, facts.extent)
            return
        if freshness.LINEAGE_MISMATCH in started and wanted.chain not in (None, facts.chain_at_cursor):
            self.connection.emit(ev.Metric("chain_mismatch", (sub.topic.topic_class.name, "resume")))
        group.failed[wanted.name] = Result(
            wanted.name,
            sub.canonical,
            "stale_cursor",
            started[0],
            head=facts.extent.head,
            lineage=facts.extent.lineage,
            stale=self.stale(sub, wanted.cursor or 0, started, facts.extent),
        )

    def stale(self, sub: Subscription, cursor: int, reasons: list[str], extent: Extent) -> StaleTopic:
        """Count and record a stale answer, and let the principal start over; what the client is told of it."""
        for reason in reasons:
            self.connection.emit(ev.Metric("stale_cursor", (sub.topic.topic_class.name, reason)))
        self.connection.emit(ev.Audit("khala.stale_cursor", "deny", reasons[0], sub.canonical))
        key = self.connection.principal.principal_key
        self.connection.emit(ev.RecoveryGrant(key, sub.canonical, tuple(reasons)))
        return StaleTopic(
            name=sub.name,
            canonical=sub.canonical,
            topic_class=sub.topic.topic_class,
            reasons=tuple(reasons),
            resume_after=cursor,
            floor=extent.floor,
            head=extent.head,
            compaction=extent.compaction,
            lineage=extent.lineage,
            snapshot=sub.topic.snapshot_capable,
        )

    # The answer

    def answer_complete(self) -> None:
        for ticket, group in list(self.groups.items()):
            if group.complete and self.groups.pop(ticket, None) is not None:
                self._answer(group)
        self.delivery.schedule()

    def _answer(self, group: Group) -> None:
        for sub in group.held:
            sub.held -= 1
        results = dict(group.failed)
        if not group.refused:
            results |= {name: self._take_effect(group, ready) for name, ready in group.ready.items()}
        self._release(group)
        ordered = tuple(results[wanted.name] for wanted in group.asked.topics if wanted.name in results)
        joined = [result for result in ordered if not result.code] if not group.refused else []
        request_id = group.asked.request_id
        self.connection.say(
            Answer(
                request_id,
                self.subscription_id,
                tuple(Cursor(result.name, result.position, lineage=result.lineage) for result in joined),
                tuple(Cursor(result.name, result.head, lineage=result.lineage) for result in joined),
                ordered,
                atomic=group.asked.atomic,
            )
        )
        if group.refused:
            self.connection.refused(ordered)
            return
        self._explain_waits(group, ordered)
        for result in joined:
            self._begin(group, result)

    def _explain_waits(self, group: Group, results: tuple[Result, ...]) -> None:
        for result in results:
            if result.retry_after_ms:
                self.connection.say(
                    Problem(
                        result.code,
                        "started over too often",
                        topic=result.name,
                        request_id=group.asked.request_id,
                        reason=result.reason,
                        retry_after_ms=result.retry_after_ms,
                    )
                )

    def _begin(self, group: Group, result: Result) -> None:
        """Delivery may begin; under rights that were reduced meanwhile it is decided once more."""
        view = self.delivery.views.by_name.get(result.name)
        if view is not None:
            self.delivery.views.answered(view)
        elif (sub := self.delivery.subs.get(result.canonical)) is not None and sub.flowing:
            sub.answered = True
            self.delivery.mark(sub)
        if group.principal is not self.connection.principal:
            self.delivery.rights.recheck(result.name)

    def _release(self, group: Group) -> None:
        """Topics that did not come to life are let go; those that were held before go on where they were."""
        for sub in group.held:
            if self.delivery.subs.get(sub.canonical) is not sub or any(
                other.concerns(sub) for other in self.groups.values()
            ):
                continue
            if sub.state is Sub.CURSOR and not sub.answered:
                failed = group.failed.get(sub.name)
                stale = failed is not None and failed.code == "stale_cursor"
                self.delivery.end(sub, SubCause.STALE if stale else SubCause.ENDED)
            elif (failed := group.failed.get(sub.name)) is not None and not group.refused:
                self.delivery.end(sub, SubCause.STALE if failed.code == "stale_cursor" else SubCause.ENDED)
            else:
                self.delivery.mark(sub)

    def _take_effect(self, group: Group, ready: Ready) -> Result:
        wanted, sub, found = ready.wanted, ready.sub, ready.found
        views = self.delivery.views
        if isinstance(found, ev.ViewState):
            return views.start(wanted.name, wanted.cursor, group.batch_rows, found)
        if sub is None:
            view = views.by_name.get(wanted.name)
            return views.as_it_is(view) if view else Result(wanted.name, code="bad_subscription", reason="unsubscribed")
        if found is None:
            mode = "live" if sub.state is Sub.LIVE else sub.mode
            return Result(
                sub.name, sub.canonical, "", "", sub.position, sub.known_head, sub.lineage, mode, chain=sub.chain
            )
        return self._position(group, ready, sub, found)

    def _position(self, group: Group, ready: Ready, sub: Subscription, found: Begin) -> Result:
        if self.delivery.subs.get(sub.canonical) is not sub:
            # Another request failed over the same topic and let it go: it begins anew.
            sub = self.delivery.subscription(ready.wanted.name, sub.topic, None, 0, group.batch_rows)
            sub.move(SubCause.ALLOWED)
            self.delivery.add(sub)
        elif sub.state is not Sub.CURSOR:
            self.delivery.reposition(sub)
        decision, extent, class_name = ready.decision, ready.extent, sub.topic.topic_class.name
        sub.move(SubCause.FRESH)
        sub.org_id, sub.acl_version, sub.batch_rows = decision.org_id, decision.acl_version, group.batch_rows
        sub.position, sub.chain, sub.mode = found.position, found.chain, found.mode
        sub.lineage, sub.known_head = extent.lineage, max(extent.head, 0)
        sub.replay_started = self.connection.now
        self.connection.emit(ev.Metric("replay_lag_events", (class_name,), float(extent.head - sub.position)))
        if sub.mode == "bootstrap":
            self.connection.emit(ev.Metric("bootstrap", (class_name, BOOTSTRAP_CAUSES[ready.wanted.start])))
        return Result(
            sub.name,
            sub.canonical,
            position=sub.position,
            head=extent.head,
            lineage=extent.lineage,
            mode=sub.mode,
            chain=sub.chain,
        )

    # Requests that cannot be finished

    def void(self, name: str, reason: str) -> None:
        """The topic was left meanwhile: open requests for it are answered without it."""
        for group in self.groups.values():
            group.ready.pop(name, None)
            for ticket in [ticket for ticket, reading in group.reads.items() if reading.wanted.name == name]:
                del group.reads[ticket]
            if any(wanted.name == name for wanted in group.asked.topics) and (group.reads or group.ready or group.held):
                group.failed.setdefault(name, Result(name, code="bad_subscription", reason=reason))

    def fail(self, ticket: int) -> None:
        """A start that cannot be decided is refused: the client asks again, its cursor is unharmed."""
        if (group := self.groups.get(ticket)) is not None:
            for wanted in group.asked.topics:
                group.failed.setdefault(wanted.name, Result(wanted.name, code="internal", reason="unavailable"))
        elif (found := self._reading(ticket)) is not None:
            group, reading = found
            name = reading.wanted.name
            canonical = reading.sub.canonical if reading.sub else ""
            group.failed[name] = Result(name, canonical, "internal", "unavailable")
        self.answer_complete()
