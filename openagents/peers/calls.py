"""One call to a peer without its I/O: what each attempt sends, whether a failure may be tried again, what is reported.

The clients (`client`, `async_client`) only move bytes; everything they decide is decided here, once for both.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from types import TracebackType
from typing import Any, Self, TypedDict

import httpx
import orjson

from openagents.ops import context, metrics
from openagents.peers.breaker import Breaker, Permit
from openagents.peers.keys import Key
from openagents.peers.signature import HEADERS, USER_ID, Act, new_nonce, sign
from openagents.peers.target import Params, spell
from openagents.planes import PROCESSES
from openagents.receipts.strict_json import MalformedJSON, loads
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault

CONNECT_SECONDS = 1.0
TOTAL_SECONDS = 5.0
TTL_SECONDS = 60
ATTEMPTS_MAX = 2
CONNECTIONS_MAX = 100
KEEPALIVE_SECONDS = 4.0
"""Below what servers keep an idle connection, so that it is not we who write into one that they just closed."""
ANSWER_BYTES_MAX = 64 * 1024 * 1024
READS = frozenset({"GET", "HEAD"})

CIRCUIT_OPEN = "circuit_open"
SATURATED = "saturated"
UNREACHABLE = "unreachable"
TIMEOUT = "timeout"
DISCONNECTED = "disconnected"
TOO_LARGE = "too_large"
UNDECODABLE = "undecodable"

_HEADER_TEXT = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_HEADER_NAME = re.compile(r"[a-z0-9-]+")
_OWN_HEADERS = frozenset({*HEADERS, "host", "content-length", "transfer-encoding", "connection"})


class PeerUnavailable(Fault):
    """The peer gave no usable answer. Left alone it becomes a 503.

    `reason`: `circuit_open`, `saturated` (no free connection), `unreachable` (no connection), `timeout`,
    `disconnected`, `too_large` or `undecodable` (an answer came, but cannot be used). `sent` is False only when it is
    certain that the peer never saw the request; otherwise what it did is unknown.
    """

    def __init__(self, callee: str, reason: str, *, sent: bool, retry_after_ms: int | None = None) -> None:
        super().__init__(DEPENDENCY_UNAVAILABLE, retry_after_ms=retry_after_ms)
        self.callee = callee
        self.reason = reason
        self.sent = sent

    def __repr__(self) -> str:
        return f"<PeerUnavailable {self.callee} {self.reason}{' sent' if self.sent else ''}>"


@dataclass(frozen=True)
class PeerAnswer:
    """Whatever the peer answered, also a refusal. Header names are lower case."""

    callee: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @cached_property
    def json(self) -> Any:
        """The parsed body. Raises PeerUnavailable (`undecodable`) when it is not strict JSON."""
        try:
            return loads(self.content)
        except MalformedJSON:
            raise PeerUnavailable(self.callee, UNDECODABLE, sent=True) from None


class CallOptions(TypedDict, total=False):
    """What a call may say beside method and path."""

    params: Params | None
    json: Any
    """Body as a JSON value (None: no body); `content` instead: body as the bytes of a JSON text."""
    content: bytes | None
    act: Act | None
    idempotency_key: str | None
    """Sent as `idempotency-key`; makes a mutation repeatable."""
    repeatable: bool | None
    """May the call be made twice? Needed where path or body carry the key, or a POST only reads."""
    timeout: float
    """Seconds for the whole call, all attempts and the body included."""
    headers: Mapping[str, str]
    """Further headers: `x-oa-contract`, `last-event-id`, `authorization` of the executor's lane and the like."""
    shadow: bool
    nonce_prefix: str
    ttl: int


class LineOptions(TypedDict, total=False):
    """How a client differs from the house's habits."""

    connect_seconds: float
    total_seconds: float
    ttl_seconds: int
    answer_bytes_max: int
    clock: Callable[[], float]
    """Monotonic seconds, for deadlines and the breaker."""
    now: Callable[[], datetime]
    """UTC, for the claims."""


class Line:
    """A peer as its client sees it: who calls whom, where, with which key, behind which breaker."""

    def __init__(self, callee: str, base_url: str, key: Key, options: LineOptions) -> None:
        self.callee = callee
        self.base_url = httpx.URL(base_url)
        if self.base_url.raw_path != b"/" or not self.base_url.host:
            raise ValueError("a peer's base URL is scheme, host and port alone: the whole path is signed")
        self.audience = PROCESSES[callee].plane
        self.key = key
        self.connect_seconds = options.get("connect_seconds", CONNECT_SECONDS)
        self.total_seconds = options.get("total_seconds", TOTAL_SECONDS)
        self.ttl_seconds = options.get("ttl_seconds", TTL_SECONDS)
        self.answer_bytes_max = options.get("answer_bytes_max", ANSWER_BYTES_MAX)
        self.clock = options.get("clock", time.monotonic)
        self.now = options.get("now", lambda: datetime.now(UTC))
        self.breaker = Breaker(self.clock)

    def call(self, method: str, path: str, options: CallOptions) -> Call:
        """A call about to be made. Raises ValueError for one that must not be sent."""
        return Call(self, method, path, options)


