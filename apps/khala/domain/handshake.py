"""The answer to a handshake: what a request offers, and the fixed order in which it may be denied (section 15.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from apps.khala.domain.compat import Client, schema_number


@dataclass(frozen=True, slots=True)
class Offer:
    """What of a handshake request matters. `address` is the peer's IP as text, `query_token` a token in the query,
    `subprotocols` those offered, carriers of tokens among them."""

    address: str
    origin: str | None
    authorization: str | None
    subprotocols: tuple[str, ...]
    query: tuple[tuple[str, str], ...]
    request_id: str
    query_token: str | None = None

    @property
    def stated(self) -> Client:
        """What the query says about the client."""
        fields = dict(self.query)
        return Client(
            fields.get("client_build_id", "").strip(),
            fields.get("protocol_version", "").strip(),
            schema_number(fields.get("schema_version")),
        )


TOKEN_PARAMETER: Final = "token"


def without_token(query: bytes) -> bytes:
    """The query string with the value of every `token` left out: the form in which it may be logged."""
    parts = query.split(b"&")
    return b"&".join(b"token=" if _is_token(part) else part for part in parts)


def _is_token(part: bytes) -> bool:
    return unquote_plus(part.partition(b"=")[0].decode("latin-1")) == TOKEN_PARAMETER


def read_query(query: bytes) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=32))


@dataclass(frozen=True, slots=True)
class Denial:
    """A refused handshake: HTTP status, flat error code, reason code, and the wait of a 429 or 503."""

    status: int
    code: str
    reason: str
    message: str
    retry_after_ms: int = 0
    internal: str = ""


def draining() -> Denial:
    return Denial(503, "draining", "draining", "this node is draining", 1_000)


def rate_limited(reason: str, seconds: float) -> Denial:
    return Denial(429, "rate_limited", reason, "too many handshakes", max(int(seconds * 1000), 1))


def overloaded() -> Denial:
    return Denial(503, "dependency_unavailable", "connections_exhausted", "the node is full", 1_000)


def unavailable(reason: str) -> Denial:
    return Denial(503, "dependency_unavailable", reason, "a store that the decision needs does not answer", 1_000)


def unauthorized(reason: str, internal: str = "") -> Denial:
    return Denial(401, "unauthorized", reason, "the token was not accepted", internal=internal or reason)


def bad_request(reason: str, message: str) -> Denial:
    return Denial(400, "invalid_request", reason, message)


def forbidden_topic(reason: str) -> Denial:
    return Denial(403, "forbidden_topic", reason, "the topic may not be read")


FORBIDDEN_ORIGIN: Final = Denial(403, "forbidden_origin", "origin_not_allowed", "the origin may not connect")
UPGRADE_REQUIRED: Final = Denial(
    426, "upgrade_required_websocket", "upgrade_required_websocket", "all is well; connect with a WebSocket"
)


def origin_allowed(origin: str | None, allowed: frozenset[str]) -> bool:
    """A missing or blank origin is a native client; `null` is an origin like any other."""
    if origin is None or not origin.strip():
        return True
    return normal_origin(origin) in allowed


def is_local(origin: str) -> bool:
    """An origin of this very machine, on any port."""
    try:
        return urlsplit(origin).hostname in ("127.0.0.1", "::1", "localhost")
    except ValueError:
        return False


def normal_origin(origin: str) -> str:
    return origin.strip().rstrip("/").lower()
