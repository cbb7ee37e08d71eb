"""A TCP proxy between a client and a server that behaves badly on demand: one thread, one event loop.

What it can do is what networks do: be slow, trickle, fall silent, close one direction, cut everything off, refuse.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

CHUNK = 65_536
TRICKLE_SECONDS = 1.0
START_SECONDS_MAX = 10.0
T = TypeVar("T")


@dataclass
class Weather:
    """How bytes travel now. `delay` seconds per chunk and direction; `trickle`: one byte a second; `silent`: none."""

    delay: float = 0.0
    trickle: bool = False
    silent: bool = False
    refusing: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(eq=False)
class Pair:
    """Both halves of one proxied connection."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter


class Proxy:
    """Listens on a port of its own and forwards to `port` of this machine. Use as a context manager."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._pairs: set[Pair] = set()
        self.accepted = 0
        self.bytes_down = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="proxy", daemon=True)
        self.port = 0

    def __enter__(self) -> Proxy:
        self._thread.start()
        assert self._ready.wait(START_SECONDS_MAX), "the proxy did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(START_SECONDS_MAX)

    def url(self, url: str) -> str:
        """The same URL through this proxy."""
        before, _, after = url.partition(f":{self._target}")
        return f"{before}:{self.port}{after}"

    # Weather; from any thread

    def fair(self) -> None:
        """Everything passes again; what was held is delivered."""
        self._change(delay=0.0, trickle=False, silent=False, refusing=False)

    def slow(self, seconds: float) -> None:
        """Each chunk takes this long, in both directions."""
        self._change(delay=seconds)

    def trickle(self) -> None:
        """One byte a second towards the client."""
        self._change(trickle=True)

    def fall_silent(self) -> None:
        """Connections stay open and nothing arrives any more, on either side."""
        self._change(silent=True)

    def cut(self) -> None:
        """Reset every connection; new ones are accepted."""
        self._in_loop(self._cut())

    def refuse(self) -> None:
        """Reset every connection, and every new one at once."""
        self._change(refusing=True)
        self.cut()

    def half_close(self) -> None:
        """The client sees the end of what the server sends; its own direction stays open."""
        self._in_loop(self._half_close())

    @property
    def open_connections(self) -> int:
        return len(self._pairs)

    # Inside

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._weather = Weather()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._ended.wait()
        server.close()
        await self._cut()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        if self._weather.refusing:
            _reset(writer)
            return
        try:
            upstream, server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            _reset(writer)
            return
        pair = Pair(writer, server)
        self._pairs.add(pair)
        up = asyncio.ensure_future(self._pump(reader, server, down=False))
        down = asyncio.ensure_future(self._pump(upstream, writer, down=True))
        await asyncio.gather(up, down, return_exceptions=True)
        self._pairs.discard(pair)
        _reset(writer)
        _reset(server)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, down: bool) -> None:
        while True:
            trickling = down and self._weather.trickle
            chunk = await reader.read(1 if trickling else CHUNK)
            while self._weather.silent:
                await self._weather.changed.wait()
            if self._weather.delay:
                await asyncio.sleep(self._weather.delay)
            if not chunk:
                if writer.can_write_eof():
                    writer.write_eof()
                return
            writer.write(chunk)
            await writer.drain()
            if down:
                self.bytes_down += len(chunk)
            if trickling:
                await asyncio.sleep(TRICKLE_SECONDS)

    async def _cut(self) -> None:
        for pair in list(self._pairs):
            _reset(pair.client)
            _reset(pair.server)

    async def _half_close(self) -> None:
        for pair in list(self._pairs):
            if pair.client.can_write_eof():
                pair.client.write_eof()

    def _change(self, **to: Any) -> None:
        async def change() -> None:
            for name, value in to.items():
                setattr(self._weather, name, value)
            before, self._weather.changed = self._weather.changed, asyncio.Event()
            before.set()

        self._in_loop(change())

    def _in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS_MAX)


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as a dead network or a killed peer does."""
    raw = writer.get_extra_info("socket")
    if raw is not None and not writer.transport.is_closing():
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


Misbehave = Callable[[Proxy], None]
