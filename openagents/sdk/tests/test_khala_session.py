"""The link machine by table: every failure and what it leads to (surfaces 5.2, khala 19)."""

from __future__ import annotations

import pytest

from openagents.sdk.backoff import khala_delay_ms
from openagents.sdk.khala import actions as do
from openagents.sdk.khala.outcomes import BY_CLOSE_CODE, BY_CODE, Reaction, of_close, of_code, of_handshake
from openagents.sdk.khala.session import BATCH_SIZE, HEARTBEAT_MS, SILENCE_MS, STABLE_MS, KhalaSession
from openagents.sdk.tests.khala_double import Journal
from openagents.sdk.tests.simulation import Simulation
from openagents.sdk.updates import LinkState, TopicReset, TopicStopped
from openagents.sdk.watermarks.memory import MemoryWatermarks
from openagents.sync.v1 import sync_pb2 as pb

TOPIC = "run:r1:events"
OTHER = "run:r2:events"


def live(*topics: str, u: float = 0.5) -> Simulation:
    sim = Simulation({name: Journal(name) for name in topics or (TOPIC,)}, MemoryWatermarks(), u=u)
    sim.settle()
    sim.links.clear()
    return sim


def test_the_way_to_live() -> None:
    sim = Simulation({TOPIC: Journal(TOPIC)}, MemoryWatermarks())
    sim.settle()
    assert [link.state for link in sim.links] == [
        LinkState.MINTING,
        LinkState.CONNECTING,
        LinkState.JOINING,
        LinkState.SUBSCRIBING,
        LinkState.REPLAYING,
        LinkState.LIVE,
    ]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (1000, LinkState.BACKOFF),
        (1006, LinkState.BACKOFF),
        (1011, LinkState.BACKOFF),
        (1012, LinkState.BACKOFF),
        (1013, LinkState.BACKOFF),
        (4400, LinkState.BACKOFF),
        (4401, LinkState.CONNECTING),
        (4403, LinkState.FORBIDDEN),
        (4408, LinkState.BACKOFF),
        (4409, LinkState.BACKOFF),
        (4426, LinkState.UPGRADE_REQUIRED),
        (4429, LinkState.BACKOFF),
        (4999, LinkState.BACKOFF),
    ],
)
def test_close_codes(code: int, state: LinkState) -> None:
    sim = live()
    sim.disconnect(code)
    states = [link.state for link in sim.links]
    assert state in states
    if state in {LinkState.FORBIDDEN, LinkState.UPGRADE_REQUIRED}:
        assert sim.session.next_deadline_ms() is None


@pytest.mark.parametrize(
    ("code", "state"),
    [
        (pb.SYNC_ERROR_CODE_REAUTH_REQUIRED, LinkState.REAUTH_REQUIRED),
        (pb.SYNC_ERROR_CODE_UPGRADE_REQUIRED, LinkState.UPGRADE_REQUIRED),
        (pb.SYNC_ERROR_CODE_INTERNAL, LinkState.BACKOFF),
        (pb.SYNC_ERROR_CODE_SLOW_CONSUMER, LinkState.BACKOFF),
        (pb.SYNC_ERROR_CODE_RATE_LIMITED, LinkState.BACKOFF),
        (pb.SYNC_ERROR_CODE_SERVER_DRAINING, LinkState.BACKOFF),
    ],
)
def test_errors_of_the_connection(code: int, state: LinkState) -> None:
    sim = live()
    assert sim.server is not None
    sim.down.append(sim.server.error("sync.control", code))
    sim.deliver()
    assert sim.links[-1].state is state


def test_every_code_of_the_wire_enum_has_a_reaction() -> None:
    words = {name.removeprefix("SYNC_ERROR_CODE_").lower() for name, _ in pb.SyncErrorCode.items()} - {"unspecified"}
    assert words <= set(BY_CODE)
    assert of_code("a_word_of_tomorrow") is Reaction.BACKOFF
    assert of_close(3999) is Reaction.BACKOFF
    assert set(BY_CLOSE_CODE) >= {1000, 1009, 1011, 1012, 1013, 4400, 4401, 4403, 4408, 4409, 4426, 4429}


