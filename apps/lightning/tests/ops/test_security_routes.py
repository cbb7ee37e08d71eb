"""Stops, the gate and credential roles: written through to control, followed by a reconcile; and the other ops routes
that ask control or the executor."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import psycopg
import pytest
from django.utils import timezone
from psycopg.types.json import Jsonb

from apps.lightning import peers
from apps.lightning.models import CompiledArtifact
from apps.lightning.services.ops import control_state, security
from apps.lightning.tests.ops.control_double import ControlDouble, paywall
from apps.lightning.tests.ops.test_settlement_feed import a_rule
from openagents.embedded.testbed import TESTBED
from openagents.receipts.ids import new_id
from openagents.receipts.signing import SchnorrSigner, camel, verify_signature
from openagents.receipts.times import parse_rfc3339, rfc3339

OPS = "/internal/v1/lightning-ops"
Call = Callable[..., Any]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Why a reconcile was asked for."""
    found: list[str] = []
    monkeypatch.setattr("apps.lightning.api.ops.security.reconcile_soon", found.append)
    return found


def gate(call: Call, owner: str, **params: str) -> Any:
    answer = call("GET", f"{OPS}/security/gate", params={"ownerId": owner, **params})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_pause_shuts_every_gate_until_it_is_released(control: ControlDouble, call: Call, asked: list[str]) -> None:
    assert gate(call, "owner_x") == {"allowed": True}
    done = call("POST", f"{OPS}/security/global-pause", {"active": True, "reason": "drill"}, user="ann")
    assert done.status_code == 200 and done.json()["global"]["globalPause"] is True
    assert gate(call, "owner_x") == {
        "allowed": False,
        "denyReasonCode": "global_pause_active",
        "denyReason": "Global paywall pause is active",
    }
    assert control.told("setGlobalPause")[0] == {"active": True, "reason": "drill", "updatedBy": "ops:ann"}
    call("POST", f"{OPS}/security/global-pause", {"active": False})
    assert gate(call, "owner_x") == {"allowed": True} and asked == ["global-pause", "global-pause"]
    state = call("GET", f"{OPS}/security/state").json()
    assert state["ok"] is True and state["global"]["globalPause"] is False


def test_a_kill_switch_shuts_one_owner(control: ControlDouble, call: Call, asked: list[str]) -> None:
    control.paywalls = [paywall("alive"), paywall("dead", killSwitch=True)]
    body = {"ownerId": "owner_x", "active": True, "reason": ""}
    assert call("POST", f"{OPS}/security/owner-kill-switch", body).status_code == 200
    assert gate(call, "owner_x")["denyReasonCode"] == "owner_kill_switch_active"
    assert gate(call, "owner_alive", paywallId="pw_alive") == {"allowed": True}
    assert gate(call, "owner_dead", paywallId="pw_dead")["denyReasonCode"] == "paywall_kill_switch_active"
    assert asked == ["owner-kill-switch"]


def test_roles_are_rotated_activated_and_revoked(control: ControlDouble, call: Call, asked: list[str]) -> None:
    for act, status in (("rotate", "rotating"), ("activate", "active"), ("revoke", "revoked")):
        body = {"fingerprint": "sha256:ab", "note": "n"}
        answer = call("POST", f"{OPS}/security/credentials/settlement_read/{act}", body)
        assert answer.status_code == 200 and answer.json()["role"]["status"] == status
    assert "fingerprint" not in control.told("revokeCredentialRole")[0]
    for path in ("settlement_read/drop", "nobody/rotate"):
        assert call("POST", f"{OPS}/security/credentials/{path}", {}).status_code == 400


@pytest.mark.parametrize(
    ("refusal", "status", "reason"),
    [((409, "conflict", "request_conflict"), 409, "request_conflict"), ((422, "invalid", "x"), 400, "x"),
     ((401, "invalid_ops_secret", ""), 502, "invalid_ops_secret")],
)  # fmt: skip
def test_controls_refusals_are_passed_on(
    control: ControlDouble, call: Call, asked: list[str], refusal: Any, status: int, reason: str
) -> None:
    control.refuses["setGlobalPause"] = refusal
    answer = call("POST", f"{OPS}/security/global-pause", {"active": True})
    assert (answer.status_code, answer.json().get("reason_code")) == (status, reason)
    assert asked == []


