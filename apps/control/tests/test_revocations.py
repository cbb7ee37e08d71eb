"""Revocations on their way to Khala: recorded with the act, pushed at once or later, served as a feed."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from apps.control.domain.delivery import backoff
from apps.control.models import Device, IssuedSyncToken, Revocation, Session
from apps.control.services import propagation, retention
from apps.control.services.clock import database_now
from apps.control.tests.world import Double, Person, call, configure, refresh, sign_in, signed
from openagents.ops import faults

PUSH = "/internal/v1/sync/sessions/revoke"
FEED = "/internal/v1/control/revocations"


def row_of(person: Person) -> Revocation:
    return Revocation.objects.get(session_ids__contains=[person.session_id])


def due(row: Revocation) -> None:
    Revocation.objects.filter(pk=row.pk).update(next_attempt_at=database_now() - timedelta(seconds=1))


def test_a_logout_is_pushed_before_it_is_answered(khala: Double, person: Person) -> None:
    jti = person.post("/api/sync/token").data["token_id"]
    answer = person.post("/api/auth/logout", x_request_id="req-logout-1")
    assert answer.json["propagation"] == "delivered"
    (push,) = [request for request in khala.at(PUSH) if person.session_id in request.json["session_ids"]]
    row = row_of(person)
    assert push.json == {
        "session_ids": [person.session_id],
        "device_ids": [person.device_id],
        "reason": "user_requested",
        "user_id": person.user_id,
        "jtis": [jti],
        "user_ids": [],
        "memberships": [],
        "revoked_at": int(row.revoked_at.timestamp()),
        "request_id": "req-logout-1",
        "seq": row.seq,
    }
    assert push.act is None
    assert row.delivery_state == "delivered" and row.delivered_at is not None
    assert IssuedSyncToken.objects.get(pk=jti).revoked_at is not None


def test_a_push_is_signed_with_a_nonce_of_its_own_kind(khala: Double, person: Person) -> None:
    person.post("/api/auth/logout")
    (push,) = [request for request in khala.at(PUSH) if person.session_id in request.json["session_ids"]]
    claims = push.headers["x-oa-runtime-signature"].split(".")[1]
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    assert decoded["nonce"].startswith("revk_")
    assert decoded["exp"] - decoded["iat"] >= 30
    assert (decoded["iss"], decoded["aud"]) == ("control", "khala")


def test_a_replaced_device_is_pushed_without_its_device_id(khala: Double, person: Person) -> None:
    sign_in(person.email, device_id=person.device_id)
    row = row_of(person)
    assert (row.reason, row.device_ids, row.session_ids) == ("device_replaced", [], [person.session_id])
    assert Device.objects.get(user_id=person.user_id).revoked_at is None


def test_a_replay_is_pushed_soon_after_its_commit(khala: Double, person: Person) -> None:
    child = refresh(person).json
    refresh(person, token=child["refreshToken"])
    assert refresh(person).status == 401
    propagation._sender().submit(lambda: None).result(timeout=10)  # the one sender has passed this push
    row = row_of(person)
    assert (row.reason, row.delivery_state) == ("token_replay", "delivered")


def test_an_unreachable_khala_leaves_the_push_pending_and_the_session_dead(person: Person) -> None:
    answer = person.post("/api/auth/logout")
    assert (answer.status, answer.json["propagation"]) == (200, "pending")
    assert Session.objects.get(pk=person.session_id).status == "revoked"
    row = row_of(person)
    assert (row.delivery_state, row.attempts) == ("pending", 1)
    assert row.last_error in ("unreachable", "circuit_open")
    assert timedelta(0) < row.next_attempt_at - row.created_at <= timedelta(seconds=3)


def test_the_worker_delivers_what_was_left(khala: Double, settings: Any, person: Person, leases: Any) -> None:
    reachable = settings.OA.oa_khala_base_url
    configure(settings, oa_khala_base_url="http://127.0.0.1:9")
    person.post("/api/auth/logout")
    configure(settings, oa_khala_base_url=reachable)
    row = row_of(person)
    assert propagation.deliver(row.seq) == "pending"  # its time has not come
    due(row)
    assert propagation.deliver(row.seq) == "delivered"
    assert propagation.deliver(row.seq) == "delivered"
    assert len([r for r in khala.at(PUSH) if r.json["seq"] == row.seq]) == 1
    assert row_of(person).attempts == 2
    assert leases("revocation") == {"acquired": 2}  # one per attempt


def test_a_refusing_khala_is_asked_again_later(khala: Double, person: Person) -> None:
    khala.answer("POST", PUSH, 500, {"error": "internal"})
    assert person.post("/api/auth/logout").json["propagation"] == "pending"
    assert row_of(person).last_error == "status_500"


def test_senders_at_once_push_a_row_once(khala: Double, settings: Any, person: Person, in_parallel: Any) -> None:
    reachable = settings.OA.oa_khala_base_url
    configure(settings, oa_khala_base_url="http://127.0.0.1:9")
    person.post("/api/auth/logout")
    configure(settings, oa_khala_base_url=reachable)
    row = row_of(person)
    due(row)
    outcomes = in_parallel(6, lambda index: propagation.deliver(row.seq))
    assert set(outcomes) <= {"delivered", "pending"}
    assert len([r for r in khala.at(PUSH) if r.json["seq"] == row.seq]) == 1


def test_without_a_key_the_push_is_not_configured(settings: Any, person: Person) -> None:
    configure(settings, oa_runtime_signing_key="")
    assert person.post("/api/auth/logout").json["propagation"] == "not_configured"
    assert row_of(person).delivery_state == "pending"


def test_a_push_is_given_up_after_a_day(person: Person) -> None:
    person.post("/api/auth/logout")
    row = row_of(person)
    due(row)
    Revocation.objects.filter(pk=row.pk).update(created_at=database_now() - timedelta(hours=24, seconds=1))
    assert propagation.deliver(row.seq) == "pending"
    assert row_of(person).delivery_state == "dead"


def test_pauses_double_up_to_a_minute() -> None:
    assert [backoff(n).total_seconds() for n in (1, 2, 3, 6, 7, 8, 1000)] == [1, 2, 4, 32, 60, 60, 60]


def test_numbers_are_gap_free_whatever_happens_at_once(in_parallel: Any) -> None:
    people = [sign_in() for _ in range(8)]
    start = max(Revocation.objects.values_list("seq", flat=True), default=0)
    in_parallel(8, lambda index: people[index].post("/api/auth/logout"))
    numbers = sorted(Revocation.objects.filter(seq__gt=start).values_list("seq", flat=True))
    assert numbers == list(range(start + 1, start + 9))


def test_a_rolled_back_revocation_leaves_no_number(person: Person) -> None:
    with faults.arm("control.revocation.before_row", "error"):
        assert person.post("/api/auth/logout").status == 500
    assert Session.objects.get(pk=person.session_id).status == "active"
    assert not Revocation.objects.filter(session_ids__contains=[person.session_id]).exists()


def test_the_feed_continues_after_a_number(person: Person) -> None:
    others = [sign_in(), sign_in()]
    for other in others:
        other.post("/api/auth/logout")
    first, second = (row_of(other).seq for other in others)
    data = signed("khala", "GET", f"{FEED}?after_seq={first}&limit=500").data
    assert data["revocations"][0]["seq"] == first + 1
    assert data["latest_seq"] >= second
    (row,) = [row for row in data["revocations"] if row["seq"] == second]
    assert row["session_ids"] == [others[1].session_id] and row["user_id"] == others[1].user_id
    assert signed("khala", "GET", f"{FEED}?after_seq={data['latest_seq']}").data["revocations"] == []
    assert len(signed("runtime", "GET", f"{FEED}?after_seq=0&limit=1").data["revocations"]) == 1


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "after_seq=-1", "after_seq=x"])
def test_bad_feed_queries_are_refused_flat(query: str) -> None:
    answer = signed("khala", "GET", f"{FEED}?{query}")
    assert (answer.status, answer.json["error"]) == (400, "invalid_request")


def test_the_feed_is_for_khala_and_runtime_alone() -> None:
    assert signed("hydra", "GET", FEED).json["reason_code"] == "issuer_not_allowed"
    assert call("GET", FEED).json["reason_code"] == "missing_signature"


def test_retention_keeps_the_newest_number(person: Person) -> None:
    person.post("/api/auth/logout")
    newest = row_of(person)
    long_ago = database_now() - timedelta(days=31)
    Revocation.objects.filter(pk=newest.pk).update(delivery_state="delivered", delivered_at=long_ago)
    retention.purge()
    assert Revocation.objects.filter(pk=newest.pk).exists()
    sign_in().post("/api/auth/logout")
    retention.purge()
    assert not Revocation.objects.filter(pk=newest.pk).exists()
