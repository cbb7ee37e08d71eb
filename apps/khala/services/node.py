"""One serving process of Khala: its parts, its sessions, its periodic duties, its end.

There is one node per process. It starts with the first thing that needs it (ASGI lifespan, or a connection where the
server knows no lifespan) and belongs to that event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import cycle
from typing import Any, Final

import structlog
from django.conf import settings
from psycopg.conninfo import make_conninfo

from apps.khala import metrics
from apps.khala.config import Config
from apps.khala.domain import backoff, freshness, grammar
from apps.khala.domain.access import Decision, Principal
from apps.khala.domain.core import events as ev
from apps.khala.domain.journal import TopicFacts
from apps.khala.domain.revocation import Revocation
from apps.khala.models import NodeRow
from apps.khala.peers import FEED_LIMIT, Control
from apps.khala.services import orders, reconnects, revocations
from apps.khala.services.admission import Admission
from apps.khala.services.control_bus import ORDER, REVOCATION, ControlBus, announce
from apps.khala.services.database import DatabaseThreads
from apps.khala.services.duties import Duties, guarded
from apps.khala.services.fetches import FetchGate
from apps.khala.services.grants import Grants
from apps.khala.services.hub import Hub
from apps.khala.services.introspector import Introspector
from apps.khala.services.journal import Journal
from apps.khala.services.live import Live
from apps.khala.services.polling import Poller
from apps.khala.services.probes import Probes
from apps.khala.services.reconnects import Reconnects
from apps.khala.services.recorder import Recorder, audit_row
from apps.khala.services.revocations import Push, RevocationBook
from apps.khala.services.session import Session
from apps.khala.services.snapshots import Snapshots
from apps.khala.services.stats import Stats
from apps.khala.services.telemetry import Telemetry
from apps.khala.services.watermarks import Watermarks
from openagents.db.fanout import control_source, hint_source
from openagents.db.hints import own_parameters
from openagents.db.stores import window
from openagents.ops import health
from openagents.peers.async_client import AsyncPeerClient
from openagents.peers.client import own_key
from openagents.receipts.ids import new_id

REVOCATION_POLL_SECONDS: Final = 5.0
FEED_PULL_SECONDS: Final = 30.0
ORDERS_POLL_SECONDS: Final = 5.0
NODE_BEAT_SECONDS: Final = 5.0
JOURNAL_ROWS_SECONDS: Final = 300.0
RETIRE_SECONDS: Final = 1.0
WATERMARKS_SECONDS: Final = 5.0
WATERMARK_TURNS: Final = 20
"""The sessions' watermarks are saved a part at a time, so that live rows never wait for all of them."""
EXPORT_SECONDS: Final = 1.0
RETIRED_PER_SECOND: Final = 5
REVOCATION_KEEP_SECONDS: Final = 86_400.0

log = structlog.get_logger("oa.khala.node")


