"""The two ways out of a session: straight to the transport of our own server, or through any ASGI server's `send`."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from struct import pack
from typing import Any, Final
from weakref import WeakKeyDictionary

from apps.khala.domain.core.speech import Encoded
from apps.khala.server import Protocol

DOORS_PER_TURN: Final = 64
"""About half a millisecond of writing."""
FINAL_TEXT: Final = 0x81
FINAL_BINARY: Final = 0x82

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Cork:
    """Doors with messages that wait for the end of the event loop's turn: what a turn gives to a socket leaves at once.

    A system call costs more than the frame in it, and a reader that is woken once for three frames costs less, too.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[PreparedDoor] = deque()

    def hold(self, door: PreparedDoor) -> None:
        """Write what this door has by then when the turn ends."""
        if not self._waiting:
            self._loop.call_soon(self._draw)
        self._waiting.append(door)

    def _draw(self) -> None:
        """Write for some doors, the others in the next turns: meanwhile the next news are read.

        Doors with the same messages, as the listeners of a topic are, share the bytes.
        """
        shared: list[Encoded] = []
        octets = b""
        for _ in range(min(DOORS_PER_TURN, len(self._waiting))):
            door = self._waiting.popleft()
            messages = door.corked
            if not messages:
                continue
            if messages != shared:
                shared, octets = messages, _joined(messages)
            door.corked = []
            door.pour(len(messages), octets)
        if self._waiting:
            self._loop.call_soon(self._draw)


_CORKS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Cork]] = WeakKeyDictionary()


def _cork() -> Cork:
    """That of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _CORKS:
        _CORKS[loop] = Cork(loop)
    return _CORKS[loop]


def _joined(messages: list[Encoded]) -> bytes:
    """The messages as frames of a server (RFC 6455 5.2): final, not masked, copied once."""
    return b"".join([part for message in messages for part in (_header(message), message.data)])


def _header(message: Encoded) -> bytes:
    first, size = (FINAL_TEXT if message.text else FINAL_BINARY), message.size
    if size < 126:
        return bytes((first, size))
    if size < 1 << 16:
        return pack("!BBH", first, 126, size)
    return pack("!BBQ", first, 127, size)


class PreparedDoor:
    """The door of `apps.khala.server.Protocol`: frames straight to the transport, those of one turn in one write."""

    __slots__ = ("_cork", "_protocol", "_send", "corked", "frames", "octets")

    def __init__(self, protocol: Protocol, send: Send) -> None:
        self._protocol = protocol
        self._send = send
        self._cork = _cork()
        self.corked: list[Encoded] = []
        self.frames = self.octets = 0

    def write(self, messages: Sequence[Encoded]) -> None:
        if not self.corked:
            self._cork.hold(self)
        self.corked += messages

    def pour(self, frames: int, octets: bytes) -> None:
        """Write whole frames."""
        self.frames += frames
        self.octets += len(octets)
        self._protocol.write_prepared(octets)

    def close(self, code: int, reason: str) -> None:
        messages, self.corked = self.corked, []
        self.pour(len(messages), _joined(messages))
        self._protocol.speaking = False
        AsgiDoor(self._send).close(code, reason)

    def abort(self) -> None:
        self._protocol.transport.abort()

    def buffered(self) -> int:
        return self._protocol.backlog() + sum(message.size for message in self.corked)


class AsgiDoor:
    """Any ASGI server: sends in order by one task per connection; its own backlog is what has not been handed over."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self._waiting = 0
        self.frames = self.octets = 0
        self._sender: asyncio.Task[None] | None = None

    def write(self, messages: Sequence[Encoded]) -> None:
        for message in messages:
            self._write(message)

    def _write(self, message: Encoded) -> None:
        self._waiting += message.size
        self.frames += 1
        self.octets += message.size
        content = {"text": message.data.decode()} if message.text else {"bytes": message.data}
        self._put({"type": "websocket.send", **content}, message.size)

    def close(self, code: int, reason: str) -> None:
        self._put({"type": "websocket.close", "code": code, "reason": reason}, 0)

    def abort(self) -> None:
        if self._sender is not None:
            self._sender.cancel()

    def buffered(self) -> int:
        return self._waiting

    def _put(self, message: MutableMapping[str, Any], size: int) -> None:
        self._queue.put_nowait({**message, "oa.size": size})
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._drain())

    async def _drain(self) -> None:
        while not self._queue.empty():
            message = self._queue.get_nowait()
            self._waiting -= message.pop("oa.size")
            try:
                await self._send(message)
            except (OSError, RuntimeError):
                return  # the peer is gone; the receive side says so too