@pytest.mark.parametrize(
    ("status", "code", "reaction"),
    [
        (0, "", Reaction.BACKOFF),
        (401, "token_expired", Reaction.REFRESH),
        (401, "token_replayed", Reaction.BACKOFF),
        (401, "", Reaction.REFRESH),
        (403, "origin_not_allowed", Reaction.FORBIDDEN),
        (403, "", Reaction.FORBIDDEN),
        (426, "upgrade_required_websocket", Reaction.BACKOFF),
        (426, "unsupported_client_build", Reaction.UPGRADE),
        (429, "", Reaction.WAIT),
        (503, "draining", Reaction.DRAIN),
        (503, "", Reaction.BACKOFF),
    ],
)
def test_refused_handshakes(status: int, code: str, reaction: Reaction) -> None:
    assert of_handshake(status, code) is reaction


def test_a_second_401_without_a_stable_time_between_needs_sign_in() -> None:
    sim = live()
    sim.disconnect(4401)
    sim.settle()
    assert sim.session.state is LinkState.LIVE
    sim.disconnect(4401)
    assert sim.session.state is LinkState.REAUTH_REQUIRED


def test_thirty_seconds_live_forget_earlier_failures() -> None:
    sim = live()
    sim.disconnect(4401)
    sim.settle()
    sim.advance(STABLE_MS)
    sim.disconnect(4401)
    sim.settle()
    assert sim.session.state is LinkState.LIVE


def test_a_drain_waits_as_told_and_counts_no_failure() -> None:
    sim = live()
    assert sim.server is not None
    sim.down.append(sim.server.control(action="reconnect", reconnect_after_ms=777))
    sim.deliver()
    assert sim.links[-1] == do.Link(LinkState.BACKOFF, "reconnect", 777)
    sim.settle()
    sim.disconnect(1006)
    assert sim.links[-1].retry_in_ms == khala_delay_ms(1, 0.5)


def test_the_first_reconnect_after_a_server_side_close_uses_its_hint() -> None:
    sim = live()
    sim.disconnect(1013)
    assert sim.links[-1].retry_in_ms == 410


