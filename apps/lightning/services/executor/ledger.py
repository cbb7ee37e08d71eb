"""The double-entry ledger over the node's channel balance (10.4), in msat.

`node` is minus what the node holds; `operator`, `fees`, `pending` and `subwallet:<id>` are claims on it. Every posting
sums to zero and is made at most once per `tx_id`. Callers are inside a transaction of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Sum

from apps.lightning.domain.subwallets import NODE, OPERATOR, PENDING, account
from apps.lightning.models import LedgerAccount, LedgerEntry, PaymentIntent
from apps.lightning.services.executor.policy import wallet_id
from apps.lightning.services.executor.refusals import INSUFFICIENT_BALANCE
from openagents.wire.faults import Fault


@dataclass(frozen=True, slots=True)
class Doubt:
    """An account whose running balance is not the sum of its entries, or a posting that does not sum to zero."""

    what: str
    expected_msats: int
    found_msats: int


def post(tx_id: str, amounts: Mapping[str, int], ref: str = "") -> bool:
    """Book one transaction: signed amounts by account. False when `tx_id` was booked before; then nothing happens.

    Raises ValueError when the amounts do not sum to zero. Accounts are locked in name order.
    """
    if sum(amounts.values()) != 0:
        raise ValueError(f"the posting {tx_id} does not sum to zero")
    moved = {name: amount for name, amount in amounts.items() if amount} or dict(amounts)
    with transaction.atomic():
        return _book(tx_id, moved, ref)


def _book(tx_id: str, moved: Mapping[str, int], ref: str) -> bool:
    owner = wallet_id()
    lock_accounts(*moved)
    if LedgerEntry.objects.filter(wallet_id=owner, tx_id=tx_id).exists():
        return False
    LedgerEntry.objects.bulk_create(
        [
            LedgerEntry(wallet_id=owner, tx_id=tx_id, account=name, amount_msats=amount, ref=ref)
            for name, amount in sorted(moved.items())
        ]
    )
    for name, amount in sorted(moved.items()):
        found = LedgerAccount.objects.filter(wallet_id=owner, account=name)
        found.update(balance_msats=F("balance_msats") + amount)
    return True


def lock_accounts(*names: str) -> dict[str, int]:
    """Lock accounts until the transaction ends, creating what is missing. Returns their balances."""
    owner = wallet_id()
    known = LedgerAccount.objects.filter(wallet_id=owner, account__in=names)
    missing = set(names) - set(known.values_list("account", flat=True))
    if missing:
        rows = [LedgerAccount(wallet_id=owner, account=name) for name in sorted(missing)]
        LedgerAccount.objects.bulk_create(rows, ignore_conflicts=True)
    return dict(known.order_by("account").select_for_update().values_list("account", "balance_msats"))


def balance_msats(name: str) -> int:
    """The balance of an account; 0 when nothing was ever booked."""
    found = LedgerAccount.objects.filter(wallet_id=wallet_id(), account=name)
    return found.values_list("balance_msats", flat=True).first() or 0


def payer_account(intent: PaymentIntent) -> str:
    """Whose claim a payment reduces."""
    return OPERATOR if intent.wallet_id == intent.custody_wallet_id else account(intent.wallet_id)


def reserve(intent: PaymentIntent) -> None:
    """Hold amount and fee limit of an attempt. Raises Fault INSUFFICIENT_BALANCE for a sub-wallet that lacks it."""
    payer = payer_account(intent)
    held = intent.quoted_msats + intent.fee_limit_msats
    balances = lock_accounts(payer, PENDING)
    if payer != OPERATOR and balances[payer] < held:
        raise Fault(
            INSUFFICIENT_BALANCE,
            details={"balanceMsats": balances[payer], "quotedAmountMsats": intent.quoted_msats, "requiredMsats": held},
        )
    post(f"reserve:{intent.pk}:{intent.attempt}", {payer: -held, PENDING: held}, intent.request_id)


def release(intent: PaymentIntent) -> None:
    """Give back everything that an attempt held: no money moved."""
    held = intent.quoted_msats + intent.fee_limit_msats
    amounts = {payer_account(intent): held, PENDING: -held}
    post(f"release:{intent.pk}:{intent.attempt}", amounts, intent.request_id)


def settle(intent: PaymentIntent, amount_msats: int, fee_msats: int) -> None:
    """The node paid: pending to node, and what was held too much back to the payer."""
    held, paid = intent.quoted_msats + intent.fee_limit_msats, amount_msats + fee_msats
    amounts = {PENDING: -held, NODE: paid, payer_account(intent): held - paid}
    post(f"settle:{intent.pk}:{intent.attempt}", amounts, intent.request_id)


def transfer(tx_id: str, payer: str, payee: str, amount_msats: int, ref: str) -> None:
    """Between two accounts, no node involved. Raises Fault INSUFFICIENT_BALANCE."""
    balances = lock_accounts(payer, payee)
    if payer != OPERATOR and balances[payer] < amount_msats:
        raise Fault(INSUFFICIENT_BALANCE, details={"balanceMsats": balances[payer], "requiredMsats": amount_msats})
    post(tx_id, {payer: -amount_msats, payee: amount_msats}, ref)


def expected_node_msats() -> int:
    """What the node should hold in its channels by our books."""
    return -balance_msats(NODE)


def audit_books() -> list[Doubt]:
    """Add every account and posting up again; empty when the books are right."""
    owner = wallet_id()
    sums = dict(LedgerEntry.objects.filter(wallet_id=owner).values_list("account").annotate(total=Sum("amount_msats")))
    doubts = [
        Doubt(row.account, sums.get(row.account, 0), row.balance_msats)
        for row in LedgerAccount.objects.filter(wallet_id=owner)
        if sums.get(row.account, 0) != row.balance_msats
    ]
    crooked = (
        LedgerEntry.objects.filter(wallet_id=owner).values("tx_id").annotate(total=Sum("amount_msats")).exclude(total=0)
    )
    return doubts + [Doubt(row["tx_id"], 0, row["total"]) for row in crooked]
