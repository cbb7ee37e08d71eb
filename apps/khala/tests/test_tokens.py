"""Tokens: every claim rule and the order in which they speak."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from apps.khala.domain.tokens import KHALA, SYNC, Family, Refused, Verifier, carried, key_ring

NOW = 1_772_000_000
SECRET = "a-secret-of-the-tests-that-is-long-enough"
OLD = "the-previous-secret-of-the-tests-long-enough"


def _family(base: Family, kid: str) -> Family:
    keys = {kid: SECRET, f"{kid}-old": OLD}
    return Family(base.name, base.issuer, base.audience, base.claims_version, keys, ("HS256",), base.requires_session)


VERIFIER = Verifier((_family(SYNC, "sync-auth-v1"), _family(KHALA, "khala-auth-v1")))
BASE: dict[str, Any] = {
    "iss": "https://openagents.com",
    "aud": "openagents-sync",
    "sub": "user:u",
    "iat": NOW,
    "exp": NOW + 300,
    "jti": "sync_1",
    "oa_claims_version": "oa_sync_claims_v1",
    "oa_user_id": "u",
    "oa_org_id": "user:u",
    "oa_session_id": "s",
    "oa_device_id": "d",
    "oa_sync_scopes": ["runtime.run_events"],
}
GONE = object()


def _token(kid: str | None = "sync-auth-v1", secret: str = SECRET, alg: str = "HS256", **changes: Any) -> str:
    claims = {name: value for name, value in (BASE | changes).items() if value is not GONE}
    return jwt.encode(claims, secret, alg, headers={"kid": kid} if kid else {})


@pytest.mark.parametrize(
    ("changes", "internal"),
    [
        ({"kid": None}, "missing_kid"),
        ({"kid": "other"}, "unknown_kid"),
        ({"secret": OLD}, "invalid_signature"),
        ({"alg": "HS512"}, "unsupported_alg"),
        ({"kid": "khala-auth-v1"}, "claim_mismatch"),
        ({"iss": "https://evil"}, "claim_mismatch"),
        ({"aud": "openagents-khala"}, "claim_mismatch"),
        ({"oa_claims_version": "v2"}, "claim_mismatch"),
        ({"exp": NOW}, "token_expired"),
        ({"exp": NOW, "iat": NOW - 10_000}, "token_expired"),
        ({"exp": "soon"}, "invalid_claims"),
        ({"iat": GONE}, "missing_iat"),
        ({"iat": 0}, "missing_iat"),
        ({"iat": NOW - 301}, "token_too_old"),
        ({"iat": NOW - 301, "exp": NOW + 5000}, "token_too_old"),
        ({"jti": GONE}, "missing_jti"),
        ({"jti": " "}, "missing_jti"),
        ({"iat": NOW + 31, "exp": NOW + 200}, "token_not_yet_valid"),
        ({"nbf": NOW + 31}, "token_not_yet_valid"),
        ({"nbf": "now"}, "invalid_claims"),
        ({"iat": NOW + 20, "exp": NOW + 10}, "invalid_claims"),
        ({"exp": NOW + 901}, "token_ttl_too_long"),
        ({"sub": " "}, "invalid_claims"),
        ({"oa_user_id": GONE}, "invalid_claims"),
        ({"oa_user_id": True}, "invalid_claims"),
        ({"oa_org_id": GONE}, "invalid_claims"),
        ({"oa_session_id": GONE}, "invalid_claims"),
        ({"oa_device_id": GONE}, "invalid_claims"),
        ({"oa_sync_scopes": GONE}, "invalid_claims"),
        ({"oa_sync_scopes": []}, "invalid_claims"),
        ({"oa_sync_scopes": [1]}, "invalid_claims"),
    ],
)
def test_a_broken_rule_is_named(changes: dict[str, Any], internal: str) -> None:
    with pytest.raises(Refused) as refused:
        VERIFIER.verify(_token(**changes), NOW)
    assert refused.value.internal == internal


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d", "ä.b.c", "x" * 5000, "e30.e30.e30", "....", "a.b.c="])
def test_what_is_no_token_is_invalid_and_nothing_more_is_said(token: str) -> None:
    with pytest.raises(Refused) as refused:
        VERIFIER.verify(token, NOW)
    assert refused.value.reason == "invalid_token"


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"iat": NOW + 30, "exp": NOW + 200},
        {"iat": NOW - 300},
        {"exp": NOW + 900},
        {"aud": ["x", "openagents-sync"]},
        {"kid": "sync-auth-v1-old", "secret": OLD},
    ],
)
def test_the_edges_of_the_rules_hold(changes: dict[str, Any]) -> None:
    assert VERIFIER.verify(_token(**changes), NOW).jti == "sync_1"


def test_numbers_and_texts_are_read_as_ids_and_scopes() -> None:
    grant = VERIFIER.verify(
        _token(oa_user_id=42, oa_sync_scopes=" a, b  c,,", oa_client_surface=" Desktop ", oa_schema_version=2), NOW
    )
    assert grant.principal.user_id == "42" and grant.principal.scopes == {"a", "b", "c"}
    assert grant.principal.surface == "desktop" and grant.client.schema_version == 2


def test_a_khala_token_without_session_is_a_reduced_principal() -> None:
    reduced = {"kid": "khala-auth-v1", "aud": "openagents-khala", "oa_claims_version": "oa_khala_claims_v1"}
    gone = dict.fromkeys(("oa_org_id", "oa_session_id", "oa_device_id", "oa_sync_scopes"), GONE)
    grant = VERIFIER.verify(_token(**reduced, **gone, scope="a b"), NOW)
    assert grant.principal.reduced and grant.principal.scopes == {"a", "b"}
    assert not VERIFIER.verify(_token(**reduced), NOW).principal.reduced
    assert VERIFIER.verify(_token(**reduced, scope=["z"]), NOW).principal.scopes == {"runtime.run_events"}


@pytest.mark.parametrize(
    ("authorization", "protocols", "query", "outcome"),
    [
        ("Bearer t", (), None, "t"),
        (None, ("oa.khala.v1.pb", "oa.bearer.t"), None, "t"),
        (None, (), "t", "t"),
        ("Bearer t", ("oa.bearer.t",), "t", "t"),
        ("Bearer t", ("oa.bearer.u",), None, "invalid_request"),
        (None, (), None, "missing_authorization"),
        ("bearer t", (), None, "invalid_authorization_scheme"),
        ("Bearer  ", (), None, "invalid_authorization_scheme"),
        (None, ("oa.bearer.",), None, "invalid_authorization_scheme"),
    ],
)
def test_carriers(authorization: str | None, protocols: tuple[str, ...], query: str | None, outcome: str) -> None:
    carrier = carried(authorization, protocols, query)
    assert (carrier.token or carrier.reason) == outcome


def test_a_key_id_belongs_to_one_family() -> None:
    with pytest.raises(ValueError, match="share the key id"):
        Verifier((_family(SYNC, "same"), _family(KHALA, "same")))


@pytest.mark.parametrize("csv", ["kid", "kid=", "=secret", "a=1,a=2"])
def test_a_malformed_key_list_is_refused_without_showing_it(csv: str) -> None:
    with pytest.raises(ValueError, match="token key") as error:
        key_ring(csv)
    assert "secret" not in str(error.value).replace("kid=secret", "")
