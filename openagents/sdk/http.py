"""Sending commands: one HTTP transport behind a protocol, and the bus that adds headers, retries and one refresh.

A request whose answer was lost is repeated with the same idempotency key and the same bytes, never with new ones.
"""

from __future__ import annotations

import asyncio
import json
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from openagents.receipts.ids import new_id
from openagents.sdk import backoff
from openagents.sdk.commands import Auth, Command
from openagents.sdk.compat import CLIENT_NAME, VERSION, handshake_headers
from openagents.sdk.compat_gate import CONTROL, CompatGate
from openagents.sdk.credentials import Session
from openagents.sdk.errors import DependencyUnavailable, ErrorKind, SdkError, from_answer

BODY_BYTES_MAX = 8 * 1024 * 1024
CONNECT_SECONDS = 5.0
READ_SECONDS = 20.0
TRACE_DIGITS = 32
TOTAL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class HttpRequest:
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None = None
    timeout_seconds: float = TOTAL_SECONDS


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """`headers` has lower-case names."""

    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The decoded body; None when it is not JSON."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


class TransportFailure(Exception):
    """No answer. `sent` is False only when it is certain that the server never saw the request."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


class HttpTransport(Protocol):
    async def send(self, request: HttpRequest) -> HttpResponse:
        """One attempt. Raises TransportFailure when there is no complete answer."""

    async def close(self) -> None: ...


class HttpxTransport:
    """The real transport: connect 5 s, read 20 s, a total per request; bodies over 8 MiB are refused."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS))

    async def send(self, request: HttpRequest) -> HttpResponse:
        try:
            async with asyncio.timeout(request.timeout_seconds):
                return await self._exchange(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TransportFailure(f"cannot reach {_origin(request.url)}: {error}", sent=False) from error
        except (httpx.HTTPError, TimeoutError) as error:
            raise TransportFailure(f"no answer from {_origin(request.url)}: {error!r}", sent=True) from error

    async def close(self) -> None:
        await self._client.aclose()

    async def _exchange(self, request: HttpRequest) -> HttpResponse:
        outgoing = self._client.build_request(
            request.method,
            request.url,
            headers=dict(request.headers),
            content=request.content,
            timeout=httpx.Timeout(max(READ_SECONDS, request.timeout_seconds), connect=CONNECT_SECONDS)
            if request.timeout_seconds > TOTAL_SECONDS
            else httpx.USE_CLIENT_DEFAULT,
        )
        # A redirect of a mutation could repeat it elsewhere; following is for reads alone.
        answer = await self._client.send(outgoing, stream=True, follow_redirects=request.method == "GET")
        try:
            body = bytearray()
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > BODY_BYTES_MAX:
                    message = f"the answer is larger than {BODY_BYTES_MAX} bytes"
                    raise SdkError(ErrorKind.DECODE, message, status=answer.status_code, code="decode_failed")
            return HttpResponse(answer.status_code, bytes(body), {k.lower(): v for k, v in answer.headers.items()})
        finally:
            await answer.aclose()


@dataclass(frozen=True, slots=True)
class Dispatch:
    """The trace every dispatched command leaves."""

    intent: str
    latency_ms: int
    success: bool
    error_kind: str | None
    request_id: str


class Credentials(Protocol):
    """What the bus needs of sign-in: the session to use, and a newer one after a 401."""

    @property
    def device_id(self) -> str: ...

    async def current(self) -> Session: ...

    async def renewed(self, stale: Session) -> Session: ...


class CommandBus:
    """Dispatches commands to control at `base_url`. Clock, waiting and randomness come in, so tests need no time."""

    def __init__(
        self,
        base_url: str,
        transport: HttpTransport,
        *,
        surface: str = "sdk",
        timeout_seconds: float = TOTAL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
        uniform: Callable[[], float] = random.random,
        observe: Callable[[Dispatch], None] | None = None,
        gate: CompatGate | None = None,
    ) -> None:
        self._gate = gate
        self._base_url = base_url
        self._transport = transport
        self._surface = surface
        self._timeout = timeout_seconds
        self._clock = clock
        self._wait = wait
        self._uniform = uniform
        self._observe = observe or (lambda dispatch: None)

    async def dispatch(self, command: Command, credentials: Credentials) -> HttpResponse:
        """The 2xx answer of `command`. Raises SdkError for everything else, after the retries its kind allows."""
        request_id, started = new_id("req"), self._clock()
        error_kind: str | None = ErrorKind.UNKNOWN.value
        # Signing out must work from any build.
        free = command.mapping.auth is Auth.NONE or command.intent == "logout_session"
        gated = None if free else self._gate
        try:
            if gated is not None:
                gated.refuse(CONTROL)
            answer = await self._attempts(command, credentials, request_id, started)
            error_kind = None
            if gated is not None:
                gated.clear(CONTROL)
            return answer
        except SdkError as error:
            error_kind = error.kind.value
            if gated is not None and error.status == 426 and error.window is not None:
                gated.record(CONTROL, error.window)
            raise
        finally:
            latency = int((self._clock() - started) * 1000)
            self._observe(Dispatch(command.intent, latency, error_kind is None, error_kind, request_id))

    async def send_once(
        self, command: Command, *, device_id: str, request_id: str, session: Session | None, seconds: float
    ) -> HttpResponse:
        """One attempt, whatever the answer. Raises TransportFailure."""
        mapping = command.mapping
        headers = {
            "accept": mapping.accept,
            "x-client": CLIENT_NAME,
            "x-device-id": device_id,
            "x-request-id": request_id,
            "traceparent": f"00-{_trace_of(request_id)}-{secrets.token_hex(8)}-01",
            "user-agent": f"oa-client/{VERSION} ({self._surface}; python)",
            **handshake_headers(),
        }
        if session is not None:
            headers["authorization"] = f"Bearer {session.access_token}"
        if command.idempotency_key:
            headers["idempotency-key"] = command.idempotency_key
        content = None
        if command.body is not None:
            headers["content-type"] = "application/json"
            content = json.dumps(command.body, ensure_ascii=False, allow_nan=False).encode()
        url = self._base_url + command.target
        return await self._transport.send(HttpRequest(mapping.method, url, headers, content, seconds))

    async def _attempts(
        self, command: Command, credentials: Credentials, request_id: str, started: float
    ) -> HttpResponse:
        mapping = command.mapping
        session = await credentials.current() if mapping.auth is Auth.ACCESS else None
        attempt, refreshed = 1, False
        while True:
            left_ms = backoff.HTTP_BUDGET_MS - int((self._clock() - started) * 1000)
            seconds = mapping.seconds or min(self._timeout, max(left_ms, 1) / 1000)
            try:
                answer = await self.send_once(
                    command, device_id=credentials.device_id, request_id=request_id, session=session, seconds=seconds
                )
                if 200 <= answer.status < 300:
                    return answer
                error = _failure(command, answer, request_id)
            except TransportFailure as failure:
                error = SdkError(ErrorKind.NETWORK, str(failure), request_id=request_id)
            if error.status == 401 and session is not None and not refreshed:
                refreshed = True
                session = await credentials.renewed(session)
                continue
            delay_ms = self._delay_ms(error, attempt)
            spent_ms = int((self._clock() - started) * 1000)
            last = attempt >= backoff.HTTP_ATTEMPTS_MAX or spent_ms + delay_ms >= backoff.HTTP_BUDGET_MS
            if last or not mapping.retry or not error.retryable or error.code == "lane_not_served":
                raise error
            await self._wait(delay_ms / 1000)
            attempt += 1

    def _delay_ms(self, error: SdkError, attempt: int) -> int:
        delay = backoff.http_delay_ms(attempt, self._uniform())
        if error.retry_after_ms is not None:
            delay = max(delay, error.retry_after_ms)
        return max(delay, backoff.MAINTENANCE_MIN_MS) if error.kind is ErrorKind.MAINTENANCE else delay


def _trace_of(request_id: str) -> str:
    """One trace for all attempts of a call, found by its request id."""
    digits = request_id.rpartition("_")[2]
    return digits if len(digits) == TRACE_DIGITS else secrets.token_hex(TRACE_DIGITS // 2)


def _failure(command: Command, answer: HttpResponse, request_id: str) -> SdkError:
    error = from_answer(answer.status, answer.json(), request_id=request_id, retry_after_ms=retry_after_ms(answer))
    if error.kind is not ErrorKind.NOT_FOUND or command.params or command.mapping.mutating:
        return error
    # A list that is not there: the lane itself is missing behind this control, whoever asks for whatever.
    message = f"nothing here answers {command.mapping.path}: the lane is not served"
    return DependencyUnavailable(
        ErrorKind.SERVICE_UNAVAILABLE, message, status=404, code="lane_not_served", request_id=error.request_id
    )


def retry_after_ms(answer: HttpResponse) -> int | None:
    """`Retry-After` in seconds, as milliseconds; None when absent or a date."""
    raw = answer.headers.get("retry-after", "").strip()
    return int(raw) * 1000 if raw.isascii() and raw.isdigit() else None


def _origin(url: str) -> str:
    parts = httpx.URL(url)
    return f"{parts.scheme}://{parts.netloc.decode()}"
