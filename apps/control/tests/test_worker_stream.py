"""The worker stream: bootstrap, the runtime's frames unchanged, and every bound of the adapter."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.db import connection, connections

from apps.control.models import Session, StreamLease
from apps.control.services import stream_leases, worker_stream
from apps.control.tests.world import Answer, Double, Person, Received, Reply, call, configure
from openagents.wire.faults import Fault

WORKER = "desktopw:me@host"
PUBLIC = f"/api/runtime/codex/workers/{WORKER}/stream"
INTERNAL = f"/internal/v1/codex/workers/{WORKER}/stream"
SSE = "text/event-stream"
DONE = b"data: [DONE]\n\n"


def frame(seq: int, payload: Any = None, event_type: str = "worker.event") -> bytes:
    data = {
        "worker_id": WORKER,
        "seq": seq,
        "event_type": event_type,
        "payload": payload if payload is not None else {"delta": "  x "},
        "occurred_at": "2026-03-01T12:00:00Z",
    }
    return f"id: {seq}\nevent: message\ndata: {json.dumps(data)}\n\n".encode()


def query(request: Received) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.target.partition("?")[2]).items()}


def plays(runtime: Double, *legs: bytes) -> None:
    """A runtime that serves these legs, each for its time, and then nothing new."""
    left = list(legs)

    def reply(request: Received) -> Reply:
        content = left.pop(0) if left else b""
        threading.Event().wait(int(query(request)["tail_ms"]) / 1000)
        return 200, {"content-type": f"{SSE}; charset=utf-8"}, content + DONE

    runtime.reply("GET", INTERNAL, reply)


def stream(person: Person, extra: str = "tail_ms=1", **headers: str) -> Answer:
    return person.get(f"{PUBLIC}?{extra}", accept=SSE, **headers)


def test_without_sse_it_is_a_bootstrap(runtime: Double, person: Person, settings: Any) -> None:
    data = {
        "worker_id": WORKER,
        "stream_protocol": "khala_ws",
        "cursor": 3,
        "tail_ms": 15000,
        "delivery": {
            "transport": "khala_ws",
            "topic": "org:o:worker_events",
            "scope": "runtime.codex_worker_events",
            "syncTokenRoute": "/api/sync/token",
        },
        "snapshot": {"worker_id": WORKER, "status": "running", "latest_seq": 4},
        "events": [
            {"seq": 4, "event_type": "worker.event", "payload": {"a": 1}, "occurred_at": "2026-03-01T12:00:00Z"}
        ],
    }
    runtime.answer("GET", INTERNAL, 200, {"data": data})
    configure(settings, oa_compat_sse_enabled=False)
    answer = person.get(f"{PUBLIC}?cursor=3", accept="application/json")
    assert answer.status == 200
    assert {name: answer.data[name] for name in ("delivery", "events", "cursor", "tail_ms")} == {
        name: data[name] for name in ("delivery", "events", "cursor", "tail_ms")
    }
    (request,) = runtime.received
    assert query(request) == {"cursor": "3", "tail_ms": "15000"}
    assert request.headers["accept"] == "application/json"
    assert stream(person).status == 406


def test_frames_pass_unchanged_and_each_once(runtime: Double, person: Person) -> None:
    plays(runtime, b": hi\n\n" + frame(4) + frame(5) + frame(5) + frame(3))
    answer = stream(person, "cursor=3&tail_ms=1")
    assert (answer.status, answer.content) == (200, frame(4) + frame(5) + DONE)
    headers = answer.headers
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-cache, no-transform"
    assert (headers["connection"], headers["x-accel-buffering"]) == ("keep-alive", "no")
    assert headers["x-oa-protocol-version"] == "openagents.control.v1"
    assert headers["x-oa-compatibility-min-client-build-id"] == "00000000T000000Z"
    (request,) = runtime.received
    assert (request.headers["accept"], request.headers["last-event-id"]) == (SSE, "3")
    assert request.act.user_id == person.user_id


@pytest.mark.parametrize(
    ("extra", "headers", "cursor"),
    [
        ("tail_ms=1", {}, "0"),
        ("tail_ms=1", {"last_event_id": "7"}, "7"),
        ("tail_ms=1&cursor=7", {"last_event_id": "7"}, "7"),
        (f"tail_ms=1&cursor={2**64 - 1}", {}, str(2**64 - 1)),
    ],
)
def test_where_a_stream_starts(
    runtime: Double, person: Person, extra: str, headers: dict[str, str], cursor: str
) -> None:
    plays(runtime)
    assert stream(person, extra, **headers).content == DONE
    assert query(runtime.received[0])["cursor"] == cursor


@pytest.mark.parametrize(
    ("extra", "headers", "field"),
    [
        ("cursor=6", {"last_event_id": "7"}, "cursor"),
        ("", {"last_event_id": "x"}, "last-event-id"),
        ("", {"last_event_id": str(2**64)}, "last-event-id"),
        ("cursor=-1", {}, "cursor"),
        (f"cursor={2**64}", {}, "cursor"),
        ("tail_ms=0", {}, "tail_ms"),
        ("tail_ms=120001", {}, "tail_ms"),
        ("format=csv", {}, "format"),
    ],
)
def test_bad_streams_are_refused_here(
    runtime: Double, person: Person, extra: str, headers: dict[str, str], field: str
) -> None:
    answer = stream(person, extra, **headers)
    assert (answer.status, answer.fields, runtime.received) == (422, {field}, [])


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [(410, 410, "stale_cursor"), (403, 403, "forbidden"), (404, 404, "not_found"), (500, 503, "service_unavailable")],
)
def test_refusals_come_before_the_first_byte(
    runtime: Double, person: Person, status: int, expected: int, code: str
) -> None:
    runtime.answer("GET", INTERNAL, status, {"error": "x"})
    answer = stream(person)
    assert (answer.status, answer.code) == (expected, code)
    assert answer.headers["content-type"] == "application/json"
    assert not StreamLease.objects.filter(session_id=person.session_id).exists()


def test_an_answer_that_is_no_stream_is_503(runtime: Double, person: Person) -> None:
    runtime.answer("GET", INTERNAL, 200, {"data": {}})
    assert stream(person).status == 503
    assert call("GET", PUBLIC, accept=SSE).status == 401


def test_the_tail_goes_on_in_legs(runtime: Double, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker_stream, "LEG_SECONDS", 0.2)
    monkeypatch.setattr(worker_stream, "EARLY_SECONDS", 0.1)
    legs = [frame(1), b"", frame(2)]

    def reply(request: Received) -> Reply:
        content = legs.pop(0)
        if legs:  # the last leg ends early: the runtime has no more to say
            threading.Event().wait(int(query(request)["tail_ms"]) / 1000)
        return 200, {"content-type": SSE}, content + DONE

    runtime.reply("GET", INTERNAL, reply)
    answer = stream(person, "tail_ms=60000")
    keepalive = b": keepalive\n\n"
    assert answer.content == frame(1) + keepalive + keepalive + frame(2) + DONE
    assert [query(request)["cursor"] for request in runtime.received] == ["0", "1", "1"]
    assert all(int(query(request)["tail_ms"]) <= 200 for request in runtime.received)


def test_no_database_connection_is_held(runtime: Double, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker_stream, "LEG_SECONDS", 0.1)
    mine, seen = connections["default"], []

    def reply(request: Received) -> Reply:
        threading.Event().wait(int(query(request)["tail_ms"]) / 1000)
        seen.append(mine.connection is None)
        return 200, {"content-type": SSE}, DONE

    runtime.reply("GET", INTERNAL, reply)
    assert stream(person, "tail_ms=1500").status == 200
    assert len(seen) >= 2
    assert all(seen[1:]), seen


def test_a_revoked_session_ends_its_stream(runtime: Double, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker_stream, "LEG_SECONDS", 0.1)

    def reply(request: Received) -> Reply:
        Session.objects.filter(pk=person.session_id).update(status="revoked", revoked_reason="user_requested")
        connection.close()
        threading.Event().wait(int(query(request)["tail_ms"]) / 1000)
        return 200, {"content-type": SSE}, DONE

    runtime.reply("GET", INTERNAL, reply)
    content = stream(person, "tail_ms=5000").content
    error = json.loads(content.partition(b"event: error\ndata: ")[2].partition(b"\n\n")[0])
    assert (error["code"], error["retryable"], error["reauthRequired"]) == ("unauthorized", False, True)
    assert content.endswith(DONE)
    assert len(runtime.received) == 1


def test_a_runtime_that_goes_away_is_told_in_the_stream(runtime: Double, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker_stream, "LEG_SECONDS", 0.1)
    legs: list[int] = []

    def reply(request: Received) -> Reply:
        legs.append(1)
        threading.Event().wait(int(query(request)["tail_ms"]) / 1000)
        if len(legs) > 1:
            return 410, {"content-type": "application/json"}, b'{"error":"stale_cursor"}'
        return 200, {"content-type": SSE}, frame(1) + DONE

    runtime.reply("GET", INTERNAL, reply)
    content = stream(person, "tail_ms=3000").content
    assert content.startswith(frame(1))
    assert b'event: error\ndata: {"code":"stale_cursor"' in content
    assert content.endswith(DONE)


def test_an_error_of_the_runtime_is_passed_on(runtime: Double, person: Person) -> None:
    told = b'event: error\ndata: {"code":"internal_error","message":"m","retryable":true}\n\n'
    plays(runtime, frame(1) + told + frame(2))
    content = stream(person).content
    assert content == frame(1) + told + DONE


def test_a_garbled_stream_ends_in_an_error(runtime: Double, person: Person) -> None:
    plays(runtime, frame(1) + b"data: \xff\n\n")
    content = stream(person).content
    assert content.startswith(frame(1) + b'event: error\ndata: {"code":"service_unavailable"')


def test_a_stream_has_its_size(runtime: Double, person: Person, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker_stream, "STREAM_BYTES_MAX", len(frame(1)) + 5)
    plays(runtime, frame(1) + frame(2))
    content = stream(person).content
    assert content.startswith(frame(1) + b'event: error\ndata: {"code":"stream_limit"')
    assert frame(2) not in content
    assert content.endswith(DONE)


@contextmanager
def trickling() -> Iterator[str]:
    """A runtime that begins a stream, sends a comment now and then, and never ends it."""
    server, over = socket.create_server(("127.0.0.1", 0)), threading.Event()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {SSE}\r\n\r\n".encode()

    def serve() -> None:
        peer, _ = server.accept()
        with peer:
            peer.recv(65536)
            peer.sendall(head)
            while not over.wait(0.05):
                try:
                    peer.sendall(b": still here\n\n")
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        over.set()
        server.close()
        thread.join(5)


def test_a_stream_that_never_ends_is_ended(person: Person, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(worker_stream, "GRACE_SECONDS", 0.4)
    with trickling() as url:
        configure(settings, oa_runtime_base_url=url)
        started = monotonic()
        content = stream(person, "tail_ms=100").content
        assert monotonic() - started < 3
    assert b'"code":"service_unavailable"' in content
    assert content.endswith(DONE)


def test_a_session_has_four_streams_everywhere(person: Person, settings: Any) -> None:
    configure(settings, oa_compat_sse_streams_max=100)
    with ExitStack() as open_streams:
        for _ in range(4):
            open_streams.enter_context(stream_leases.held(person.session_id, 30))
        answer = stream(person)
        assert (answer.status, answer.reason) == (429, "stream_limit")
        with stream_leases.held("sess_other", 30):
            pass
    with stream_leases.held(person.session_id, 30):
        pass
    assert not StreamLease.objects.filter(session_id=person.session_id).exists()


def test_places_left_by_a_crash_are_free_after_their_time(person: Person, settings: Any, leases: Any) -> None:
    configure(settings, oa_compat_sse_streams_max=100)
    for slot in range(1, 5):
        StreamLease.objects.create(
            session_id=person.session_id, slot=slot, holder="dead", expires_at="2026-01-01T00:00:00Z"
        )
    with stream_leases.held(person.session_id, 30):
        assert StreamLease.objects.exclude(holder="dead").filter(session_id=person.session_id).count() == 1
    assert leases("stream") == {"stolen": 1}
    with stream_leases.held(person.session_id, 30):  # the place that was given back
        pass
    assert leases("stream") == {"stolen": 1, "acquired": 1}


def test_readers_at_once_get_a_place_each(person: Person, settings: Any) -> None:
    configure(settings, oa_compat_sse_streams_max=100)
    everybody, outcomes = threading.Barrier(6), []

    def read() -> None:
        try:
            with stream_leases.held(person.session_id, 30):
                outcomes.append("held")
                everybody.wait(20)
        except Fault:
            outcomes.append("refused")
            everybody.wait(20)
        finally:
            connection.close()

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["held"] * 4 + ["refused"] * 2


def test_a_process_keeps_threads_for_other_things(runtime: Double, person: Person, settings: Any) -> None:
    plays(runtime)
    configure(settings, oa_compat_sse_streams_max=1)
    with stream_leases.held("sess_elsewhere", 30):
        assert stream(person).status == 429
    assert stream(person).status == 200
