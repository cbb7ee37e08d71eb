"""Random histories with injected faults: at most one settlement per payment hash, no reservation leaked, one receipt
for every payment that succeeded, books that agree with the node; on the scripted node and on the simulated network."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from typing import Any

from django.conf import settings as django_settings
from django.db.models import Sum
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from apps.lightning.domain.payment_states import RESERVING, SETTLED
from apps.lightning.domain.simulation import Condition, Effect
from apps.lightning.gateways.protocol import Outcome, SendResult
from apps.lightning.gateways.simulated import faults as simulated_faults
from apps.lightning.gateways.simulated import invoices as simulated_invoices
from apps.lightning.models import PaymentIntent, Receipt
from apps.lightning.services.executor import controls, dead_man, ledger, node, orders, payments, recovery, subwallets
from apps.lightning.tests.executor import networks
from apps.lightning.tests.executor.scripted import Scripted
from openagents.ops import faults
from openagents.wire.faults import Fault

WINDOW_CAP = 400_000
POINTS = (
    "executor.reserve.in_tx",
    "executor.dispatch.before",
    "executor.send.before",
    "executor.send.after",
    "executor.conclude.in_tx",
    "executor.receipt.before",
    "executor.receipt.after",
)
SCRIPTS = ("succeed", "fail", "lose", "lose_after", "hang_in_flight", "explode", "late_settle")


@contextmanager
def wallet(gateway: Any) -> Any:
    """A wallet of its own on this gateway, without pytest's fixtures."""
    name = f"wallet-{uuid.uuid4().hex[:16]}"
    config = django_settings.OA.model_copy(
        update={
            "oa_lightning_wallet_id": name,
            "oa_lightning_wallet_request_cap_msats": 200_000,
            "oa_lightning_wallet_window_cap_msats": WINDOW_CAP,
            "oa_lightning_wallet_daily_fee_cap_msats": 10_000_000,
            "oa_lightning_wallet_max_payments_per_minute": 10_000,
            "oa_lightning_wallet_duplicate_wait_ms": 0,
            "oa_lightning_wallet_ledger_tolerance_msats": 0,
        }
    )
    with override_settings(OA=config), node.use(gateway):
        yield name


def attempt(request_id: str, invoice: str, wallet_id: str) -> None:
    """Pay; whatever is refused or unknown is part of the history."""
    order = orders.payment(
        request_id=request_id,
        wallet_id=wallet_id,
        caller="hydra",
        invoice=invoice,
        max_amount_msats=100_000,
        host="sats4ai.com",
        amount_msats=None,
        max_fee_msats=None,
        timeout_secs=None,
        act=None,
    )
    try:
        payments.pay(order)
    except (Fault, faults.InjectedFault):
        return


def let_time_pass(wallet_id: str) -> None:
    """Whoever worked on a payment is dead by now, and two minutes have gone."""
    from datetime import timedelta

    from django.db.models import F

    minutes = timedelta(minutes=3)
    PaymentIntent.objects.filter(wallet_id=wallet_id).update(
        lease_owner="dead",
        lease_expires_at=None,
        next_check_at=None,
        dispatch_started_at=F("dispatch_started_at") - minutes,
        first_not_found_at=F("first_not_found_at") - minutes,
    )


def recover_until_certain(wallet_id: str) -> None:
    for _ in range(4):
        let_time_pass(wallet_id)
        recovery.run()


def held_msats(wallet_id: str) -> int:
    rows = PaymentIntent.objects.filter(custody_wallet_id=wallet_id, state__in=[str(state) for state in RESERVING])
    found = rows.aggregate(quoted=Sum("quoted_msats"), fees=Sum("fee_limit_msats"))
    return int(found["quoted"] or 0) + int(found["fees"] or 0)


