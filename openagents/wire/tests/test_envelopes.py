"""The catalogue and its envelopes."""

import pytest

from openagents.wire import faults
from openagents.wire.envelopes import REAUTH_REASONS, bare, executor, flat, flat_retryable, public, render
from openagents.wire.faults import CATALOGUE, Fault, Kind, kind_of_status

PUBLIC_CODES = {
    "invalid_request", "unauthorized", "forbidden", "not_found", "method_not_allowed", "not_acceptable", "conflict",
    "stale_cursor", "invalid_scope", "rate_limited", "payload_too_large", "unsupported_media_type", "internal_error",
    "service_unavailable", "maintenance", "sync_token_unavailable", "khala_token_unavailable", "static_asset_error",
    "legacy_route_unavailable",
}  # fmt: skip


def test_the_catalogue_holds_every_kind_of_the_module():
    kinds = [value for value in vars(faults).values() if isinstance(value, Kind)]
    assert sorted(kinds) == sorted(CATALOGUE)
    assert len(set(CATALOGUE)) == len(CATALOGUE)


def test_the_flat_envelope_carries_only_what_is_known():
    assert flat(Fault(faults.NOT_FOUND, "no such run"), "req_1") == (
        404,
        {"error": "not_found", "message": "no such run", "request_id": "req_1"},
        {},
    )


def test_the_flat_envelope_in_full():
    fault = Fault(
        faults.RATE_LIMITED, reason_code="khala_publish_rate_limited", details={"topic": "t"}, retry_after_ms=1500
    )
    status, body, headers = flat(fault, "req_1")
    assert status == 429
    assert list(body) == ["error", "message", "reason_code", "details", "retry_after_ms", "request_id"]
    assert (body["details"], body["retry_after_ms"]) == ({"topic": "t"}, 1500)
    assert headers == {"Retry-After": "2"}


def test_the_flat_lane_answers_400_and_names_fields_in_its_details():
    status, body, _ = flat(Fault(faults.INVALID_REQUEST, errors={"limit": ["too big"]}, details={"max": 5}), "r")
    assert status == 400
    assert body["details"] == {"max": 5, "errors": {"limit": ["too big"]}}


@pytest.mark.parametrize(("kind", "retryable"), [(faults.CONFLICT, False), (faults.BAD_GATEWAY, True)])
def test_hydra_adds_retryable(kind, retryable):
    assert flat_retryable(Fault(kind), "r").body["retryable"] is retryable
    assert flat_retryable(Fault(kind, retryable=not retryable), "r").body["retryable"] is not retryable


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (faults.INVALID_REQUEST, 422, "invalid_request"),
        (faults.MALFORMED_REQUEST, 400, "invalid_request"),
        (faults.INVALID_SCOPE, 422, "invalid_scope"),
        (faults.STALE_CURSOR, 410, "stale_cursor"),
        (faults.INTERNAL, 500, "internal_error"),
        (faults.BAD_GATEWAY, 503, "service_unavailable"),
        (faults.WRITE_PATH_FROZEN, 503, "service_unavailable"),
        (faults.DEPENDENCY_UNAVAILABLE, 503, "service_unavailable"),
        (faults.MAINTENANCE, 503, "maintenance"),
    ],
)
def test_the_public_lane_has_its_own_codes(kind, status, code):
    rendered = public(Fault(kind), "r")
    assert (rendered.status, rendered.body["error"]["code"]) == (status, code)


@pytest.mark.parametrize("kind", CATALOGUE)
def test_the_public_lane_knows_no_other_code(kind):
    assert public(Fault(kind), "r").body["error"]["code"] in PUBLIC_CODES


def test_the_public_envelope_in_full():
    fault = Fault(faults.INVALID_REQUEST, "email: is required", errors={"email": ["is required"]}, details={"a": 1})
    assert public(fault, "req_1").body == {
        "message": "email: is required",
        "error": {
            "code": "invalid_request",
            "message": "email: is required",
            "reason": None,
            "retry_after_ms": None,
            "reauth_required": False,
        },
        "errors": {"email": ["is required"]},
        "request_id": "req_1",
    }


@pytest.mark.parametrize("reason", [*sorted(REAUTH_REASONS), "pat_expired", None])
def test_some_reasons_send_the_user_to_sign_in(reason):
    body = public(Fault(faults.UNAUTHORIZED, reason_code=reason), "r").body
    assert body["error"]["reason"] == reason
    assert body["error"]["reauth_required"] is (reason in REAUTH_REASONS)
    assert "errors" not in body


def test_the_other_lanes():
    fault = Fault(faults.UNAUTHORIZED, "no", reason_code="bad_token", headers={"WWW-Authenticate": "Bearer"})
    assert bare(fault, "r") == (401, {"error": {"code": "unauthorized", "message": "no"}}, fault.headers)
    error = {"requestId": "r", "code": "unauthorized", "message": "no", "details": {"reason": "bad_token"}}
    assert executor(fault, "r") == (401, {"ok": False, "error": error}, {"WWW-Authenticate": "Bearer"})


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/api/auth/email", "request_id"),
        ("/api", "request_id"),
        ("/apiary", "request_id"),
        ("/internal/v1/runs", "request_id"),
        ("/api/internal/lightning-ops/control-plane/query", None),
    ],
)
def test_the_path_decides_where_no_api_does(path, member):
    body = render(path, Fault(faults.NOT_FOUND), "r").body
    assert (member in body) is (member is not None)
    assert isinstance(body["error"], dict) is (path.startswith("/api/") or path == "/api")


@pytest.mark.parametrize(("milliseconds", "seconds"), [(0, "1"), (1, "1"), (1000, "1"), (1001, "2")])
def test_retry_after_is_never_too_early(milliseconds, seconds):
    assert flat(Fault(faults.RATE_LIMITED, retry_after_ms=milliseconds), "r").headers["Retry-After"] == seconds


@pytest.mark.parametrize(("status", "code"), [(401, "unauthorized"), (418, "invalid_request"), (599, "internal")])
def test_a_bare_status_has_a_kind(status, code):
    assert kind_of_status(status).code == code
