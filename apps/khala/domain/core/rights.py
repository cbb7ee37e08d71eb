"""Access that changes while topics are held: decided again, by the same rule as at the start (section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apps.khala.domain.access import Decision
from apps.khala.domain.core import events as ev
from apps.khala.domain.core.speech import Problem
from apps.khala.domain.core.states import SubCause
from apps.khala.domain.core.subscription import Subscription

if TYPE_CHECKING:
    from apps.khala.domain.core.delivery import Delivery


class Rights:
    """Decisions that are being made again, by ticket."""

    __slots__ = (
        "_open",
        "connection",
        "delivery",
    )

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.connection = delivery.connection
        self._open: dict[int, str] = {}

    def moved(self, sub: Subscription) -> None:
        """The topic's row says that access changed. The members of a view are looked up anew instead."""
        if sub.view is None:
            self.recheck(sub.name)
            return
        self.delivery.stop_fetching(sub)
        sub.move(SubCause.ACL_MOVED)
        self.delivery.views.hurry(sub.view)

    def recheck_all(self) -> None:
        for name in [*self.delivery.names, *self.delivery.views.by_name]:
            self.recheck(name)

    def recheck(self, name: str) -> None:
        """Decide a topic again; it is silent until that is done. A view goes on: its members are its owner's own."""
        sub = self.delivery.subs.get(self.delivery.names.get(name, ""))
        if sub is not None and not sub.flowing:
            return
        ticket = self.connection.ticket()
        if sub is not None:
            self.delivery.stop_fetching(sub)
            sub.move(SubCause.ACL_MOVED)
            sub.ticket = ticket
        self._open[ticket] = name
        self.connection.emit(ev.Authorize(ticket, self.connection.principal, (name,), recheck=True))

    def on_acl(self, event: ev.Acl) -> None:
        name = self._open.pop(event.ticket, None)
        if name is None:
            self.delivery.starting.on_acl(event)
            return
        [decision] = event.decisions
        sub = self.delivery.subs.get(self.delivery.names.get(name, ""))
        if sub is not None and sub.ticket == event.ticket:
            sub.ticket = 0
            if decision.allowed and decision.topic is not None and decision.topic.name == sub.canonical:
                sub.org_id, sub.acl_version = decision.org_id, decision.acl_version
                sub.move(SubCause.REALLOWED)
                self.delivery.mark(sub)
            else:
                self._denied_again(name, decision)
        elif sub is None and name in self.delivery.views.by_name and not decision.allowed:
            self._denied_again(name, decision)
        self.delivery.schedule()

    def _denied_again(self, name: str, decision: Decision) -> None:
        self.delivery.starting.audit(name, decision)
        self._forbid(name, decision.reason or "forbidden_topic")

    def end_org(self, org_id: str) -> None:
        for sub in [sub for sub in self.delivery.subs.values() if sub.org_id == org_id]:
            if sub.view is not None:
                self.delivery.end(sub, SubCause.ENDED)
            else:
                self.delivery.starting.void(sub.name, "membership_revoked")
                self._forbid(sub.name, "membership_revoked")
        if not self.connection.closing:
            self.delivery.starting.answer_complete()

    def _forbid(self, name: str, reason: str) -> None:
        sub = self.delivery.subs.get(self.delivery.names.get(name, ""))
        told = sub is None or sub.answered
        self.delivery.drop(name)
        if told:
            problem = Problem("forbidden_topic", "the topic may not be read", topic=name, reason=reason)
            self.connection.topic_lost(problem)

    def drop(self, ticket: int) -> None:
        """The topic moved on: an answer to this question means nothing any more."""
        self._open.pop(ticket, None)

    def failed(self, ticket: int) -> bool:
        """What cannot be decided is not read; False when the ticket is not one of these."""
        name = self._open.pop(ticket, None)
        if name is not None and self.delivery.holds(name):
            self._forbid(name, "recheck_failed")
        return name is not None
