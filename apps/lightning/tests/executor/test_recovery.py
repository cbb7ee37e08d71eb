"""What the recovery makes of every state and every answer of the node; crashes at every step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from apps.lightning.gateways.protocol import Outcome, SendResult, Tracked, TrackResult
from apps.lightning.models import PaymentIntent, Receipt
from apps.lightning.services.executor import admission, chores, ledger, orders, payments, policy, recovery, settlement
from apps.lightning.services.executor.clock import database_now
from apps.lightning.tests.executor.scripted import Scripted, hash_of, preimage_of
from openagents.ops import faults


def row_of(request_id: str = "req-1") -> PaymentIntent:
    return PaymentIntent.objects.get(wallet_id=policy.wallet_id(), request_id=request_id)


def order_of(gateway: Scripted, index: str = "x", request_id: str = "req-1") -> orders.Order:
    return orders.payment(
        request_id=request_id,
        wallet_id=policy.wallet_id(),
        caller="hydra",
        invoice=gateway.invoice(index),
        max_amount_msats=100_000,
        host="sats4ai.com",
        amount_msats=None,
        max_fee_msats=None,
        timeout_secs=None,
        act=None,
    )


def age(pk: int, seconds: int, **more: Any) -> None:
    """Let `seconds` have passed since the payment was dispatched, and its process have died."""
    row = PaymentIntent.objects.get(pk=pk)
    earlier = (row.dispatch_started_at or row.created_at) - timedelta(seconds=seconds)
    first = row.first_not_found_at - timedelta(seconds=seconds) if row.first_not_found_at else None
    PaymentIntent.objects.filter(pk=pk).update(
        dispatch_started_at=earlier,
        first_not_found_at=first,
        lease_owner="dead",
        lease_expires_at=None,
        next_check_at=None,
        **more,
    )


def test_a_reservation_that_nobody_dispatched(gateway: Scripted) -> None:
    admitted = admission.admit(order_of(gateway))
    assert recovery.run("req-1") == []  # its lease is alive
    PaymentIntent.objects.filter(pk=admitted.pk).update(lease_expires_at=database_now() - timedelta(seconds=1))
    (found,) = recovery.run()
    assert (found.before, found.after) == ("reserved", "failed")
    assert ledger.balance_msats("pending") == 0 and gateway.tracks == [] and gateway.sends == []
    payments.dispatch(admitted.pk, admitted.attempt)  # its thread wakes up late: it has lost the row
    assert gateway.sends == [] and row_of().state == "failed"
    assert payments.pay(order_of(gateway)).replayed is False


def test_what_a_dead_process_held_is_taken_from_it(gateway: Scripted, pay: Any, leases: Any) -> None:
    with faults.arm("executor.send.after", "error"):
        pay("req-1", gateway.invoice("x"))
    assert leases("payment") == {"acquired": 1, "renewed": 1}
    age(row_of().pk, 121)
    recovery.run("req-1")
    assert leases("payment") == {"acquired": 1, "renewed": 1, "stolen": 1}


@pytest.mark.parametrize(
    "point",
    [
        "executor.dispatch.before",
        "executor.send.before",
        "executor.send.after",
        "executor.conclude.before",
        "executor.conclude.in_tx",
        "executor.receipt.before",
        "executor.receipt.after",
    ],
)
def test_an_error_at_every_step(gateway: Scripted, pay: Any, point: str) -> None:
    """A full disk, a lost connection: nothing is lost, nothing is paid twice, the receipt is issued later."""
    invoice = gateway.invoice("x")
    with faults.arm(point, "error"):
        assert pay("req-1", invoice).status_code == 504
    row = row_of()
    assert row.state in ("reserved", "dispatching")
    sent = len(gateway.sends)
    age(row.pk, 121)
    recovery.run("req-1")
    age(row.pk, 31)
    recovery.run("req-1")
    settled = gateway.settled[row.payment_hash]
    assert row_of().state == ("succeeded" if settled else "failed")
    assert ledger.balance_msats("pending") == 0
    assert pay("req-1", invoice).status_code == 200
    assert len(gateway.sends) == (sent if settled else sent + 1) and gateway.settled[row.payment_hash] == 1
    assert Receipt.objects.filter(intent__wallet_id=policy.wallet_id()).count() == 1
    assert ledger.expected_node_msats() == gateway.node_balances().local_msats


def test_an_error_while_reserving_leaves_nothing(gateway: Scripted, pay: Any) -> None:
    with faults.arm("executor.reserve.in_tx", "error"):
        assert pay("req-1", gateway.invoice("x")).status_code == 500
    assert not PaymentIntent.objects.filter(wallet_id=policy.wallet_id()).exists()
    assert ledger.balance_msats("pending") == 0


@pytest.mark.parametrize(
    ("script", "tracked", "after"),
    [
        ("lose", TrackResult(Tracked.FAILED, code="payment_failed", reason="no_route"), "failed"),
        ("lose", TrackResult(Tracked.IN_FLIGHT), "in_flight"),
        ("lose", TrackResult(Tracked.NOT_KNOWN), "unknown"),
        ("lose", TrackResult(Tracked.UNREACHABLE), "unknown"),
        ("hang_in_flight", TrackResult(Tracked.NOT_KNOWN), "in_flight"),
        ("hang_in_flight", TrackResult(Tracked.UNREACHABLE), "in_flight"),
        ("hang_in_flight", TrackResult(Tracked.FAILED, code="payment_failed", reason="timeout"), "failed"),
    ],
)
def test_what_the_node_says(gateway: Scripted, pay: Any, script: str, tracked: TrackResult, after: str) -> None:
    gateway.script = getattr(gateway, script)
    pay("req-1", gateway.invoice("x"))
    gateway.tracked = lambda payment_hash: tracked
    recovery.run("req-1")
    row = row_of()
    assert row.state == after
    held = ledger.balance_msats("pending")
    assert held == (0 if after == "failed" else 50_000)
    if after != "failed":
        assert row.next_check_at is not None and row.next_check_at > database_now()
        assert recovery.run() == []  # not its turn yet


def test_an_unknown_hash_is_given_up_late(gateway: Scripted, pay: Any) -> None:
    gateway.script = gateway.lose
    pay("req-1", gateway.invoice("x"))
    pk = row_of().pk
    recovery.run("req-1")
    assert row_of().not_found_count == 1
    recovery.run("req-1")
    assert row_of().state == "unknown"  # asked twice, but too soon
    age(pk, 121)
    recovery.run("req-1")
    row = row_of()
    assert (row.state, row.failure_code) == ("failed", "not_dispatched")
    assert pay("req-2", gateway.invoice("y")).status_code == 504
    gateway.script = gateway.succeed
    assert pay("req-1", gateway.invoice("x")).status_code == 200


def test_recovery_and_the_live_path_meet(gateway: Scripted, pay: Any, in_parallel: Any) -> None:
    gateway.script = gateway.lose_after
    pay("req-1", gateway.invoice("x"))
    row = row_of()
    result = SendResult(Outcome.SUCCEEDED, gateway._settled(row.payment_hash, 45_000))

    def settle(index: int) -> Any:
        if index % 2:
            return recovery.run("req-1")
        return settlement.conclude(row.pk, row.attempt, result, by="executor")

    in_parallel(6, settle)
    assert row_of().state == "succeeded"
    assert Receipt.objects.filter(intent=row).count() == 1
    assert ledger.expected_node_msats() == gateway.node_balances().local_msats


def test_a_success_after_we_gave_up_stops_the_wallet(gateway: Scripted, pay: Any) -> None:
    gateway.script = gateway.fail
    pay("req-1", gateway.invoice("x"))
    row = row_of()
    call = {"payment_hash": row.payment_hash, "amount_msats": 45_000}
    late = SendResult(Outcome.SUCCEEDED, gateway.settle(call))
    assert settlement.conclude(row.pk, 1, late, by="executor") == "failed"
    assert pay("req-2", gateway.invoice("y")).json()["error"]["code"] == "wallet_paused"


def test_the_route(call: Any, pay: Any, gateway: Scripted) -> None:
    gateway.script = gateway.lose_after
    pay("req-1", gateway.invoice("x"))
    found = call("POST", "/admin/recover", {"requestId": "req-1"}, issuer="ops").json()["result"]["payments"]
    assert found == [{"requestId": "req-1", "family": "payment", "before": "unknown", "after": "succeeded"}]
    missing = call("POST", "/admin/recover", {"requestId": "never"}, issuer="ops")
    assert missing.json()["error"]["code"] == "payment_not_found"
    assert call("POST", "/admin/recover", {}, issuer="ops").json()["result"]["payments"] == []


def test_the_same_receipt_as_the_live_path(gateway: Scripted, pay: Any) -> None:
    """All inputs come from the row and the node: the digest does not depend on who concludes."""
    gateway.script = gateway.lose_after
    pay("req-1", gateway.invoice("x"))
    recovery.run("req-1")
    receipt = pay("req-1", gateway.invoice("x")).json()["result"]["receipt"]
    assert receipt["paidAtMs"] == gateway._paid_at[hash_of(preimage_of("x"))]


def test_what_did_not_succeed_is_forgotten_after_ninety_days(gateway: Scripted, pay: Any, wallet_id: str) -> None:
    pay("kept", gateway.invoice("1"))
    gateway.script = gateway.fail
    pay("failed", gateway.invoice("2"))
    pay("denied", gateway.invoice("3"), host="elsewhere.com")
    rows = PaymentIntent.objects.filter(wallet_id=wallet_id)
    rows.update(updated_at=database_now() - timedelta(days=91))
    chores.forget()
    assert list(rows.values_list("request_id", flat=True)) == ["kept"]


@pytest.mark.parametrize("point", ["executor.track.before", "executor.track.after"])
def test_an_error_beside_the_question(gateway: Scripted, pay: Any, point: str) -> None:
    gateway.script = gateway.lose_after
    pay("req-1", gateway.invoice("x"))
    with faults.arm(point, "error"):
        assert recovery.run("req-1") == []
    assert row_of().state == "unknown"
    age(row_of().pk, 31)
    recovery.run()
    assert row_of().state == "succeeded" and gateway.settled[row_of().payment_hash] == 1


def test_a_poisoned_row_does_not_hold_up_the_others(
    gateway: Scripted, pay: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.script = gateway.lose_after
    for index in range(3):
        pay(f"req-{index}", gateway.invoice(str(index)))
        age(row_of(f"req-{index}").pk, 31)
    conclude = settlement.conclude
    first = row_of("req-0").pk

    def choke(pk: int, attempt: int, result: SendResult, *, by: str) -> str:
        if pk == first:
            raise OSError("no space left on device")
        return conclude(pk, attempt, result, by=by)

    monkeypatch.setattr(settlement, "conclude", choke)
    recovery.run()
    assert [row_of(f"req-{index}").state for index in range(3)] == ["unknown", "succeeded", "succeeded"]
