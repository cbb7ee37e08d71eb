"""Both clients against a real server that misbehaves: what is sent, what is repeated, what is reported."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from prometheus_client import REGISTRY

from openagents.ops import context
from openagents.peers import client as client_module
from openagents.peers.async_client import AsyncPeerClient
from openagents.peers.calls import Call, PeerAnswer, PeerUnavailable
from openagents.peers.client import PeerClient
from openagents.peers.keys import Key, KeyRing
from openagents.peers.signature import BODY_SHA256, KEY_ID, SIGNATURE, USER_ID, Act, Caller, verify
from openagents.peers.tests import rogue as rogues
from openagents.peers.tests.rogue import Rogue, answer
from openagents.peers.tests.signing import Nonces
from openagents.wire.faults import DEPENDENCY_UNAVAILABLE, Fault

KEY = Key("runtime-1", "runtime", b"not-a-secret-of-runtime")
SIGNED = (SIGNATURE, KEY_ID, BODY_SHA256)
SHORT = 0.5
"""Seconds of a call whose peer never answers."""


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Async:
    """The async client behind the blocking one's interface, so that one suite tests both."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.loop = asyncio.new_event_loop()
        self.client = AsyncPeerClient(*args, **options)
        self.line = self.client.line

    def request(self, *args: Any, **options: Any) -> PeerAnswer:
        return self.loop.run_until_complete(self.client.request(*args, **options))

    def get(self, *args: Any, **options: Any) -> PeerAnswer:
        return self.loop.run_until_complete(self.client.get(*args, **options))

    def post(self, *args: Any, **options: Any) -> PeerAnswer:
        return self.loop.run_until_complete(self.client.post(*args, **options))

    def put(self, *args: Any, **options: Any) -> PeerAnswer:
        return self.loop.run_until_complete(self.client.put(*args, **options))

    def close(self) -> None:
        self.loop.run_until_complete(self.client.aclose())
        self.loop.close()


@pytest.fixture
def server() -> Iterator[Rogue]:
    started = Rogue()
    yield started
    started.stop()


@pytest.fixture(params=[PeerClient, Async])
def client(request: pytest.FixtureRequest, server: Rogue) -> Iterator[Any]:
    server.listen()
    made = request.param("hydra", server.url, KEY)
    yield made
    made.close()


