"""The connection itself: joining, silence, rates, authority over time, draining; and the tables against the code."""

from __future__ import annotations

import itertools

import pytest

from apps.khala.domain import grammar
from apps.khala.domain.access import Principal
from apps.khala.domain.compat import Window
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.connection import Connection
from apps.khala.domain.core.lane_n import LaneN
from apps.khala.domain.core.states import (
    CONNECTION,
    SUBSCRIPTION,
    TERMINAL,
    Cause,
    Conn,
    Illegal,
    Sub,
    SubCause,
    next_connection,
    next_subscription,
)
from apps.khala.tests.client_model import ALICE, ALL_SCOPES, WALL, World, run_topic, world
from apps.khala.tests.lane_worlds import ChannelWorld, TopicWorld
from openagents.sync.v1 import sync_pb2 as pb

RUN = "run:r1:events"


# Tables


def test_every_state_can_be_left_and_closed_is_final() -> None:
    assert {state for state, _ in CONNECTION} == set(Conn) - {Conn.CLOSED}
    assert all((state, Cause.GONE) in CONNECTION for state in Conn if state is not Conn.CLOSED)
    assert not {state for state, _ in SUBSCRIPTION} & set(TERMINAL)


def test_every_cause_is_somewhere_and_every_state_is_reachable() -> None:
    assert {cause for _, cause in CONNECTION} == set(Cause)
    assert set(CONNECTION.values()) | {Conn.NEW} == set(Conn)
    assert {cause for _, cause in SUBSCRIPTION} == set(SubCause)
    assert set(SUBSCRIPTION.values()) | {Sub.AUTHZ} == set(Sub)


@pytest.mark.parametrize(
    ("state", "cause"), [pair for pair in itertools.product(Conn, Cause) if pair not in CONNECTION]
)
def test_a_step_outside_the_connection_table_is_a_bug(state: Conn, cause: Cause) -> None:
    with pytest.raises(Illegal):
        next_connection(state, cause)


@pytest.mark.parametrize(
    ("state", "cause"), [pair for pair in itertools.product(Sub, SubCause) if pair not in SUBSCRIPTION]
)
def test_a_step_outside_the_subscription_table_is_a_bug(state: Sub, cause: SubCause) -> None:
    with pytest.raises(Illegal):
        next_subscription(state, cause)


WORLDS: dict[str, type[World]] = {"n": World, "p": ChannelWorld, "t": TopicWorld}
WINDOW = Window(min_client_build_id="20990101T000000Z", enforced=True)
ADDRESS = '"1","2","sync:v1"'
"""A request id that every lane can answer."""


def _in_state(state: Conn, lane: str = "n") -> World:
    here = WORLDS[lane]({RUN: run_topic(rows=3)})
    if state is Conn.OPEN:
        return here
    here.hello()
    if lane != "t":
        here.subscribe(RUN)
    here.settle()
    if state is Conn.GRACE:
        here.beat()
        here.now += 10_000
        here.core._silent_at = here.now + 60 if here.core.lane.manners.heard else None
        here.feed(ev.Tick())
    elif state is Conn.DRAINING:
        here.feed(ev.Drain(here.now + 5))
    elif state is Conn.CLOSING:
        here.feed(ev.Revoked("gone"))
    elif state is Conn.CLOSED:
        here.feed(ev.Gone(1000))
    assert here.core.state is state
    return here


