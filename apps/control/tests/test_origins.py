"""Origins that are echoed, and the address that a request counts as coming from."""

from __future__ import annotations

import pytest

from apps.control.domain.origins import Origins, client_ip, networks

ALLOWED = Origins(["https://openagents.com", "https://*.openagents.com"], local=False)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://openagents.com", True), ("HTTPS://OpenAgents.com", True), ("https://app.openagents.com", True),
        ("https://a.b.openagents.com", True), ("https://openagents.com.evil.com", False),
        ("https://evilopenagents.com", False), ("https://.openagents.com", False), ("http://openagents.com", False),
        ("https://openagents.com:444", False), ("https://evil.com/.openagents.com", False), ("null", False),
        ("", False),
        ("http://localhost:3000", False),
    ],
)  # fmt: skip
def test_only_listed_origins_are_echoed(origin: str, allowed: bool) -> None:
    assert ALLOWED.allows(origin) is allowed


def test_localhost_counts_in_development() -> None:
    local = Origins([], local=True)
    assert local.allows("http://localhost:5173") and local.allows("http://127.0.0.1")
    assert not local.allows("http://localhost.evil.com") and not local.allows("https://x.localhost:1")


PROXIES = networks(["10.0.0.0/8", "192.168.1.1"])


@pytest.mark.parametrize(
    ("socket", "forwarded", "expected"),
    [
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"),
        ("192.168.1.1", "1.2.3.4, 192.168.1.1", "1.2.3.4"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "garbage", "10.0.0.1"),
        ("10.0.0.1", "6.6.6.6, garbage", "10.0.0.1"),
        ("10.0.0.1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_rightmost_untrusted_hop_counts(socket: str, forwarded: str | None, expected: str) -> None:
    assert client_ip(socket, forwarded, PROXIES) == expected


def test_without_trusted_proxies_the_socket_counts() -> None:
    assert client_ip("10.0.0.1", "1.2.3.4", ()) == "10.0.0.1"