@pytest.fixture(params=[PeerClient, Async])
def connect(request: pytest.FixtureRequest, server: Rogue) -> Iterator[Callable[..., Any]]:
    made: list[Any] = []

    def make(**options: Any) -> Any:
        made.append(request.param("hydra", server.url, KEY, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def unavailable(call: Callable[[], PeerAnswer]) -> PeerUnavailable:
    with pytest.raises(PeerUnavailable) as raised:
        call()
    return raised.value


def verified(server: Rogue, index: int = -1, nonces: Nonces | None = None) -> Caller:
    """The caller of a received request, checked against what really came over the wire."""
    received = server.received[index]
    method, target, _ = received.line.split(" ")
    return verify(
        received.headers,
        aud="hydra",
        method=method,
        path_with_query=target,
        body=received.body,
        keys=KeyRing([KEY]),
        claim_nonce=nonces or Nonces(),
        now=datetime.now(UTC),
    )


def count(outcome: str) -> float:
    labels = {"plane": "runtime", "callee": "hydra", "outcome": outcome}
    return REGISTRY.get_sample_value("oa_internal_calls_total", labels) or 0.0


# What is sent


def test_what_goes_over_the_wire_is_what_is_signed(client: Any, server: Rogue) -> None:
    act = Act(user_id="u_1", org_id="org_1", roles=("owner",))
    client.post(
        "/internal/v1/workers/desktop%3aalpha%2Fb c",
        params={"limit": 5, "kind": ["a", "b/c"], "none": None, "text": "x y&\u00e9"},
        json={"n": 2**63, "text": "\u00e9"},
        act=act,
        idempotency_key="key-1",
        headers={"X-OA-Contract": "openagents.hydra.v1/1"},
    )
    received = server.received[0]
    assert received.line == (
        "POST /internal/v1/workers/desktop:alpha%2Fb%20c?limit=5&kind=a&kind=b%2Fc&text=x%20y%26%C3%A9 HTTP/1.1"
    )
    assert received.body == '{"n":9223372036854775808,"text":"\u00e9"}'.encode()
    caller = verified(server)
    assert (caller.iss, caller.kid, caller.act) == ("runtime", KEY.kid, act)


def test_only_known_headers_leave(client: Any, server: Rogue) -> None:
    client.post("/x", json={}, act=Act(user_id="u_1"), idempotency_key="key-1", headers={"Last-Event-ID": "7"})
    names = sorted(name for name, _ in server.received[0].headers)
    assert names == sorted(
        ["host", "content-length", "content-type", "accept", "idempotency-key", "last-event-id", *SIGNED, USER_ID]
    )
    client.get("/x")
    names = sorted(name for name, _ in server.received[1].headers)
    assert names == sorted(["host", "accept", *SIGNED])


def test_correlation_travels_with_the_call(client: Any, server: Rogue) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    tokens = (context.request_id.set("req_12345678"), context.traceparent.set(trace))
    try:
        client.get("/x", shadow=True)
    finally:
        context.request_id.reset(tokens[0])
        context.traceparent.reset(tokens[1])
    received = server.received[0]
    assert (received.header("x-request-id"), received.header("traceparent")) == ("req_12345678", trace)
    caller = verified(server)
    assert caller.rid == "req_12345678" and caller.shadow


def test_a_user_that_fits_no_header_travels_in_the_signature_alone(client: Any, server: Rogue) -> None:
    for user_id in ("u\u00e9", " u", "u\r\nx-evil: 1"):
        client.get("/x", act=Act(user_id=user_id))
        assert USER_ID not in dict(server.received[-1].headers)
        caller = verified(server)
        assert caller.act is not None and caller.act.user_id == user_id


def test_lifetime_and_nonce_form_can_be_chosen(client: Any, server: Rogue) -> None:
    nonces = Nonces()
    client.post("/internal/v1/sync/sessions/revoke", json={}, ttl=30, nonce_prefix="revk_")
    verified(server, nonces=nonces)
    assert nonces.claimed[0][2].startswith("revk_") and len(nonces.claimed[0][2]) == 37


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("relative", {}),
        ("//host/x", {}),
        ("/a/../b", {}),
        ("/a/%2e%2E/b", {}),
        ("/a/./b", {}),
        ("/a#b", {}),
        ("/a?b=\u00e9", {}),
        ("/a?b=c d", {}),
        ("/x", {"json": {}, "content": b"{}"}),
        ("/x", {"headers": {"X-OA-User-ID": "u_2"}}),
        ("/x", {"headers": {SIGNATURE: "v1.a.b"}}),
        ("/x", {"headers": {"x_oa_user_id": "u_2"}}),
        ("/x", {"headers": {"last-event-id": "1\r\nx-evil: 1"}}),
        ("/x", {"idempotency_key": "k\n"}),
        ("/x", {"ttl": 301}),
    ],
)
def test_a_call_that_must_not_be_sent_is_not(client: Any, server: Rogue, path: str, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        client.post(path, **options)
    assert server.received == []
    assert client.get("/x").ok, "a misused call leaves the client usable"


def test_a_base_url_has_no_path() -> None:
    for url in ("http://127.0.0.1:1/prefix", "/nowhere", ""):
        with pytest.raises(ValueError, match="base URL"):
            PeerClient("hydra", url, KEY)
    with pytest.raises(KeyError):
        PeerClient("nobody", "http://127.0.0.1:1", KEY)


def test_the_audience_is_the_plane_of_the_called_process() -> None:
    assert PeerClient("lightning-executor", "http://127.0.0.1:1/", KEY).line.audience == "lightning"


# Answers


def test_any_answer_is_returned_as_it_is(client: Any, server: Rogue) -> None:
    server.script = [answer(b'{"error":"conflict"}', 409), answer(b'{"error":"draining"}', 503), answer(b"", 204)]
    conflict, draining, empty = client.get("/x"), client.post("/x", json={}), client.put("/x", json={})
    assert (conflict.status, conflict.json, conflict.ok) == (409, {"error": "conflict"}, False)
    assert (draining.status, draining.json) == (503, {"error": "draining"})
    assert (empty.status, empty.content, empty.ok) == (204, b"", True)
    assert empty.headers["content-length"] == "0"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a":1,"a":2}', b'{"a":NaN}'])
def test_a_body_that_is_not_strict_json_is_no_answer(client: Any, server: Rogue, body: bytes) -> None:
    server.script = [answer(body)]
    got = client.get("/x")
    assert got.content == body
    error = unavailable(lambda: got.json)
    assert (error.reason, error.sent) == ("undecodable", True)


def test_an_answer_beyond_the_limit_is_cut(connect: Callable[..., Any], server: Rogue) -> None:
    server.listen()
    server.script = [answer(b"x" * 1001), answer(b"y" * 1000)]
    client = connect(answer_bytes_max=1000)
    assert unavailable(lambda: client.get("/x")).reason == "too_large"
    assert len(client.get("/x").content) == 1000
    assert len(server.received) == 2


def test_a_connection_is_reused(client: Any, server: Rogue) -> None:
    for _ in range(5):
        client.get("/x")
    assert len(server.threads) == 2  # one accepts, one serves the one connection


def test_environment_proxies_are_ignored(
    connect: Callable[..., Any], server: Rogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    server.listen()
    assert connect().get("/x").ok


# Repeating

READ: dict[str, Any] = {"method": "GET"}
BARE: dict[str, Any] = {"method": "POST", "json": {"a": 1}}
KEYED: dict[str, Any] = {**BARE, "idempotency_key": "key-1"}
REPEATABLE: dict[str, Any] = {**BARE, "repeatable": True}
ONCE: dict[str, Any] = {**READ, "repeatable": False}
BREAKS = [rogues.close, rogues.reset, rogues.half, rogues.garbage]


@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize(
    "options", [READ, KEYED, REPEATABLE, {**READ, "repeatable": None}], ids=["read", "keyed", "repeatable", "unsaid"]
)
def test_a_repeatable_call_survives_one_break(
    client: Any, server: Rogue, options: dict[str, Any], broken: rogues.Step
) -> None:
    server.script = [broken, answer(b'{"ok":true}')]
    assert client.request(path="/x", **options).json == {"ok": True}
    assert len(server.received) == 2
    nonces = Nonces()
    for index in (0, 1):  # each attempt has its own nonce, or the second would be refused
        verified(server, index, nonces)
    assert server.received[0].body == server.received[1].body
    keys = [dict(received.headers).get("idempotency-key") for received in server.received]
    assert keys[0] == keys[1]


@pytest.mark.parametrize("options", [READ, KEYED], ids=["read", "keyed"])
def test_two_breaks_are_the_end(client: Any, server: Rogue, options: dict[str, Any]) -> None:
    server.script = [rogues.close, rogues.close]
    error = unavailable(lambda: client.request(path="/x", **options))
    assert (error.reason, error.sent, len(server.received)) == ("disconnected", True, 2)


@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize("options", [BARE, ONCE], ids=["bare", "once"])
def test_a_mutation_without_key_is_never_repeated_once_it_may_have_arrived(
    client: Any, server: Rogue, options: dict[str, Any], broken: rogues.Step
) -> None:
    server.script = [broken]
    error = unavailable(lambda: client.request(path="/x", **options))
    assert (error.reason, error.sent, len(server.received)) == ("disconnected", True, 1)


def test_an_error_status_is_an_answer_and_not_repeated(client: Any, server: Rogue) -> None:
    server.script = [answer(b"{}", 500)]
    assert client.get("/x").status == 500
    assert len(server.received) == 1


@pytest.mark.parametrize("options", [READ, BARE, KEYED, ONCE], ids=["read", "bare", "keyed", "once"])
def test_a_refused_connection_is_tried_twice_and_certainly_not_sent(
    connect: Callable[..., Any], options: dict[str, Any]
) -> None:
    signed: list[datetime] = []
    client = connect(now=lambda: signed.append(datetime.now(UTC)) or signed[-1])
    error = unavailable(lambda: client.request(path="/x", **options))
    assert (error.reason, error.sent, len(signed)) == ("unreachable", False, 2)


@pytest.mark.parametrize("options", [READ, BARE], ids=["read", "bare"])
def test_a_peer_that_comes_up_between_the_attempts_is_reached(
    connect: Callable[..., Any], server: Rogue, options: dict[str, Any]
) -> None:
    signed: list[datetime] = []

    def now() -> datetime:
        signed.append(datetime.now(UTC))
        if len(signed) == 2:
            server.listen()
        return signed[-1]

    assert connect(now=now).request(path="/x", **options).ok
    assert len(server.received) == 1


def test_a_call_that_was_sent_once_stays_sent(connect: Callable[..., Any], server: Rogue) -> None:
    server.listen()
    client = connect()

    def go_away(rogue: Rogue, connection: socket.socket) -> bool:
        rogue.socket.shutdown(socket.SHUT_RDWR)
        rogue.socket.close()
        rogue.listening = False
        return False

    server.script = [go_away]
    error = unavailable(lambda: client.post("/x", json={}, idempotency_key="k"))
    assert (error.reason, error.sent) == ("unreachable", True)


# Time


@pytest.mark.parametrize("options", [READ, BARE, KEYED], ids=["read", "bare", "keyed"])
def test_a_peer_that_hangs_costs_the_time_of_one_call(client: Any, server: Rogue, options: dict[str, Any]) -> None:
    server.script = [rogues.hang, rogues.hang]
    error = unavailable(lambda: client.request(path="/x", timeout=SHORT, **options))
    assert (error.reason, error.sent, len(server.received)) == ("timeout", True, 1)


def test_a_peer_that_answers_byte_by_byte_is_cut_at_the_total(client: Any, server: Rogue) -> None:
    server.script = [rogues.drip]
    error = unavailable(lambda: client.post("/x", timeout=SHORT, json={}))
    assert (error.reason, error.sent) == ("timeout", True)


def test_a_late_answer_never_reaches_the_next_call(client: Any, server: Rogue) -> None:
    server.script = [rogues.late, answer(b'{"mine":true}')]
    assert unavailable(lambda: client.get("/x", timeout=SHORT)).reason == "timeout"
    server.let_go.set()
    assert server.late_done.wait(rogues.WAIT_SECONDS)
    assert client.get("/x").json == {"mine": True}


def test_the_second_attempt_has_only_the_time_that_is_left(connect: Callable[..., Any], server: Rogue) -> None:
    server.listen()
    clock = Clock()

    def spend(rogue: Rogue, connection: socket.socket) -> bool:
        clock.seconds += 5
        return False

    server.script = [spend]
    error = unavailable(lambda: connect(clock=clock).get("/x"))
    assert (error.reason, len(server.received)) == ("disconnected", 1)


def test_each_attempt_is_given_the_connect_and_the_remaining_time(server: Rogue) -> None:
    clock = Clock()
    line = PeerClient("hydra", server.url, KEY, clock=clock).line
    with line.call("GET", "/x", {"timeout": 1.5}) as call:
        assert call.attempt().extensions["timeout"] == {"connect": 1.0, "pool": 1.0, "read": 1.5, "write": 1.5}
        clock.seconds += 0.75
        call.failed(httpx.ConnectTimeout(""))
        assert call.attempt().extensions["timeout"] == {"connect": 0.75, "pool": 0.75, "read": 0.75, "write": 0.75}
        clock.seconds += 0.75
        with pytest.raises(httpx.ReadTimeout):
            call.remaining()


# The circuit


def test_ten_failed_calls_open_the_circuit_and_one_probe_closes_it(connect: Callable[..., Any], server: Rogue) -> None:
    clock = Clock()
    client = connect(clock=clock)
    for _ in range(10):
        assert unavailable(lambda: client.get("/x")).reason == "unreachable"
    server.listen()
    refused = unavailable(lambda: client.get("/x"))
    assert (refused.reason, refused.sent, refused.retry_after_ms) == ("circuit_open", False, 5000)
    assert server.received == []
    clock.seconds += 5
    server.script = [rogues.close]
    assert unavailable(lambda: client.get("/x")).reason == "disconnected"
    assert len(server.received) == 1, "a probe is one attempt"
    assert unavailable(lambda: client.get("/x")).reason == "circuit_open"
    clock.seconds += 5
    assert client.get("/x").ok and client.get("/x").ok


def test_refusals_of_a_living_peer_never_open_the_circuit(client: Any, server: Rogue) -> None:
    server.script = [answer(b"{}", status) for status in (500, 503) for _ in range(10)]
    for _ in range(20):
        assert not client.get("/x").ok
    assert client.get("/x").ok


def test_our_own_mistakes_and_a_full_pool_are_no_failures_of_the_peer(server: Rogue) -> None:
    line = PeerClient("hydra", server.url, KEY).line
    for _ in range(20):
        with pytest.raises(httpx.LocalProtocolError), line.call("GET", "/x", {}) as call:
            call.attempt()
            call.failed(httpx.LocalProtocolError("ours"))
        with pytest.raises(PeerUnavailable) as raised, line.call("GET", "/x", {"repeatable": False}) as call:
            for _ in range(2):
                call.attempt()
                call.failed(httpx.PoolTimeout(""))
        assert (raised.value.reason, raised.value.sent) == ("saturated", False)
    with line.call("GET", "/x", {}) as call:
        assert isinstance(call, Call)


def test_a_cancelled_probe_leaves_the_next_call_to_probe(server: Rogue) -> None:
    server.listen()
    server.script = [rogues.hang]
    clock = Clock()

    async def scene() -> PeerAnswer:
        async with AsyncPeerClient("hydra", server.url, KEY, clock=clock) as client:
            for _ in range(10):
                permit = client.line.breaker.permit()
                assert permit is not None
                permit.failure()
            clock.seconds += 5
            probe = asyncio.create_task(client.get("/x"))
            while not server.received:
                await asyncio.sleep(0)
            probe.cancel()
            with pytest.raises(asyncio.CancelledError):
                await probe
            return await client.get("/x")

    assert asyncio.run(scene()).ok


def test_threads_share_one_client(server: Rogue) -> None:
    server.listen()
    answers: list[int] = []
    with PeerClient("hydra", server.url, KEY) as client:
        threads = [threading.Thread(target=lambda: answers.append(client.get("/x").status)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(rogues.WAIT_SECONDS)
    assert answers == [200] * 8
    nonces = Nonces()
    for index in range(8):
        verified(server, index, nonces)


# Reports


def test_every_call_is_counted_by_outcome_and_timed(client: Any, server: Rogue) -> None:
    server.script = [answer(), answer(b"{}", 404), answer(b"{}", 500), rogues.close]
    outcomes = ("ok", "refused", "error", "disconnected", "cancelled")
    before = {outcome: count(outcome) for outcome in outcomes}
    labels = {"plane": "runtime", "callee": "hydra"}
    timed = REGISTRY.get_sample_value("oa_internal_call_seconds_count", labels) or 0.0
    for _ in range(3):
        client.get("/x")
    unavailable(lambda: client.post("/x", json={}))
    after = {outcome: count(outcome) - before[outcome] for outcome in outcomes}
    assert after == {"ok": 1, "refused": 1, "error": 1, "disconnected": 1, "cancelled": 0}
    assert REGISTRY.get_sample_value("oa_internal_call_seconds_count", labels) == timed + 4


def test_an_unhandled_unavailability_is_the_catalogues_503() -> None:
    error = PeerUnavailable("hydra", "circuit_open", sent=False, retry_after_ms=5000)
    assert isinstance(error, Fault)
    assert (error.kind, error.retry_after_ms, error.details) == (DEPENDENCY_UNAVAILABLE, 5000, None)
    assert "hydra" in repr(error) and "circuit_open" in repr(error) and "hydra" not in error.message


def test_the_key_never_shows(client: Any) -> None:
    assert "not-a-secret" not in repr(client.line.key) + repr(client.line) + repr(client)


# The factory


class Config:
    oa_runtime_signing_key = "own-secret"
    oa_runtime_signing_key_id = "own-1"
    oa_runtime_signature_ttl_seconds = 45

    def base_url(self, process: str) -> str:
        return {"hydra": "http://127.0.0.1:8003", "aegis": "http://127.0.0.1:8004"}[process]


class Settings:
    OA = Config()

    class OA_PROCESS:
        plane = "runtime"


def test_the_factory_makes_one_client_per_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "settings", Settings())
    client_module.peer.cache_clear()
    try:
        hydra = client_module.peer("hydra")
        assert client_module.peer("hydra") is hydra is not client_module.peer("aegis")
        assert hydra.line.key == Key("own-1", "runtime", b"own-secret")
        assert (hydra.line.ttl_seconds, hydra.line.audience) == (45, "hydra")
        with pytest.raises(KeyError):
            client_module.peer("nobody")
        monkeypatch.setattr(Config, "oa_runtime_signing_key", "")
        client_module.peer.cache_clear()
        with pytest.raises(Exception, match="OA_RUNTIME_SIGNING_KEY"):
            client_module.peer("hydra")
    finally:
        client_module.peer.cache_clear()


def test_the_async_factory_makes_one_client_per_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    from openagents.peers import async_client

    monkeypatch.setattr(client_module, "settings", Settings())
    monkeypatch.setattr(async_client, "settings", Settings())

    async def both() -> tuple[AsyncPeerClient, AsyncPeerClient]:
        return async_client.async_peer("hydra"), async_client.async_peer("hydra")

    first, again = asyncio.run(both())
    other, _ = asyncio.run(both())
    assert first is again and first is not other
