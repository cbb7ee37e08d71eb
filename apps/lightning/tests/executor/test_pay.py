"""`POST /pay-bolt11`: the answer, its receipt, every refusal in its order, repeats and races."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from apps.lightning.domain import executor_receipts
from apps.lightning.gateways.protocol import Outcome, SendResult
from apps.lightning.models import LedgerAccount, PaymentAttempt, PaymentIntent, PaymentStep, Receipt
from apps.lightning.services.executor import controls, ledger, policy, recovery
from apps.lightning.tests.executor.scripted import OWN_KEY, Scripted, hash_of, invoice_of, preimage_of
from openagents.receipts.signing import verify_signature

Pay = Callable[..., Any]


def refused(response: Any, status: int, code: str, **details: Any) -> dict[str, Any]:
    body = response.json()
    assert (response.status_code, body["error"]["code"]) == (status, code), body
    assert body["ok"] is False
    for name, value in details.items():
        assert body["error"]["details"][name] == value
    return body["error"]


def test_a_payment_and_its_receipt(pay: Pay, gateway: Scripted, wallet_id: str) -> None:
    invoice = gateway.invoice("first")
    response = pay("req-1", invoice, host=" SATS4AI.com ")
    assert response.status_code == 200, response.content
    assert response["content-type"] == "application/json; charset=utf-8"
    body = response.json()
    result = body["result"]
    assert body["ok"] is True and body["requestId"] == response["x-request-id"]
    assert result["requestId"] == "req-1" and result["walletId"] == wallet_id
    payment = result["payment"]
    assert payment["preimageHex"] == preimage_of("first")
    assert payment["paymentHash"] == hash_of(preimage_of("first"))
    assert (payment["amountMsats"], payment["feeMsats"]) == (45_000, 1_000)
    assert result["quotedAmountMsats"] == result["windowSpendMsatsAfterPayment"] == 45_000
    receipt = result["receipt"]
    again = executor_receipts.recompute(receipt)
    assert again is not None
    assert (again.sha256, again.receipt_id) == (receipt["canonicalJsonSha256"], receipt["receiptId"])
    assert receipt["host"] == "sats4ai.com"
    assert verify_signature(receipt["signature"], signed_sha256=again.sha256)
    stored = Receipt.objects.get(receipt_id=receipt["receiptId"])
    assert stored.canonical_json == again.text and json.loads(stored.receipt_json) == receipt
    assert payment["preimageHex"] not in PaymentIntent.objects.get(request_id="req-1", wallet_id=wallet_id).result_enc
    steps = list(PaymentStep.objects.filter(intent__wallet_id=wallet_id).order_by("pk").values_list("after", flat=True))
    assert steps == ["reserved", "dispatching", "succeeded"]


def test_a_repeat_is_the_same_bytes(pay: Pay, gateway: Scripted) -> None:
    invoice = gateway.invoice("again")
    first, second = pay("req-1", invoice), pay("req-1", invoice)
    assert first.content.split(b'"result":')[1] == second.content.split(b'"result":')[1]
    assert second["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first
    assert len(gateway.sends) == 1


def test_another_request_under_the_same_id(pay: Pay, gateway: Scripted) -> None:
    invoice = gateway.invoice("a")
    pay("req-1", invoice)
    refused(pay("req-1", invoice, max_msats=99_999), 409, "idempotency_conflict")
    refused(pay("req-1", invoice, maxFeeMsats=10_000), 409, "idempotency_conflict")


def test_the_same_invoice_under_another_id(pay: Pay, gateway: Scripted) -> None:
    invoice = gateway.invoice("a")
    receipt = pay("req-1", invoice).json()["result"]["receipt"]
    error = refused(pay("req-2", invoice), 409, "invoice_already_paid", requestId="req-1", state="succeeded")
    assert error["details"]["receiptId"] == receipt["receiptId"]
    assert len(gateway.sends) == 1


def test_a_failure_is_definite_and_may_be_tried_again(pay: Pay, gateway: Scripted, wallet_id: str) -> None:
    invoice = gateway.invoice("retry")
    gateway.script = gateway.fail
    refused(pay("req-1", invoice), 502, "payment_failed", reason="no_route")
    assert ledger.balance_msats("pending") == 0
    gateway.script = gateway.succeed
    response = pay("req-1", invoice)
    assert response.status_code == 200
    row = PaymentIntent.objects.get(wallet_id=wallet_id, request_id="req-1")
    assert row.attempt == 2
    outcomes = PaymentAttempt.objects.filter(intent=row).order_by("n").values_list("outcome", flat=True)
    assert list(outcomes) == ["failed", "succeeded"]
    refused(pay("req-1", invoice, max_msats=77_777), 409, "idempotency_conflict")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"host": "elsewhere.com"}, 403, "host_not_allowed"),
        ({"max_msats": 200_001}, 403, "request_cap_exceeded"),
        ({"max_msats": 44_999}, 403, "quoted_amount_exceeds_cap"),
        ({"max_msats": 0}, 400, "invalid_request"),
        ({"max_msats": 45_000.5}, 400, "invalid_request"),
        ({"max_msats": 100_000.0}, 400, "invalid_request"),
        ({"max_msats": -1}, 400, "invalid_request"),
        ({"max_msats": True}, 400, "invalid_request"),
        ({"max_msats": "1e5"}, 400, "invalid_request"),
        ({"host": "  "}, 400, "invalid_request"),
        ({"amountMsats": 45_001}, 400, "invalid_request"),
        ({"timeoutSecs": 0}, 400, "invalid_request"),
        ({"timeoutSecs": 301}, 400, "invalid_request"),
        ({"request_id": "has space"}, 400, "invalid_request"),
        ({"request_id": "x" * 129}, 400, "invalid_request"),
    ],
)
def test_refusals(pay: Pay, gateway: Scripted, change: dict[str, Any], status: int, code: str) -> None:
    request_id = change.pop("request_id", "req-1")
    refused(pay(request_id, gateway.invoice("x"), **change), status, code)
    assert gateway.sends == []
    assert ledger.balance_msats("pending") == 0


def test_amounts_may_be_decimal_strings(pay: Pay, gateway: Scripted) -> None:
    assert pay("req-1", gateway.invoice("x"), max_msats="100000").status_code == 200


def test_denied_is_recorded_and_evaluated_afresh(pay: Pay, call: Any, gateway: Scripted) -> None:
    invoice = gateway.invoice("x")
    refused(pay("req-1", invoice, host="elsewhere.com"), 403, "host_not_allowed", host="elsewhere.com")
    shown = call("GET", "/payments/req-1").json()["result"]
    assert (shown["state"], shown["detailState"], shown["error"]["code"]) == ("failed", "denied", "host_not_allowed")
    assert pay("req-1", invoice).status_code == 200


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("lnbcrt1nonsense", "invoice_invalid"),
        (invoice_of(preimage_of("m"), network="mainnet"), "invoice_wrong_network"),
        (invoice_of(preimage_of("f"), features=(8, 14, 100)), "invoice_unsupported_feature"),
        (invoice_of(preimage_of("e"), timestamp=1_700_000_000), "invoice_expired"),
        (invoice_of(preimage_of("n"), None), "invoice_amount_missing"),
        (invoice_of(preimage_of("o"), key=OWN_KEY), "invoice_self_payment"),
    ],
)
def test_invoices_that_are_not_paid(pay: Pay, gateway: Scripted, text: str, code: str) -> None:
    refused(pay("req-1", text), 422, code)
    assert gateway.sends == []


def test_an_invoice_without_amount(pay: Pay, gateway: Scripted) -> None:
    assert pay("req-1", gateway.invoice("open", None), amountMsats=7_000).status_code == 200
    assert gateway.sends[0]["named_msats"] == 7_000


def test_upper_case_and_scheme_are_the_same_invoice(pay: Pay, gateway: Scripted) -> None:
    invoice = gateway.invoice("case")
    first = pay("req-1", f" LIGHTNING:{invoice.upper()} ")
    assert first.status_code == 200
    assert pay("req-1", invoice)["Idempotency-Replayed"] == "true"


def test_the_window_cap_is_reached_exactly_and_not_passed(pay: Pay, gateway: Scripted, configure: Any) -> None:
    configure(oa_lightning_wallet_window_cap_msats=90_000)
    assert pay("req-1", gateway.invoice("1")).status_code == 200
    second = pay("req-2", gateway.invoice("2"))
    assert second.json()["result"]["windowSpendMsatsAfterPayment"] == 90_000
    details = {"windowSpendMsats": 90_000, "windowCapMsats": 90_000, "quotedAmountMsats": 1_000, "host": "sats4ai.com"}
    refused(pay("req-3", gateway.invoice("3", 1_000)), 403, "window_cap_exceeded", **details)


def test_payments_in_flight_count_against_the_window(pay: Pay, gateway: Scripted, configure: Any) -> None:
    configure(oa_lightning_wallet_window_cap_msats=50_000)
    gateway.script = gateway.hang_in_flight
    refused(pay("req-1", gateway.invoice("1")), 504, "payment_pending")
    refused(pay("req-2", gateway.invoice("2")), 403, "window_cap_exceeded")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"daily_cap_msats": 44_999}, "daily_cap_exceeded"),
        ({"caller_daily_caps_msats": {"hydra": 44_999}}, "daily_cap_exceeded"),
        ({"host_daily_caps_msats": {"sats4ai.com": 44_999}}, "daily_cap_exceeded"),
        ({"daily_fee_cap_msats": 4_999}, "daily_cap_exceeded"),
        ({"destination_deny": ["PAYEE"]}, "destination_not_allowed"),
        ({"destination_allow": ["02" * 33]}, "destination_not_allowed"),
        ({"caller_caps_msats": {"hydra": 1_000}}, "quoted_amount_exceeds_cap"),
    ],
)
def test_stored_limits(pay: Pay, gateway: Scripted, limits: dict[str, Any], code: str) -> None:
    from openagents.bolt11.decoder import decode

    invoice = gateway.invoice("x")
    payee = decode(invoice).payee_pubkey
    changed = {name: [payee] if value == ["PAYEE"] else value for name, value in limits.items()}
    policy.change(changed, expected_version=0, reason="test", changed_by="test")
    refused(pay("req-1", invoice), 403, code)


def test_the_rate_is_a_bucket(pay: Pay, gateway: Scripted, configure: Any) -> None:
    configure(oa_lightning_wallet_max_payments_per_minute=2)
    assert [pay(f"req-{n}", gateway.invoice(str(n), 1_000)).status_code for n in range(2)] == [200, 200]
    response = pay("req-9", gateway.invoice("9", 1_000))
    refused(response, 429, "rate_limited")
    assert 1 <= int(response["Retry-After"]) <= 31


def test_a_paused_wallet_pays_nothing_but_repeats(pay: Pay, call: Any, gateway: Scripted) -> None:
    invoice = gateway.invoice("x")
    pay("req-1", invoice)
    body = {"scope": "outgoing", "reason": "maintenance"}
    assert call("POST", "/admin/pause", body, issuer="ops").json()["result"]["paused"] is True
    refused(pay("req-2", gateway.invoice("y")), 403, "wallet_paused", reason="maintenance", scope="outgoing")
    assert pay("req-1", invoice).status_code == 200
    assert call("POST", "/admin/resume", body, issuer="ops").json()["result"]["paused"] is False
    assert pay("req-2", gateway.invoice("y")).status_code == 200


def test_a_lost_answer_is_pending_and_never_sent_twice(pay: Pay, gateway: Scripted, wallet_id: str) -> None:
    invoice = gateway.invoice("lost")
    gateway.script = gateway.lose_after
    refused(pay("req-1", invoice), 504, "payment_pending")
    refused(pay("req-1", invoice), 504, "payment_pending")
    recovery.run("req-1")
    response = pay("req-1", invoice)
    assert response.status_code == 200 and response["Idempotency-Replayed"] == "true"
    assert len(gateway.sends) == 1 and gateway.settled[hash_of(preimage_of("lost"))] == 1
    assert Receipt.objects.filter(wallet_id=wallet_id).count() == 1


@pytest.mark.parametrize(("preimage", "code"), [(None, "payment_missing_preimage"), ("00" * 32, "preimage_mismatch")])
def test_success_without_its_proof(
    pay: Pay, call: Any, gateway: Scripted, wallet_id: str, preimage: str | None, code: str
) -> None:
    invoice = gateway.invoice("x")
    payment_hash = hash_of(preimage_of("x"))
    gateway.preimages = {} if preimage is None else {payment_hash: preimage}
    refused(pay("req-1", invoice), 502, code)
    refused(pay("req-1", invoice), 502, code)
    shown = call("GET", "/payments/req-1").json()["result"]
    assert (shown["state"], shown["detailState"]) == ("in_flight", "settled_no_preimage")
    assert not Receipt.objects.filter(wallet_id=wallet_id).exists()
    assert ledger.expected_node_msats() == gateway.node_balances().local_msats
    paused = controls.pause_in_force()
    assert (paused is not None) == (code == "preimage_mismatch")


def test_a_gateway_that_raises_is_unknown_not_failed(pay: Pay, gateway: Scripted) -> None:
    def explode(call: dict[str, Any]) -> SendResult:
        raise RuntimeError("a bug of the driver")

    gateway.script = explode
    refused(pay("req-1", gateway.invoice("x")), 504, "payment_pending")


def test_a_node_that_is_down_fails_at_once(pay: Pay, gateway: Scripted) -> None:
    gateway.down = True
    refused(pay("req-1", gateway.invoice("x")), 502, "connect_failed")
    assert ledger.balance_msats("pending") == 0


def test_the_deadline_is_kept_and_the_payment_goes_on(pay: Pay, gateway: Scripted, wallet_id: str) -> None:
    release = threading.Event()

    def late(call: dict[str, Any]) -> SendResult:
        release.wait(10)
        return gateway.succeed(call)

    gateway.script = late
    invoice = gateway.invoice("late")
    deadline = {"X-OA-Deadline-Ms": str(int(time.time() * 1000) + 300)}
    started = time.monotonic()
    refused(pay("req-1", invoice, headers=deadline), 504, "payment_pending")
    assert time.monotonic() - started < 5
    refused(pay("req-1", invoice), 409, "idempotency_in_flight")
    release.set()
    wait_until(lambda: PaymentIntent.objects.get(wallet_id=wallet_id).state == "succeeded")
    assert pay("req-1", invoice).status_code == 200
    refused(pay("req-2", gateway.invoice("z"), headers={"X-OA-Deadline-Ms": "1"}), 504, "payment_pending")
    assert len(gateway.sends) == 1


def wait_until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        pause.wait(0.02)


def test_duplicates_in_parallel_are_one_payment(pay: Pay, gateway: Scripted, in_parallel: Any, configure: Any) -> None:
    configure(oa_lightning_wallet_duplicate_wait_ms=5_000)
    invoice = gateway.invoice("race")
    answers = in_parallel(6, lambda index: pay("req-1", invoice))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.content.split(b'"result":')[1] for answer in answers}) == 1
    assert len(gateway.sends) == 1


def test_one_invoice_under_many_ids_in_parallel_is_one_payment(pay: Pay, gateway: Scripted, in_parallel: Any) -> None:
    invoice = gateway.invoice("race")
    answers = in_parallel(6, lambda index: pay(f"req-{index}", invoice))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [200, 409, 409, 409, 409, 409]
    assert gateway.settled[hash_of(preimage_of("race"))] == 1


def test_exhausted_caps_in_parallel(pay: Pay, gateway: Scripted, in_parallel: Any, configure: Any) -> None:
    configure(oa_lightning_wallet_window_cap_msats=135_000)
    invoices = [gateway.invoice(f"cap{index}") for index in range(8)]
    answers = in_parallel(8, lambda index: pay(f"req-{index}", invoices[index]))
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [403] * 5
    assert sum(gateway.settled.values()) == 3


def test_the_ledger_follows_the_node(pay: Pay, gateway: Scripted, wallet_id: str) -> None:
    pay("req-1", gateway.invoice("1"))
    gateway.script = gateway.fail
    pay("req-2", gateway.invoice("2"))
    gateway.script = lambda call: SendResult(Outcome.IN_FLIGHT)
    pay("req-3", gateway.invoice("3"))
    balances = dict(LedgerAccount.objects.filter(wallet_id=wallet_id).values_list("account", "balance_msats"))
    assert sum(balances.values()) == 0
    assert -balances["node"] == gateway.node_balances().local_msats
    assert balances["pending"] == 45_000 + 5_000
    assert ledger.audit_books() == []
