"""Secrets at rest, the dead-man stop, the rights of both logins, start-up refusals, commands and admin pages."""

from __future__ import annotations

import base64
import io
import logging
import os
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.lightning.config import Config
from apps.lightning.gateways import kek
from apps.lightning.models import CustodySecret, PaymentIntent
from apps.lightning.services.executor import custody, log_guard, receipts
from apps.lightning.services.executor.startup import Unsafe, check
from apps.lightning.tests.executor.scripted import Scripted
from openagents.receipts.ids import new_id
from openagents.wire.faults import Fault


def ring(*names: str) -> str:
    return ",".join(f"{name}:{base64.b64encode(name.encode().ljust(32, b'.')).decode()}" for name in names)


def test_a_secret_has_a_key_of_its_own(wallet_id: str) -> None:
    name = new_id("secret")
    custody.store(name, "the value")
    row = CustodySecret.objects.get(name=name)
    assert "the value" not in row.sealed_value and row.sealed_value.startswith("enc:v1:dek:")
    assert row.sealed_dek.startswith(f"enc:v1:{row.kek_id}:")
    assert custody.load(name) == "the value"
    moved = custody.store(new_id("secret"), "other")
    CustodySecret.objects.filter(pk=moved.pk).update(sealed_dek=row.sealed_dek, sealed_value=row.sealed_value)
    with pytest.raises(Fault) as unreadable:
        custody.load(moved.name)
    assert (unreadable.value.code, unreadable.value.reason_code) == ("custody_sealed", "secret_unreadable")
    CustodySecret.objects.filter(pk=moved.pk).delete()
    with pytest.raises(KeyError):
        custody.load("nothing")


def test_rotation_keeps_the_old_version(wallet_id: str) -> None:
    name = new_id("secret")
    custody.store(name, "one")
    with pytest.raises(ValueError):
        custody.rotate(name, "two", reason=" ", actor="test")
    custody.rotate(name, "two", reason="leak", actor="test")
    assert (custody.load(name), custody.load(name, 1)) == ("two", "one")
    assert [row.state for row in custody.versions() if row.name == name] == ["retired", "active"]
    with pytest.raises(ValueError):
        custody.destroy(name, 2, "test")
    custody.destroy(name, 1, "test")
    with pytest.raises(KeyError):
        custody.load(name, 1)


def test_another_seed_is_another_wallet(wallet_id: str) -> None:
    name = f"{new_id('x')}_mnemonic"
    custody.store(name, "one")
    with pytest.raises(custody.IdentityChange):
        custody.rotate(name, "two", reason="r", actor="test")
    custody.rotate(name, "two", reason="r", actor="test", confirm_identity_change=True)


def test_one_value_for_many_first_users(wallet_id: str, in_parallel: Any) -> None:
    name = new_id("secret")
    values = in_parallel(5, lambda index: custody.load_or_create(name, lambda: f"made by {index}"))
    assert len(set(values)) == 1


def test_rewrap_moves_everything_to_the_first_key(gateway: Scripted, pay: Any, configure: Any, settings: Any) -> None:
    pay("req-1", gateway.invoice("1"))
    name = new_id("secret")
    custody.store(name, "kept")
    old = settings.OA.oa_lightning_custody_kek
    configure(oa_lightning_custody_kek=f"{ring('fresh')},{old}")
    changed, unreadable = custody.rewrap()
    assert changed > 0 and unreadable == 0
    assert custody.rewrap() == (0, 0)
    configure(oa_lightning_custody_kek=ring("fresh"))
    assert custody.load(name) == "kept"
    assert pay("req-1", gateway.invoice("1")).status_code == 200
    configure(oa_lightning_custody_kek=f"{old},{ring('fresh')}")
    assert custody.rewrap()[1] == 0
    assert not PaymentIntent.objects.filter(result_enc__startswith="enc:v1:fresh:").exists()


def test_without_a_ring_nothing_is_stored(wallet_id: str, configure: Any) -> None:
    configure(oa_lightning_custody_kek="")
    for work in (lambda: custody.store("x", "y"), custody.rewrap, receipts.signer):
        with pytest.raises(Fault) as refused:
            work()
        assert refused.value.code == "custody_sealed"
    assert custody.kek_id() is None