class Node:
    """The parts of one process. Construct, `start`, use from the same event loop, `stop`."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.node_id = new_id("node")
        self.started_at = datetime.now(UTC)
        self.limits = config.limits()
        self.access = config.access()
        self.window = config.window()
        self.verifier = config.verifier()
        self.database = DatabaseThreads()
        self.journal = Journal(config.journal_url())
        primary = config.oa_khala_journal_primary_url
        self.primary = Journal(primary) if primary else self.journal
        source = hint_source(
            config.hint_driver(),
            journal_conninfo=config.hints_url(),
            redis_url=config.redis_url,
            prefix=config.fanout_prefix,
        )
        self.hub = Hub(
            self.journal,
            source,
            ring_rows=config.khala_tail_ring_rows,
            ring_bytes=config.khala_tail_ring_bytes,
            sweep=config.khala_sweep_interval_ms / 1000,
            sweep_degraded=config.khala_sweep_degraded_ms / 1000,
        )
        self.hub.on_spread = self.count_straight
        self.bus = ControlBus(
            control_source(
                config.hint_driver(),
                conninfo=make_conninfo(**own_parameters()),
                redis_url=config.redis_url,
                prefix=config.fanout_prefix,
            ),
            {REVOCATION: lambda: self.duties.hasten("revocations"), ORDER: lambda: self.duties.hasten("orders")},
        )
        self.fetches = FetchGate()
        self.recorder = Recorder(self.database)
        self.grants = Grants(
            self.recorder,
            self.database,
            seconds=config.khala_recovery_grant_ttl_s,
            uses_max=config.khala_recovery_grant_max_uses,
        )
        self.watermarks = Watermarks(self.database)
        self.poller = Poller(self, config.polling())
        self.snapshots = Snapshots(self)
        self.telemetry = Telemetry(self.recorder, config.telemetry_pepper())
        self.book = RevocationBook()
        self.admission = Admission(config, self.verifier, self.book, self.database)
        self.control = Control(AsyncPeerClient("control", config.base_url("control"), own_key()))
        self.introspector = Introspector(self.control)
        self.stats = Stats()
        self.live = Live(self)
        self.probes = Probes(
            self,
            interval=config.khala_probe_interval_ms / 1000,
            limit=config.khala_probe_limit_ms / 1000,
            base_url=config.probe_url(),
        )
        self.reconnects = Reconnects()
        self._sent: defaultdict[tuple[str, str], list[int]] = defaultdict(_tally)
        self.sessions: dict[str, Session] = {}
        self.loop = asyncio.get_running_loop()
        self.drain_id: str | None = None
        self._drained = asyncio.Event()
        self.duties = Duties()
        self._turns = cycle(range(WATERMARK_TURNS))

    async def start(self) -> None:
        self.recorder.start()
        await guarded("reconnects", self._remember_ends)
        await self.bus.start()  # before the first look: what is announced meanwhile is not missed
        await guarded("revocations", self._poll_revocations)
        await guarded("node", self._beat)
        await self.hub.start()
        begin = self.duties.begin
        begin("revocations", REVOCATION_POLL_SECONDS, self._poll_revocations)
        begin("feed", FEED_PULL_SECONDS, self._pull_feed, at_once=True)
        begin("orders", ORDERS_POLL_SECONDS, self._carry_out_orders, at_once=True)
        begin("node", NODE_BEAT_SECONDS, self._beat)
        begin("journal rows", JOURNAL_ROWS_SECONDS, self._count_journal_rows, at_once=True)
        begin("retire", RETIRE_SECONDS, self._retire_old)
        begin("watermarks", WATERMARKS_SECONDS / WATERMARK_TURNS, self._save_some_watermarks)
        begin("export", EXPORT_SECONDS, self._export)
        if self.config.khala_probe_interval_ms:
            self.probes.start()
        log.info("node.started", node_id=self.node_id, driver=self.hub.source.driver)

    async def stop(self) -> None:
        """Release everything. Sessions must have ended, or end with their sockets."""
        await self.duties.stop()
        await self.probes.stop()
        await self.bus.stop()
        await self.introspector.stop()
        await self.fetches.stop()
        await self.hub.stop()
        await self.admission.stop()
        await guarded("watermarks", lambda: self._save_watermarks(self.sessions.values()))
        await self.recorder.stop()
        await guarded("node", self._leave)
        await self.control.close()
        await self.journal.close()
        if self.primary is not self.journal:
            await self.primary.close()
        self.database.stop()

    # Sessions

    def enter(self, session: Session) -> None:
        self.sessions[session.connection_id] = session
        self.admission.entered(session.holder.principal)
        self.reconnects.entered(session.holder.principal)
        self.stats.connected()

    def leave(self, session: Session) -> None:
        if self.sessions.pop(session.connection_id, None) is None:
            return
        self.admission.left(session.holder.principal, failed=session.failed)
        self.reconnects.left(session.holder.principal, session.row.close_code or 1006)
        self.stats.disconnected(session.row.close_reason or reconnects.reason_of(session.row.close_code or 1006))
        if self.drain_id is not None:
            metrics.DRAIN_CONNECTIONS.set(len(self.sessions))
            if not self.sessions:
                self._drained.set()

    def count(self, sent: ev.Send) -> None:
        """Count one frame. Plain numbers here, on the hottest path; `_export` hands them to the metrics."""
        tally = self._sent[sent.topic_class, sent.kind]
        tally[0] += 1
        tally[1] += len(sent.message.data)
        tally[2] += sent.rows

    def count_straight(self, class_name: str, tally: list[int]) -> None:
        """Count what one page's listeners got straight."""
        for index, value in enumerate(tally):
            self._sent[class_name, "update_batch"][index] += value

    async def _export(self) -> None:
        sent, self._sent = self._sent, defaultdict(_tally)
        for (topic_class, kind), (frames, octets, rows) in sent.items():
            class_name = topic_class or "connection"
            metrics.FRAMES.labels(class_name, kind).inc(frames)
            metrics.BYTES_SENT.labels(class_name).inc(octets)
            if rows:
                metrics.REPLAY_ROWS.labels(class_name).inc(rows)
        self.live.sample_queues()
        metrics.BUS_UP.set(1 if self.bus.source.healthy else 0)

    # What sessions ask

    async def facts(self, topic: str, cursor: int | None, budget: int) -> TopicFacts:
        """The topic row for a start; a cursor ahead of a replica's head is checked at the primary."""
        facts = await self.journal.facts(topic, cursor, budget)
        if cursor is not None and cursor > facts.extent.head and self.primary is not self.journal:
            return await self.primary.facts(topic, cursor, budget)
        return facts

    async def decide(self, principal: Principal, names: tuple[str, ...]) -> tuple[Decision, ...]:
        """Access decisions in the order of `names`; one statement reads all rows that are needed."""
        topics = {name: self.access.locate(principal, name) for name in names}
        owned = [topic.name for topic in topics.values() if topic is not None and topic.binding == "row"]
        heads = await self.journal.heads(owned) if owned else {}
        decisions = []
        for name, topic in topics.items():
            head = heads.get(topic.name) if topic is not None else None
            decisions.append(self.access.decide(principal, name, head.ownership if head else None))
        return tuple(decisions)

    async def hit_window(self, bucket: str, key: str, limit: int, seconds: int) -> int:
        """Seconds to wait, 0 when admitted."""
        return await self.database.run(lambda: window().hit(bucket, key, limit, seconds))

    # Revocation

    async def revoke(self, push: Push) -> int:
        """Store and apply a push; the number of connections that end here. Raises DatabaseError."""
        stored = await self.database.run(revocations.store, push)
        if stored:
            announce(REVOCATION, stored[-1].id)
        self.recorder.note(
            audit_row("khala.revocation.received", "allow", push.reason, attributes={"items": len(stored)})
        )
        return self.apply(self.book.learn(stored, polled=False))

    def apply(self, news: list[Revocation]) -> int:
        ended = 0
        for revocation in news:
            for session in list(self.sessions.values()):
                ended += session.revoke(revocation)
        return ended

    async def _poll_revocations(self) -> None:
        rows = await self.database.run(revocations.since, self.book.last_id)
        self.apply(self.book.learn(rows, polled=True))
        self.book.forget_before(time.time() - REVOCATION_KEEP_SECONDS)

    async def _pull_feed(self) -> None:
        cursor = await self.database.run(revocations.take_feed_turn)
        while cursor is not None:
            pushes, _ = await self.control.revocations(cursor)
            for body in pushes:
                push = revocations.push_of(body)
                if push.holds_something:
                    await self.revoke(push)
                if push.seq is not None:
                    await self.database.run(revocations.advance_feed, push.seq)
                    cursor = push.seq
            if len(pushes) < FEED_LIMIT:
                return

    # Orders

    async def _carry_out_orders(self) -> None:
        for order in await self.database.run(orders.open_orders, self.node_id):
            outcome = orders.DONE
            if order.kind == orders.DRAIN:
                self.drain()
            elif (session := self.sessions.get(order.subject)) is not None:
                session.feed(ev.Drain(self.loop.time(), order.reason))
            else:
                outcome = orders.GONE
            await self.database.run(orders.finish, order, outcome)

    async def _remember_ends(self) -> None:
        self.reconnects.prime(await self.database.run(reconnects.settle_lost))

    # Draining

    def drain(self, window_ms: int | None = None) -> str:
        """Begin to drain, once; the id of the drain. Sessions close spread over the window."""
        if self.drain_id is not None:
            return self.drain_id
        self.drain_id = drain_id = new_id("drn")
        self.admission.draining = True
        health.begin_drain()
        self.probes.end()  # nobody has to tell our own clients, and nobody waits for them
        span = window_ms if window_ms is not None else self.config.khala_drain_window_ms
        now = self.loop.time()
        self.recorder.note(audit_row("khala.drain.started", "allow", attributes={"connections": len(self.sessions)}))
        metrics.DRAIN_CONNECTIONS.set(len(self.sessions))
        if not self.sessions:
            self._drained.set()
        for session in list(self.sessions.values()):
            offset = backoff.drain_offset_ms(drain_id, session.connection_id, span)
            session.feed(ev.Drain(now + offset / 1000))
        return drain_id

    async def drained(self) -> None:
        """Until the last session of a drain is gone, at most the window and a little."""
        try:
            async with asyncio.timeout(self.config.khala_drain_window_ms / 1000):
                await self._drained.wait()
        except TimeoutError:
            log.warning("drain.incomplete", connections=len(self.sessions))
        self.recorder.note(audit_row("khala.drain.finished", "allow", attributes={"left": len(self.sessions)}))

    async def _retire_old(self) -> None:
        """Close the oldest connections gracefully, a few per second."""
        now = time.monotonic()
        due = [session for session in self.sessions.values() if now > session.retires_at]
        for session in sorted(due, key=lambda session: session.opened_at)[:RETIRED_PER_SECOND]:
            session.feed(ev.Drain(self.loop.time(), "max_age"))

    # Duties

    async def _beat(self) -> None:
        row = NodeRow(
            node_id=self.node_id,
            started_at=self.started_at,
            heartbeat_at=datetime.now(UTC),
            state="draining" if self.drain_id else "serving",
            connections=len(self.sessions),
            stats=self.stats.summary() | {"live": await self.live.figures()},
        )
        await self.database.run(row.save)

    async def _count_journal_rows(self) -> None:
        for class_name, rows in (await self.journal.rows_by_class()).items():
            if class_name in grammar.CLASSES:
                metrics.JOURNAL_ROWS.labels(class_name).set(rows)

    async def _save_some_watermarks(self) -> None:
        turn = next(self._turns)
        await self._save_watermarks(list(self.sessions.values())[turn::WATERMARK_TURNS])

    async def _save_watermarks(self, sessions: Iterable[Session]) -> None:
        for session in sessions:
            for moved in session.core.moved():
                self.watermarks.note(session.holder.principal, moved)
        await self.watermarks.flush()

    async def _leave(self) -> None:
        await self.database.run(lambda: NodeRow.objects.filter(node_id=self.node_id).delete())

    def topic_windows(self, limit: int) -> list[dict[str, Any]]:
        """Replay window and limits of the watched topics, largest head first."""
        tails = sorted(self.hub.tails.values(), key=lambda tail: tail.extent.head, reverse=True)[:limit]
        return [_window_of(tail.topic, tail.extent.head, tail.extent.floor, self.stats) for tail in tails]


