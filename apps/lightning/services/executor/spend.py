"""What already counts against the caps. Reserved and in-flight payments count as spent: they may be, any moment (5.2).

Called under the wallet's lock, so that two requests never see the same room.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce

from apps.lightning.domain.payment_states import RESERVING, SETTLED, PaymentState, PlanState
from apps.lightning.domain.spending import Limits, Spent
from apps.lightning.models import OnchainPlan, PaymentIntent, WalletAccount
from apps.lightning.services.executor.clock import day_start, unix_ms
from apps.lightning.services.executor.policy import wallet_id

ONCHAIN_HOST = "onchain"
INTERNAL = "internal"
"""Gateway name of a transfer between own wallets: nothing leaves, so it counts against no cap."""
MSATS_PER_SAT = 1_000

HELD = Q(state__in=sorted(str(state) for state in RESERVING))
GONE = Q(state__in=sorted(str(state) for state in SETTLED))


def _payments() -> QuerySet[PaymentIntent]:
    return PaymentIntent.objects.filter(custody_wallet_id=wallet_id()).exclude(gateway=INTERNAL)


def _total(rows: QuerySet[PaymentIntent], field: str = "quoted_msats") -> int:
    return int(rows.aggregate(total=Sum(field))["total"] or 0)


def _plans(since_ms: int) -> int:
    rows = OnchainPlan.objects.filter(wallet_id=wallet_id()).filter(
        Q(state=PlanState.COMMITTING) | Q(state=PlanState.BROADCAST, sent_at_ms__gte=since_ms)
    )
    return int(rows.aggregate(total=Sum(F("amount_sats") + F("fee_sats")))["total"] or 0) * MSATS_PER_SAT


def spent(limits: Limits, now: datetime, *, host: str, caller: str) -> Spent:
    """Everything that counts at `now`, for a payment to `host` by `caller`."""
    window_ms = unix_ms(now) - limits.window_ms
    day_ms = unix_ms(day_start(now))
    in_window = _payments().filter(HELD | GONE & Q(paid_at_ms__gte=window_ms))
    today = _payments().filter(HELD | GONE & Q(paid_at_ms__gte=day_ms))
    onchain_today = _plans(day_ms)
    fee = Case(When(HELD, then=F("fee_limit_msats")), default=Coalesce(F("fee_msats"), 0))
    fees = today.aggregate(total=Sum(fee))["total"]
    return Spent(
        window_msats=_total(in_window) + _plans(window_ms),
        day_msats=_total(today) + onchain_today,
        caller_day_msats=_total(today.filter(caller=caller)) if caller in limits.caller_daily_caps_msats else 0,
        host_day_msats=_total(today.filter(host=host)) if host in limits.host_daily_caps_msats else 0,
        fees_day_msats=int(fees or 0),
    )


def window_succeeded(limits: Limits, now_ms: int) -> tuple[int, int]:
    """Amount and number of the payments that succeeded inside the window."""
    rows = _payments().filter(state=PaymentState.SUCCEEDED, paid_at_ms__gte=now_ms - limits.window_ms)
    found = rows.aggregate(total=Sum("quoted_msats"))
    return int(found["total"] or 0), rows.count()


def window_total(limits: Limits, now_ms: int) -> int:
    """Spent and held in the window, as the cap sees it."""
    since = now_ms - limits.window_ms
    return _total(_payments().filter(HELD | GONE & Q(paid_at_ms__gte=since))) + _plans(since)


def take_token(limits: Limits, now: datetime) -> int:
    """Take one payment from the wallet's bucket (full: a minute's worth). 0, or the milliseconds to wait."""
    row, _ = WalletAccount.objects.get_or_create(
        wallet_id=wallet_id(), defaults={"custody_wallet_id": wallet_id(), "kind": "main"}
    )
    rate = limits.max_payments_per_minute
    tokens = float(rate)
    if row.rate_tokens is not None and row.rate_at is not None:
        passed = max(0.0, (now - row.rate_at) / timedelta(minutes=1))
        tokens = min(float(rate), row.rate_tokens + passed * rate)
    if tokens < 1:
        return int((1 - tokens) / rate * 60_000) + 1
    WalletAccount.objects.filter(pk=row.pk).update(rate_tokens=tokens - 1, rate_at=now)
    return 0
