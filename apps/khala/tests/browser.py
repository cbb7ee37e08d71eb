"""A headless Chromium that a test drives: open a page, evaluate, press, take a picture."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
]
START_SECONDS_MAX = 60.0
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH")


class Page:
    """One tab, spoken to in its debugging protocol."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._id = 0
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._id += 1
        self._socket.send(json.dumps({"id": self._id, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._socket.recv(30))
            if said.get("id") == self._id:
                assert "error" not in said, said
                return dict(said["result"])
            self._note(said)

    def _note(self, said: dict[str, Any]) -> None:
        if said.get("method") == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(said["params"]["exceptionDetails"])[:500])
        entry = said["params"]["entry"] if said.get("method") == "Log.entryAdded" else {}
        if entry.get("level") == "error" and not entry.get("url", "").endswith("/favicon.ico"):
            self.complaints.append(f"{entry['text']} {entry.get('url', '')}")

    def go(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def value(self, expression: str) -> Any:
        """What a JavaScript expression gives, as JSON."""
        result = self._evaluate(expression)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def until(self, expression: str, seconds: float = 20.0) -> Any:
        """Wait until an expression is true (what it speaks of may not be there yet); its value."""
        deadline = time.monotonic() + seconds
        pause = threading.Event()
        while not (value := self._evaluate(expression)["result"].get("value")):
            assert time.monotonic() < deadline, f"never true: {expression}; {self.complaints}"
            pause.wait(0.05)
        return value

    def _evaluate(self, expression: str) -> dict[str, Any]:
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)

    def dark(self, on: bool) -> None:
        scheme = {"name": "prefers-color-scheme", "value": "dark" if on else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def picture(self, path: Path) -> None:
        """The visible page as PNG."""
        shot = self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(shot["data"]))


@contextmanager
def browser(profile: Path, size: tuple[int, int] = (1280, 860)) -> Iterator[Page]:
    """A browser with one tab; ended afterwards."""
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}", "about:blank"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        port = _port(profile)
        tabs = httpx.get(f"http://127.0.0.1:{port}/json", trust_env=False, timeout=30).json()
        target = next(tab for tab in tabs if tab["type"] == "page")
        with connect(target["webSocketDebuggerUrl"], max_size=None, proxy=None) as socket:
            yield Page(socket)
    finally:
        process.terminate()
        process.wait(20)


def _port(profile: Path) -> int:
    """The debugging port, which the browser writes down when it listens."""
    deadline = time.monotonic() + START_SECONDS_MAX
    pause = threading.Event()
    written = profile / "DevToolsActivePort"
    while not written.exists() or not written.read_text().strip():
        assert time.monotonic() < deadline, "chromium did not start"
        pause.wait(0.05)
    return int(written.read_text().split()[0])
