"""What every answer of the public lanes carries, and what is turned away before any handler."""

from __future__ import annotations

from typing import Any

import pytest

from apps.control.tests.world import Person, address, call, configure

ORIGIN = "https://app.openagents.com"


def test_answers_are_not_stored_and_publish_the_window() -> None:
    answer = call("GET", "/api/auth/session")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-oa-compatibility-protocol-version"] == "openagents.control.v1"
    assert answer.headers["x-oa-compatibility-min-client-build-id"] == "00000000T000000Z"
    assert answer.headers["x-oa-compatibility-min-schema-version"] == "1"
    assert "x-oa-compatibility-max-client-build-id" not in answer.headers
    assert "x-oa-compatibility-code" not in answer.headers


def test_request_ids_are_echoed_or_made() -> None:
    assert call("GET", "/api/auth/session", x_request_id="client-id-1").headers["x-request-id"] == "client-id-1"
    made = call("GET", "/api/auth/session", x_request_id="bad id").headers["x-request-id"]
    assert made.startswith("req_")
    assert call("GET", "/api/auth/session", x_request_id="client-id-1").json["request_id"] == "client-id-1"


@pytest.mark.parametrize("path", ["/api", "/api/auth/email", "/api/unknown/route"])
def test_preflight_needs_no_credential(path: str) -> None:
    answer = call("OPTIONS", path, origin=ORIGIN, access_control_request_method="POST")
    assert (answer.status, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-methods"] == "GET,POST,PATCH,DELETE,OPTIONS"
    assert answer.headers["access-control-allow-headers"] == (
        "authorization,content-type,x-request-id,x-xsrf-token,x-client,x-device-id,x-oa-client-build-id,"
        "x-oa-protocol-version,x-oa-schema-version,idempotency-key,last-event-id"
    )
    assert answer.headers["access-control-max-age"] == "600"
    assert answer.headers["vary"] == "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-credentials" not in answer.headers
    assert "x-request-id" in answer.headers


def test_only_listed_origins_are_echoed() -> None:
    answer = call("GET", "/api/auth/session", origin=ORIGIN)
    assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (ORIGIN, "Origin")
    for method in ("GET", "OPTIONS"):
        answer = call(method, "/api/auth/session", origin="https://evil.example")
        assert "access-control-allow-origin" not in answer.headers
    assert "vary" not in call("GET", "/api/auth/session").headers
    assert "access-control-allow-origin" not in call("GET", "/healthz", origin=ORIGIN).headers


def test_refusals_of_every_layer_carry_the_lane_headers() -> None:
    too_large = call("POST", "/api/auth/email", raw=b"{" + b" " * (1 << 20) + b"}", origin=ORIGIN)
    assert (too_large.status, too_large.code) == (413, "payload_too_large")
    for answer in (too_large, call("GET", "/api/nothing", origin=ORIGIN)):
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api", 404, "not_found"),
        ("GET", "/api/auth/email", 405, "method_not_allowed"),
        ("DELETE", "/api/sync/token", 405, "method_not_allowed"),
    ],
)
def test_unknown_routes_and_methods_are_in_the_envelope(method: str, path: str, status: int, code: str) -> None:
    answer = call(method, path)
    assert (answer.status, answer.code) == (status, code)
    assert answer.json["message"] == answer.json["error"]["message"]


@pytest.mark.parametrize("raw", [b"{", b"[1", b'{"a":1,"a":2}', b'{"a":NaN}', b"\xff"])
def test_bodies_that_cannot_be_read_are_400(raw: bytes) -> None:
    answer = call("POST", "/api/auth/email", raw=raw)
    assert (answer.status, answer.code) == (400, "invalid_request")


def test_a_body_of_another_type_is_415() -> None:
    assert call("POST", "/api/auth/email", raw=b"email=a", content_type="text/plain").status == 415


def test_unknown_fields_are_ignored() -> None:
    assert call("POST", "/api/auth/email", {"email": "bad", "extra": {"deep": [1]}}).fields == {"email"}


