"""Fixtures of the ground's storage suites: every plane's database, and a real Redis where there is one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings

from openagents.db import redis_client, stores
from openagents.planes import PLANES


@pytest.fixture(scope="session")
def databases(testbed: Any) -> dict[str, str]:
    """Plane to the name of this process's clone, for every plane."""
    return {name: testbed.clone(name) for name in PLANES}


@pytest.fixture
def unique() -> str:
    """A name nobody else uses."""
    return uuid.uuid4().hex


def wait_until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Poll until the condition holds; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail("the condition did not come true in time")
        time.sleep(0.005)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RedisServer:
    """A redis-server of our own that can be killed and brought back."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            "redis-server",
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(self._folder),
        ]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.answers)

    def answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url).ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real Redis: our own server when the program is there, else `REDIS_URL`."""
    if shutil.which("redis-server"):
        server = RedisServer(tmp_path_factory.mktemp("redis"))
        server.start()
        yield server.url
        server.kill()
    elif os.environ.get("REDIS_URL"):
        yield os.environ["REDIS_URL"]
    else:
        pytest.skip("needs Redis: neither redis-server on PATH nor REDIS_URL")


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis that this test may kill."""
    if not shutil.which("redis-server"):
        pytest.skip("needs a redis-server on PATH to kill")
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def use_redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """`use_redis(url)`: the process's Redis client points there until the test ends."""

    def use(url: str) -> None:
        monkeypatch.setattr(settings.OA, "redis_url", url)
        for remembered in FACTORIES:
            remembered.cache_clear()

    yield use
    monkeypatch.undo()
    for remembered in FACTORIES:
        remembered.cache_clear()


FACTORIES = (redis_client.client, stores.single_use, stores.window, stores.cache)


def count_of(metric: Any, *labels: str) -> float:
    """The present value of a counter."""
    return float(metric.labels(*labels)._value.get())
