"""Who may call: the three modes, scopes, credentials and their rotation without a gap (section 3)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.lightning.models import ServiceCredential
from apps.lightning.services.executor import credentials
from apps.lightning.services.executor.writer import WRITER
from apps.lightning.tests.executor.conftest import signed_call
from apps.lightning.tests.executor.scripted import Scripted
from openagents.peers.keys import Key

TOKEN = "example-token-not-a-real-secret-0001"


def bare(path: str, **headers: str) -> Any:
    return Client(raise_request_exception=False).get(path, headers=headers)


def test_signed_mode_refuses_a_bearer_alone(call: Any) -> None:
    response = bare("/status", authorization=f"Bearer {TOKEN}")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="wallet-executor"'
    assert response.json()["error"]["details"] == {"reason": "missing"}
    assert call("GET", "/status").status_code == 200


def test_authentication_precedes_the_body(gateway: Scripted) -> None:
    response = Client().post("/pay-bolt11", b"{not json", content_type="application/json")
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("issuer", "method", "path", "status"),
    [
        ("control", "GET", "/status", 403),
        ("runtime", "GET", "/status", 403),
        ("lightning", "GET", "/status", 200),
        ("lightning", "GET", "/receive-address", 403),
        ("hydra", "GET", "/receive-address", 200),
        ("hydra", "POST", "/admin/pause", 403),
        ("hydra", "POST", "/wallets/create", 403),
        ("ops", "POST", "/wallets/create", 400),
        ("ops", "POST", "/admin/pause", 400),
    ],
)
def test_scopes(call: Any, issuer: str, method: str, path: str, status: int) -> None:
    response = call(method, path, {} if method == "POST" else None, issuer=issuer)
    assert response.status_code == status, response.content
    if status == 403:
        assert response.json()["error"]["code"] == "forbidden_scope"


def test_the_agent_payments_lane(call: Any, configure: Any) -> None:
    configure(oa_lightning_agent_payments=True)
    assert call("POST", "/wallets/create", {}, issuer="control").status_code == 400
    assert call("POST", "/pay-bolt11", {}, issuer="control").status_code == 403


def test_a_replayed_signature(call: Any, gateway: Scripted) -> None:
    from apps.lightning.tests.executor.conftest import key_of
    from openagents.peers.signature import sign

    signed = sign(key_of("hydra"), aud="lightning", method="GET", path_with_query="/policy", body=b"")
    assert bare("/policy", **signed).status_code == 200
    second = bare("/policy", **signed)
    assert second.json()["error"]["details"] == {"reason": "nonce_replayed"}


def test_the_static_bearer(gateway: Scripted, configure: Any) -> None:
    configure(oa_lightning_auth_mode="bearer_static", oa_lightning_wallet_executor_auth_token=TOKEN)
    assert bare("/status", authorization=f"bearer  {TOKEN} ").status_code == 200
    for offered, reason in (("", "missing"), ("Basic x", "missing"), ("Bearer wrong", "bad_token")):
        response = bare("/status", authorization=offered)
        assert (response.status_code, response.json()["error"]["details"]["reason"]) == (401, reason)
    post = Client().post(
        "/admin/pause", b"{}", content_type="application/json", headers={"authorization": f"Bearer {TOKEN}"}
    )
    assert post.json()["error"]["code"] == "forbidden_scope"
    bad = {"authorization": f"Bearer {TOKEN}", "x-oa-runtime-signature": "v1.e30.AAAA"}
    assert bare("/status", **bad).status_code == 401
    assertion = bare("/auth-assertion", authorization=f"Bearer {TOKEN}").json()["result"]
    assert assertion["tokenFingerprint"] == "sha256:98032b571b7857696510e5bf938c4ca2b2c35e3b63561cd80eefeec3c46c87ca"
    assert assertion["authMode"] == "bearer_static" and assertion["authTokenVersion"] == 1


def test_disabled_serves_everybody(gateway: Scripted, configure: Any) -> None:
    configure(oa_lightning_auth_mode="disabled")
    body = bare("/status").json()
    assert body["status"]["authEnforced"] is False


@pytest.fixture
def admin(call: Any) -> Callable[..., Any]:
    def step(caller: str, name: str, **body: Any) -> Any:
        return call("POST", f"/admin/credentials/{caller}/{name}", body, issuer="ops")

    return step


def status_with(secret: str) -> int:
    return int(bare("/status", authorization=f"Bearer {secret}").status_code)


def test_rotation_of_a_token_has_no_gap(admin: Any, configure: Any) -> None:
    first = admin("hydra", "stage").json()["result"]
    assert first["state"] == "staged" and len(first["secretOnce"]) >= 32
    assert ServiceCredential.objects.get(caller="hydra", kid="", token_sha256=first["fingerprint"][7:]).secret_enc == ""
    assert admin("hydra", "activate").json()["result"].get("secretOnce") is None
    second = admin("hydra", "stage").json()["result"]
    assert second["version"] == 2
    configure(oa_lightning_auth_mode="bearer_static")
    old, new = first["secretOnce"], second["secretOnce"]
    assert (status_with(old), status_with(new)) == (200, 401)
    credentials.activate("hydra", version=2, not_after_ms=None, by="test")
    assert (status_with(old), status_with(new)) == (200, 200)
    credentials.revoke("hydra", version=1, by="test")
    refused = bare("/status", authorization=f"Bearer {old}")
    assert refused.json()["error"]["details"]["reason"] == "key_revoked"
    assert status_with(new) == 200


def test_a_retiring_credential_ends(admin: Any, configure: Any) -> None:
    old = admin("lightning", "stage").json()["result"]["secretOnce"]
    admin("lightning", "activate")
    admin("lightning", "stage")
    admin("lightning", "activate", notAfter=int(time.time() * 1000) - 1)
    configure(oa_lightning_auth_mode="bearer_static")
    assert status_with(old) == 401


def test_an_issued_signing_key(admin: Any, call: Any, gateway: Scripted) -> None:
    staged = admin("hydra", "stage", mode="signed", scopes=["wallet:read"]).json()["result"]
    key = Key(staged["keyId"], "hydra", staged["secretOnce"].encode())
    assert call("GET", "/status", key=key).json()["error"]["details"]["reason"] == "unknown_key"
    admin("hydra", "activate")
    assert call("GET", "/status", key=key).status_code == 200
    assert call("GET", "/receive-address", key=key).json()["error"]["code"] == "forbidden_scope"
    assert staged["keyId"] in call("GET", "/auth-assertion").json()["result"]["acceptedKeyIds"]
    admin("hydra", "revoke", version=staged["version"])
    assert call("GET", "/status", key=key).json()["error"]["details"]["reason"] == "key_revoked"


@pytest.mark.parametrize(
    ("caller", "step", "body", "status"),
    [
        ("nobody", "activate", {}, 404),
        ("nobody", "revoke", {"version": 3}, 404),
        ("hydra", "revoke", {}, 400),
        ("hydra", "explode", {}, 404),
        ("BAD", "stage", {}, 400),
        ("hydra", "stage", {"mode": "telepathy"}, 400),
        ("stranger", "stage", {"mode": "signed"}, 400),
        ("hydra", "stage", {"scopes": ["wallet:everything"]}, 400),
        ("hydra", "stage", {"version": 1_000_001}, 400),
        ("hydra", "stage", {"notAfter": 2**62}, 400),
    ],
)
def test_refused_steps(admin: Any, caller: str, step: str, body: dict[str, Any], status: int) -> None:
    assert admin(caller, step, **body).status_code == status


def test_steps_out_of_order(admin: Any) -> None:
    admin("hydra", "stage")
    admin("hydra", "activate")
    assert admin("hydra", "activate", version=1).status_code == 409
    assert admin("hydra", "stage", version=1).status_code == 409
    admin("hydra", "revoke", version=1)
    assert admin("hydra", "revoke", version=1).status_code == 409


def test_a_credential_rotated_in_mid_flight(admin: Any, gateway: Scripted, configure: Any) -> None:
    """The payment goes on; only the caller's next request needs the new credential."""
    secret = admin("hydra", "stage").json()["result"]["secretOnce"]
    admin("hydra", "activate")
    configure(oa_lightning_auth_mode="bearer_static")
    invoice = gateway.invoice("mid")

    def revoke_and_settle(sending: dict[str, Any]) -> Any:
        credentials.revoke("hydra", version=1, by="test")
        return gateway.succeed(sending)

    gateway.script = revoke_and_settle
    body = {"requestId": "r", "payment": {"invoice": invoice, "maxAmountMsats": 100_000, "host": "sats4ai.com"}}
    client = Client(raise_request_exception=False)
    headers = {"authorization": f"Bearer {secret}"}
    assert client.post("/pay-bolt11", body, content_type="application/json", headers=headers).status_code == 200
    assert client.post("/pay-bolt11", body, content_type="application/json", headers=headers).status_code == 401
    assert len(gateway.sends) == 1


