"""Lanes P and T over a real server and the real journal."""

from __future__ import annotations

import time
from typing import Any

import httpx
import jwt
import orjson
import psycopg
import pytest
from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from apps.khala.domain.handshake import without_token
from apps.khala.models import AuditRow, RecoveryGrantRow
from apps.khala.tests.conftest import JournalTopic, Serving, User, signed, until
from openagents.receipts.ids import new_id

PATHS = ("/sync/socket/websocket", "/socket/websocket")


def khala_token(user: User, **claims: Any) -> str:
    """A token of the desktop's family; without organisation and session: reduced."""
    now = int(time.time())
    family = settings.OA
    kid, secret = family.oa_khala_token_keys.split(",")[0].split("=", 1)
    body = {
        "iss": family.oa_khala_token_issuer,
        "aud": family.oa_khala_token_audience,
        "sub": f"user:{user.user_id}",
        "iat": now,
        "exp": now + 300,
        "jti": new_id("khala"),
        "oa_claims_version": "oa_khala_claims_v1",
        "oa_user_id": user.user_id,
        "scope": ["runtime.codex_worker_events"],
    }
    return jwt.encode(body | claims, secret, "HS256", headers={"kid": kid})


class Desktop:
    """The unmodified desktop: one channel, `{}` as join."""

    def __init__(self, serving: Serving, token: str, path: str = PATHS[0]) -> None:
        url = f"ws://127.0.0.1:{serving.port}{path}?token={token}&vsn=2.0.0"
        self.socket: ClientConnection = connect(url, compression=None).__enter__()
        self.ref = 0

    def push(self, event: str, payload: Any) -> dict[str, Any]:
        """The reply; what is pushed meanwhile is kept out of the way."""
        self.ref += 1
        join_ref = None if event == "phx_join" else "1"
        self.socket.send(orjson.dumps([join_ref, str(self.ref), "sync:v1", event, payload]).decode())
        while (frame := self.frame())[1] != str(self.ref):
            pass
        return dict(frame[4])

    def frame(self) -> list[Any]:
        return list(orjson.loads(self.socket.recv(10)))

    def updates(self, count: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while len(found) < count:
            frame = self.frame()
            if frame[3] == "sync:update_batch":
                found += frame[4]["updates"]
        return found


@pytest.mark.parametrize("path", PATHS)
def test_a_channel_replays_and_goes_live(serving: Serving, user: User, run_topic: JournalTopic, path: str) -> None:
    run_topic.append({"n": 1}, {"n": 2}, {"n": 3})
    client = Desktop(serving, user.token(), path)
    assert client.push("phx_join", {})["status"] == "ok"
    reply = client.push("sync:subscribe", {"topics": [run_topic.name], "resume_after": {run_topic.name: 1}})
    assert reply["response"]["replay"][0]["mode"] == "resume"
    assert [update["watermark"] for update in client.updates(2)] == [2, 3]
    run_topic.append({"live": True})
    [live] = client.updates(1)
    assert (live["watermark"], live["payload"]) == (4, {"live": True})
    client.socket.close()


def test_the_desktop_sees_its_workers_through_the_view(
    serving: Serving, user: User, journal_writer: psycopg.Connection[Any]
) -> None:
    worker_id = new_id("worker")
    topic = JournalTopic(journal_writer, f"worker:{worker_id}:events", user)
    topic.set(topic_class="codex_worker_events")
    topic.append({"n": 1}, {"n": 2})
    theirs = JournalTopic(journal_writer, f"worker:{new_id('worker')}:events", "user:somebody-else")
    theirs.set(topic_class="codex_worker_events")
    theirs.append({"secret": True})
    client = Desktop(serving, khala_token(user))
    view = "runtime.codex_worker_events"
    assert client.push("phx_join", {})["response"]["allowed_topics"] == [view]
    client.push("sync:subscribe", {"topics": [view], "resume_after": {view: 1}})
    [update] = client.updates(1)
    assert (update["topic"], update["payload"]["workerId"], update["payload"]["seq"]) == (view, worker_id, 2)
    late = JournalTopic(journal_writer, f"worker:{worker_id}-2:events", user)
    late.set(topic_class="codex_worker_events")
    late.append({"n": 1})
    fleet = JournalTopic(journal_writer, f"fleet:user:{user.user_id}:workers", user)
    fleet.append({"worker": "registered"})
    [update] = client.updates(1)
    assert update["payload"]["workerId"] == f"{worker_id}-2"
    client.socket.close()


def test_a_stale_desktop_starts_over_with_zero_even_on_another_connection(
    serving: Serving, user: User, run_topic: JournalTopic
) -> None:
    run_topic.append(*({"n": number} for number in range(6)))
    run_topic.set(floor_seq=4, floor_chain=run_topic.chains[4])
    first = Desktop(serving, user.token())
    first.push("phx_join", {})
    ask = {"topics": [run_topic.name], "resume_after": {run_topic.name: 2}}
    assert first.push("sync:subscribe", ask)["response"]["code"] == "stale_cursor"
    until(lambda: RecoveryGrantRow.objects.filter(topic=run_topic.name).exists())
    first.socket.close()
    ask["resume_after"] = {run_topic.name: 0}
    for starts in (3, 2):
        client = Desktop(serving, user.token())
        client.push("phx_join", {})
        for _ in range(starts):
            reply = client.push("sync:subscribe", ask)
            assert reply["response"]["replay"][0]["effective_resume_after"] == 4
            assert [update["watermark"] for update in client.updates(2)] == [5, 6]
    reply = client.push("sync:subscribe", ask)
    assert reply["response"]["code"] == "rate_limited" and 500_000 < reply["response"]["retry_after_ms"] <= 600_000


def test_a_revoked_channel_is_told_and_closed(serving: Serving, user: User) -> None:
    client = Desktop(serving, user.token())
    client.push("phx_join", {})
    raw = orjson.dumps({"session_ids": [user.session_id]})
    assert signed(serving, "control", "POST", "/internal/v1/sync/sessions/revoke", raw).status_code == 200
    frame = client.frame()
    assert (frame[3], frame[4]["code"]) == ("sync:error", "reauth_required")
    with pytest.raises(ConnectionClosed) as closed:
        client.socket.recv(10)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401


@pytest.mark.parametrize(
    ("query", "status", "reason"),
    [
        ("vsn=2.0.0", 401, "missing_authorization"),
        ("vsn=2.0.0&token=x.y.z", 401, "invalid_token"),
        ("token=x.y.z", 400, "unsupported_vsn"),
        ("vsn=1.0.0&token=x.y.z", 400, "unsupported_vsn"),
    ],
)
def test_a_channel_that_is_not_let_in_is_told_why(serving: Serving, query: str, status: int, reason: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{serving.port}{PATHS[0]}?{query}")
    answer = refused.value.response
    assert (answer.status_code, orjson.loads(answer.body)["reason_code"]) == (status, reason)


def test_two_different_tokens_are_one_too_many(serving: Serving, user: User) -> None:
    url = f"http://127.0.0.1:{serving.port}{PATHS[0]}?vsn=2.0.0&token={user.token()}"
    answer = httpx.get(url, headers={"Authorization": f"Bearer {user.token()}"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_without_upgrade_a_channel_is_told_that_all_is_well(serving: Serving, user: User) -> None:
    answer = httpx.get(f"{serving.http}{PATHS[0]}", params={"vsn": "2.0.0", "token": user.token()})
    assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")


@pytest.mark.parametrize(
    ("query", "logged"),
    [
        (b"token=secret&vsn=2.0.0", b"token=&vsn=2.0.0"),
        (b"vsn=2.0.0&token=secret", b"vsn=2.0.0&token="),
        (b"%74oken=secret", b"token="),
        (b"a=token&b", b"a=token&b"),
        (b"", b""),
    ],
)
def test_the_token_in_a_query_is_not_logged(query: bytes, logged: bytes) -> None:
    assert without_token(query) == logged


# Lane T


def topic_url(serving: Serving, name: str, query: str = "") -> str:
    return f"ws://127.0.0.1:{serving.port}/internal/v1/khala/topics/{name.replace(':', '%3A')}/ws?{query}"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_topic_socket_says_hello_replays_and_goes_live(serving: Serving, user: User, run_topic: JournalTopic) -> None:
    run_topic.append({"n": 1}, {"n": 2})
    url = topic_url(serving, run_topic.name, "after_seq=1&limit=5")
    with connect(url, additional_headers=bearer(user.token())) as socket:
        hello = orjson.loads(socket.recv(10))
        assert (hello["type"], hello["topic"], hello["after_seq"], hello["limit"]) == ("hello", run_topic.name, 1, 5)
        assert orjson.loads(socket.recv(10))["message"]["sequence"] == 2
        run_topic.append({"live": True})
        assert orjson.loads(socket.recv(10))["message"]["payload"] == {"live": True}


@pytest.mark.parametrize(
    ("name", "query", "status", "reason"),
    [
        ("run:no-such-run:events", "", 403, "owner_mismatch"),
        ("nonsense", "", 403, "forbidden_topic"),
        ("runtime.codex_worker_events", "", 403, "forbidden_topic"),
        ("run:r:events", "after_seq=-1", 400, "invalid_cursor"),
        ("run:r:events", "limit=x", 400, "invalid_cursor"),
    ],
)
def test_a_topic_socket_is_denied_before_it_opens(
    serving: Serving, user: User, name: str, query: str, status: int, reason: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(topic_url(serving, name, query), additional_headers=bearer(user.token()))
    answer = refused.value.response
    assert (answer.status_code, orjson.loads(answer.body)["reason_code"]) == (status, reason)
    if status == 403:
        [row] = AuditRow.objects.filter(event="khala.subscribe.denied", session_id=user.session_id)
        assert row.topic == name
        view = name.startswith("runtime")
        assert row.attributes.get("detail") == ("view_not_supported" if view else row.attributes.get("detail"))


def test_a_revoked_session_gets_no_topic_socket(serving: Serving, user: User, run_topic: JournalTopic) -> None:
    raw = orjson.dumps({"session_ids": [user.session_id]})
    signed(serving, "control", "POST", "/internal/v1/sync/sessions/revoke", raw)
    with pytest.raises(InvalidStatus) as refused:
        connect(topic_url(serving, run_topic.name), additional_headers=bearer(user.token()))
    assert refused.value.response.status_code == 401
    assert orjson.loads(refused.value.response.body)["reason_code"] == "token_revoked"


def test_a_token_in_the_query_opens_no_topic_socket(serving: Serving, user: User, run_topic: JournalTopic) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(topic_url(serving, run_topic.name, f"token={user.token()}"))
    assert orjson.loads(refused.value.response.body)["reason_code"] == "missing_authorization"


def test_a_stale_topic_socket_is_told_and_closed(serving: Serving, user: User, run_topic: JournalTopic) -> None:
    run_topic.append({"n": 1}, {"n": 2}, {"n": 3})
    run_topic.set(floor_seq=2, floor_chain=run_topic.chains[2])
    with connect(topic_url(serving, run_topic.name), additional_headers=bearer(user.token())) as socket:
        said = orjson.loads(socket.recv(10))
        assert (said["type"], said["oldest_available_cursor"], said["head_cursor"]) == ("stale_cursor", 2, 3)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(10)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1000
