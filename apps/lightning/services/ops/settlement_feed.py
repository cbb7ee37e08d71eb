"""Settlements as the gateway's node tells them, matched with the rule that was paid for (section 17).

The cursor moves past an event only when control acknowledged or refused it, or when it is stored here because nobody
knows yet what it was for. Reading anything twice is harmless: ids follow from the payment hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from apps.lightning import metrics
from apps.lightning.domain import settlement_events as rules
from apps.lightning.domain.settlement_events import EventState, Kind
from apps.lightning.gateways.protocol import GatewayError, SettledInvoice
from apps.lightning.gateways.settlement_feeds import EmbeddedFeed, Feed, FeedFailed, Item, NodeFeed
from apps.lightning.models import CompiledRule, IngestEvent, Node, SettlementCursor
from apps.lightning.services.executor.custody import open_column, seal_column
from apps.lightning.services.ops import control_state, nodes, settlements
from openagents.db import audit

LOOK_BACK: Final = timedelta(hours=24)
LOOK_BACK_EVERY: Final = timedelta(hours=1)
UNMATCHED_ALERT: Final = timedelta(minutes=10)
PAGES_MAX: Final = 50
ROLE: Final = "settlement_read"
"""The credential role these jobs work under: revoked, they stop at their next step."""
REVOKED: Final = "the role settlement_read is revoked"

log = structlog.get_logger("oa.lnops")


@dataclass(slots=True)
class Read:
    """What a pass over a feed did."""

    delivered: int = 0
    unmatched: int = 0
    stopped: str = ""


def feeds() -> list[Feed]:
    """The sources of the configured gateway: the executor's, or every enabled node that serves a gateway."""
    config = settings.OA
    if config.oa_lightning_ops_deploy_driver in ("embedded", "memory"):
        return [EmbeddedFeed()] if config.simulated else []
    found: list[Feed] = []
    for node in Node.objects.filter(purpose="gateway", backend="lnd", enabled=True).order_by("node_id"):
        base, macaroon = config.oa_lightning_ops_gateway_base_url, config.oa_lightning_ops_aperture_macaroon_hex
        try:
            found.append(NodeFeed(node.node_id, nodes.door(node), base, macaroon))  # type: ignore[arg-type]
        except GatewayError as error:
            log.error("settlements.node_unusable", node=node.node_id, reason=str(error))
    return found


def read_all() -> int:
    """Read every feed to its end; returns how many settlements control acknowledged."""
    delivered = 0
    for feed in feeds():
        delivered += read(feed).delivered
    match_waiting()
    return delivered


def read(feed: Feed) -> Read:
    """Read a feed from where it was left, once an hour from a day back. Raises Fault CUSTODY_SEALED."""
    cursor, _ = SettlementCursor.objects.get_or_create(source=feed.source)
    now = timezone.now()
    if cursor.looked_back_at is None or now - cursor.looked_back_at > LOOK_BACK_EVERY:
        done = _follow(feed, cursor, *_a_day_back(feed.source, cursor))
        if not done.stopped:
            SettlementCursor.objects.filter(pk=cursor.pk).update(looked_back_at=now)
        return done
    return _follow(feed, cursor, cursor.add_index, cursor.settle_index)


def _follow(feed: Feed, cursor: SettlementCursor, add_index: int, settle_index: int) -> Read:
    done = Read()
    try:
        for _ in range(PAGES_MAX):
            if control_state.revoked(ROLE):
                return _stopped(feed, done)
            items = feed.page(add_index, settle_index)
            if not items:
                break
            for item in items:
                if control_state.revoked(ROLE):
                    return _stopped(feed, done)
                if not _take(feed.source, item, done):
                    done.stopped = "the control plane does not answer"
                    return done
                add_index = max(add_index, item.invoice.add_index)
                settle_index = max(settle_index, item.invoice.settle_index)
                _advance(cursor, add_index, settle_index)
    except FeedFailed as failed:
        log.warning("settlements.feed_failed", source=feed.source, reason=str(failed))
        done.stopped = str(failed)
    return done


def _stopped(feed: Feed, done: Read) -> Read:
    log.warning("settlements.role_revoked", source=feed.source)
    done.stopped = REVOKED
    return done


def _advance(cursor: SettlementCursor, add_index: int, settle_index: int) -> None:
    """Never backwards, also when two workers read."""
    row = SettlementCursor.objects.filter(pk=cursor.pk)
    row.filter(settle_index__lt=settle_index).update(
        add_index=add_index, settle_index=settle_index, updated_at=timezone.now()
    )


def _a_day_back(source: str, cursor: SettlementCursor) -> tuple[int, int]:
    """Indices before everything of the last day: those of the newest event that is older."""
    horizon = int((timezone.now() - LOOK_BACK).timestamp() * 1000)
    older = (
        IngestEvent.objects.filter(kind=Kind.SETTLEMENT, occurred_at_ms__lt=horizon, body__metadata__source=source)
        .order_by("-occurred_at_ms", "-pk")
        .first()
    )
    if older is None:
        return 0, 0
    known = older.body["metadata"]
    return int(known["addIndex"]), min(int(known["settleIndex"]), cursor.settle_index)


