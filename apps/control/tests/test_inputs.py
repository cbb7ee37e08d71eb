"""What callers state about themselves, normalised."""

from __future__ import annotations

import pytest

from apps.control.domain import inputs


@pytest.mark.parametrize(
    ("address", "handle"),
    [
        ("Dev.One+x@example.com", "dev-one-x"), ("--@example.com", "user"), ("ä@example.com", "user"),
        (f"{'a' * 80}@example.com", "a" * 64), ("a__b@example.com", "a-b"),
    ],
)  # fmt: skip
def test_handles(address: str, handle: str) -> None:
    assert inputs.handle(address) == handle


@pytest.mark.parametrize(
    ("header", "token_name", "platform"),
    [
        ("autopilot-ios", "mobile:autopilot-ios", "mobile"),
        ("OpenAgents-Expo", "mobile:openagents-expo", "mobile"),
        (" autopilot-desktop", "desktop:autopilot-desktop", "desktop"),
        ("openagents-desktop", "desktop:openagents-desktop", "desktop"),
        ("curl", "device:unknown", "unknown"),
        (None, "device:unknown", "unknown"),
    ],
)
def test_clients(header: str | None, token_name: str, platform: str) -> None:
    found = inputs.client(header)
    assert (found.token_name, found.platform) == (token_name, platform)
    assert inputs.surface(token_name) == platform


def test_display_names() -> None:
    assert inputs.display_name("Ada", "Lovelace", "a@b.c") == "Ada Lovelace"
    assert inputs.display_name(" ", "", "a@b.c") == "a@b.c"
