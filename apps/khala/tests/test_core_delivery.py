"""Delivery as a client sees it, for one connection and no socket: starts, replay, live, stale, fairness, pressure."""

from __future__ import annotations

import itertools

import pytest

from apps.khala.domain.access import TopicRow
from apps.khala.domain.core import events as ev
from apps.khala.domain.core import speech
from apps.khala.domain.core.limits import Limits
from apps.khala.domain.core.speech import Start, Wanted
from apps.khala.tests.client_model import run_topic, world
from openagents.sync.v1 import sync_pb2 as pb

RUN = "run:r1:events"


def test_a_topic_is_watched_before_it_is_read() -> None:
    here = world(run_topic(rows=3))
    here.subscribe(RUN)
    here.settle()
    kinds = [type(output) for output in here.outputs if type(output) in (ev.Watch, ev.ReadTopic, ev.Fetch)]
    assert kinds == [ev.Watch, ev.ReadTopic, ev.Fetch]


def test_replay_ends_with_an_anchor_that_equals_the_folded_chain() -> None:
    topic = run_topic(rows=450)
    here = world(topic)
    here.subscribe(Wanted(RUN, start=Start.EARLIEST))
    here.settle()
    kept = here.state[RUN]
    assert sorted(kept.rows) == list(range(1, 451)) and kept.live
    assert kept.chain == topic.chains[450] and kept.mismatches == 0
    assert [batch.replay_complete for batch in here.batches] == [False, False, True]
    assert [bool(batch.head_watermarks[0].chain) for batch in here.batches] == [False, False, True]


def test_a_start_at_the_head_is_told_so_by_an_empty_batch() -> None:
    here = world(run_topic(rows=3))
    here.subscribe(Wanted(RUN, start=Start.LATEST))
    here.settle()
    [batch] = here.batches
    assert not batch.updates and batch.replay_complete and batch.head_watermarks[0].chain
    assert here.results[0].mode == "live" and here.results[0].effective_resume_after == 3


def test_live_news_goes_out_without_another_question_and_without_a_chain() -> None:
    topic = run_topic(rows=2)
    here = world(topic)
    here.subscribe(RUN)
    here.settle()
    topic.append({"live": True})
    outputs = here.core.handle(ev.Rows(topic.page(2)), here.now)
    assert [type(output) for output in outputs] == [ev.Send]
    batch = pb.UpdateBatch.FromString(pb.KhalaFrame.FromString(outputs[0].message.data).payload_bytes)
    assert [update.watermark for update in batch.updates] == [3]
    assert batch.replay_complete and not batch.head_watermarks[0].chain


def test_one_page_is_encoded_once_for_every_subscriber() -> None:
    topic = run_topic(rows=1)
    worlds = [world(topic), world(topic)]
    for here in worlds:
        here.subscribe(RUN)
        here.settle()
    topic.append({"live": True})
    page = topic.page(1)
    sent = [here.core.handle(ev.Rows(page), here.now)[0].message for here in worlds]
    assert sent[0] is sent[1]


def test_news_during_the_replay_is_not_lost() -> None:
    topic = run_topic(rows=1)
    here = world(topic)
    here.subscribe(RUN)
    here.step()
    here.step()
    [fetch] = here.pending
    early = topic.page(fetch.after)
    topic.append({"n": 2})
    here.push(RUN, 1)
    here.pending.clear()
    here.feed(ev.Rows(early, fetch.ticket))
    here.settle()
    assert here.state[RUN].watermark == 2


@pytest.mark.parametrize("hints", [[(RUN, 9)], [(RUN, 5), (RUN, 5)], [(RUN, 2**40)], [("run:other:events", 3)], []])
def test_hints_of_any_kind_change_nothing_in_what_is_delivered(hints: list[tuple[str, int]]) -> None:
    topic = run_topic(rows=5)
    here = world(topic)
    here.subscribe(RUN)
    for name, head in hints:
        here.feed(ev.Hint(name, head))
    here.settle()
    for name, head in hints:
        here.feed(ev.Hint(name, head))
    here.settle()
    assert sorted(here.state[RUN].rows) == [1, 2, 3, 4, 5]
    assert sum(len(batch.updates) for batch in here.batches) == 5


