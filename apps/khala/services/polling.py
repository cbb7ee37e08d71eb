"""The message route's work: one page of one topic for a consumer that asks again and again."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apps.khala.domain import freshness
from apps.khala.domain.access import Decision, Principal
from apps.khala.domain.grammar import Topic
from apps.khala.domain.journal import Page
from apps.khala.domain.polling import Consumers, Portion, Rules
from apps.khala.services.grants import EARLIEST_SECONDS, EARLIEST_STARTS_MAX
from apps.khala.services.recorder import audit_row
from openagents.wire.faults import FORBIDDEN_TOPIC, RATE_LIMITED, SLOW_CONSUMER_EVICTED, STALE_CURSOR, Fault

if TYPE_CHECKING:
    from apps.khala.services.node import Node


@dataclass(frozen=True, slots=True)
class Polled:
    """A served poll. `after` is the cursor that it was served from."""

    page: Page
    after: int
    portion: Portion
    topics: int
    strikes: int
    reconnect_ms: int

    @property
    def known(self) -> bool:
        """The topic has a row."""
        return bool(self.page.extent.lineage)


class Poller:
    """Consumers of this process. Runs in the node's loop."""

    def __init__(self, node: Node, rules: Rules) -> None:
        self.node = node
        self.consumers = Consumers(rules)
        self._counts: Counter[str] = Counter()

    async def poll(
        self, principal: Principal, name: str, after: int, requested: int, *, earliest: bool, request_id: str
    ) -> Polled:
        """Access, interval, strikes, freshness, rows: in this order. Raises Fault and JournalUnavailable."""
        topic = await self.allowed(principal, name, request_id)
        self._counts["total_polls"] += 1
        before = self.consumers.topics(principal)
        wait = self.consumers.knock(principal, name, after, time.monotonic() * 1000)
        if wait:
            self._counts["throttled_polls"] += 1
            raise Fault(RATE_LIMITED, reason_code="poll_interval_guard", retry_after_ms=wait)
        budget = topic.topic_class.replay_budget_events
        facts = await self.node.facts(topic.name, None if earliest else after, budget)
        extent = facts.extent
        if earliest:
            await self._count_start(principal, topic)
            after = freshness.bootstrap_position(extent, budget)
        strikes = self._judge(principal, name, after, max(extent.head - after, 0))
        reasons = freshness.stale_reasons(after, extent, budget)
        if reasons:
            await self._refuse(principal, name, topic, after, extent, reasons)
        portion = self.consumers.portion(requested, before)
        self._counts["limited_polls"] += portion.capped
        self._counts["fairness_limited_polls"] += portion.fair
        page = await self.node.journal.page(topic.name, after, portion.applied, self.node.limits.high_water_bytes)
        self._counts["served_messages"] += len(page.rows)
        return Polled(
            page,
            after,
            portion,
            self.consumers.topics(principal),
            strikes,
            self.consumers.reconnect_ms(principal, name, after),
        )

    async def allowed(self, principal: Principal, name: str, request_id: str) -> Topic:
        """The topic, when the principal may read it over HTTP. Raises Fault; the denial is on record before."""
        [decision] = await self.node.decide(principal, (name,))
        reason, detail = decision.reason, decision.detail
        if decision.is_view:
            reason, detail = "forbidden_topic", "view_not_supported"
        if not reason and decision.topic is not None:
            return decision.topic
        row = audit_row(
            "khala.subscribe.denied",
            "deny",
            reason,
            name,
            principal_key=principal.principal_key,
            session_id=principal.session_id,
            device_id=principal.device_id,
            request_id=request_id,
            attributes={"detail": detail} if detail else {},
        )
        await self.node.recorder.write_or_queue(row)
        raise Fault(FORBIDDEN_TOPIC, reason_code=reason, details=_scopes(decision))

    async def _count_start(self, principal: Principal, topic: Topic) -> None:
        key = principal.consumer_key(topic.name)
        wait = await self.node.hit_window("khala.earliest", key, EARLIEST_STARTS_MAX, EARLIEST_SECONDS)
        if wait:
            raise Fault(RATE_LIMITED, reason_code="recovery_limit", retry_after_ms=wait * 1000)

    def _judge(self, principal: Principal, name: str, after: int, lag: int) -> int:
        rules = self.consumers.rules
        strikes = self.consumers.strike(principal, name, after, lag)
        if strikes < rules.strikes_max:
            return strikes
        self.consumers.forget(principal, name)
        self._counts["slow_consumer_evictions"] += 1
        details = {
            "topic": name,
            "lag": lag,
            "lag_threshold": rules.lag_max,
            "strikes": strikes,
            "max_strikes": rules.strikes_max,
            "suggested_after_seq": after + lag,
            "recovery": "advance_cursor_or_rebootstrap",
        }
        self.node.recorder.note(
            audit_row(
                "khala.slow_consumer", "deny", "slow_consumer_evicted", name, principal_key=principal.principal_key
            )
        )
        raise Fault(SLOW_CONSUMER_EVICTED, details=details)

    async def _refuse(
        self, principal: Principal, name: str, topic: Topic, after: int, extent: freshness.Extent, reasons: list[str]
    ) -> None:
        row = audit_row("khala.stale_cursor", "deny", reasons[0], topic.name, principal_key=principal.principal_key)
        await self.node.recorder.write_or_queue(row)
        self.node.grants.issue(principal.principal_key, topic.name, reasons)
        self.node.stats.stale_cursor(topic.name, reasons)
        raise Fault(
            STALE_CURSOR,
            details={
                "topic": name,
                "requested_cursor": after,
                "oldest_available_cursor": extent.floor,
                "head_cursor": extent.head,
                "reason_codes": reasons,
                "replay_lag": max(extent.head - after, 0),
                "replay_budget_events": topic.topic_class.replay_budget_events,
                "qos_tier": topic.topic_class.qos,
                "recovery": "reset_local_watermark_and_replay_bootstrap",
            },
        )

    def figures(self) -> dict[str, int]:
        """Counters of this process for the delivery metrics."""
        names = (
            "total_polls",
            "throttled_polls",
            "limited_polls",
            "fairness_limited_polls",
            "slow_consumer_evictions",
            "served_messages",
        )
        return {name: self._counts[name] for name in names} | {"active_consumers": len(self.consumers)}


def _scopes(decision: Decision) -> dict[str, Any] | None:
    return {"required_scopes": list(decision.required_scopes)} if decision.required_scopes else None
