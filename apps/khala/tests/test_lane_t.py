"""Lane T: one topic per socket (section 9), over the core without a socket."""

from __future__ import annotations

from typing import Any

import pytest

from apps.khala.domain.access import TopicRow
from apps.khala.domain.compat import Window
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.speech import Start
from apps.khala.tests.client_model import Applied, run_topic
from apps.khala.tests.journal_model import ModelTopic
from apps.khala.tests.lane_worlds import TopicWorld

RUN = "run:r1:events"


def watching(topic: ModelTopic, after: int = 0, *, start: Start | None = None, **fields: Any) -> TopicWorld:
    here = TopicWorld({topic.name: topic}, state={topic.name: Applied(after)}, **fields)
    here.hello(start=start)
    here.settle()
    return here


def test_hello_then_every_row_as_its_own_message_then_live() -> None:
    topic = run_topic(rows=3)
    here = watching(topic, 1, limit=1)
    topic.append({"live": True})
    here.push(RUN, 3)
    hello, *messages = here.transcript
    assert hello == {
        "type": "hello",
        "topic": RUN,
        "after_seq": 1,
        "limit": 1,
        "recommended_reconnect_backoff_ms": 400,
    }
    assert [one["message"]["sequence"] for one in messages] == [2, 3, 4]
    assert messages[0] == {
        "type": "message",
        "message": {
            "topic": RUN,
            "sequence": 2,
            "kind": "test.event",
            "payload": {"n": 1},
            "published_at": "2026-02-25T06:13:20.002Z",
        },
    }


def test_a_stale_cursor_is_told_and_ends_it() -> None:
    topic = run_topic(rows=9)
    topic.prune(5)
    here = watching(topic, 2)
    assert here.transcript == [
        {
            "type": "stale_cursor",
            "topic": RUN,
            "requested_cursor": 2,
            "oldest_available_cursor": 5,
            "head_cursor": 9,
            "reason_codes": ["retention_floor_breach"],
            "replay_lag": 7,
            "replay_budget_events": 20_000,
            "qos_tier": "warm",
        }
    ]
    assert here.closed is not None and (here.closed.code, here.closed.word) == (1000, "stale_cursor")
    assert not here.watched


def test_earliest_replaces_the_cursor() -> None:
    topic = run_topic(rows=9)
    topic.prune(5)
    here = watching(topic, 2, start=Start.EARLIEST)
    assert here.transcript[0]["after_seq"] == 5


def _late(topic: ModelTopic) -> None:
    for number in range(9):
        topic.append({"late": number})
    topic.prune(8)


@pytest.mark.parametrize(
    ("cause", "said", "code"),
    [
        ("stale", {"type": "stale_cursor", "oldest_available_cursor": 8}, 1000),
        ("forbidden", {"type": "error", "code": "forbidden_topic"}, 4403),
        ("revoked", {"type": "error", "code": "reauth_required"}, 4401),
        ("slow", {"type": "error", "code": "slow_consumer_evicted"}, 4409),
        ("broken", {"type": "error", "code": "fanout_error"}, 1011),
        ("drain", {}, 1012),
    ],
)
def test_whatever_ends_a_live_topic_ends_the_connection(cause: str, said: dict[str, Any], code: int) -> None:
    topic = run_topic(rows=3)
    here = watching(topic, 3)
    before = len(here.transcript)
    match cause:
        case "stale":
            _late(topic)
            here.feed(ev.Hint(RUN, 12))
        case "forbidden":
            topic.acl_version = 1
            here.rows[RUN] = TopicRow("user:z", acl_version=1)
            here.push(RUN, 3)
        case "revoked":
            here.feed(ev.Revoked("stolen"))
        case "slow":
            here.feed(ev.Writable(2_000_000))
        case "broken":
            here.feed(ev.IoFailed(99, retryable=False))
        case "drain":
            here.feed(ev.Drain(here.now))
            here.run_clock(0.1)
    here.settle()
    assert [said.items() <= one.items() for one in here.transcript[before:]] == ([True] if said else [])
    assert here.closed is not None and here.closed.code == code and not here.watched


def test_what_the_client_says_is_ignored_and_silence_is_no_fault() -> None:
    here = watching(run_topic(rows=1))
    for message in ("hello", b"\x00", '{"type":"close"}'):
        here.feed(ev.ClientMsg(here.core.lane.parse(message)))
    here.run_clock(300)
    assert here.closed is None and len(here.transcript) == 2


def test_a_flood_is_not() -> None:
    here = watching(run_topic())
    for _ in range(60):
        here.feed(ev.ClientMsg(speech.Noise()))
    assert here.closed is not None and here.closed.code == 4429


def test_a_retired_build_is_turned_away() -> None:
    window = Window(min_client_build_id="20260201T000000Z", enforced=True)
    here = TopicWorld({RUN: run_topic()}, window=window)
    here.say(speech.Hello())
    assert here.closed is not None and here.closed.code == 4426
    assert here.transcript == [{"type": "error", "code": "upgrade_required", "message": "the client build is too old"}]


def test_a_payload_that_is_too_large_is_left_out() -> None:
    topic = run_topic()
    topic.append({"text": "x" * 300_000})
    topic.append({"n": 2})
    here = watching(topic)
    assert [one["message"]["payload"] for one in here.transcript[1:]] == [None, {"n": 2}]