def test_a_slow_consumer_asks_for_smaller_batches() -> None:
    sim = live()
    for expected in (BATCH_SIZE // 2, BATCH_SIZE // 4, 25, 25):
        sim.disconnect(4409)
        sim.settle()
        assert sim.server is not None
        assert sim.server.subscribes[-1].replay_batch_size == expected


def test_silence_of_45_seconds_reconnects_and_heartbeats_leave_every_20() -> None:
    sim = live()
    sent: list[bytes] = []
    assert sim.server is not None
    receive = sim.server.receive
    sim.server.receive = lambda raw: sent.append(raw) or receive(raw)  # type: ignore[method-assign, func-returns-value]
    for _ in range(SILENCE_MS // 1_000 - 1):
        sim.advance(1_000)
    beats = [raw for raw in sent if pb.ClientMessage.FromString(raw).HasField("heartbeat")]
    assert len(beats) == (SILENCE_MS // 1_000 - 1) * 1_000 // HEARTBEAT_MS
    sim.advance(1_000)
    assert sim.links[-1].state is LinkState.BACKOFF


@pytest.mark.parametrize(("u", "frames", "delay_ms"), [(0.0, 24, 1_000), (0.5, 28, 1_250), (1.0, 32, 1_500)])
def test_each_connection_acknowledges_at_its_own_pace(u: float, frames: int, delay_ms: int) -> None:
    """So that all who follow one topic do not answer the same event at once; khala N4 asks for 32 frames or 2 s."""
    sim = live(u=u)
    server = sim.server
    assert server is not None
    sim.advance(delay_ms)
    assert server.unacked == []

    def row() -> int:
        sim.journals[TOPIC].append({})
        sim.fill()
        sim.deliver()
        return len(server.unacked)

    assert [row() for _ in range(frames)] == [*range(1, frames), 0]
    assert row() == 1
    sim.advance(delay_ms - 1)
    assert len(server.unacked) == 1
    sim.advance(1)
    assert server.unacked == []


def test_while_reading_is_paused_silence_is_ours() -> None:
    sim = live()
    sim.feed(do.ReadingPaused(sim.connection))
    sim.advance(SILENCE_MS * 3)
    assert sim.session.state is LinkState.LIVE
    sim.feed(do.ReadingResumed(sim.connection))
    sim.advance(SILENCE_MS)
    assert sim.session.state is not LinkState.LIVE


def test_the_token_is_renewed_in_place_before_it_ends() -> None:
    sim = live()
    for _ in range(27):
        assert sim.server is not None
        sim.advance(10_000)
        sim.down.append(sim.server.beat())
        sim.deliver()
    while sim.down:
        sim.deliver()
    assert sim.server is not None and sim.server.tokens == ["token"]
    assert sim.session.counters["renewals_accepted"] == 1
    assert sim.session.state is LinkState.LIVE


def test_the_words_of_an_old_socket_are_ignored() -> None:
    sim = live()
    old = sim.connection
    assert sim.server is not None
    late = sim.server.error("sync.auth", pb.SYNC_ERROR_CODE_REAUTH_REQUIRED)
    sim.disconnect()
    sim.settle()
    sim.feed(do.Received(old, late))
    sim.feed(do.Closed(old, 4426))
    assert sim.session.state is LinkState.LIVE


def test_a_topic_that_may_not_be_followed_is_dropped_and_the_others_stay() -> None:
    sim = Simulation({TOPIC: Journal(TOPIC), OTHER: Journal(OTHER)}, MemoryWatermarks())
    sim.forbidden = frozenset({OTHER})
    sim.disconnect()
    sim.settle()
    assert sim.session.state is LinkState.LIVE
    assert TopicStopped(OTHER, 0, "owner_mismatch") in sim.told


def test_when_no_topic_is_left_the_link_stops_forbidden() -> None:
    sim = Simulation({TOPIC: Journal(TOPIC)}, MemoryWatermarks())
    sim.forbidden = frozenset({TOPIC})
    sim.disconnect()
    sim.settle()
    assert sim.session.state is LinkState.FORBIDDEN


def test_a_topic_that_ends_while_live_leaves_the_connection_alone() -> None:
    sim = live(TOPIC, OTHER)
    assert sim.server is not None
    sim.down.append(sim.server.error(TOPIC, pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC, reason="membership_revoked"))
    sim.deliver()
    assert TopicStopped(TOPIC, 0, "membership_revoked") in sim.told
    assert sim.session.state is LinkState.LIVE


def test_a_rate_limited_topic_is_tried_again_when_the_server_says() -> None:
    sim = live(TOPIC, OTHER)
    assert sim.server is not None
    asked = len(sim.server.subscribes)
    sim.down.append(sim.server.error(TOPIC, pb.SYNC_ERROR_CODE_RATE_LIMITED, retry_after_ms=5_000))
    sim.deliver()
    sim.advance(4_999)
    assert len(sim.server.subscribes) == asked
    sim.advance(1)
    assert list(sim.server.subscribes[-1].topic_names) == [TOPIC]


def test_an_unanswered_subscribe_reconnects() -> None:
    sim = Simulation({TOPIC: Journal(TOPIC)}, MemoryWatermarks())
    sim.deliver()
    sim.down.clear()
    sim.advance(15_000)
    assert sim.links[-1].state is LinkState.BACKOFF
    assert sim.links[-1].reason == "subscribe_timeout"


def test_a_stale_document_topic_loads_its_snapshot_and_resumes_after_it() -> None:
    name = "user:u1:runs"
    sim = live(name)
    journal = sim.journals[name]
    for n in range(4):
        journal.append({"n": n}, doc_key="a", doc_version=n + 1)
    assert sim.server is not None
    sim.down.append(sim.server.error(name, pb.SYNC_ERROR_CODE_STALE_CURSOR))
    sim.deliver()
    assert sim.pending == [do.LoadSnapshot(name, "")]
    chain = journal.chain_at(4)
    from openagents.sdk.updates import Cursor, Document

    loaded = do.SnapshotLoaded(name, Cursor(4, journal.lineage, chain), (Document("a", 4, '{"n":3}', 4),))
    sim.feed(loaded)
    assert TopicReset(name, 4, "stale_cursor", skipped=False, documents=1) in sim.told
    assert sim.server.subscribes[-1].resume_after[0].watermark == 4
    sim.settle()
    assert sim.session.state is LinkState.LIVE


def test_a_server_without_snapshots_falls_back_to_its_earliest_row() -> None:
    name = "user:u1:runs"
    sim = live(name)
    sim.journals[name].append({"n": 1}, doc_key="a")
    assert sim.server is not None
    sim.down.append(sim.server.error(name, pb.SYNC_ERROR_CODE_STALE_CURSOR))
    sim.deliver()
    sim.feed(do.SnapshotFailed(name, supported=False))
    sim.settle()
    assert sim.session.state is LinkState.LIVE
    assert sorted(sim.state_of(name)) == [1]


@pytest.mark.parametrize("final", [LinkState.REAUTH_REQUIRED, LinkState.UPGRADE_REQUIRED, LinkState.FORBIDDEN], ids=str)
def test_a_token_that_will_never_come_stops_the_link(final: LinkState) -> None:
    session = KhalaSession({TOPIC: None})
    session.handle(do.Start(), 0, 0.0)
    assert session.handle(do.TokenFailed("no", final), 1, 0.0) == [do.Link(final, "no")]
    assert session.handle(do.Tick(), 10**9, 0.0) == []


def test_a_token_that_may_come_later_is_asked_for_again() -> None:
    session = KhalaSession({TOPIC: None})
    session.handle(do.Start(), 0, 0.0)
    assert session.handle(do.TokenFailed("503", None, 2_000), 0, 0.0) == [do.Link(LinkState.BACKOFF, "503", 2_000)]
    assert session.next_deadline_ms() == 2_000
    assert session.handle(do.Tick(), 2_000, 0.0)[-1] == do.Mint()


def test_stopping_closes_the_socket_and_nothing_follows() -> None:
    sim = live()
    sim.feed(do.Stop())
    assert sim.server is None
    assert sim.session.state is LinkState.CLOSED
    assert sim.session.handle(do.Tick(), 10**9, 0.5) == []


def test_a_pause_of_an_old_socket_does_not_silence_the_next_one() -> None:
    sim = live()
    old = sim.connection
    sim.disconnect()
    sim.feed(do.ReadingPaused(old))
    sim.settle()
    sim.advance(SILENCE_MS)
    assert sim.links[-1].reason == "silence_timeout"


def test_the_answer_to_an_older_subscribe_is_ignored() -> None:
    sim = live()
    assert sim.server is not None
    for n in range(2):
        sim.journals[TOPIC].append({"n": n})
        sim.fill()
    del sim.down[0]
    sim.deliver()
    assert len(sim.server.subscribes) == 2
    refusal = pb.Subscribed(request_id=sim.server.subscribes[0].request_id)
    refusal.results.add(topic_name=TOPIC, error=pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC)
    frame = pb.KhalaFrame(topic="sync.control", kind=pb.KHALA_FRAME_KIND_SUBSCRIBED, schema_version=2)
    frame.payload_bytes = refusal.SerializeToString()
    sim.down.insert(0, frame.SerializeToString())
    sim.settle()
    assert sim.stopped(TOPIC) == []
    assert sorted(sim.state_of(TOPIC)) == [1, 2]
