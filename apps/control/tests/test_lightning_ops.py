"""The control-plane lane of lightning-ops: credentials, arguments, and every function."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection

from apps.control.domain.lightning import Refused, check_upstream
from apps.control.models import ControlSettlement, SecurityGlobal
from apps.control.tests import world
from apps.control.tests.world import Answer, call, configure, signed
from openagents.db.models import AuditEvent

BASE = "/api/internal/lightning-ops/control-plane"
SECRET = "example-ops-secret-not-real"
QUERIES = ("listPaywallControlPlaneState", "getControlPlaneSecurityState")


@pytest.fixture(autouse=True)
def secret_set(settings: Any, nobody_listens: None) -> None:
    configure(settings, oa_lightning_ops_secret=SECRET)


def ops(name: str, /, **args: Any) -> Answer:
    lane = "query" if name.rpartition(":")[2] in QUERIES else "mutation"
    return call(
        "POST", f"{BASE}/{lane}", {"functionName": f"lightning/{name}", "args": args}, x_oa_lightning_ops_secret=SECRET
    )


def done(name: str, /, **args: Any) -> Any:
    answer = ops(name, **args)
    assert answer.status == 200, answer.content
    assert answer.json["ok"] is True
    return answer.json


def refused(answer: Answer) -> tuple[int, str, str]:
    assert set(answer.json) == {"error"} and set(answer.json["error"]) == {"code", "message"}
    return answer.status, answer.json["error"]["code"], answer.json["error"]["message"]


def paywall(**changes: Any) -> dict[str, Any]:
    return {
        "ownerUserId": world.fresh("user"),
        "name": " Weather ",
        "hostRegexp": r"api\.example\.com",
        "pathRegexp": "^/v1/",
        "priceMsats": "2500",
        "upstream": "https://upstream.example.com/base",
        **changes,
    }


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"[]", "invalid_payload"),
        (b"nonsense", "invalid_payload"),
        (b'{"args":{}}', "missing_functionName"),
        (b'{"functionName":" ","args":{}}', "missing_functionName"),
        (json.dumps({"functionName": "x" * 181, "args": {}}).encode(), "invalid_functionName"),
        (b'{"functionName":"x","args":[]}', "missing_args"),
    ],
)
def test_a_call_that_cannot_be_read(raw: bytes, message: str) -> None:
    assert refused(call("POST", f"{BASE}/query", raw=raw)) == (422, "invalid_arguments", message)


def test_credentials(settings: Any) -> None:
    body: dict[str, Any] = {"functionName": "lightning/security:getControlPlaneSecurityState", "args": {}}
    path = f"{BASE}/query"
    with_secret = {**body, "args": {"secret": SECRET}}
    assert call("POST", path, with_secret).status == 200
    assert call("POST", path, body, x_oa_lightning_ops_secret=SECRET).status == 200
    assert signed("lightning", "POST", path, body).status == 200
    wrong = (401, "invalid_ops_secret", "invalid_ops_secret")
    assert refused(call("POST", path, body)) == wrong
    assert refused(call("POST", path, {**body, "args": {"secret": "no"}})) == wrong
    assert refused(call("POST", path, {**body, "args": {"secret": 5}}, x_oa_lightning_ops_secret=SECRET)) == wrong
    assert refused(call("POST", path, with_secret, x_oa_lightning_ops_secret="no")) == wrong
    assert refused(signed("lightning", "POST", path, {**body, "args": {"secret": "no"}})) == wrong
    assert refused(signed("runtime", "POST", path, body)) == wrong
    assert refused(call("POST", path, with_secret, x_oa_runtime_signature="garbage")) == wrong
    configure(settings, oa_lightning_ops_secret="")
    assert signed("lightning", "POST", path, body).status == 200
    assert refused(call("POST", path, with_secret))[:2] == (500, "ops_secret_unconfigured")


def test_wrong_secrets_are_counted_and_right_ones_are_not() -> None:
    ip, body = world.address(), {"functionName": "lightning/security:getControlPlaneSecurityState", "args": {}}
    path = f"{BASE}/query"
    assert {call("POST", path, body, ip=ip, x_oa_lightning_ops_secret="no").status for _ in range(10)} == {401}
    assert call("POST", path, body, ip=ip, x_oa_lightning_ops_secret="no").status == 429
    assert call("POST", path, body, ip=ip, x_oa_lightning_ops_secret=SECRET).status == 200


def test_a_function_lives_on_its_own_lane() -> None:
    for lane, name in (
        ("query", "security:setGlobalPause"),
        ("mutation", "ops:listPaywallControlPlaneState"),
        ("query", "x"),
    ):
        body = {"functionName": f"lightning/{name}", "args": {}}
        answer = call("POST", f"{BASE}/{lane}", body, x_oa_lightning_ops_secret=SECRET)
        assert refused(answer)[:2] == (404, "unsupported_function")


def test_a_paywall_is_made_seen_paused_and_archived() -> None:
    args = paywall(metadata={"timeoutMs": 900, "allowedHosts": ["a.example.com"], "quotaPerDay": 5, "description": "d"})
    made = done("ops:upsertPaywall", **args)["paywall"]
    owner = f"owner_{args['ownerUserId']}"
    assert (made["ownerId"], made["name"], made["status"]) == (owner, "Weather", "active")
    policy, (route,) = made["policy"], made["routes"]
    assert (policy["pricingMode"], policy["fixedAmountMsats"], policy["killSwitch"]) == ("fixed", 2500, False)
    assert (policy["allowedHosts"], policy["quotaPerDay"]) == (["a.example.com"], 5)
    assert "maxPerRequestMsats" not in policy
    assert route["routeId"] == f"route_{made['paywallId']}"
    assert (route["protocol"], route["timeoutMs"], route["priority"]) == ("https", 900, 10)
    done("security:setOwnerKillSwitch", ownerId=owner, active=True)
    paused = done("ops:setPaywallStatus", paywallId=made["paywallId"], status="paused")["paywall"]
    assert (paused["status"], paused["policy"]["killSwitch"]) == ("paused", True)
    ids = [row["paywallId"] for row in done("ops:listPaywallControlPlaneState", statuses=["paused"])["paywalls"]]
    assert made["paywallId"] in ids
    changed = done("ops:upsertPaywall", **{**args, "paywallId": made["paywallId"], "priceMsats": 3, "metadata": None})
    assert changed["paywall"]["policy"]["fixedAmountMsats"] == 3
    assert changed["paywall"]["metadata"] == args["metadata"]
    other = ops("ops:upsertPaywall", **paywall(paywallId=made["paywallId"]))
    assert refused(other) == (409, "conflict", "owner_mismatch")
    done("ops:setPaywallStatus", paywallId=made["paywallId"], status="archived")
    for answer in (
        ops("ops:setPaywallStatus", paywallId=made["paywallId"], status="active"),
        ops("ops:upsertPaywall", **{**args, "paywallId": made["paywallId"]}),
    ):
        assert refused(answer) == (409, "conflict", "paywall_archived")
    listed = done("ops:listPaywallControlPlaneState")["paywalls"]
    assert made["paywallId"] not in [row["paywallId"] for row in listed]
    everything = done("ops:listPaywallControlPlaneState", statuses=[])["paywalls"]
    assert made["paywallId"] in [row["paywallId"] for row in everything]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": " "}, "missing_name"),
        ({"name": "n" * 121}, "invalid_name"),
        ({"hostRegexp": "localhost"}, "invalid_hostRegexp"),
        ({"hostRegexp": "a.(b"}, "invalid_hostRegexp"),
        ({"pathRegexp": "/v1"}, "invalid_pathRegexp"),
        ({"priceMsats": 0}, "invalid_priceMsats"),
        ({"priceMsats": 10**12 + 1}, "invalid_priceMsats"),
        ({"priceMsats": None}, "missing_priceMsats"),
        ({"priceMsats": True}, "invalid_priceMsats"),
        ({"upstream": "https://10.0.0.1/"}, "invalid_upstream"),
    ],
)
def test_a_bad_paywall(change: dict[str, Any], message: str) -> None:
    assert refused(ops("ops:upsertPaywall", **paywall(**change))) == (422, "invalid_arguments", message)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com", "https://localhost/", "https://LOCALHOST./", "https://a.local", "http://127.0.0.1", "http://127.1",
        "http://2130706433", "http://0x7f.0.0.1", "http://0x7f.1", "http://169.254.169.254", "http://192.168.0.1",
        "http://192.0.2.1", "http://0.0.0.0", "http://[::1]", "http://[fe80::1]", "http://[::ffff:10.0.0.1]",
        "http://[2001:db8::1]", "http://[::]", "http://user@example.com",
        "http://", "https://example.com:99999", "http://a b.com",
    ],
)  # fmt: skip
def test_upstreams_inside_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        check_upstream(url)


@pytest.mark.parametrize("url", ["https://example.com/x", "http://8.8.8.8:8080", "https://a-b.example.co.uk."])
def test_upstreams_outside_are_taken(url: str) -> None:
    check_upstream(url)


def test_a_deployment_takes_its_steps_in_order() -> None:
    request_id = world.fresh("req")
    first = done(
        "ops:recordGatewayCompileIntent", configHash="h1", status="pending", requestId=request_id, imageDigest="i"
    )
    found = first["deployment"]
    assert done("ops:recordGatewayCompileIntent", configHash="h1", status="pending", requestId=request_id) == first
    conflict = ops("ops:recordGatewayCompileIntent", configHash="h2", status="pending", requestId=request_id)
    assert refused(conflict) == (409, "conflict", "request_conflict")

    def step(status: str) -> Answer:
        deployment_id = found["deploymentId"]
        return ops("ops:recordGatewayCompileIntent", deploymentId=deployment_id, configHash="h1", status=status)

    for status, code in (("failed", 200), ("applied", 409), ("pending", 200), ("applied", 200), ("applied", 200)):
        assert step(status).status == code, status
    last = step("rolled_back").json["deployment"]
    assert (last["status"], last["imageDigest"], last["requestId"]) == ("rolled_back", "i", request_id)
    assert refused(step("pending")) == (409, "conflict", "invalid_transition")
    bad = ops("ops:recordGatewayCompileIntent", configHash="h", status="odd")
    assert refused(bad)[2] == "invalid_deployment_status"
    assert refused(ops("ops:recordGatewayCompileIntent", status="pending"))[2] == "missing_configHash"


def test_an_event_is_recorded() -> None:
    args = {"paywallId": "p", "ownerId": "o", "eventType": "deployed", "level": "warn", "metadata": {"n": 1}}
    found = done("ops:recordGatewayDeploymentEvent", **args)["event"]
    assert found["eventId"].startswith("evt_") and found["metadata"] == {"n": 1} and "requestId" not in found
    assert refused(ops("ops:recordGatewayDeploymentEvent", **{**args, "level": "loud"}))[2] == "invalid_level"


def invoice(invoice_id: str, status: str, **changes: Any) -> Answer:
    base = {"invoiceId": invoice_id, "paywallId": "p", "ownerId": "o", "amountMsats": 1000, "status": status}
    return ops("settlements:ingestInvoiceLifecycle", **{**base, **changes})


def test_an_invoices_status_only_rises() -> None:
    invoice_id = world.fresh("inv")
    first = invoice(invoice_id, "open", paymentHash="ab").json
    assert (first["changed"], first["invoice"]["status"]) == (True, "open")
    assert invoice(invoice_id, "open").json["changed"] is False
    assert invoice(invoice_id, "expired").json["changed"] is True
    assert invoice(invoice_id, "canceled").json["invoice"]["status"] == "expired"
    settled = invoice(invoice_id, "settled", settledAtMs="1772000000123", paymentHash="cd").json
    assert (settled["invoice"]["settledAtMs"], settled["invoice"]["paymentHash"]) == (1772000000123, "ab")
    late = invoice(invoice_id, "open", requestId="r").json
    assert (late["changed"], late["invoice"]["status"], late["invoice"]["requestId"]) == (True, "settled", "r")
    assert refused(invoice(invoice_id, "open", amountMsats=999)) == (409, "conflict", "invoice_mismatch")
    assert refused(invoice(invoice_id, "paid"))[2] == "invalid_invoice_status"
    assert refused(invoice(invoice_id, "open", amountMsats=0))[2] == "invalid_amount"


def settle(settlement_id: str, preimage: str, **changes: Any) -> Answer:
    base = {
        "settlementId": settlement_id,
        "paywallId": "p",
        "ownerId": "o",
        "amountMsats": 1000,
        "paymentProofType": "lightning_preimage",
        "paymentProofValue": preimage,
    }
    return ops("settlements:ingestSettlement", **{**base, **changes})


def test_a_settlement_is_proven_and_settles_its_invoice_once() -> None:
    preimage = secrets.token_hex(32)
    payment_hash = hashlib.sha256(bytes.fromhex(preimage)).hexdigest()
    invoice_id, settlement_id = world.fresh("inv"), world.fresh("set")
    invoice(invoice_id, "open", paymentHash=payment_hash)
    wrong = settle(settlement_id, "00" * 32, invoiceId=invoice_id)
    assert refused(wrong) == (422, "invalid_arguments", "payment_proof_mismatch")
    assert invoice(invoice_id, "open").json["invoice"]["status"] == "open"
    assert refused(settle(settlement_id, preimage[:-1]))[2] == "invalid_preimage"
    assert refused(settle(settlement_id, preimage, paymentProofType="cash"))[2] == "invalid_payment_proof_type"
    first = settle(settlement_id, preimage.upper(), invoiceId=invoice_id).json
    reference = f"lightning_preimage:{preimage[:24]}"
    assert (first["existed"], first["settlement"]["paymentProofRef"]) == (False, reference)
    assert (first["invoice"]["status"], first["invoice"]["paymentProofRef"]) == ("settled", reference)
    again = settle(settlement_id, preimage, invoiceId=invoice_id).json
    assert again == {**first, "existed": True}
    other = settle(settlement_id, preimage, invoiceId=invoice_id, amountMsats=1001)
    assert refused(other) == (409, "conflict", "settlement_conflict")
    stored = json.dumps(list(ControlSettlement.objects.filter(id=settlement_id).values()), default=str)
    audited = json.dumps(list(AuditEvent.objects.filter(attributes__settlementId=settlement_id).values()), default=str)
    assert preimage not in stored + audited and SECRET not in audited


def test_settlements_at_once_are_one() -> None:
    preimage, settlement_id, gate = secrets.token_hex(32), world.fresh("set"), threading.Barrier(4)

    def attempt() -> bool:
        gate.wait(10)
        try:
            return bool(settle(settlement_id, preimage).json["existed"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        found = [future.result() for future in [threads.submit(attempt) for _ in range(4)]]
    assert sorted(found) == [False, True, True, True]
    assert ControlSettlement.objects.filter(id=settlement_id).count() == 1


def test_the_brakes_and_their_state() -> None:
    SecurityGlobal.objects.all().delete()
    state = done("security:getControlPlaneSecurityState")
    assert state["global"] == {"stateId": "global", "globalPause": False, "updatedAtMs": 0}
    on = done("security:setGlobalPause", active="yes", updatedBy="me")["global"]
    assert (on["globalPause"], on["denyReasonCode"], on["updatedBy"]) == (True, "global_pause_active", "me")
    assert on["denyReason"]
    off = done("security:setGlobalPause", active="off")["global"]
    assert off["globalPause"] is False and not {"denyReasonCode", "denyReason", "updatedBy"} & set(off)
    owner = world.fresh("owner")
    stopped = done("security:setOwnerKillSwitch", ownerId=owner, active=1, reason="fraud")["ownerControl"]
    assert (stopped["denyReasonCode"], stopped["denyReason"]) == ("owner_kill_switch_active", "fraud")
    for issuer in ("runtime", "hydra", "lightning"):
        answer = signed(issuer, "GET", "/internal/v1/control/security-state")
        assert answer.status == 200 and owner in [row["ownerId"] for row in answer.json["ownerControls"]]
    assert signed("khala", "GET", "/internal/v1/control/security-state").status == 403
    assert call("GET", "/internal/v1/control/security-state").status == 401


def test_a_credential_role_goes_round() -> None:
    def act(verb: str, **args: Any) -> Any:
        return done(f"security:{verb}CredentialRole", role="settlement_read", **args)["role"]

    before = act("revoke", note="n")
    assert before["status"] == "revoked" and "fingerprint" not in before and before["revokedAtMs"]
    rotating = act("rotate", fingerprint="f1")
    assert (rotating["status"], rotating["version"]) == ("rotating", before["version"] + 1)
    assert "revokedAtMs" not in rotating and rotating["lastRotatedAtMs"]
    active = act("activate")
    assert (active["status"], active["version"], active["fingerprint"]) == ("active", rotating["version"], "f1")
    assert act("activate")["version"] == active["version"] + 1
    assert act("revoke")["version"] == active["version"] + 1
    assert refused(ops("security:rotateCredentialRole", role="root"))[2] == "invalid_role"


def test_ids_made_here_carry_the_prefixes_of_the_specification() -> None:
    wall = done("ops:upsertPaywall", **paywall())["paywall"]
    deployment = done("ops:recordGatewayCompileIntent", configHash="ab" * 32, status="pending")["deployment"]
    event = done(
        "ops:recordGatewayDeploymentEvent", paywallId=wall["paywallId"], ownerId="o", eventType="e", level="info"
    )["event"]
    made = (wall["paywallId"], deployment["deploymentId"], event["eventId"])
    assert all(
        re.fullmatch(rf"{prefix}_[0-9a-f]{{32}}", name) for prefix, name in zip(("pw", "dep", "evt"), made, strict=True)
    ), made
    assert wall["routes"][0]["routeId"] == f"route_{wall['paywallId']}"