def test_where_the_ring_comes_from(tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "ring"
    path.write_text(ring("file") + "\n")
    config = settings.OA.model_copy
    assert kek.ring(
        config(update={"oa_lightning_custody_kek": "", "oa_lightning_custody_kek_file": str(path)})
    ) == ring("file")
    with pytest.raises(kek.RingUnavailable):
        kek.from_file(str(tmp_path / "none"))
    development = config(update={"oa_lightning_custody_kek": "", "oa_env": "dev"})
    assert kek.is_development(development) and custody._box(kek.ring(development)).ready


def test_the_secret_manager() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if "metadata" in request.url.host:
            return httpx.Response(200, json={"access_token": "t0ken"})
        data = base64.b64encode(ring("gcp").encode()).decode()
        return httpx.Response(200, json={"payload": {"data": data}})

    client = httpx.Client(transport=httpx.MockTransport(answer))
    assert kek.from_secret_manager("projects/p/secrets/s/versions/1", client) == ring("gcp")
    assert asked[0].headers["metadata-flavor"] == "Google" and asked[1].headers["authorization"] == "Bearer t0ken"
    assert str(asked[1].url).endswith("/v1/projects/p/secrets/s/versions/1:access")
    broken = httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(403)))
    with pytest.raises(kek.RingUnavailable):
        kek.from_secret_manager("projects/p/secrets/s/versions/2", broken)


def test_secrets_do_not_reach_the_log() -> None:
    secret = "c0ffee" * 10
    log_guard.remember(secret)
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(logging.Formatter("%(message)s"))
    log_guard.install([handler])
    log_guard.install([handler])
    handler.handle(logging.makeLogRecord({"msg": f"oops token={secret}, harmless {'ab' * 20}"}))
    text = handler.stream.getvalue()
    assert secret not in text and "[REDACTED]" in text and "ab" * 20 in text


EXECUTOR_ONLY = (
    "payment_intent",
    "payment_attempt",
    "payment_step",
    "onchain_plan",
    "ledger_account",
    "ledger_entry",
    "wallet_policy",
    "wallet_control",
    "service_credential",
    "custody_secret",
)
READABLE = ("wallet_account", "invoice_intent", "receipt")
APPENDED = ("receipt", "ledger_entry", "wallet_policy")


def refused(connection: psycopg.Connection[Any], statement: str) -> bool:
    try:
        with connection.transaction():
            connection.execute(statement)  # type: ignore[call-overload]
            raise psycopg.Rollback
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_what_the_ops_login_may_touch(testbed: Any) -> None:
    environment = testbed.environment("lightning-ops")
    with psycopg.connect(environment["OA_LIGHTNING_OPS_DATABASE_URL"], autocommit=True) as ops:
        for table in EXECUTOR_ONLY:
            assert refused(ops, f"SELECT 1 FROM {table} LIMIT 1"), table
            assert refused(ops, f"DELETE FROM {table}"), table
        for table in READABLE:
            assert not refused(ops, f"SELECT 1 FROM {table} LIMIT 1"), table
            assert refused(ops, f"DELETE FROM {table}"), table
        assert not refused(ops, "SELECT 1 FROM lightning_outbox LIMIT 1")


def test_what_is_only_ever_appended(testbed: Any) -> None:
    environment = testbed.environment("lightning-executor")
    with psycopg.connect(environment["OA_LIGHTNING_EXECUTOR_DATABASE_URL"], autocommit=True) as executor:
        for table in APPENDED:
            assert refused(executor, f"DELETE FROM {table}"), table
            assert refused(executor, f"UPDATE {table} SET id = id"), table
        for table in set(EXECUTOR_ONLY) - set(APPENDED):
            assert not refused(executor, f"UPDATE {table} SET id = id WHERE false"), table


def config(**values: Any) -> Config:
    base = {"oa_internal_keys": "k:hydra:secret-of-hydra", "oa_env": "test", "oa_lightning_custody_kek": ring("k")}
    return Config(**{**base, **values})


@pytest.fixture
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("OA_LIGHTNING_WALLET") or name == "OA_INTERNAL_KEYS":
            monkeypatch.delenv(name)


LND = {
    "oa_lightning_wallet_executor_mode": "lnd",
    "oa_lightning_wallet_allowed_hosts": "a.com",
    "oa_lightning_network": "mainnet",
}


@pytest.mark.usefixtures("bare_environment")
@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"oa_env": "prod"}, "MODE"),
        ({"oa_lightning_network": "mainnet"}, "NETWORK"),
        ({"oa_internal_keys": "", "hosts": ["0.0.0.0"]}, "AUTH_MODE"),
        ({"oa_internal_keys": "", "oa_lightning_auth_mode": "signed_internal"}, "OA_INTERNAL_KEYS"),
        ({"oa_internal_keys": "", "oa_lightning_auth_mode": "bearer_static"}, "AUTH_TOKEN"),
        ({**LND, "oa_lightning_wallet_allowed_hosts": ""}, "ALLOWED_HOSTS"),
        ({**LND, "oa_lightning_custody_kek": ""}, "CUSTODY_KEK"),
        ({**LND, "oa_internal_keys": ""}, "AUTH_TOKEN"),
        ({**LND, "oa_env": "prod"}, "REQUEST_CAP_MSATS"),
        ({**LND, "oa_env": "prod", "oa_lightning_wallet_request_cap_msats": 2_000}, "WINDOW_CAP_MSATS"),
        ({"oa_lightning_custody_kek": "nonsense"}, "CUSTODY_KEK"),
        ({"oa_lightning_receipt_signing_key": "nonsense"}, "RECEIPT_SIGNING_KEY"),
        ({"oa_lightning_wallet_executor_mode": "spark"}, "SPARK_API_KEY"),
        (
            {
                "oa_lightning_wallet_executor_mode": "spark",
                "oa_lightning_spark_api_key": "k",
                "oa_lightning_wallet_allowed_hosts": "a",
            },
            "no driver",
        ),
    ],
)
def test_it_does_not_start(values: dict[str, Any], named: str) -> None:
    hosts = values.pop("hosts", ["127.0.0.1"])
    with pytest.raises(Unsafe, match=named):
        check(config(**values), hosts)


