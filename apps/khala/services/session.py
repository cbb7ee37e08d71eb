"""One live connection in this process: it carries out what the core says and feeds back what happens.

Plain delivery runs without a task and without a queue: the hub feeds a page, the core answers with one `Send`, and the
frame is written, all in the same call. Only what has to wait (reads, control, the database) becomes a task.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from apps.khala import metrics
from apps.khala.domain import backoff
from apps.khala.domain.access import Decision
from apps.khala.domain.closing import CloseCode, close_reason
from apps.khala.domain.core import events as ev
from apps.khala.domain.core.connection import Connection
from apps.khala.domain.core.lane import Lane, Unreadable
from apps.khala.domain.core.speech import Encoded, Start
from apps.khala.domain.revocation import Effect, Holder, Revocation, effect
from apps.khala.models import ConnectionRow
from apps.khala.services.grants import EARLIEST_SECONDS, EARLIEST_STARTS_MAX
from apps.khala.services.hub import Listener
from apps.khala.services.journal import JournalUnavailable
from apps.khala.services.recorder import audit_row

if TYPE_CHECKING:
    from apps.khala.services.node import Node

ABORT_SECONDS: Final = 5.0
WRITTEN_BEFORE: Final = frozenset({"khala.subscribe.denied"})
"""Audit events that are stored before the core hears of the decision."""
FAILED_CODES: Final = frozenset({CloseCode.REAUTH, CloseCode.INCOMPATIBLE})

log = structlog.get_logger("oa.khala.session")


class Door(Protocol):
    """The socket as a session needs it. `write` never waits; `buffered` is its backlog in bytes.

    `frames` and `octets` count what was written.
    """

    @property
    def frames(self) -> int: ...

    @property
    def octets(self) -> int: ...

    def write(self, messages: Sequence[Encoded]) -> None: ...

    def close(self, code: int, reason: str) -> None: ...

    def abort(self) -> None: ...

    def buffered(self) -> int: ...


class Session:
    """Core, door and bookkeeping of one connection. All methods run in the event loop's thread."""

    def __init__(self, node: Node, lane: Lane, door: Door, holder: Holder, row: ConnectionRow) -> None:
        self.node = node
        self.door = door
        self.holder = holder
        self.row = row
        self.core = Connection(lane, node.limits)
        self.opened_at = time.monotonic()
        self.retires_at = self.opened_at + backoff.around(
            float(node.config.khala_max_connection_age_s), backoff.unit(row.connection_id)
        )
        self.loop = asyncio.get_running_loop()
        self._inbox: deque[ev.Input] = deque()
        self._running = False
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def connection_id(self) -> str:
        return str(self.row.connection_id)

    # In

    def feed(self, event: ev.Input) -> None:
        """Hand one input to the core and carry out its outputs. Safe to call from inside an output."""
        self._inbox.append(event)
        if self._running:
            return
        self._running = True
        try:
            while self._inbox:
                for output in self.core.handle(self._inbox.popleft(), self.loop.time()):
                    _PERFORM[type(output)](self, output)
        except Exception:
            self._fail()
        finally:
            self._running = False

    def _fail(self) -> None:
        log.exception("session.failed", connection_id=self.connection_id)
        metrics.DROPPED_FRAMES.labels("failed").inc(len(self._inbox) + 1)
        self._inbox.clear()
        self.door.close(CloseCode.INTERNAL, "internal")

    def message(self, message: str | bytes) -> None:
        """One message of the client."""
        try:
            said = self.core.lane.parse(message)
        except Unreadable as error:
            self.feed(ev.ClientGarbage(str(error)))
        else:
            self.feed(ev.ClientMsg(said))

    def revoke(self, revocation: Revocation) -> bool:
        """Apply one revocation; True when this connection ends by it."""
        if self.core.closing:
            return False  # one push may name the session, its device and its tokens
        outcome = effect(revocation, self.holder)
        if outcome is Effect.EVICT:
            self.feed(ev.Revoked(revocation.reason))
            metrics.REVOCATION_SECONDS.observe(max(time.time() - revocation.began, 0.0))
            return True
        if outcome is Effect.END_ORG:
            self.feed(ev.Revoked(revocation.reason, revocation.org_id))
        return False

    async def gone(self, code: int) -> None:
        """The socket is closed: nothing more is sent, everything is released and recorded."""
        self.feed(ev.Gone(code))
        if self._timer is not None:
            self._timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        row = self.row
        row.closed_at = datetime.now(UTC)
        row.close_code = row.close_code or code
        row.frames_out, row.bytes_out = self.door.frames, self.door.octets
        self.node.recorder.note(row)

    # Out

    def _send(self, output: ev.Send) -> None:
        self.door.write((output.message,))
        self.node.count(output)

    def _close(self, output: ev.Close) -> None:
        self.row.close_code, self.row.close_reason = int(output.code), output.word
        self.door.close(int(output.code), close_reason(output.word))
        self._timer_off()
        self._timer = self.loop.call_later(ABORT_SECONDS, self._abort)

    def _abort(self) -> None:
        if self.door.buffered():
            metrics.DROPPED_FRAMES.labels("aborted").inc()
        self.door.abort()

    def _set_timer(self, output: ev.Timer) -> None:
        self._timer_off()
        self._timer = self.loop.call_at(output.at, self._tick)

    def _tick(self) -> None:
        self.feed(ev.Tick(self.door.buffered()))

    def _timer_off(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _watch(self, output: ev.Watch) -> None:
        self.node.hub.watch(output.topic, self, Listener(output.take, self.door.write))

    def _unwatch(self, output: ev.Unwatch) -> None:
        self.node.hub.unwatch(output.topic, self)

    def _fetch(self, output: ev.Fetch) -> None:
        tail = self.node.hub.tails[output.topic]
        if not output.primary:
            page = tail.at_hand(output.after, output.limit, output.bytes_max)
            if page is not None:
                self.feed(ev.Rows(page, output.ticket))
                return

        async def read() -> None:
            try:
                if output.primary:
                    page = await self.node.primary.page(output.topic, output.after, output.limit, output.bytes_max)
                else:
                    page = await tail.page(output.after, output.limit, output.bytes_max)
            except JournalUnavailable:
                self.feed(ev.IoFailed(output.ticket))
            else:
                self.feed(ev.Rows(page, output.ticket))

        self.node.fetches.put(self.holder.principal.principal_key, output.live, read)

    def _read_topic(self, output: ev.ReadTopic) -> None:
        self._do(self._read_facts(output), output.ticket)

    async def _read_facts(self, output: ev.ReadTopic) -> None:
        facts = await self.node.facts(output.topic, output.cursor, output.budget)
        if (tail := self.node.hub.tails.get(output.topic)) is not None:
            tail.known(facts)
        principal, wait, recovered = self.core.principal, 0, False
        if output.start is Start.EARLIEST:
            key = principal.consumer_key(output.topic)
            wait = await self.node.hit_window("khala.earliest", key, EARLIEST_STARTS_MAX, EARLIEST_SECONDS)
        elif output.start is Start.RECOVERY:
            use = await self.node.grants.use(principal.principal_key, output.topic)
            wait, recovered = use.wait_seconds, use.granted
        self.feed(ev.TopicState(output.ticket, facts, wait * 1000, recovered))

    def _read_view(self, output: ev.ReadView) -> None:
        self._do(self._find_members(output), output.ticket)

    async def _find_members(self, output: ev.ReadView) -> None:
        principal = output.principal
        members, read_ms = await self.node.journal.members(principal.owner_key, principal.orgs, output.limit)
        self.feed(ev.ViewState(output.ticket, members, read_ms))

    def _save_watermark(self, output: ev.SaveWatermark) -> None:
        self.node.watermarks.note(self.holder.principal, output)

    def _ingest(self, output: ev.Ingest) -> None:
        self.node.telemetry.note(self.holder.principal, output.event)

    def _authorize(self, output: ev.Authorize) -> None:
        self._do(self._decide(output), output.ticket)

    async def _decide(self, output: ev.Authorize) -> None:
        decisions = await self.node.decide(output.principal, output.names)
        await self._audit_denials(decisions)
        self.feed(ev.Acl(output.ticket, decisions))

    async def _audit_denials(self, decisions: tuple[Decision, ...]) -> None:
        rows = [
            self._audit_row(
                ev.Audit("khala.subscribe.denied", "deny", decision.reason, decision.requested, _detail(decision))
            )
            for decision in decisions
            if not decision.allowed
        ]
        if rows:
            await self.node.recorder.write_or_queue(*rows)

    def _check_token(self, output: ev.CheckToken) -> None:
        grant = self.node.admission.fresh(output.token)
        if isinstance(grant, str):
            self.feed(ev.TokenChecked(None, reason=grant))
            return
        if grant.principal.is_same_as(self.holder.principal):
            self.holder = Holder(grant.principal, grant.jti, grant.kid, grant.issued_at)
        self.feed(ev.TokenChecked(grant.principal, float(grant.expires_at), window=self.node.window))

    def _introspect(self, output: ev.Introspect) -> None:
        self.node.introspector.ask(output.principal, self._learn_lease)

    def _learn_lease(self, verdict: ev.LeaseRenewed | ev.LeaseRefused | ev.LeaseUnknown) -> None:
        """What control says of the lease, with the compatibility window of this moment."""
        if isinstance(verdict, ev.LeaseRenewed):
            verdict = replace(verdict, window=self.node.window)
        self.feed(verdict)

    def _grant(self, output: ev.RecoveryGrant) -> None:
        self.node.grants.issue(output.principal_key, output.topic, output.reasons)
        self.node.stats.stale_cursor(output.topic, output.reasons)

    def _audit(self, output: ev.Audit) -> None:
        if output.event not in WRITTEN_BEFORE:
            self.node.recorder.note(self._audit_row(output))
        if output.event == "khala.join.allowed":
            self.row.joined_at = datetime.now(UTC)
            self.row.client_build_id = str(output.attributes.get("build") or "")[:64] or None

    def _audit_row(self, output: ev.Audit) -> Any:
        principal = self.core.principal
        return audit_row(
            output.event,
            output.outcome,
            output.reason,
            output.topic,
            principal_key=principal.principal_key,
            session_id=principal.session_id,
            device_id=principal.device_id,
            connection_id=self.connection_id,
            attributes=dict(output.attributes),
        )

    def _metric(self, output: ev.Metric) -> None:
        metrics.record(output.name, output.labels, output.value)
        self.node.stats.observe(output)

    def _do(self, work: Awaitable[None], ticket: int) -> None:
        async def run() -> None:
            try:
                await work
            except JournalUnavailable:
                self.feed(ev.IoFailed(ticket))
            except Exception:
                log.exception("session.work_failed", connection_id=self.connection_id)
                self.feed(ev.IoFailed(ticket, retryable=False))

        task = self.loop.create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @property
    def failed(self) -> bool:
        return self.row.close_code in FAILED_CODES


def _detail(decision: Decision) -> Mapping[str, Any]:
    detail: dict[str, Any] = {}
    if decision.detail:
        detail["detail"] = decision.detail
    if decision.required_scopes:
        detail["required_scopes"] = list(decision.required_scopes)
    return detail


_PERFORM: Final[Mapping[type, Callable[[Session, Any], None]]] = {
    ev.Send: Session._send,
    ev.Close: Session._close,
    ev.Timer: Session._set_timer,
    ev.Watch: Session._watch,
    ev.Unwatch: Session._unwatch,
    ev.Fetch: Session._fetch,
    ev.ReadTopic: Session._read_topic,
    ev.ReadView: Session._read_view,
    ev.SaveWatermark: Session._save_watermark,
    ev.Ingest: Session._ingest,
    ev.Authorize: Session._authorize,
    ev.CheckToken: Session._check_token,
    ev.Introspect: Session._introspect,
    ev.RecoveryGrant: Session._grant,
    ev.Audit: Session._audit,
    ev.Metric: Session._metric,
}
