"""The small parts: revocation match, fairness, ack window, buckets, origins, statistics."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.khala.domain.access import Principal
from apps.khala.domain.core.events import LeaseRefused, LeaseRenewed
from apps.khala.domain.core.fairness import DeficitRoundRobin, FairQueue
from apps.khala.domain.core.window import AckWindow, Flying
from apps.khala.domain.handshake import origin_allowed
from apps.khala.domain.rates import Bucket, Buckets, Rate
from apps.khala.domain.revocation import Effect, Holder, Revocation, effect
from apps.khala.services.introspector import verdict
from apps.khala.services.revocations import RevocationBook, push_of
from apps.khala.services.stats import merged, percentile_95

HOLDER = Holder(Principal("u", "X", "s", "d"), "jti_1", "kid_1", issued_at=1000)


def _revocation(
    kind: str, subject: str, user: str | None = None, org: str | None = None, at: float = 1000.0
) -> Revocation:
    return Revocation(kind, subject, user, org, "why", at)


@pytest.mark.parametrize(
    ("revocation", "expected"),
    [
        (_revocation("session", "s", at=0), Effect.EVICT),
        (_revocation("session", "t"), Effect.NONE),
        (_revocation("jti", "jti_1", at=0), Effect.EVICT),
        (_revocation("kid", "kid_1", at=0), Effect.EVICT),
        (_revocation("device", "d", "u"), Effect.EVICT),
        (_revocation("device", "d", "other"), Effect.NONE),
        (_revocation("device", "d"), Effect.NONE),
        (_revocation("device", "d", "u", at=999), Effect.NONE),
        (_revocation("user", "u"), Effect.EVICT),
        (_revocation("user", "u", at=999.9), Effect.NONE),
        (_revocation("membership", "u", "u", "X"), Effect.EVICT),
        (_revocation("membership", "u", "u", "Y"), Effect.END_ORG),
        (_revocation("membership", "v", "v", "X"), Effect.NONE),
        (_revocation("membership", "u", "u", "X", at=0), Effect.NONE),
        (_revocation("topic", "u"), Effect.NONE),
    ],
)
def test_what_a_revocation_matches(revocation: Revocation, expected: Effect) -> None:
    assert effect(revocation, HOLDER) is expected
    book = RevocationBook()
    book.learn([revocation], polled=True)
    assert (book.against(HOLDER) is not None) == (expected is Effect.EVICT)


def test_what_was_pushed_here_does_not_hide_what_another_process_stored() -> None:
    book = RevocationBook()
    book.learn([Revocation("session", "a", None, None, "", 1, id=10)], polled=False)
    assert book.last_id == 0
    book.learn([Revocation("session", "b", None, None, "", 1, id=9)], polled=True)
    assert book.last_id == 9


def test_a_feed_row_is_read_leniently() -> None:
    push = push_of(
        {
            "session_ids": [" s ", "", "s", 3],
            "user_id": 7,
            "device_ids": ["d"],
            "seq": "12",
            "reason": " Lost ",
            "memberships": [{"user_id": "u", "org_id": "X"}, "x"],
            "revoked_at": True,
        }
    )
    assert push.session_ids == ("s",) and push.seq == 12 and push.reason == "lost" and push.revoked_at is None
    assert ("device", "d", "7", None) in push.items() and ("membership", "u", "u", "X") in push.items()


@given(st.lists(st.integers(1, 50_000), min_size=2, max_size=6), st.integers(1, 60))
def test_a_topic_waits_at_most_one_slice_of_every_other(sizes: list[int], turns: int) -> None:
    robin = DeficitRoundRobin(65_536)
    names = [f"t{index}" for index in range(len(sizes))]
    for name in names:
        robin.add(name)
    served = []
    for _ in range(turns):
        picked = robin.pick(lambda name: True)
        assert picked is not None
        name, _ = picked
        served.append(name)
        robin.charge(name, sizes[names.index(name)])
    for start in range(len(served) - len(names) + 1):
        assert set(served[start : start + len(names)]) == set(names)


def test_who_overdraws_waits() -> None:
    robin = DeficitRoundRobin(100)
    robin.add("big")
    robin.add("small")
    order = []
    for _ in range(6):
        picked = robin.pick(lambda name: True)
        assert picked is not None
        order.append(picked[0])
        robin.charge(picked[0], 350 if picked[0] == "big" else 100)
    assert order.count("small") > order.count("big")


def test_replays_yield_to_live_fetches_and_principals_take_turns() -> None:
    queue: FairQueue[str] = FairQueue()
    for number in range(4):
        queue.put("alice", False, f"replay{number}")
    for number in range(4):
        queue.put("alice", True, f"a{number}")
        queue.put("bob", True, f"b{number}")
    order = [queue.take() for _ in range(12)]
    assert order[:8] == ["a0", "b0", "a1", "replay0", "b1", "a2", "b2", "replay1"]
    assert not queue
    with pytest.raises(IndexError):
        queue.take()


def test_the_window_releases_by_topic_and_seq() -> None:
    window = AckWindow(3, 1000)
    a: Flying = []
    b: Flying = []
    window.sent(a, 5, 100)
    window.sent(b, 2, 100)
    window.sent(a, 9, 100)
    assert not window.open
    assert window.acknowledge(a, 8) == 100 and window.open and not window.relieved
    window.forget(b)
    assert b == [] and window.bytes == 100 and window.frames == 1 and window.relieved


def test_a_bucket_fills_with_time() -> None:
    bucket = Bucket.full(Rate(2, 2), 0.0)
    assert [bucket.take(0.0), bucket.take(0.0)] == [0.0, 0.0]
    assert bucket.take(0.0) == 0.5
    assert bucket.take(0.5) == 0.0


def test_forgotten_keys_start_full() -> None:
    buckets = Buckets(Rate(1, 1), keys_max=2)
    assert buckets.take("a", 0) == 0 and buckets.take("a", 0) > 0
    buckets.take("b", 0)
    buckets.take("c", 0)
    assert buckets.take("a", 0) == 0


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, True),
        ("  ", True),
        ("https://openagents.com/", True),
        ("HTTPS://OpenAgents.com", True),
        ("null", False),
        ("https://openagents.com.evil", False),
    ],
)
def test_origins(origin: str | None, allowed: bool) -> None:
    assert origin_allowed(origin, frozenset({"https://openagents.com"})) is allowed


def test_control_answers_become_lease_events() -> None:
    assert verdict({"active": True, "org_active": True, "scopes": ["a"]}) == LeaseRenewed(frozenset({"a"}))
    assert verdict({"active": False, "reason": "session_revoked"}) == LeaseRefused("session_revoked")
    assert verdict({"active": True, "org_active": False, "scopes": []}) == LeaseRefused("membership_revoked")
    assert verdict({}) == LeaseRefused("session_inactive")


def test_statistics_over_processes() -> None:
    assert percentile_95([]) == 0.0 and percentile_95(range(1, 101)) == 96
    stats = merged(3, [{"connects_1m": 2, "lag_p95": 5}, {"connects_1m": 1, "lag_p95": 9, "stale_10m": 4}])
    assert (stats["reconnects_per_min"], stats["replay_lag_p95_events"], stats["stale_cursors_10m"]) == (3.0, 9.0, 4)
