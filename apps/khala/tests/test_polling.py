"""The message route (section 9): its rules as tables, and the route over a real server."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from apps.khala.domain import backoff
from apps.khala.domain.access import Principal
from apps.khala.domain.polling import Consumers, Portion, Rules
from apps.khala.services import node
from apps.khala.tests.conftest import JournalTopic, Serving, User, signed

ALICE = Principal("a", "X", "s", "d")
RUN = "run:r1:events"


@pytest.mark.parametrize(
    ("times", "waits"),
    [
        ([0], [False]),
        ([0, 250], [False, False]),
        ([0, 249], [False, True]),
        ([0, 200, 400, 650], [False, True, True, False]),
    ],
)
def test_t1_polls_keep_their_distance_and_a_rejected_one_moves_the_mark(times: list[int], waits: list[bool]) -> None:
    consumers = Consumers()
    assert [consumers.knock(ALICE, RUN, 7, at) > 0 for at in times] == waits


def test_t1_the_wait_is_the_rest_and_jitter() -> None:
    consumers = Consumers()
    consumers.knock(ALICE, RUN, 7, 0)
    jitter = backoff.jitter_ms(ALICE.consumer_key(RUN), 7, 250)
    assert consumers.knock(ALICE, RUN, 7, 100) == 150 + jitter


@pytest.mark.parametrize(
    ("polls", "strikes"),
    [
        ([(0, 301)], [1]),
        ([(0, 300)], [0]),
        ([(0, 301), (0, 301), (0, 301)], [1, 2, 3]),
        ([(0, 900), (100, 800), (200, 700)], [1, 0, 0]),
        ([(0, 900), (0, 900), (100, 800), (100, 800)], [1, 2, 0, 1]),
        ([(0, 900), (0, 200), (0, 900)], [1, 0, 1]),
        ([(50, 900), (10, 940)], [1, 2]),
    ],
)
def test_t2_only_who_stays_behind_and_does_not_move_is_struck(polls: list[tuple[int, int]], strikes: list[int]) -> None:
    consumers = Consumers()
    consumers.knock(ALICE, RUN, 0, 0)
    assert [consumers.strike(ALICE, RUN, cursor, lag) for cursor, lag in polls] == strikes


def test_t3_who_polled_longest_ago_is_forgotten_first() -> None:
    consumers = Consumers(Rules(consumers_max=2))
    for at, topic in enumerate(("a", "b", "a", "c")):
        consumers.knock(ALICE, topic, 0, at * 1000)
    assert len(consumers) == 2 and consumers.topics(ALICE) == 2
    assert consumers.knock(ALICE, "b", 0, 3001) == 0, "b was forgotten, so it is new"
    assert consumers.knock(ALICE, "c", 0, 3002) > 0


@pytest.mark.parametrize(
    ("requested", "topics_before", "portion"),
    [
        (100, 0, Portion(100, False, False)),
        (200, 1, Portion(200, False, False)),
        (201, 0, Portion(200, True, False)),
        (50, 2, Portion(50, False, False)),
        (51, 2, Portion(50, True, True)),
        (500, 9, Portion(50, True, True)),
    ],
)
def test_how_much_a_poll_gets(requested: int, topics_before: int, portion: Portion) -> None:
    assert Consumers().portion(requested, topics_before) == portion


# The route


def poll(serving: Serving, token: str, name: str, **query: Any) -> httpx.Response:
    path = f"/internal/v1/khala/topics/{name}/messages"
    return httpx.get(serving.http + path, params=query, headers={"Authorization": f"Bearer {token}"})


def test_a_page_has_all_its_parts(serving: Serving, user: User, run_topic: JournalTopic) -> None:
    run_topic.append({"n": 1}, {"n": 2}, {"n": 3})
    body = poll(serving, user.token(), run_topic.name, after_seq=1, limit=1).json()
    [message] = body.pop("messages")
    published = message.pop("published_at")
    assert published.endswith("Z")
    assert message == {"topic": run_topic.name, "sequence": 2, "kind": "test.event", "payload": {"n": 2}}
    backoff_ms = body.pop("recommended_reconnect_backoff_ms")
    assert 400 <= backoff_ms <= 650
    assert body == {
        "topic": run_topic.name,
        "driver": "postgres_notify",
        "oldest_available_cursor": 0,
        "head_cursor": 3,
        "queue_depth": 3,
        "dropped_messages": 0,
        "next_cursor": 2,
        "replay_complete": False,
        "limit_applied": 1,
        "limit_capped": False,
        "fairness_applied": False,
        "active_topic_count": 1,
        "outbound_queue_limit": 200,
        "consumer_lag": 2,
        "slow_consumer_strikes": 0,
        "slow_consumer_max_strikes": 3,
        "lineage": run_topic.lineage,
    }


def test_a_topic_without_a_row_has_nulls_and_is_complete(serving: Serving, user: User) -> None:
    body = poll(serving, user.token(), f"user:{user.user_id}:runs").json()
    unknown = ("oldest_available_cursor", "head_cursor", "queue_depth", "dropped_messages", "consumer_lag", "lineage")
    assert all(body[name] is None for name in unknown)
    assert body["replay_complete"] and body["messages"] == [] and body["next_cursor"] == 0


def test_one_token_polls_many_times_and_too_often_is_told(
    serving: Serving, user: User, run_topic: JournalTopic
) -> None:
    token = user.token()
    assert poll(serving, token, run_topic.name).status_code == 200
    answer = poll(serving, token, run_topic.name)
    body = answer.json()
    assert (answer.status_code, body["error"], body["reason_code"]) == (429, "rate_limited", "poll_interval_guard")
    assert 0 < body["retry_after_ms"] <= 500


@pytest.mark.parametrize(
    ("name", "query", "status", "error", "reason"),
    [
        ("run:no-such-run:events", {}, 403, "forbidden_topic", "owner_mismatch"),
        ("nonsense", {}, 403, "forbidden_topic", "forbidden_topic"),
        ("runtime.codex_worker_events", {}, 403, "forbidden_topic", "forbidden_topic"),
        ("%20", {}, 400, "invalid_request", "invalid_topic"),
        ("run:r:events", {"after_seq": -1}, 400, "invalid_request", None),
        ("run:r:events", {"after_seq": 2**53}, 400, "invalid_request", None),
        ("run:r:events", {"limit": 0}, 400, "invalid_request", None),
        ("run:r:events", {"start": "latest"}, 400, "invalid_request", None),
    ],
)
def test_what_is_refused(
    serving: Serving, user: User, name: str, query: dict[str, Any], status: int, error: str, reason: str | None
) -> None:
    answer = poll(serving, user.token(), name, **query)
    body = answer.json()
    assert (answer.status_code, body["error"], body.get("reason_code")) == (status, error, reason)


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({}, 401, "missing_authorization"),
        ({"Authorization": "Basic x"}, 401, "invalid_authorization_scheme"),
        ({"Authorization": "Bearer x.y.z"}, 401, "invalid_token"),
        ({"Authorization": "Bearer x", "Origin": "https://evil.example"}, 403, "origin_not_allowed"),
    ],
)
def test_who_is_refused(serving: Serving, headers: dict[str, str], status: int, reason: str) -> None:
    answer = httpx.get(f"{serving.http}/internal/v1/khala/topics/run:r:events/messages", headers=headers)
    assert (answer.status_code, answer.json()["reason_code"]) == (status, reason)


def test_a_stale_cursor_is_gone_and_says_from_where(serving: Serving, user: User, run_topic: JournalTopic) -> None:
    run_topic.append({"n": 1}, {"n": 2}, {"n": 3})
    run_topic.set(floor_seq=2, floor_chain=run_topic.chains[2])
    answer = poll(serving, user.token(), run_topic.name)
    assert (answer.status_code, answer.json()["error"]) == (410, "stale_cursor")
    assert answer.json()["details"] == {
        "topic": run_topic.name,
        "requested_cursor": 0,
        "oldest_available_cursor": 2,
        "head_cursor": 3,
        "reason_codes": ["retention_floor_breach"],
        "replay_lag": 3,
        "replay_budget_events": 20_000,
        "qos_tier": "warm",
        "recovery": "reset_local_watermark_and_replay_bootstrap",
    }


def test_earliest_starts_at_what_is_there(serving: Serving, user: User, run_topic: JournalTopic) -> None:
    run_topic.append({"n": 1}, {"n": 2}, {"n": 3})
    run_topic.set(floor_seq=2, floor_chain=run_topic.chains[2])
    body = poll(serving, user.token(), run_topic.name, start="earliest").json()
    assert [row["sequence"] for row in body["messages"]] == [3] and body["next_cursor"] == 3


def test_t2_three_strikes_and_the_consumer_is_forgotten(serving: Serving, user: User, run_topic: JournalTopic) -> None:
    run_topic.append(*({"n": number} for number in range(301)))
    token = user.token()
    answers = []
    for _ in range(4):
        running = node.running()
        assert running is not None
        for consumer in running.poller.consumers._known.values():
            consumer.polled_at = time.monotonic() * 1000 - 1000
        answers.append(poll(serving, token, run_topic.name, limit=1))
    assert [answer.status_code for answer in answers] == [200, 200, 409, 200]
    assert answers[2].json()["error"] == "slow_consumer_evicted"
    assert answers[2].json()["details"] == {
        "topic": run_topic.name,
        "lag": 301,
        "lag_threshold": 300,
        "strikes": 3,
        "max_strikes": 3,
        "suggested_after_seq": 301,
        "recovery": "advance_cursor_or_rebootstrap",
    }
    assert answers[3].json()["slow_consumer_strikes"] == 1


def test_the_figures_reach_the_metrics_route(serving: Serving, user: User, run_topic: JournalTopic) -> None:
    before = signed(serving, "control", "GET", "/internal/v1/khala/fanout/metrics").json()["delivery_metrics"]
    poll(serving, user.token(), run_topic.name)
    after = signed(serving, "control", "GET", "/internal/v1/khala/fanout/metrics").json()["delivery_metrics"]
    assert after["total_polls"] == before["total_polls"] + 1 and after["active_consumers"] >= 1


def test_a_poll_route_that_is_off_is_not_there(serving: Serving, user: User, run_topic: JournalTopic) -> None:
    running = node.running()
    assert running is not None
    running.config.__dict__["khala_poll_enabled"] = False
    try:
        assert poll(serving, user.token(), run_topic.name).status_code == 404
    finally:
        running.config.__dict__["khala_poll_enabled"] = True
