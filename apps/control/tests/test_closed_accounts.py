"""An account that an operator closes: nothing of it works any more, anywhere, and Khala is told by its user."""

from __future__ import annotations

from typing import Any

from apps.control.models import IssuedSyncToken, PersonalAccessToken, Session, User
from apps.control.services import moderation
from apps.control.tests.world import Answer, Double, call, challenge, code_for, fresh, refresh, sign_in, signed
from openagents.db.models import AuditEvent

BY = "admin:test"


def knock(email: str, device_id: str) -> Answer:
    body = {"challenge_id": challenge(email), "device_id": device_id, "code": ""}
    return call("POST", "/api/auth/verify", {**body, "code": code_for(email)})


def test_everything_ends_and_khala_hears_of_the_user(khala: Double) -> None:
    one = sign_in()
    two = sign_in(one.email)
    program = one.program()
    minted = [who.post("/api/sync/token").data["token_id"] for who in (one, two, program)]
    assert moderation.close_accounts([one.user_id], BY) == 1
    for who in (one, two):
        assert who.get("/api/me").reason == "session_revoked"
        assert refresh(who).status == 401
    assert program.get("/api/me").reason == "pat_revoked"
    assert knock(one.email, one.device_id).status == 403
    assert not IssuedSyncToken.objects.filter(pk__in=minted, revoked_at__isnull=True).exists()
    told = [request.json for request in khala.received]
    assert {row["user_id"] for row in told} == {one.user_id}
    assert [row["user_ids"] for row in told if row["user_ids"]] == [[one.user_id]]
    named = {name for row in told for name in row["session_ids"]}
    assert {one.session_id, two.session_id} < named and any(name.startswith("pat:") for name in named)
    assert {jti for row in told for jti in row["jtis"]} == set(minted)
    answer = signed("aegis", "POST", "/internal/v1/control/sessions/introspect", {"access_token": one.access})
    assert answer.data["active"] is False
    (event,) = AuditEvent.objects.filter(event_name="auth.account.closed", user_id=one.user_id)
    assert event.attributes == {"by": BY, "revoked_session_count": "2", "revoked_token_count": "1"}


def test_closing_twice_changes_nothing_and_reopening_gives_nothing_back(khala: Double) -> None:
    person = sign_in()
    program = person.program()
    assert moderation.close_accounts([person.user_id, fresh("user")], BY) == 1
    pushed = len(khala.received)
    assert moderation.close_accounts([person.user_id], BY) == 0
    assert len(khala.received) == pushed
    assert moderation.reopen_accounts([person.user_id], BY) == 1
    assert moderation.reopen_accounts([person.user_id], BY) == 0
    assert person.get("/api/me").reason == "session_revoked" and program.get("/api/me").reason == "pat_revoked"
    assert knock(person.email, person.device_id).status == 200
    assert AuditEvent.objects.filter(event_name="auth.account.reopened", user_id=person.user_id).count() == 1


def test_a_closing_against_everything_else_the_user_does(in_parallel: Any) -> None:
    for _ in range(4):
        person = sign_in()
        program = person.program()
        elsewhere = {"challenge_id": challenge(person.email), "device_id": fresh("desktop:n"), "code": ""}
        elsewhere["code"] = code_for(person.email)
        works = [
            lambda p=person: moderation.close_accounts([p.user_id], BY),
            lambda body=elsewhere: call("POST", "/api/auth/verify", body),
            lambda p=person: refresh(p),
            lambda p=person: p.post("/api/auth/logout"),
            lambda p=person: p.post("/api/sync/token"),
            lambda p=program: p.post("/api/sync/token"),
            lambda p=program: p.delete("/api/tokens/current"),
        ]
        answers = in_parallel(len(works), lambda index, todo=works: todo[index]())
        broken = [
            row for row in answers if isinstance(row, Exception) or (isinstance(row, Answer) and row.status >= 500)
        ]
        assert not broken, [getattr(row, "content", row) for row in broken]
        assert User.objects.get(pk=person.user_id).deleted_at is not None
        assert not Session.objects.filter(user_id=person.user_id, status="active").exists()
        assert not PersonalAccessToken.objects.filter(user_id=person.user_id, revoked_at__isnull=True).exists()
        assert not IssuedSyncToken.objects.filter(user_id=person.user_id, revoked_at__isnull=True).exists()
