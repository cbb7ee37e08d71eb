"""From a subscribe request to its answer: who may, from where, and one answer for the whole request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.khala.domain import freshness
from apps.khala.domain.access import Decision
from apps.khala.domain.core import events as ev
from apps.khala.domain.core.speech import Answer, Cursor, Problem, Result, Subscribe, Wanted
from apps.khala.domain.core.states import Sub, SubCause
from apps.khala.domain.core.subscription import Begin, Group, Subscription, begin

if TYPE_CHECKING:
    from apps.khala.domain.core.delivery import Delivery


class Starting:
    """The subscribe requests of one connection that are not answered yet."""

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
            self.groups[ticket] = Group(asked.request_id, asked.topics, min(rows, self.limits.batch_rows_max))
            self.connection.emit(ev.Authorize(ticket, self.connection.principal, tuple(names)))

    def _refuse(self, asked: Subscribe, reason: str) -> None:
        message = "the subscription was refused"
        self.connection.say(Problem("bad_subscription", message, request_id=asked.request_id, reason=reason))

    # Access

    def on_acl(self, event: ev.Acl) -> None:
        group = self.groups.get(event.ticket)
        if group is None:
            return
        for wanted, decision in zip(group.wanted, event.decisions, strict=True):
            self.audit(wanted.name, decision)
            refusal = self._refusal(wanted, decision)
            if refusal is not None:
                group.results[wanted.name] = refusal
            else:
                self._start(group, wanted, decision)
        self.answer_complete()

    def _refusal(self, wanted: Wanted, decision: Decision) -> Result | None:
        if decision.topic is None or not decision.allowed:
            canonical = decision.topic.name if decision.topic else ""
            return Result(wanted.name, canonical, "forbidden_topic", decision.reason)
        canonical = decision.topic.name
        held = self.delivery.subs.get(canonical)
        if held is not None and held.name != wanted.name:
            return Result(wanted.name, canonical, "bad_subscription", "duplicate_canonical_topic")
        if held is None and len(self.delivery.subs) >= self.limits.topics_max:
            return Result(wanted.name, canonical, "bad_subscription", "too_many_topics")
        return None

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
        sub = self.delivery.subs.get(decision.topic.name)
        if sub is not None and sub.answered and wanted.cursor is None and wanted.start is None:
            group.results[wanted.name] = _as_it_is(sub)
            return
        if sub is None:
            sub = Subscription(wanted.name, decision.topic, decision.org_id, decision.acl_version, group.batch_rows)
            sub.move(SubCause.ALLOWED)
            self.delivery.add(sub)
        else:
            self.void(sub, "superseded")
            self.delivery.reposition(sub, decision, group.batch_rows)
        ticket = sub.ticket = self.connection.ticket()
        group.reads[ticket] = (sub, wanted)
        budget = sub.topic.topic_class.replay_budget_events
        self.connection.emit(ev.ReadTopic(ticket, sub.canonical, wanted.cursor, budget, wanted.start))

    def on_topic_state(self, event: ev.TopicState) -> None:
        for group in self.groups.values():
            if event.ticket in group.reads:
                sub, wanted = group.reads.pop(event.ticket)
                sub.ticket = 0
                group.results[wanted.name] = self._place(group, sub, wanted, event)
                break
        self.answer_complete()

    def _place(self, group: Group, sub: Subscription, wanted: Wanted, event: ev.TopicState) -> Result:
        facts = event.facts
        if event.retry_after_ms:
            self.delivery.end(sub, SubCause.ENDED)
            group.afterwards.append(
                Problem(
                    "rate_limited",
                    "started over too often",
                    topic=sub.name,
                    request_id=group.request_id,
                    reason="recovery_limit",
                    retry_after_ms=event.retry_after_ms,
                )
            )
            return Result(wanted.name, sub.canonical, "rate_limited", "recovery_limit")
        started = begin(wanted, facts, sub.topic.topic_class.replay_budget_events)
        if isinstance(started, Begin):
            return self._placed(sub, wanted, started, event)
        if freshness.LINEAGE_MISMATCH in started and wanted.chain not in (None, facts.chain_at_cursor):
            self.connection.emit(ev.Metric("chain_mismatch", (sub.topic.topic_class.name, "resume")))
        self.delivery.note_stale(sub, started)
        self.delivery.end(sub, SubCause.STALE)
        extent = facts.extent
        return Result(wanted.name, sub.canonical, "stale_cursor", started[0], head=extent.head, lineage=extent.lineage)

    def _placed(self, sub: Subscription, wanted: Wanted, started: Begin, event: ev.TopicState) -> Result:
        extent = event.facts.extent
        sub.move(SubCause.FRESH)
        sub.position, sub.chain, sub.mode = started.position, started.chain, started.mode
        sub.lineage = extent.lineage
        sub.known_head = extent.head
        sub.replay_started = self.connection.now
        class_name = sub.topic.topic_class.name
        self.connection.emit(ev.Metric("replay_lag_events", (class_name,), float(extent.head - sub.position)))
        if sub.mode == "bootstrap":
            cause = "explicit" if wanted.start is not None else "absent"
            self.connection.emit(ev.Metric("bootstrap", (class_name, cause)))
        return Result(
            wanted.name,
            sub.canonical,
            position=sub.position,
            head=extent.head,
            lineage=extent.lineage,
            mode=sub.mode,
            chain=sub.chain,
        )

    # The answer

    def answer_complete(self) -> None:
        for ticket, group in list(self.groups.items()):
            if group.complete:
                del self.groups[ticket]
                self._answer(group)
        self.delivery.schedule()

    def _answer(self, group: Group) -> None:
        results = tuple(group.results[wanted.name] for wanted in group.wanted)
        joined = [result for result in results if not result.code]
        answer = Answer(
            group.request_id,
            self.subscription_id,
            tuple(Cursor(result.name, result.position, lineage=result.lineage) for result in joined),
            tuple(Cursor(result.name, result.head, lineage=result.lineage) for result in joined),
            results,
        )
        self.connection.say(answer)
        for problem in group.afterwards:
            self.connection.say(problem)
        for result in joined:
            sub = self.delivery.subs.get(result.canonical)
            if sub is not None and sub.flowing:
                sub.answered = True
                self.delivery.mark(sub)

    # Requests that cannot be finished

    def void(self, sub: Subscription, reason: str) -> None:
        """The topic's open read no longer matters: its request is answered without it."""
        for group in self.groups.values():
            for ticket, (reading, wanted) in list(group.reads.items()):
                if reading is sub:
                    del group.reads[ticket]
                    group.results[wanted.name] = Result(wanted.name, sub.canonical, "bad_subscription", reason)

    def fail(self, ticket: int) -> None:
        """A start that cannot be decided is refused: the client asks again, its cursor is unharmed."""
        if (group := self.groups.get(ticket)) is not None:
            for wanted in group.wanted:
                group.results.setdefault(wanted.name, Result(wanted.name, code="internal", reason="unavailable"))
        for group in self.groups.values():
            if ticket in group.reads:
                sub, wanted = group.reads.pop(ticket)
                self.delivery.end(sub, SubCause.ENDED)
                group.results[wanted.name] = Result(wanted.name, sub.canonical, "internal", "unavailable")
        self.answer_complete()


def _as_it_is(sub: Subscription) -> Result:
    mode = "live" if sub.state is Sub.LIVE else sub.mode
    return Result(sub.name, sub.canonical, "", "", sub.position, sub.known_head, sub.lineage, mode, sub.chain)
