"""When ledger and node disagree, nothing goes out until an operator says so."""

from __future__ import annotations

from typing import Any

import pytest

from apps.lightning.gateways.protocol import Channel
from apps.lightning.models import LedgerAccount
from apps.lightning.services.executor import chores, controls, dead_man, ledger
from apps.lightning.tests.executor.scripted import Scripted


def resume(call: Any) -> Any:
    return call("POST", "/admin/resume", {"scope": "outgoing", "reason": "looked at it"}, issuer="ops")


def test_books_that_agree(gateway: Scripted, pay: Any, call: Any) -> None:
    pay("req-1", gateway.invoice("1"))
    call("POST", "/create-invoice", {"requestId": "i", "amountSats": 9})
    (payment_hash,) = gateway.made
    gateway.be_paid(payment_hash, 9_000)
    gateway.be_paid("ab" * 32, 5_000)  # somebody else's invoice on our node: the operator's money
    found = dead_man.check()
    assert found is not None and found.difference_msats == 0 and found.agrees
    assert controls.pause_in_force() is None


@pytest.mark.parametrize("invented", [-1_001, 1_001, 50_000_000])
def test_a_difference_stops_what_goes_out(gateway: Scripted, pay: Any, call: Any, invented: int) -> None:
    pay("req-1", gateway.invoice("1"))
    dead_man.check()
    gateway.invented_msats = invented
    found = dead_man.check()
    assert found is not None and found.difference_msats == invented
    error = pay("req-2", gateway.invoice("2")).json()["error"]
    assert error["code"] == "wallet_paused"
    assert error["details"] == {"reason": "ledger_mismatch", "scope": "ledger"}
    status = call("GET", "/status").json()["status"]
    assert (status["paused"], status["pauseReason"]) == (True, "ledger_mismatch")
    assert call("POST", "/create-invoice", {"amountSats": 1}).status_code == 200  # receiving goes on
    dead_man.check()
    assert resume(call).json()["result"]["paused"] is False
    assert pay("req-2", gateway.invoice("2")).status_code == 200
    again = dead_man.check()
    assert again is not None and again.difference_msats == 0
    assert ledger.balance_msats("fees") == max(0, invented)
    assert ledger.audit_books() == []


def test_a_small_difference_is_tolerated(gateway: Scripted, pay: Any) -> None:
    pay("req-1", gateway.invoice("1"))
    gateway.invented_msats = -1_000
    chores.night()
    assert controls.pause_in_force() is None


def test_a_payment_under_way_explains_a_difference(gateway: Scripted, pay: Any) -> None:
    gateway.script = gateway.lose_after
    pay("req-1", gateway.invoice("1"))
    found = dead_man.check()
    assert found is not None and found.difference_msats == -46_000 and found.agrees


def test_books_that_were_changed_by_hand(gateway: Scripted, pay: Any, wallet_id: str) -> None:
    pay("req-1", gateway.invoice("1"))
    LedgerAccount.objects.filter(wallet_id=wallet_id, account="operator").update(balance_msats=7)
    assert [doubt.what for doubt in ledger.audit_books()] == ["operator"]
    dead_man.check()
    pause = controls.pause_in_force()
    assert pause is not None and pause.reason == "ledger_inconsistent"


def test_channels_that_come_and_go_are_booked(gateway: Scripted, pay: Any) -> None:
    dead_man.check()
    channel = Channel("aa" * 32 + ":0", "1", "02" * 33, True, 100_000, 60_000, 40_000)
    gateway.channels = lambda: [channel]  # type: ignore[method-assign]
    gateway.invented_msats = 60_000_000
    found = dead_man.check()
    assert found is not None and found.agrees and found.difference_msats == 0
    gateway.channels = list  # type: ignore[method-assign]
    gateway.invented_msats = 0
    found = dead_man.check()
    assert found is not None and found.difference_msats == 0
    assert controls.pause_in_force() is None


def test_a_node_that_is_away_proves_nothing(gateway: Scripted, pay: Any) -> None:
    pay("req-1", gateway.invoice("1"))
    gateway.down = True
    assert dead_man.check() is None
    chores.follow()
    assert controls.pause_in_force() is None


def test_a_posting_that_does_not_sum_to_zero(wallet_id: str) -> None:
    with pytest.raises(ValueError):
        ledger.post("bad", {"a": 1})
    assert ledger.post("good", {"a": 1, "b": -1}) is True
    assert ledger.post("good", {"a": 1, "b": -1}) is False
    assert ledger.balance_msats("a") == 1