def test_the_alias_of_sign_in_is_the_same_route(person: Person, settings: Any) -> None:
    assert person.get("/api/v1/auth/session").data == person.get("/api/auth/session").data
    assert call("POST", "/api/v1/auth/email", {"email": "bad"}).fields == {"email"}
    answer = person.get("/api/v1/auth/devices")
    assert answer.headers["sunset"] == "Tue, 30 Jun 2026 00:00:00 GMT"
    assert answer.headers["x-oa-compat-sunset-date"] == "2026-06-30"
    assert "x-oa-compat-migration-doc" not in answer.headers
    configure(settings, oa_compat_sunset_date="", oa_compat_migration_doc="https://openagents.com/migrate")
    answer = person.get("/api/v1/auth/devices")
    assert "sunset" not in answer.headers
    assert answer.headers["x-oa-compat-migration-doc"] == "https://openagents.com/migrate"


def test_the_alias_shares_the_rate_limit() -> None:
    ip = address()
    for _ in range(5):
        call("POST", "/api/auth/verify", {"code": "1"}, ip=ip)
        call("POST", "/api/v1/auth/verify", {"code": "1"}, ip=ip)
    assert call("POST", "/api/v1/auth/verify", {"code": "1"}, ip=ip).status == 429


def test_a_forged_hop_does_not_open_a_new_bucket(settings: Any) -> None:
    ip = address()
    statuses = [
        call("POST", "/api/auth/verify", {"code": "1"}, ip=ip, x_forwarded_for=address()).status for _ in range(11)
    ]
    assert statuses[-1] == 429
    proxy = address()
    configure(settings, oa_trusted_proxies=[proxy])
    statuses = [
        call("POST", "/api/auth/verify", {"code": "1"}, ip=proxy, x_forwarded_for=f"{address()}, {ip}").status
        for _ in range(2)
    ]
    assert statuses == [429, 429]


@pytest.fixture
def enforced(settings: Any) -> None:
    configure(
        settings,
        oa_compat_control_enforced=True,
        oa_compat_control_min_client_build_id="20260101T000000Z",
        oa_compat_control_max_client_build_id="20260601T000000Z",
    )


GOOD = {
    "x_oa_client_build_id": "20260221T130000Z",
    "x_oa_protocol_version": "openagents.control.v1",
    "x_oa_schema_version": "1",
}


def test_the_gate_stands_before_authentication(enforced: None) -> None:
    answer = call("POST", "/api/v1/sync/token", {})
    assert answer.status == 426
    assert answer.json["error"]["code"] == "invalid_client_build"
    assert answer.json["message"] == answer.json["error"]["message"]
    failure = answer.json["compatibility"]
    assert (failure["surface"], failure["retryable"], failure["upgrade_required"]) == ("control_api", False, True)
    assert failure["max_client_build_id"] == "20260601T000000Z"
    assert answer.headers["x-oa-compatibility-code"] == "invalid_client_build"
    assert answer.headers["x-oa-compatibility-upgrade-required"] == "true"
    assert answer.headers["x-oa-compatibility-max-client-build-id"] == "20260601T000000Z"
    assert answer.headers["cache-control"] == "no-store"
    assert call("POST", "/api/v1/sync/token", {}, **GOOD).status == 401


def test_a_client_inside_the_window_passes(enforced: None, person: Person) -> None:
    assert person.post("/api/v1/sync/token", {}, **GOOD).status == 200
    old = {**GOOD, "x_oa_client_build_id": "20250101T000000Z"}
    assert person.post("/api/v1/sync/token", {}, **old).json["error"]["code"] == "upgrade_required"


def test_sign_in_and_ungated_lanes_pass_without_headers(enforced: None, person: Person) -> None:
    assert call("POST", "/api/v1/auth/email", {"email": "bad"}).status == 422
    assert person.post("/api/sync/token").status == 200
    assert call("OPTIONS", "/api/v1/sync/token", origin=ORIGIN).status == 204


def test_the_gate_is_open_in_development_and_tests(person: Person) -> None:
    assert person.post("/api/v1/sync/token").status == 200
