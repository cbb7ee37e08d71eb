"""Reaching a node: over the executor's door in simulated mode, directly where it is LND."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from apps.lightning.gateways import node_doors, simulated_door
from apps.lightning.gateways.lnd.gateway import LndGateway
from apps.lightning.gateways.node_doors import NotConfigured
from apps.lightning.gateways.protocol import GatewayError, GatewayUnclear
from apps.lightning.gateways.simulated_door import SimulatedDoor
from openagents.peers.client import PeerClient, own_key

NODE = {
    "identityPubkey": "02" + "11" * 32, "balanceMsats": 5, "network": "regtest", "blockHeight": 101, "synced": True,
    "onchainConfirmedSats": 7, "onchainUnconfirmedSats": 1, "localMsats": 5, "remoteMsats": 6, "unsettledMsats": 0,
    "channels": [
        {"channelPoint": "a:0", "channelId": "9", "peerId": "03", "active": True, "capacitySats": 3, "localSats": 2,
         "remoteSats": 1}
    ],
    "pendingOpening": ["b:0"], "pendingClosing": [], "pendingForced": 0, "backup": "YmFja3Vw",
}  # fmt: skip


class Executor(ThreadingHTTPServer):
    """Answers whatever it is told to, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answer: tuple[int, Any] = (200, {"ok": True, "result": NODE})
        self.asked: list[tuple[str, str, Any]] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Executor

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.asked.append((self.command, self.path, json.loads(body) if body else None))
        status, answer = self.server.answer
        if status == 0:
            self.close_connection = True
            self.connection.close()
            return
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _serve


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch) -> Iterator[Executor]:
    server = Executor()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    client = PeerClient("lightning-executor", f"http://127.0.0.1:{server.server_port}", own_key())
    monkeypatch.setattr(simulated_door, "peer", lambda name: client)
    yield server
    client.close()
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_a_node_is_read_as_the_executor_shows_it(executor: Executor) -> None:
    door = SimulatedDoor("wallet")
    assert (door.info().identity_pubkey, door.info().block_height) == (NODE["identityPubkey"], 101)
    assert door.node_balances().onchain_confirmed_sats == 7
    assert [one.channel_point for one in door.channels()] == ["a:0"]
    assert (door.pending().opening, door.pending().forced) == (("b:0",), 0)
    assert door.backup() == b"backup"
    assert {(method, path) for method, path, _ in executor.asked} == {("GET", "/sim/node/wallet")}


def test_changes_go_out_as_the_door_takes_them(executor: Executor) -> None:
    door = SimulatedDoor("wallet")
    executor.answer = (200, {"ok": True, "result": {"fundingTxid": "ab", "outputIndex": 1}})
    assert door.open_channel("02", 5, 3, True, "oa-op:1").output_index == 1
    assert door.opened("oa-op:1 é") is not None
    executor.answer = (200, {"ok": True, "result": {}})
    assert door.opened("none") is None
    with pytest.raises(GatewayUnclear):
        door.open_channel("02", 5, None, False, "m")
    executor.answer = (200, {"ok": True, "result": {"txid": "cd", "done": True}})
    assert door.close_channel("a:0", True, 2) == "cd"
    door.update_policy("a:0", 1, 2, 40)
    door.connect_peer("02", "h:1")
    bodies = [body for method, _, body in executor.asked if method == "POST"]
    assert bodies == [
        {"peerId": "02", "amountSats": 5, "private": True, "memo": "oa-op:1", "satPerVbyte": 3},
        {"peerId": "02", "amountSats": 5, "private": False, "memo": "m"},
        {"channelPoint": "a:0", "force": True, "satPerVbyte": 2},
        {"channelPoint": "a:0", "baseFeeMsat": 1, "feeRatePpm": 2, "timeLockDelta": 40},
        {"peerId": "02", "host": "h:1"},
    ]


REFUSED = {"ok": False, "error": {"code": "send_failed", "message": "no", "details": {"reason": "not connected"}}}


@pytest.mark.parametrize(
    ("status", "answer", "error", "words"),
    [
        (502, REFUSED, GatewayError, "not connected"),
        (403, {"ok": False, "error": {"code": "forbidden_scope", "message": "no"}}, GatewayError, "no"),
        (500, {"ok": False, "error": {"code": "internal", "message": "no"}}, GatewayUnclear, "500"),
        (504, {}, GatewayUnclear, "504"),
        (502, {"other": 1}, GatewayUnclear, "502"),
        (0, None, GatewayUnclear, "disconnected"),
    ],
)
def test_a_change_is_refused_or_unclear(
    executor: Executor, status: int, answer: Any, error: type[Exception], words: str
) -> None:
    executor.answer = (status, answer)
    with pytest.raises(error, match=words):
        SimulatedDoor("wallet").connect_peer("02", "h:1")


@pytest.mark.parametrize(
    ("status", "answer"), [(502, REFUSED), (500, {}), (0, None), (200, {"ok": True}), (200, {"ok": True, "result": {}})]
)
def test_a_read_that_fails_is_one_error(executor: Executor, status: int, answer: Any) -> None:
    executor.answer = (status, answer)
    with pytest.raises(GatewayError):
        SimulatedDoor("wallet").info()


def test_an_executor_that_is_not_there_was_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    client = PeerClient("lightning-executor", "http://127.0.0.1:9", own_key())
    monkeypatch.setattr(simulated_door, "peer", lambda name: client)
    with pytest.raises(GatewayError):
        SimulatedDoor("wallet").connect_peer("02", "h:1")


def test_an_lnd_node_is_reached_with_the_secrets_its_row_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from apps.lightning.tests.executor.lnd_double import certificate

    (tmp_path / "tls.cert").write_bytes(certificate()[0])
    monkeypatch.setenv("NODE_MACAROON", "0201ff")
    references = {"macaroon": "env:NODE_MACAROON", "tls_cert": f"file:{tmp_path}/tls.cert"}
    door = node_doors.build("lnd", "n", "https://lnd.test:8080", references, 5)
    assert isinstance(door, LndGateway)
    assert door.macaroon_hex == "0201ff"


@pytest.mark.parametrize(
    ("endpoint", "references"),
    [
        ("http://lnd.test", {}),
        ("https://lnd.test", {}),
        ("https://lnd.test", {"tls_cert": "env:NOT_SET", "macaroon": "env:NOT_SET"}),
        ("https://lnd.test", {"tls_cert": "file:/nowhere"}),
    ],
)
def test_a_row_that_is_not_enough_is_refused(endpoint: str, references: dict[str, str]) -> None:
    with pytest.raises(NotConfigured):
        node_doors.build("lnd", "n", endpoint, references, 5)


def test_other_backends_have_the_node_of_their_name() -> None:
    assert isinstance(node_doors.build("simulated", "wallet", "", {}, 5), SimulatedDoor)
