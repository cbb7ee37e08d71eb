"""The handshake's denial order: what is asked first answers first, and a shed request costs no signature check."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings

from apps.khala.domain.access import Principal
from apps.khala.domain.handshake import Denial, Offer
from apps.khala.services.admission import Admission, Admitted, window_seconds
from apps.khala.services.database import DatabaseThreads
from apps.khala.services.revocations import Push, RevocationBook, push_of, since, store
from apps.khala.tests.conftest import User
from openagents.receipts.ids import new_id


@pytest.fixture
def threads() -> Iterator[DatabaseThreads]:
    opened = DatabaseThreads()
    yield opened
    opened.stop()


def _admission(threads: DatabaseThreads, **limits: int) -> Admission:
    config = settings.OA.model_copy(update={f"khala_{name}": value for name, value in limits.items()})
    return Admission(config, config.verifier(), RevocationBook(), threads)


def _offer(token: str | None, origin: str | None = None) -> Offer:
    authorization = f"Bearer {token}" if token else None
    return Offer("10.0.0.1", origin, authorization, ("oa.khala.v1.pb",), (), "req_12345678")


def _decide(admission: Admission, offer: Offer, *, consume: bool = True) -> tuple[int, str]:
    outcome = asyncio.run(admission.decide(offer, consume=consume))
    return (outcome.status, outcome.reason) if isinstance(outcome, Denial) else (101, "")


def test_the_order_of_denials(threads: DatabaseThreads, user: User) -> None:
    admission = _admission(threads, handshake_burst=1)
    bad = _offer("x.y.z", "https://evil.example")
    admission.draining = True
    assert _decide(admission, bad) == (503, "draining")
    admission.draining = False
    assert _decide(admission, bad) == (403, "origin_not_allowed")
    assert _decide(admission, bad) == (429, "handshake_rate")


def test_one_address_does_not_use_up_everybodys_share(threads: DatabaseThreads) -> None:
    admission = _admission(threads, handshake_ip_burst=1, handshake_ip_rate=1)
    assert _decide(admission, _offer(None)) == (401, "missing_authorization")
    assert _decide(admission, _offer(None)) == (429, "address_rate")
    other = Offer("10.0.0.2", None, None, (), (), "req_12345678")
    assert _decide(admission, other) == (401, "missing_authorization")


@pytest.mark.parametrize(
    ("cap", "reason"), [("user", "user_connections"), ("device", "device_connections"), ("org", "org_connections")]
)
def test_caps_count_open_connections(threads: DatabaseThreads, user: User, cap: str, reason: str) -> None:
    admission = _admission(threads, **{f"connections_{cap}_max": 1})
    principal = Principal(user.user_id, user.org_id, user.session_id, user.device_id)
    admission.entered(principal)
    assert _decide(admission, _offer(user.token())) == (429, reason)
    admission.left(principal, failed=False)
    assert _decide(admission, _offer(user.token())) == (101, "")


def test_a_full_node_is_overloaded(threads: DatabaseThreads, user: User) -> None:
    admission = _admission(threads, connections_max=1)
    admission.entered(Principal("somebody"))
    assert _decide(admission, _offer(user.token())) == (503, "connections_exhausted")
    admission.left(Principal("somebody"), failed=False)


def test_a_device_that_keeps_failing_waits_whichever_process_it_asks(threads: DatabaseThreads, user: User) -> None:
    one, other = _admission(threads), _admission(threads)
    principal = Principal(user.user_id, user.org_id, user.session_id, user.device_id)

    async def fail() -> None:
        one.entered(principal)
        one.left(principal, failed=True)
        await one.stop()

    for _ in range(3):
        asyncio.run(fail())
    assert _decide(other, _offer(user.token())) == (101, "")
    assert _decide(other, _offer(user.token())) == (429, "repeated_failures")


@pytest.mark.parametrize("what", ["user", "device"])
def test_processes_share_the_rates_of_users_and_devices(threads: DatabaseThreads, user: User, what: str) -> None:
    one, other = (_admission(threads, **{f"handshake_{what}_burst": 2, f"handshake_{what}_rate": 1}) for _ in range(2))
    assert _decide(one, _offer(user.token())) == (101, "")
    assert _decide(other, _offer(user.token())) == (101, "")
    assert _decide(one, _offer(user.token())) == (429, f"{what}_rate")
    assert _decide(other, _offer(user.token())) == (429, f"{what}_rate")


@pytest.mark.parametrize(("rate", "burst", "seconds"), [(5, 20, 3), (2, 10, 4), (10, 10, 1), (100, 1, 1)])
def test_a_burst_and_a_rate_make_a_window(rate: int, burst: int, seconds: int) -> None:
    assert window_seconds(rate, burst) == seconds


def test_two_handshakes_with_one_token_and_exactly_one_wins(threads: DatabaseThreads, user: User) -> None:
    admission = _admission(threads)
    offer = _offer(user.token())

    async def both() -> list[Any]:
        return await asyncio.gather(admission.decide(offer), admission.decide(offer))

    outcomes = asyncio.run(both())
    assert sorted(isinstance(outcome, Admitted) for outcome in outcomes) == [False, True]


def test_revoked_tokens_are_refused_and_revoked_sessions_are_told_later(threads: DatabaseThreads, user: User) -> None:
    admission = _admission(threads)
    jti = new_id("sync")
    admission.book.learn(store(Push(jtis=(jti,), session_ids=(user.session_id,))), polled=True)
    assert _decide(admission, _offer(user.token(jti=jti))) == (401, "token_revoked")
    outcome = asyncio.run(admission.decide(_offer(user.token())))
    assert isinstance(outcome, Admitted) and outcome.soft_failure == "user_requested"


def test_a_known_seq_changes_nothing_and_a_repeat_raises_the_time(user: User) -> None:
    seq = int(new_id("x")[-8:], 16)
    first = store(push_of({"user_ids": [user.user_id], "revoked_at": 1_772_000_000, "seq": seq}))
    assert store(push_of({"user_ids": [user.user_id], "revoked_at": 1_772_000_999, "seq": seq})) == []
    again = store(push_of({"user_ids": [user.user_id], "revoked_at": 1_772_000_500}))
    earlier = store(push_of({"user_ids": [user.user_id], "revoked_at": 1_772_000_100}))
    assert [row.revoked_at for row in (*first, *again, *earlier)] == [1_772_000_000, 1_772_000_500, 1_772_000_500]
    assert first[0].id < again[0].id < earlier[0].id
    assert [row.id for row in since(first[0].id) if row.subject == user.user_id] == [earlier[0].id]
