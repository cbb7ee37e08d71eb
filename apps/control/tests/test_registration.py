"""Signing up with an address alone: only where the provider is none of the real ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from apps.control.models import PersonalAccessToken, User
from apps.control.tests.world import call, configure, new_email, sign_in
from openagents.db.models import AuditEvent

REGISTER = "/api/auth/register"


@pytest.fixture
def is_open(settings: Any) -> None:
    configure(settings, oa_auth_api_signup_enabled=True)


@pytest.mark.parametrize(
    "setting",
    [{}, {"oa_auth_api_signup_enabled": True, "oa_auth_provider_mode": "workos"}],
)
def test_the_route_does_not_exist_where_it_is_off(settings: Any, setting: dict[str, Any]) -> None:
    configure(settings, **setting)
    for body in ({"email": new_email()}, {}):
        assert call("POST", REGISTER, body).code == "not_found"


@pytest.mark.usefixtures("is_open")
def test_a_new_address_becomes_a_user_with_a_token() -> None:
    email = new_email()
    answer = call("POST", REGISTER, {"email": email.upper(), "name": "Ada L", "createAutopilot": True})
    assert answer.status == 201
    data = answer.data
    assert (data["created"], data["tokenType"], data["tokenName"]) == (True, "Bearer", "api-bootstrap")
    assert (data["tokenAbilities"], data["autopilot"]) == (["*"], None)
    user = User.objects.get(email=email)
    assert user.provider_user_id == f"api_bootstrap_{hashlib.sha256(email.encode()).hexdigest()[:32]}"
    assert data["user"] == {"id": user.id, "name": "Ada L", "email": email, "handle": email.partition("@")[0]}
    me = call("GET", "/api/me", token=data["token"])
    assert me.data["user"]["id"] == user.id
    (event,) = AuditEvent.objects.filter(event_name="auth.register.completed", user_id=user.id)
    assert event.attributes["created"] == "true" and event.attributes["email_domain"] == "example.com"
    assert email not in str(event.attributes)


@pytest.mark.usefixtures("is_open")
def test_a_known_address_is_updated_and_gets_another_token() -> None:
    person = sign_in()
    before = User.objects.get(pk=person.user_id)
    answer = call("POST", REGISTER, {"email": person.email, "name": "New Name", "tokenAbilities": ["org.read"]})
    assert (answer.status, answer.data["created"]) == (200, False)
    after = User.objects.get(pk=person.user_id)
    assert (after.name, after.provider_user_id) == ("New Name", before.provider_user_id)
    assert call("GET", "/api/me", token=answer.data["token"]).status == 403
    call("POST", REGISTER, {"email": person.email})
    assert User.objects.get(pk=person.user_id).name == "New Name"
    assert PersonalAccessToken.objects.filter(user_id=person.user_id).count() == 2


@pytest.mark.usefixtures("is_open")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"name": "n" * 121}, "name"),
        ({"tokenName": "n" * 121}, "tokenName"),
        ({"token_abilities": ["a" * 121]}, "tokenAbilities"),
    ],
)
def test_what_breaks_a_rule_is_refused(change: dict[str, Any], field: str) -> None:
    answer = call("POST", REGISTER, {"email": new_email(), **change})
    assert (answer.status, answer.fields) == (422, {field})


def test_domains_may_be_limited(settings: Any) -> None:
    configure(
        settings, oa_auth_api_signup_enabled=True, oa_auth_api_signup_allowed_domains=["allowed.example"]
    )  # fmt: skip
    assert call("POST", REGISTER, {"email": new_email()}).fields == {"email"}
    assert call("POST", REGISTER, {"email": new_email("evil-allowed.example")}).fields == {"email"}
    assert call("POST", REGISTER, {"email": new_email("allowed.example")}).status == 201


@pytest.mark.usefixtures("is_open")
def test_a_closed_account_stays_closed() -> None:
    person = sign_in()
    User.objects.filter(pk=person.user_id).update(deleted_at="2026-01-01T00:00:00Z")
    assert call("POST", REGISTER, {"email": person.email}).status == 403


@pytest.mark.usefixtures("is_open")
def test_one_address_is_one_user_whoever_comes_first(in_parallel: Callable[..., list[Any]]) -> None:
    email = new_email()
    answers = in_parallel(4, lambda n: call("POST", REGISTER, {"email": email}))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 201]
    assert len({answer.data["user"]["id"] for answer in answers}) == 1


@pytest.mark.usefixtures("is_open")
def test_it_shares_the_limit_of_asking_for_a_code() -> None:
    for _ in range(15):
        assert call("POST", "/api/auth/email", {"email": new_email()}, ip="198.51.100.7").status == 200
        assert call("POST", REGISTER, {"email": new_email()}, ip="198.51.100.7").status == 201
    limited = call("POST", REGISTER, {"email": new_email()}, ip="198.51.100.7")
    assert (limited.status, limited.code) == (429, "rate_limited")