def _tally() -> list[int]:
    """Frames, bytes, rows."""
    return [0, 0, 0]


def _window_of(name: str, head: int, floor: int, stats: Stats) -> dict[str, Any]:
    topic = grammar.parse(name)
    stale = stats.stale_of(name)
    row = topic.topic_class if topic else grammar.CLASSES["fallback"]
    return {
        "topic": name,
        "topic_class": row.name,
        "qos_tier": row.qos,
        "replay_budget_events": row.replay_budget_events,
        "oldest_sequence": floor + 1,
        "head_sequence": head,
        "queue_depth": head - floor,
        "dropped_messages": floor,
        "publish_rate_limit_per_second": row.writes_per_second_max,
        "max_payload_bytes": row.payload_bytes_max,
        "stale_cursor_budget_exceeded_count": stale[freshness.BUDGET],
        "stale_cursor_retention_floor_count": stale[freshness.FLOOR_BREACH],
        "last_violation_reason": stats.last_stale_of(name),
    }


_node: Node | None = None
_starting: asyncio.Lock | None = None


def running() -> Node | None:
    """The node of this process, when it has started."""
    return _node


async def ensure_started() -> Node:
    """The node of this process, started on the running event loop."""
    global _node, _starting
    if _node is not None and _node.loop is asyncio.get_running_loop():
        return _node
    _starting = _starting or asyncio.Lock()
    async with _starting:
        if _node is None or _node.loop is not asyncio.get_running_loop():
            fresh = Node(settings.OA)
            await fresh.start()
            _node = fresh
    return _node


async def shut_down() -> None:
    """Stop the node of this process, if it runs."""
    global _node, _starting
    stopped, _node, _starting = _node, None, None
    if stopped is not None:
        await stopped.stop()