INPUTS: dict[str, ev.Input] = {
    "hello": ev.ClientMsg(speech.Hello(ADDRESS, schema_version=2)),
    "hello of another device": ev.ClientMsg(speech.Hello(ADDRESS, device_id="other")),
    "subscribe": ev.ClientMsg(speech.Subscribe(ADDRESS, (speech.Wanted("run:r2:events"),))),
    "subscribe atomic": ev.ClientMsg(speech.Subscribe(ADDRESS, (speech.Wanted(RUN, 1),), atomic=True)),
    "subscribe the view": ev.ClientMsg(speech.Subscribe(ADDRESS, (speech.Wanted(grammar.VIEW),))),
    "empty subscribe": ev.ClientMsg(speech.Subscribe(ADDRESS, ())),
    "unsubscribe": ev.ClientMsg(speech.Unsubscribe(ADDRESS, (RUN, "unknown"))),
    "ack": ev.ClientMsg(speech.Ack(((RUN, 3), ("unknown", 9)))),
    "beat": ev.ClientMsg(speech.ClientBeat(ADDRESS, ((RUN, 3),))),
    "ping": ev.ClientMsg(speech.Ping(ADDRESS)),
    "leave": ev.ClientMsg(speech.Leave(ADDRESS)),
    "noise": ev.ClientMsg(speech.Noise()),
    "telemetry": ev.ClientMsg(speech.Telemetry(ADDRESS, {})),
    "authenticate": ev.ClientMsg(speech.Authenticate(ADDRESS, "token")),
    "malformed": ev.ClientMsg(speech.Malformed(ADDRESS, "bad_message", "unknown_event")),
    "garbage": ev.ClientGarbage("not a message"),
    "acl of nobody": ev.Acl(999, ()),
    "topic state of nobody": ev.TopicState(999, run_topic().facts(None, 5)),
    "view state of nobody": ev.ViewState(999, (), 0),
    "rows of nobody": ev.Rows(run_topic(rows=1).page(0), 999),
    "news": ev.Rows(run_topic(rows=5).page(3)),
    "news of another topic": ev.Rows(run_topic("other", rows=1).page(0)),
    "hint": ev.Hint(RUN, 7),
    "revoked": ev.Revoked("user_requested"),
    "membership revoked": ev.Revoked("membership_revoked", "Z"),
    "lease renewed": ev.LeaseRenewed(ALL_SCOPES),
    "lease renewed, scopes gone": ev.LeaseRenewed(frozenset()),
    "lease renewed, window shut": ev.LeaseRenewed(ALL_SCOPES, WINDOW),
    "lease refused": ev.LeaseRefused("session_revoked"),
    "lease unknown": ev.LeaseUnknown(),
    "token checked": ev.TokenChecked(ALICE, WALL + 9_000),
    "token refused": ev.TokenChecked(None, reason="token_expired"),
    "writable": ev.Writable(0),
    "backlog": ev.Writable(2_000_000),
    "tick": ev.Tick(),
    "drain": ev.Drain(0.0),
    "read failed": ev.IoFailed(999),
    "broken": ev.IoFailed(999, retryable=False),
    "gone": ev.Gone(1006),
}


@pytest.mark.parametrize("lane", WORLDS)
@pytest.mark.parametrize("state", [Conn.OPEN, Conn.READY, Conn.GRACE, Conn.DRAINING, Conn.CLOSING, Conn.CLOSED])
@pytest.mark.parametrize("name", INPUTS)
def test_every_input_in_every_state_follows_the_table(state: Conn, name: str, lane: str) -> None:
    here = _in_state(state, lane)
    outputs = here.feed(INPUTS[name])
    after = here.core.state
    steps = {step for (before, _), step in CONNECTION.items() if before is state}
    # A second join leaves and joins again within one input.
    assert after is state or after in steps
    if state in (Conn.CLOSING, Conn.CLOSED) and name != "gone":
        assert outputs == [] and after is state
    if after is Conn.CLOSING and state is not Conn.CLOSING:
        closes = [index for index, output in enumerate(outputs) if isinstance(output, ev.Close)]
        assert len(closes) == 1
        assert not [output for output in outputs[closes[0] :] if isinstance(output, ev.Send)]
    if after in (Conn.CLOSING, Conn.CLOSED, Conn.OPEN):
        assert not here.watched and not here.core.delivery.subs and not here.core.delivery.views.by_name


@pytest.mark.parametrize("lane", WORLDS)
@pytest.mark.parametrize("state", [Conn.OPEN, Conn.READY, Conn.GRACE, Conn.DRAINING])
@pytest.mark.parametrize("name", INPUTS)
def test_the_same_inputs_give_the_same_bytes(state: Conn, name: str, lane: str) -> None:
    one, other = _in_state(state, lane), _in_state(state, lane)
    assert repr(one.feed(INPUTS[name])) == repr(other.feed(INPUTS[name]))


@pytest.mark.parametrize("lane", WORLDS)
@pytest.mark.parametrize("build", ["20260101T000000Z", "20260401T000000Z"])
def test_a_window_that_was_tightened_is_checked_when_the_lease_is(lane: str, build: str) -> None:
    here = WORLDS[lane]({RUN: run_topic(rows=1)}, lease=5.0)
    here.say(speech.Hello('null,"1","sync:v1"', "", build, "khala.ws.v1", 2))
    here.run_clock(5.5)
    tightened = Window(min_client_build_id="20260301T000000Z", enforced=True)
    here.feed(ev.LeaseRenewed(ALL_SCOPES, tightened))
    if build > tightened.min_client_build_id:
        assert here.core.state is Conn.READY
    else:
        assert here.closed is not None and (here.closed.code, here.closed.word) == (4426, "upgrade_required")


# Joining


