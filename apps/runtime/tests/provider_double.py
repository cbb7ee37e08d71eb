"""A compute provider of our own: a real HTTP server on 127.0.0.1 that does its job, or misbehaves on cue."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Behaviour = Callable[["ProviderDouble", BaseHTTPRequestHandler, bytes], None]
WAIT_SECONDS = 30


def result_of(job: dict[str, Any], exit_code: int = 0, **changes: Any) -> dict[str, Any]:
    """What an honest provider answers for a job."""
    return {
        "env_info": {"image_digest": job["sandbox"]["image_digest"]},
        "runs": [
            {
                "cmd": command["cmd"],
                "exit_code": exit_code,
                "duration_ms": 3,
                "stdout_sha256": "0" * 64,
                "stderr_sha256": "1" * 64,
            }
            for command in job["commands"]
        ],
        "artifacts": [],
        "status": "failed" if exit_code else "success",
        "provenance": {"model_id": "double"},
        **changes,
    }


def answer(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def honest(double: ProviderDouble, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    answer(handler, json.dumps(result_of(json.loads(body))).encode())


def result(**changes: Any) -> Behaviour:
    def behave(double: ProviderDouble, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        answer(handler, json.dumps(result_of(json.loads(body), **changes)).encode())

    return behave


def fixed(body: bytes = b"{}", status: int = 200, **headers: str) -> Behaviour:
    return lambda double, handler, _: answer(handler, body, status, **headers)


def hang(double: ProviderDouble, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Answer nothing until the test ends."""
    double.asked.set()
    double.let_go.wait(WAIT_SECONDS)


def late(double: ProviderDouble, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """Answer honestly, but only when the test says so."""
    double.asked.set()
    double.let_go.wait(WAIT_SECONDS)
    honest(double, handler, body)


def drip(double: ProviderDouble, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """A header that never ends, a byte at a time: no single read takes long."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    while not double.let_go.wait(0.05):
        handler.wfile.write(b"a")


def endless(double: ProviderDouble, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """A body without a length, as long as anybody reads it."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
    while not double.let_go.is_set():
        handler.wfile.write(b" " * 65_536)


def disconnect(double: ProviderDouble, handler: BaseHTTPRequestHandler, body: bytes) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")


@dataclass
class ProviderDouble:
    """One provider. `script`: how the next jobs are treated; without one, honestly. `health`: status of /healthz."""

    tls: ssl.SSLContext | None = None
    script: list[Behaviour] = field(default_factory=list)
    health: int = 200
    jobs: list[tuple[dict[str, Any], dict[str, str]]] = field(default_factory=list)
    asked: threading.Event = field(default_factory=threading.Event)
    let_go: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer(self, b"{}", double.health if self.path == "/healthz" else 404)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                double.jobs.append((json.loads(body), {name.lower(): value for name, value in self.headers.items()}))
                behave = double.script.pop(0) if double.script else honest
                self.close_connection = True
                with contextlib.suppress(OSError):
                    behave(double, self, body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if self.tls is not None:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def stop(self) -> None:
        self.let_go.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(WAIT_SECONDS)


@contextlib.contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[ProviderDouble]:
    double = ProviderDouble(tls)
    try:
        yield double
    finally:
        double.stop()
