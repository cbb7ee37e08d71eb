"""The dead-man stop: when ledger and node disagree by more than the configured amount, nothing goes out (10.4).

An operator who resumes accepts the node's figure; the difference is then booked, so that the books agree again.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Sum

from apps.lightning import metrics
from apps.lightning.domain.payment_states import RESERVING
from apps.lightning.domain.subwallets import FEES, NODE, OPERATOR
from apps.lightning.gateways.protocol import GatewayError
from apps.lightning.models import LedgerEntry, PaymentIntent, WalletAccount, WalletControl
from apps.lightning.services.executor import controls, invoices, ledger, node, policy
from openagents.db import audit
from openagents.receipts.ids import new_id

log = structlog.get_logger("oa.executor")

OPENING = "opening"
BY = "dead_man_stop"
LEDGER_MISMATCH = "ledger_mismatch"
MSATS_PER_SAT = 1_000


@dataclass(frozen=True, slots=True)
class Comparison:
    """Node minus books, and how much of it payments under way may explain. Amounts in msat."""

    node_msats: int
    ledger_msats: int
    open_msats: int
    tolerance_msats: int

    @property
    def difference_msats(self) -> int:
        return self.node_msats - self.ledger_msats

    @property
    def agrees(self) -> bool:
        return abs(self.difference_msats) <= self.tolerance_msats + self.open_msats


def check() -> Comparison | None:
    """Compare, and stop outgoing payments when the two disagree. None: the node could not be asked, or it is busy."""
    try:
        while invoices.follow() >= invoices.FEED_BATCH:
            continue
        _follow_channels()
        found = compare()
    except GatewayError as error:
        log.info("ledger_not_compared", reason=error.code)
        return None
    if found is None:
        return None
    metrics.LEDGER_DIFFERENCE.set(found.difference_msats)
    doubts = ledger.audit_books()
    if doubts or not found.agrees:
        _stop(found, len(doubts))
    return found


def compare() -> Comparison | None:
    """The node's channel balance against the books; None when a payment moved in between."""
    opening()
    before = ledger.expected_node_msats(), _open_msats()
    balances = node.gateway().node_balances()
    if before != (ledger.expected_node_msats(), _open_msats()):
        return None
    return Comparison(
        node_msats=balances.local_msats + balances.unsettled_msats,
        ledger_msats=before[0],
        open_msats=before[1],
        tolerance_msats=settings.OA.oa_lightning_wallet_ledger_tolerance_msats,
    )


def _open_msats() -> int:
    """What payments under way may already have taken from the node, by their reservations."""
    rows = PaymentIntent.objects.filter(custody_wallet_id=policy.wallet_id())
    held = rows.filter(state__in=sorted(str(state) for state in RESERVING))
    return int(held.aggregate(total=Sum(F("quoted_msats") + F("fee_limit_msats")))["total"] or 0)


def opening() -> None:
    """The first time: what the node holds is the operator's. Raises GatewayError."""
    if LedgerEntry.objects.filter(wallet_id=policy.wallet_id(), tx_id=OPENING).exists():
        return
    held = node.gateway().node_balances()
    total = held.local_msats + held.unsettled_msats
    known = {channel.channel_point: channel.local_sats * MSATS_PER_SAT for channel in node.gateway().channels()}
    with transaction.atomic():
        policy.lock_wallet()
        main = invoices.main_account()
        WalletAccount.objects.filter(pk=main.pk).update(channels=known)
        found = total - ledger.expected_node_msats()
        ledger.post(OPENING, {NODE: -found, OPERATOR: found}, "opening balance")


_opened: set[str] = set()


def ensure_opening() -> None:
    """Before the first payment of a wallet: its books start from what the node holds. A node that is away is let be."""
    if policy.wallet_id() in _opened:
        return
    try:
        opening()
    except GatewayError as error:
        log.warning("ledger_not_opened", reason=error.code)
        return
    _opened.add(policy.wallet_id())


def _follow_channels() -> None:
    """A channel that opened or closed moved money between chain and channels: book it, by its local side."""
    opening()
    main = invoices.main_account()
    now = {channel.channel_point: channel.local_sats * MSATS_PER_SAT for channel in node.gateway().channels()}
    if now == main.channels:
        return
    with transaction.atomic():
        policy.lock_wallet()
        before: dict[str, int] = WalletAccount.objects.get(pk=main.pk).channels
        for point in sorted(now.keys() - before.keys()):
            _book_channel(f"channel-open:{point}", now[point], point)
        for point in sorted(before.keys() - now.keys()):
            _book_channel(f"channel-close:{point}", -before[point], point)
        WalletAccount.objects.filter(pk=main.pk).update(channels=now)


def _book_channel(tx_id: str, local_msats: int, point: str) -> None:
    if local_msats and ledger.post(tx_id, {NODE: -local_msats, OPERATOR: local_msats}, point):
        audit.record("lightning.ledger.channel", tx_id=tx_id, local_msats=local_msats)


def _stop(found: Comparison, doubts: int) -> None:
    stopped = WalletControl.objects.filter(wallet_id=policy.wallet_id(), scope=controls.LEDGER, paused=True)
    if stopped.exists():
        return
    reason = LEDGER_MISMATCH if not found.agrees else "ledger_inconsistent"
    log.error(
        reason,
        node_msats=found.node_msats,
        ledger_msats=found.ledger_msats,
        difference_msats=found.difference_msats,
        tolerance_msats=found.tolerance_msats,
        doubts=doubts,
    )
    controls.pause(controls.LEDGER, reason=reason, by=BY)


def accept(by: str, reason: str) -> int:
    """Book the difference that the node shows now, as an operator decided; returns it. Raises GatewayError."""
    found = compare()
    if found is None or found.difference_msats == 0:
        return 0
    difference = found.difference_msats
    other = FEES if difference > 0 else OPERATOR
    with transaction.atomic():
        policy.lock_wallet()
        ledger.post(new_id("adjust"), {NODE: -difference, other: difference}, reason)
        audit.record("lightning.ledger.adjusted", difference_msats=difference, actor=by, reason=reason)
    metrics.LEDGER_DIFFERENCE.set(0)
    return difference


def resume(scope: str, *, reason: str, by: str) -> controls.Pause:
    """Let payments run again. If the dead-man stop held them, the node's figure is accepted first. Raises Fault."""
    held = WalletControl.objects.filter(wallet_id=policy.wallet_id(), scope=controls.LEDGER, paused=True).exists()
    if held and reason.strip():
        try:
            accept(by, reason)
        except GatewayError as error:
            log.warning("ledger_not_adjusted", reason=error.code)
    return controls.resume(scope, reason=reason, by=by)
