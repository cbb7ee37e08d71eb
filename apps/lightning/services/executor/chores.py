"""What the active writer does besides answering: recovery, incoming payments, the comparison, telling, forgetting."""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models import Q

from apps.lightning import metrics
from apps.lightning.domain.payment_states import RELEASED, RESERVING, PaymentState, PlanState
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.models import InvoiceIntent, LedgerAccount, OnchainPlan, Outbox, PaymentIntent, PaymentStep
from apps.lightning.services import outbox
from apps.lightning.services.executor import custody, dead_man, invoices, l402_gateway, node, policy, recovery, spend
from apps.lightning.services.executor.clock import database_now, unix_ms
from apps.lightning.services.executor.writer import Chore
from openagents.db.models import Heartbeat

log = structlog.get_logger("oa.executor")
events = structlog.get_logger("oa.lightning.events")

HEARTBEAT = "lightning-executor-writer"
FOLLOW_SECONDS = 2.0
DELIVER_SECONDS = 1.0
MEASURE_SECONDS = 5.0
FORGET_SECONDS = 3_600.0
NIGHT_SECONDS = 86_400.0
KEEP = timedelta(days=90)
MONITORING = "monitoring"
BATCH = 200
UNKNOWN_ALERT = timedelta(minutes=5)


def all_chores() -> list[Chore]:
    """Fresh ones, due at once."""
    config = settings.OA
    return [
        Chore("recovery", config.oa_lightning_wallet_recovery_secs, recovery.run),
        Chore("follow", FOLLOW_SECONDS, follow),
        Chore("ledger", config.oa_lightning_wallet_ledger_check_secs, dead_man.check),
        Chore("night", NIGHT_SECONDS, night),
        Chore("deliver", DELIVER_SECONDS, deliver),
        Chore("measure", MEASURE_SECONDS, measure),
        Chore("forget", FORGET_SECONDS, forget),
    ]


def follow() -> None:
    """Book what came in. A node that is away is asked again at the next turn."""
    try:
        dead_man.opening()  # first: what came in before it is part of it
        invoices.follow()
    except GatewayError as error:
        log.info("feed_not_followed", reason=error.code)


def night() -> None:
    """The nightly comparison of ledger and node, logged whatever it finds."""
    found = dead_man.check()
    if found is not None:
        log.info("ledger_compared", difference_msats=found.difference_msats, agrees=found.agrees)


def deliver() -> int:
    """Hand undelivered events to monitoring, as log lines, in order."""
    rows = list(Outbox.objects.filter(destination=MONITORING, delivered_at__isnull=True).order_by("pk")[:BATCH])
    for row in rows:
        events.info(row.event_type, actor=row.actor, about=row.request_id, **row.payload)
    Outbox.objects.filter(pk__in=[row.pk for row in rows]).update(delivered_at=database_now())
    return len(rows)


def measure() -> None:
    """Gauges that nobody's request sets, and the writer's sign of life."""
    Heartbeat.beat(HEARTBEAT)
    outbox.measure(MONITORING)
    rows = PaymentIntent.objects.filter(custody_wallet_id=policy.wallet_id())
    metrics.INFLIGHT.set(rows.filter(state__in=sorted(str(state) for state in RESERVING)).count())
    unknown = rows.filter(state=PaymentState.UNKNOWN)
    metrics.UNKNOWN.set(unknown.count())
    now = database_now()
    old = unknown.filter(dispatch_started_at__lt=now - UNKNOWN_ALERT).count()
    if old:
        log.error("payments_unknown_for_long", count=old)
    metrics.WINDOW_SPEND.set(spend.window_total(policy.current().limits, unix_ms(now)))
    metrics.SEALED.set(1 if custody.sealed() else 0)
    link = node.refresh()
    if link.lifecycle == "connected":
        _measure_balances()


def _measure_balances() -> None:
    try:
        found = node.gateway().node_balances()
    except GatewayError:
        return
    channel = found.local_msats // spend.MSATS_PER_SAT
    subs = LedgerAccount.objects.filter(wallet_id=policy.wallet_id(), account__startswith="subwallet:")
    metrics.BALANCE.labels("channel").set(channel)
    metrics.BALANCE.labels("onchain").set(found.onchain_confirmed_sats)
    metrics.BALANCE.labels("total").set(channel + found.onchain_confirmed_sats)
    total = sum(subs.values_list("balance_msats", flat=True))
    metrics.BALANCE.labels("subwallets").set(total // spend.MSATS_PER_SAT)


def forget() -> int:
    """Drop what did not succeed and is older than 90 days, expired invoices' state, and delivered events."""
    now = database_now()
    before = now - KEEP
    old = PaymentIntent.objects.filter(
        custody_wallet_id=policy.wallet_id(),
        state__in=sorted(str(state) for state in RELEASED),
        updated_at__lt=before,
    )
    gone = list(old.values_list("pk", flat=True)[:BATCH])
    PaymentStep.objects.filter(intent_id__in=gone).delete()
    PaymentIntent.objects.filter(pk__in=gone).delete()
    OnchainPlan.objects.filter(
        Q(state=PlanState.DISCARDED) | Q(state=PlanState.QUOTED, expires_at_ms__lt=unix_ms(before)),
        wallet_id=policy.wallet_id(),
        updated_at__lt=before,
    ).delete()
    Outbox.objects.filter(destination=MONITORING, delivered_at__lt=before).delete()
    l402_gateway.prune()
    custody.measure_stale()
    expired = InvoiceIntent.objects.filter(
        custody_wallet_id=policy.wallet_id(), state="open", expires_at_ms__lt=unix_ms(now) - 86_400_000
    )
    metrics.INVOICES.labels("expired").inc(expired.update(state="expired"))
    return len(gone)