def test_welcome_says_what_was_granted() -> None:
    here = world(joined=False)
    here.hello(window_frames=10, window_bytes=0)
    [welcome] = here.said(pb.KHALA_FRAME_KIND_WELCOME)
    assert (welcome.window_frames, welcome.window_bytes) == (10, 1_048_576)
    assert (welcome.heartbeat_interval_ms, welcome.heartbeat_timeout_ms) == (15_000, 60_000)
    assert welcome.lease_expires_unix_ms == int((WALL + here.now + 900) * 1000)
    assert list(welcome.allowed_topics) == [
        "runtime.run_summaries",
        "runtime.codex_worker_summaries",
        "runtime.notifications",
        "runtime.codex_worker_events",
    ]
    assert 400 <= welcome.recommended_reconnect_backoff_ms <= 650


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"client_build_id": "", "protocol_version": "khala.ws.v1"}, "invalid_client_build"),
        ({"client_build_id": "today", "protocol_version": "khala.ws.v1"}, "invalid_client_build"),
        ({"client_build_id": "20260301T000000Z", "protocol_version": "v9"}, "unsupported_protocol_version"),
        ({"client_build_id": "20260101T000000Z", "protocol_version": "khala.ws.v1"}, "upgrade_required"),
        ({"client_build_id": "20270101T000000Z", "protocol_version": "khala.ws.v1"}, "unsupported_client_build"),
        ({"client_build_id": "20260301T000000Z", "protocol_version": "khala.ws.v1"}, ""),
    ],
)
def test_the_compatibility_window_decides_the_join(fields: dict[str, str], code: str) -> None:
    window = Window(min_client_build_id="20260201T000000Z", max_client_build_id="20260901T000000Z", enforced=True)
    here = world(joined=False, window=window)
    here.hello(**fields)
    if code:
        [error] = here.errors
        assert (error.code_text, error.code) == (code, pb.SYNC_ERROR_CODE_UPGRADE_REQUIRED)
        assert error.compatibility.min_client_build_id == "20260201T000000Z"
        assert here.closed is not None and here.closed.code == 4426
    else:
        assert here.closed is None


def test_a_session_that_was_revoked_is_told_after_the_hello() -> None:
    here = world(joined=False, soft_failure="user_requested")
    here.hello()
    [frame] = here.frames
    assert (frame.topic, frame.seq) == ("sync.auth", 0)
    assert here.errors[0].reauth_required and here.errors[0].reason == "user_requested"
    assert here.closed is not None and here.closed.code == 4401


def test_nothing_said_within_ten_seconds_ends_it() -> None:
    here = world(joined=False)
    here.run_clock(9.9)
    assert here.closed is None
    here.run_clock(0.2)
    assert here.closed is not None and (here.closed.code, here.closed.word) == (4400, "join_timeout")


def test_a_first_message_that_is_no_hello_ends_it() -> None:
    here = world(joined=False)
    here.subscribe(RUN)
    assert here.closed is not None and here.closed.code == 4400


# Staying


def test_the_server_beats_with_positions_and_chains() -> None:
    topic = run_topic(rows=4)
    here = world(topic)
    here.subscribe(RUN)
    here.settle()
    here.run_clock(15.0)
    [beat] = here.said(pb.KHALA_FRAME_KIND_HEARTBEAT)
    [cursor] = beat.watermarks
    assert (cursor.topic_name, cursor.watermark, cursor.chain) == (RUN, 4, topic.chains[4].hex())
    assert beat.server_time_unix_ms == 0


def test_silence_of_a_minute_ends_it_and_any_message_is_a_sign_of_life() -> None:
    here = world()
    here.run_clock(59)
    here.say(speech.ClientBeat("b"))
    here.run_clock(59)
    assert here.closed is None
    here.run_clock(2)
    assert here.closed is not None and here.closed.code == 4408


def test_a_flood_of_messages_ends_it() -> None:
    here = world()
    for _ in range(60):
        here.say(speech.ClientBeat(""))
    assert here.closed is not None and here.closed.code == 4429
    assert here.errors[-1].code == pb.SYNC_ERROR_CODE_RATE_LIMITED


def test_more_than_three_unreadable_messages_in_a_minute_end_it() -> None:
    here = world()
    for _ in range(3):
        here.feed(ev.ClientGarbage("x"))
    assert here.closed is None
    here.feed(ev.ClientGarbage("x"))
    assert here.closed is not None and here.closed.code == 4400


# Authority over time


def _overdue(**fields: object) -> World:
    here = world(run_topic(rows=1), lease=30.0, **fields)
    here.subscribe(RUN)
    here.settle()
    here.say(speech.ClientBeat(""))
    here.run_clock(30.5)
    return here


