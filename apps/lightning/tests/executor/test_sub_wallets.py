"""The deprecated sub-wallet routes and the ledger behind them."""

from __future__ import annotations

from typing import Any

import pytest

from apps.lightning.gateways.protocol import Outcome, SendResult
from apps.lightning.models import CustodySecret, InvoiceIntent, LedgerEntry, PaymentIntent
from apps.lightning.services.executor import custody, dead_man, invoices, ledger, subwallets
from apps.lightning.tests.executor.scripted import Scripted, hash_of
from openagents.receipts.ids import new_id


@pytest.fixture
def wallets(call: Any, gateway: Scripted) -> Any:
    """`wallets(path, request_id=…, **body)`: one call of the operator."""
    dead_man.opening()

    def request(path: str, request_id: str | None = None, **body: Any) -> Any:
        headers = {"x-request-id": request_id or new_id("req")}
        return call("POST", f"/wallets/{path}", body, issuer="ops", headers=headers)

    return request


@pytest.fixture
def one(wallets: Any) -> str:
    name = new_id("sub")
    assert wallets("create", walletId=name).status_code == 200
    return name


def balance(wallets: Any, name: str) -> int:
    return int(wallets("status", walletId=name).json()["result"]["balanceSats"])


def test_create(wallets: Any) -> None:
    name = new_id("a b")
    body = wallets("create", walletId=name).json()
    assert set(body) == {"ok", "result"}
    made = body["result"]
    assert made["balanceSats"] == 1_000 and made["status"] == "active"
    assert made["sparkAddress"] == made["lightningAddress"] == name.replace(" ", "-").replace("_", "-") + "@spark.mock"
    assert len(made["mnemonic"].split()) == 12 and made["identityPubkey"].startswith("mock-")
    again = wallets("create", walletId=name).json()["result"]
    assert again == made
    other = wallets("create", walletId=new_id("x")).json()["result"]
    assert other["mnemonic"] != made["mnemonic"]
    assert "mnemonic" not in wallets("status", walletId=name).json()["result"]
    assert not CustodySecret.objects.filter(sealed_value__contains=made["mnemonic"].split()[0]).exists()


def test_an_imported_mnemonic_must_match(wallets: Any) -> None:
    name, phrase = new_id("sub"), "legal winner thank year wave sausage worth useful legal winner thank yellow"
    assert wallets("create", walletId=name, mnemonic=f"  {phrase.replace(' ', '   ')} ").status_code == 200
    assert custody.load(subwallets._secret_name(name)) == phrase
    assert wallets("status", walletId=name, mnemonic=phrase).status_code == 200
    response = wallets("status", walletId=name, mnemonic="other words")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "wallet_credential_mismatch")
    assert wallets("create", walletId=name, mnemonic="other").status_code == 403


def test_names(wallets: Any, wallet_id: str) -> None:
    for name in ("", " ", "x" * 129, wallet_id):
        assert wallets("create", walletId=name).status_code == 400
    first, second = new_id("w") + "/a", ""
    second = first.replace("/", "?")
    addresses = {wallets("create", walletId=name).json()["result"]["sparkAddress"] for name in (first, second)}
    assert len(addresses) == 2


def test_status_makes_a_wallet_in_the_simulation_only(wallets: Any, configure: Any) -> None:
    assert balance(wallets, new_id("new")) == 1_000
    configure(oa_lightning_wallet_executor_mode="lnd")
    response = wallets("status", walletId=new_id("new"))
    assert (response.status_code, response.json()["error"]["code"]) == (404, "wallet_not_found")
    assert wallets("create", walletId=new_id("new")).json()["result"].get("mnemonic") is None


def test_an_incoming_payment_is_credited(wallets: Any, gateway: Scripted, one: str) -> None:
    made = wallets("create-invoice", walletId=one, amountSats=500).json()["result"]
    assert made["invoice"] == made["paymentRequest"] and made["description"] == f"OpenAgents wallet invoice ({one})"
    assert made["expiresAt"].endswith("Z")
    gateway.be_paid(InvoiceIntent.objects.get(wallet_id=one).payment_hash, 500_000)
    assert balance(wallets, one) == 1_500
    invoices.follow()
    assert balance(wallets, one) == 1_500
    assert ledger.expected_node_msats() == gateway.node_balances().local_msats


def test_paying_out(wallets: Any, gateway: Scripted, one: str) -> None:
    invoice = gateway.invoice(one)
    body = {"walletId": one, "invoice": invoice, "maxAmountMsats": 50_000, "host": "sats4ai.com"}
    paid = wallets("pay-bolt11", "req-a", **body)
    result = paid.json()["result"]
    assert (result["status"], result["amountMsats"], result["feeMsats"]) == ("completed", 45_000, 1_000)
    assert result["preimage"] and result["receipt"]["walletId"] == one
    assert wallets("pay-bolt11", "req-a", **body).json()["result"] == result
    assert balance(wallets, one) == 954
    changed = wallets("pay-bolt11", "req-a", **{**body, "maxAmountMsats": 60_000})
    assert changed.json()["error"]["code"] == "idempotency_conflict"
    assert len(gateway.sends) == 1
    assert ledger.expected_node_msats() == gateway.node_balances().local_msats


