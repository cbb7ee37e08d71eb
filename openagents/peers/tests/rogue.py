"""A local HTTP server that misbehaves on cue: each request it reads is treated by the next step of its script."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

WAIT_SECONDS = 20


@dataclass
class Received:
    line: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        values = [value for key, value in self.headers if key == name]
        assert len(values) == 1, f"{name}: {values}"
        return values[0]


Step = Callable[["Rogue", socket.socket], bool]
"""Treats one request; True keeps the connection."""


def answer(body: bytes = b"{}", status: int = 200) -> Step:
    def step(_: Rogue, connection: socket.socket) -> bool:
        connection.sendall(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%b" % (status, len(body), body))
        return True

    return step


def close(_: Rogue, connection: socket.socket) -> bool:
    """Read the request, answer nothing."""
    return False


def reset(_: Rogue, connection: socket.socket) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def half(_: Rogue, connection: socket.socket) -> bool:
    """Promise more than is sent."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
    return False


def garbage(_: Rogue, connection: socket.socket) -> bool:
    connection.sendall(b"this is not HTTP\r\n\r\n")
    return False


def hang(rogue: Rogue, connection: socket.socket) -> bool:
    """Answer nothing until the server is let go."""
    rogue.let_go.wait(WAIT_SECONDS)
    return False


def late(rogue: Rogue, connection: socket.socket) -> bool:
    """Answer only when the test says so, on a connection that the client may have left."""
    rogue.let_go.wait(WAIT_SECONDS)
    try:
        connection.sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n{"late":true}')
    except OSError:
        return False
    finally:
        rogue.late_done.set()
    return True


def drip(rogue: Rogue, connection: socket.socket) -> bool:
    """One byte every now and then, for five seconds."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    with contextlib.suppress(OSError):
        for _ in range(250):
            if rogue.let_go.wait(0.02):
                break
            connection.sendall(b" ")
    return False


@dataclass
class Rogue:
    """Listens on a free port of 127.0.0.1; without a script left it answers 200 `{}`."""

    script: list[Step] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    let_go: threading.Event = field(default_factory=threading.Event)
    late_done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
        self.threads: list[threading.Thread] = []
        self.listening = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def listen(self) -> None:
        """Until this is called the port is taken and refuses connections."""
        if not self.listening:
            self.listening = True
            self.socket.listen(16)
            self._start(self._accept)

    def stop(self) -> None:
        self.let_go.set()
        if self.listening:
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        for thread in self.threads:
            thread.join(WAIT_SECONDS)

    def _start(self, work: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self._start(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            connection.settimeout(WAIT_SECONDS)
            try:
                while (received := self._read(stream)) is not None:
                    self.received.append(received)
                    step = self.script.pop(0) if self.script else answer()
                    if not step(self, connection):
                        return
            except OSError:
                return

    def _read(self, stream: socket.SocketIO) -> Received | None:  # type: ignore[override]
        line = stream.readline().decode("latin-1").rstrip("\r\n")
        if not line:
            return None
        headers = []
        while text := stream.readline().decode("latin-1").rstrip("\r\n"):
            name, _, value = text.partition(": ")
            headers.append((name.lower(), value))
        length = int(dict(headers).get("content-length", 0))
        return Received(line, headers, stream.read(length))
