"""The hot write: uvicorn's WebSocket protocol, with a door for frames that are prepared once and written everywhere.

`manage.py serve` names `apps.khala.server:Protocol` as uvicorn's `ws` class. Under any other server the socket falls
back to plain ASGI sends (`api.socket.AsgiDoor`).
"""

from __future__ import annotations

from asyncio.transports import BaseTransport
from collections.abc import Callable
from typing import Any, Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION: Final = "openagents.door"
"""Key of the door in the ASGI scope's `extensions`."""


class Protocol(WebSocketsSansIOProtocol):
    """A WebSocket that accepts prepared frames and reports its backlog."""

    speaking = True
    """False as soon as either side closes."""
    on_backlog: Callable[[int], None] | None = None
    on_message: Callable[[str | bytes], None] | None = None
    """Gets messages as they are read; without it they wait in ASGI's queue, at a task switch each."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)
        self.high_water()

    def high_water(self, high: int = 262_144) -> None:
        """Report a backlog above `high` bytes, and again when it has fallen to half."""
        self.transport.set_write_buffer_limits(high=high, low=high // 2)

    def handle_close(self, event: Any) -> None:
        self.speaking = False
        super().handle_close(event)

    def connection_lost(self, exc: Exception | None) -> None:
        self.speaking = False
        super().connection_lost(exc)

    def shutdown(self) -> None:
        self.speaking = False
        super().shutdown()

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and hasattr(self, "scope"):
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[EXTENSION] = self

    def send_receive_event_to_app(self) -> None:
        if self.on_message is None or self.close_sent or self.curr_msg_data_type == "text" or not self.queue.empty():
            super().send_receive_event_to_app()
            return
        data = self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)
        self.frames = []
        self.on_message(data)

    def write_prepared(self, octets: bytes) -> None:
        """Write whole frames. Nothing is written after a close."""
        if self.speaking:
            self.transport.write(octets)

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