def test_compat_refusals(wallets: Any, gateway: Scripted, one: str, configure: Any) -> None:
    invoice = gateway.invoice(one)
    base = {"walletId": one, "invoice": invoice, "maxAmountMsats": 50_000}

    def code(**changes: Any) -> tuple[int, str]:
        response = wallets("pay-bolt11", **{**base, **changes})
        return response.status_code, response.json()["error"]["code"]

    assert code(maxAmountMsats=44_999) == (422, "quoted_amount_exceeds_cap")
    assert code(host="elsewhere.com") == (403, "host_not_allowed")
    assert code(walletId="nobody") == (404, "wallet_not_found")
    assert code(timeoutMs=999) == (400, "invalid_request")
    assert code(maxAmountMsats=0) == (400, "invalid_request")
    assert code(invoice=" ") == (400, "invalid_request")
    big = gateway.invoice("big", 1_100_000)
    configure(oa_lightning_wallet_request_cap_msats=5_000_000, oa_lightning_wallet_window_cap_msats=5_000_000)
    assert code(invoice=big, maxAmountMsats=2_000_000) == (402, "insufficient_balance")
    response = wallets("pay-bolt11", **{**base, "host": "elsewhere.com"}).json()["error"]["details"]
    assert response["allowlistHosts"] == ["sats4ai.com", "l402.openagents.com"]
    assert gateway.sends == []


def test_a_failed_and_a_pending_payment(wallets: Any, gateway: Scripted, one: str) -> None:
    gateway.script = gateway.fail
    body = {"walletId": one, "invoice": gateway.invoice(one), "maxAmountMsats": 50_000}
    error = wallets("pay-bolt11", "req-a", **body).json()["error"]
    assert (error["code"], error["details"]) == (
        "spark_executor_error",
        {"reason": "no_route", "code": "payment_failed"},
    )
    assert balance(wallets, one) == 1_000
    gateway.script = lambda sending: SendResult(Outcome.IN_FLIGHT)
    assert wallets("pay-bolt11", "req-a", **body).json()["result"]["status"] == "pending"
    assert balance(wallets, one) == 950


def test_one_sub_wallet_pays_another(wallets: Any, gateway: Scripted, one: str) -> None:
    two = new_id("sub")
    wallets("create", walletId=two)
    made = wallets("create-invoice", walletId=two, amountSats=100).json()["result"]
    body = {"walletId": one, "invoice": made["invoice"], "maxAmountMsats": 100_000}
    result = wallets("pay-bolt11", **body).json()["result"]
    assert result["paymentId"].startswith("int_pay_") and result["feeMsats"] == 0
    row = InvoiceIntent.objects.get(wallet_id=two)
    assert hash_of(result["preimage"]) == row.payment_hash and row.state == "settled"
    assert (balance(wallets, one), balance(wallets, two)) == (900, 1_100)
    assert gateway.sends == [] and LedgerEntry.objects.filter(account="node", ref=row.payment_hash).count() == 0
    again = wallets("pay-bolt11", "req-other", **body)
    assert again.json()["error"]["code"] == "invoice_already_paid"
    own = wallets("create-invoice", walletId=one, amountSats=1).json()["result"]["invoice"]
    error = wallets("pay-bolt11", **{**body, "invoice": own}).json()["error"]
    assert error["code"] == "invoice_self_payment"


def test_the_main_wallet_pays_a_sub_wallet(wallets: Any, pay: Any, gateway: Scripted, one: str) -> None:
    made = wallets("create-invoice", walletId=one, amountSats=50).json()["result"]
    result = pay("req-1", made["invoice"]).json()["result"]
    assert result["gateway"] == "internal" and result["receipt"]["paymentId"].startswith("int_pay_")
    assert balance(wallets, one) == 1_050 and gateway.sends == []


def test_one_invoice_from_two_sub_wallets_is_paid_once(
    wallets: Any, gateway: Scripted, one: str, in_parallel: Any
) -> None:
    two = new_id("sub")
    wallets("create", walletId=two)
    invoice = gateway.invoice("shared")

    def work(index: int) -> Any:
        return wallets("pay-bolt11", walletId=(one, two)[index % 2], invoice=invoice, maxAmountMsats=50_000)

    statuses = sorted(answer.status_code for answer in in_parallel(4, work))
    assert statuses == [200, 409, 409, 409]
    assert sum(gateway.settled.values()) == 1
    assert balance(wallets, one) + balance(wallets, two) == 1_954


def test_transfers(wallets: Any, gateway: Scripted, one: str, in_parallel: Any) -> None:
    two = new_id("sub")
    address = wallets("create", walletId=two).json()["result"]["sparkAddress"]
    body = {"walletId": one, "sparkAddress": address.upper(), "amountSats": 300}
    answers = in_parallel(4, lambda index: wallets("send-spark", "req-t", **body))
    assert len({answer.json()["result"]["paymentId"] for answer in answers}) == 1
    result = answers[0].json()["result"]
    assert (result["status"], result["amountSats"], result["amountMsats"]) == ("completed", 300, 300_000)
    assert (balance(wallets, one), balance(wallets, two)) == (700, 1_300)
    assert PaymentIntent.objects.get(wallet_id=one, family="spark").state == "succeeded"

    def code(request_id: str | None = None, **changes: Any) -> tuple[int, str]:
        response = wallets("send-spark", request_id, **{**body, **changes})
        return response.status_code, response.json()["error"]["code"]

    assert code("req-t", amountSats=301) == (409, "idempotency_conflict")
    assert code(amountSats=701) == (402, "insufficient_balance")
    assert code(sparkAddress="nobody@spark.mock") == (404, "recipient_not_found")
    assert code(amountSats=0) == (400, "invalid_request")
    assert code(walletId="nobody") == (404, "wallet_not_found")


def test_balances_in_parallel_are_never_overdrawn(wallets: Any, gateway: Scripted, one: str, in_parallel: Any) -> None:
    two = new_id("sub")
    address = wallets("create", walletId=two).json()["result"]["sparkAddress"]
    body = {"walletId": one, "sparkAddress": address, "amountSats": 400}
    statuses = sorted(answer.status_code for answer in in_parallel(5, lambda index: wallets("send-spark", **body)))
    assert statuses == [200, 200, 402, 402, 402]
    assert ledger.audit_books() == []
