"""The writer's lock and thread, the pause that control decides, and the smoke test on the simulated network."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from apps.lightning.gateways import control_pause
from apps.lightning.services.executor import node, smoke
from apps.lightning.services.executor.writer import Chore, Writer
from apps.lightning.tests.executor import networks
from apps.lightning.tests.executor.scripted import Scripted
from openagents.peers.calls import PeerAnswer, PeerUnavailable
from openagents.wire.faults import Fault


def test_one_writer_at_a_time(wallet_id: str, leases: Any) -> None:
    one, other = Writer(), Writer()
    assert one.acquire() and one.acquire() and not other.acquire()
    one.release()
    assert other.acquire() and other.check()
    assert other._held is not None
    other._held.close()  # the database went away
    assert not other.check() and not other.active
    assert one.acquire()
    one.release()
    assert leases("writer") == {"acquired": 3, "expired": 1}


def test_the_thread_does_its_chores_and_survives_them(wallet_id: str) -> None:
    done, failed = threading.Event(), threading.Event()

    def explode() -> None:
        failed.set()
        raise RuntimeError("a chore that fails")

    writer = Writer()
    writer.start(lambda: [Chore("explodes", 0, explode), Chore("works", 0, done.set)])
    try:
        assert failed.wait(10) and done.wait(10)
        done.clear()
        assert done.wait(10) and writer.active
    finally:
        writer.stop()
    assert not writer.active


class Control:
    """Stands for the client of control."""

    def __init__(self) -> None:
        self.body: bytes | None = b'{"ok":true,"global":{"stateId":"global","globalPause":false}}'
        self.asked = 0

    def get(self, path: str) -> PeerAnswer:
        self.asked += 1
        assert path == "/internal/v1/control/security-state"
        if self.body is None:
            raise PeerUnavailable("control", "unreachable", sent=False)
        return PeerAnswer("control", 200, {}, self.body)


@pytest.fixture
def control(monkeypatch: pytest.MonkeyPatch, configure: Any) -> Control:
    double = Control()
    monkeypatch.setattr(control_pause, "peer", lambda name: double)
    monkeypatch.setattr(control_pause, "FRESH_SECONDS", 0.0)
    configure(oa_lightning_follow_global_pause=True)
    control_pause.forget()
    return double


def test_control_pauses_what_goes_out(control: Control, pay: Any, gateway: Scripted) -> None:
    assert pay("req-1", gateway.invoice("1")).status_code == 200
    for spelling in ('"globalPause":true', '"global_pause":true'):
        control.body = f'{{"global":{{{spelling}}}}}'.encode()
        error = pay("req-2", gateway.invoice("2")).json()["error"]
        assert (error["code"], error["details"]["reason"]) == ("wallet_paused", "global_pause_active")


def test_control_away_is_believed_for_a_minute(
    control: Control, wallet_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert control_pause.active() is False
    control.body = None
    assert control_pause.active() is False
    now = time.monotonic()
    monkeypatch.setattr(control_pause.time, "monotonic", lambda: now + 61)
    assert control_pause.active() is True
    control.body = b'{"global":null}'
    assert control_pause.active() is True
    control.body = b'{"global":{"globalPause":false}}'
    assert control_pause.active() is False


def test_who_does_not_follow_does_not_ask(control: Control, configure: Any) -> None:
    configure(oa_lightning_follow_global_pause=False)
    assert control_pause.active() is False and control.asked == 0


def test_the_smoke_test(wallet_id: str) -> None:
    network = networks.make_network()
    with node.use(networks.gateway(network)):
        found = smoke.run(21_000)
        assert found["ok"] is True and all(found["checks"].values())
        with pytest.raises(Fault):
            smoke.run(10**9)
    networks.assert_conserved(network)
