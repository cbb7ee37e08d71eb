"""Compute providers over HTTP: is one alive, and run this job. Every call is guarded, bounded and made once."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import httpx

from apps.runtime.gateways.guard import (
    Allowlist,
    Resolve,
    Target,
    admit,
    check_pin,
    check_redirect,
    system_resolve,
)

PROBE_SECONDS = 2.0
CONNECT_SECONDS = 2.0
ANSWER_BYTES_MAX = 4 * 1024 * 1024
PROBE_BYTES_MAX = 64 * 1024


class CallFailed(Exception):
    """The provider gave no usable answer.

    `reason`: `unreachable`, `timeout`, `disconnected`, `bad_status`, `too_large` or `encoded`. `sent` is False only
    when it is certain that the provider never saw the request.
    """

    def __init__(self, reason: str, *, sent: bool, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        self.status = status


class ProviderGateway(Protocol):
    """How providers are reached. Both calls raise guard.Blocked and CallFailed, and end in the time they are given."""

    def probe(self, base_url: str) -> None:
        """`GET {base}/healthz` answers 2xx within two seconds."""
        ...

    def run_sandbox(self, base_url: str, job: bytes, job_hash: str, seconds: float) -> bytes:
        """`POST {base}/v1/sandbox_run` with the job's canonical JSON; the raw body of its 2xx answer."""
        ...


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    headers: dict[str, str]
    content: bytes
    seconds: float
    bytes_max: int


class HttpProviderGateway:
    """The real one. A connection per call: providers are strangers, and the address is judged anew each time."""

    def __init__(self, allowed_hosts: Sequence[str], resolve: Resolve = system_resolve) -> None:
        self._allowed = Allowlist(allowed_hosts)
        self._resolve = resolve

    def probe(self, base_url: str) -> None:
        self._make(base_url, _Call("GET", "/healthz", {}, b"", PROBE_SECONDS, PROBE_BYTES_MAX))

    def run_sandbox(self, base_url: str, job: bytes, job_hash: str, seconds: float) -> bytes:
        headers = {"content-type": "application/json", "x-idempotency-key": job_hash}
        return self._make(base_url, _Call("POST", "/v1/sandbox_run", headers, job, seconds, ANSWER_BYTES_MAX))

    def _make(self, base_url: str, call: _Call) -> bytes:
        # An event loop of its own, because only a cancelled task ends a call whose headers drip in byte by byte.
        return asyncio.run(self._within_its_time(base_url, call))

    async def _within_its_time(self, base_url: str, call: _Call) -> bytes:
        sending = _Sending()
        try:
            async with asyncio.timeout(call.seconds):
                target = await admit(base_url, self._allowed, self._resolve)
                return await _exchange(target, call, sending)
        except (TimeoutError, httpx.TimeoutException):
            raise CallFailed("timeout", sent=sending.started) from None
        except httpx.TransportError:
            raise CallFailed("disconnected", sent=sending.started) from None


class _Sending:
    """Whether anything may have left for the provider."""

    started = False


@cache
def _trusted() -> ssl.SSLContext:
    """The usual certificate authorities, loaded once."""
    return httpx.create_ssl_context()


async def _exchange(target: Target, call: _Call, sending: _Sending) -> bytes:
    # The bare transport: a client would look into redirects, cookies and netrc, all of which are none of ours here.
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
    async with httpx.AsyncHTTPTransport(verify=_trusted(), trust_env=False, limits=limits) as transport:
        for address in target.addresses:
            try:
                sending.started = True
                response = await transport.handle_async_request(_request(target, address, call))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                sending.started = False
                continue
            try:
                return await _read(target, response, call)
            finally:
                await response.aclose()
    raise CallFailed("unreachable", sent=False)


def _request(target: Target, address: str, call: _Call) -> httpx.Request:
    """To the judged address, in the name of the host: in the Host header and in TLS."""
    path = target.url.raw_path.decode("ascii").rstrip("/") + call.path
    url = target.url.copy_with(host=address, raw_path=path.encode("ascii"))
    headers = {
        "host": target.url.netloc.decode("ascii"),
        "accept": "application/json",
        "accept-encoding": "identity",
        "user-agent": "openagents-runtime",
        **call.headers,
    }
    connect = min(CONNECT_SECONDS, call.seconds)
    extensions: dict[str, Any] = {
        "timeout": {"connect": connect, "pool": connect, "read": call.seconds, "write": call.seconds}
    }
    if target.url.scheme == "https":
        extensions["sni_hostname"] = target.host
    return httpx.Request(call.method, url, headers=headers, content=call.content or None, extensions=extensions)


async def _read(target: Target, response: httpx.Response, call: _Call) -> bytes:
    stream = response.extensions.get("network_stream")
    check_pin(target, stream.get_extra_info("server_addr") if stream is not None else None)
    if 300 <= response.status_code < 400:
        raise check_redirect(response.headers.get("location"))
    if not response.is_success:
        raise CallFailed("bad_status", sent=True, status=response.status_code)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise CallFailed("encoded", sent=True, status=response.status_code)
    declared = response.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > call.bytes_max:
        raise CallFailed("too_large", sent=True, status=response.status_code)
    content = bytearray()
    async for chunk in response.aiter_raw():
        content += chunk
        if len(content) > call.bytes_max:
            raise CallFailed("too_large", sent=True, status=response.status_code)
    return bytes(content)
