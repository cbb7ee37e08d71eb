"""The two ways out of a session: straight to the transport of our own server, or through any ASGI server's `send`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from apps.khala.domain.core.speech import Encoded

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class PreparedDoor:
    """The door of `apps.khala.server.Protocol`: prepared frames straight to the transport."""

    def __init__(self, protocol: Any, send: Send) -> None:
        self._protocol = protocol
        self._send = send
        self.write: Callable[[Encoded], None] = protocol.write_prepared

    def close(self, code: int, reason: str) -> None:
        self._protocol.speaking = False
        AsgiDoor(self._send).close(code, reason)

    def abort(self) -> None:
        self._protocol.transport.abort()

    def buffered(self) -> int:
        return int(self._protocol.backlog())


class AsgiDoor:
    """Any ASGI server: sends in order by one task per connection; its own backlog is what has not been handed over."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._octets = 0
        self._sender: asyncio.Task[None] | None = None

    def write(self, message: Encoded) -> None:
        self._octets += len(message.data)
        content = {"text": message.data.decode()} if message.text else {"bytes": message.data}
        self._put({"type": "websocket.send", **content}, len(message.data))

    def close(self, code: int, reason: str) -> None:
        self._put({"type": "websocket.close", "code": code, "reason": reason}, 0)

    def abort(self) -> None:
        if self._sender is not None:
            self._sender.cancel()

    def buffered(self) -> int:
        return self._octets

    def _put(self, message: MutableMapping[str, Any], size: int) -> None:
        self._queue.put_nowait({**message, "oa.size": size})
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        while not self._queue.empty():
            message = self._queue.get_nowait()
            self._octets -= message.pop("oa.size")
            try:
                await self._send(message)
            except (OSError, RuntimeError):
                return  # the peer is gone; the receive side says so too
