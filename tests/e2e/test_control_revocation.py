"""A revoked device is refused everywhere: at once where control is asked, within five seconds where Khala listens.

The bound is khala 7 and operations 9 (eviction p99 at most 5 s); what was measured is printed. Two hundred revocations
under load are the bench's; here the conditions are what counts.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from openagents.receipts.ids import new_id
from openagents.sdk.khala import frames
from openagents.sync.v1 import sync_pb2 as pb
from tests.e2e.control_front import Device, Front
from tests.judging import run_topic
from tests.system import System, until

EVICTED_SECONDS_MAX = 5.0
DEVICES = 15
"""As many sockets as one address may open at once at Khala (burst 20)."""
REAUTHENTICATE = 4401


@pytest.fixture(scope="module")
def front(base_system: System) -> Iterator[Front]:
    base_system.up("control", "runtime", "khala")
    base_system["control"].restart(OA_TRUSTED_PROXIES="127.0.0.1/32")
    yield Front(base_system)
    base_system["control"].stop()  # the next test finds it as it was


class Listener:
    """One open socket, watched in a thread until it is closed."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.closed_at = 0.0
        self.code = 0
        self.last_words: list[tuple[str, str]] = []
        """(topic, code) of the error frames."""
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        try:
            while True:
                raw = self.socket.recv()
                if isinstance(raw, bytes) and isinstance(frame := frames.decode(raw), frames.Failure):
                    self.last_words.append((pb.KhalaFrame.FromString(raw).topic, frame.code))
        except ConnectionClosed as closed:
            self.code = closed.rcvd.code if closed.rcvd else 1006
            self.closed_at = time.monotonic()


@dataclass
class Scene:
    """A device with everything it can hold, and another device of the same user that ends it."""

    victim: Device
    keeper: Device
    run_id: str
    token: str
    listener: Listener


def scene(front: Front) -> Scene:
    victim = front.sign_in(f"{new_id('gina')}@example.com")
    keeper = front.sign_in(victim.email)
    run_id = str(victim.done("POST", "/api/runtime/runs", {"metadata": {"title": "revocation"}})["run"]["id"])
    token = victim.sync_token(run_topic(run_id), "runtime.run_events")
    return Scene(victim, keeper, run_id, token, Listener(front.listen(token, run_topic(run_id))))


def by_device(held: Scene) -> None:
    held.keeper.done("POST", "/api/auth/devices/revoke", {"device_id": held.victim.device_id, "block": True})


def by_session(held: Scene) -> None:
    held.keeper.done("POST", "/api/auth/sessions/revoke", {"session_id": held.victim.session_id})


def by_logout(held: Scene) -> None:
    held.victim.done("POST", "/api/auth/logout")


def reads(held: Scene) -> list[tuple[str, str, Any]]:
    """Every kind of route a session opens."""
    return [
        ("GET", "/api/auth/session", None),
        ("GET", "/api/auth/devices", None),
        ("GET", "/api/me", None),
        ("GET", "/api/orgs/memberships", None),
        ("GET", "/api/tokens", None),
        ("GET", "/api/integrations", None),
        ("GET", "/api/v1/control/status", None),
        ("POST", "/api/policy/authorize", {}),
        ("POST", "/api/sync/token", {}),
        ("POST", "/api/v1/sync/token", {}),
        ("POST", "/api/khala/token", {}),
        ("POST", "/api/tokens", {"name": "late"}),
        ("GET", "/api/runtime/runs", None),
        ("GET", f"/api/runtime/runs/{held.run_id}", None),
        ("POST", f"/api/runtime/runs/{held.run_id}/events", {"event_type": "text.delta", "payload": {"text": "late"}}),
        ("GET", "/api/runtime/threads", None),
        ("GET", "/api/runtime/codex/workers", None),
        ("GET", "/api/runtime/treasury/intents", None),
        ("GET", "/api/runtime/marketplace/catalog/job-types", None),
    ]


