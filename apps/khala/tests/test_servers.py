"""Under servers without the prepared-frame door: the same conversation over plain ASGI sends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

import pytest

from apps.khala.tests.conftest import JournalTopic, Native, Serving, User, until
from apps.khala.tests.test_drain import answers

SERVERS = {
    "uvicorn": ["-m", "uvicorn", "apps.khala.asgi:application", "--ws", "websockets-sansio", "--port"],
    "daphne": ["-m", "daphne", "apps.khala.asgi:application", "-p"],
}


@pytest.mark.slow
@pytest.mark.parametrize("server", SERVERS)
def test_any_asgi_server_delivers(user: User, run_topic: JournalTopic, server: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "settings.khala"}
    process = subprocess.Popen([sys.executable, *SERVERS[server], str(port)], env=environment)
    try:
        serving = Serving(port)
        until(lambda: answers(serving) or process.poll() is not None, 30)
        run_topic.append(*({"n": number} for number in range(30)))
        client = Native(serving, user.token())
        client.hello()
        client.subscribe(run_topic.name)
        assert len(client.rows(run_topic.name, 30)) == 30
        run_topic.append({"live": True})
        assert client.rows(run_topic.name, 1)[0].watermark == 31
        client.socket.close()
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
