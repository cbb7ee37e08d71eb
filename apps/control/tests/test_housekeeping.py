"""Retention, expiry, the development code, configuration, the operator's pages, and what logs may not show."""

from __future__ import annotations

import io
import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from apps.control import tasks
from apps.control.config import Config
from apps.control.models import AuthChallenge, DevOutboxMessage, IssuedSyncToken, RefreshToken, Session
from apps.control.services.clock import database_now
from apps.control.tests.world import Person, call, challenge, code_for, configure, fresh, new_email, refresh, sign_in
from openagents.db.models import AuditEvent
from openagents.ops.config import explain


def test_the_command_prints_the_newest_code() -> None:
    email = new_email()
    challenge(email)
    challenge(email)
    out = io.StringIO()
    call_command("dev_code", email.upper(), stdout=out)
    assert out.getvalue().strip() == code_for(email)


def test_the_command_refuses_without_a_fresh_code_and_outside_development(settings: Any) -> None:
    email = new_email()
    with pytest.raises(CommandError):
        call_command("dev_code", email)
    challenge(email)
    DevOutboxMessage.objects.filter(email=email).update(created_at=database_now() - timedelta(seconds=601))
    with pytest.raises(CommandError):
        call_command("dev_code", email)
    challenge(email)
    configure(settings, oa_env="staging")
    with pytest.raises(CommandError):
        call_command("dev_code", email)


def test_sessions_and_challenges_expire_by_the_sweeper(person: Person) -> None:
    challenge_id = challenge(person.email)
    past = database_now() - timedelta(seconds=1)
    AuthChallenge.objects.filter(pk=challenge_id).update(expires_at=past)
    Session.objects.filter(pk=person.session_id).update(refresh_expires_at=past)
    assert tasks.expire() >= 1
    assert AuthChallenge.objects.get(pk=challenge_id).status == "expired"
    assert Session.objects.get(pk=person.session_id).status == "expired"
    assert person.get("/api/auth/session").reason == "session_expired"


def test_what_is_past_its_use_is_forgotten_and_nothing_else(person: Person) -> None:
    old, recent = sign_in(), sign_in()
    for who in (old, recent):
        who.post("/api/auth/logout")
    Session.objects.filter(pk=old.session_id).update(revoked_at=database_now() - timedelta(days=91))
    Session.objects.filter(pk=recent.session_id).update(revoked_at=database_now() - timedelta(days=89))
    jti = person.post("/api/sync/token").data["token_id"]
    kept = person.post("/api/sync/token").data["token_id"]
    IssuedSyncToken.objects.filter(pk=jti).update(expires_at=database_now() - timedelta(days=2))
    tasks.purge()
    assert not Session.objects.filter(pk=old.session_id).exists()
    assert not RefreshToken.objects.filter(session_id=old.session_id).exists()
    assert Session.objects.filter(pk__in=[recent.session_id, person.session_id]).count() == 2
    assert list(IssuedSyncToken.objects.filter(pk__in=[jti, kept]).values_list("pk", flat=True)) == [kept]


def test_every_scheduled_job_exists_and_runs() -> None:
    for entry in tasks.SCHEDULE.values():
        name = entry["task"].removeprefix("control.")
        getattr(tasks, name)()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OA_AUTH_ACCESS_TTL_SECONDS", "soon"),
        ("OA_AUTH_REFRESH_REUSE_GRACE_SECONDS", "31"),
        ("OA_SYNC_TOKEN_KEYS", "nokey"),
        ("OA_SYNC_TOKEN_KEYS", "a=1,a=2"),
        ("OA_COMPAT_SUNSET_DATE", "tomorrow"),
        ("OA_ORG_DOMAIN_AUTOJOIN", "example.com=acme"),
        ("OA_ORG_DOMAIN_AUTOJOIN", "example.com=org:acme:owner"),
        ("OA_COMPAT_CONTROL_MAX_SCHEMA_VERSION", "0"),
    ],
)
def test_a_bad_value_stops_the_start(monkeypatch: pytest.MonkeyPatch, capsys: Any, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        Config.load()
    assert "configuration: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("OA_CONTROL_LOG_FILTER", "oa_log_level", "warning"),
        ("OA_LOG_LEVEL", "oa_log_level", "warning"),
        ("OA_CONTROL_LOG_FORMAT", "oa_log_format", "pretty"),
        ("OA_RUNTIME_ELIXIR_BASE_URL", "oa_runtime_base_url", "http://elixir:1"),
        ("RUNTIME_SIGNATURE_SECRET", "oa_runtime_signing_key", "k"),
        ("OA_RUNTIME_DRIVER", "oa_runtime_routing_driver", "runtime_service"),
        ("OA_RUNTIME_FORCE_LEGACY", "oa_runtime_force_control_service", True),
        ("SYNC_TOKEN_SIGNING_KEY", "oa_sync_token_signing_key", "k"),
        ("KHALA_TOKEN_SIGNING_KEY", "oa_khala_token_signing_key", "k"),
    ],
)
def test_old_and_other_names_of_variables_count(
    monkeypatch: pytest.MonkeyPatch, name: str, field: str, value: Any
) -> None:
    for other in ("OA_RUNTIME_BASE_URL", "OA_RUNTIME_SIGNING_KEY", "OA_LOG_LEVEL", "OA_LOG_FORMAT"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, str(value))
    assert getattr(Config.load(), field) == value