def test_failures_of_one_topic_do_not_touch_the_others() -> None:
    here = world(run_topic(rows=2), run_topic("r2"), rows={"run:r2:events": TopicRow("user:b")})
    here.subscribe(RUN, "run:r2:events", "run:404:events", "nonsense")
    here.settle()
    assert [(result.topic_name, result.error, result.reason) for result in here.results] == [
        (RUN, 0, ""),
        ("run:r2:events", pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC, "owner_mismatch"),
        ("run:404:events", pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC, "owner_mismatch"),
        ("nonsense", pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC, "forbidden_topic"),
    ]
    assert here.state[RUN].watermark == 2
    assert here.watched == {RUN}


def test_an_alias_and_its_topic_are_one_subscription() -> None:
    from apps.khala.tests.journal_model import ModelTopic

    here = world(ModelTopic("user:a:runs"))
    here.subscribe("runtime.run_summaries", "user:a:runs")
    here.settle()
    first, second = here.results
    assert (first.canonical_topic, first.error) == ("user:a:runs", 0)
    assert (second.error, second.reason) == (pb.SYNC_ERROR_CODE_BAD_SUBSCRIPTION, "duplicate_canonical_topic")


def test_a_stale_cursor_ends_the_topic_in_the_answer_and_leaves_a_grant() -> None:
    topic = run_topic(rows=10)
    topic.prune(5)
    here = world(topic)
    here.subscribe(Wanted(RUN, cursor=2))
    here.settle()
    [result] = here.results
    assert (result.error, result.reason) == (pb.SYNC_ERROR_CODE_STALE_CURSOR, "retention_floor_breach")
    assert [grant.topic for grant in here.asked(ev.RecoveryGrant)] == [RUN]
    assert not here.watched


def test_another_chain_at_the_cursor_is_another_history() -> None:
    here = world(run_topic(rows=5))
    here.subscribe(Wanted(RUN, cursor=3, lineage="lin_01", chain=b"\x01" * 32))
    here.settle()
    assert here.results[0].reason == "lineage_mismatch"
    assert ("chain_mismatch", ("run_events", "resume")) in {(m.name, m.labels) for m in here.asked(ev.Metric)}


def test_retention_that_passes_a_live_client_ends_the_topic_with_its_numbers() -> None:
    topic = run_topic(rows=3)
    here = world(topic)
    here.subscribe(RUN)
    here.settle()
    for number in range(10):
        topic.append({"late": number})
    topic.prune(8)
    here.feed(ev.Hint(RUN, 13))
    here.settle()
    [error] = here.errors
    assert error.code == pb.SYNC_ERROR_CODE_STALE_CURSOR and list(error.reason_codes) == ["retention_floor_breach"]
    [stale] = error.stale_topics
    assert (stale.resume_after, stale.retention_floor, stale.head_watermark, stale.replay_lag) == (3, 8, 13, 10)
    assert here.closed is None


def test_a_rotated_lineage_ends_the_topic() -> None:
    topic = run_topic(rows=3)
    here = world(topic)
    here.subscribe(RUN)
    here.settle()
    topic.rotate("lin_02")
    here.push(RUN, 3)
    assert list(here.errors[0].reason_codes) == ["lineage_mismatch"]


def test_a_hole_in_the_journal_is_asked_for_again_and_then_ends_the_connection() -> None:
    topic = run_topic(rows=5)
    topic.rows = [row for row in topic.rows if row.seq != 2]
    here = world(topic)
    here.subscribe(Wanted(RUN, cursor=1))
    here.settle()
    here.run_clock(1.0)
    fetches = here.asked(ev.Fetch)
    assert [fetch.primary for fetch in fetches] == [False, True, True, True]
    assert here.closed is not None and here.closed.code == 1011
    assert not here.batches


def test_a_raised_acl_version_is_decided_again_before_anything_else_is_sent() -> None:
    topic = run_topic(rows=2)
    here = world(topic)
    here.subscribe(RUN)
    here.settle()
    topic.append({"secret": True})
    topic.acl_version = 1
    here.rows[RUN] = TopicRow("user:b", None, "owner", 1)
    here.push(RUN, 2)
    here.settle()
    assert here.errors[-1].code == pb.SYNC_ERROR_CODE_FORBIDDEN_TOPIC
    assert here.state[RUN].watermark == 2 and not here.watched


def test_a_raised_acl_version_that_still_allows_goes_on_without_a_hole() -> None:
    topic = run_topic(rows=2)
    here = world(topic)
    here.subscribe(RUN)
    here.settle()
    topic.append({"n": 3})
    topic.acl_version = 1
    here.push(RUN, 2)
    here.settle()
    assert here.state[RUN].watermark == 3


