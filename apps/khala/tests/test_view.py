"""The fan-in view (3.3): many worker topics under one legacy name, each in its own space."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from apps.khala.domain import grammar
from apps.khala.domain.core import events as ev
from apps.khala.domain.core.limits import Limits
from apps.khala.domain.core.view import View, clamped, envelope, start_of
from apps.khala.domain.freshness import Extent
from apps.khala.domain.journal import Member, TopicFacts
from apps.khala.tests.client_model import ALL_SCOPES, Applied
from apps.khala.tests.journal_model import ModelTopic, row_of
from apps.khala.tests.lane_worlds import ChannelWorld
from openagents.receipts.canonical import canonical_bytes

VIEW = grammar.VIEW
FLEET = "fleet:user:a:workers"


class ViewWorld(ChannelWorld):
    """A desktop: it keeps what it got per worker, and one cursor of its own."""

    def __post_init__(self) -> None:
        self.got: dict[str, list[int]] = {}
        super().__post_init__()

    def started(self, name: str, position: int, lineage: str, chain: str | None) -> None:
        self.state.setdefault(name, Applied())

    def apply(self, name: str, seq: int, payload: bytes, digest: bytes) -> None:
        assert name == VIEW and sha256(payload).digest() == digest
        import orjson

        wrapped = orjson.loads(payload)
        assert wrapped["seq"] == seq
        self.got.setdefault(wrapped["workerId"], []).append(seq)


def worker(name: str, rows: int = 0) -> ModelTopic:
    topic = ModelTopic(f"worker:{name}:events")
    for number in range(rows):
        topic.append({"n": number})
    return topic


def desktop(*topics: ModelTopic, **fields: Any) -> ViewWorld:
    here = ViewWorld({topic.name: topic for topic in topics}, members={topic.name: 0 for topic in topics}, **fields)
    here.hello()
    return here


def join(here: ViewWorld, cursor: int | None = None) -> dict[str, Any]:
    resume = {} if cursor is None else {"resume_after": {VIEW: cursor}}
    ref = here.ask(VIEW, **resume)
    here.settle()
    return here.reply(ref)


@pytest.mark.parametrize(
    ("head", "floor", "created_later", "position"),
    [(52, 0, False, 50), (10, 0, False, 10), (9000, 7000, False, 7000), (9000, 0, False, 6000), (9000, 0, True, 0)],
)
def test_e10_where_a_member_starts(head: int, floor: int, created_later: bool, position: int) -> None:
    topic = grammar.parse("worker:w1:events")
    assert topic is not None
    view = View(VIEW, 50, 200, since_ms=1000, refresh_at=0, refreshed_at=0)
    member = Member(topic, TopicFacts(Extent(head, floor, 0, "lin")), None, 2000 if created_later else 500)
    assert start_of(member, view) == position


@pytest.mark.parametrize(("cursor", "position"), [(None, 20), (0, 20), (20, 20), (33, 33), (45, 45), (99, 45)])
def test_v2_the_cursor_is_kept_within_what_can_be_served(cursor: int | None, position: int) -> None:
    assert clamped(cursor, Extent(45, 20, 0, "lin"), 3000) == position


def test_v3_the_envelope_is_canonical_and_names_the_worker() -> None:
    row = row_of(42, {"method": "turn/started"}, b"", "worker.event")
    assert envelope(row, 'desk"w:alpha') == canonical_bytes(
        {
            "workerId": 'desk"w:alpha',
            "worker_id": 'desk"w:alpha',
            "seq": 42,
            "eventType": "worker.event",
            "event_type": "worker.event",
            "payload": {"method": "turn/started"},
            "occurredAt": "2026-02-25T06:13:20.042Z",
            "occurred_at": "2026-02-25T06:13:20.042Z",
        }
    )


def test_the_answer_is_as_in_the_example() -> None:
    here = desktop(worker("alpha", 42))
    assert join(here, 41)["response"] == {
        "subscription_id": "sub_kc_1",
        "topics": [VIEW],
        "current_watermarks": [{"topic": VIEW, "watermark": 41}],
        "head_watermarks": [{"topic": VIEW, "watermark": 42}],
        "replay": [
            {
                "topic": VIEW,
                "canonical_topic": "worker:*:events",
                "mode": "resume",
                "effective_resume_after": 41,
                "lineage": "",
            }
        ],
    }
    [batch] = here.pushed("sync:update_batch")
    assert batch["head_watermarks"] == [{"topic": VIEW, "watermark": 42}] and batch["replay_complete"]
    assert batch["updates"][0]["doc_key"] == "doc:42" and here.got == {"alpha": [42]}


def test_every_member_gets_the_one_cursor_in_its_own_space() -> None:
    old = worker("old", 30)
    old.prune(10)
    here = desktop(worker("short", 3), old, worker("mine", 8))
    response = join(here, 5)["response"]
    assert here.got == {"old": list(range(11, 31)), "mine": [6, 7, 8]}
    assert response["current_watermarks"] == [{"topic": VIEW, "watermark": 3}], "the lowest, safe to adopt"


def test_only_the_last_batch_says_complete_even_when_it_is_empty() -> None:
    here = desktop(worker("a", 5), worker("b", 2))
    join(here, 2)
    flags = [batch["replay_complete"] for batch in here.pushed("sync:update_batch")]
    assert flags == [False, True] or flags == [True]
    assert flags[-1] and sum(flags) == 1 and here.got == {"a": [3, 4, 5]}


def test_a_view_of_nothing_is_complete_at_once() -> None:
    here = desktop()
    response = join(here, 7)["response"]
    assert response["replay"][0]["effective_resume_after"] == 7
    [batch] = here.pushed("sync:update_batch")
    assert batch["replay_complete"] and batch["updates"] == []


def test_live_rows_of_every_member_come_under_the_alias() -> None:
    one, two = worker("one", 2), worker("two", 9)
    here = desktop(one, two)
    join(here, 9)
    one.append({"n": "live"})
    two.append({"n": "live"})
    here.push(one.name, 2)
    here.push(two.name, 9)
    assert here.got == {"one": [3], "two": [10]}


def test_a_worker_that_comes_later_is_wanted_whole() -> None:
    here = desktop(worker("one", 3))
    join(here, 3)
    late = here.topics["worker:late:events"] = worker("late", 4)
    here.members[late.name] = here.clock_ms + 1
    here.push_event("heartbeat", channel="phoenix")
    here.run_clock(15)
    assert here.got == {"late": [1, 2, 3, 4]}


def test_news_of_the_fleet_brings_the_refresh_forward_but_not_at_every_beat() -> None:
    here = desktop(worker("one", 1))
    join(here, 1)
    late = here.topics["worker:late:events"] = worker("late", 1)
    here.members[late.name] = here.clock_ms + 1
    for _ in range(5):
        here.feed(ev.Hint(FLEET, 3))
    here.run_clock(1.5)
    assert here.got == {"late": [1]}
    assert len(here.asked(ev.ReadView)) == 2


def test_v2_a_member_that_is_pruned_goes_on_where_it_can_and_is_never_stale() -> None:
    topic = worker("one", 3)
    here = desktop(topic)
    join(here, 3)
    for number in range(20):
        topic.append({"late": number})
    topic.prune(15)
    here.feed(ev.Hint(topic.name, 23))
    here.settle()
    assert here.got == {"one": list(range(16, 24))} and not here.pushed("sync:error")
    assert [metric.name for metric in here.asked(ev.Metric) if metric.name == "view_clamped"] == ["view_clamped"]


def test_a_rotated_member_goes_on_in_its_new_numbering() -> None:
    topic = worker("one", 3)
    here = desktop(topic)
    join(here, 3)
    topic.rotate("lin_02")
    topic.append({"n": "new"})
    here.push(topic.name, 3)
    here.settle()
    assert here.got == {"one": [topic.head]} and not here.pushed("sync:error")


def test_a_member_that_is_not_the_owners_any_more_leaves_silently() -> None:
    topic = worker("one", 1)
    here = desktop(topic, worker("two", 1))
    join(here, 1)
    topic.acl_version = 1
    topic.append({"secret": True})
    del here.members[topic.name]
    here.push(topic.name, 1)
    here.run_clock(2)
    assert here.got == {} and topic.name not in here.watched and not here.pushed("sync:error")
    assert here.watched == {"worker:two:events", FLEET}


def test_a_member_that_stays_the_owners_goes_on_after_the_refresh() -> None:
    topic = worker("one", 1)
    here = desktop(topic)
    join(here, 1)
    topic.acl_version = 1
    topic.append({"n": 2})
    here.push(topic.name, 1)
    assert here.got == {}
    here.run_clock(2)
    assert here.got == {"one": [2]}


def test_a_topic_is_in_the_view_or_held_by_its_name() -> None:
    topic = worker("one", 2)
    here = desktop(topic)
    join(here, 0)
    ref = here.ask(topic.name)
    here.settle()
    assert here.reply(ref)["response"]["reason"] == "duplicate_canonical_topic"


def test_again_with_a_cursor_starts_over_and_without_leaves() -> None:
    here = desktop(worker("one", 4))
    join(here, 3)
    assert join(here)["response"]["replay"][0]["mode"] == "live"
    join(here, 2)
    assert here.got == {"one": [4, 3, 4]}


def test_unsubscribing_releases_every_member_and_the_signal() -> None:
    here = desktop(worker("one", 1), worker("two", 1))
    join(here, 0)
    here.push_event("sync:unsubscribe", {"topics": [VIEW]})
    assert not here.watched and here.core.delivery.count == 0


def test_scopes_that_are_taken_away_end_the_whole_view() -> None:
    here = desktop(worker("one", 1), lease=5.0)
    join(here, 0)
    here.run_clock(6)
    here.feed(ev.LeaseRenewed(ALL_SCOPES - {"runtime.codex_worker_events", "runtime.worker_lifecycle_events"}))
    here.settle()
    [error] = here.pushed("sync:error")
    assert error["forbidden_topics"] == [VIEW] and not here.watched and here.closed is None


def test_v4_heartbeats_state_the_lowest_position_and_no_chain() -> None:
    here = desktop(worker("one", 2), worker("two", 9))
    join(here, 9)
    here.run_clock(15)
    assert here.pushed("sync:heartbeat") == [{"watermarks": [{"topic": VIEW, "watermark": 2}]}]


def test_a_member_list_that_cannot_be_read_is_asked_for_again() -> None:
    here = desktop(worker("one", 1))
    join(here, 1)
    here.now += 15
    here.feed(ev.Tick())
    [question] = [question for question in here.pending if isinstance(question, ev.ReadView)]
    here.pending.clear()
    here.feed(ev.IoFailed(question.ticket))
    here.push_event("heartbeat", channel="phoenix")
    here.run_clock(16)
    assert len(here.asked(ev.ReadView)) == 3 and here.closed is None


def test_a_view_may_not_be_read_by_its_inner_name() -> None:
    here = desktop(worker("one", 1))
    ref = here.ask("worker:*:events")
    here.settle()
    assert here.reply(ref)["response"]["code"] == "forbidden_topic"


def test_a_view_counts_as_one_topic() -> None:
    here = desktop(*(worker(f"w{number}", 1) for number in range(64)), limits=Limits(topics_max=2))
    join(here, 0)
    here.topics["user:a:runs"] = ModelTopic("user:a:runs")
    ref = here.ask("runtime.run_summaries")
    here.settle()
    assert here.reply(ref)["status"] == "ok" and len(here.got) == 64
