"""Lane P: what is sent after the answer (P6 to P11), and how much of it without a measure or to a slow client."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest

from apps.khala.domain.access import TopicRow
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.lane_p import LaneP
from apps.khala.domain.core.limits import Limits
from apps.khala.tests.client_model import run_topic
from apps.khala.tests.lane_worlds import ChannelWorld, channel

RUN = "run:r1:events"


def test_p6_an_empty_replay_ends_with_one_empty_batch() -> None:
    here = channel(run_topic(rows=2))
    here.ask(RUN, resume_after={RUN: 2})
    here.settle()
    [batch] = here.pushed("sync:update_batch")
    assert batch["updates"] == [] and batch["replay_complete"] is True


@pytest.mark.parametrize(("size", "largest"), [(3, 3), (0, 200), (-1, 200), (True, 200), ("9", 200), (501, 500)])
def test_p6_batches_are_as_large_as_asked(size: object, largest: int) -> None:
    here = channel(run_topic(rows=600))
    here.ask(RUN, replay_batch_size=size)
    here.settle()
    sizes = [len(batch["updates"]) for batch in here.pushed("sync:update_batch")]
    assert max(sizes) == largest and sum(sizes) == 600 and min(sizes) >= 1


@pytest.mark.parametrize(
    ("frames", "events"),
    [
        ("batch", ["sync:update_batch", "sync:error"]),
        ("khala", ["sync:frame", "sync:frame"]),
        ("both", ["sync:update_batch", "sync:frame", "sync:error", "sync:frame"]),
    ],
)
def test_p7_frames_carry_the_same_payload(frames: str, events: list[str]) -> None:
    here = channel(run_topic(rows=2), joined=False)
    here.hello(frames=frames, chain=False)
    here.ask(RUN)
    if frames == "khala":
        here.step(), here.step(), here.step()
    else:
        here.settle()
    here.feed(ev.Revoked("user_requested"))
    assert [frame[3] for frame in here.transcript if frame[3] != "phx_reply"] == events
    envelopes = here.pushed("sync:frame")
    bodies = [orjson.loads(base64.b64decode(envelope["payload_bytes"])) for envelope in envelopes]
    if frames == "both":
        assert bodies == [here.pushed("sync:update_batch")[0], here.pushed("sync:error")[0]]
    if frames != "batch":
        assert [(one["topic"], one["seq"], one["kind"], one["schema_version"]) for one in envelopes] == [
            (RUN, 2, "KHALA_FRAME_KIND_UPDATE_BATCH", 1),
            ("sync.auth", 0, "KHALA_FRAME_KIND_ERROR", 1),
        ]


def _ended(cause: str) -> ChannelWorld:
    topic = run_topic(rows=3)
    here = channel(topic, limits=Limits(garbage_max=100))
    here.ask(RUN)
    here.settle()
    match cause:
        case "stale_cursor":
            for number in range(9):
                topic.append({"late": number})
            topic.prune(8)
            here.feed(ev.Hint(RUN, 12))
        case "forbidden_topic":
            topic.acl_version = 1
            here.rows[RUN] = TopicRow("user:z", acl_version=1)
            here.push(RUN, 3)
        case "reauth_required":
            here.feed(ev.Revoked("stolen"))
        case "slow_consumer":
            here.feed(ev.Writable(2_000_000))
        case "rate_limited":
            for _ in range(60):
                here.push_event("sync:heartbeat")
        case "internal":
            here.feed(ev.IoFailed(99, retryable=False))
        case "drain":
            here.feed(ev.Drain(here.now))
            here.run_clock(0.1)
        case "outage":
            here.core.delivery._journal_down_since = here.now - 61
            here.core.delivery.subs[RUN].io_tries = 3
            here.feed(ev.Tick())
        case "silence":
            here.run_clock(61)
    here.settle()
    return here


@pytest.mark.parametrize(
    ("cause", "event", "fields", "code"),
    [
        ("stale_cursor", "sync:error", {"code": "stale_cursor", "full_resync_required": True}, None),
        ("forbidden_topic", "sync:error", {"code": "forbidden_topic", "forbidden_topics": [RUN]}, None),
        (
            "reauth_required",
            "sync:error",
            {"code": "reauth_required", "reauth_required": True, "reason": "stolen"},
            4401,
        ),
        (
            "slow_consumer",
            "sync:error",
            {"code": "slow_consumer", "action": "disconnect", "queue_depth": 2_000_000, "full_resync_required": False},
            4409,
        ),
        ("rate_limited", "sync:error", {"code": "rate_limited", "retry_after_ms": 1000}, 4429),
        ("internal", "phx_error", {}, 1011),
        ("drain", "phx_close", {}, 1012),
        ("outage", "phx_error", {}, 1013),
        ("silence", "", {}, 4408),
    ],
)
def test_p8_what_ends_is_told(cause: str, event: str, fields: dict[str, Any], code: int | None) -> None:
    here = _ended(cause)
    pushed = [frame for frame in here.transcript if frame[3] in ("sync:error", "phx_error", "phx_close")]
    assert [frame[3] for frame in pushed] == ([event] if event else [])
    assert not pushed or fields.items() <= pushed[0][4].items()
    assert (here.closed.code if here.closed else None) == code


def test_d10_a_warning_is_not_said_on_this_lane() -> None:
    assert LaneP().encode(speech.Notice("throttle", reason="slow_consumer")) == ()


def test_p9_p11_heartbeats_state_what_was_sent_and_the_chain_only_if_asked() -> None:
    topic = run_topic(rows=3)
    for chain in (True, False):
        here = channel(topic, joined=False)
        here.hello(chain=chain)
        here.ask(RUN, resume_after={RUN: 2})
        here.settle()
        ref = here.push_event("sync:heartbeat")
        here.run_clock(15)
        watermark = {"topic": RUN, "watermark": 3} | ({"chain": topic.chains[3].hex()} if chain else {})
        assert here.pushed("sync:heartbeat") == [{"watermarks": [watermark]}]
        assert here.reply(ref)["response"] == {"subscription_id": "sub_kc_1", "watermarks": [watermark]}
        texts = orjson.dumps(here.transcript)
        assert (b'"chain"' in texts) is chain


def test_p10_any_frame_is_a_sign_of_life() -> None:
    here = channel()
    for _ in range(4):
        here.run_clock(50)
        here.push_event("heartbeat", channel="phoenix")
    assert here.closed is None


def test_b1_without_a_measure_only_so_much_is_sent_between_two_heartbeats() -> None:
    topic = run_topic()
    for number in range(40):
        topic.append({"n": number, "text": "x" * 60_000})
    here = channel(topic, measured=False)
    here.ask(RUN)
    here.settle()
    first = here.state[RUN].watermark
    assert 15 <= first <= 20
    here.push_event("sync:heartbeat")
    here.settle()
    assert first < here.state[RUN].watermark < 40


def test_b1_live_rows_are_bounded_without_a_measure_too() -> None:
    topic = run_topic(rows=1)
    here = channel(topic, measured=False)
    here.ask(RUN)
    here.settle()
    for number in range(40):
        topic.append({"n": number, "text": "x" * 60_000})
        here.feed(ev.Rows(topic.page(topic.head - 1)))
    first = here.state[RUN].watermark
    assert 15 <= first <= 20
    here.push_event("sync:heartbeat")
    here.settle()
    assert first < here.state[RUN].watermark < 41


def test_one_page_is_encoded_once_for_clients_of_one_kind() -> None:
    topic = run_topic(rows=1)
    worlds = [channel(topic), channel(topic)]
    for here in worlds:
        here.ask(RUN)
        here.settle()
    topic.append({"live": True})
    page = topic.page(1)
    sent = [here.core.handle(ev.Rows(page), here.now)[0].message for here in worlds]  # type: ignore[union-attr]
    assert sent[0] is sent[1]


@pytest.mark.parametrize(("drained", "ends"), [(0, True), (16_000, True), (20_000, False)])
def test_b2_only_a_client_that_takes_nothing_is_struck(drained: int, ends: bool) -> None:
    """The transport's backlog decides: full for whole seconds, and less than 16 KiB taken in each of them."""
    topic = run_topic()
    for number in range(400):
        topic.append({"n": number, "text": "x" * 5_000})
    here = channel(topic)
    here.feed(ev.Writable(250_000))
    here.ask(RUN)
    here.settle()
    here.feed(ev.Writable(300_000))
    buffered = 300_000
    for _ in range(40):
        if here.closed is not None:
            break
        here.push_event("heartbeat", channel="phoenix")
        here.feed(ev.Hint(RUN, 1_000))
        here.now += 0.5
        here.feed(ev.Writable(buffered - drained))
        here.feed(ev.Writable(buffered))
        here.now += 0.5
        here.feed(ev.Tick(buffered))
        here.pending.clear()
    assert (here.closed is not None) is ends
    if ends:
        assert here.closed is not None and here.closed.code == 4409
        [error] = here.pushed("sync:error")
        assert error["action"] == "disconnect" and error["topic"] == RUN
