"""How a call is spelled, and how each server shows it: a signature binds what really went over the wire."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server

import httpx
import pytest
import uvicorn
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from openagents.peers.client import PeerClient
from openagents.peers.keys import Key
from openagents.peers.signature import sign
from openagents.peers.target import seen, spell
from openagents.peers.tests import echo

# Spelling


@pytest.mark.parametrize(
    ("path", "wire"),
    [
        ("/", "/"),
        ("/a/b", "/a/b"),
        ("/a/", "/a/"),
        ("/w/desktop:alpha", "/w/desktop:alpha"),
        ("/w/desktop%3Aalpha", "/w/desktop:alpha"),
        ("/w/desktop%3aalpha", "/w/desktop:alpha"),
        ("/w/a%2Fb", "/w/a%2Fb"),
        ("/w/a%2fb", "/w/a%2Fb"),
        ("/w/a b\u00e9", "/w/a%20b%C3%A9"),
        ("/w/100%", "/w/100%25"),
        ("/w/%2541", "/w/%2541"),
        ("/w/%FF", "/w/%FF"),
        ("/w?x=%3a&y=a+b", "/w?x=%3a&y=a+b"),
        ("/w?", "/w"),
        ("/w?x=?/", "/w?x=?/"),
        ("/w/..a/...", "/w/..a/..."),
    ],
)
def test_there_is_one_spelling_of_a_path(path: str, wire: str) -> None:
    assert spell(path) == wire
    assert spell(wire) == wire


def test_params_join_the_query() -> None:
    assert spell("/w?a=1", {"b": "x y", "none": None, "c": [1, 2]}) == "/w?a=1&b=x%20y&c=1&c=2"
    assert spell("/w", [("b", "&="), ("b", "?")]) == "/w?b=%26%3D&b=%3F"
    assert spell("/w", {"none": None}) == "/w"


SEGMENT = st.text(st.characters(codec="utf-8"), max_size=20).filter(lambda text: text not in (".", ".."))


@given(st.lists(SEGMENT, min_size=1, max_size=4))
def test_spelling_is_stable_and_survives_httpx(segments: list[str]) -> None:
    from urllib.parse import quote, unquote

    path = "/" + "/".join(["v1", *(quote(segment, safe="") for segment in segments)])
    wire = spell(path)
    assert spell(wire) == wire
    assert [unquote(part) for part in wire.split("/")] == ["", "v1", *segments]
    assert httpx.URL("http://h").copy_with(raw_path=wire.encode()).raw_path == wire.encode()


@given(st.lists(SEGMENT.filter(lambda text: "/" not in text), min_size=1, max_size=4))
def test_a_server_restores_the_one_spelling_from_the_decoded_path(segments: list[str]) -> None:
    from urllib.parse import quote

    path = "/" + "/".join(["v1", *(quote(segment, safe="") for segment in segments)])
    assert seen({"PATH_INFO": "/" + "/".join(["v1", *segments]), "QUERY_STRING": "a=%3a"}) == f"{spell(path)}?a=%3a"


# Seeing


def test_the_raw_form_wins_where_a_server_gives_it() -> None:
    decoded = {"PATH_INFO": "/w/a:b", "QUERY_STRING": "x=1"}
    assert seen({**decoded, "RAW_URI": "/w/a%3Ab?x=1"}) == "/w/a%3Ab?x=1"
    assert seen({**decoded, "REQUEST_URI": "/w/a%3ab?x=1"}) == "/w/a%3ab?x=1"
    assert seen(decoded, {"raw_path": b"/w/a%3Ab"}) == "/w/a%3Ab?x=1"
    assert seen(decoded, {"path": "/w/a:b"}) == "/w/a:b?x=1"
    assert seen({"SCRIPT_NAME": "/prefix", "PATH_INFO": "/w"}) == "/prefix/w"
    assert seen({}) == "/"


def test_djangos_test_client_is_seen_in_the_one_spelling() -> None:
    for path in ("/w/desktop%3Aalpha?x=%3a", "/w/desktop:alpha?x=%3a"):
        assert seen(RequestFactory().get(path).META) == "/w/desktop:alpha?x=%3a"


# Real servers: each runs the verifier of `echo` over what it saw


@contextlib.contextmanager
def granian() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).with_name("granian"), "--interface", "wsgi", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--workers", "1", "openagents.peers.tests.echo:wsgi"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if "Started worker" in line:
                break
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=20)


@contextlib.contextmanager
def runserver() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, echo.wsgi, handler_class=WSGIRequestHandler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def uvicorn_server() -> Iterator[str]:
    class Announced(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready.set()

    ready = threading.Event()
    server = Announced(uvicorn.Config(echo.asgi, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert ready.wait(20)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


SERVERS: dict[str, Callable[[], contextlib.AbstractContextManager[str]]] = {
    "granian": granian,
    "runserver": runserver,
    "uvicorn": uvicorn_server,
}
GIVES_RAW = {"uvicorn"}


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    with SERVERS[request.param]() as url:
        yield request.param, url


def raw_call(url: str, wire: str, claimed: str, headers: list[tuple[str, str]] | None = None) -> dict[str, Any]:
    """One request whose request line is exactly `wire` and whose signature says `claimed`."""
    host, port = url.removeprefix("http://").split(":")
    signature = sign(echo.KEY, aud="runtime", method="GET", path_with_query=claimed, body=b"")
    lines = [f"GET {wire} HTTP/1.1", f"host: {host}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in [*signature.items(), *(headers or [])]]
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    found: dict[str, Any] = json.loads(answer[answer.index(b"{") : answer.rindex(b"}") + 1])
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/w/desktop:alpha",
        "/w/desktop%3Aalpha",
        "/w/desktop%3aalpha/stop",
        "/w/a%20b%C3%A9%2541",
        "/w/!$&'()*+,;=:@~-._",
        "/w?x=%3a&y=a+b&z=%2F%20'%22",
        "/w?x=a%2Fb&x=..",
        "/",
    ],
)
def test_the_client_is_understood_by_every_server(server: tuple[str, str], path: str) -> None:
    with PeerClient("runtime", server[1], echo.KEY) as client:
        assert client.get(path).json["iss"] == "control"
        assert client.post(path, json={"a": 1}).json["iss"] == "control"


def test_an_escaped_slash_passes_only_where_the_server_shows_it(server: tuple[str, str]) -> None:
    with PeerClient("runtime", server[1], echo.KEY) as client:
        answer = client.get("/w/worker%3Aa%2Fb").json
    assert answer.get("iss") == "control" if server[0] in GIVES_RAW else answer["reason"] == "path_mismatch"


@pytest.mark.parametrize(
    ("wire", "claimed"),
    [
        ("/w/a/b", "/w/a%2Fb"),
        ("/w/a%2Fb", "/w/a/b/"),
        ("/w/a?x=1", "/w/a"),
        ("/w/a?x=1", "/w/a?x=2"),
        ("/w/a?x=%3A", "/w/a?x=%3a"),
        ("/w/a?x=%3A", "/w/a?x=:"),
        ("/w/a", "/w/a?x=1"),
        ("/w//a", "/w/a"),
        ("/w/./a", "/w/a"),
        ("/w/b/../a", "/w/a"),
        ("/w/A", "/w/a"),
        ("/w/a/", "/w/a"),
        ("/w/%2541", "/w/%41"),
        ("/w/%C3%A9", "/w/e%CC%81"),
    ],
)
def test_no_other_path_or_query_passes_for_the_signed_one(server: tuple[str, str], wire: str, claimed: str) -> None:
    assert raw_call(server[1], wire, claimed)["reason"] == "path_mismatch"


def test_other_escapes_pass_only_where_the_server_shows_them(server: tuple[str, str]) -> None:
    """Where it does not, a foreign signer has to use the one spelling."""
    answer = raw_call(server[1], "/w/a%3Ab", "/w/a%3Ab")
    assert answer.get("iss") == "control" if server[0] in GIVES_RAW else answer["reason"] == "path_mismatch"


def test_headers_that_repeat_are_refused_by_every_server(server: tuple[str, str]) -> None:
    twice = [("x-oa-user-id", "u_1"), ("x-oa-user-id", "u_1")]
    assert raw_call(server[1], "/w", "/w", twice)["reason"] == "principal_mismatch"
    again = sign(Key("x", "control", b"x"), aud="runtime", method="GET", path_with_query="/w", body=b"")
    expected = ["malformed_signature", "unknown_key", "body_hash_mismatch"]
    for (name, value), reason in zip(again.items(), expected, strict=True):
        assert raw_call(server[1], "/w", "/w", [(name, value)])["reason"] == reason


def test_a_principal_header_in_another_spelling_is_judged_or_invisible(server: tuple[str, str]) -> None:
    answer = raw_call(server[1], "/w", "/w", [("x_oa_user_id", "u_1")])
    if "iss" in answer:
        assert "x-oa-user-id" not in answer["headers"]
    else:
        assert answer["reason"] == "principal_mismatch"