@pytest.mark.usefixtures("bare_environment")
def test_it_starts() -> None:
    check(config(), ["127.0.0.1"])
    check(config(oa_internal_keys=""), ["::1", "localhost"])
    check(config(oa_internal_keys="", oa_lightning_wallet_executor_auth_token="t"), ["0.0.0.0"])
    caps = {"oa_lightning_wallet_request_cap_msats": 2_000, "oa_lightning_wallet_window_cap_msats": 20_000}
    check(config(**LND, **caps, oa_env="prod"), ["0.0.0.0"])
    assert config(oa_lightning_wallet_executor_mode=" Mock ").simulated
    assert config().oa_lightning_wallet_allowed_hosts == ["sats4ai.com", "l402.openagents.com"]
    assert config().oa_lightning_auth_mode == "signed_internal" and config().oa_lightning_onchain_enabled is True
    assert config(**LND).oa_lightning_onchain_enabled is False


@pytest.mark.usefixtures("bare_environment")
def test_the_cap_below_what_the_treasury_approves(settings: Any) -> None:
    from apps.lightning.system_checks import executor_cap_below_auto_approve

    settings.OA = config()
    (warning,) = executor_cap_below_auto_approve(None)
    assert "executor_cap_below_auto_approve" in warning.msg
    settings.OA = config(oa_lightning_wallet_request_cap_msats=300_000_000)
    assert executor_cap_below_auto_approve(None) == []


def run(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_the_commands(gateway: Scripted, pay: Any) -> None:
    assert "receipts are signed by" in run("lightning_custody", "init")
    assert "receipt_signing_key v1" in run("lightning_custody", "list")
    assert "0 unreadable" in run("lightning_custody", "rewrap")
    name = new_id("secret")
    custody.store(name, "x")
    assert "v2 is active" in run("lightning_custody", "rotate", name, "--reason", "r", "--generate")
    assert "destroyed" in run("lightning_custody", "destroy", name, "1")
    with pytest.raises(CommandError):
        run("lightning_custody", "destroy", name, "2")
    assert '"policy_version": 0' in run("wallet_executor", "policy")
    changed = run("wallet_executor", "policy", "--set", "window_ms=60000", "--reason", "r")
    assert '"window_ms": 60000' in changed
    with pytest.raises(CommandError):
        run("wallet_executor", "policy", "--set", "window_ms")
    with pytest.raises(CommandError, match="unsupported_payment_method"):
        run("wallet_executor", "smoke")


def test_admin_pages_show_no_secret(gateway: Scripted, pay: Any, call: Any) -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client

    pay("req-1", gateway.invoice("1"))
    call("POST", "/admin/credentials/hydra/stage", {"mode": "signed"}, issuer="ops")
    user = get_user_model().objects.create_superuser(new_id("admin"), password="x")
    client = Client()
    client.force_login(user)
    row = PaymentIntent.objects.get(wallet_id=gateway_wallet(), request_id="req-1")
    page = client.get(f"/admin/lightning/paymentintent/{row.pk}/change/").content.decode()
    assert "dispatching" in page and "lwr_" in page and row.result_enc not in page and row.preimage_enc not in page
    for name in (
        "paymentintent",
        "receipt",
        "invoiceintent",
        "onchainplan",
        "walletaccount",
        "ledgeraccount",
        "ledgerentry",
        "walletpolicy",
        "walletcontrol",
        "servicecredential",
        "custodysecret",
        "outbox",
    ):
        response = client.get(f"/admin/lightning/{name}/")
        assert response.status_code == 200, name
        assert "enc:v1:" not in response.content.decode()
    secret = CustodySecret.objects.order_by("pk").first()
    assert secret is not None
    page = client.get(f"/admin/lightning/custodysecret/{secret.pk}/change/").content.decode()
    assert "enc:v1:" not in page and secret.fingerprint not in page


def gateway_wallet() -> str:
    from apps.lightning.services.executor import policy

    return policy.wallet_id()