class Call:
    """A context manager around the attempts of one call; leaving it frees the breaker whatever happened."""

    def __init__(self, line: Line, method: str, path: str, options: CallOptions) -> None:
        self.line = line
        self.method = method.upper()
        self.target = spell(path, options.get("params"))
        self.body = _body(options)
        self.headers = _headers(options, has_body=bool(self.body))
        self.options = options
        repeatable = options.get("repeatable")
        if repeatable is None:
            repeatable = self.method in READS or options.get("idempotency_key") is not None
        self.repeatable = repeatable
        self.total = options.get("timeout", line.total_seconds)
        self.attempts = 0
        self.sent = False
        self.outcome: str | None = None
        self._permit: Permit | None = None

    def __enter__(self) -> Self:
        self.started = self.line.clock()
        self._permit = self.line.breaker.permit()
        if self._permit is None:
            self._report(CIRCUIT_OPEN)
            wait = self.line.breaker.remaining_ms()
            raise PeerUnavailable(self.line.callee, CIRCUIT_OPEN, sent=False, retry_after_ms=wait)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.permit.release()
        if self.outcome is None:
            self._report("cancelled")

    @property
    def permit(self) -> Permit:
        if self._permit is None:
            raise RuntimeError("the call was not entered")
        return self._permit

    def remaining(self) -> float:
        """Seconds left of the whole call's time. Raises httpx.ReadTimeout when none are."""
        left = self.total - (self.line.clock() - self.started)
        if left <= 0:
            raise httpx.ReadTimeout("the call's time is spent")
        return left

    def attempt(self) -> httpx.Request:
        """The next attempt, signed over exactly what goes over the wire."""
        left = self.remaining()
        self.attempts += 1
        url = self.line.base_url.copy_with(raw_path=self.target.encode("ascii"))
        signature = sign(
            self.line.key,
            aud=self.line.audience,
            method=self.method,
            path_with_query=url.raw_path.decode("ascii"),
            body=self.body,
            act=self.options.get("act"),
            ttl=self.options.get("ttl", self.line.ttl_seconds),
            now=self.line.now(),
            nonce=new_nonce(self.options.get("nonce_prefix", "nonce-")),
            rid=context.request_id.get() or None,
            shadow=self.options.get("shadow", False),
        )
        connect = min(self.line.connect_seconds, left)
        return httpx.Request(
            self.method,
            url,
            headers={**self.headers, **signature},
            content=self.body or None,
            extensions={"timeout": {"connect": connect, "pool": connect, "read": left, "write": left}},
        )

    def failed(self, error: httpx.TransportError | TimeoutError) -> None:
        """Return to have the call attempted once more, else raise PeerUnavailable.

        Before anything was written a second attempt is harmless; after that only a repeatable call may be repeated.
        A probe of a broken circuit is one attempt. What is neither of these errors of the network is our own fault
        and raised as it is.
        """
        reason, sent = _classify(error)
        self.sent = self.sent or sent
        again = not sent or self.repeatable
        if again and self.attempts < ATTEMPTS_MAX and not self.permit.probe and self._time_left():
            return
        if reason == SATURATED:
            self.permit.release()
        else:
            self.permit.failure()
        self._report(reason)
        raise PeerUnavailable(self.line.callee, reason, sent=self.sent) from error

    def too_large(self) -> PeerUnavailable:
        """The answer exceeds `answer_bytes_max`; the peer is well, the call is not."""
        self.permit.success()
        self._report(TOO_LARGE)
        return PeerUnavailable(self.line.callee, TOO_LARGE, sent=True)

    def answered(self, status: int, headers: httpx.Headers, content: bytes) -> PeerAnswer:
        """Any HTTP answer is a sign of life: what it means is for the caller to say."""
        self.permit.success()
        self._report("ok" if status < 400 else "refused" if status < 500 else "error")
        return PeerAnswer(self.line.callee, status, dict(headers.items()), content)

    def _time_left(self) -> bool:
        return self.line.clock() - self.started < self.total

    def _report(self, outcome: str) -> None:
        self.outcome = outcome
        plane, callee = self.line.key.issuer, self.line.callee
        metrics.INTERNAL_CALLS.labels(plane, callee, outcome).inc()
        if outcome != CIRCUIT_OPEN:
            metrics.INTERNAL_SECONDS.labels(plane, callee).observe(self.line.clock() - self.started)


def _classify(error: httpx.TransportError | TimeoutError) -> tuple[str, bool]:
    """(reason, may the peer have seen the request)."""
    match error:
        case httpx.PoolTimeout():
            return SATURATED, False
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return UNREACHABLE, False
        case httpx.TimeoutException() | TimeoutError():
            return TIMEOUT, True
        case httpx.NetworkError() | httpx.RemoteProtocolError():
            return DISCONNECTED, True
        case _:
            raise error


def _body(options: CallOptions) -> bytes:
    content = options.get("content")
    value = options.get("json")
    if value is None:
        return content or b""
    if content is not None:
        raise ValueError("a call has json or content, not both")
    return orjson.dumps(value)


def _headers(options: CallOptions, *, has_body: bool) -> dict[str, str]:
    """All headers but the signature. Raises ValueError for what is not the caller's to set, or cannot be sent."""
    headers = {"accept": "application/json"}
    if has_body:
        headers["content-type"] = "application/json"
    for name, value in options.get("headers", {}).items():
        lowered = name.lower()
        if lowered in _OWN_HEADERS or not _HEADER_NAME.fullmatch(lowered):
            raise ValueError(f"header {lowered!r} is not the caller's to set")
        headers[lowered] = value
    key = options.get("idempotency_key")
    if key is not None:
        headers["idempotency-key"] = key
    for name, value in headers.items():
        if not _HEADER_TEXT.fullmatch(value):
            raise ValueError(f"header {name!r} is not printable ASCII")
    headers |= {name: value for name, value in context.outgoing_headers().items() if _HEADER_TEXT.fullmatch(value)}
    act = options.get("act")
    if act is not None and act.user_id is not None and _HEADER_TEXT.fullmatch(act.user_id):
        headers[USER_ID] = act.user_id  # informational: `act` is what counts, and it carries any text
    return headers
