"""Lane P: the tables of section 7, frame by frame, over the core without a socket."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from apps.khala.domain.access import Principal, TopicRow
from apps.khala.domain.compat import Window
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.lane_p_up import heard
from apps.khala.domain.core.speech import Start, Wanted
from apps.khala.domain.core.states import Conn
from apps.khala.tests.client_model import ALL_SCOPES, run_topic
from apps.khala.tests.journal_model import ModelTopic
from apps.khala.tests.lane_worlds import channel

RUN, OTHER = "run:r1:events", "run:r2:events"


# P1, P2: frames


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{}",
        "[]",
        '["1","2","sync:v1","x"]',
        '["1","2","sync:v1","x",{},{}]',
        '[1,"2","sync:v1","phx_join",{}]',
        '["1",2,"sync:v1","phx_join",{}]',
        '["1","2",null,"phx_join",{}]',
        '["1","2","sync:v1",null,{}]',
        b"\xff\xfe",
        "[" * 5000,
        '["1","2","sync:v1","phx_join",{"a":1,"a":2}]',
    ],
)
def test_what_is_no_frame_of_five_is_counted_and_ignored(raw: str | bytes) -> None:
    here = channel()
    before = len(here.transcript)
    for _ in range(3):
        here.frame(raw)
    assert here.closed is None and len(here.transcript) == before
    here.frame(raw)
    assert here.closed is not None and (here.closed.code, here.closed.word) == (4400, "bad_message")


def test_garbage_before_the_join_is_counted_alike_and_forgotten_after_a_minute() -> None:
    here = channel(joined=False)
    for _ in range(3):
        here.frame("x")
    assert here.closed is None
    here.hello()
    here.now += 61
    here.frame("x")
    assert here.closed is None


def test_a_binary_frame_is_read_as_text() -> None:
    here = channel(joined=False)
    here.frame(b'[null,"1","sync:v1","phx_join",{}]')
    assert here.core.state is Conn.READY


@pytest.mark.parametrize(
    ("join_ref", "ref", "pushed_ref"), [(None, "1", "1"), ("7", "9", "7"), (None, None, ""), ('a"b', "2", 'a"b')]
)
def test_replies_echo_both_refs_and_pushes_carry_the_joins(
    join_ref: str | None, ref: str | None, pushed_ref: str
) -> None:
    here = channel(joined=False)
    here.frame([join_ref, ref, "sync:v1", "phx_join", {}])
    assert here.transcript[-1][:4] == [join_ref, ref, "sync:v1", "phx_reply"]
    here.run_clock(15)
    assert here.transcript[-1][:4] == [pushed_ref, None, "sync:v1", "sync:heartbeat"]


# The table of client events


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[null,"1","sync:v1","phx_join",{"client":" c ","client_build_id":"b","protocol_version":"p",'
            '"schema_version":"2","device_id":"d","frames":"both","chain":true}]',
            speech.Hello('null,"1","sync:v1"', "c", "b", "p", 2, device_id="d", frames="both", chain=True),
        ),
        (
            '["1","2","sync:v1","phx_join",{"frames":"all","chain":"yes","schema_version":"x"}]',
            speech.Hello('"1","2","sync:v1"', chain=False),
        ),
        (
            '["1","3","sync:v1","sync:subscribe",{"topics":[" a ","",7,"a","b"],"resume_after":{"a":5,"z":-1},'
            '"lineage":{"a":"l"},"chains":{"b":"zz"},"replay_batch_size":0}]',
            speech.Subscribe('"1","3","sync:v1"', (Wanted("a", 5, "l"), Wanted("b")), atomic=True),
        ),
        (
            '["1","4","sync:v1","sync:subscribe",{"topics":["a"],"resume_after":[{"topic":"a","watermark":0}],'
            '"replay_batch_size":7}]',
            speech.Subscribe('"1","4","sync:v1"', (Wanted("a", 0, start=Start.RECOVERY),), 7, atomic=True),
        ),
        (
            '["1","5","sync:v1","sync:unsubscribe",{"topics":["a"," b "]}]',
            speech.Unsubscribe('"1","5","sync:v1"', ("a", "b")),
        ),
        (
            '["1","6","sync:v1","sync:heartbeat",{"applied":[{"topic":"a","watermark":3},{"topic":"b"},9]}]',
            speech.ClientBeat('"1","6","sync:v1"', (("a", 3),)),
        ),
        ('["1","7","sync:v1","phx_leave",{}]', speech.Leave('"1","7","sync:v1"')),
        ('[null,"8","phoenix","heartbeat",{}]', speech.Ping('null,"8","phoenix"')),
        (
            '["1","9","room:1","phx_join",{}]',
            speech.Malformed('"1","9","room:1"', "bad_topic", "unmatched topic"),
        ),
        ('["1","9","sync:v1","dance",{}]', speech.Malformed('"1","9","sync:v1"', "unknown_event", "unknown event")),
        ('["1","9","sync:v1","phx_leave",null]', speech.Leave('"1","9","sync:v1"')),
    ],
)
def test_every_client_event_is_understood(text: str, said: speech.ClientSpeech) -> None:
    assert heard(text) == said


@pytest.mark.parametrize(
    "resume",
    [
        {RUN: -1},
        {RUN: 1.5},
        {RUN: True},
        {RUN: 2**53},
        {RUN: "4"},
        {RUN: None},
        [{"topic": RUN}],
        ["x"],
        "text",
        7,
    ],
)
def test_p3_a_cursor_that_is_none_is_told_after_access(resume: object) -> None:
    here = channel(run_topic(rows=2), run_topic("r2"), rows={OTHER: TopicRow("user:z")})
    ref = here.ask(RUN, resume_after=resume)
    here.settle()
    assert here.reply(ref)["response"]["reason"] == "invalid_resume_after"
    refused = here.ask(RUN, OTHER, resume_after=resume)
    here.settle()
    assert here.reply(refused)["response"]["code"] == "forbidden_topic"
    assert not here.watched


@pytest.mark.parametrize("chain", ["", "ab", "AB" * 32, 7, None])
def test_p3_a_chain_that_is_none_is_refused_and_one_without_cursor_ignored(chain: object) -> None:
    here = channel(run_topic(rows=2))
    ref = here.ask(RUN, resume_after={RUN: 1}, chains={RUN: chain})
    here.settle()
    assert here.reply(ref)["response"]["reason"] == "invalid_resume_after"
    ignored = here.ask(RUN, chains={RUN: chain})
    here.settle()
    assert here.reply(ignored)["status"] == "ok"


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"topics": []}, "invalid_topics"),
        ({"topics": ["  ", 4]}, "invalid_topics"),
        ({"topics": "run:r1:events"}, "invalid_topics"),
        ({}, "invalid_topics"),
        ({"topics": [f"run:x{number}:events" for number in range(33)]}, "too_many_topics"),
        ({"topics": ["runtime.run_summaries", "user:a:runs"]}, "duplicate_canonical_topic"),
    ],
)
def test_p4_bad_subscriptions_have_their_reason(asked: dict[str, Any], reason: str) -> None:
    here = channel(ModelTopic("user:a:runs"))
    ref = here.push_event("sync:subscribe", asked)
    here.settle()
    reply = here.reply(ref)
    assert (reply["status"], reply["response"]["code"]) == ("error", "bad_subscription")
    assert reply["response"]["reason"] == reason and not here.watched


def test_p5_more_than_64_topics_in_a_connection_are_too_many() -> None:
    topics = [run_topic(f"n{number}") for number in range(65)]
    here = channel(*topics)
    names = [topic.name for topic in topics]
    for first in (0, 32):
        here.ask(*names[first : first + 32])
        here.settle()
    ref = here.ask(names[64])
    here.settle()
    assert here.reply(ref)["response"]["reason"] == "too_many_topics"
    assert len(here.watched) == 64


@pytest.mark.parametrize(
    ("channel_name", "event", "joined", "status", "response"),
    [
        ("phoenix", "heartbeat", True, "ok", {}),
        ("phoenix", "heartbeat", False, "ok", {}),
        ("room:1", "phx_join", True, "error", {"code": "bad_topic", "reason": "unmatched topic"}),
        ("room:1", "phx_join", False, "error", {"code": "bad_topic", "reason": "unmatched topic"}),
        ("sync:v1", "dance", True, "error", {"code": "unknown_event"}),
        ("sync:v1", "dance", False, "error", {"code": "not_joined", "reason": "unmatched topic"}),
        ("sync:v1", "sync:subscribe", False, "error", {"code": "not_joined", "reason": "unmatched topic"}),
        ("sync:v1", "sync:heartbeat", False, "error", {"code": "not_joined"}),
        ("sync:v1", "phx_leave", False, "error", {"code": "not_joined"}),
    ],
)
def test_what_is_out_of_place_is_answered_and_changes_nothing(
    channel_name: str, event: str, joined: bool, status: str, response: dict[str, Any]
) -> None:
    here = channel(joined=joined)
    state = here.core.state
    reply = here.reply(here.push_event(event, {"topics": [RUN]}, channel=channel_name))
    assert reply["status"] == status and response.items() <= reply["response"].items()
    assert here.core.state is state and here.closed is None


# Joining


def test_the_join_is_answered_as_in_the_example() -> None:
    here = channel(principal=Principal("a", scopes=frozenset({"runtime.codex_worker_events"}), reduced=True))
    [frame] = here.transcript
    assert frame[:4] == [None, "1", "sync:v1", "phx_reply"]
    response = frame[4]["response"]
    backoff = response.pop("recommended_reconnect_backoff_ms")
    assert frame[4]["status"] == "ok" and 400 <= backoff <= 650
    assert response == {
        "subscription_id": "sub_kc_1",
        "allowed_topics": ["runtime.codex_worker_events"],
        "current_watermarks": [],
        "connection_id": "kc_1",
        "protocol_version": "khala.ws.v1",
        "schema_version": 1,
        "heartbeat_interval_ms": 15_000,
        "heartbeat_timeout_ms": 60_000,
    }


WINDOW = Window(min_client_build_id="20260201T000000Z", max_client_build_id="20260901T000000Z", enforced=True)


@pytest.mark.parametrize(
    ("join", "code"),
    [
        ({"client_build_id": "today", "protocol_version": "khala.ws.v1", "schema_version": 1}, "invalid_client_build"),
        ({"client_build_id": "20260301T000000Z", "protocol_version": "v0"}, "unsupported_protocol_version"),
        (
            {"client_build_id": "20260301T000000Z", "protocol_version": "khala.ws.v1", "schema_version": 9},
            "unsupported_schema_version",
        ),
        (
            {"client_build_id": "20260101T000000Z", "protocol_version": "khala.ws.v1", "schema_version": 1},
            "upgrade_required",
        ),
        (
            {"client_build_id": "20270101T000000Z", "protocol_version": "khala.ws.v1", "schema_version": "1"},
            "unsupported_client_build",
        ),
        ({}, "upgrade_required"),
        ({"client_build_id": "20260301T000000Z", "protocol_version": "khala.ws.v1", "schema_version": "2"}, ""),
    ],
)
def test_the_window_decides_the_join_and_says_itself(join: dict[str, Any], code: str) -> None:
    here = channel(joined=False, window=WINDOW)
    here.hello(**join)
    reply = here.last_reply
    if not code:
        assert reply["status"] == "ok"
        return
    message = reply["response"].pop("message")
    assert message and reply == {
        "status": "error",
        "response": {
            "code": code,
            "retryable": False,
            "upgrade_required": True,
            "surface": "khala_websocket",
            "min_client_build_id": "20260201T000000Z",
            "max_client_build_id": "20260901T000000Z",
            "min_schema_version": 1,
            "max_schema_version": 2,
            "protocol_version": "khala.ws.v1",
        },
    }
    assert here.closed is not None and here.closed.code == 4426


def test_c1_a_client_that_says_nothing_is_the_oldest_build() -> None:
    legacy = Window(min_client_build_id="20260201T000000Z", legacy_client_build_id="20260201T000000Z", enforced=True)
    here = channel(window=legacy)
    assert here.last_reply["status"] == "ok"


@pytest.mark.parametrize(("device", "closed"), [("dev_a", False), ("other", True), ("", False)])
def test_another_device_is_not_let_in(device: str, closed: bool) -> None:
    here = channel(joined=False)
    here.hello(device_id=device)
    assert (here.closed is not None) is closed
    if closed:
        assert (here.last_reply["response"]["code"], here.last_reply["response"]["reason"]) == (
            "unauthorized",
            "device_mismatch",
        )


def test_a_revoked_session_is_told_in_the_reply() -> None:
    here = channel(soft_failure="user_requested")
    response = here.last_reply["response"]
    assert (response["code"], response["reauth_required"], response["reason"]) == (
        "reauth_required",
        True,
        "user_requested",
    )
    assert here.closed is not None and here.closed.code == 4401


def test_no_join_within_ten_seconds_ends_it_whatever_else_is_said() -> None:
    here = channel(joined=False)
    here.run_clock(5)
    here.push_event("heartbeat", channel="phoenix")
    here.run_clock(5.1)
    assert here.closed is not None and (here.closed.code, here.closed.word) == (4400, "join_timeout")


def test_a_second_join_starts_over() -> None:
    here = channel(run_topic(rows=3))
    here.ask(RUN)
    here.settle()
    here.hello(frames="khala")
    assert here.last_reply["status"] == "ok" and not here.watched
    here.state.clear()
    here.ask(RUN, resume_after={RUN: 1})
    here.settle()
    assert [base64.b64decode(frame["payload_bytes"])[:11] for frame in here.pushed("sync:frame")] == [b'{"updates":']


def test_leaving_goes_back_to_before_the_join() -> None:
    here = channel(run_topic(rows=1))
    here.ask(RUN)
    here.settle()
    ref = here.push_event("phx_leave")
    assert here.reply(ref) == {"status": "ok", "response": {}}
    assert here.transcript[-1][3:] == ["phx_close", {}]
    assert here.core.state is Conn.OPEN and not here.watched
    here.hello()
    assert here.core.state is Conn.READY


# P3, P4: answers


def test_an_ok_answer_has_all_its_parts_and_comes_before_the_rows() -> None:
    topic = run_topic(rows=3)
    here = channel(topic)
    ref = here.ask(RUN, resume_after={RUN: 1}, lineage={RUN: "lin_01"})
    here.settle()
    assert here.reply(ref) == {
        "status": "ok",
        "response": {
            "subscription_id": "sub_kc_1",
            "topics": [RUN],
            "current_watermarks": [{"topic": RUN, "watermark": 1}],
            "head_watermarks": [{"topic": RUN, "watermark": 3}],
            "replay": [
                {
                    "topic": RUN,
                    "canonical_topic": RUN,
                    "mode": "resume",
                    "effective_resume_after": 1,
                    "lineage": "lin_01",
                    "chain": topic.chains[1].hex(),
                }
            ],
        },
    }
    assert [frame[3] for frame in here.transcript[1:]] == ["phx_reply", "sync:update_batch"]
    [batch] = here.pushed("sync:update_batch")
    assert batch["updates"][0].keys() == {
        "topic",
        "doc_key",
        "doc_version",
        "payload",
        "payload_hash",
        "watermark",
        "hydration_required",
        "kind",
        "published_at",
    }
    assert batch["updates"][0]["published_at"] == "2026-02-25T06:13:20.002Z"
    assert batch["head_watermarks"] == [{"topic": RUN, "watermark": 3, "chain": topic.chains[3].hex()}]
    assert batch["replay_complete"] and here.state[RUN].chain == topic.chains[3]


def test_one_refused_topic_refuses_all_and_changes_nothing() -> None:
    here = channel(run_topic(rows=2), run_topic("r2"), rows={OTHER: TopicRow("user:z")})
    ref = here.ask(RUN, OTHER, "run:404:events")
    here.settle()
    reply = here.reply(ref)
    assert reply["status"] == "error"
    assert reply["response"]["code"] == "forbidden_topic"
    assert reply["response"]["forbidden_topics"] == [OTHER, "run:404:events"]
    assert reply["response"]["reasons"] == {OTHER: "owner_mismatch", "run:404:events": "owner_mismatch"}
    assert not here.watched and not here.pushed("sync:update_batch") and not here.pushed("sync:error")


def test_one_stale_topic_refuses_all_and_a_held_topic_goes_on_where_it_was() -> None:
    held, stale = run_topic(rows=4), run_topic("r2", rows=9)
    stale.prune(5)
    here = channel(held, stale)
    here.ask(RUN)
    here.settle()
    held.append({"n": "while it is decided"})
    ref = here.ask(RUN, OTHER, resume_after={RUN: 1, OTHER: 2})
    here.step()
    here.push(RUN, 4)
    assert here.state[RUN].watermark == 4, "a topic that may move is silent until the answer"
    here.settle()
    response = here.reply(ref)["response"]
    assert (response["code"], response["full_resync_required"]) == ("stale_cursor", True)
    assert response["stale_topics"] == [
        {
            "topic": OTHER,
            "reason": "retention_floor_breach",
            "reason_codes": ["retention_floor_breach"],
            "qos_tier": "warm",
            "resume_after": 2,
            "retention_floor": 5,
            "head_watermark": 9,
            "replay_lag": 7,
            "replay_budget_events": 20_000,
            "lineage": "lin_01",
        }
    ]
    assert response["snapshot_plan"] == {"format": "openagents.sync.snapshot.v1", "topics": []}
    [pushed] = here.pushed("sync:error")
    assert pushed == response
    order = [frame[3] for frame in here.transcript]
    assert order.index("sync:error") < len(order) - 1 - order[::-1].index("phx_reply")
    assert here.watched == {RUN} and here.state[RUN].watermark == 5
    assert [grant.topic for grant in here.asked(ev.RecoveryGrant)] == [OTHER]


def test_a_stale_snapshot_topic_is_told_where_its_snapshot_is() -> None:
    topic = ModelTopic("user:a:runs")
    for number in range(45):
        topic.append({"n": number})
    topic.prune(20)
    here = channel(topic)
    ref = here.ask("runtime.run_summaries", resume_after={"runtime.run_summaries": 11})
    here.settle()
    [entry] = here.reply(ref)["response"]["snapshot_plan"]["topics"]
    assert entry == {
        "topic": "runtime.run_summaries",
        "head_watermark": 45,
        "snapshot": {
            "topic": "runtime.run_summaries",
            "format": "openagents.sync.snapshot.v1",
            "schema_version": 1,
            "cadence_seconds": 300,
            "href": "/khala/v1/topics/user%3Aa%3Aruns/snapshot",
        },
    }


def test_s2_zero_after_a_stale_answer_starts_over_and_before_it_is_a_cursor() -> None:
    topic = run_topic(rows=10)
    topic.prune(4)
    here = channel(topic)
    for expected in ("stale_cursor", None):
        ref = here.ask(RUN, resume_after={RUN: 0})
        here.settle()
        response = here.reply(ref)["response"]
        assert response.get("code") == expected
    assert response["replay"][0]["mode"] == "bootstrap" and response["replay"][0]["effective_resume_after"] == 4
    assert sorted(here.state[RUN].rows) == [5, 6, 7, 8, 9, 10]
    assert [metric.labels for metric in here.asked(ev.Metric) if metric.name == "bootstrap"] == [
        ("run_events", "recovery")
    ]


def test_s3_the_sixth_start_in_a_grant_is_told_to_wait() -> None:
    here = channel(run_topic(rows=3))
    ref = here.ask(RUN, resume_after={RUN: 0})
    here.step()
    [read] = here.pending
    here.pending.clear()
    assert read.start is Start.RECOVERY
    here.feed(ev.TopicState(read.ticket, here.topics[RUN].facts(0, 10), retry_after_ms=7_000))
    response = here.reply(ref)["response"]
    assert (response["code"], response["retry_after_ms"]) == ("rate_limited", 7_000)
    assert not here.watched


def test_without_a_cursor_a_topic_is_bootstrapped() -> None:
    topic = run_topic(rows=8)
    topic.prune(3)
    here = channel(topic)
    ref = here.ask(RUN)
    here.settle()
    [replay] = here.reply(ref)["response"]["replay"]
    assert (replay["mode"], replay["effective_resume_after"]) == ("bootstrap", 3)


def test_p5_again_with_a_cursor_moves_and_without_leaves() -> None:
    here = channel(run_topic(rows=6))
    here.ask(RUN)
    here.settle()
    left = here.ask(RUN)
    here.settle()
    assert here.reply(left)["response"]["replay"][0] | {"chain": ""} == {
        "topic": RUN,
        "canonical_topic": RUN,
        "mode": "live",
        "effective_resume_after": 6,
        "lineage": "lin_01",
        "chain": "",
    }
    here.state.clear()
    here.ask(RUN, resume_after={RUN: 4})
    here.settle()
    assert sorted(here.state[RUN].rows) == [5, 6]


def test_unsubscribe_names_what_remains() -> None:
    here = channel(run_topic(), run_topic("r2"))
    here.ask(RUN, OTHER)
    here.settle()
    ref = here.push_event("sync:unsubscribe", {"topics": [RUN, "unknown"]})
    assert here.reply(ref)["response"] == {"subscription_id": "sub_kc_1", "topics": [OTHER]}


def test_all_scopes_name_all_aliases() -> None:
    here = channel(principal=Principal("a", "X", "s", "d", scopes=ALL_SCOPES, topics=(RUN,)))
    assert here.last_reply["response"]["allowed_topics"] == [
        "runtime.run_summaries",
        "runtime.codex_worker_summaries",
        "runtime.notifications",
        "runtime.codex_worker_events",
        RUN,
    ]


def test_leaving_does_not_make_an_overdue_lease_forgotten() -> None:
    here = channel(run_topic(rows=1), lease=5.0)
    here.run_clock(6)
    assert here.core.state is Conn.GRACE
    here.push_event("phx_leave")
    here.feed(ev.LeaseRenewed(ALL_SCOPES))
    here.hello()
    here.run_clock(0.1)
    assert here.core.state is Conn.GRACE and len(here.asked(ev.Introspect)) == 2
