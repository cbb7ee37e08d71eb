"""Control's adapters against the real runtime: the bounded event stream, and the mail provider's webhook."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from openagents.embedded.testbed import TESTBED
from openagents.receipts.ids import new_id
from tests.e2e.control_front import MAIL_SECRET, Device, Front
from tests.runtime_api import RuntimeApi
from tests.system import System, until

SSE = {"accept": "text/event-stream"}
MAIL = "/api/webhooks/mail/resend"


@pytest.fixture(scope="module")
def front(base_system: System) -> Iterator[Front]:
    base_system.up("control", "runtime", "khala")
    base_system["control"].restart(
        OA_MAIL_WEBHOOK_SECRETS=f"resend={MAIL_SECRET}",
        OA_TRUSTED_PROXIES="127.0.0.1/32",
        OA_COMPAT_SSE_STREAMS_MAX="8",
    )
    yield Front(base_system)
    base_system["control"].stop()  # the next test finds it as it was


@pytest.fixture
def erin(front: Front) -> Device:
    return front.sign_in(f"{new_id('erin')}@example.com")


def events_of(content: bytes) -> list[tuple[int, dict[str, Any]]]:
    """(id, data) of the event frames; whatever else there is must be a comment or the end."""
    found = []
    for frame in content.decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.splitlines() if line and not line.startswith(":"))
        if "id" in fields:
            found.append((int(fields["id"]), json.loads(fields["data"])))
        elif fields:
            assert fields == {"data": "[DONE]"}, frame
    return found


class Reader:
    """Reads one stream in a thread, to its end."""

    def __init__(self, device: Device, path: str, **headers: str) -> None:
        self.content = b""
        self.status = 0
        self.headers: httpx.Headers | None = None
        self.seconds = 0.0
        self._thread = threading.Thread(target=self._read, args=[device, path, {**SSE, **headers}])
        self._thread.start()

    def _read(self, device: Device, path: str, headers: dict[str, str]) -> None:
        started = time.monotonic()
        with device.http.stream("GET", path, headers=headers, timeout=60) as answer:
            self.status, self.headers = answer.status_code, answer.headers
            for chunk in answer.iter_raw():
                self.content += chunk
        self.seconds = time.monotonic() - started

    def shows(self, event_type: str) -> None:
        until(
            lambda: event_type.encode() in self.content, 15, f"{event_type} is in the stream", lambda: str(self.content)
        )

    def ends(self) -> bytes:
        self._thread.join(60)
        assert not self._thread.is_alive()
        return self.content


def worker_with_a_run(device: Device) -> tuple[str, str]:
    worker_id = f"desktopw:{new_id('w')}"
    assert device.ask("POST", "/api/runtime/codex/workers", {"worker_id": worker_id}).status_code == 202
    run = device.done("POST", "/api/runtime/runs", {"worker_id": worker_id, "metadata": {"title": "streams"}})["run"]
    return worker_id, str(run["id"])


def tell(device: Device, worker_id: str, number: int) -> int:
    body = {"event": {"event_type": "worker.event", "payload": {"method": f"turn/part-{number}", "n": number}}}
    answer = device.ask("POST", f"/api/runtime/codex/workers/{worker_id}/events", body)
    assert answer.status_code == 202, answer.text
    return int(answer.json()["data"]["seq"])


def test_a_stream_replays_tails_and_is_resumed(front: Front, erin: Device) -> None:
    worker_id, run_id = worker_with_a_run(erin)
    path = f"/api/runtime/codex/workers/{worker_id}/stream"
    before = [tell(erin, worker_id, number) for number in range(3)]
    reader = Reader(erin, f"{path}?cursor=0&tail_ms=3000")
    reader.shows("turn/part-2")
    during = [tell(erin, worker_id, number) for number in range(3, 6)]
    reader.shows("turn/part-5")
    content = reader.ends()
    assert reader.status == 200 and content.endswith(b"data: [DONE]\n\n")
    assert reader.headers is not None
    assert reader.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert reader.headers["x-accel-buffering"] == "no"
    assert 2.0 <= reader.seconds < 15, "it ends by its tail, not by its reader"
    seen = events_of(content)
    numbers = [seq for seq, _ in seen]
    assert numbers == sorted(set(numbers)) and set(before + during) <= set(numbers)
    assert [row["payload"]["n"] for _, row in seen if "n" in row["payload"]] == list(range(6)), "payloads unchanged"
    after = tell(erin, worker_id, 6)
    again = events_of(Reader(erin, f"{path}?tail_ms=200", **{"last-event-id": str(during[-1])}).ends())
    assert [seq for seq, _ in again] == [after], "each once, from where the reader was"
    shown = erin.done("GET", f"{path}?cursor={during[-1]}")
    assert [row["seq"] for row in shown["events"]] == [after]
    log = erin.done("GET", f"/api/runtime/runs/{run_id}/events")
    assert log["events"][0]["event_type"] == "run.started"


def test_an_executor_reads_the_frames_of_its_run(base_system: System, front: Front, erin: Device) -> None:
    _, run_id = worker_with_a_run(erin)
    sender = RuntimeApi(base_system["runtime"].url, TESTBED.credentials, erin.user_id)
    for number in range(2):
        sender.call("POST", f"/runs/{run_id}/frames", {"frame_id": f"f{number}", "type": "t", "payload": {"n": number}})
    sender.close()
    path = f"/api/runtime/runs/{run_id}/frames"
    first = erin.done("GET", f"{path}?limit=1")
    assert [frame["payload"] for frame in first["frames"]] == [{"n": 0}]
    rest = erin.done("GET", f"{path}?after_seq={first['next_after_seq']}")
    assert [frame["payload"] for frame in rest["frames"]] == [{"n": 1}] and rest["next_after_seq"] is None
    used = {"event_type": "run.frame_consumed", "payload": {"frame_id": "f0", "frame_type": "t"}}
    erin.done("POST", f"/api/runtime/runs/{run_id}/events", used)
    assert [frame["frame_id"] for frame in erin.done("GET", f"{path}?state=pending")["frames"]] == ["f1"]
    stranger = front.sign_in(f"{new_id('frank')}@example.com")
    assert stranger.ask("GET", path).status_code in (403, 404)


def test_a_turn_that_a_client_asks_for_is_seen_in_the_stream(front: Front, erin: Device) -> None:
    worker_id, _ = worker_with_a_run(erin)
    reader = Reader(erin, f"/api/runtime/codex/workers/{worker_id}/stream?cursor=0&tail_ms=4000")
    request = {"request_id": new_id("req"), "method": "thread/start", "params": {"text": "hello"}}
    answer = erin.ask("POST", f"/api/runtime/codex/workers/{worker_id}/requests", {"request": request})
    assert answer.status_code in (200, 202), answer.text
    reader.shows(str(request["request_id"]))
    types = [row["event_type"] for _, row in events_of(reader.ends())]
    assert "worker.response" in types


def test_a_strangers_stream_is_refused_before_its_first_byte(front: Front, erin: Device) -> None:
    worker_id, _ = worker_with_a_run(erin)
    frank = front.sign_in(f"{new_id('frank')}@example.com")
    path = f"/api/runtime/codex/workers/{worker_id}/stream"
    for headers in (SSE, {}):
        assert frank.ask("GET", path, **headers).status_code == 403
    assert frank.ask("GET", path.replace(worker_id, "desktopw:nobody"), **SSE).status_code == 404


def test_a_revoked_session_is_told_so_in_its_stream(front: Front, erin: Device) -> None:
    worker_id, _ = worker_with_a_run(erin)
    keeper = front.sign_in(erin.email)
    reader = Reader(erin, f"/api/runtime/codex/workers/{worker_id}/stream?cursor=0&tail_ms=60000")
    tell(erin, worker_id, 0)
    reader.shows("turn/part-0")
    revoked = time.monotonic()
    keeper.done("POST", "/api/auth/devices/revoke", {"device_id": erin.device_id})
    until(lambda: b"event: error" in reader.content, 15, "the reader was told", lambda: str(reader.content))
    assert time.monotonic() - revoked < 12, "checked every ten seconds"
    content = reader.ends()
    assert b'"code":"unauthorized"' in content and b'"reauthRequired":true' in content
    assert content.endswith(b"data: [DONE]\n\n")


def deliver(front: Front, event_id: str, body: dict[str, Any], secret: str = MAIL_SECRET) -> httpx.Response:
    raw, stamp = json.dumps(body).encode(), str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"{event_id}.{stamp}.".encode() + raw, "sha256")).decode()
    headers = {
        "content-type": "application/json",
        "svix-id": event_id,
        "svix-timestamp": stamp,
        "svix-signature": f"v1,{signature}",
    }
    with front.client() as http:
        return http.post(MAIL, content=raw, headers=headers)


def mail_event(message_id: str, kind: str = "email.bounced") -> dict[str, Any]:
    data: dict[str, Any] = {"email_id": message_id, "to": ["reader@example.com"], "bounce": {"message": "no such box"}}
    return {"type": kind, "created_at": "2026-02-25T06:13:20Z", "data": data}


def test_a_bounce_is_kept_by_the_runtime_once(front: Front, runtime_database: psycopg.Connection[Any]) -> None:
    event_id, message_id = new_id("msg"), new_id("em")
    first = deliver(front, event_id, mail_event(message_id))
    assert first.status_code == 200, first.text
    assert first.json()["data"] == {
        "event_id": event_id,
        "status": "accepted",
        "delivery_state": "bounced",
        "idempotent_replay": False,
    }
    again = deliver(front, event_id, mail_event(message_id))
    assert (again.status_code, again.json()["data"]["idempotent_replay"]) == (200, True)
    other = deliver(front, event_id, mail_event(new_id("em")))
    assert (other.status_code, other.json()["error"]["code"]) == (409, "conflict")
    rows = runtime_database.execute(
        "SELECT provider, state, message_id, reason, recipient_masked FROM comms_delivery_event WHERE event_id = %s",
        [event_id],
    ).fetchall()
    assert [row[:4] for row in rows] == [("resend", "bounced", message_id, "no such box")]
    assert "reader" not in rows[0][4]


def test_what_is_not_signed_or_not_meant_never_reaches_the_runtime(
    front: Front, runtime_database: psycopg.Connection[Any]
) -> None:
    forged, ignored = new_id("msg"), new_id("msg")
    wrong = "whsec_" + base64.b64encode(b"a-secret-of-somebody-else").decode()
    assert deliver(front, forged, mail_event("em"), wrong).status_code == 401
    answer = deliver(front, ignored, mail_event("em", "email.opened"))
    assert (answer.status_code, answer.json()["data"]["status"]) == (200, "ignored")
    rows = runtime_database.execute(
        "SELECT 1 FROM comms_delivery_event WHERE event_id = ANY(%s)", [[forged, ignored]]
    ).fetchall()
    assert rows == []


def test_while_the_runtime_is_away_the_provider_is_asked_to_repeat(
    front: Front, runtime_database: psycopg.Connection[Any]
) -> None:
    event_id, body = new_id("msg"), mail_event(new_id("em"), "email.delivered")
    front.system["runtime"].kill9()
    refused = deliver(front, event_id, body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "service_unavailable")
    front.system["runtime"].restart()
    until(lambda: deliver(front, event_id, body).status_code == 200, 20, "the repeat was taken")
    rows = runtime_database.execute("SELECT state FROM comms_delivery_event WHERE event_id = %s", [event_id]).fetchall()
    assert rows == [("delivered",)]
