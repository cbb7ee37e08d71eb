"""Every public route against every refusal that no handler decides, and the envelope they all share (2.2)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from apps.control.models import Session
from apps.control.services.clock import database_now
from apps.control.tests.routes import Route, guarded_routes, public_routes
from apps.control.tests.world import Answer, Person, address, call, configure, sign_in
from openagents.wire import faults
from openagents.wire.envelopes import public
from openagents.wire.faults import Fault, Kind

GUARDED = pytest.mark.parametrize("route", guarded_routes(), ids=str)
READING = [route for route in public_routes() if route.has_body and route.path.startswith(("/api/auth/", "/api/"))]
BODY = pytest.mark.parametrize("route", READING, ids=str)
OPEN_LANES = ("/api/auth/email", "/api/auth/verify", "/api/auth/refresh", "/api/auth/register")


def check_envelope(answer: Answer, path: str = "/api") -> None:
    """The one form of every refusal."""
    assert answer.headers["content-type"] == "application/json", answer.content
    body = answer.json
    assert body.keys() - {"errors"} == {"message", "error", "request_id"}
    assert body["error"].keys() == {"code", "message", "reason", "retry_after_ms", "reauth_required"}
    assert body["message"] == body["error"]["message"] != ""
    assert body["request_id"] == answer.headers["x-request-id"]
    assert not path.startswith("/api") or answer.headers["cache-control"] == "no-store"
    if "errors" in body:
        assert all(isinstance(found, list) and found for found in body["errors"].values())


@pytest.fixture(autouse=True)
def every_route_is_on(settings: Any, nobody_listens: None) -> None:
    configure(settings, oa_auth_api_signup_enabled=True, oa_compat_chat_aliases_enabled=True)


@pytest.fixture(scope="module")
def caller() -> Person:
    return sign_in()


@pytest.fixture(scope="module")
def incapable(caller: Person) -> str:
    """A personal access token whose only ability opens nothing."""
    return caller.program("nothing.at.all").access


@pytest.fixture(scope="module")
def spent() -> dict[str, str]:
    """Credentials that are no longer good, by the reason that says so."""
    expired, revoked, over, again = (sign_in() for _ in range(4))
    now = database_now()
    Session.objects.filter(pk=expired.session_id).update(access_expires_at=now)
    assert revoked.post("/api/auth/logout").status == 200
    Session.objects.filter(pk=over.session_id).update(refresh_expires_at=now)
    Session.objects.filter(pk=again.session_id).update(status="reauth_required")
    return {
        "access_token_expired": expired.access,
        "session_revoked": revoked.access,
        "session_expired": over.access,
        "reauth_required": again.access,
    }


@GUARDED
def test_without_a_good_credential_nothing_answers(route: Route, spent: dict[str, str], caller: Person) -> None:
    tries: list[tuple[str, dict[str, Any]]] = [
        ("missing_credential", {}),
        ("missing_credential", {"authorization": f"Basic {caller.access}"}),
        ("missing_credential", {"authorization": caller.access}),
        ("missing_credential", {"authorization": "Bearer "}),
        ("missing_credential", {"cookies": {"oa_access": caller.access, "sessionid": caller.access}}),
        ("invalid_token", {"token": "nonsense"}),
        ("invalid_token", {"token": caller.refresh}),
        ("invalid_token", {"token": caller.session_id}),
        ("invalid_token", {"token": "oa_at_" + "0" * 64}),
        ("invalid_token", {"token": f"{caller.access}, Bearer {caller.access}"}),
        *((reason, {"token": token}) for reason, token in spent.items()),
    ]
    for reason, options in tries:
        answer = call(route.method, route.url, {} if route.has_body else None, **options)
        assert (answer.status, answer.code, answer.reason) == (401, "unauthorized", reason), (reason, answer.content)
        asks_again = reason in ("session_revoked", "session_expired", "reauth_required")
        assert answer.json["error"]["reauth_required"] is asks_again
        check_envelope(answer)


@GUARDED
def test_a_personal_token_opens_what_its_abilities_name(route: Route, incapable: str) -> None:
    assert route.guard is not None
    answer = call(route.method, route.url, {} if route.has_body else None, token=incapable)
    expected = (403, "forbidden", None) if route.guard.ability else (401, "unauthorized", "invalid_token")
    assert (answer.status, answer.code, answer.reason) == expected
    check_envelope(answer)


@pytest.mark.parametrize("path", sorted({route.url for route in public_routes()}))
def test_another_method_is_refused_by_name(path: str) -> None:
    for method in ("PUT", "TRACE"):
        answer = call(method, path)
        assert (answer.status, answer.code) == (405, "method_not_allowed")
        assert answer.headers["allow"]
        check_envelope(answer, path)


UNREADABLE = [
    (400, "invalid_request", {"raw": b"{"}),
    (400, "invalid_request", {"raw": b'{"a":1,"a":2}'}),
    (400, "invalid_request", {"raw": b'{"a":"\xff"}'}),
    (400, "invalid_request", {"raw": b'{"a":"\\ud800"}'}),
    (400, "invalid_request", {"raw": b'{"a":"\\u0000"}'}),
    (400, "invalid_request", {"raw": b'{"a":NaN}'}),
    (400, "invalid_request", {"raw": b"[" * 100 + b"]" * 100}),
    (422, "invalid_request", {"raw": b"[]"}),
    (422, "invalid_request", {"raw": b'"text"'}),
    (415, "unsupported_media_type", {"raw": b"a=1", "content_type": "application/x-www-form-urlencoded"}),
    (415, "unsupported_media_type", {"raw": b"{}", "content_type": "text/plain"}),
    (413, "payload_too_large", {"raw": b'{"a":"' + b"x" * (1 << 20) + b'"}'}),
]


@BODY
def test_a_body_that_cannot_be_read(route: Route, person: Person, settings: Any) -> None:
    configure(settings, oa_admin_emails=[person.email])
    if route.guard is None and route.path not in OPEN_LANES:
        pytest.skip("guarded by a signature, which is judged first")
    token = person.access if route.guard is not None else None
    for status, code, options in UNREADABLE:
        answer = call(route.method, route.url, token=token, ip=address(), **options)
        assert (answer.status, answer.code) == (status, code), (options["raw"][:40], answer.content)
        check_envelope(answer)


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/x", "/api/auth", "/api/auth/session/", "/api/v1", "/api/v2/me"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_is_no_route_is_not_found(path: str, method: str) -> None:
    answer = call(method, path)
    assert (answer.status, answer.code) == (404, "not_found")
    check_envelope(answer)


ROWS: list[tuple[Kind, str, int]] = [
    (faults.INVALID_REQUEST, "invalid_request", 422),
    (faults.MALFORMED_REQUEST, "invalid_request", 400),
    (faults.UNAUTHORIZED, "unauthorized", 401),
    (faults.FORBIDDEN, "forbidden", 403),
    (faults.NOT_FOUND, "not_found", 404),
    (faults.METHOD_NOT_ALLOWED, "method_not_allowed", 405),
    (faults.NOT_ACCEPTABLE, "not_acceptable", 406),
    (faults.CONFLICT, "conflict", 409),
    (faults.STALE_CURSOR, "stale_cursor", 410),
    (faults.INVALID_SCOPE, "invalid_scope", 422),
    (faults.RATE_LIMITED, "rate_limited", 429),
    (faults.PAYLOAD_TOO_LARGE, "payload_too_large", 413),
    (faults.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", 415),
    (faults.INTERNAL, "internal_error", 500),
    (faults.DEPENDENCY_UNAVAILABLE, "service_unavailable", 503),
    (faults.BAD_GATEWAY, "service_unavailable", 503),
    (faults.WRITE_PATH_FROZEN, "service_unavailable", 503),
    (faults.MAINTENANCE, "maintenance", 503),
    (faults.SYNC_TOKEN_UNAVAILABLE, "sync_token_unavailable", 503),
    (faults.KHALA_TOKEN_UNAVAILABLE, "khala_token_unavailable", 503),
    (faults.STATIC_ASSET_ERROR, "static_asset_error", 500),
    (faults.LEGACY_ROUTE_UNAVAILABLE, "legacy_route_unavailable", 503),
]


@pytest.mark.parametrize(("kind", "code", "status"), ROWS, ids=lambda value: getattr(value, "code", str(value)))
def test_the_codes_of_the_public_lane(kind: Kind, code: str, status: int) -> None:
    rendered = public(Fault(kind, retry_after_ms=1500 if status == 429 else None), "req_1")
    assert (rendered.status, rendered.body["error"]["code"]) == (status, code)
    assert rendered.headers == ({"Retry-After": "2"} if status == 429 else {})


def test_no_code_means_two_things() -> None:
    meanings = itertools.groupby(sorted((code, status) for _, code, status in ROWS), key=lambda row: row[0])
    several = {code: {status for _, status in rows} for code, rows in meanings}
    assert several.pop("invalid_request") == {400, 422}
    assert all(len(statuses) == 1 for statuses in several.values())
