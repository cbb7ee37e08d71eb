"""A peer's stream of events against a real server that misbehaves: chunks as they come, and an end to everything."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator

import pytest
from prometheus_client import REGISTRY

from openagents.peers.calls import PeerUnavailable
from openagents.peers.keys import Key
from openagents.peers.signature import SIGNATURE
from openagents.peers.streams import REFUSAL_BYTES_MAX, StreamingPeerClient
from openagents.peers.tests import rogue as rogues
from openagents.peers.tests.rogue import Rogue, Step

KEY = Key("control-1", "control", b"not-a-secret-of-control")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
SHORT = 0.4
END = b"0\r\n\r\n"


def part(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def events(*parts: bytes, ends: bool = True) -> Step:
    def step(_: Rogue, connection: socket.socket) -> bool:
        connection.sendall(HEAD + b"".join(part(content) for content in parts) + (END if ends else b""))
        return ends

    return step


def comments(rogue: Rogue, connection: socket.socket) -> bool:
    """A stream that is alive and never ends."""
    connection.sendall(HEAD)
    with contextlib.suppress(OSError):
        while not rogue.let_go.wait(0.02):
            connection.sendall(part(b": keepalive\n\n"))
    return False


def one_then_silence(rogue: Rogue, connection: socket.socket) -> bool:
    connection.sendall(HEAD + part(b"data: 1\n\n"))
    rogue.let_go.wait(rogues.WAIT_SECONDS)
    return False


@pytest.fixture
def server() -> Iterator[Rogue]:
    started = Rogue()
    yield started
    started.stop()


@pytest.fixture
def client(server: Rogue) -> Iterator[StreamingPeerClient]:
    server.listen()
    made = StreamingPeerClient("runtime", server.url, KEY)
    yield made
    made.close()


def read(client: StreamingPeerClient, timeout: float = 5.0) -> bytes:
    with client.stream("/internal/v1/stream", timeout=timeout, headers={"accept": "text/event-stream"}) as opened:
        return b"".join(opened.chunks())


def reason_of(client: StreamingPeerClient, timeout: float = 5.0) -> tuple[str, bool]:
    with pytest.raises(PeerUnavailable) as raised:
        read(client, timeout)
    return raised.value.reason, raised.value.sent


def count(outcome: str) -> float:
    labels = {"plane": "control", "callee": "runtime", "outcome": outcome}
    return REGISTRY.get_sample_value("oa_internal_calls_total", labels) or 0.0


def test_events_come_as_they_are_written(client: StreamingPeerClient, server: Rogue) -> None:
    server.script = [one_then_silence]
    with client.stream("/internal/v1/stream", params={"cursor": 3}, timeout=5.0) as opened:
        assert (opened.answer.status, opened.answer.content) == (200, b"")
        assert next(opened.chunks()) == b"data: 1\n\n", "the peer has not finished"
    (received,) = server.received
    assert received.line == "GET /internal/v1/stream?cursor=3 HTTP/1.1" and received.header(SIGNATURE)


def test_a_stream_that_ends_is_read_to_its_end(client: StreamingPeerClient, server: Rogue) -> None:
    server.script = [events(b"data: 1\n\n", b"data: 2\n\n")]
    before = count("ok")
    assert read(client) == b"data: 1\n\ndata: 2\n\n"
    assert count("ok") == before + 1


def test_a_refusal_is_read_whole(client: StreamingPeerClient, server: Rogue) -> None:
    server.script = [rogues.answer(b'{"error":"stale_cursor"}', 410)]
    with client.stream("/internal/v1/stream") as opened:
        assert (opened.answer.status, opened.answer.json) == (410, {"error": "stale_cursor"})
        assert list(opened.chunks()) == []


def test_an_answer_that_is_no_stream_is_read_whole(client: StreamingPeerClient, server: Rogue) -> None:
    server.script = [rogues.answer(b'{"data":1}')]
    with client.stream("/internal/v1/stream") as opened:
        assert opened.answer.ok and opened.answer.json == {"data": 1}


def test_a_refusal_has_its_size(client: StreamingPeerClient, server: Rogue) -> None:
    server.script = [rogues.answer(b" " * (REFUSAL_BYTES_MAX + 1), 400)]
    assert reason_of(client) == ("too_large", True)


@pytest.mark.parametrize("fault", [rogues.close, rogues.reset, rogues.half, rogues.garbage])
def test_it_is_begun_twice_at_most(client: StreamingPeerClient, server: Rogue, fault: Step) -> None:
    server.script = [fault, events(b"data: 1\n\n")]
    assert read(client) == b"data: 1\n\n"
    server.script = [fault, fault]
    before = count("disconnected")
    assert reason_of(client) == ("disconnected", True)
    assert count("disconnected") == before + 1
    assert len(server.received) == 4


def test_a_body_that_breaks_off_is_not_repeated(client: StreamingPeerClient, server: Rogue) -> None:
    server.script = [events(b"data: 1\n\n", ends=False)]
    with client.stream("/internal/v1/stream", timeout=5.0) as opened:
        chunks = opened.chunks()
        assert next(chunks) == b"data: 1\n\n"
        with pytest.raises(PeerUnavailable) as raised:
            next(chunks)
    assert (raised.value.reason, len(server.received)) == ("disconnected", 1)


@pytest.mark.parametrize("step", [comments, one_then_silence, rogues.hang, rogues.drip])
def test_its_time_bounds_everything(client: StreamingPeerClient, server: Rogue, step: Step) -> None:
    server.script = [step, step]
    started = time.monotonic()
    assert reason_of(client, SHORT) == ("timeout", True)
    assert time.monotonic() - started < 4 * SHORT


def test_nobody_there(server: Rogue) -> None:
    with StreamingPeerClient("runtime", server.url, KEY) as client:
        assert reason_of(client) == ("unreachable", False)


def test_its_failures_open_the_circuit_of_the_client(client: StreamingPeerClient, server: Rogue) -> None:
    server.script = [rogues.close] * 20
    for _ in range(10):
        assert reason_of(client)[0] == "disconnected"
    assert reason_of(client) == ("circuit_open", False)
    with pytest.raises(PeerUnavailable):
        client.get("/internal/v1/x")
    assert len(server.received) == 20


def test_a_reader_who_leaves_early_frees_the_connection(client: StreamingPeerClient, server: Rogue) -> None:
    server.script = [comments]
    with client.stream("/internal/v1/stream", timeout=5.0) as opened:
        next(opened.chunks())
    assert client.get("/internal/v1/x").ok
    assert client.line.breaker.permit() is not None
