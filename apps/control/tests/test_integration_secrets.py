"""Secrets of users: stored sealed, listed without themselves, fetched by the runtime under its own signature."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from prometheus_client import REGISTRY

from apps.control import tasks
from apps.control.models import IntegrationSecret
from apps.control.services.internal_auth import signature_of
from apps.control.tests import world
from apps.control.tests.world import Answer, call, configure
from openagents.db.models import AuditEvent

PATH = "/api/internal/runtime/integrations/secrets/fetch"
SHARED = "example-internal-secret-not-real"
OLD, NEW = (f"{name}:{base64.b64encode(bytes([fill]) * 32).decode()}" for name, fill in (("old", 1), ("new", 2)))


@pytest.fixture(autouse=True)
def keys(settings: Any, nobody_listens: None) -> None:
    configure(settings, oa_integration_secret_keys=OLD, oa_runtime_internal_shared_secret=SHARED)


def question(person: world.Person, **fields: Any) -> dict[str, Any]:
    run_id = world.fresh("run")
    base = {"user_id": person.user_id, "provider": "resend", "integration_id": "resend.primary"}
    return {**base, "run_id": run_id, "tool_call_id": "tool_1", **fields}


def headers_of(body: bytes, **changes: str | None) -> dict[str, str]:
    timestamp, nonce = changes.pop("timestamp", None) or str(int(time.time())), secrets.token_hex(8)
    nonce = changes.pop("nonce", None) or nonce
    digest = hashlib.sha256(body).hexdigest()
    found = {
        "key-id": "runtime-internal-v1",
        "timestamp": timestamp,
        "nonce": nonce,
        "body-sha256": digest,
        "signature": signature_of(SHARED.encode(), timestamp, nonce, digest),
    }
    for name, value in changes.items():
        found[name.replace("_", "-")] = value or ""
    return {f"x-oa-internal-{name}": value for name, value in found.items()}


def fetch(body: Any, **changes: str | None) -> Answer:
    raw = json.dumps(body).encode()
    return call("POST", PATH, raw=raw, **headers_of(raw, **changes))


def stored(person: world.Person, secret: str = "re_live_0123456789", **fields: Any) -> Answer:
    answer = person.post("/api/integrations/resend", {"secret": secret, **fields})
    assert answer.status == 200, answer.content
    return answer


def test_the_signature_is_that_of_the_specification() -> None:
    body = (
        '{"user_id":"user_0001","provider":"resend","integration_id":"resend.primary",'
        '"run_id":"run_1","tool_call_id":"tool_1"}'
    )
    digest = hashlib.sha256(body.encode()).hexdigest()
    assert digest == "1e72bdb5fce929d37fc63f84af45693f049bb4e8205a47fa215ce15ffefa3547"
    expected = "d61468628431d5fbd9c58b945437ac3b08abbfa017faf500a7b6ba5cc94b49bd"
    assert signature_of(SHARED.encode(), "1772000000", "nonce-abc", digest) == expected


def test_a_secret_is_stored_sealed_listed_and_fetched(person: world.Person) -> None:
    answer = stored(person)
    assert answer.data["integration_id"] == "resend.primary"
    assert (answer.data["status"], answer.data["secret_last4"]) == ("active", "6789")
    assert b"re_live" not in answer.content
    row = IntegrationSecret.objects.get(user_id=person.user_id)
    assert row.sealed.startswith("enc:v1:old:") and "re_live" not in row.sealed
    listed = person.get("/api/integrations")
    assert [item["integration_id"] for item in listed.data] == ["resend.primary"] and b"re_live" not in listed.content
    asked = question(person, provider="ReSend")
    found = fetch(asked)
    assert found.status == 200, found.content
    assert (found.data["provider"], found.data["secret"]) == ("resend", "re_live_0123456789")
    assert (found.data["cache_ttl_ms"], found.headers["cache-control"]) == (60000, "no-store")
    assert found.data["scope"]["user_id"] == person.user_id and found.data["scope"]["run_id"] == asked["run_id"]
    events = AuditEvent.objects.filter(user_id=person.user_id, event_name__contains=".secret.")
    assert sorted(event.event_name for event in events) == [
        "integration.secret.updated",
        "runtime.internal.secret.fetch.accepted",
    ]
    assert not [event for event in events if "re_live" in json.dumps(event.attributes)]


def test_a_second_secret_replaces_and_revoking_forgets(person: world.Person) -> None:
    stored(person)
    stored(person, "re_live_other_9999")
    assert fetch(question(person)).data["secret"] == "re_live_other_9999"
    assert call("DELETE", "/api/integrations/resend", token=person.access).data == {"revoked": True}
    assert call("DELETE", "/api/integrations/resend", token=person.access).data == {"revoked": False}
    row = IntegrationSecret.objects.get(user_id=person.user_id)
    assert (row.status, row.sealed) == ("revoked", "")
    refused = fetch(question(person))
    assert (refused.status, refused.code) == (404, "secret_not_found")
    assert person.get("/api/integrations").data == []
    stored(person, "re_live_again_1111")
    assert fetch(question(person)).data["secret"] == "re_live_again_1111"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/integrations/github", {"secret": "12345678"}, "provider"),
        ("/api/integrations/resend", {"secret": "1234567"}, "secret"),
        ("/api/integrations/resend", {"secret": "x" * 4097}, "secret"),
        ("/api/integrations/resend", {"secret": " 12345678"}, "secret"),
        ("/api/integrations/resend", {}, "secret"),
        ("/api/integrations/resend", {"secret": "12345678", "integration_id": "a|b"}, "integration_id"),
    ],
)
def test_a_bad_secret_is_refused_by_field(person: world.Person, path: str, body: Any, field: str) -> None:
    answer = person.post(path, body)
    assert (answer.status, answer.code, answer.fields) == (422, "invalid_request", {field})
    assert not IntegrationSecret.objects.filter(user_id=person.user_id).exists()


def test_a_personal_token_or_nobody_manages_no_secrets(person: world.Person) -> None:
    token = person.post("/api/tokens", {"name": "t", "abilities": ["*"]}).json["data"]["token"]
    assert call("GET", "/api/integrations", token=token).status == 401
    assert call("POST", "/api/integrations/resend", {"secret": "12345678"}).status == 401


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"key_id": "other"}, "invalid_key_id"),
        ({"key_id": None, "signature": None}, "invalid_key_id"),
        ({"nonce": " ", "timestamp": "soon"}, "missing_auth_headers"),
        ({"signature": None, "timestamp": "soon"}, "missing_auth_headers"),
        ({"timestamp": "soon", "body_sha256": "0" * 64}, "invalid_timestamp"),
        ({"timestamp": "1772000000", "body_sha256": "0" * 64}, "signature_expired"),
        ({"body_sha256": "0" * 64, "signature": "0" * 64}, "body_hash_mismatch"),
        ({"signature": "0" * 64}, "invalid_signature"),
    ],
)
def test_the_checks_come_in_their_order(person: world.Person, changes: dict[str, str | None], code: str) -> None:
    stored(person)
    answer = fetch(question(person), **changes)
    assert (answer.status, answer.code) == (401, code)


def test_a_nonce_is_used_once_and_the_lane_needs_its_secret(person: world.Person, settings: Any) -> None:
    stored(person)
    nonce, body = secrets.token_hex(8), question(person)
    assert fetch(body, nonce=nonce).status == 200
    again = fetch(body, nonce=nonce)
    assert (again.status, again.code) == (401, "nonce_replay")
    configure(settings, oa_runtime_internal_shared_secret="")
    answer = fetch(body)
    assert (answer.status, answer.code) == (500, "internal_auth_misconfigured")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"user_id": 0}, "user_id"),
        ({"user_id": True}, "user_id"),
        ({"user_id": ""}, "user_id"),
        ({"provider": "github"}, "provider"),
        ({"run_id": "r" * 161}, "run_id"),
        ({"tool_call_id": " "}, "tool_call_id"),
        ({"org_id": "o" * 161}, "org_id"),
    ],
)
def test_bad_fields_are_refused(person: world.Person, change: dict[str, Any], field: str) -> None:
    answer = fetch(question(person, **change))
    assert (answer.status, answer.fields) == (422, {field})


def test_another_user_another_integration_and_a_number_find_nothing(person: world.Person) -> None:
    stored(person)
    other = world.sign_in()
    for asked in (question(other), question(person, integration_id="resend.second"), question(person, user_id=7)):
        assert fetch(asked).code == "secret_not_found"


def test_a_copied_row_or_a_lost_key_opens_nothing(person: world.Person, settings: Any) -> None:
    stored(person)
    other = world.sign_in()
    row = IntegrationSecret.objects.get(user_id=person.user_id)
    row.pk, row.user_id = None, other.user_id
    row.save(force_insert=True)
    copied = fetch(question(other))
    assert (copied.status, copied.code) == (503, "service_unavailable")
    configure(settings, oa_integration_secret_keys="")
    assert fetch(question(person)).status == 503
    assert person.post("/api/integrations/google", {"secret": "12345678"}).status == 503
    IntegrationSecret.objects.filter(user_id=other.user_id).delete()


def test_one_tool_call_fetches_at_most_twenty_times_a_minute(person: world.Person) -> None:
    stored(person)
    body = question(person)
    assert {fetch(body).status for _ in range(20)} == {200}
    assert fetch(body).code == "rate_limited"
    assert fetch(question(person)).status == 200


def test_rewrap_moves_to_the_new_key_and_may_be_repeated(person: world.Person, settings: Any) -> None:
    IntegrationSecret.objects.all().delete()  # rewrapping is for all rows, also those that other tests spoiled
    stored(person)
    configure(settings, oa_integration_secret_keys=f"{NEW},{OLD}")
    tasks.expire()
    assert stale_rows() >= 1
    for _ in range(2):
        said = StringIO()
        call_command("secrets", "rewrap", stdout=said)
        assert "unreadable 0, left 0" in said.getvalue()
        assert stale_rows() == 0
    assert IntegrationSecret.objects.get(user_id=person.user_id).key_id == "new"
    configure(settings, oa_integration_secret_keys=NEW)
    assert fetch(question(person)).data["secret"] == "re_live_0123456789"
    configure(settings, oa_integration_secret_keys="")
    with pytest.raises(CommandError):
        call_command("secrets", "rewrap", stdout=StringIO())
    tasks.expire()
    assert stale_rows() >= 1, "without a ring nothing is under its first key"


def test_a_row_that_does_not_open_stays_counted_and_raises_the_alarm(person: world.Person, settings: Any) -> None:
    IntegrationSecret.objects.all().delete()
    stored(person)
    failures = count_of("oa_secretbox_failures_total")
    configure(settings, oa_integration_secret_keys=NEW)
    said = StringIO()
    with pytest.raises(CommandError, match="keep their keys"):
        call_command("secrets", "rewrap", stdout=said)
    assert "unreadable 1, left 1" in said.getvalue() and stale_rows() == 1
    assert count_of("oa_secretbox_failures_total") == failures + 1
    assert fetch(question(person)).status == 503
    assert count_of("oa_secretbox_failures_total") == failures + 2
    IntegrationSecret.objects.filter(user_id=person.user_id).delete()


def test_without_a_ring_production_does_not_begin_to_serve(settings: Any) -> None:
    plane = apps.get_app_config("control")
    configure(settings, oa_env="prod")
    plane.before_serving()
    configure(settings, oa_integration_secret_keys="", oa_integration_secret_encryption_key="")
    with pytest.raises(SystemExit, match="OA_INTEGRATION_SECRET_KEYS"):
        plane.before_serving()
    configure(settings, oa_env="dev")
    plane.before_serving()


def count_of(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"plane": "control"}) or 0.0


def stale_rows() -> float:
    return count_of("oa_secretbox_stale_rows")