def assert_refused_by_control(front: Front, held: Scene) -> None:
    """At once: the answer to the revocation has come, so its commit is behind us."""
    for method, path, body in reads(held):
        answer = held.victim.ask(method, path, body)
        assert (answer.status_code, answer.json()["error"]["reason"]) == (401, "session_revoked"), path
    refreshed = held.victim.ask(
        "POST", "/api/auth/refresh", {"refresh_token": held.victim.refresh, "device_id": held.victim.device_id}
    )
    assert (refreshed.status_code, refreshed.json()["error"]["reason"]) == (401, "refresh_token_reused")
    for question in ({"session_id": held.victim.session_id}, {"access_token": held.victim.access}):
        data = front.as_peer("runtime", "POST", "/internal/v1/control/sessions/introspect", question).json()["data"]
        assert data["active"] is False, question
    item = {
        "session_id": held.victim.session_id,
        "device_id": held.victim.device_id,
        "user_id": held.victim.user_id,
        "org_id": f"user:{held.victim.user_id}",
    }
    answer = front.as_peer("khala", "POST", "/internal/v1/control/sync/introspect", {"items": [item]})
    assert answer.json()["data"]["items"][0]["active"] is False


def assert_refused_by_khala(front: Front, held: Scene) -> None:
    with pytest.raises(InvalidStatus) as refused:
        front.listen(held.token, run_topic(held.run_id)).close()
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("revoke", [by_device, by_session, by_logout])
def test_a_revoked_device_is_refused_everywhere(front: Front, revoke: Callable[[Scene], None]) -> None:
    held = scene(front)
    asked = time.monotonic()
    revoke(held)
    assert_refused_by_control(front, held)
    until(lambda: held.listener.closed_at, EVICTED_SECONDS_MAX, "the socket was closed")
    assert held.listener.code == REAUTHENTICATE
    assert held.listener.last_words[-1:] == [("sync.auth", "reauth_required")]
    assert held.listener.closed_at - asked < EVICTED_SECONDS_MAX
    assert_refused_by_khala(front, held)
    if revoke is not by_logout:
        assert held.keeper.ask("GET", "/api/auth/session").status_code == 200, "the other device goes on"


def test_the_time_until_the_sockets_are_closed(front: Front, capsys: pytest.CaptureFixture[str]) -> None:
    scenes = [scene(front) for _ in range(DEVICES)]
    taken = []
    for held in scenes:
        asked = time.monotonic()
        by_device(held)
        until(lambda held=held: held.listener.closed_at, EVICTED_SECONDS_MAX, "the socket was closed")
        taken.append(held.listener.closed_at - asked)
        assert held.victim.ask("GET", "/api/auth/session").status_code == 401
    taken.sort()
    p50, p99 = taken[len(taken) // 2], taken[-1]
    with capsys.disabled():
        sys.stdout.write(
            f"\nrevocation to closed socket, {DEVICES} devices: p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms\n"
        )
    assert p99 < EVICTED_SECONDS_MAX


def test_a_push_that_is_lost_is_caught_up(front: Front) -> None:
    """Khala is away while the device is revoked: when it is back, what it did not hear still holds."""
    held = scene(front)
    front.system["khala"].kill9()
    revoked = held.keeper.ask("POST", "/api/auth/devices/revoke", {"device_id": held.victim.device_id})
    assert revoked.json()["propagation"] == "pending"
    assert_refused_by_control(front, held)
    front.system["khala"].restart()

    def refused() -> bool:
        try:
            front.listen(held.token, run_topic(held.run_id)).close()
        except InvalidStatus as error:
            return error.response.status_code == 401
        except (AssertionError, OSError):
            return False
        return False

    until(refused, 35, "Khala has read the feed")


def test_a_revoked_personal_token_is_refused_everywhere(front: Front) -> None:
    owner = front.sign_in(f"{new_id('hugo')}@example.com")
    run_id = str(owner.done("POST", "/api/runtime/runs", {})["run"]["id"])
    made = owner.done("POST", "/api/tokens", {"name": "program"})["token"]
    with front.client() as http:
        http.headers["authorization"] = f"Bearer {made}"
        topic = run_topic(run_id)
        minted = http.post("/api/sync/token", json={"topics": [topic], "scopes": ["runtime.run_events"]}).json()
        listener = Listener(front.listen(minted["data"]["token"], topic))
        assert http.delete("/api/tokens/current").status_code == 200
        for path in ("/api/me", "/api/tokens", "/api/runtime/runs", f"/api/runtime/runs/{run_id}"):
            answer = http.get(path)
            assert (answer.status_code, answer.json()["error"]["reason"]) == (401, "pat_revoked"), path
        data = front.as_peer(
            "aegis", "POST", "/internal/v1/control/sessions/introspect", {"access_token": made}
        ).json()["data"]
        assert (data["active"], data["reason"]) == (False, "pat_revoked")
        until(lambda: listener.closed_at, EVICTED_SECONDS_MAX, "the socket was closed")
        assert listener.code == REAUTHENTICATE