def test_a_standby_reads_and_does_not_write(call: Any, pay: Any, gateway: Scripted) -> None:
    WRITER.release()
    try:
        assert call("GET", "/status").json()["status"]["activeWriter"] is False
        response = pay("req-1", gateway.invoice("x"))
        assert (response.status_code, response.json()["error"]["code"]) == (503, "not_active_writer")
    finally:
        assert WRITER.acquire()


def test_the_request_id_is_echoed(call: Any) -> None:
    response = call("GET", "/policy", headers={"x-request-id": " a/b@c+d "})
    assert response["x-request-id"] == response.json()["requestId"] == "a/b@c+d"
    fresh = call("GET", "/policy", headers={"x-request-id": "has space"})
    assert len(fresh["x-request-id"]) == 36
    bad = signed_call("POST", "/create-invoice", {"amountSats": 1}, headers={"x-request-id": "has space"})
    assert bad.json()["error"]["code"] == "invalid_request"


def test_large_bodies_and_unknown_routes(call: Any) -> None:
    big = call("POST", "/decode-bolt11", {"invoice": "x" * 70_000})
    assert (big.status_code, big.json()["error"]["code"]) == (413, "invalid_request")
    assert call("GET", "/nowhere").json()["error"]["code"] == "not_found"
    assert call("POST", "/status", {}).status_code == 405
    assert call("POST", "/decode-bolt11", raw=b'{"invoice":"a","invoice":"b"}').status_code == 400
