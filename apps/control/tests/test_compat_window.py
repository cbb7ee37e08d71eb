"""The compatibility window: fixed order, inclusive bounds, gated paths."""

from __future__ import annotations

import pytest

from apps.control.domain.compat import Window, is_gated, refusal

WINDOW = Window("openagents.control.v1", "20260101T000000Z", "20260601T000000Z", 1, 2)
GOOD = {"build": "20260221T130000Z", "protocol": "openagents.control.v1", "schema": "1"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"build": "20260101T000000Z"}, None),
        ({"build": "20260601T000000Z"}, None),
        ({"build": " 20260221T130000Z "}, None),
        ({"schema": "2"}, None),
        ({"build": None}, "invalid_client_build"),
        ({"build": "", "protocol": ""}, "invalid_client_build"),
        ({"build": "1.2.3"}, "invalid_client_build"),
        ({"build": "2026022lT130000Z"}, "invalid_client_build"),
        ({"protocol": None, "schema": "9"}, "unsupported_protocol_version"),
        ({"protocol": "openagents.control.v2"}, "unsupported_protocol_version"),
        ({"schema": None, "build": "20200101T000000Z"}, "unsupported_schema_version"),
        ({"schema": "0"}, "unsupported_schema_version"),
        ({"schema": "3"}, "unsupported_schema_version"),
        ({"schema": "x"}, "unsupported_schema_version"),
        ({"build": "20251231T235959Z"}, "upgrade_required"),
        ({"build": "20260601T000001Z"}, "unsupported_client_build"),
    ],
)
def test_the_first_failing_check_wins(change: dict[str, str | None], code: str | None) -> None:
    assert refusal(WINDOW, **{**GOOD, **change}) == code


@pytest.mark.parametrize(
    ("path", "gated"),
    [
        ("/api/v1/control/status", True), ("/api/v1/sync/token", True), ("/api/sync/token", False),
        ("/api/auth/email", False), ("/api/v1/auth/email", False), ("/healthz", False), ("/api/v1/controller", False),
        ("/api/runtime/runs", False),
    ],
)  # fmt: skip
def test_gated_paths(path: str, gated: bool) -> None:
    assert is_gated(path) is gated


def test_further_prefixes_never_gate_sign_in() -> None:
    assert is_gated("/api/runtime/runs", ["/api/"])
    assert not is_gated("/api/auth/email", ["/api/"])
