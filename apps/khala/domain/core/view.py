"""The fan-in view: one requested name over many topics, each in its own space (section 3.3).

The client's one cursor belongs to a topic that the server cannot know, so it is applied to every member; a view is
never stale. Members are ordinary subscriptions that say the view's name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apps.khala.domain import freshness
from apps.khala.domain.core import events as ev
from apps.khala.domain.core.speech import Batch, Cursor, Result
from apps.khala.domain.core.states import Sub, SubCause
from apps.khala.domain.core.subscription import Subscription
from apps.khala.domain.freshness import Extent
from apps.khala.domain.grammar import VIEW_TOPIC, Topic
from apps.khala.domain.journal import Member, Page, Row
from openagents.receipts.canonical import canonical_bytes
from openagents.receipts.times import rfc3339

if TYPE_CHECKING:
    from apps.khala.domain.core.delivery import Delivery


@dataclass(slots=True)
class View:
    """One view of a connection. `cursor` is the client's, `since_ms` when it was subscribed (the journal's clock)."""

    name: str
    cursor: int | None
    batch_rows: int
    since_ms: int
    refresh_at: float
    refreshed_at: float
    ticket: int = 0
    members: dict[str, None] = field(default_factory=dict)
    completed: bool = False


def clamped(cursor: int | None, extent: Extent, budget: int) -> int:
    """Where a member starts: at the cursor, within what can be served."""
    lowest = freshness.bootstrap_position(extent, budget)
    return lowest if cursor is None else min(max(cursor, lowest), extent.head)


def start_of(member: Member, view: View) -> int:
    """As `clamped`; a member that was created after the subscription is wanted whole."""
    if member.created_ms > view.since_ms:
        return 0
    return clamped(view.cursor, member.facts.extent, member.topic.topic_class.replay_budget_events)


def wrapped(page: Page, topic: Topic) -> Page:
    """The page as the view shows it: every payload inside an envelope that names its worker, hashed anew."""
    shown: Page = page.once("view", lambda: _wrap(page, topic.subject))
    return shown


def _wrap(page: Page, worker_id: str) -> Page:
    rows = tuple(_wrapped_row(row, worker_id) for row in page.rows)
    return Page(page.topic, page.after, rows, page.extent, None, page.acl_version)


def _wrapped_row(row: Row, worker_id: str) -> Row:
    if row.payload is None:
        return row
    if row.shown is None:
        payload = envelope(row, worker_id)
        row.shown = row.with_payload(payload)
    return row.shown


def envelope(row: Row, worker_id: str) -> bytes:
    """Canonical JSON of the wrapped payload; the stored text goes in as it is."""
    happened = row.occurred_at or rfc3339(datetime.fromtimestamp(row.published_ms / 1000, UTC))
    worker, kind, at = canonical_bytes(worker_id), canonical_bytes(row.kind), canonical_bytes(happened)
    parts = (
        (b"eventType", kind),
        (b"event_type", kind),
        (b"occurredAt", at),
        (b"occurred_at", at),
        (b"payload", row.payload or b"null"),
        (b"seq", str(row.seq).encode()),
        (b"workerId", worker),
        (b"worker_id", worker),
    )
    return b"{" + b",".join(b'"' + name + b'":' + value for name, value in parts) + b"}"


class Views:
    """The views of one connection."""

    __slots__ = (
        "by_name",
        "connection",
        "delivery",
        "limits",
    )

    def __init__(self, delivery: Delivery) -> None:
        self.delivery = delivery
        self.connection = delivery.connection
        self.limits = delivery.limits
        self.by_name: dict[str, View] = {}

    @property
    def _signal(self) -> str | None:
        """The topic whose news say that the principal's workers changed."""
        user = self.connection.principal.user_id
        return f"fleet:user:{user}:workers" if user else None

    # Coming and going

    def start(self, name: str, cursor: int | None, batch_rows: int, state: ev.ViewState) -> Result:
        """Begin, or begin again from elsewhere. Nothing is sent before the answer: members are marked by `answered`."""
        held = self.by_name.get(name)
        if held is not None:
            self.end(held)
        now = self.connection.now
        view = View(name, cursor, batch_rows, state.read_ms, now + self.limits.view_refresh, now)
        self.by_name[name] = view
        if self._signal:
            self.delivery.watch(self._signal)
        for member in state.members:
            self._join(view, member)
        return self.as_it_is(view, "bootstrap" if cursor is None else "resume")

    def as_it_is(self, view: View, mode: str = "live") -> Result:
        subs = self._members(view)
        position = min((sub.position for sub in subs), default=view.cursor or 0)
        head = max((sub.known_head for sub in subs), default=position)
        return Result(view.name, VIEW_TOPIC.name, "", "", position, head, "", mode)

    def answered(self, view: View) -> None:
        """The request is answered: delivery may begin. A view without members is complete at once."""
        for sub in self._members(view):
            sub.answered = True
            self.delivery.mark(sub)
        if not view.members and not view.completed:
            page = Page(VIEW_TOPIC.name, view.cursor or 0, (), Extent())
            self.delivery.send(Batch(view.name, page, complete=True, anchor=False), VIEW_TOPIC, [])
            view.completed = True

    def end(self, view: View) -> None:
        for sub in self._members(view):
            self.delivery.end(sub, SubCause.ENDED)
        del self.by_name[view.name]
        if self._signal:
            self.delivery.unwatch(self._signal)

    def _join(self, view: View, member: Member) -> Subscription | None:
        """A member begins. A topic that the client holds by its own name stays what it is."""
        if member.topic.name in self.delivery.subs:
            return None
        sub = self.delivery.subscription(
            view.name, member.topic, member.org_id, member.facts.acl_version, view.batch_rows
        )
        sub.view = view
        for cause in (SubCause.ALLOWED, SubCause.FRESH):
            sub.move(cause)
        sub.position = start_of(member, view)
        sub.lineage, sub.known_head = member.facts.extent.lineage, member.facts.extent.head
        sub.mode, sub.replay_started = "resume", self.connection.now
        view.members[member.topic.name] = None
        self.delivery.add(sub)
        return sub

    def left(self, sub: Subscription) -> None:
        if sub.view is not None:
            sub.view.members.pop(sub.canonical, None)

    # Staying up to date

    def hurry(self, view: View) -> None:
        """Something about the members changed: look soon, but not again at once."""
        view.refresh_at = min(view.refresh_at, view.refreshed_at + self.limits.view_refresh_min)

    def heard(self, topic: str) -> None:
        if topic == self._signal:
            for view in self.by_name.values():
                self.hurry(view)

    def due(self) -> list[float]:
        return [view.refresh_at for view in self.by_name.values() if not view.ticket]

    def tick(self) -> None:
        for view in self.by_name.values():
            if not view.ticket and view.refresh_at <= self.connection.now:
                view.ticket = self.connection.ticket()
                self.connection.emit(ev.ReadView(view.ticket, self.connection.principal, self.limits.view_members_max))

    def on_state(self, event: ev.ViewState) -> bool:
        """Take in a refresh; False when the ticket is not one."""
        view = self._asking(event.ticket)
        if view is None:
            return False
        self._put_off(view)
        present = {member.topic.name: member for member in event.members}
        for sub in self._members(view):
            member = present.pop(sub.canonical, None)
            if member is None:
                self.delivery.end(sub, SubCause.ENDED)
            elif sub.state is Sub.AUTHZ:
                sub.org_id, sub.acl_version = member.org_id, member.facts.acl_version
                sub.move(SubCause.REALLOWED)
                self.delivery.mark(sub)
        for member in present.values():
            joined = self._join(view, member)
            if joined is not None:
                joined.answered = True
                self.delivery.mark(joined)
        return True

    def failed(self, ticket: int) -> bool:
        view = self._asking(ticket)
        if view is not None:
            self._put_off(view)
        return view is not None

    def _put_off(self, view: View) -> None:
        view.ticket = 0
        view.refreshed_at = self.connection.now
        view.refresh_at = self.connection.now + self.limits.view_refresh

    def _asking(self, ticket: int) -> View | None:
        return next((view for view in self.by_name.values() if view.ticket == ticket), None)

    # Reading

    def completes(self, sub: Subscription) -> bool:
        """All other members are caught up."""
        assert sub.view is not None
        return all(other is sub or other.state is Sub.LIVE for other in self._members(sub.view))

    def clamp(self, sub: Subscription, extent: Extent) -> None:
        """A member's position cannot be served any more: it goes on where it can."""
        sub.position = clamped(sub.position, extent, sub.topic.topic_class.replay_budget_events)
        sub.lineage, sub.known_head, sub.chain = extent.lineage, extent.head, None
        sub.move(SubCause.CLAMPED)
        self.connection.emit(ev.Metric("view_clamped"))

    def cursors(self) -> list[Cursor]:
        """The lowest position of each view: safe for a client that takes it for its own."""
        return [Cursor(view.name, self.as_it_is(view).position) for view in self.by_name.values()]

    def _members(self, view: View) -> list[Subscription]:
        return [self.delivery.subs[canonical] for canonical in list(view.members)]
