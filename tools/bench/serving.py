"""A process of the registry under its production server, for as long as a bench needs it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openagents.embedded.provision import ROOT, clean_environment
from openagents.embedded.supervision import manage
from openagents.ops.supervised import SUPERVISOR_ENV
from tools.bench.place import FOLDER

READY_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True)
class Served:
    """`pid` is the server's own process: `serve` becomes the server, nothing lies between."""

    port: int
    pid: int


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Command = Callable[[int], list[str]]
"""The command that serves on a port."""


@contextmanager
def served(
    process: str, environment: Mapping[str, str], *arguments: str, command: Command | None = None
) -> Iterator[Served]:
    """`manage.py serve` with these arguments, or another command; ended afterwards. Raises RuntimeError."""
    port = free_port()
    serve = manage("serve", "--plane", process, "--bind", f"127.0.0.1:{port}", *arguments)
    with running(command(port) if command else serve, environment, FOLDER / f"{process}.log") as child:
        wait_until_ready(port, child, FOLDER / f"{process}.log")
        yield Served(port, child.pid)


@contextmanager
def running(command: list[str], environment: Mapping[str, str], log_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A child process with its output in a file; ended with SIGTERM, then SIGKILL."""
    every = {**clean_environment(), **environment, SUPERVISOR_ENV: str(os.getpid()), "PYTHONPATH": str(ROOT)}
    with open(log_path, "wb") as log:
        child = subprocess.Popen(
            command, cwd=ROOT, env=every, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def wait_until_ready(port: int, child: subprocess.Popen[bytes], log_path: Path) -> None:
    """Until `/readyz` says 200. Raises RuntimeError with the end of the log."""
    deadline, pause = time.monotonic() + READY_SECONDS_MAX, threading.Event()
    while time.monotonic() < deadline and child.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        pause.wait(0.05)
    raise RuntimeError(f"the process is not ready:\n{log_path.read_text(errors='replace')[-2000:]}")
