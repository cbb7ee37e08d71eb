"""The guard in front of routes, on the plane's real store: who gets in, with which answer, and how often."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from prometheus_client import REGISTRY

from openagents.db import stores
from openagents.db.models import InternalNonce
from openagents.peers import auth
from openagents.peers.auth import SignedPeer, caller_of, claim_of, claimed_with_effect, is_signed
from openagents.peers.keys import Key, KeyRing
from openagents.peers.signature import BODY_SHA256, KEY_ID, SIGNATURE, Act, Caller, new_nonce, seal, sign
from openagents.wire.faults import CONFLICT, DEPENDENCY_UNAVAILABLE, FORBIDDEN, PAYLOAD_TOO_LARGE, UNAUTHORIZED, Fault
from openagents.wire.ninja import plane_api

KEY = Key("guard-runtime-1", "runtime", b"not-a-secret-of-runtime")
KHALA = Key("guard-khala-1", "khala", b"not-a-secret-of-khala")
ACT = Act(user_id="u_guard", roles=("owner",))
ROUTE = "/internal/v1/guarded/desktop:alpha?limit=5"

api = plane_api(title="guarded", version="1", namespace="peers-guard-test")


@api.api_operation(["GET", "POST"], "/internal/v1/guarded/{name}", auth=SignedPeer({"runtime", "ops"}))
def guarded(request: HttpRequest, name: str) -> dict[str, Any]:
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return {"iss": caller.iss, "user_id": caller.act and caller.act.user_id, "name": name}


@api.get("/internal/v1/async/{name}", auth=SignedPeer({"runtime"}))
async def guarded_async(request: HttpRequest, name: str) -> dict[str, Any]:
    return {"iss": request.auth.iss, "name": name}  # type: ignore[attr-defined]


@api.post("/internal/v1/effects/{name}", auth=SignedPeer({"runtime"}))
@claimed_with_effect
def effect(request: HttpRequest, name: str) -> dict[str, Any]:
    """Says of `given` that a statement has the claim, and of nothing else."""
    claim = claim_of(request)
    assert claim is not None
    claim.given = name == "given"
    if name == "fault":
        raise Fault(CONFLICT)
    return {"scope": claim.scope}


urls = types.ModuleType("openagents_peers_guard_urls")
urls.urlpatterns = [path("", api.urls)]  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def guarded_routes() -> Iterator[None]:
    ground = [name for name in settings.MIDDLEWARE if name.startswith("openagents.ops.")]
    with override_settings(ROOT_URLCONF=urls, MIDDLEWARE=ground, OA_INTERNAL_KEYRING=KeyRing([KEY, KHALA])):
        yield


def headers(method: str = "POST", target: str = ROUTE, body: bytes = b"{}", key: Key = KEY, **more: Any) -> Any:
    aud = more.pop("aud", settings.OA_AUDIENCE)
    return sign(key, aud=aud, method=method, path_with_query=target, body=body, **more)


def post(sent: dict[str, str], body: bytes = b"{}", target: str = ROUTE) -> tuple[int, dict[str, Any]]:
    response = Client().post(target, body, content_type="application/json", headers=sent)
    return response.status_code, json.loads(response.content)


def rejected(reason: str) -> float:
    labels = {"plane": settings.OA_AUDIENCE, "reason": reason}
    return REGISTRY.get_sample_value("oa_internal_auth_rejected_total", labels) or 0.0


def test_a_signed_call_reaches_the_route_as_its_caller() -> None:
    assert post(headers(act=ACT)) == (200, {"iss": "runtime", "user_id": "u_guard", "name": "desktop:alpha"})
    assert post(headers()) == (200, {"iss": "runtime", "user_id": None, "name": "desktop:alpha"})


def test_an_async_route_is_guarded_the_same_way() -> None:
    target = "/internal/v1/async/a"
    sent = headers("GET", target, b"")
    assert Client().get(target, headers=sent).json() == {"iss": "runtime", "name": "a"}
    assert Client().get(target, headers=sent).json()["reason_code"] == "nonce_replayed"
    assert Client().get(target).status_code == 401


def test_a_path_is_matched_in_its_one_spelling() -> None:
    escaped = ROUTE.replace(":", "%3A")
    assert post(headers(), target=escaped)[0] == 200
    assert post(headers(target=escaped), target=escaped)[1]["reason_code"] == "path_mismatch"


REFUSALS: list[tuple[str, Callable[[], dict[str, str]]]] = [
    ("missing_signature", dict),
    ("malformed_signature", lambda: {**headers(), SIGNATURE: "v1.x"}),
    ("unknown_key", lambda: headers(key=Key("guard-gone", "runtime", KEY.secret))),
    ("bad_signature", lambda: headers(key=Key(KEY.kid, "runtime", b"wrong"))),
    ("missing_claim", lambda: {SIGNATURE: seal(json.dumps({"kid": KEY.kid}), KEY.secret)}),
    ("not_yet_valid", lambda: headers(now=datetime.now(UTC) + timedelta(seconds=45))),
    ("expired", lambda: headers(now=datetime.now(UTC) - timedelta(seconds=120))),
    ("audience_mismatch", lambda: headers(aud="bridge")),
    ("method_mismatch", lambda: headers("PUT")),
    ("path_mismatch", lambda: headers(target=ROUTE + "0")),
    ("body_hash_mismatch", lambda: headers(body=b"")),
    ("principal_mismatch", lambda: {**headers(act=ACT), "x-oa-user-id": "u_other"}),
]


@pytest.mark.parametrize(("reason", "make"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_a_refusal_is_a_flat_401_with_its_reason_and_is_counted(
    reason: str, make: Callable[[], dict[str, str]]
) -> None:
    before = rejected(reason)
    status, body = post(make())
    assert (status, body["error"], body["reason_code"]) == (401, "unauthorized", reason)
    assert rejected(reason) == before + 1


def test_a_lifetime_beyond_the_configured_limit_is_refused() -> None:
    assert post(headers(ttl=300))[0] == 200
    with override_settings(OA=settings.OA.model_copy(update={"oa_internal_max_ttl_seconds": 120})):
        assert post(headers(ttl=121))[1]["reason_code"] == "ttl_too_long"


def test_a_replay_is_refused_and_its_nonce_is_on_record() -> None:
    sent = headers(nonce=(nonce := new_nonce()))
    assert post(sent)[0] == 200
    assert post(sent)[1]["reason_code"] == "nonce_replayed"
    row = InternalNonce.objects.get(nonce=nonce)
    assert row.scope == f"{settings.OA_AUDIENCE}:{KEY.kid}"
    assert row.expires_at > datetime.now(UTC) + timedelta(seconds=100)


def test_a_refused_call_leaves_its_nonce_unspent() -> None:
    sent = headers()
    assert post(sent, body=b'{"other":1}')[1]["reason_code"] == "body_hash_mismatch"
    assert post(sent, target=ROUTE + "1")[1]["reason_code"] == "path_mismatch"
    assert post({**sent, "x-oa-user-id": "u"})[1]["reason_code"] == "principal_mismatch"
    assert post(sent)[0] == 200


def test_of_sixteen_equal_calls_at_once_exactly_one_gets_in(in_parallel: Callable[..., list[Any]]) -> None:
    sent = headers()
    answers = in_parallel(16, lambda _: post(sent))
    assert sorted(status for status, _ in answers) == [200] + [401] * 15
    assert {body.get("reason_code") for status, body in answers if status != 200} == {"nonce_replayed"}


@pytest.mark.parametrize(("name", "status", "kept"), [("plain", 200, 1), ("fault", 409, 1), ("given", 200, 0)])
def test_a_nonce_that_the_route_left_alone_is_claimed_behind_it(name: str, status: int, kept: int) -> None:
    target = f"/internal/v1/effects/{name}"
    sent = headers(target=target, nonce=(nonce := new_nonce()))
    answer = post(sent, target=target)
    assert answer[0] == status
    if status == 200:
        assert answer[1] == {"scope": f"{settings.OA_AUDIENCE}:{KEY.kid}"}
    assert InternalNonce.objects.filter(nonce=nonce).count() == kept


def test_an_earlier_use_of_the_nonce_wins_over_what_the_route_answers() -> None:
    target = "/internal/v1/effects/fault"
    sent = headers(target=target)
    before = rejected("nonce_replayed")
    assert post(sent, target=target)[0] == 409
    status, body = post(sent, target=target)
    assert (status, body["error"], body["reason_code"]) == (401, "unauthorized", "nonce_replayed")
    assert rejected("nonce_replayed") == before + 1


def test_an_issuer_that_the_route_does_not_list_is_forbidden() -> None:
    before = rejected("issuer_not_allowed")
    status, body = post(headers(key=KHALA))
    assert (status, body["error"], body["reason_code"]) == (403, "forbidden", "issuer_not_allowed")
    assert rejected("issuer_not_allowed") == before + 1


def test_without_a_store_nobody_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise DatabaseError

    sent = headers()
    with monkeypatch.context() as patch:
        patch.setattr(auth, "single_use", stores.PostgresSingleUse)
        patch.setattr(stores, "prepared_cursor", broken)
        status, body = post(sent)
    assert (status, body["error"]) == (503, "dependency_unavailable")
    assert post(sent)[0] == 200


def test_a_rotated_out_key_no_longer_opens_the_door() -> None:
    assert post(headers())[0] == 200
    with override_settings(OA_INTERNAL_KEYRING=KeyRing([Key("guard-runtime-2", "runtime", b"new")])):
        assert post(headers())[1]["reason_code"] == "unknown_key"
        assert post(headers(key=Key("guard-runtime-2", "runtime", b"new")))[0] == 200


def bare_headers() -> dict[str, str]:
    now = int(datetime.now(UTC).timestamp())
    text = json.dumps({"iat": now, "exp": now + 60, "nonce": new_nonce()})
    return {SIGNATURE: seal(text, KEY.secret), KEY_ID: KEY.kid, BODY_SHA256: headers()[BODY_SHA256]}


class Configured:
    """The plane's configuration with a few values of its own."""

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)
        self.original = settings.OA

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)


