"""The classification table of surfaces 3.1, row by row."""

from __future__ import annotations

import pytest

from openagents.sdk.errors import TABLE, ErrorKind, classify, from_answer

ROWS = [
    (0, "", "network", True, 8),
    (401, "unauthorized", "unauthorized", False, 3),
    (403, "forbidden", "forbidden", False, 4),
    (404, "not_found", "not_found", False, 5),
    (409, "conflict", "conflict", False, 6),
    (410, "stale_cursor", "stale", False, 8),
    (422, "invalid_request", "validation", False, 2),
    (400, "invalid_request", "validation", False, 2),
    (426, "upgrade_required", "upgrade_required", False, 7),
    (429, "rate_limited", "rate_limited", True, 8),
    (503, "maintenance", "maintenance", True, 8),
    (503, "service_unavailable", "service_unavailable", True, 8),
    (500, "internal_error", "service_unavailable", True, 8),
    (599, "", "service_unavailable", True, 8),
    (200, "decode_failed", "decode", False, 1),
    (418, "", "unknown", False, 1),
    (302, "", "unknown", False, 1),
]


@pytest.mark.parametrize(("status", "code", "kind", "retryable", "exit_code"), ROWS)
def test_row(status: int, code: str, kind: str, retryable: bool, exit_code: int) -> None:
    found = classify(status, code)
    assert found == kind
    assert TABLE[found] == (retryable, exit_code)


def test_local_kinds_have_their_exit_codes() -> None:
    assert TABLE[ErrorKind.MISSING_CREDENTIAL].exit_code == 3
    assert TABLE[ErrorKind.UNSUPPORTED].exit_code == 2
    assert TABLE[ErrorKind.VERIFICATION_FAILED].exit_code == 9
    assert set(TABLE) == set(ErrorKind)


def test_the_public_envelope_is_read() -> None:
    body = {
        "message": "m",
        "error": {"code": "rate_limited", "message": "slow down", "reason": "r", "retry_after_ms": 900},
        "errors": {"email": ["blank"]},
        "request_id": "req_server",
    }
    error = from_answer(429, body, request_id="req_own")
    assert (error.kind, error.message, error.code, error.reason) == ("rate_limited", "slow down", "rate_limited", "r")
    assert (error.retry_after_ms, error.errors, error.request_id) == (900, {"email": ["blank"]}, "req_server")


def test_the_flat_envelope_is_read() -> None:
    error = from_answer(409, {"error": "conflict", "message": "m", "reason_code": "sequence_conflict"})
    assert (error.kind, error.code, error.reason, error.message) == ("conflict", "conflict", "sequence_conflict", "m")


def test_a_body_that_is_no_json_still_gives_a_text() -> None:
    error = from_answer(502, None, request_id="req_1")
    assert (error.message, error.request_id) == ("request failed (502)", "req_1")


def test_a_426_carries_its_window() -> None:
    window = {"code": "unsupported_client_build", "min_client_build_id": "a", "max_schema_version": 2}
    error = from_answer(426, {"message": "m", "error": {"code": "x"}, "compatibility": window})
    assert error.window is not None
    assert (error.window.code, error.window.max_schema_version) == ("unsupported_client_build", 2)
    assert error.window.max_client_build_id is None