def test_without_control_the_last_state_stands_for_a_minute_only(
    control: ControlDouble, call: Call, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gate(call, "owner_x") == {"allowed": True}
    control.away = True
    assert gate(call, "owner_x") == {"allowed": True}
    monkeypatch.setattr(control_state, "KNOWN_SECONDS", -1.0)
    assert call("GET", f"{OPS}/security/gate", params={"ownerId": "owner_x"}).status_code == 503
    assert call("POST", f"{OPS}/security/global-pause", {"active": True}).status_code == 503
    assert asked == []


WRITES = ["security/global-pause", "security/owner-kill-switch", "security/credentials/operator_admin/revoke",
          "compile", "reconcile", "rollback", "settlements/ingest", "smoke/compile"]  # fmt: skip


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("issuer", ["hydra", "control", "runtime"])
def test_nobody_else_may_write(control: ControlDouble, call: Call, issuer: str, path: str) -> None:
    assert call("POST", f"{OPS}/{path}", {}, issuer=issuer).status_code == 403
    assert control.calls == []


def test_credentials_fail_closed(configure: Callable[..., None]) -> None:
    with pytest.raises(security.BadCredential, match="missing_credential_role: gateway_invoice"):
        security.credentials()
    good = dict.fromkeys(security.ROLES, "0123456789abcdef")
    assert security.credentials(good) == good
    for bad in ("short", "0123456789 abcdef"):
        with pytest.raises(security.BadCredential, match="invalid_credential_role: settlement_read"):
            security.credentials({**good, "settlement_read": bad})


def test_compile_tells_and_keeps_only_when_asked(control: ControlDouble, call: Call) -> None:
    control.paywalls = [paywall(new_id("c")[2:14])]
    found = call("POST", f"{OPS}/compile", {"persist": False}).json()
    assert found["ok"] and found["ruleCount"] == 1 and control.told("recordGatewayCompileIntent") == []
    assert not CompiledArtifact.objects.filter(config_hash=found["configHash"]).exists()
    kept = call("POST", f"{OPS}/compile", {"persist": True, "requestId": "a b"}).json()
    assert kept["deploymentId"] == "dep_compile_a_b" and kept["configHash"] == found["configHash"]
    shown = call("GET", f"{OPS}/artifacts/{kept['configHash']}", issuer="hydra").json()
    assert shown["rules"][0]["priceSats"] == 2 and shown["yaml"].startswith("listenaddr:")
    control.away = True
    assert call("POST", f"{OPS}/compile", {"persist": False}).status_code == 503


def test_wallet_status_hides_who_it_is(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    status = {"mode": "simulated", "balanceSats": 5, "identityPubkey": "02ab", "custody": {"kekId": "x"}}
    monkeypatch.setattr(peers, "executor_get", lambda path, **_: {"ok": True, "status": status})
    shown = call("GET", f"{OPS}/wallet/status", issuer="control").json()
    assert shown == {"status": {"mode": "simulated", "balanceSats": 5}}

    def away(path: str, **_: Any) -> Any:
        raise peers.PaymentUnclear(path)

    monkeypatch.setattr(peers, "executor_get", away)
    assert call("GET", f"{OPS}/wallet/status").status_code == 502


@pytest.mark.parametrize("query", [{"kind": "x"}, {"since": "yesterday"}, {"cursor": "x"}, {"limit": "0"}])
def test_receipts_refuse_what_they_cannot_read(call: Call, query: dict[str, str]) -> None:
    assert call("GET", f"{OPS}/receipts", params=query).status_code == 400
    assert call("GET", f"{OPS}/receipts/none").status_code == 404


INVOICE = """INSERT INTO invoice_intent (wallet_id, custody_wallet_id, request_id, fingerprint, caller, invoice,
    invoice_hash, payment_hash, preimage_enc, amount_msats, state, created_at_ms, expires_at_ms, result_json)
    VALUES ('w', 'w', %(name)s, '', 'hydra', '', '', %(name)s, '', 1, 'settled', 0, 0, '') RETURNING id"""
RECEIPT = """INSERT INTO receipt (kind, receipt_id, wallet_id, canonical_json, sha256, signer_pubkey, signature,
    receipt_json, invoice_id) VALUES ('invoice', %(name)s, 'w', %(text)s, %(sha256)s, %(key)s, %(signature)s, '{}',
    %(invoice)s)"""


def a_receipt() -> dict[str, Any]:
    """What the executor keeps of an invoice that was paid, written with its login; signed as it signs."""
    name, text = new_id("lwi"), '{"receiptVersion":"test"}'
    digest = sha256(text.encode()).hexdigest()
    signer = SchnorrSigner(sha256(name.encode()).hexdigest())
    signature = camel(signer.sign(digest))
    url = TESTBED.environment("lightning-executor")["OA_LIGHTNING_EXECUTOR_DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        invoice = connection.execute(INVOICE, {"name": name}).fetchone()
        assert invoice is not None
        facts = {"name": name, "text": text, "sha256": digest, "key": signer.public_key_hex, "invoice": invoice[0]}
        connection.execute(RECEIPT, {**facts, "signature": Jsonb(signature)})
    return {
        "receiptId": name,
        "kind": "invoice",
        "canonicalJson": text,
        "canonicalJsonSha256": digest,
        "signature": signature,
    }


def test_receipts_are_read_as_they_were_issued(call: Call) -> None:
    before = rfc3339(timezone.now())
    first, second = a_receipt(), a_receipt()
    query = {"kind": "invoice", "since": before, "limit": "1"}
    page = call("GET", f"{OPS}/receipts", params=query, issuer="control").json()
    (shown,) = page["receipts"]
    assert parse_rfc3339(shown.pop("createdAt")) >= parse_rfc3339(before) and shown == first
    following = call("GET", f"{OPS}/receipts", params={**query, "cursor": page["nextCursor"]}, issuer="control").json()
    assert [one["receiptId"] for one in following["receipts"]] == [second["receiptId"]]
    assert following.get("nextCursor") is None
    assert call("GET", f"{OPS}/receipts", params={**query, "kind": "payment"}).json()["receipts"] == []
    alone = call("GET", f"{OPS}/receipts/{second['receiptId']}", issuer="hydra").json()
    assert alone.pop("createdAt") and alone == second and verify_signature(alone["signature"])


OPS_ONLY = ["reconcile_step", "ingest_event", "settlement_cursor", "smoke_run", "l402_credential", "l402_spend"]
SHARED = ["compiled_artifact", "compiled_rule", "reconcile_run", "served_config"]
EXECUTOR_ONLY = ["l402_token", "l402_use"]


def allowed(process: str, statement: str) -> bool:
    name = f"OA_{process.upper().replace('-', '_')}_DATABASE_URL"
    with psycopg.connect(TESTBED.environment(process)[name], autocommit=True) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True


@pytest.mark.parametrize("table", OPS_ONLY + SHARED + EXECUTOR_ONLY)
def test_each_login_reaches_its_own_tables_only(table: str) -> None:
    a_rule()
    read = f"SELECT 1 FROM {table} LIMIT 1"
    assert allowed("lightning-ops", read) is (table not in EXECUTOR_ONLY)
    assert allowed("lightning-executor", read) is (table not in OPS_ONLY)
    insert = f"INSERT INTO {table} SELECT * FROM {table} WHERE false"
    if allowed("lightning-ops", read):
        assert allowed("lightning-ops", insert)
    if allowed("lightning-executor", read):
        assert allowed("lightning-executor", insert) is (table in EXECUTOR_ONLY)
