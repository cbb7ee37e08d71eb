"""SIGTERM: a real process drains, its clients are told when to come back, and it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from apps.khala.models import NodeRow, OrderRow
from apps.khala.services import orders
from apps.khala.tests.conftest import Native, Serving, User, signed, until
from openagents.sync.v1 import sync_pb2 as pb

SOCKET_LANES = 3
"""A probe of the poll route holds no connection."""

Leave = Callable[[subprocess.Popen[bytes], Serving], None]


def _by_signal(process: subprocess.Popen[bytes], serving: Serving) -> None:
    process.send_signal(signal.SIGTERM)


def _by_route(process: subprocess.Popen[bytes], serving: Serving) -> None:
    """The operator drains over HTTP; the process itself goes on until it is stopped."""
    first, second = (signed(serving, "ops", "POST", "/internal/v1/khala/drain", b"{}") for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["drain_id"] == second.json()["drain_id"]
    process.send_signal(signal.SIGTERM)


def _by_order(process: subprocess.Popen[bytes], serving: Serving) -> None:
    """The admin of any process orders it: a row that the node finds, or hears of."""
    newest = NodeRow.objects.filter(state="serving").latest("started_at")
    assert orders.drain_node(newest.node_id, "operator", "test")
    until(lambda: OrderRow.objects.filter(node_id=newest.node_id, kind="drain", outcome="done").exists())
    process.send_signal(signal.SIGTERM)


@contextmanager
def started(**settings: str) -> Iterator[tuple[subprocess.Popen[bytes], Serving]]:
    """A Khala of its own process, which answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "apps.khala.asgi:application", "--ws", "apps.khala.server:Protocol"]
    own = {"DJANGO_SETTINGS_MODULE": "settings.khala", "KHALA_PROBE_BASE_URL": f"http://127.0.0.1:{port}"}
    environment = {**os.environ, **own, **settings}
    process = subprocess.Popen([*command, "--port", str(port), "--log-level", "warning"], env=environment)
    try:
        serving = Serving(port)
        until(lambda: answers(serving) or process.poll() is not None, 30)
        yield process, serving
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)


@pytest.mark.slow
@pytest.mark.parametrize("leave", [_by_signal, _by_route, _by_order])
def test_a_drain_tells_every_client_when_to_come_back(user: User, leave: Leave) -> None:
    with started(KHALA_DRAIN_WINDOW_MS="6000") as (process, serving):
        client = Native(serving, user.token())
        client.hello()
        leave(process, serving)
        notice = pb.ServerControl.FromString(client.frame(pb.KHALA_FRAME_KIND_CONTROL).payload_bytes)
        assert notice.action == "reconnect" and notice.reconnect_after_ms >= 400
        with pytest.raises(ConnectionClosed) as closed:
            client.socket.recv(10)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1012
        assert process.wait(20) in (0, -signal.SIGTERM)


@pytest.mark.slow
@pytest.mark.usefixtures("canary")
def test_a_process_that_only_its_own_probes_follow_ends_at_once() -> None:
    """The window of a drain is for clients who have somewhere else to go."""
    with started(KHALA_DRAIN_WINDOW_MS="600000", KHALA_PROBE_INTERVAL_MS="50") as (process, serving):
        until(lambda: connections(serving) == SOCKET_LANES, 20)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)


def connections(serving: Serving) -> int:
    text = httpx.get(f"{serving.http}/metrics").text
    [value] = [line.split()[-1] for line in text.splitlines() if line.startswith("oa_khala_connections_active")]
    return int(float(value))


def answers(serving: Serving) -> bool:
    try:
        return httpx.get(f"{serving.http}/healthz").status_code == 200
    except httpx.TransportError:
        return False