@pytest.mark.parametrize("mode", ["mock", "local"])
def test_development_providers_do_not_start_in_production(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setenv("OA_ENV", "prod")
    monkeypatch.setenv("OA_AUTH_PROVIDER_MODE", mode)
    with pytest.raises(SystemExit):
        Config.load()


def test_explaining_the_configuration_shows_no_secret(settings: Any) -> None:
    rows = {variable: shown for variable, shown, _, _ in explain(settings.OA)}
    keys = [*settings.OA.sync_keys().values(), *settings.OA.khala_keys().values(), settings.OA.oa_runtime_signing_key]
    assert rows["OA_SYNC_TOKEN_KEYS"] == rows["OA_KHALA_TOKEN_KEYS"] == "(set)"
    assert not [shown for shown in rows.values() for key in keys if key in shown]


def test_old_names_of_variables_are_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OA_SYNC_TOKEN_KEYS", "OA_RUNTIME_SIGNING_KEY", "OA_RUNTIME_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SYNC_TOKEN_SIGNING_KEY", "one")
    monkeypatch.setenv("OA_RUNTIME_ELIXIR_BASE_URL", "http://old:1")
    monkeypatch.setenv("RUNTIME_SIGNATURE_SECRET", "two")
    config = Config.load()
    assert config.sync_keys() == {"sync-auth-v1": "one"}
    assert config.lane_base_url() == "http://old:1"
    assert config.oa_runtime_signing_key == "two"


def test_the_gate_is_on_by_default_only_where_clients_are_real(settings: Any) -> None:
    for env, enforced in (("dev", False), ("test", False), ("staging", True), ("prod", True)):
        assert settings.OA.model_copy(update={"oa_env": env}).compat_enforced() is enforced


PAGES = ("user", "org", "membership", "session", "device", "authchallenge", "issuedsynctoken", "revocation")


@pytest.fixture
def operator() -> Client:
    user = get_user_model().objects.create_superuser(fresh("operator"), "op@example.com", "x")
    client = Client()
    client.force_login(user)
    return client


def test_the_operators_pages_show_rows_but_no_secret(operator: Client, person: Person) -> None:
    refresh(person)
    session = Session.objects.get(pk=person.session_id)
    for page in PAGES:
        assert operator.get(reverse(f"admin:control_{page}_changelist")).status_code == 200
    assert operator.get(reverse("admin:ground_auditevent_changelist")).status_code == 200
    page = operator.get(reverse("admin:control_session_change", args=[person.session_id])).content.decode()
    assert person.session_id in page
    assert session.access_digest is not None and session.access_digest not in page


def test_nothing_can_be_changed_there(operator: Client, person: Person) -> None:
    url = reverse("admin:control_session_change", args=[person.session_id])
    assert operator.post(url, {"status": "revoked"}).status_code == 403
    assert operator.get(reverse("admin:control_user_add")).status_code == 403
    assert operator.post(reverse("admin:control_user_delete", args=[person.user_id])).status_code == 403


def test_logs_and_audit_never_show_secrets(caplog: pytest.LogCaptureFixture) -> None:
    email = new_email("secretive.example")
    with caplog.at_level(logging.DEBUG):
        challenge_id = challenge(email)
        code = code_for(email)
        body = {"code": code, "challenge_id": challenge_id, "device_id": "desktop:a"}
        found = call("POST", "/api/auth/verify", body).json
        call("GET", "/api/auth/session", token=found["token"])
        minted = call("POST", "/api/sync/token", token=found["token"]).data["token"]
        fields = {"refresh_token": found["refreshToken"], "device_id": "desktop:a", "client_nonce": "nonce-secret-1"}
        fresh_pair = call("POST", "/api/auth/refresh", fields).json
    secrets = [
        found["token"], found["refreshToken"], minted, fresh_pair["token"], fresh_pair["refreshToken"], email,
        "nonce-secret-1",
    ]  # fmt: skip
    lines = [str(record.msg) + str(record.args) for record in caplog.records if not record.name.startswith("django.db")]
    assert lines
    audited = json.dumps(list(AuditEvent.objects.order_by("-occurred_at").values_list("attributes", flat=True)[:30]))
    for secret in secrets:
        assert not [line for line in lines if secret in line], secret
        assert secret not in audited
