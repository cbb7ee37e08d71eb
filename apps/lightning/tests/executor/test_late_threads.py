"""Threads that come too late: what they were to do was given up or is done, and they must find that out quietly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from apps.lightning.gateways.protocol import Outcome, SendResult
from apps.lightning.models import PaymentIntent, Receipt
from apps.lightning.services.executor import admission, ledger, payments, recovery, settlement
from apps.lightning.services.executor.clock import database_now
from apps.lightning.tests.executor.scripted import Scripted
from apps.lightning.tests.executor.test_recovery import order_of


def test_the_thread_of_an_attempt_that_was_given_up_does_not_send_the_next_one(
    gateway: Scripted, leases: Callable[[str], dict[str, int]]
) -> None:
    first = admission.admit(order_of(gateway))
    PaymentIntent.objects.filter(pk=first.pk).update(lease_expires_at=database_now() - timedelta(seconds=1))
    (found,) = recovery.run()
    assert found.after == "failed"
    second = admission.admit(order_of(gateway))
    assert (second.pk, second.attempt) == (first.pk, first.attempt + 1)
    payments.dispatch(first.pk, first.attempt)
    assert gateway.sends == []
    payments.dispatch(second.pk, second.attempt)
    assert len(gateway.sends) == 1
    assert PaymentIntent.objects.get(pk=first.pk).state == "succeeded"
    # Two reservations; the recovery took the first again from this same process, the second was dispatched.
    assert leases("payment") == {"acquired": 2, "renewed": 2}


def test_an_answer_that_comes_twice_is_settled_once(gateway: Scripted) -> None:
    admitted = admission.admit(order_of(gateway))
    gateway.script = gateway.lose_after
    payments.dispatch(admitted.pk, admitted.attempt)
    row = PaymentIntent.objects.get(pk=admitted.pk)
    result = SendResult(Outcome.SUCCEEDED, gateway._settled(row.payment_hash, 45_000))
    states = [settlement.conclude(row.pk, row.attempt, result, by="executor") for _ in range(2)]
    assert states == ["succeeded", "succeeded"]
    assert Receipt.objects.filter(intent=row).count() == 1
    assert (ledger.balance_msats("pending"), ledger.audit_books()) == (0, [])