def _take(source: str, item: Item, done: Read) -> bool:
    """Whether the feed may go on after this one."""
    invoice = item.invoice
    if item.foreign:
        return True
    known = IngestEvent.objects.filter(
        kind=Kind.SETTLEMENT,
        external_id=rules.settlement_id(invoice.payment_hash),
        state__in=[EventState.DELIVERED, EventState.REJECTED, EventState.UNMATCHED],
    )
    if known.exists():
        return True
    rule = rule_of(item.service)
    if rule is None:
        _wait(source, item)
        done.unmatched += 1
        return True
    summary = settlements.ingest(events_of(_facts(source, invoice, item.service), invoice.preimage, rule))
    done.delivered += len(summary.settlements)
    return summary.waiting == 0


def rule_of(service: str) -> CompiledRule | None:
    """The newest stored rule of a service: its paywall, owner and route never change with a name."""
    return CompiledRule.objects.filter(service_name=service).order_by("-pk").first() if service else None


def _facts(source: str, invoice: SettledInvoice, service: str) -> dict[str, Any]:
    return {
        "occurredAtMs": invoice.settled_at_ms,
        "settlementId": rules.settlement_id(invoice.payment_hash),
        "invoiceId": rules.invoice_id(invoice.payment_hash),
        "paymentHash": invoice.payment_hash,
        "amountMsats": invoice.amount_paid_msats,
        "metadata": {
            "source": source,
            "service": service,
            "addIndex": invoice.add_index,
            "settleIndex": invoice.settle_index,
        },
    }


def events_of(facts: Mapping[str, Any], preimage: str, rule: CompiledRule) -> list[dict[str, Any]]:
    """The invoice's end and the settlement, as `settlements.ingest` takes them."""
    whose = {"paywallId": rule.paywall_id, "ownerId": rule.owner_id}
    same = {name: facts[name] for name in ("occurredAtMs", "invoiceId", "paymentHash", "amountMsats")}
    metadata = {**facts["metadata"], "service": rule.service_name}
    return [
        {
            "kind": "invoice_lifecycle", **same, **whose, "status": "settled", "settledAtMs": facts["occurredAtMs"],
            "paymentProofRef": rules.proof_reference(preimage),
        },
        {
            "kind": "settlement", **same, **whose, "settlementId": facts["settlementId"], "routeId": rule.route_id,
            "paymentProofType": "lightning_preimage", "paymentProofValue": preimage, "metadata": metadata,
        },
    ]  # fmt: skip


# What is not known yet


def _wait(source: str, item: Item) -> None:
    """Store it with its proof; from here on it cannot be lost."""
    facts = _facts(source, item.invoice, item.service)
    with transaction.atomic():
        row, created = IngestEvent.objects.get_or_create(
            kind=Kind.SETTLEMENT,
            external_id=facts["settlementId"],
            body_sha256=item.invoice.payment_hash,
            defaults={
                "state": EventState.UNMATCHED,
                "body": facts,
                "occurred_at_ms": item.invoice.settled_at_ms,
            },
        )
        if created:
            row.proof_enc = seal_column(item.invoice.preimage, "ingest_event", "proof_enc", row.pk)
            row.save(update_fields=["proof_enc"])
            metrics.SETTLEMENTS.labels("unmatched").inc()


def match_waiting() -> int:
    """Try to match what waits, and alert about what has waited too long; returns how many were matched."""
    matched, services = 0, _services_now()
    waiting = IngestEvent.objects.filter(state=EventState.UNMATCHED).order_by("occurred_at_ms", "pk")[:500]
    for row in waiting:
        service = row.body["metadata"]["service"] or services.get(row.body["paymentHash"], "")
        rule = rule_of(service)
        if rule is None:
            _alert(row)
            continue
        if control_state.revoked(ROLE):
            break
        proof = open_column(row.proof_enc, "ingest_event", "proof_enc", row.pk)
        settlements.ingest(events_of(row.body, proof, rule))
        # The rows of the matched events hold everything now; this one has done its work.
        row.delete()
        matched += 1
    metrics.UNMATCHED.set(IngestEvent.objects.filter(state=EventState.UNMATCHED).count())
    return matched


def _services_now() -> dict[str, str]:
    """What the gateways list at this moment, for settlements whose service was not listed when they were read."""
    if not IngestEvent.objects.filter(state=EventState.UNMATCHED, body__metadata__service="").exists():
        return {}
    found: dict[str, str] = {}
    for feed in feeds():
        if isinstance(feed, NodeFeed):
            try:
                found |= feed.services()
            except FeedFailed as failed:
                log.warning("settlements.feed_failed", source=feed.source, reason=str(failed))
    return found


def _alert(row: IngestEvent) -> None:
    """Once per event."""
    if timezone.now() - row.created_at < UNMATCHED_ALERT:
        return
    first = IngestEvent.objects.filter(pk=row.pk, tries=0).update(tries=F("tries") + 1, error="unmatched")
    if first:
        log.error("settlement.unmatched", id=row.external_id, service=row.body["metadata"]["service"])
        audit.record("lightning.settlement.rejected", outcome="unmatched", kind=row.kind, id=row.external_id)