@pytest.mark.parametrize(
    ("environment", "allowed"), [("dev", True), ("test", True), ("staging", False), ("prod", False)]
)
def test_minimal_tokens_pass_in_development_only(environment: str, allowed: bool) -> None:
    assert post(bare_headers())[1].get("reason_code") == "unknown_key"
    with override_settings(OA=Configured(runtime_signature_allow_minimal=True, oa_env=environment)):
        assert post(bare_headers())[0] == (200 if allowed else 401)


def test_a_body_over_the_limit_is_refused_before_it_is_hashed() -> None:
    body = b'"' + b"x" * 200 + b'"'
    request = RequestFactory().post(ROUTE, body, content_type="application/json", headers=headers(body=body))
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100), pytest.raises(Fault) as raised:
        caller_of(request, {"runtime"})
    assert raised.value.kind == PAYLOAD_TOO_LARGE


def test_an_unsigned_request_is_refused_without_body_or_database(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def touched(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(auth, "single_use", touched)
    monkeypatch.setattr(HttpRequest, "body", property(touched))
    request = RequestFactory().post(ROUTE, b"{}", content_type="application/json")
    assert not is_signed(request)
    with pytest.raises(Fault) as raised:
        caller_of(request, {"runtime"})
    assert (raised.value.kind, raised.value.reason_code) == (UNAUTHORIZED, "missing_signature")


def test_the_functions_raise_what_the_routes_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def request(key: Key = KEY) -> HttpRequest:
        signature = headers(key=key)
        return RequestFactory().post(ROUTE, b"{}", content_type="application/json", headers=signature)

    assert is_signed(request())
    assert caller_of(request(), {"runtime"}).iss == "runtime"
    with pytest.raises(Fault) as raised:
        caller_of(request(), {"khala"})
    assert raised.value.kind == FORBIDDEN

    def down() -> None:
        raise stores.StoreUnavailable

    monkeypatch.setattr(auth, "single_use", down)
    with pytest.raises(Fault) as raised:
        caller_of(request(), {"runtime"})
    assert raised.value.kind == DEPENDENCY_UNAVAILABLE


def test_a_route_lists_issuers_that_exist() -> None:
    for issuers in ((), {"nobody"}, {"control", "nobody"}):
        with pytest.raises(ValueError, match="issuers"):
            SignedPeer(issuers)


def test_the_document_names_the_signature_header() -> None:
    scheme = api.get_openapi_schema()["components"]["securitySchemes"]["SignedPeer"]
    assert {"type": "apiKey", "in": "header", "name": "X-OA-RUNTIME-SIGNATURE"}.items() <= scheme.items()
