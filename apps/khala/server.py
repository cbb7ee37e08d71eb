"""The hot write: uvicorn's WebSocket protocol, with a door for frames that are prepared once and written everywhere.

`manage.py serve` names `apps.khala.server:Protocol` as uvicorn's `ws` class. Under any other server the socket falls
back to plain ASGI sends (`api.socket.AsgiDoor`).
"""

from __future__ import annotations

from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from apps.khala.domain.core.speech import Encoded

EXTENSION: Final = "openagents.door"
"""Key of the door in the ASGI scope's `extensions`."""


class Protocol(WebSocketsSansIOProtocol):
    """A WebSocket that accepts prepared frames and reports its backlog."""

    on_backlog: Callable[[int], None] | None = None

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.high_water()

    def high_water(self, high: int = 262_144) -> None:
        """Report a backlog above `high` bytes, and again when it has fallen to half."""
        self.transport.set_write_buffer_limits(high=high, low=high // 2)

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and hasattr(self, "scope"):
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def write_prepared(self, message: Encoded) -> None:
        """Write one message; its frame is built by whoever writes it first."""
        if self.conn.state is not State.OPEN or self.close_sent or self.transport.is_closing():
            return
        if message.wire is None:
            message.wire = Frame(Opcode.TEXT if message.text else Opcode.BINARY, message.data).serialize(mask=False)
        self.transport.write(message.wire)

    def backlog(self) -> int:
        return self.transport.get_write_buffer_size()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._report()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._report()

    def _report(self) -> None:
        if self.on_backlog is not None:
            self.on_backlog(self.backlog())
