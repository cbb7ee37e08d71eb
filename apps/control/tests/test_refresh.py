"""Refreshing: rotation, the benign race, reuse that ends the family."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from prometheus_client import REGISTRY

from apps.control.models import RefreshToken, Revocation, Session
from apps.control.services import retention
from apps.control.services.clock import database_now
from apps.control.tests.world import Person, call, configure, refresh, sign_in
from openagents.db.models import AuditEvent

GRACE = 10
CLIENTS = 50


def age(token_id: str, seconds: float) -> None:
    """Let time pass since a token was rotated."""
    RefreshToken.objects.filter(pk=token_id).update(ended_at=F("ended_at") - timedelta(seconds=seconds))


def session_of(person: Person) -> Session:
    return Session.objects.get(pk=person.session_id)


def test_a_refresh_rotates_both_tokens_and_the_old_ones_die(person: Person) -> None:
    answer = refresh(person)
    found = answer.json
    assert answer.status == 200
    assert (found["ok"], found["status"], found["tokenType"]) == (True, "active", "Bearer")
    assert found["replacedRefreshTokenId"] == person.refresh_id
    assert found["sessionId"] == person.session_id
    assert person.get("/api/auth/session").reason == "invalid_token"
    view = call("GET", "/api/auth/session", token=found["token"]).data["session"]
    assert view["lastRefreshedAt"] is not None
    assert RefreshToken.objects.get(pk=person.refresh_id).state == "rotated"
    assert RefreshToken.objects.filter(session_id=person.session_id, state="current").count() == 1


def test_the_token_may_come_as_bearer(person: Person) -> None:
    answer = call("POST", "/api/auth/refresh", {"device_id": person.device_id}, token=person.refresh)
    assert answer.status == 200


def test_an_expired_access_token_leaves_the_session_refreshable(person: Person) -> None:
    Session.objects.filter(pk=person.session_id).update(access_expires_at=database_now() - timedelta(seconds=1))
    assert person.get("/api/auth/session").reason == "access_token_expired"
    assert refresh(person).status == 200


@pytest.mark.parametrize("token", ["oa_rt_unknown", "x", "\ud83d\ude00"])
def test_an_unknown_token_is_refused(token: str) -> None:
    answer = call("POST", "/api/auth/refresh", {"refresh_token": token})
    assert (answer.status, answer.reason) == (401, "refresh_token_invalid")


def test_no_token_at_all_is_refused() -> None:
    assert call("POST", "/api/auth/refresh", {}).reason == "missing_credential"


def test_switching_rotation_off_is_refused_and_consumes_nothing(person: Person) -> None:
    answer = refresh(person, rotate_refresh_token=False)
    assert (answer.status, answer.fields) == (422, {"rotate_refresh_token"})
    assert refresh(person, client_nonce="n" * 129).fields == {"client_nonce"}
    assert refresh(person, rotate_refresh_token=True).status == 200


def test_another_device_is_refused_and_consumes_nothing(person: Person) -> None:
    answer = refresh(person, device_id="desktop:other")
    assert (answer.status, answer.code) == (403, "forbidden")
    assert refresh(person).status == 200


def test_the_device_is_compared_after_normalisation(person: Person) -> None:
    assert refresh(person, device_id=f" {person.device_id.upper()} ").status == 200


def test_a_session_past_its_refresh_time_expires(person: Person) -> None:
    Session.objects.filter(pk=person.session_id).update(refresh_expires_at=database_now() - timedelta(seconds=1))
    answer = refresh(person)
    assert (answer.status, answer.reason) == (401, "session_expired")
    assert answer.json["error"]["reauth_required"] is True
    assert session_of(person).status == "expired"


def test_a_lost_answer_is_given_again_byte_for_byte(person: Person) -> None:
    first = refresh(person, client_nonce="nonce-1")
    again = refresh(person, client_nonce="nonce-1")
    assert (again.status, again.content) == (200, first.content)
    assert RefreshToken.objects.filter(session_id=person.session_id).count() == 2
    row = AuditEvent.objects.get(session_id=person.session_id, event_name="auth.refresh.repeated")
    assert row.attributes["by"] == "nonce"


def test_a_used_pair_is_given_again_for_the_same_nonce_only(person: Person) -> None:
    first = refresh(person, client_nonce="nonce-1")
    assert call("GET", "/api/auth/session", token=first.json["token"]).status == 200
    assert refresh(person, client_nonce="nonce-1").content == first.content
    assert refresh(person, client_nonce="nonce-2").reason == "refresh_token_reused"
    assert session_of(person).status == "revoked"


def test_an_unused_pair_is_given_again_without_a_nonce(person: Person) -> None:
    first = refresh(person)
    assert refresh(person).content == first.content
    assert refresh(person, client_nonce="late").content == first.content


def test_a_pair_whose_access_token_was_used_is_not_given_again(person: Person) -> None:
    first = refresh(person)
    call("GET", "/api/auth/session", token=first.json["token"])
    assert refresh(person).reason == "refresh_token_reused"


def test_the_window_ends_and_does_not_start_again(person: Person) -> None:
    refresh(person, client_nonce="n")
    age(person.refresh_id, GRACE - 1)
    assert refresh(person, client_nonce="n").status == 200
    age(person.refresh_id, 1.5)
    assert refresh(person, client_nonce="n").reason == "refresh_token_reused"


def test_only_the_immediate_predecessor_is_answered_again(person: Person) -> None:
    child = refresh(person, client_nonce="n").json
    assert refresh(person, token=child["refreshToken"]).status == 200
    assert refresh(person, client_nonce="n").reason == "refresh_token_reused"


@pytest.mark.parametrize("device_id", [None, "desktop:other"])
def test_a_repeat_must_name_the_device(person: Person, device_id: str | None) -> None:
    refresh(person, client_nonce="n")
    assert refresh(person, client_nonce="n", device_id=device_id).reason == "refresh_token_reused"


def test_reuse_ends_the_family_and_is_recorded_for_khala(person: Person) -> None:
    child = refresh(person).json
    call("GET", "/api/auth/session", token=child["token"])
    answer = refresh(person)
    assert (answer.status, answer.reason) == (401, "refresh_token_reused")
    assert answer.json["error"]["reauth_required"] is True
    session = session_of(person)
    assert (session.status, session.revoked_reason, session.reauth_required) == ("revoked", "token_replay", True)
    assert call("GET", "/api/auth/session", token=child["token"]).reason == "session_revoked"
    assert refresh(person, token=child["refreshToken"]).reason == "refresh_token_reused"
    states = dict(RefreshToken.objects.filter(session=session).values_list("id", "state"))
    assert states == {person.refresh_id: "replay_detected", child["refreshTokenId"]: "replay_detected"}
    row = Revocation.objects.get(session_ids__contains=[person.session_id])
    assert (row.reason, row.user_id) == ("token_replay", person.user_id)


def test_a_token_of_a_session_that_was_ended_is_reuse(person: Person) -> None:
    person.post("/api/auth/logout")
    assert refresh(person).reason == "refresh_token_reused"
    assert session_of(person).revoked_reason == "user_requested"
    assert Revocation.objects.filter(session_ids__contains=[person.session_id]).count() == 1


def test_without_grace_two_at_once_are_one_success_and_the_end(settings: Any, person: Person, in_parallel: Any) -> None:
    configure(settings, oa_auth_refresh_reuse_grace_seconds=0)
    answers = in_parallel(2, lambda index: refresh(person, client_nonce="n"))
    assert sorted(answer.status for answer in answers) == [200, 401]
    assert session_of(person).status == "revoked"
    assert not RefreshToken.objects.filter(session_id=person.session_id, replay_sealed__isnull=False).exists()


def test_fifty_processes_of_one_client_get_one_and_the_same_pair(person: Person, in_parallel: Any) -> None:
    answers = in_parallel(50, lambda index: refresh(person, client_nonce="one"))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert RefreshToken.objects.filter(session_id=person.session_id).count() == 2
    assert session_of(person).status == "active"


def test_fifty_clients_with_nonces_of_their_own_get_one_and_the_same_unused_pair(
    person: Person, in_parallel: Any
) -> None:
    answers = in_parallel(CLIENTS, lambda index: refresh(person, client_nonce=f"own-{index}"))
    assert {answer.status for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert RefreshToken.objects.filter(session_id=person.session_id).count() == 2
    child = answers[0].json
    assert call("GET", "/api/auth/session", token=child["token"]).status == 200
    assert refresh(person, token=child["refreshToken"], client_nonce="next").status == 200, "the family goes on"


def test_fifty_repeats_of_a_lost_answer_get_it_byte_for_byte(person: Person, in_parallel: Any) -> None:
    lost = refresh(person, client_nonce="nonce-1")
    call("GET", "/api/auth/session", token=lost.json["token"])  # another tab got it, and went on
    answers = in_parallel(CLIENTS, lambda index: refresh(person, client_nonce="nonce-1"))
    assert {(answer.status, answer.content) for answer in answers} == {(200, lost.content)}
    assert RefreshToken.objects.filter(session_id=person.session_id).count() == 2
    assert session_of(person).status == "active"


def test_fifty_at_once_who_reuse_a_token_end_the_family_once(person: Person, in_parallel: Any) -> None:
    child = refresh(person, client_nonce="nonce-1").json
    call("GET", "/api/auth/session", token=child["token"])
    detected = REGISTRY.get_sample_value("oa_control_refresh_reuse_total") or 0.0
    answers = in_parallel(CLIENTS, lambda index: refresh(person, client_nonce=f"thief-{index}"))
    assert {(answer.status, answer.reason) for answer in answers} == {(401, "refresh_token_reused")}
    session = session_of(person)
    assert (session.status, session.revoked_reason) == ("revoked", "token_replay")
    assert not RefreshToken.objects.filter(session=session, state="current").exists()
    assert Revocation.objects.filter(session_ids__contains=[session.pk]).count() == 1, "told to Khala once"
    assert call("GET", "/api/auth/session", token=child["token"]).reason == "session_revoked"
    assert REGISTRY.get_sample_value("oa_control_refresh_reuse_total") == detected + CLIENTS


def test_repeats_against_the_first_use_never_give_two_pairs(in_parallel: Any) -> None:
    """Whether the repeat or the use comes first decides between the same pair and the end; nothing else happens."""
    for _ in range(4):
        person = sign_in()
        child = refresh(person).json
        works = [lambda c=child: call("GET", "/api/auth/session", token=c["token"])]
        works += [lambda p=person: refresh(p)] * 10
        used, *repeats = in_parallel(len(works), lambda index, todo=works: todo[index]())
        assert {answer.status for answer in repeats} <= {200, 401} and used.status in (200, 401)
        assert {a.json["refreshToken"] for a in repeats if a.status == 200} <= {child["refreshToken"]}
        ended = any(answer.status == 401 for answer in repeats)
        assert session_of(person).status == ("revoked" if ended else "active")
        assert RefreshToken.objects.filter(session_id=person.session_id).count() == 2


def test_a_refresh_against_a_logout_never_leaves_a_live_session(in_parallel: Any) -> None:
    for _ in range(5):
        person = sign_in()
        work = [lambda p=person: refresh(p), lambda p=person: p.post("/api/auth/logout")]
        answers = in_parallel(2, lambda index, todo=work: todo[index]())
        assert all(not isinstance(answer, Exception) for answer in answers), answers
        logged_out = answers[1].status == 200
        assert (session_of(person).status == "revoked") is logged_out
        assert RefreshToken.objects.filter(session_id=person.session_id, state="current").exists() is not logged_out


def test_sealed_answers_are_wiped_when_their_time_is_over(person: Person) -> None:
    refresh(person)
    sealed = RefreshToken.objects.get(pk=person.refresh_id).replay_sealed
    assert sealed is not None and sealed.startswith("enc:v1:p:") and person.refresh not in sealed
    retention.wipe_replays()
    assert RefreshToken.objects.get(pk=person.refresh_id).replay_sealed is not None
    age(person.refresh_id, GRACE + 1)
    retention.wipe_replays()
    assert RefreshToken.objects.get(pk=person.refresh_id).replay_sealed is None


def test_rotating_the_child_wipes_the_answer_of_its_parent(person: Person) -> None:
    child = refresh(person).json
    refresh(person, token=child["refreshToken"])
    assert RefreshToken.objects.get(pk=person.refresh_id).replay_sealed is None


def test_a_sealed_answer_that_does_not_open_ends_the_family(person: Person) -> None:
    refresh(person)
    RefreshToken.objects.filter(pk=person.refresh_id).update(replay_sealed="enc:v1:p:AAAA:AAAA")
    assert refresh(person).reason == "refresh_token_reused"
    assert session_of(person).status == "revoked"
