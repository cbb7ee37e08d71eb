"""Invoices of our own, addresses, and on-chain sends."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from apps.lightning.domain import executor_receipts
from apps.lightning.gateways.protocol import GatewayError, GatewayUnclear, OnchainSent
from apps.lightning.models import InvoiceIntent, OnchainPlan, Receipt
from apps.lightning.services.executor import dead_man, invoices, ledger, onchain, recovery, steps
from apps.lightning.tests.executor.scripted import Scripted
from openagents.bolt11.decoder import decode, invoice_hash
from openagents.ops import faults

ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"


def create(call: Any, request_id: str = "inv-1", **body: Any) -> Any:
    return call("POST", "/create-invoice", {"requestId": request_id, "amountSats": 21, **body})


def test_an_invoice_and_its_receipt(call: Any, wallet_id: str) -> None:
    result = create(call, description="tea", expirySecs=60).json()["result"]
    decoded = decode(result["invoice"])
    assert decoded.amount_msats == result["amountMsats"] == 21_000 and decoded.expiry_secs == 60
    assert result["invoiceHash"] == invoice_hash(result["invoice"]) and result["walletId"] == wallet_id
    again = executor_receipts.recompute(result["receipt"])
    assert again is not None and again.receipt_id == result["receipt"]["receiptId"]
    assert result["expiresAtMs"] == result["createdAtMs"] + 60_000


def test_an_invoice_once(call: Any, gateway: Scripted, in_parallel: Any) -> None:
    answers = in_parallel(5, lambda index: create(call))
    assert len({answer.content.split(b'"result":')[1] for answer in answers}) == 1
    assert len(gateway.made) == 1
    assert create(call)["Idempotency-Replayed"] == "true"
    assert create(call, amountSats=22).json()["error"]["code"] == "idempotency_conflict"


@pytest.mark.parametrize(
    "body",
    [
        {"amountSats": 0},
        {"amountSats": 100_000_001},
        {"amountSats": 1.5},
        {"description": "x" * 640},
        {"expirySecs": 0},
        {"expirySecs": 31_536_001},
        {"requestId": "a b"},
    ],
)
def test_bad_invoices(call: Any, body: dict[str, Any]) -> None:
    assert create(call, **body).status_code == 400


def test_a_node_that_makes_none(call: Any, gateway: Scripted) -> None:
    gateway.down = True
    assert create(call).json()["error"]["code"] == "connect_failed"
    assert not InvoiceIntent.objects.filter(request_id="inv-1", caller="x").exists()


def test_a_paid_invoice_is_booked_once(call: Any, gateway: Scripted) -> None:
    dead_man.opening()
    payment_hash = create(call).json()["result"]["paymentHash"]
    assert call("GET", "/invoices/inv-1").json()["result"]["state"] == "open"
    gateway.be_paid(payment_hash, 21_000)
    shown = call("GET", "/invoices/inv-1").json()["result"]
    assert (shown["state"], shown["amountPaidMsats"]) == ("settled", 21_000) and shown["settledAtMs"]
    assert invoices.follow() == 1 and invoices.follow() == 0
    assert ledger.expected_node_msats() == gateway.node_balances().local_msats
    assert call("GET", "/invoices/none").json()["error"]["code"] == "invoice_not_found"


def test_an_expired_invoice(call: Any, gateway: Scripted, wallet_id: str) -> None:
    create(call, expirySecs=1)
    InvoiceIntent.objects.filter(wallet_id=wallet_id).update(expires_at_ms=1)
    assert call("GET", "/invoices/inv-1").json()["result"]["state"] == "expired"


def test_the_address(call: Any, gateway: Scripted) -> None:
    first, second = (call("GET", "/receive-address").json()["result"] for _ in range(2))
    assert first == second and first["sparkAddress"] and first["bitcoinAddress"] and first["network"] == "regtest"
    gateway.down = True
    assert call("GET", "/receive-address").json()["error"]["code"] == "connect_failed"


def quote(call: Any, request_id: str = "plan-1", **payment: Any) -> Any:
    body = {"address": ADDRESS, "amountSats": 100, "confirmationSpeed": "Medium", **payment}
    return call("POST", "/send-onchain/quote", {"requestId": request_id, "payment": body})


def commit(call: Any, plan_id: str = "plan-1") -> Any:
    return call("POST", "/send-onchain/commit", {"planId": plan_id})


def test_quote_and_commit(call: Any, gateway: Scripted, wallet_id: str) -> None:
    quoted = quote(call).json()["result"]
    assert (quoted["feeSats"], quoted["totalSats"], quoted["confirmationSpeed"]) == (40, 140, "medium")
    assert quoted["expiresAtMs"] == quoted["quotedAtMs"] + 600_000 and "txid" not in quoted
    assert quote(call).json()["result"] == quoted
    assert quote(call, amountSats=101).json()["error"]["code"] == "idempotency_conflict"
    assert call("GET", "/payments/plan-1").json()["result"]["state"] == "quoted"
    done = commit(call)
    result = done.json()["result"]
    again = executor_receipts.recompute(result["receipt"])
    assert again is not None and again.receipt_id == result["receipt"]["receiptId"]
    assert gateway.broadcasts == [
        {"address": ADDRESS, "amount_sats": 100, "label": "oa-plan:plan-1", "plan_id": "plan-1"}
    ]
    repeated = commit(call)
    assert repeated["Idempotency-Replayed"] == "true" and repeated.json()["result"] == result
    shown = call("GET", "/payments/plan-1", params={"family": "onchain"}).json()["result"]
    assert (shown["state"], shown["txid"]) == ("succeeded", result["txid"])
    status = call("GET", "/policy")
    assert status.status_code == 200 and len(gateway.broadcasts) == 1


@pytest.mark.parametrize(
    ("payment", "code"),
    [
        ({"address": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"}, "unsupported_address"),
        ({"address": ""}, "invalid_request"),
        ({"amountSats": 0}, "invalid_request"),
        ({"confirmationSpeed": "warp"}, "invalid_request"),
    ],
)
def test_bad_quotes(call: Any, payment: dict[str, Any], code: str) -> None:
    error = quote(call, **payment).json()["error"]
    assert error["code"] == code


def test_commit_refusals(call: Any, gateway: Scripted, wallet_id: str, configure: Any) -> None:
    assert commit(call, "unknown").status_code == 400
    quote(call)
    OnchainPlan.objects.filter(wallet_id=wallet_id).update(expires_at_ms=1)
    assert commit(call).status_code == 400
    quote(call, "plan-2", amountSats=161)
    assert commit(call, "plan-2").json()["error"]["code"] == "request_cap_exceeded"
    configure(oa_lightning_wallet_window_cap_msats=100_000)
    quote(call, "plan-3")
    assert commit(call, "plan-3").json()["error"]["code"] == "window_cap_exceeded"
    call("POST", "/admin/pause", {"scope": "outgoing", "reason": "r"}, issuer="ops")
    assert commit(call, "plan-3").json()["error"]["code"] == "wallet_paused"
    configure(oa_lightning_onchain_enabled=False)
    assert quote(call, "plan-4").json()["error"]["code"] == "unsupported_payment_method"
    assert gateway.broadcasts == []


def test_a_commit_counts_in_the_window(call: Any, pay: Any, gateway: Scripted, configure: Any) -> None:
    configure(oa_lightning_wallet_window_cap_msats=150_000)
    quote(call)
    assert commit(call).status_code == 200
    assert pay("req-1", gateway.invoice("x")).json()["error"]["code"] == "window_cap_exceeded"


def test_a_definite_failure_discards(call: Any, gateway: Scripted) -> None:
    def refuse(sending: dict[str, Any]) -> OnchainSent:
        raise GatewayError("send_failed", "too poor")

    gateway.broadcast = refuse
    quote(call)
    assert commit(call).json()["error"]["code"] == "send_failed"
    assert commit(call).status_code == 400
    assert call("GET", "/payments/plan-1").json()["result"]["state"] == "failed"


@pytest.mark.parametrize("arrived", [True, False])
def test_an_unclear_broadcast_is_looked_up_by_its_label(
    call: Any, gateway: Scripted, wallet_id: str, arrived: bool
) -> None:
    def lose(sending: dict[str, Any]) -> OnchainSent:
        if arrived:
            gateway.put_on_chain(sending)
        raise GatewayUnclear("lost")

    gateway.broadcast = lose
    quote(call)
    assert commit(call).json()["error"]["code"] == "payment_pending"
    assert commit(call).json()["error"]["code"] == "idempotency_in_flight"
    plans = OnchainPlan.objects.filter(wallet_id=wallet_id)
    plans.update(lease_owner=steps.INSTANCE)
    assert onchain.recover() == [("plan-1", "committing", "committing")]  # this process might still be at it
    plans.update(lease_owner="")
    recovery.run("plan-1")
    assert plans.get().state == ("broadcast" if arrived else "committing")
    if not arrived:
        old = plans.get().committing_at - timedelta(seconds=121)
        plans.update(committing_at=old)
        recovery.run()
        assert plans.get().state == "discarded"
    assert len(gateway.broadcasts) == 1
    assert Receipt.objects.filter(wallet_id=wallet_id).count() == int(arrived)


def test_commits_in_parallel_broadcast_once(call: Any, gateway: Scripted, in_parallel: Any) -> None:
    quote(call)
    answers = in_parallel(5, lambda index: commit(call))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len(gateway.broadcasts) == 1


def test_a_crash_between_broadcast_and_receipt(call: Any, gateway: Scripted, wallet_id: str) -> None:
    quote(call)
    with faults.arm("executor.receipt.before", "error"):
        assert commit(call).status_code == 500
    OnchainPlan.objects.filter(wallet_id=wallet_id).update(lease_owner="dead")
    recovery.run("plan-1")
    result = commit(call)
    assert result["Idempotency-Replayed"] == "true" and len(gateway.broadcasts) == 1
    assert result.json()["result"]["paidAtMs"] <= int(time.time() * 1000)


@pytest.mark.parametrize("point", ["executor.broadcast.before", "executor.broadcast.after"])
def test_an_error_beside_the_broadcast(call: Any, gateway: Scripted, wallet_id: str, point: str) -> None:
    quote(call)
    with faults.arm(point, "error"):
        assert commit(call).status_code == 500
    assert commit(call).json()["error"]["code"] == "idempotency_in_flight"
    plans = OnchainPlan.objects.filter(wallet_id=wallet_id)
    plans.update(lease_owner="dead", committing_at=plans.get().committing_at - timedelta(seconds=121))
    recovery.run()
    assert plans.get().state == ("broadcast" if gateway.chain else "discarded")
    assert len(gateway.broadcasts) == Receipt.objects.filter(wallet_id=wallet_id).count() == len(gateway.chain)


@pytest.mark.parametrize("point", ["executor.invoice.before", "executor.invoice.after", "executor.receipt.before"])
def test_an_error_beside_the_making_of_an_invoice(call: Any, gateway: Scripted, wallet_id: str, point: str) -> None:
    with faults.arm(point, "error"):
        assert create(call).status_code == 500
    assert not InvoiceIntent.objects.filter(wallet_id=wallet_id).exists()
    assert create(call).status_code == 200
    assert InvoiceIntent.objects.filter(wallet_id=wallet_id).count() == 1
