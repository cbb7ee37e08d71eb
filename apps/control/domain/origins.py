"""Which browser origins are answered, and which address a request came from (2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network

_LOCAL = re.compile(r"http://(localhost|127\.0\.0\.1)(:\d{1,5})?", re.ASCII)
_LABELS = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"


class Origins:
    """The allowlist: exact origins, or `https://*.host` for every name below the host."""

    def __init__(self, allowed: Iterable[str], *, local: bool) -> None:
        self._exact: set[str] = set()
        self._below: list[re.Pattern[str]] = []
        self._local = local
        for entry in allowed:
            origin = entry.strip().rstrip("/").lower()
            scheme, wildcard, host = origin.partition("://*.")
            if wildcard:
                self._below.append(re.compile(f"{re.escape(scheme)}://{_LABELS}\\.{re.escape(host)}", re.ASCII))
            else:
                self._exact.add(origin)

    def allows(self, origin: str) -> bool:
        """Whether this value of the header `Origin` may be echoed. `local`: localhost on any port counts too."""
        folded = origin.lower()
        return (
            folded in self._exact
            or any(pattern.fullmatch(folded) for pattern in self._below)
            or (self._local and _LOCAL.fullmatch(folded) is not None)
        )


def networks(entries: Iterable[str]) -> tuple[Network, ...]:
    """Trusted proxies from configuration. Raises ValueError for what is neither address nor network."""
    return tuple(ip_network(entry, strict=False) for entry in entries)


def client_ip(socket_address: str, forwarded_for: str | None, trusted: Sequence[Network]) -> str:
    """The rightmost hop that is no trusted proxy; the socket's address when it is not one itself.

    What stands further left is the caller's own claim and never counts. An unreadable hop ends the walk.
    """
    hop = socket_address
    claimed = [part.strip() for part in (forwarded_for or "").split(",") if part.strip()]
    while claimed and _is_trusted(hop, trusted):
        candidate = claimed.pop()
        if not _is_address(candidate):
            break
        hop = candidate
    return hop


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(text: str, trusted: Sequence[Network]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return any(address in network for network in trusted)
