"""What an attacker tries: forged tokens, smuggled headers, odd paths, foreign origins, false addresses."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import Any

import jwt
import pytest
from django.conf import settings as live

from apps.control.models import Session
from apps.control.tests.world import Double, Person, address, call, configure, fresh, new_email, sign_in
from openagents.peers.keys import Key
from openagents.peers.signature import sign

FEED = "/internal/v1/control/revocations"


def segment(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def forgeries(person: Person) -> list[str]:
    """JWTs that claim to be this person, and one that truly is a sync token of theirs."""
    minted = person.post("/api/sync/token").data["token"]
    claims = jwt.decode(minted, options={"verify_signature": False})
    header, payload, signature = minted.split(".")
    key = "k" * 32
    return [
        minted,
        f"{segment({'alg': 'none', 'typ': 'JWT'})}.{payload}.",
        f"{segment({'alg': 'None'})}.{payload}.{signature}",
        f"{header}.{segment({**claims, 'oa_user_id': 'user_other', 'sub': 'user:user_other'})}.{signature}",
        jwt.encode(claims, key, algorithm="HS256", headers={"kid": "unknown"}),
        jwt.encode({**claims, "aud": "openagents-control"}, key, algorithm="HS256", headers={"kid": "sync-auth-v1"}),
        jwt.encode(claims, key, algorithm="HS512", headers={"kid": "../../etc/passwd"}),
        f"{segment({'alg': 'HS256', 'kid': ''})}.{payload}.",
    ]


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_no_jwt_opens_a_route(person: Person) -> None:
    for token in forgeries(person):
        for path in ("/api/auth/session", "/api/me", "/api/tokens"):
            answer = call("GET", path, token=token)
            assert (answer.status, answer.reason) == (401, "invalid_token"), token


def keyed(issuer: str) -> Key:
    return {key.issuer: key for key in live.OA_INTERNAL_KEYRING}[issuer]


def signed_as(
    key: Key, *, aud: str = "control", method: str = "GET", path: str = FEED, **options: Any
) -> dict[str, str]:
    return sign(key, aud=aud, method=method, path_with_query=path, body=b"", **options)


def test_internal_calls_are_bound_to_key_audience_path_and_moment() -> None:
    good = keyed("khala")
    foreign = Key(kid="nobody-v1", issuer="khala", secret=b"x" * 32)
    wrong_secret = Key(kid=good.kid, issuer=good.issuer, secret=b"x" * 32)
    tries = {
        "unknown kid": signed_as(foreign),
        "wrong secret": signed_as(wrong_secret),
        "another audience": signed_as(good, aud="runtime"),
        "another path": signed_as(good, path=f"{FEED}?after_seq=1"),
        "another method": signed_as(good, method="POST"),
        "another issuer": signed_as(Key(kid=good.kid, issuer="ops", secret=good.secret)),
    }
    for what, headers in tries.items():
        assert call("GET", FEED, **headers).status == 401, what
    headers = signed_as(good)
    assert call("GET", FEED, **headers).status == 200
    assert call("GET", FEED, **headers).json["reason_code"], "a nonce is good for one call"
    name = "x-oa-runtime-signature"
    version, payload, signature = signed_as(good)[name].split(".")
    for forged in (
        f"{version}.{payload}.",
        f"v0.{payload}.{signature}",
        f"{version}.{payload}",
        "",
        "v1.." + signature,
    ):
        assert call("GET", FEED, **{**signed_as(good), name: forged}).status == 401, forged
    assert call("GET", FEED, token=sign_in().access).status == 401, "a user is no plane"


def test_identity_headers_of_the_caller_go_nowhere(runtime: Double, person: Person) -> None:
    runtime.answer("GET", "/internal/v1/threads", 200, {"threads": []})
    answer = person.get(
        "/api/me",
        x_oa_user_id="user_victim",
        x_oa_org_id="org:victim",
        x_oa_runtime_act='{"user_id":"user_victim"}',
        x_oa_runtime_signature="v1.e30.AAAA",
        x_oa_guest_scope="guest",
        x_http_method_override="DELETE",
        x_original_url="/internal/v1/control/revocations",
        x_rewrite_url="/internal/v1/control/revocations",
        cookie="oa_session=x",
        forwarded="for=10.0.0.1",
    )
    assert (answer.status, answer.data["user"]["id"]) == (200, person.user_id)
    (sent,) = runtime.received
    assert sent.act.user_id == person.user_id
    assert sent.headers["x-oa-user-id"] == person.user_id
    assert "user_victim" not in str(sent.headers)
    assert not {"cookie", "authorization", "x-oa-org-id", "x-oa-guest-scope", "x-http-method-override"} & set(
        sent.headers
    )


@pytest.mark.parametrize(
    "path",
    [
        "/api//auth/session", "/api/auth/session/", "/API/auth/session", "/api/auth/session;x=1",
        "/api/auth/session%00",
        "/api/./auth/session", "/api/auth/../auth/session", "/api/auth/session%20",
        "/api/auth/session%0d%0aset-cookie:x", "/api/auth/\uff53ession", "/api/auth/session\\", "//api/auth/session",
        "/api/%2e%2e/internal/v1/control/revocations", "/api/../internal/v1/control/revocations",
        "/api/auth/%ff%fe", "/internal/../api/auth/session/x",
    ],
)  # fmt: skip
def test_paths_are_taken_literally(person: Person, path: str) -> None:
    answer = person.get(path)
    assert answer.status == 404, answer.content
    assert "set-cookie" not in answer.headers


def test_an_escaped_slash_is_a_slash_for_gates_and_routes_alike(settings: Any, person: Person) -> None:
    assert person.get("/api/auth%2fsession").status == 200
    configure(settings, oa_compat_control_enforced=True)
    for path in ("/api/v1/control/status", "/api%2Fv1%2fcontrol%2Fstatus"):
        assert person.get(path).status == 426
    assert person.get("/api/auth%2f..%2fv1/control/status").status == 404


@pytest.mark.parametrize(
    "name", ["%00", "..", "%2e%2e", "%2F..%2F", "a%0ab", "%ff", "a b", "é", "x" * 161, "%27%3B--", "{x}", "*"]
)
def test_ids_in_paths_are_ids_or_nothing(person: Person, name: str) -> None:
    for method, path in (
        ("DELETE", f"/api/tokens/{name}"),
        ("GET", f"/api/orgs/{name}/members"),
        ("DELETE", f"/api/orgs/org:x/members/{name}"),
        ("GET", f"/api/runtime/runs/{name}"),
    ):
        assert call(method, path, token=person.access).status in (403, 404), (method, path)


@pytest.mark.parametrize(
    "path", ["/api/auth/sessions?device_id=%00", "/api/auth/sessions?device_id=%ff", "/api/me?chat_limit=%ff",
             "/api/me?chat_limit=1e3", "/api/me?chat_limit=" + "9" * 400, "/api/runtime/runs?cursor=%00"],
)  # fmt: skip
def test_odd_queries_break_nothing(person: Person, path: str) -> None:
    assert person.get(path).status in (200, 422, 503)


@pytest.mark.parametrize(
    "origin",
    ["null", "https://openagents.com.evil.example", "https://evilopenagents.com", "http://openagents.com",
     "https://openagents.com:8443", "https://app.openagents.com@evil.example", "https://openagents.com/",
     "https://evil.example/.openagents.com", "https://.openagents.com", "https://a_b.openagents.com",
     "https://openagents.com, https://evil.example", "https://app.openagents.com\u3002evil.example", "*"],
)  # fmt: skip
def test_foreign_origins_are_never_echoed(person: Person, origin: str) -> None:
    for answer in (person.get("/api/auth/session", origin=origin), call("OPTIONS", "/api/me", origin=origin)):
        assert "access-control-allow-origin" not in answer.headers
        assert "access-control-allow-credentials" not in answer.headers


def test_a_claimed_address_opens_no_new_bucket(settings: Any) -> None:
    socket = address()

    def ask(claimed: str) -> int:
        return call("POST", "/api/auth/email", {"email": new_email()}, ip=socket, x_forwarded_for=claimed).status

    assert [ask(address()) for _ in range(30)] == [200] * 30
    assert ask(address()) == 429
    configure(settings, oa_trusted_proxies=[socket])
    assert ask(f"{address()}, {address()}") == 200, "behind a trusted proxy the rightmost hop counts"


def test_made_up_credentials_open_no_bucket_and_leave_no_trace() -> None:
    before = Session.objects.count()
    for _ in range(5):
        assert call("POST", "/api/sync/token", {}, token=fresh("oa_at_")).status == 401
    assert Session.objects.count() == before


def test_bodies_are_limited_by_what_they_are_not_by_what_they_claim(person: Person) -> None:
    body = b'{"email":"' + b"x" * (1 << 20) + b'"}'
    assert call("POST", "/api/auth/email", raw=body, content_length="10").status in (400, 413, 422)
    assert call("POST", "/api/auth/email", raw=b'{"email":"a@b.c"}', transfer_encoding="chunked").status in (200, 400)
    assert call("POST", "/api/auth/email", raw=b"{}", content_type="application/json; charset=utf-16").status in (
        400,
        422,
    )
    deep = b'{"required_scopes":' + b"[" * 5000 + b"]" * 5000 + b"}"
    assert call("POST", "/api/policy/authorize", raw=deep, token=person.access).status == 400


def test_one_users_ids_are_of_no_use_to_another(person: Person) -> None:
    other = sign_in()
    other.program()
    (token,) = other.get("/api/tokens").data
    assert person.delete(f"/api/tokens/{token['id']}").status == 404
    assert person.post("/api/auth/sessions/revoke", {"session_id": other.session_id}).fields == {"session_id"}
    unknown = person.post("/api/auth/sessions/revoke", {"session_id": "sess_unknown"})
    foreign = person.post("/api/auth/sessions/revoke", {"session_id": other.session_id})
    assert unknown.json["errors"] == foreign.json["errors"], "a foreign id looks like an unknown one"
    assert person.post("/api/auth/devices/revoke", {"device_id": other.device_id}).status == 422
    assert person.get(f"/api/orgs/user:{other.user_id}/members").status == 403
    assert other.get("/api/auth/session").status == 200
