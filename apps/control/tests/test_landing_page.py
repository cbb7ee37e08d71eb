"""The landing page as a person sees it: in headless Chromium, when there is one."""

from __future__ import annotations

import shutil
import struct
import subprocess
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from apps.control.tests.world import call

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
]
SCHEMES = {"dark": "0", "light": "1"}

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on PATH")


@contextmanager
def served() -> Iterator[tuple[str, list[str]]]:
    """The page on a real socket with its own headers, and the paths a browser asked for."""
    asked: list[str] = []
    page = call("GET", "/")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if self.path == "/" else 404)
            for name, value in page.headers.items():
                if name != "content-length":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page.content if self.path == "/" else b"")

        def log_message(self, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()


def chromium(profile: Path, url: str, *options: str) -> str:
    done = subprocess.run(
        [str(CHROMIUM), *FLAGS, f"--user-data-dir={profile}", *options, url],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
    )
    return done.stdout


def corner(png: bytes) -> tuple[tuple[int, int], tuple[int, int, int]]:
    """((width, height), the colour of the top left pixel) of an 8-bit PNG; its first row filters against nothing."""
    width, height = struct.unpack(">II", png[16:24])
    data, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += 12 + length
    row = zlib.decompress(data)
    return (width, height), (row[1], row[2], row[3])


@needs_chromium
@pytest.mark.parametrize(("scheme", "ground"), [("light", (0xF8, 0xF7, 0xF3)), ("dark", (0x0D, 0x10, 0x13))])
def test_the_page_is_painted_in_the_readers_scheme(tmp_path: Path, scheme: str, ground: tuple[int, int, int]) -> None:
    picture = tmp_path / "page.png"
    with served() as (url, asked):
        options = (f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", "--window-size=1280,800")
        chromium(tmp_path / "profile", url, *options, f"--screenshot={picture}")
    assert corner(picture.read_bytes()) == ((1280, 800), ground)
    assert set(asked) <= {"/", "/favicon.ico"}, "the page asked for more than itself"


@needs_chromium
def test_the_page_works_under_its_own_content_security_policy(tmp_path: Path) -> None:
    with served() as (url, _):
        dom = chromium(tmp_path / "profile", url, "--dump-dom")
    assert '<a class="download" href="/download-desktop">Download desktop app</a>' in dom
    assert '<a href="/stats">' in dom


def test_every_anchor_inside_the_page_leads_somewhere() -> None:
    text = call("GET", "/").content.decode()
    for name in ("proof", "content"):
        assert f'#{name}"' in text and f'id="{name}"' in text
