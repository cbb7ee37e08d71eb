"""Waiting until every process answers, with a line on screen for each that does."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import httpx

from openagents.planes import Process

POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class NotReady(Exception):
    """Processes that did not become ready in time, with what they last said."""

    waiting: dict[str, str]

    def __str__(self) -> str:
        return "; ".join(f"{name}: {said}" for name, said in self.waiting.items())


def base_url(process: Process) -> str:
    """Where a process of the development system answers."""
    return f"http://127.0.0.1:{process.port}"


def ports_in_use(ports: Mapping[str, int]) -> dict[str, int]:
    """Of development ports by name, those that somebody else holds."""
    taken = {}
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                taken[name] = port
    return taken


def wait_until_ready(processes: Iterable[Process], seconds_max: float, say: Callable[[str, float], None]) -> None:
    """Poll `/readyz` of each; `say(name, seconds)` as each becomes ready. Raises NotReady."""
    started = time.monotonic()
    waiting = {process.name: "no answer" for process in processes}
    urls = {process.name: base_url(process) for process in processes}
    with httpx.Client(timeout=3.0) as client:
        while waiting:
            for name in list(waiting):
                try:
                    answer = client.get(f"{urls[name]}/readyz")
                except httpx.HTTPError as error:
                    waiting[name] = type(error).__name__
                    continue
                if answer.status_code == 200:
                    del waiting[name]
                    say(name, time.monotonic() - started)
                else:
                    waiting[name] = answer.text[:300]
            if waiting and time.monotonic() - started > seconds_max:
                raise NotReady(waiting)
            if waiting:
                time.sleep(POLL_SECONDS)
