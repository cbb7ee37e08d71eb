"""The host over a real server and the real journal: one WebSocket, one client, PostgreSQL in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import orjson
import psycopg
import pytest
from django.utils import timezone
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from apps.khala.models import AuditRow, ConnectionRow, FeedCursor
from apps.khala.services import node, revocations
from apps.khala.services.revocations import Push
from apps.khala.tests.conftest import JournalTopic, Native, Serving, User, signed, until
from openagents.receipts.ids import new_id
from openagents.sync.v1 import sync_pb2 as pb

Open = Callable[..., Native]


def test_replay_then_live_from_the_journal(native: Open, user: User, run_topic: JournalTopic) -> None:
    run_topic.append(*({"n": number} for number in range(250)))
    client = native(user)
    result = client.subscribe(run_topic.name)
    assert (result.mode, result.effective_resume_after) == ("bootstrap", 0)
    assert result.chain == run_topic.base.hex() and result.lineage == run_topic.lineage
    assert [row.watermark for row in client.rows(run_topic.name, 250)] == list(range(1, 251))
    run_topic.append({"live": True})
    [live] = client.rows(run_topic.name, 1)
    assert (live.watermark, live.payload, live.kind) == (251, b'{"live":true}', "test.event")


def test_a_lost_hint_is_made_up_by_the_sweep(native: Open, user: User, run_topic: JournalTopic) -> None:
    client = native(user)
    client.subscribe(run_topic.name)
    client.frame(pb.KHALA_FRAME_KIND_UPDATE_BATCH)
    run_topic.append({"unheard": 1}, {"unheard": 2}, hint=False)
    assert [row.watermark for row in client.rows(run_topic.name, 2)] == [1, 2]


def test_resume_sends_only_what_is_missing(native: Open, user: User, run_topic: JournalTopic) -> None:
    run_topic.append({"n": 1}, {"n": 2}, {"n": 3})
    client = native(user)
    result = client.subscribe(run_topic.name, 2, lineage=run_topic.lineage, chain=run_topic.chains[2].hex())
    assert result.mode == "resume" and result.chain == run_topic.chains[2].hex()
    assert [row.watermark for row in client.rows(run_topic.name, 1)] == [3]


def test_another_history_at_the_cursor_is_stale(native: Open, user: User, run_topic: JournalTopic) -> None:
    run_topic.append({"n": 1}, {"n": 2})
    result = native(user).subscribe(run_topic.name, 1, chain="ab" * 32)
    assert (result.error, result.reason) == (pb.SYNC_ERROR_CODE_STALE_CURSOR, "lineage_mismatch")


def test_someone_elses_topic_looks_like_no_topic(
    native: Open, user: User, journal_writer: psycopg.Connection[Any]
) -> None:
    theirs = JournalTopic(journal_writer, f"run:{new_id('run')}:events", "user:somebody-else")
    client = native(user)
    for name in (theirs.name, "run:no-such-run:events"):
        result = client.subscribe(name)
        assert (result.error, result.reason) == (pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC, "owner_mismatch")
    assert AuditRow.objects.filter(
        event="khala.subscribe.denied", topic=theirs.name, session_id=user.session_id
    ).exists()


def test_a_taken_away_row_right_ends_the_topic_within_the_sweep(
    native: Open, user: User, run_topic: JournalTopic
) -> None:
    run_topic.append({"n": 1})
    client = native(user)
    client.subscribe(run_topic.name)
    client.rows(run_topic.name, 1)
    run_topic.set(owner_key="user:somebody-else", acl_version=2)
    error = client.error()
    assert (error.code, error.reason) == (pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC, "owner_mismatch")


def test_a_token_opens_one_connection(serving: Serving, user: User) -> None:
    token = user.token()
    first = Native(serving, token)
    with pytest.raises(InvalidStatus) as refused:
        Native(serving, token)
    assert refused.value.response.status_code == 401
    assert orjson.loads(refused.value.response.body)["reason_code"] == "token_replayed"
    first.socket.close()


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({}, 401, "missing_authorization"),
        ({"Authorization": "Basic x"}, 401, "invalid_authorization_scheme"),
        ({"Authorization": "Bearer x.y.z"}, 401, "invalid_token"),
        ({"Authorization": "Bearer x", "Origin": "https://evil.example"}, 403, "origin_not_allowed"),
        ({"Authorization": "Bearer x", "Origin": "null"}, 403, "origin_not_allowed"),
    ],
)
def test_denials_say_why_with_and_without_upgrade(
    serving: Serving, headers: dict[str, str], status: int, reason: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(serving.url, subprotocols=["oa.khala.v1.pb"], additional_headers=headers)
    body = orjson.loads(refused.value.response.body)
    assert (refused.value.response.status_code, body["reason_code"]) == (status, reason)
    plain = httpx.get(f"{serving.http}/khala/v1/ws", headers=headers)
    assert (plain.status_code, plain.json()["reason_code"]) == (status, reason)


def test_a_good_token_without_upgrade_is_told_to_upgrade_and_stays_good(serving: Serving, user: User) -> None:
    token = user.token()
    answer = httpx.get(f"{serving.http}/khala/v1/ws", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["error"]) == (426, "upgrade_required_websocket")
    client = Native(serving, token)
    assert client.hello().schema_version == 2
    client.socket.close()


def test_the_browser_carries_its_token_beside_the_framing(serving: Serving, user: User) -> None:
    protocols = ["oa.khala.v1.json", f"oa.bearer.{user.token()}"]
    with connect(serving.url, subprotocols=protocols) as socket:  # type: ignore[arg-type]
        assert socket.subprotocol == "oa.khala.v1.json"
        socket.send('{"hello":{"client":"web","schema_version":1}}')
        frame = orjson.loads(socket.recv(10))
    assert frame["kind"] == "KHALA_FRAME_KIND_WELCOME" and frame["schema_version"] == 1


def test_a_revoked_session_is_evicted_and_its_next_handshake_is_told(
    native: Open, serving: Serving, user: User
) -> None:
    client = native(user)
    answer = _revoke(serving, {"session_ids": [user.session_id], "reason": " Stolen "})
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert (data["revoked_session_ids"], data["reason"], data["evicting"]) == ([user.session_id], "stolen", 1)
    error = client.error()
    assert error.reauth_required and error.reason == "stolen"
    with pytest.raises(ConnectionClosed) as closed:
        client.socket.recv(10)
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 4401
    again = native(user, joined=False)
    again.send(hello=pb.ClientHello(schema_version=2))
    assert again.error().reauth_required


def test_a_revocation_stored_by_another_process_arrives_by_the_poll(native: Open, user: User) -> None:
    client = native(user)
    revocations.store(Push(session_ids=(user.session_id,)))
    assert client.error().reason == "user_requested"


def test_a_revocation_that_names_nothing_is_refused(serving: Serving) -> None:
    answer = _revoke(serving, {"device_ids": ["dev"], "session_ids": ["  "]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_request")
    assert httpx.post(f"{serving.http}/internal/v1/sync/sessions/revoke", json={}).status_code == 401


def _revoke(serving: Serving, body: dict[str, Any]) -> httpx.Response:
    return signed(serving, "control", "POST", "/internal/v1/sync/sessions/revoke", orjson.dumps(body))


def test_the_metrics_route_shows_watched_topics_and_figures_of_all_processes(
    native: Open, serving: Serving, user: User, run_topic: JournalTopic
) -> None:
    run_topic.append({"n": 1}, {"n": 2})
    client = native(user)
    client.subscribe(run_topic.name)
    client.rows(run_topic.name, 2)
    path = "/internal/v1/khala/fanout/metrics?topic_limit=200"
    answer = signed(serving, "control", "GET", path)
    assert answer.status_code == 200
    body = answer.json()
    [window] = [row for row in body["topic_windows"] if row["topic"] == run_topic.name]
    assert (window["head_sequence"], window["oldest_sequence"], window["topic_class"]) == (2, 1, "run_events")
    assert body["driver"] == "postgres_notify" and "khala_connections" in body["stats"]
    assert httpx.get(serving.http + path).status_code == 401


def test_what_a_push_left_out_comes_through_controls_feed(native: Open, user: User, leases: Any) -> None:
    client = native(user)
    running = node.running()
    assert running is not None
    cursor = FeedCursor.objects.filter(name=revocations.FEED).first()
    seq = (cursor.last_seq if cursor else 0) + 1
    body = {"session_ids": [user.session_id], "reason": "from_the_feed", "seq": seq}

    class Feed:
        async def revocations(self, after_seq: int) -> tuple[list[dict[str, Any]], int]:
            return ([body] if after_seq < seq else []), seq

    running.control, original = Feed(), running.control  # type: ignore[assignment]
    FeedCursor.objects.filter(name=revocations.FEED).update(updated_at=timezone.now() - timedelta(minutes=1))
    try:
        asyncio.run_coroutine_threadsafe(running._pull_feed(), running.loop).result(10)
    finally:
        running.control = original
    assert client.error().reason == "from_the_feed"
    assert FeedCursor.objects.get(name=revocations.FEED).last_seq == seq
    assert leases("feed")["acquired"] >= 1  # the node's own duty asks, too


def test_compat_is_public_and_may_be_cached(serving: Serving) -> None:
    answer = httpx.get(f"{serving.http}/khala/v1/compat")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "public, max-age=60"
    assert answer.json() == {
        "protocol_version": "khala.ws.v1",
        "min_client_build_id": "00000000T000000Z",
        "max_client_build_id": None,
        "min_schema_version": 1,
        "max_schema_version": 2,
        "enforced": False,
        "valid_until": None,
    }


def test_the_life_of_a_connection_is_recorded(native: Open, user: User) -> None:
    client = native(user)
    client.socket.close()
    row = until(lambda: ConnectionRow.objects.filter(session_id=user.session_id, closed_at__isnull=False).first())
    assert row.joined_at is not None and row.frames_out == 1 and row.user_id == user.user_id
    assert until(lambda: AuditRow.objects.filter(event="khala.handshake.accepted", connection_id=row.connection_id))


def test_nothing_is_left_behind_by_closed_connections(native: Open, user: User, run_topic: JournalTopic) -> None:
    client = native(user)
    client.subscribe(run_topic.name)
    running = node.running()
    assert running is not None and run_topic.name in running.hub.tails
    client.socket.close()
    until(lambda: run_topic.name not in running.hub.tails)