def test_a_resubscribe_without_cursor_leaves_the_topic_and_one_with_cursor_moves_it() -> None:
    here = world(run_topic(rows=6))
    here.subscribe(RUN)
    here.settle()
    here.subscribe(RUN)
    here.settle()
    assert here.results[1].mode == "live" and here.results[1].effective_resume_after == 6
    here.state.clear()
    here.subscribe(Wanted(RUN, cursor=4))
    here.settle()
    assert here.results[2].mode == "resume" and sorted(here.state[RUN].rows) == [5, 6]


def test_nothing_of_a_topic_is_sent_after_unsubscribe() -> None:
    topic = run_topic(rows=400)
    here = world(topic)
    here.subscribe(RUN)
    here.step()
    here.step()
    [fetch] = here.pending
    here.say(speech.Unsubscribe("u", (RUN,)))
    before = len(here.batches)
    here.feed(ev.Rows(topic.page(0), fetch.ticket))
    here.push(RUN, 0)
    assert len(here.batches) == before and here.core.delivery.fetches == {}


def test_two_replays_share_the_connection_in_slices() -> None:
    here = world(run_topic("r1", rows=300), run_topic("r2", rows=300))
    here.subscribe("run:r1:events", "run:r2:events")
    here.settle()
    order = [frame.topic for frame in here.frames if frame.kind == pb.KHALA_FRAME_KIND_UPDATE_BATCH]
    assert all(one != other for one, other in itertools.pairwise(order[:11]))
    assert max(len(batch.updates) for batch in here.batches[:10]) == 50


def test_without_acks_the_window_closes_and_an_ack_opens_it() -> None:
    here = world(run_topic(rows=300), limits=Limits(window_frames_max=3), auto_ack=False)
    here.subscribe(RUN, batch_rows=10)
    here.settle()
    assert len(here.batches) == 3 and not here.pending
    here.ack()
    here.settle()
    assert len(here.batches) == 6


@pytest.mark.parametrize("limits", [Limits(window_frames_max=3), Limits(window_bytes_max=400)], ids=["frames", "bytes"])
def test_live_rows_stop_at_a_full_window_too(limits: Limits) -> None:
    topic = run_topic(rows=1)
    here = world(topic, limits=limits, auto_ack=False)
    here.subscribe(RUN)
    here.settle()
    for number in range(20):
        topic.append({"n": number})
        here.push(RUN, topic.head - 1)
    reached = here.state[RUN].watermark
    assert 2 <= reached <= 5
    while here.state[RUN].watermark < topic.head:
        here.ack()
        here.settle()
        assert here.state[RUN].watermark > reached
        reached = here.state[RUN].watermark


def test_a_topic_that_ends_gives_its_window_back() -> None:
    here = world(run_topic("r1", rows=50), run_topic("r2", rows=50), limits=Limits(window_frames_max=3), auto_ack=False)
    here.subscribe("run:r1:events", batch_rows=10)
    here.settle()
    here.say(speech.Unsubscribe("u", ("run:r1:events",)))
    here.subscribe("run:r2:events", batch_rows=10)
    here.settle()
    assert len(here.batches) == 6 and here.state["run:r2:events"].watermark == 30


def test_a_heartbeat_in_the_middle_of_a_replay_states_the_chain_of_the_position() -> None:
    topic = run_topic(rows=50)
    here = world(topic, limits=Limits(window_frames_max=2), auto_ack=False)
    here.subscribe(RUN, batch_rows=10)
    here.settle()
    here.run_clock(15)
    [cursor] = here.said(pb.KHALA_FRAME_KIND_HEARTBEAT)[0].watermarks
    assert (cursor.watermark, cursor.chain) == (20, topic.chains[20].hex())


def test_a_page_asked_for_before_a_move_is_not_delivered_after_it() -> None:
    topic = run_topic(rows=20)
    here = world(topic)
    here.subscribe(Wanted(RUN, cursor=5))
    here.step()
    here.step()
    [old] = here.pending
    here.pending.clear()
    here.subscribe(Wanted(RUN, cursor=5))
    here.step()
    here.step()
    here.feed(ev.Rows(topic.page(5), old.ticket))
    assert not here.batches
    here.settle()
    assert sum(len(batch.updates) for batch in here.batches) == 15


