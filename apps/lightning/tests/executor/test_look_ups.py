"""Reading routes: status, payments, receipts, decoding, policy and pauses."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from apps.lightning.models import Outbox, WalletPolicy
from apps.lightning.services.executor import chores, custody, receipts
from apps.lightning.tests.executor.scripted import Scripted, hash_of, preimage_of


def test_status_of_an_idle_executor(call: Any, wallet_id: str) -> None:
    status = call("GET", "/status").json()["status"]
    expected = {
        "walletId": wallet_id,
        "mode": "simulated",
        "authMode": "signed_internal",
        "authEnforced": True,
        "lifecycle": "connected",
        "ready": True,
        "network": "regtest",
        "balanceSats": 10**9,
        "requestCapMsats": 200_000,
        "windowCapMsats": 1_000_000,
        "recentPaymentsCount": 0,
        "paused": False,
        "inFlightCount": 0,
        "simulated": True,
        "activeWriter": True,
    }
    assert {name: status[name] for name in expected} == expected
    assert "lastPaymentId" not in status and status["custody"]["sealed"] is False


def test_status_when_the_node_goes_away(call: Any, gateway: Scripted) -> None:
    gateway.down = True
    first = call("GET", "/status").json()["status"]
    assert (first["lifecycle"], first["ready"], first["lastErrorCode"]) == ("error", False, "connect_failed")
    gateway.down = False
    assert call("GET", "/status").json()["status"]["lifecycle"] == "connected"
    gateway.down = True
    later = call("GET", "/status").json()["status"]
    assert (later["lifecycle"], later["lastErrorCode"]) == ("connected", "connect_failed")


def test_status_counts(call: Any, pay: Any, gateway: Scripted) -> None:
    pay("req-1", gateway.invoice("1"))
    gateway.script = gateway.lose
    pay("req-2", gateway.invoice("2"))
    status = call("GET", "/status").json()["status"]
    assert (status["recentPaymentsCount"], status["windowSpendMsats"]) == (1, 45_000)
    assert (status["inFlightCount"], status["unknownCount"]) == (1, 1)
    assert status["lastPaymentId"].startswith("scr_")
    assert status["receiptSignerPubkey"] == receipts.signer_pubkey()


def test_a_payment_looked_up(call: Any, pay: Any, gateway: Scripted) -> None:
    pay("a/b:1", gateway.invoice("1"))
    shown = call("GET", "/payments/a/b:1").json()["result"]
    assert (shown["state"], shown["detailState"], shown["family"], shown["attempt"]) == (
        "succeeded",
        "succeeded",
        "payment",
        1,
    )
    assert shown["payment"]["preimageHex"] == preimage_of("1")
    assert shown["receipt"]["receiptId"].startswith("lwr_")
    assert call("GET", "/payments/a/b:1", params={"family": "payment"}).status_code == 200
    for params, status in (({"family": "onchain"}, 404), ({"family": "other"}, 400)):
        assert call("GET", "/payments/a/b:1", params=params).status_code == status
    missing = call("GET", "/payments/never").json()["error"]
    assert missing["code"] == "payment_not_found"


def test_the_preimage_is_for_payers_only(call: Any, pay: Any, gateway: Scripted, configure: Any) -> None:
    from apps.lightning.services.executor import credentials

    pay("req-1", gateway.invoice("1"))
    row, secret = credentials.stage(
        "watcher", version=None, not_after_ms=None, mode="bearer", scopes=["wallet:read"], by="test"
    )
    credentials.activate("watcher", version=row.version, not_after_ms=None, by="test")
    configure(oa_lightning_auth_mode="bearer_static")
    shown = Client().get("/payments/req-1", headers={"authorization": f"Bearer {secret}"}).json()["result"]
    assert "preimageHex" not in shown["payment"] and shown["payment"]["paymentHash"] == hash_of(preimage_of("1"))


def test_receipts_are_found_and_verified(call: Any, pay: Any, gateway: Scripted) -> None:
    receipt = pay("req-1", gateway.invoice("1")).json()["result"]["receipt"]
    assert call("GET", f"/receipts/{receipt['receiptId']}").json()["result"] == receipt
    assert call("GET", "/receipts/lwr_000").json()["error"]["code"] == "receipt_not_found"

    def verdict(changes: dict[str, Any]) -> dict[str, bool]:
        found: dict[str, bool] = call("POST", "/receipts/verify", {"receipt": {**receipt, **changes}}).json()["result"]
        return found

    assert verdict({}) == {"hashOk": True, "receiptIdOk": True, "signatureOk": True, "known": True}
    forged = verdict({"settledAmountMsats": 1})
    assert forged == {"hashOk": False, "receiptIdOk": False, "signatureOk": False, "known": False}
    assert verdict({"receiptVersion": "else"})["hashOk"] is False
    keys = Client().get("/receipt-signing-keys").json()["result"]["keys"]
    assert receipt["signature"]["signerPubkey"] in [key["signerPubkey"] for key in keys]


def test_a_new_receipt_key_keeps_old_receipts(call: Any, pay: Any, gateway: Scripted) -> None:
    old = pay("req-1", gateway.invoice("1")).json()["result"]["receipt"]
    public = receipts.rotate_key(reason="test", actor="test")
    new = pay("req-2", gateway.invoice("2")).json()["result"]["receipt"]
    assert new["signature"]["signerPubkey"] == public != old["signature"]["signerPubkey"]
    assert pay("req-1", gateway.invoice("1")).json()["result"]["receipt"] == old
    for receipt in (old, new):
        assert call("POST", "/receipts/verify", {"receipt": receipt}).json()["result"]["signatureOk"] is True
    keys = Client().get("/receipt-signing-keys").json()["result"]["keys"]
    assert [key["status"] for key in keys if key["signerPubkey"] == public] == ["active"]
    assert all("retiredAtMs" in key for key in keys if key["status"] == "retired")


def test_decoding(call: Any, gateway: Scripted) -> None:
    invoice = gateway.invoice("d")
    shown = call("POST", "/decode-bolt11", {"invoice": f"lightning:{invoice}"}).json()["result"]
    assert (shown["network"], shown["amountMsats"]) == ("regtest", 45_000)
    assert shown["paymentHash"] == hash_of(preimage_of("d")) and shown["policy"] == {"allowed": True}
    old = gateway.invoice("e", timestamp=1_700_000_000)
    policy = call("POST", "/decode-bolt11", {"invoice": old}).json()["result"]["policy"]
    assert policy == {"allowed": False, "code": "invoice_expired"}
    error = call("POST", "/decode-bolt11", {"invoice": "nonsense"}).json()["error"]
    assert error["code"] == "invoice_invalid" and error["details"]["reason"]
    assert gateway.sends == []


def test_policy_changes_by_version(call: Any, wallet_id: str) -> None:
    shown = call("GET", "/policy").json()["result"]
    assert shown["policyVersion"] == 0 and shown["limits"]["requestCapMsats"] == 200_000
    body = {"limits": {"requestCapMsats": 150_000, "allowedHosts": ["a.com"]}, "expectedVersion": 0, "reason": "less"}
    changed = call("POST", "/admin/policy", body, issuer="ops", user="op-1").json()["result"]
    assert (changed["policyVersion"], changed["limits"]["requestCapMsats"]) == (1, 150_000)
    assert call("POST", "/admin/policy", body, issuer="ops").json()["error"]["code"] == "policy_version_conflict"
    assert WalletPolicy.objects.get(wallet_id=wallet_id).changed_by == "ops:op-1"
    more = {"limits": {"windowMs": 1_000}, "expectedVersion": 1, "reason": "more"}
    limits = call("POST", "/admin/policy", more, issuer="ops").json()["result"]["limits"]
    assert (limits["windowMs"], limits["allowedHosts"]) == (1_000, ["a.com"])


@pytest.mark.parametrize(
    "change",
    [
        {"limits": {}},
        {"limits": {"requestCapMsats": 1}},
        {"limits": {"nothing": 1}},
        {"limits": {"allowedHosts": 5}},
        {"reason": " "},
    ],
)
def test_bad_policies(call: Any, change: dict[str, Any]) -> None:
    body = {"limits": {"requestCapMsats": 150_000}, "expectedVersion": 0, "reason": "r", **change}
    assert call("POST", "/admin/policy", body, issuer="ops").status_code == 400


def test_pauses(call: Any, pay: Any, gateway: Scripted) -> None:
    def step(name: str, scope: str, reason: str = "why") -> Any:
        return call("POST", f"/admin/{name}", {"scope": scope, "reason": reason}, issuer="ops")

    assert step("pause", "ledger").status_code == 400
    assert step("pause", "all", " ").status_code == 400
    step("pause", "all")
    assert pay("req-1", gateway.invoice("1")).json()["error"]["details"]["scope"] == "all"
    assert call("POST", "/create-invoice", {"amountSats": 1}).json()["error"]["code"] == "wallet_paused"
    assert call("GET", "/status").json()["status"]["pauseReason"] == "why"
    step("resume", "all")
    assert call("POST", "/create-invoice", {"amountSats": 1}).status_code == 200


def test_sealed_custody_reads_and_refuses(call: Any, pay: Any, gateway: Scripted, configure: Any) -> None:
    pay("req-1", gateway.invoice("1"))
    configure(oa_lightning_custody_kek="", oa_env="test")
    assert custody.sealed()
    assert pay("req-2", gateway.invoice("2")).json()["error"]["code"] == "custody_sealed"
    assert call("POST", "/create-invoice", {"amountSats": 1}).json()["error"]["code"] == "custody_sealed"
    assert call("GET", "/status").json()["status"]["custody"] == {"sealed": True}
    shown = call("GET", "/payments/req-1").json()["result"]
    assert shown["state"] == "succeeded" and "preimageHex" not in shown["payment"]
    assert call("GET", "/payments/req-2").status_code == 404
    assert len(gateway.sends) == 1


def test_events_are_delivered_once(pay: Any, gateway: Scripted) -> None:
    pay("req-1", gateway.invoice("1"))
    waiting = Outbox.objects.filter(destination="monitoring", delivered_at__isnull=True)
    while waiting.exists():
        assert chores.deliver() > 0
    assert chores.deliver() == 0


def test_health(gateway: Scripted) -> None:
    body = Client().get("/healthz").json()
    assert body["ok"] is True and body["requestId"]
    ready = Client().get("/readyz").json()
    assert ready["ok"] is True and {"custody", "gateway", "durability"} <= {check["name"] for check in ready["checks"]}
    chores.measure()
    text = Client().get("/metrics").content.decode()
    for name in ("oa_executor_requests_total", "oa_executor_custody_sealed", "oa_executor_balance_sats"):
        assert name in text
