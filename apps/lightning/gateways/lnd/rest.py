"""One HTTP exchange with LND: pinned TLS, the macaroon, both shapes of errors, and whether the request went out."""

from __future__ import annotations

import base64
import binascii
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

MACAROON_HEADER = "Grpc-Metadata-macaroon"
CONNECT_SECONDS = 5.0
ANSWER_BYTES_MAX = 32 * 1024 * 1024
MESSAGE_BYTES_MAX = 4 * 1024 * 1024
MESSAGE_TEXT_MAX = 300
"""Of a refusal's own words, in errors and logs."""

ALREADY_EXISTS, NOT_FOUND, INVALID_ARGUMENT, UNKNOWN = 6, 5, 3, 2
PERMISSION_DENIED, UNAUTHENTICATED, DEADLINE, UNAVAILABLE = 7, 16, 4, 14
_CODE_OF_STATUS = {400: INVALID_ARGUMENT, 401: UNAUTHENTICATED, 403: PERMISSION_DENIED, 409: ALREADY_EXISTS}
_GATEWAY_STATUS = frozenset({502, 503, 504})
_AUTH_WORDS = ("verification failed", "permission denied", "expected 1 macaroon", "cannot determine data format")
_LOCKED_WORDS = ("wallet locked", "wallet not found", "waiting to start", "unknown service", "not yet ready")


class BadPin(ValueError):
    """The configured certificate or macaroon is none. The message quotes neither."""


class Unreachable(Exception):
    """No connection to the node that we know: certainly nothing was sent."""


class Lost(Exception):
    """The request may have arrived, but no answer did that can be understood."""


class Refused(Exception):
    """LND's own refusal. `code` is gRPC's; `words` its text, in lower case, shortened."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        self.words = text.lower()[:MESSAGE_TEXT_MAX]
        super().__init__(f"lnd refused ({code}): {self.words}")

    @property
    def is_auth(self) -> bool:
        """The macaroon is not accepted. Most of these come as code 2 and differ by their text."""
        return self.code in (PERMISSION_DENIED, UNAUTHENTICATED) or any(words in self.words for words in _AUTH_WORDS)

    @property
    def is_locked(self) -> bool:
        """The node is up, but does not serve yet."""
        return any(words in self.words for words in _LOCKED_WORDS)


class Rest:
    """A connection pool to one node. Thread-safe."""

    def __init__(self, base_url: str, tls_cert: bytes, macaroon_hex: str, *, timeout_s: float = 10.0) -> None:
        """`tls_cert` is the node's PEM: no other certificate is accepted. Raises BadPin."""
        self.timeout_s = timeout_s
        self.macaroon_hex = macaroon_hex
        self._http = httpx.Client(
            base_url=base_url.rstrip("/"),
            verify=_pinned(tls_cert),
            headers={MACAROON_HEADER: _macaroon(macaroon_hex)} if macaroon_hex else {},
            trust_env=False,
            follow_redirects=False,
        )

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """A unary call. Raises Unreachable, Lost, Refused."""
        with self._exchange(method, path, body, params, self.timeout_s) as response:
            content = bytearray()
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > ANSWER_BYTES_MAX:
                    raise Lost("the answer is too large")
            return _message(bytes(content), response.status_code)

    def stream(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        *,
        read_timeout_s: float,
    ) -> Iterator[dict[str, Any]]:
        """The messages of a stream, each as its `result`. Closing the iterator ends the stream.

        Raises Unreachable and Refused before or between messages; Lost when it breaks off or is silent for too long.
        """
        with self._exchange(method, path, body, params, read_timeout_s) as response:
            for line in _lines(response):
                message = _message(line, response.status_code)
                yield message.get("result", message)

    def close(self) -> None:
        self._http.close()

    @contextmanager
    def _exchange(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        params: Mapping[str, Any] | None,
        read_timeout_s: float,
    ) -> Iterator[httpx.Response]:
        timeout = httpx.Timeout(self.timeout_s, connect=min(CONNECT_SECONDS, self.timeout_s), read=read_timeout_s)
        try:
            with self._http.stream(method, path, json=body, params=params, timeout=timeout) as response:
                yield response
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise Unreachable(type(error).__name__) from error
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise Lost(type(error).__name__) from error


def _pinned(tls_cert: bytes) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cadata=tls_cert.decode("ascii"))
    except (ValueError, ssl.SSLError):
        raise BadPin("the TLS certificate is not PEM") from None
    # LND signs its own certificate; newer Pythons ask of certificates what those of older nodes do not have.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def _macaroon(macaroon_hex: str) -> str:
    try:
        return bytes.fromhex(macaroon_hex).hex()
    except ValueError:
        raise BadPin("the macaroon is not hex") from None


def _lines(response: httpx.Response) -> Iterator[bytes]:
    """Newline-delimited messages; a bound on each, for a stream may run for as long as it likes."""
    rest = bytearray()
    for chunk in response.iter_bytes():
        rest += chunk
        *lines, tail = rest.split(b"\n")
        rest = bytearray(tail)
        yield from (bytes(line) for line in lines if line.strip())
        if len(rest) > MESSAGE_BYTES_MAX:
            raise Lost("a message is too large")
    if rest.strip():
        yield bytes(rest)


def _message(content: bytes, status: int) -> dict[str, Any]:
    """The JSON object of an answer. Raises Refused for both shapes of errors, Lost for what is no answer of LND."""
    if status in _GATEWAY_STATUS:
        raise Lost(f"status {status}")
    try:
        message = json.loads(content)
    except ValueError:
        raise Lost(f"status {status}, not JSON") from None
    if not isinstance(message, dict):
        raise Lost(f"status {status}, not an object")
    error = message.get("error")
    if isinstance(error, dict):
        message, status = error, status if status >= 400 else 500
    elif isinstance(error, str):
        status = status if status >= 400 else 500
    if status < 400:
        return message
    code = message.get("code", message.get("grpc_code", _CODE_OF_STATUS.get(status, UNKNOWN)))
    refused = Refused(code if isinstance(code, int) else UNKNOWN, str(message.get("message", error or "")))
    if refused.code in (UNAVAILABLE, DEADLINE):
        raise Lost(f"code {refused.code}")
    raise refused


def read_certificate(text_base64: str, path: str) -> bytes:
    """The PEM from a variable (base64) or a file. Raises BadPin."""
    try:
        if text_base64:
            return base64.b64decode(text_base64, validate=True)
        with open(path, "rb") as file:
            return file.read()
    except (binascii.Error, ValueError, OSError):
        raise BadPin("the TLS certificate cannot be read") from None


def read_macaroon(text_hex: str, path: str) -> str:
    """The macaroon in hex, from a variable or a file that holds it in hex or as the node wrote it. Raises BadPin."""
    if text_hex:
        return text_hex.strip()
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        raise BadPin("the macaroon cannot be read") from None
    try:
        return bytes.fromhex(content.decode("ascii").strip()).hex()
    except ValueError:
        return content.hex()
