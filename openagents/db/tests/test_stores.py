"""The storage seam: one contract, checked against the Postgres and the Redis twin (README 4.13)."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from openagents.db import local_window, redis_client, stores
from openagents.db.local_window import KEYS_MAX, LocalWindow
from openagents.db.models import CacheEntry, InternalNonce, RateWindow
from openagents.db.prepared import prepared_cursor
from openagents.db.tests.conftest import wait_until

LONG = 3600
InParallel = Callable[..., list[Any]]


@dataclass(frozen=True)
class Twin:
    """One implementation of the seam, and a way to say that hits were accepted some seconds ago."""

    single_use: stores.SingleUse
    window: stores.Window
    cache: stores.Cache
    seed: Callable[[str, str, int, int], None]


def seed_postgres(bucket: str, key: str, seconds_ago: int, count: int) -> None:
    row, _ = RateWindow.objects.get_or_create(
        bucket=bucket, key=key, defaults={"hits": [], "expires_at": timezone.now() + timedelta(seconds=LONG)}
    )
    row.hits = sorted([*row.hits, [int(time.time()) - seconds_ago, count]])
    row.save()


def seed_redis(bucket: str, key: str, seconds_ago: int, count: int) -> None:
    name = f"{redis_client.prefix()}:window:{bucket}:{key}"
    redis_client.client().hset(name, str(int(time.time()) - seconds_ago), count)


@pytest.fixture(params=["postgres", pytest.param("redis", marks=pytest.mark.redis)])
def twin(request: pytest.FixtureRequest) -> Twin:
    if request.param == "postgres":
        assert isinstance(stores.single_use(), stores.PostgresSingleUse)
        return Twin(stores.single_use(), stores.window(), stores.cache(), seed_postgres)
    request.getfixturevalue("use_redis")(request.getfixturevalue("redis_url"))
    assert isinstance(stores.single_use(), stores.RedisSingleUse)
    return Twin(stores.single_use(), stores.window(), stores.cache(), seed_redis)


def soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=60)


class TestSingleUse:
    def test_a_value_is_claimed_once_per_scope(self, twin: Twin, unique: str) -> None:
        assert twin.single_use.claim("a", unique, soon()) is True
        assert twin.single_use.claim("a", unique, soon()) is False
        assert twin.single_use.claim("b", unique, soon()) is True
        assert twin.single_use.claim("a", f"{unique}x", soon()) is True

    def test_it_stays_used_beyond_its_token_by_the_accepted_skew(self, twin: Twin, unique: str) -> None:
        just_over = datetime.now(UTC) - timedelta(seconds=30)
        assert twin.single_use.claim("a", unique, just_over) is True
        assert twin.single_use.claim("a", unique, just_over) is False

    def test_of_many_claims_at_once_one_wins(self, twin: Twin, unique: str, in_parallel: InParallel) -> None:
        results = in_parallel(16, lambda _: twin.single_use.claim("race", unique, soon()))
        assert sorted(results) == [False] * 15 + [True]

    def test_of_many_claims_of_many_values_each_value_has_one_winner(
        self, twin: Twin, unique: str, in_parallel: InParallel
    ) -> None:
        """Each of eight claims all of forty values, each in another order."""

        def work(number: int) -> list[int]:
            order = sorted(range(40), key=lambda value: value * 7919 * (number + 1) % 41)
            return [value for value in order if twin.single_use.claim("races", f"{unique}-{value}", soon())]

        winners = [value for won in in_parallel(8, work) for value in won]
        assert sorted(winners) == list(range(40))


def mode_of_commit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        return str(cursor.fetchone()[0])


class TestClaimsInPostgres:
    """A claim of its own need not be flushed; nothing else may lose its flush over it."""

    store = stores.PostgresSingleUse()

    def test_a_claim_of_its_own_does_not_wait_for_the_flush(self, unique: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(stores.CLAIM_WITHOUT_FLUSH, ["mode", unique, soon()])
            assert cursor.fetchone() == (1,)
            assert mode_of_commit() == "off"
        assert mode_of_commit() == "on"

    def test_what_is_committed_after_a_claim_is_flushed(self, unique: str) -> None:
        assert self.store.claim("mode", unique, soon()) is True
        assert self.store.claim("mode", unique, soon()) is False
        assert mode_of_commit() == "on"

    def test_a_claim_inside_a_transaction_leaves_its_flush_alone(self, unique: str) -> None:
        with transaction.atomic():
            assert self.store.claim("inside", unique, soon()) is True
            assert self.store.claim("inside", unique, soon()) is False
            assert mode_of_commit() == "on"

    @pytest.mark.parametrize("kept", [True, False])
    def test_a_claim_waits_for_one_that_is_not_decided_yet(
        self, kept: bool, unique: str, in_parallel: InParallel, testbed: Any
    ) -> None:
        """The second claim is asked while the first is uncommitted, and answered by what becomes of the first."""
        claimed, answers = threading.Event(), []

        def first() -> None:
            with contextlib.suppress(InterruptedError), transaction.atomic():
                assert self.store.claim("open", unique, soon()) is True
                claimed.set()
                wait_until(lambda: waiting_for_a_lock(testbed))
                if not kept:
                    raise InterruptedError

        def second() -> None:
            assert claimed.wait(10)
            answers.append(self.store.claim("open", unique, soon()))

        in_parallel(2, lambda number: (first, second)[number]())
        assert answers == [not kept]

    def test_a_claim_is_left_to_a_statement_outside_of_transactions_only(self, unique: str) -> None:
        expires_at = soon()
        assert self.store.deferred("later", unique, expires_at) == stores.Claim("later", unique, expires_at)
        with transaction.atomic():
            assert self.store.deferred("later", unique, expires_at) is None
        assert stores.RedisSingleUse(self.store).deferred("later", unique, expires_at) is None
        assert self.store.claim("later", unique, expires_at) is True

    @given(st.sets(st.integers(0, 4)), st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 4)), max_size=8))
    def test_claims_of_one_statement_are_made_in_the_order_of_their_numbers(
        self, before: set[int], wanted: list[tuple[str, int]]
    ) -> None:
        """Whatever was claimed before, by the statement itself or before it, is told by number; the rest is kept."""
        scope, expires_at = uuid.uuid4().hex, soon()
        for value in before:
            assert self.store.claim(f"{scope}a", str(value), expires_at)
        claims = {
            3 * place: stores.Claim(f"{scope}{name}", str(value), expires_at)
            for place, (name, value) in enumerate(wanted)
        }
        with prepared_cursor() as cursor:
            cursor.execute(
                f"WITH {stores.CLAIMS} SELECT g FROM used ORDER BY g", {"claims": stores.claims_text(claims)}
            )
            used = [row[0] for row in cursor.fetchall()]
        known, expected = {("a", value) for value in before}, []
        for place, claim in enumerate(wanted):
            if claim in known:
                expected.append(3 * place)
            known.add(claim)
        assert used == expected
        kept = InternalNonce.objects.filter(scope__startswith=scope).values_list("scope", "nonce", "expires_at")
        assert sorted(kept) == sorted(
            (f"{scope}{name}", str(value), expires_at + stores.NONCE_KEEP) for name, value in known
        )


def waiting_for_a_lock(testbed: Any) -> bool:
    name = connection.settings_dict["NAME"]
    with testbed.server.connect("postgres") as superuser:
        row = superuser.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND wait_event_type = 'Lock'"
            " AND query LIKE '%%internal_nonce%%'",
            [name],
        ).fetchone()
    return bool(row[0])


class TestWindow:
    def test_the_limit_is_accepted_and_no_more(self, twin: Twin, unique: str) -> None:
        answers = [twin.window.hit("b", unique, 3, LONG) for _ in range(5)]
        assert answers[:3] == [0, 0, 0]
        assert all(LONG - 5 <= wait <= LONG for wait in answers[3:])

    def test_keys_and_buckets_do_not_share(self, twin: Twin, unique: str) -> None:
        assert twin.window.hit("b", unique, 1, LONG) == 0
        assert twin.window.hit("c", unique, 1, LONG) == 0
        assert twin.window.hit("b", f"{unique}x", 1, LONG) == 0
        assert twin.window.hit("b", unique, 1, LONG) > 0

    def test_cost_counts_and_a_refused_hit_is_not_recorded(self, twin: Twin, unique: str) -> None:
        assert twin.window.hit("b", unique, 10, LONG, 7) == 0
        for _ in range(5):
            assert twin.window.hit("b", unique, 10, LONG, 4) > 0
        assert twin.window.hit("b", unique, 10, LONG, 3) == 0
        assert twin.window.hit("b", unique, 10, LONG) > 0

    def test_a_cost_beyond_the_limit_never_passes(self, twin: Twin, unique: str) -> None:
        assert twin.window.hit("b", unique, 3, 60, 4) == 60
        assert twin.window.hit("b", unique, 3, 60, 3) == 0

    def test_it_slides_hit_by_hit(self, twin: Twin, unique: str) -> None:
        twin.seed("b", unique, 100, 5)  # long outside
        twin.seed("b", unique, 50, 2)
        twin.seed("b", unique, 10, 1)
        assert twin.window.hit("b", unique, 4, 60) == 0
        wait = twin.window.hit("b", unique, 4, 60)
        assert 8 <= wait <= 10  # when the two of 50 seconds ago leave
        assert twin.window.hit("b", unique, 4, 30, 2) == 0  # for a shorter window they have left

    def test_the_wait_is_at_least_a_second_and_the_edge_still_counts(self, twin: Twin, unique: str) -> None:
        for attempt in range(10):
            second, key = int(time.time()), f"{unique}-{attempt}"
            twin.seed("b", key, 60, 1)
            wait = twin.window.hit("b", key, 1, 60)
            if int(time.time()) == second:  # else the clock ticked in between, and the hit was 61 seconds ago
                break
        assert wait == 1

    def test_a_race_accepts_exactly_the_limit(self, twin: Twin, unique: str, in_parallel: InParallel) -> None:
        results = in_parallel(16, lambda _: twin.window.hit("race", unique, 5, LONG))
        assert results.count(0) == 5
        assert all(isinstance(result, int) for result in results)


class TestCache:
    def test_a_value_is_computed_once_and_then_found(self, twin: Twin, unique: str) -> None:
        calls: list[int] = []

        def compute() -> dict[str, Any]:
            calls.append(1)
            return {"n": len(calls), "none": None, "list": [1, 2.5, "x"]}

        first = twin.cache.get_or_compute(unique, 60, compute)
        assert twin.cache.get_or_compute(unique, 60, compute) == first
        assert calls == [1]

    @pytest.mark.parametrize("value", [None, False, 0, "", []])
    def test_empty_values_are_values(self, twin: Twin, unique: str, value: Any) -> None:
        assert twin.cache.get_or_compute(unique, 60, lambda: value) == value
        assert twin.cache.get_or_compute(unique, 60, lambda: pytest.fail("computed again")) == value

    def test_of_many_readers_one_computes(self, twin: Twin, unique: str, in_parallel: InParallel) -> None:
        calls: list[int] = []

        def compute() -> str:
            calls.append(1)
            return "value"

        assert in_parallel(12, lambda _: twin.cache.get_or_compute(unique, 60, compute)) == ["value"] * 12
        assert calls == [1]

    def test_what_compute_raises_is_the_callers_and_nothing_is_stored(self, twin: Twin, unique: str) -> None:
        calls: list[int] = []

        def fail() -> None:
            calls.append(1)
            raise KeyError("mine")

        with pytest.raises(KeyError, match="mine"):
            twin.cache.get_or_compute(unique, 60, fail)
        assert calls == [1]
        assert twin.cache.get_or_compute(unique, 60, lambda: "later") == "later"


def test_an_expired_cache_entry_is_computed_again(unique: str) -> None:
    cache = stores.PostgresCache()
    assert cache.get_or_compute(unique, 60, lambda: "old") == "old"
    CacheEntry.objects.filter(key=unique).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert cache.get_or_compute(unique, 60, lambda: "new") == "new"


@pytest.mark.redis
def test_redis_forgets_what_is_over(use_redis: Callable[[str], None], redis_url: str, unique: str) -> None:
    use_redis(redis_url)
    client, prefix = redis_client.client(), redis_client.prefix()
    stores.single_use().claim("s", unique, soon())
    stores.window().hit("b", unique, 3, 60)
    stores.cache().get_or_compute(unique, 60, lambda: 1)
    lives = [client.ttl(f"{prefix}:{name}") for name in (f"once:s:{unique}", f"window:b:{unique}", f"cache:{unique}")]
    assert 110 <= lives[0] <= 120  # type: ignore[operator]
    assert 59 <= lives[1] <= 61  # type: ignore[operator]
    assert 58 <= lives[2] <= 60  # type: ignore[operator]


def test_a_window_row_that_a_purge_takes_away_is_made_again(unique: str, in_parallel: InParallel) -> None:
    window = stores.PostgresWindow()

    def work(index: int) -> Any:
        if index == 0:
            return [RateWindow.objects.filter(bucket="purge", key=unique).delete() for _ in range(50)] and 0
        return max(window.hit("purge", unique, LONG, LONG) for _ in range(50))

    assert in_parallel(4, work) == [0, 0, 0, 0]


def test_a_nonce_row_lives_until_it_may_be_purged(unique: str) -> None:
    expires_at = soon()
    stores.PostgresSingleUse().claim("kept", unique, expires_at)
    assert InternalNonce.objects.get(scope="kept", nonce=unique).expires_at == expires_at + stores.NONCE_KEEP


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_700_000_000.0]
    monkeypatch.setattr(local_window.time, "time", lambda: now[0])
    return now


class TestLocalWindow:
    def test_it_slides_like_the_stored_ones(self, clock: list[float]) -> None:
        window = LocalWindow()
        assert [window.hit("b", "k", 2, 60) for _ in range(3)] == [0, 0, 60]
        clock[0] += 59
        assert window.hit("b", "k", 2, 60) == 1
        clock[0] += 1
        assert window.hit("b", "k", 2, 60) == 1
        clock[0] += 1
        assert window.hit("b", "k", 2, 60, 2) == 0

    def test_its_memory_is_bounded(self, clock: list[float]) -> None:
        window = LocalWindow()
        for index in range(KEYS_MAX + 5):
            window.hit("b", str(index), 1, 60)
        assert len(window._log) == KEYS_MAX
        assert window.hit("b", "0", 1, 60) == 0
        assert window.hit("b", str(KEYS_MAX + 4), 1, 60) == 60


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 4)), max_size=40), st.integers(1, 8), st.integers(1, 30))
def test_no_stretch_of_a_window_ever_holds_more_than_its_limit(
    steps: list[tuple[int, int]], limit: int, seconds: int
) -> None:
    window, now, accepted = LocalWindow(), 1_000_000.0, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_window.time, "time", lambda: now)
        for pause, cost in steps:
            now += pause + 0.5
            if window.hit("b", "k", limit, seconds, cost) == 0:
                accepted.append((now, cost))
    for start, _ in accepted:
        assert sum(cost for at, cost in accepted if start <= at < start + seconds) <= limit