def test_news_waits_when_there_is_no_room() -> None:
    topic = run_topic(rows=1)
    here = world(topic)
    here.subscribe(RUN)
    here.settle()
    here.feed(ev.Writable(300_000))
    topic.append({"n": 2})
    here.push(RUN, 1)
    assert here.state[RUN].watermark == 1 and not here.pending
    here.feed(ev.Writable(0))
    here.settle()
    assert here.state[RUN].watermark == 2


def test_a_hint_for_what_is_not_there_costs_one_read() -> None:
    here = world(run_topic(rows=2))
    here.subscribe(RUN)
    here.settle()
    before = len(here.asked(ev.Fetch))
    here.feed(ev.Hint(RUN, 99))
    for _ in range(5):
        if here.pending:
            here.step()
    assert len(here.asked(ev.Fetch)) == before + 1


def test_a_failed_read_of_an_earlier_start_delays_nothing() -> None:
    here = world(run_topic(rows=20))
    here.subscribe(Wanted(RUN, cursor=5))
    here.step()
    here.step()
    [old] = here.pending
    here.pending.clear()
    here.subscribe(Wanted(RUN, cursor=5))
    here.step()
    here.step()
    here.feed(ev.IoFailed(old.ticket))
    here.settle()
    assert here.state[RUN].watermark == 20


def test_a_full_transport_stops_fetching_until_it_drains() -> None:
    here = world(run_topic(rows=300))
    here.feed(ev.Writable(300_000))
    here.subscribe(RUN)
    here.settle()
    assert not here.asked(ev.Fetch)
    here.feed(ev.Writable(0))
    here.settle()
    assert here.state[RUN].watermark == 300


def test_a_client_that_takes_nothing_is_warned_and_then_cut() -> None:
    here = world(run_topic(rows=3000), limits=Limits(window_frames_max=2), auto_ack=False)
    here.subscribe(RUN)
    here.settle()
    for _ in range(40):
        if here.closed is None:
            here.say(speech.ClientBeat(""))
            here.run_clock(1.0)
    assert here.closed is not None and here.closed.code == 4409
    assert [notice.action for notice in here.said(pb.KHALA_FRAME_KIND_CONTROL)] == ["throttle"]
    assert here.errors[-1].action == "disconnect" and not here.errors[-1].full_resync_required


def test_a_client_that_catches_up_is_never_struck() -> None:
    here = world(run_topic(rows=15_000), limits=Limits(window_frames_max=4), auto_ack=False)
    here.subscribe(RUN)
    here.settle()
    for _ in range(60):
        here.ack()
        here.run_clock(1.0)
    assert here.closed is None and here.core.delivery.pressure.strikes == 0


def test_an_update_that_is_too_large_goes_as_a_pointer_that_still_folds() -> None:
    topic = run_topic()
    topic.append({"text": "x" * 300_000})
    topic.append({"n": 2})
    here = world(topic)
    here.subscribe(RUN)
    here.settle()
    first = here.batches[0].updates[0]
    assert first.hydration_required and not first.payload and len(first.payload_hash) == 32
    assert here.state[RUN].chain == topic.chains[2] and here.state[RUN].mismatches == 0


def test_a_journal_that_is_away_pauses_and_after_a_minute_ends_the_connection() -> None:
    here = world(run_topic(rows=5))
    here.subscribe(RUN)
    here.step()
    here.step()
    while here.closed is None and here.now < 300:
        for fetch in here.pending:
            here.feed(ev.IoFailed(fetch.ticket))
        here.pending.clear()
        here.say(speech.ClientBeat(""))
        assert here.timer is not None
        here.now, here.timer = here.timer, None
        here.feed(ev.Tick())
    assert here.closed is not None and here.closed.code == 1013
    assert here.now - 100 >= 60


def test_starting_over_too_often_is_answered_with_a_wait() -> None:
    here = world(run_topic(rows=5))
    here.subscribe(Wanted(RUN, start=Start.EARLIEST))
    here.step()
    [read] = here.pending
    here.pending.clear()
    here.feed(ev.TopicState(read.ticket, here.topics[RUN].facts(None, 10), retry_after_ms=7000))
    assert here.results[0].error == pb.SYNC_ERROR_CODE_RATE_LIMITED
    assert here.errors[0].retry_after_ms == 7000
