"""One contract for every identity provider, and what each mode promises beside it."""

from __future__ import annotations

from typing import Any

import pytest

from apps.control.gateways import identity
from apps.control.gateways.identity import Attempt, CodeRejected, IdentityProvider, LocalProvider, MockProvider


def right_code(started: identity.Started) -> str:
    return started.code or "123456"


def attempt(email: str, code: str, started: identity.Started) -> Attempt:
    return Attempt(email, code, started.code_digest, "203.0.113.9", "agent")


@pytest.fixture(params=["mock", "local"])
def provider(request: pytest.FixtureRequest) -> IdentityProvider:
    return MockProvider("123456") if request.param == "mock" else LocalProvider()


def test_the_right_code_proves_the_address(provider: IdentityProvider) -> None:
    started = provider.start("dev@example.com")
    proven = provider.verify(attempt("dev@example.com", right_code(started), started))
    assert proven.email == "dev@example.com"
    assert proven.provider_user_id == started.provider_user_id
    assert proven.first_name == "dev"


@pytest.mark.parametrize("change", [lambda code: "", lambda code: code[:-1], lambda code: code + "0", lambda code: "ä"])
def test_any_other_code_is_rejected(provider: IdentityProvider, change: Any) -> None:
    started = provider.start("dev@example.com")
    with pytest.raises(CodeRejected):
        provider.verify(attempt("dev@example.com", change(right_code(started)), started))


def test_the_mock_identity_is_the_worked_example() -> None:
    assert identity.mock_user_id("dev@example.com") == "mock_workos_eb5a86aa7d0b584d9fc495e246b5e2e1"


def test_local_codes_are_six_digits_and_kept_as_salted_digests() -> None:
    started = LocalProvider().start("dev@example.com")
    assert started.code is not None and len(started.code) == 6 and started.code.isdigit()
    assert started.code_digest is not None and started.code not in started.code_digest.partition("$")[0]


def test_a_code_without_a_stored_digest_is_rejected() -> None:
    with pytest.raises(CodeRejected):
        LocalProvider().verify(Attempt("dev@example.com", "", None, "", ""))


@pytest.mark.parametrize(("provider_id", "demanded"), [("", True), ("mock_workos_x", True), ("user_01H", False)])
def test_real_identities_are_demanded_in_workos_mode_alone(settings: Any, provider_id: str, demanded: bool) -> None:
    workos = settings.OA.model_copy(update={"oa_auth_provider_mode": "workos"})
    assert identity.demands_real_identity(workos, provider_id) is demanded
    assert identity.demands_real_identity(settings.OA, provider_id) is False
