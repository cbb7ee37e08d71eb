"""Where an outside URL may lead: the guard against requests into our own network (12.1, reason codes of 15.6).

A host is resolved once, every address is judged, and the connection goes to a judged address. What an operator lists
in RUNTIME_PROVIDER_HOST_ALLOWLIST may be private; a metadata service only when its very address is listed.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import httpx

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port to addresses as text; raises OSError when there are none."""

URL_CHARS_MAX = 2048
RESOLVER_THREADS = 8
ADDRESSES_MAX = 16


class SsrfReason(StrEnum):
    PRIVATE_ADDRESS = "ssrf_block.private_address"
    METADATA_ENDPOINT = "ssrf_block.metadata_endpoint"
    HOST_NOT_ALLOWED = "ssrf_block.host_not_allowed"
    INVALID_URL = "ssrf_block.invalid_url"
    DNS_RESOLUTION_FAILED = "ssrf_block.dns_resolution_failed"
    DNS_PIN_MISMATCH = "ssrf_block.dns_pin_mismatch"
    REDIRECT_LIMIT_EXCEEDED = "ssrf_block.redirect_limit_exceeded"
    REDIRECT_MISSING_LOCATION = "ssrf_block.redirect_missing_location"
    REDIRECT_INVALID_LOCATION = "ssrf_block.redirect_invalid_location"


class Blocked(Exception):
    """The guard refuses the URL, its address or its redirect; `reason` says which."""

    def __init__(self, reason: SsrfReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


METADATA_HOSTS = frozenset({"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"})
METADATA_ADDRESSES = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
    )
)
INTERNAL_SUFFIXES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_RESOLVERS = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="provider-dns")


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that passed, and the addresses it may be fetched from, in the resolver's order."""

    url: httpx.URL
    host: str
    port: int
    addresses: tuple[str, ...]


class Allowlist:
    """Hosts that operators trust although they are private: `host`, `host:port`, an address or a network."""

    def __init__(self, entries: Iterable[str]) -> None:
        self.hosts: set[tuple[str, int | None]] = set()
        self.networks: list[Network] = []
        for entry in entries:
            try:
                self.networks.append(ipaddress.ip_network(entry.strip(), strict=False))
            except ValueError:
                self.hosts.add(_host_entry(entry))

    def names(self, host: str, port: int) -> bool:
        """Is the host listed by its name, alone or with this port?"""
        return (host, None) in self.hosts or (host, port) in self.hosts

    def covers(self, address: Address) -> bool:
        """Is the address itself listed?"""
        return any(address.version == network.version and address in network for network in self.networks)


def _host_entry(entry: str) -> tuple[str, int | None]:
    """Raises ValueError for what is neither a host nor a host with a port."""
    parts = urlsplit(f"//{entry.strip()}")
    host = parts.hostname
    if not host or parts.path or parts.query or parts.username is not None:
        raise ValueError(f"{entry!r} is neither a host nor an address")
    return _plain(host), parts.port


async def system_resolve(host: str, port: int) -> Sequence[str]:
    """The system's resolver, in threads of its own: a hung lookup must not hold up the call's end."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_RESOLVERS, _look_up, host, port)
    return list(dict.fromkeys(found))


def _look_up(host: str, port: int) -> list[str]:
    return [str(item[4][0]) for item in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def check_url(text: str) -> tuple[httpx.URL, str, int]:
    """The URL, its plain host and its port. Raises Blocked `invalid_url`."""
    try:
        if len(text) > URL_CHARS_MAX or any(char.isspace() or ord(char) < 32 for char in text):
            raise ValueError("not a URL")
        url = httpx.URL(text)
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        if not url.host or url.userinfo or url.query or url.fragment or "@" in url.netloc.decode("ascii"):
            raise ValueError("a base URL is scheme, host, port and path")
        return url, _plain(url.raw_host.decode("ascii")), port
    except (ValueError, KeyError, httpx.InvalidURL):
        raise Blocked(SsrfReason.INVALID_URL) from None


async def admit(text: str, allowed: Allowlist, resolve: Resolve = system_resolve) -> Target:
    """Judge a URL and every address of its host. Raises Blocked."""
    url, host, port = check_url(text)
    listed = allowed.names(host, port)
    literal = _literal(host)
    if literal is None and not listed:
        _check_name(host)
    try:
        found = [host] if literal is not None else await resolve(host, port)
        addresses = [ipaddress.ip_address(item.partition("%")[0]) for item in found]
    except (OSError, UnicodeError, ValueError):
        raise Blocked(SsrfReason.DNS_RESOLUTION_FAILED) from None
    if not addresses:
        raise Blocked(SsrfReason.DNS_RESOLUTION_FAILED)
    for address in addresses:
        _check_address(address, allowed, listed)
    return Target(url, host, port, tuple(str(address) for address in addresses[:ADDRESSES_MAX]))


def check_redirect(location: str | None) -> Blocked:
    """No redirect is followed; the reason says what was wrong with this one."""
    if not location or not location.strip():
        return Blocked(SsrfReason.REDIRECT_MISSING_LOCATION)
    try:
        url = httpx.URL(location.strip())
    except httpx.InvalidURL:
        return Blocked(SsrfReason.REDIRECT_INVALID_LOCATION)
    if url.scheme not in ("", "http", "https") or (url.scheme and not url.host):
        return Blocked(SsrfReason.REDIRECT_INVALID_LOCATION)
    return Blocked(SsrfReason.REDIRECT_LIMIT_EXCEEDED)


def check_pin(target: Target, server_address: object) -> None:
    """Did the connection go where it was sent? Raises Blocked `dns_pin_mismatch`. None: the transport does not say."""
    if server_address is None:
        return
    peer = str(server_address[0] if isinstance(server_address, tuple | list) else server_address).partition("%")[0]
    if ipaddress.ip_address(peer) not in {ipaddress.ip_address(text) for text in target.addresses}:
        raise Blocked(SsrfReason.DNS_PIN_MISMATCH)


def _check_name(host: str) -> None:
    if host in METADATA_HOSTS:
        raise Blocked(SsrfReason.METADATA_ENDPOINT)
    if "." not in host or host.endswith(INTERNAL_SUFFIXES):
        raise Blocked(SsrfReason.HOST_NOT_ALLOWED)


def _check_address(address: Address, allowed: Allowlist, listed: bool) -> None:
    for inner in _faces(address):
        if allowed.covers(inner):
            continue
        if inner in METADATA_ADDRESSES:
            raise Blocked(SsrfReason.METADATA_ENDPOINT)
        if not listed and (not inner.is_global or inner.is_multicast or inner.is_reserved):
            raise Blocked(SsrfReason.PRIVATE_ADDRESS)


def _faces(address: Address) -> list[Address]:
    """The address a packet really goes to: an IPv6 address may wrap an IPv4 one."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    wrapped: list[Address] = [address]
    if address.sixtofour is not None:
        wrapped.append(address.sixtofour)
    if address.teredo is not None:
        wrapped.extend(address.teredo)
    if address in _NAT64:
        return [ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)]
    return wrapped


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()