def test_a_lease_that_ends_is_asked_about_and_renewed() -> None:
    here = _overdue()
    assert here.core.state is Conn.GRACE and len(here.asked(ev.Introspect)) == 1
    here.subscribe("run:r2:events")
    assert here.errors[-1].retry_after_ms == 5000
    here.feed(ev.LeaseRenewed(ALL_SCOPES))
    assert here.core.state is Conn.READY
    lease = here.core.authority.lease_at
    assert lease is not None and 270 <= lease - here.now <= 330


def test_scopes_that_control_took_away_end_their_topics_only() -> None:
    here = _overdue()
    here.feed(ev.LeaseRenewed(ALL_SCOPES - {"runtime.run_events"}))
    here.settle()
    assert here.closed is None and not here.watched
    assert (here.errors[-1].code, here.errors[-1].reason) == (pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC, "missing_scope")


def test_control_that_does_not_answer_costs_nothing_until_the_grace_is_over() -> None:
    here = _overdue()
    while here.closed is None and here.now < 3000:
        here.feed(ev.LeaseUnknown())
        here.say(speech.ClientBeat(""))
        here.run_clock(10)
    assert here.closed is not None and here.closed.code == 4401
    assert here.errors[-1].reason == "reauthorization_unavailable"
    assert 900 <= here.now - 130 <= 930
    assert len(here.asked(ev.Introspect)) > 10


def test_a_refused_lease_evicts_with_controls_reason() -> None:
    here = _overdue()
    here.feed(ev.LeaseRefused("session_revoked"))
    assert here.closed is not None and here.closed.code == 4401
    assert here.frames[-1].topic == "sync.auth" and here.errors[-1].reason == "session_revoked"


def test_a_lease_that_cannot_be_renewed_ends_with_its_token() -> None:
    here = _overdue(renewable=False)
    assert here.closed is not None and here.errors[-1].reason == "token_expired"


def test_a_fresh_token_moves_the_lease_and_anothers_does_not() -> None:
    here = world(lease=30.0)
    here.say(speech.Authenticate("r", "token"))
    here.feed(ev.TokenChecked(ALICE, WALL + here.now + 600))
    here.say(speech.Authenticate("r", "token"))
    other = Principal("b", "X", "sess_b", "dev_b", scopes=ALL_SCOPES)
    here.feed(ev.TokenChecked(other, WALL + here.now + 600))
    accepted, refused = here.said(pb.KHALA_FRAME_KIND_AUTH)
    assert accepted.accepted and accepted.lease_expires_unix_ms == int((WALL + here.now + 600) * 1000)
    assert (refused.accepted, refused.reason) == (False, "principal_mismatch")
    assert refused.lease_expires_unix_ms == accepted.lease_expires_unix_ms


def test_a_lost_membership_ends_only_what_came_through_it() -> None:
    from apps.khala.domain.access import TopicRow

    own, shared = run_topic("r1", rows=1), run_topic("r2", rows=1)
    here = world(own, shared, rows={"run:r2:events": TopicRow("user:z", "X", "org")})
    here.subscribe("run:r1:events", "run:r2:events")
    here.settle()
    here.feed(ev.Revoked("membership_revoked", "X"))
    assert here.closed is None and here.watched == {"run:r1:events"}
    assert (here.errors[-1].reason, list(here.errors[-1].forbidden_topics)) == ("membership_revoked", ["run:r2:events"])


# Draining


def test_a_drain_goes_on_delivering_until_its_time_and_refuses_new_topics() -> None:
    topic = run_topic(rows=1)
    here = world(topic)
    here.subscribe(RUN)
    here.settle()
    here.feed(ev.Drain(here.now + 5))
    topic.append({"n": 2})
    here.push(RUN, 1)
    here.subscribe("run:r2:events")
    assert here.errors[-1].code == pb.SYNC_ERROR_CODE_SERVER_DRAINING and here.errors[-1].retry_after_ms > 0
    here.run_clock(5.0)
    assert here.closed is not None and here.closed.code == 1012
    [notice] = here.said(pb.KHALA_FRAME_KIND_CONTROL)
    assert notice.action == "reconnect" and 400 <= notice.reconnect_after_ms <= 650
    assert here.state[RUN].watermark == 2


def test_an_input_after_the_end_has_no_outputs() -> None:
    core = Connection(LaneN(text=False))
    core.handle(ev.Opened("kc", ALICE, Window(), WALL, 0.1, WALL + 60), 1.0)
    core.handle(ev.Gone(1000), 2.0)
    assert core.handle(ev.Tick(), 3.0) == []