class Payments(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.gateway = Scripted()
        self.stack = ExitStack()
        self.wallet_id: str = self.stack.enter_context(wallet(self.gateway))

    def teardown(self) -> None:
        try:
            self.gateway.tracked = None
            self.settle_everything()
        finally:
            self.stack.close()

    def settle_everything(self) -> None:
        """In the end the node tells the truth: nothing may stay undecided but what it itself holds in flight."""
        recover_until_certain(self.wallet_id)
        for row in PaymentIntent.objects.filter(wallet_id=self.wallet_id):
            settled = self.gateway.settled[row.payment_hash]
            if row.state == "in_flight":
                assert not settled
                continue
            assert row.state in ("succeeded", "failed", "denied"), row.state
            if row.state == "succeeded":
                assert settled == 1
        paid = {row.payment_hash for row in PaymentIntent.objects.filter(wallet_id=self.wallet_id, state="succeeded")}
        assert paid == {payment_hash for payment_hash, times in self.gateway.settled.items() if times}
        assert ledger.expected_node_msats() in (0, self.gateway.node_balances().local_msats)
        found = dead_man.check()
        assert found is not None and found.difference_msats == 0
        assert controls.pause_in_force() is None or controls.pause_in_force().reason == "operator"

    def explode(self, call: dict[str, Any]) -> SendResult:
        raise RuntimeError("a bug of the driver")

    def late_settle(self, call: dict[str, Any]) -> SendResult:
        """In flight at first; the money moves before anybody asks."""
        if not self.gateway.settled[call["payment_hash"]]:
            self.gateway.settle(call)
        return SendResult(Outcome.IN_FLIGHT)

    @rule(
        request=st.integers(0, 4),
        invoice=st.integers(0, 4),
        script=st.sampled_from(SCRIPTS),
        point=st.none() | st.sampled_from(POINTS),
    )
    def pay(self, request: int, invoice: int, script: str, point: str | None) -> None:
        chosen: Callable[[dict[str, Any]], SendResult] = getattr(self, script, None) or getattr(self.gateway, script)

        def once(call: dict[str, Any]) -> SendResult:
            # As real nodes do: a hash that was paid is never paid again, it is reported.
            if self.gateway.settled[call["payment_hash"]]:
                return SendResult(Outcome.SUCCEEDED, self.gateway._settled(call["payment_hash"], call["amount_msats"]))
            return chosen(call)

        self.gateway.script = once
        text = self.gateway.invoice(f"{self.wallet_id}:{invoice}", 50_000)
        with ExitStack() as armed:
            if point is not None:
                armed.enter_context(faults.arm(point, "error"))
            attempt(f"req-{request}", text, self.wallet_id)

    @rule()
    def recover(self) -> None:
        recovery.run()

    @rule()
    def time_passes(self) -> None:
        let_time_pass(self.wallet_id)
        recovery.run()

    @rule()
    def node_goes_away_and_comes_back(self) -> None:
        self.gateway.down = True
        let_time_pass(self.wallet_id)
        recovery.run()
        self.gateway.down = False

    @precondition(lambda self: controls.pause_in_force() is None)
    @rule()
    def pause(self) -> None:
        controls.pause(controls.OUTGOING, reason="operator", by="test")

    @precondition(lambda self: controls.pause_in_force() is not None)
    @rule()
    def resume(self) -> None:
        controls.resume(controls.OUTGOING, reason="operator", by="test")

    @invariant()
    def nothing_settles_twice(self) -> None:
        assert all(times <= 1 for times in self.gateway.settled.values())

    @invariant()
    def no_reservation_is_leaked(self) -> None:
        assert ledger.balance_msats("pending") == held_msats(self.wallet_id)
        assert ledger.audit_books() == []

    @invariant()
    def one_receipt_for_each_success(self) -> None:
        rows = PaymentIntent.objects.filter(wallet_id=self.wallet_id)
        succeeded = set(rows.filter(state="succeeded").values_list("pk", flat=True))
        receipts = list(Receipt.objects.filter(intent__wallet_id=self.wallet_id).values_list("intent_id", flat=True))
        assert sorted(receipts) == sorted(succeeded)

    @invariant()
    def caps_hold(self) -> None:
        counted = [str(state) for state in RESERVING | SETTLED]
        rows = PaymentIntent.objects.filter(wallet_id=self.wallet_id, state__in=counted)
        assert int(rows.aggregate(total=Sum("quoted_msats"))["total"] or 0) <= WINDOW_CAP


TestPayments = Payments.TestCase
TestPayments.settings = settings(
    max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)

EFFECTS = [None, *(effect for effect in Effect if effect not in (Effect.HANG,))]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    history=st.lists(
        st.tuples(
            st.sampled_from(EFFECTS),
            st.integers(1_000, 90_000),
            st.none() | st.sampled_from(POINTS),
            st.sampled_from(["merchant", "remote", "hub"]),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_money_is_conserved_on_the_simulated_network(
    history: list[tuple[Effect | None, int, str | None, str]],
) -> None:
    network = networks.make_network()
    gateway = networks.gateway(network)
    with wallet(gateway) as wallet_id:
        dead_man.opening()
        subwallets.create("sub-" + wallet_id, None)
        for index, (effect, amount, point, payee) in enumerate(history):
            invoice = simulated_invoices.create(network, payee, amount, f"n{index}", 3_600)
            if effect is not None:
                simulated_faults.add(network, Condition(payment_hash=invoice.payment_hash), effect, value_ms=1_000)
            with ExitStack() as armed:
                if point is not None:
                    armed.enter_context(faults.arm(point, "error"))
                attempt(f"req-{index}", invoice.invoice, wallet_id)
            networks.assert_conserved(network)
        networks.advance(network, 5_000)
        recover_until_certain(wallet_id)
        networks.assert_conserved(network)
        rows = PaymentIntent.objects.filter(wallet_id=wallet_id)
        assert set(rows.values_list("state", flat=True)) <= {"succeeded", "failed", "denied", "settled_no_preimage"}
        assert ledger.balance_msats("pending") == 0
        assert ledger.expected_node_msats() == gateway.node_balances().local_msats
        found = dead_man.check()
        assert found is not None and found.difference_msats == 0
        receipts = Receipt.objects.filter(intent__wallet_id=wallet_id).count()
        assert receipts == rows.filter(state="succeeded").count()
