"""Requests to servers that ask for payment: public addresses only, no redirects, small answers.

A name is resolved once and the connection goes to what was checked, so that a second resolution cannot lead elsewhere.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx

from apps.lightning.domain.compilation import is_forbidden_host

BODY_BYTES_MAX: Final = 65_536
SECONDS_MAX: Final = 20.0
PORTS: Final = {"http": 80, "https": 443}


class FetchFailed(Exception):
    """No answer: `forbidden_address`, `unresolvable` or `unreachable`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is cut at 65,536 bytes, which `cut` says. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    challenges: tuple[str, ...]
    body: bytes
    cut: bool


class Web:
    """A client for one fetch. `allow_private`: also addresses that are not public (development and tests)."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private
        self._http = httpx.Client(timeout=SECONDS_MAX, trust_env=False, follow_redirects=False)

    def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Raises FetchFailed."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        address = self._address(host, parts.port or PORTS[parts.scheme])
        literal = f"[{address}]" if ":" in address else address
        target = urlunsplit(parts._replace(netloc=f"{literal}:{parts.port}" if parts.port else literal))
        named = {**headers, "host": parts.netloc.rpartition("@")[2]}
        try:
            with self._http.stream(
                method, target, headers=named, content=body or None, extensions={"sni_hostname": host}
            ) as answer:
                return _read(answer)
        except httpx.HTTPError:
            raise FetchFailed("unreachable") from None

    def _address(self, host: str, port: int) -> str:
        """The address to connect to. Every address of the name must be public, or none is used."""
        if is_forbidden_host(host) and not self._allow_private:
            raise FetchFailed("forbidden_address")
        try:
            found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except (OSError, UnicodeError):
            raise FetchFailed("unresolvable") from None
        if not self._allow_private and any(is_forbidden_host(address) for address in found):
            raise FetchFailed("forbidden_address")
        return found[0]


def _read(answer: httpx.Response) -> Answer:
    body = bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > BODY_BYTES_MAX:
            break
    return Answer(
        answer.status_code,
        dict(answer.headers),
        tuple(answer.headers.get_list("www-authenticate")),
        bytes(body[:BODY_BYTES_MAX]),
        len(body) > BODY_BYTES_MAX,
    )
