"""The one place that opens a socket to Khala. Behind the protocols a test can put frames of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

import websockets
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from openagents.sdk.compat import COMPATIBILITY_CODES, CompatibilityWindow
from openagents.sdk.khala.frames import SUBPROTOCOL

OPEN_SECONDS = 10.0
CLOSE_SECONDS = 2.0
FRAME_BYTES_MAX = 1024 * 1024
"""Twice the largest frame the server sends (khala 14.2)."""


class HandshakeRefused(Exception):
    """The server answered, but not with a socket. `code` is blank when the body named none."""

    def __init__(
        self, status: int, code: str = "", retry_after_ms: int = 0, window: CompatibilityWindow | None = None
    ) -> None:
        super().__init__(f"handshake refused: {status} {code}".rstrip())
        self.status = status
        self.code = code
        self.retry_after_ms = retry_after_ms
        self.window = window


class SocketClosed(Exception):
    """The socket is closed; `code` is the close code, 1006 when there was no close frame."""

    def __init__(self, code: int) -> None:
        super().__init__(f"socket closed: {code}")
        self.code = code


class WsConnection(Protocol):
    async def send(self, raw: bytes) -> None:
        """Raises SocketClosed."""

    async def receive(self) -> bytes:
        """The next binary message. Raises SocketClosed."""

    async def close(self) -> None: ...


class WsTransport(Protocol):
    async def connect(self, url: str, token: str) -> WsConnection:
        """Open a lane N socket. Raises HandshakeRefused, or OSError / TimeoutError when there is no answer."""


class WebsocketsTransport:
    """The real transport. No compression and no protocol pings: lane N has heartbeats of its own."""

    async def connect(self, url: str, token: str) -> WsConnection:
        try:
            socket = await connect(
                url,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                additional_headers={"Authorization": f"Bearer {token}"},
                compression=None,
                ping_interval=None,
                open_timeout=OPEN_SECONDS,
                close_timeout=CLOSE_SECONDS,
                max_size=FRAME_BYTES_MAX,
            )
        except websockets.InvalidStatus as error:
            response = error.response
            body = decoded_object(response.body)
            raise refusal(response.status_code, body, response.headers.get("Retry-After")) from error
        except websockets.InvalidHandshake as error:
            raise HandshakeRefused(0, "handshake_invalid") from error
        if socket.subprotocol != SUBPROTOCOL:
            await socket.close()
            raise HandshakeRefused(0, "subprotocol_refused")
        return _Socket(socket)


class _Socket:
    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket

    async def send(self, raw: bytes) -> None:
        try:
            await self._socket.send(raw)
        except websockets.ConnectionClosed as error:
            raise SocketClosed(_close_code(error)) from error

    async def receive(self) -> bytes:
        try:
            message = await self._socket.recv()
        except websockets.ConnectionClosed as error:
            raise SocketClosed(_close_code(error)) from error
        return message if isinstance(message, bytes) else message.encode()

    async def close(self) -> None:
        await self._socket.close()


def decoded_object(body: bytes | bytearray | None) -> Mapping[str, Any]:
    """The JSON object in a refusal's body; empty when it is something else."""
    try:
        decoded = json.loads(body or b"")
    except ValueError:
        return {}
    return decoded if isinstance(decoded, Mapping) else {}


def refusal(status: int, body: Mapping[str, Any], retry_after: str | None = None) -> HandshakeRefused:
    """What a server's HTTP answer to a handshake means; a compatibility refusal comes with its window."""
    code = refusal_code(body)
    window = CompatibilityWindow.from_json(body) if code in COMPATIBILITY_CODES else None
    return HandshakeRefused(status, code, _retry_after_ms(retry_after, body), window)


def refusal_code(body: Mapping[str, Any]) -> str:
    """The most precise word of a flat or nested error body: `reason_code` before `code` before `error`."""
    error = body.get("error")
    nested = error.get("code") if isinstance(error, Mapping) else error
    word = body.get("reason_code") or body.get("code") or nested
    return word if isinstance(word, str) else ""


def _retry_after_ms(header: str | None, body: Mapping[str, Any]) -> int:
    stated = body.get("retry_after_ms")
    if isinstance(stated, int) and not isinstance(stated, bool):
        return stated
    return int(header) * 1000 if header and header.isascii() and header.isdigit() else 0


def _close_code(error: websockets.ConnectionClosed) -> int:
    return error.rcvd.code if error.rcvd is not None else 1006
